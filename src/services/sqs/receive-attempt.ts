/**
 * ReceiveRequestAttemptId: a receive whose answer was lost can be repeated within five minutes.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 *
 * A document remembers which entries an attempt claimed. The repetition gets them again, with the
 * same handles and a fresh visibility timeout, as long as each of them is still as that attempt
 * left it: there, claimed by it, hidden until the same instant. Otherwise it is a receive like any
 * other.
 */
import type { Context } from '../../core/context.ts';
import type { Entry } from '../../storage/port.ts';
import { type Queue, queueRef } from './queue.ts';
import { retentionMs } from './tasks.ts';

const REMEMBERED_MS = 5 * 60 * 1000;

interface Attempt {
  readonly claimedAtMs: number;
  readonly visibleAtMs: number;
  readonly expiresAtMs: number;
  /** Whether it was asked for again: then more than one answer holds these messages. */
  readonly repeated?: boolean;
  readonly entries: readonly { readonly sequence: number; readonly claims: number }[];
}

/** Entries of one receive, and the instant at which they were claimed: both are in the handles. */
export interface Claimed {
  readonly entries: readonly Entry[];
  readonly claimedAtMs: number;
}

/** Ids hold no spaces or line breaks, so whatever a client sends is one key. */
const attemptKey = (queue: Queue, id: string): string => `sqs/attempt/${queue.queueId}/${id}`;

/** Remembers what was claimed under the id until `visibleAtMs`. */
export async function rememberAttempt(
  queue: Queue,
  id: string,
  claimed: Claimed,
  visibleAtMs: number,
  context: Context,
  repeated = false,
): Promise<void> {
  const attempt: Attempt = {
    claimedAtMs: claimed.claimedAtMs,
    visibleAtMs,
    expiresAtMs: claimed.claimedAtMs + REMEMBERED_MS,
    ...(repeated && { repeated }),
    entries: claimed.entries.map(({ sequence, claims }) => ({ sequence, claims })),
  };
  const { expiresAtMs } = attempt;
  await context.tx.documents.put(attemptKey(queue, id), attempt, { expiresAtMs });
}

/** What the attempt claimed, now hidden until `visibleAtMs`; undefined: it cannot be repeated. */
export async function repeatAttempt(
  queue: Queue,
  id: string,
  visibleAtMs: number,
  context: Context,
): Promise<Claimed | undefined> {
  const { documents, queues } = context.tx;
  const attempt = (await documents.get<Attempt>(attemptKey(queue, id)))?.value;
  if (attempt === undefined || attempt.visibleAtMs <= context.nowMs) return undefined;
  const ref = queueRef(queue);
  const entries: Entry[] = [];
  for (const { sequence, claims } of attempt.entries) {
    const [entry] = await queues.peek(ref, { after: sequence - 1, limit: 1 });
    if (entry?.sequence !== sequence || entry.claims !== claims) return undefined;
    if (entry.visibleAtMs !== attempt.visibleAtMs) return undefined;
    if (entry.enqueuedAtMs <= context.nowMs - retentionMs(queue)) return undefined;
    entries.push(entry);
  }
  for (const { sequence } of entries) await queues.extend(ref, sequence, visibleAtMs);
  const claimed = { entries, claimedAtMs: attempt.claimedAtMs };
  await rememberAttempt(queue, id, claimed, visibleAtMs, context, true);
  return claimed;
}

/**
 * Whether an attempt was repeated. Its answers carry the same handles, so that one of them being
 * lost does not tell whether its messages are free: another one may have arrived.
 */
export async function isRepeated(queue: Queue, id: string, context: Context): Promise<boolean> {
  const attempt = await context.tx.documents.get<Attempt>(attemptKey(queue, id));
  return attempt?.value.repeated === true;
}

/** The attempt's messages go back to the queue, so there is nothing left to repeat. */
export async function forgetAttempt(queue: Queue, id: string, context: Context): Promise<void> {
  await context.tx.documents.delete(attemptKey(queue, id));
}
