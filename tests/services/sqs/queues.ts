/** What tests of queues use again and again. */
import { type Queue, queueKey, queueRef } from '../../../src/services/sqs/queue.ts';
import type { QueueRef, Transaction } from '../../../src/storage/port.ts';
import { defaultCaller, type ServiceHarness } from '../../support/service.ts';

export const url = (name: string): string => `http://localhost:4566/000000000000/${name}`;

export const arn = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;

export async function createQueue(
  harness: ServiceHarness,
  name: string,
  attributes: { readonly [name: string]: string } = {},
): Promise<void> {
  const Attributes = name.endsWith('.fifo') ? { FifoQueue: 'true', ...attributes } : attributes;
  await harness.call('CreateQueue', { QueueName: name, Attributes });
}

export async function attributesOf(
  harness: ServiceHarness,
  name: string,
): Promise<{ readonly [name: string]: string }> {
  const { Attributes = {} } = await harness.call('GetQueueAttributes', {
    QueueUrl: url(name),
    AttributeNames: ['All'],
  });
  return Attributes as { readonly [name: string]: string };
}

/** The error that every operation on a queue answers for a queue that is not there. */
export const noSuchQueue = {
  code: 'QueueDoesNotExist',
  queryCode: 'AWS.SimpleQueueService.NonExistentQueue',
  status: 400,
  message: 'The specified queue does not exist.',
};

export const missingParameter = (name: string) => ({
  code: 'MissingParameter',
  queryCode: 'MissingParameter',
  status: 400,
  message: `The request must contain the parameter ${name}.`,
});

/** Puts bare entries into a queue, without the rules of a send. */
export function fill(
  harness: ServiceHarness,
  name: string,
  count: number,
  changes: { readonly visibleAtMs?: number; readonly enqueuedAtMs?: number } = {},
): Promise<void> {
  return harness.store.transact(async (tx) => {
    const ref = await refOf(tx, name);
    const entry = {
      payload: '{}',
      visibleAtMs: tx.nowMs,
      enqueuedAtMs: tx.nowMs,
      ...(ref.ordered && { group: 'g' }),
      ...changes,
    };
    await tx.queues.append(ref, Array(count).fill(entry));
  });
}

/** Hides entries for a minute, without the rules of a receive; answers how many. */
export function claim(harness: ServiceHarness, name: string, limit: number): Promise<number> {
  return harness.store.transact(async (tx) => {
    const visibleAtMs = tx.nowMs + 60_000;
    return (await tx.queues.claim(await refOf(tx, name), { limit, visibleAtMs })).length;
  });
}

async function refOf(tx: Transaction, name: string): Promise<QueueRef> {
  const document = await tx.documents.get<Queue>(queueKey({ ...defaultCaller, name }));
  if (document === undefined) throw new Error(`no queue ${name}`);
  return queueRef(document.value);
}

/** How many messages a queue holds, by what GetQueueAttributes says. */
export async function countsOf(
  harness: ServiceHarness,
  name: string,
): Promise<{ visible: string; claimed: string; delayed: string }> {
  const attributes = await attributesOf(harness, name);
  const {
    ApproximateNumberOfMessages: visible = '',
    ApproximateNumberOfMessagesNotVisible: claimed = '',
    ApproximateNumberOfMessagesDelayed: delayed = '',
  } = attributes;
  return { visible, claimed, delayed };
}
