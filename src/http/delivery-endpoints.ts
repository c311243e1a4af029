/**
 * Our own endpoints about what left the server, or would have: inbox, attempts, certificate, and
 * what audits of messages found.
 */
import {
  json,
  type OwnAnswer,
  type OwnEndpoint,
  type OwnRequest,
  refusal,
} from './own-endpoint.ts';

/** Where the answers come from. */
export interface DeliveryViews {
  /** Kept mails, SMS and pushes, newest first. */
  readonly inbox: (filter: {
    readonly to: string | undefined;
    readonly kind: string | undefined;
    readonly limit: number;
  }) => Promise<object[]>;
  /** Records of a topic's deliveries, newest first. */
  readonly attempts: (topicArn: string, limit: number) => Promise<object[]>;
  /** What audits of a topic's messages found, newest first. */
  readonly findings: (topicArn: string, limit: number) => Promise<object[]>;
  /** What the paths of certificates begin with. */
  readonly certificatePathStart: string;
  /** The PEM text at such a path. */
  readonly certificate: (path: string) => Promise<string | undefined>;
}

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1_000;
const KINDS = ['email', 'sms', 'push'];

export function deliveryEndpoints(views: DeliveryViews): readonly OwnEndpoint[] {
  return [
    { method: 'GET', path: '/_waystation/inbox', answer: (request) => inbox(views, request) },
    {
      method: 'GET',
      path: '/_waystation/deliveries',
      answer: (request) =>
        ofTopic(request, async (arn, limit) => ({ attempts: await views.attempts(arn, limit) })),
    },
    {
      method: 'GET',
      path: '/_waystation/data-protection',
      answer: (request) =>
        ofTopic(request, async (arn, limit) => ({ findings: await views.findings(arn, limit) })),
    },
    {
      method: 'GET',
      path: views.certificatePathStart,
      isPrefix: true,
      answer: (request) => certificate(views, request),
    },
  ];
}

async function inbox(views: DeliveryViews, { query }: OwnRequest): Promise<OwnAnswer> {
  const limit = limitOf(query);
  if (limit === undefined) return refusal(400, LIMIT_TEXT);
  // A plus in a query is a space, and every phone number begins with one.
  const to = query.get('to')?.replace(/^ /, '+');
  const kind = query.get('kind') ?? undefined;
  if (kind !== undefined && !KINDS.includes(kind)) {
    return refusal(400, `kind is one of ${KINDS.join(', ')}.`);
  }
  return json(200, { items: await views.inbox({ to, kind, limit }) });
}

/** What is kept of one topic, named by `?topic=`. */
async function ofTopic(
  { query }: OwnRequest,
  read: (topicArn: string, limit: number) => Promise<object>,
): Promise<OwnAnswer> {
  const limit = limitOf(query);
  if (limit === undefined) return refusal(400, LIMIT_TEXT);
  const topicArn = query.get('topic');
  if (topicArn === null) return refusal(400, "topic is missing: a topic's ARN.");
  return json(200, await read(topicArn, limit));
}

async function certificate(views: DeliveryViews, { path }: OwnRequest): Promise<OwnAnswer> {
  const body = await views.certificate(path);
  if (body === undefined) return refusal(404, 'There is no such certificate.');
  return { status: 200, contentType: 'application/x-pem-file', body };
}

const LIMIT_TEXT = `limit is a whole number from 1 to ${LIMIT_MAX}.`;

function limitOf(query: URLSearchParams): number | undefined {
  const text = query.get('limit');
  if (text === null) return LIMIT_DEFAULT;
  const limit = Number(text);
  return /^\d{1,4}$/.test(text) && limit >= 1 && limit <= LIMIT_MAX ? limit : undefined;
}
