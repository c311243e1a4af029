/**
 * The state of queues for those who watch the server, under the names of CloudWatch's metrics.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
import type { Transaction } from '../../storage/port.ts';
import { isFifo, type Queue, queueRef } from './queue.ts';
import { expiryTimerKey } from './tasks.ts';

/** One metric of one queue at one instant. */
export interface QueueGauge {
  readonly service: 'sqs';
  readonly name: string;
  readonly resource: string;
  readonly accountId: string;
  readonly region: string;
  readonly value: number;
}

export interface GaugePage {
  readonly gauges: readonly QueueGauge[];
  /** Where the next page begins; undefined behind the last one. */
  readonly after: string | undefined;
}

const ALL_QUEUES = 'sqs/queue/';

/** The gauges of the queues behind `after`, at most `limit` queues. */
export async function readQueueGauges(
  tx: Transaction,
  after: string | undefined,
  limit: number,
): Promise<GaugePage> {
  const page = { limit, ...(after !== undefined && { after }) };
  const documents = await tx.documents.list<Queue>(ALL_QUEUES, page);
  const gauges: QueueGauge[] = [];
  for (const { value: queue } of documents) {
    const { name: resource, accountId, region } = queue;
    for (const [name, value] of await readQueue(tx, queue)) {
      gauges.push({ service: 'sqs', name, resource, accountId, region, value });
    }
  }
  return { gauges, after: documents.length < limit ? undefined : documents.at(-1)?.key };
}

async function readQueue(tx: Transaction, queue: Queue): Promise<readonly [string, number][]> {
  const ref = queueRef(queue);
  const { visible, claimed, delayed } = await tx.queues.count(ref);
  const oldestMs = (await tx.queues.oldestEnqueuedAtMs(ref)) ?? tx.nowMs;
  return [
    ['ApproximateNumberOfMessagesVisible', visible],
    ['ApproximateNumberOfMessagesNotVisible', claimed],
    ['ApproximateNumberOfMessagesDelayed', delayed],
    ['ApproximateAgeOfOldestMessage', Math.max(0, tx.nowMs - oldestMs) / 1000],
  ];
}

/**
 * What stands behind a key on which receivers wait, for `scheduler/waiters.ts`: how many messages
 * are visible, and when time alone makes the next one so. Nothing when the queue is gone. On a FIFO
 * queue the count may be more than can be received, because a group may be locked.
 */
export async function availableBehind(
  tx: Transaction,
  waitKey: string,
): Promise<{ readonly entries: number; readonly nextAtMs?: number }> {
  const queueId = waitKey.slice(waitKey.indexOf('/') + 1);
  const timer = await tx.timers.get(expiryTimerKey(queueId));
  if (timer === undefined) return { entries: 0 };
  const { name } = timer.payload as Pick<Queue, 'name'>;
  const ref = { key: waitKey, ordered: isFifo({ name }) };
  const { visible: entries } = await tx.queues.count(ref);
  const nextAtMs = await tx.queues.nextVisibleAtMs(ref);
  return nextAtMs === undefined ? { entries } : { entries, nextAtMs };
}
