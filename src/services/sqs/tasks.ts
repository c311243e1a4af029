/**
 * Background work of SQS. Retention: one durable timer per queue removes what is older than
 * MessageRetentionPeriod; no receive hands out such a message even where the timer is late.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-basic-architecture.html
 */
import type { Context } from '../../core/context.ts';
import { afterRestMs } from '../../scheduler/pace.ts';
import type { Task } from '../../scheduler/task.ts';
import { moveMessagesTask } from './move-messages.ts';
import { numberAttribute, type Queue, queueKey, queueRef } from './queue.ts';

const EXPIRE_KIND = 'sqs.expire-messages';
/** Entries that one run looks at: a millisecond or two, which callers wait. */
const ENTRIES_PER_RUN = 200;
const PAUSE_MS_MIN = 1_000;

/** What the timer remembers: enough to find the queue, and to see that it is still the same one. */
type ExpirePayload = Pick<Queue, 'queueId' | 'accountId' | 'region' | 'name'>;

export const retentionMs = (queue: Queue): number =>
  numberAttribute(queue, 'MessageRetentionPeriod') * 1000;

export const expiryTimerKey = (queueId: string): string => `sqs/expire/${queueId}`;

/** Has the queue's old messages removed at this instant, instead of when it was due so far. */
export async function scheduleExpiry(
  context: Context,
  queue: Queue,
  dueAtMs: number,
): Promise<void> {
  const { queueId, accountId, region, name } = queue;
  const payload = { queueId, accountId, region, name };
  await context.schedule({ key: expiryTimerKey(queueId), kind: EXPIRE_KIND, dueAtMs, payload });
}

/**
 * To be called when a message enters a queue with an enqueue instant in the past (a move that keeps
 * its age): the timer must not wait for the retention of a message that enters now.
 */
export async function expectExpiry(
  context: Context,
  queue: Queue,
  enqueuedAtMs: number,
): Promise<void> {
  const dueAtMs = enqueuedAtMs + retentionMs(queue);
  const timer = await context.tx.timers.get(expiryTimerKey(queue.queueId));
  if (timer === undefined || timer.dueAtMs > dueAtMs) await scheduleExpiry(context, queue, dueAtMs);
}

const expireMessages: Task = {
  kind: EXPIRE_KIND,
  async run(timer, context) {
    const { tx, nowMs } = context;
    const address = timer.payload as ExpirePayload;
    const queue = (await tx.documents.get<Queue>(queueKey(address)))?.value;
    if (queue?.queueId !== address.queueId) {
      await tx.timers.cancel(timer.key);
      return;
    }
    const ref = queueRef(queue);
    const keepMs = retentionMs(queue);
    const more = await tx.queues.expire(ref, nowMs - keepMs, ENTRIES_PER_RUN);
    if (ref.ordered) await wakeBehindExpired(context, queue);
    const oldestMs = more ? undefined : await tx.queues.oldestEnqueuedAtMs(ref);
    const nextAtMs = Math.max((oldestMs ?? nowMs) + keepMs, nowMs + PAUSE_MS_MIN);
    await scheduleExpiry(context, queue, more ? afterRestMs(context) : nextAtMs);
  },
};

/**
 * A message that expires in flight frees its group, so what stands behind it is available sooner
 * than parked receivers know.
 */
async function wakeBehindExpired(context: Context, queue: Queue): Promise<void> {
  const { queues } = context.tx;
  const ref = queueRef(queue);
  const { visible } = await queues.count(ref);
  if (visible > 0) context.wake({ key: ref.key, entries: visible });
  const atMs = await queues.nextVisibleAtMs(ref);
  if (atMs !== undefined) context.wake({ key: ref.key, entries: 1, atMs });
}

export const sqsTasks: readonly Task[] = [expireMessages, moveMessagesTask];
