/** What tests of messages use again and again. */
import { availableBehind } from '../../../src/services/sqs/gauges.ts';
import { sqs } from '../../../src/services/sqs/index.ts';
import type { ReceivedMessage } from '../../../src/services/sqs/shapes.ts';
import { sqsTasks } from '../../../src/services/sqs/tasks.ts';
import { type Answer, ServiceHarness } from '../../support/service.ts';
import { url } from './queues.ts';

/** A harness whose parked receivers hear of the passing of time as they do in the server. */
export function openHarness(): ServiceHarness {
  const harness = new ServiceHarness(sqs, sqsTasks);
  harness.waiters.available = (key) => harness.store.transact((tx) => availableBehind(tx, key));
  return harness;
}

export const send = (
  harness: ServiceHarness,
  name: string,
  MessageBody: string,
  more: object = {},
): Promise<Answer> => harness.call('SendMessage', { QueueUrl: url(name), MessageBody, ...more });

/** Sends to a FIFO queue, each body with itself as the deduplication id. */
export async function sendInGroup(
  harness: ServiceHarness,
  name: string,
  MessageGroupId: string,
  bodies: readonly string[],
): Promise<void> {
  for (const body of bodies) {
    await send(harness, name, body, { MessageGroupId, MessageDeduplicationId: body });
  }
}

export interface Received extends ReceivedMessage {
  MessageId: string;
  ReceiptHandle: string;
  Body: string;
}

export async function receive(
  harness: ServiceHarness,
  name: string,
  more: object = {},
  signal?: AbortSignal,
): Promise<Received[]> {
  const input = { QueueUrl: url(name), MaxNumberOfMessages: 10, ...more };
  const answer = await harness.call(
    'ReceiveMessage',
    input,
    signal === undefined ? {} : { signal },
  );
  return (answer.Messages ?? []) as Received[];
}

/** The one message that a receive must find. */
export async function receiveOne(
  harness: ServiceHarness,
  name: string,
  more: object = {},
): Promise<Received> {
  const [message, ...rest] = await receive(harness, name, { MaxNumberOfMessages: 1, ...more });
  if (message === undefined || rest.length > 0) throw new Error('not exactly one message');
  return message;
}

export const bodiesOf = (messages: readonly Received[]): string[] =>
  messages.map(({ Body }) => Body);

export async function bodies(
  harness: ServiceHarness,
  name: string,
  more: object = {},
): Promise<string[]> {
  return bodiesOf(await receive(harness, name, more));
}

export const remove = (
  harness: ServiceHarness,
  name: string,
  ReceiptHandle: string,
): Promise<Answer> => harness.call('DeleteMessage', { QueueUrl: url(name), ReceiptHandle });

export const changeVisibility = (
  harness: ServiceHarness,
  name: string,
  ReceiptHandle: string,
  VisibilityTimeout: number,
): Promise<Answer> =>
  harness.call('ChangeMessageVisibility', {
    QueueUrl: url(name),
    ReceiptHandle,
    VisibilityTimeout,
  });

/** Lets every call that can go on do so: each round commits what the one before began. */
export async function settle(harness: ServiceHarness): Promise<void> {
  for (let round = 0; round < 5; round += 1) await harness.store.transact(() => undefined);
}

/** Resolves when so many calls wait. */
export async function parked(harness: ServiceHarness, calls: number): Promise<void> {
  while (harness.waiters.waiterCount < calls) await settle(harness);
  await settle(harness);
}

/** What became of a call so far, without waiting for it. */
export interface Watched {
  bodies: string[] | undefined;
}

export function watch(call: Promise<Received[]>): Watched {
  const watched: Watched = { bodies: undefined };
  void call.then((messages) => {
    watched.bodies = bodiesOf(messages);
  });
  return watched;
}

/** The sum of one of a queue's counters. */
export const counted = (harness: ServiceHarness, resource: string, name: string): number =>
  harness.counts
    .filter((count) => count.resource === resource && count.name === name)
    .reduce((sum, { value }) => sum + value, 0);

/** How a refused parameter value is answered. */
export const invalidParameter = (message: string) => ({
  code: 'InvalidParameterValue',
  queryCode: 'InvalidParameterValue',
  status: 400,
  message,
});

export const invalidHandle = (handle: string) => ({
  code: 'ReceiptHandleIsInvalid',
  queryCode: 'ReceiptHandleIsInvalid',
  status: 404,
  message: `The input receipt handle "${handle}" is not a valid receipt handle.`,
});
