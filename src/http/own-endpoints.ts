/** Our own endpoints: health, metrics and the test clock, for tools and people, not for SDKs. */
import type { TestClock } from '../core/environment.ts';
import { EXPOSITION_CONTENT_TYPE } from '../observability/exposition.ts';
import { type DeliveryViews, deliveryEndpoints } from './delivery-endpoints.ts';
import { JSON_TYPE, json, type OwnAnswer, type OwnEndpoint, refusal } from './own-endpoint.ts';

export interface OwnEndpointParts {
  readonly version: string;
  /** The storage engine, such as `sqlite`. */
  readonly store: string;
  /** AWS services that this server is, such as `sqs`. */
  readonly services: readonly string[];
  /** Resolves when the store answers and can be written. */
  readonly checkStore: () => Promise<void>;
  /** Prometheus' text. */
  readonly metricsText: () => Promise<string>;
  /** What left the server. */
  readonly deliveries?: DeliveryViews;
  /** With --test-clock only. */
  readonly clock?: ClockControl | undefined;
}

/** The test clock, and the work that becomes due when it moves. */
export interface ClockControl {
  readonly clock: TestClock;
  /** Resolves when everything that is due has been done. */
  readonly runDue: () => Promise<void>;
}

/** https://tc39.es/ecma262/#sec-time-values-and-time-range */
const LATEST_MS = 8.64e15;

export function ownEndpoints(parts: OwnEndpointParts): readonly OwnEndpoint[] {
  const endpoints: OwnEndpoint[] = [
    { method: 'GET', path: '/_waystation/health', answer: () => health(parts) },
    { method: 'GET', path: '/_localstack/health', answer: async () => localHealth(parts) },
    {
      method: 'GET',
      path: '/_waystation/metrics',
      answer: async () => ({
        status: 200,
        contentType: EXPOSITION_CONTENT_TYPE,
        body: await parts.metricsText(),
      }),
    },
    ...(parts.deliveries === undefined ? [] : deliveryEndpoints(parts.deliveries)),
  ];
  const { clock } = parts;
  if (clock === undefined) return endpoints;
  const path = '/_waystation/clock';
  return [
    ...endpoints,
    { method: 'GET', path, answer: async () => json(200, clockState(clock.clock)) },
    {
      method: 'POST',
      path,
      answer: (request) => moveClock(clock, request.mediaType, request.body),
    },
  ];
}

async function health(parts: OwnEndpointParts): Promise<OwnAnswer> {
  const { version, store, services } = parts;
  const about = { version, store, services };
  try {
    await parts.checkStore();
    return json(200, { status: 'ok', ...about });
  } catch {
    return json(503, { status: 'the store cannot be used; the log says why', ...about });
  }
}

/** The form that tools written for LocalStack wait on. */
function localHealth({ version, services }: OwnEndpointParts): OwnAnswer {
  const running = Object.fromEntries(services.map((name) => [name, 'running']));
  return json(200, { services: running, version });
}

/** Members of a POST: exactly one of them moves the clock. */
const MOVES: { readonly [member: string]: (clock: TestClock, value: number) => number } = {
  advanceMs: (clock, value) => clock.nowMs() + value,
  advanceSeconds: (clock, value) => clock.nowMs() + value * 1000,
  setMs: (_clock, value) => value,
};

/**
 * Moves the test clock, and answers once everything that became due has been done. A body that is
 * not declared as JSON is refused, because a web page may send any other without being asked.
 */
async function moveClock(
  { clock, runDue }: ClockControl,
  mediaType: string,
  body: string,
): Promise<OwnAnswer> {
  if (mediaType !== JSON_TYPE) return refusal(415, `Send the content type ${JSON_TYPE}.`);
  const [member = '', value] = onlyMember(body) ?? [];
  const target = MOVES[member];
  if (target === undefined || typeof value !== 'number') {
    return refusal(400, `Send one of ${Object.keys(MOVES).join(', ')} with a number.`);
  }
  const toMs = target(clock, value);
  if (!Number.isInteger(toMs) || toMs > LATEST_MS) {
    return refusal(400, 'The clock takes whole milliseconds, at most those that a date can have.');
  }
  if (toMs < clock.nowMs()) return refusal(400, 'The clock does not go backwards.');
  clock.set(toMs);
  await runDue();
  return json(200, clockState(clock));
}

function onlyMember(body: string): readonly [string, unknown] | undefined {
  try {
    const members = Object.entries(JSON.parse(body));
    return members.length === 1 ? members[0] : undefined;
  } catch {
    return undefined;
  }
}

function clockState(clock: TestClock): { readonly nowMs: number; readonly now: string } {
  const nowMs = clock.nowMs();
  return { nowMs, now: new Date(nowMs).toISOString() };
}
