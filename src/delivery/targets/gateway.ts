/**
 * Programs of the operator that stand in for what AWS reaches by itself: phones and devices through
 * a gateway that takes JSON, functions and streams through servers that speak AWS's own API. SMS
 * and pushes go to the inbox where there is no gateway.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 * https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecord.html
 */
import { parseArn } from '../../core/arn.ts';
import type {
  DeliveryAbout,
  FirehoseTarget,
  FunctionTarget,
  PushTarget,
  SmsTarget,
} from '../delivery.ts';
import { keptInInbox, noAnswer, type Outcome, refused } from '../outcome.ts';
import { describe, type HttpClient, type HttpRequest, outcomeOf } from './http.ts';

/** Sends a request, and answers what came of it. */
export type Post = (request: HttpRequest) => Promise<Outcome>;

export function postWith(client: HttpClient, signal: AbortSignal): Post {
  return async (request) => {
    try {
      return outcomeOf(await client.post(request, signal));
    } catch (error) {
      return noAnswer(describe(error));
    }
  };
}

/** To the SMS gateway: `{ phoneNumber, message, messageId, smsType, senderId, ... }`. */
export async function deliverSms(
  post: Post,
  gatewayUrl: string | undefined,
  { kind, refusal, phoneNumber, text, ...wishes }: SmsTarget,
  { messageId }: DeliveryAbout,
): Promise<Outcome> {
  if (refusal !== undefined) return refused(refusal);
  if (gatewayUrl !== undefined) {
    return post(jsonRequest(gatewayUrl, { phoneNumber, message: text, messageId, ...wishes }));
  }
  const { senderId, originationNumber, smsType } = wishes;
  const from = senderId ?? originationNumber;
  return keptInInbox({
    kind,
    to: phoneNumber,
    ...(from !== undefined && { from }),
    text,
    ...(smsType !== undefined && { smsType }),
  });
}

/** Answers of a push gateway that mean: nobody receives anything under this token any more. */
const TOKEN_REJECTED: readonly (number | undefined)[] = [400, 404, 410];

/**
 * To the push gateway: `{ platform, token, payload, endpointArn, applicationArn, messageId }`, and
 * where the message has them `attributes` and what is left of `ttlSeconds`.
 */
export async function deliverPush(
  post: Post,
  gatewayUrl: string | undefined,
  target: PushTarget,
  { messageId, publishedAtMs }: DeliveryAbout,
  nowMs: number,
): Promise<Outcome> {
  const { platform, token, payload, endpointArn, applicationArn, undeliverable } = target;
  if (undeliverable !== undefined) {
    const { reason, failureType } = undeliverable;
    return { ...refused(reason), failureType };
  }
  const dwellSeconds = Math.floor((nowMs - publishedAtMs) / 1_000);
  const ttlSeconds = target.ttlSeconds === 0 ? 0 : (target.ttlSeconds ?? Infinity) - dwellSeconds;
  if (target.ttlSeconds !== 0 && ttlSeconds <= 0) {
    const failureType = 'NotificationTTLExpired';
    return { ...refused('The time to live of the notification is over.'), failureType };
  }
  const wishes = {
    ...(target.attributes !== undefined && { attributes: target.attributes }),
    ...(Number.isFinite(ttlSeconds) && { ttlSeconds }),
  };
  if (gatewayUrl === undefined) {
    const item = { to: token, text: payload, platform, endpointArn } as const;
    return keptInInbox({ kind: 'push', ...item, ...wishes });
  }
  const request = { platform, token, payload, endpointArn, applicationArn, messageId, ...wishes };
  const outcome = await post(jsonRequest(gatewayUrl, request));
  return TOKEN_REJECTED.includes(outcome.statusCode)
    ? { ...outcome, addresseeGone: true, failureType: 'InvalidPlatformToken' }
    : outcome;
}

/** An asynchronous call of a function, on a server that speaks Lambda's API. */
export async function deliverToFunction(
  post: Post,
  functionsUrl: string | undefined,
  { functionArn, payload }: FunctionTarget,
): Promise<Outcome> {
  if (functionsUrl === undefined) {
    return refused('This server calls functions only when it is started with --functions-url.');
  }
  const [kind, name, qualifier] = parseArn(functionArn)?.resource.split(':') ?? [];
  if (kind !== 'function' || !name) return refused(`${functionArn} is no function's ARN.`);
  const query = qualifier === undefined ? '' : `?Qualifier=${encodeURIComponent(qualifier)}`;
  const path = `/2015-03-31/functions/${encodeURIComponent(name)}/invocations${query}`;
  const request = jsonRequest(functionsUrl.replace(/\/+$/, '') + path, undefined);
  return post({
    ...request,
    headers: [...request.headers, ['X-Amz-Invocation-Type', 'Event']],
    body: payload,
  });
}

/** Errors that Firehose answers with a 400, and that pass. */
const FIREHOSE_BUSY = /ThrottlingException|ServiceUnavailableException|LimitExceededException/;

/** One record, on a server that speaks Firehose's API. */
export async function deliverToFirehose(
  post: Post,
  firehoseUrl: string | undefined,
  { streamArn, record }: FirehoseTarget,
): Promise<Outcome> {
  if (firehoseUrl === undefined) {
    return refused('This server writes to Firehose only when it is started with --firehose-url.');
  }
  const [kind, DeliveryStreamName] = parseArn(streamArn)?.resource.split('/') ?? [];
  if (kind !== 'deliverystream' || !DeliveryStreamName) {
    return refused(`${streamArn} is no delivery stream's ARN.`);
  }
  const Data = Buffer.from(record, 'utf8').toString('base64');
  const outcome = await post({
    url: firehoseUrl,
    headers: [
      ['Content-Type', 'application/x-amz-json-1.1'],
      ['X-Amz-Target', 'Firehose_20150804.PutRecord'],
    ],
    body: JSON.stringify({ DeliveryStreamName, Record: { Data } }),
  });
  const isBusy = outcome.statusCode === 400 && FIREHOSE_BUSY.test(outcome.providerResponse);
  return isBusy ? { ...outcome, result: 'failed' } : outcome;
}

function jsonRequest(url: string, body: object | undefined): HttpRequest {
  const headers = [['Content-Type', 'application/json']] as const;
  return { url, headers, body: body === undefined ? '' : JSON.stringify(body) };
}
