/** Receives that wait. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqs } from '../../../src/services/sqs/index.ts';
import { ReceiveMessage } from '../../../src/services/sqs/operations/ReceiveMessage.ts';
import { defaultCaller, type ServiceHarness } from '../../support/service.ts';
import {
  bodies,
  bodiesOf,
  changeVisibility,
  counted,
  openHarness,
  parked,
  receive,
  receiveOne,
  remove,
  send,
  sendInGroup,
  settle,
  type Watched,
  watch,
} from './messages.ts';
import { countsOf, createQueue, noSuchQueue, url } from './queues.ts';

let harness: ServiceHarness;

beforeEach(async () => {
  harness = openHarness();
  await createQueue(harness, 'orders');
  await createQueue(harness, 'fifo.fifo');
});

afterEach(() => harness.close());

const WAIT = { WaitTimeSeconds: 20 };

/** A receive that waits, in line behind those that wait already. */
async function wait(name: string, more: object = {}, signal?: AbortSignal): Promise<Watched> {
  const before = harness.waiters.waiterCount;
  const watched = watch(receive(harness, name, { ...WAIT, ...more }, signal));
  await parked(harness, before + 1);
  return watched;
}

async function pass(ms: number): Promise<void> {
  await harness.advance(ms);
  await settle(harness);
}

describe('a long poll', () => {
  it('answers at once when there is something, even less than it asked for', async () => {
    await send(harness, 'orders', 'x');
    expect(await bodies(harness, 'orders', WAIT)).toEqual(['x']);
  });

  it('answers nothing when its time is over, and counts as one empty receive', async () => {
    const waiting = await wait('orders', { WaitTimeSeconds: 5 });
    await pass(4_999);
    expect(waiting.bodies).toBeUndefined();
    await pass(1);
    expect(waiting.bodies).toEqual([]);
    expect(counted(harness, 'orders', 'NumberOfEmptyReceives')).toBe(1);
    expect(harness.waiters.waiterCount).toBe(0);
  });

  it('does not count as an empty receive when it finds something in the end', async () => {
    const waiting = await wait('orders');
    await send(harness, 'orders', 'x');
    await settle(harness);
    expect(waiting.bodies).toEqual(['x']);
    expect(counted(harness, 'orders', 'NumberOfEmptyReceives')).toBe(0);
    expect(counted(harness, 'orders', 'NumberOfMessagesReceived')).toBe(1);
  });

  it('waits as long as the queue says unless the call says otherwise', async () => {
    await createQueue(harness, 'patient', { ReceiveMessageWaitTimeSeconds: '5' });
    const waiting = await wait('patient', { WaitTimeSeconds: undefined });
    await pass(5_000);
    expect(waiting.bodies).toEqual([]);
    expect(await bodies(harness, 'patient', { WaitTimeSeconds: 0 })).toEqual([]);
  });

  it('hides what it finds from then on, not from when it began', async () => {
    const waiting = await wait('orders');
    await pass(15_000);
    await send(harness, 'orders', 'x');
    await settle(harness);
    expect(waiting.bodies).toEqual(['x']);
    await pass(29_999);
    expect(await bodies(harness, 'orders')).toEqual([]);
    await pass(1);
    expect(await bodies(harness, 'orders')).toEqual(['x']);
  });

  it('ends with an error when its queue is deleted', async () => {
    const waiting = harness.failure('ReceiveMessage', { QueueUrl: url('orders'), ...WAIT });
    await parked(harness, 1);
    await harness.call('DeleteQueue', { QueueUrl: url('orders') });
    expect(await waiting).toEqual(noSuchQueue);
  });
});

describe('a parked receiver', () => {
  it('is woken by a send', async () => {
    const waiting = await wait('orders');
    await send(harness, 'orders', 'x');
    await settle(harness);
    expect(waiting.bodies).toEqual(['x']);
  });

  it('is woken by a batch, and takes as much of it as it can', async () => {
    const waiting = await wait('orders', { MaxNumberOfMessages: 2 });
    await harness.call('SendMessageBatch', {
      QueueUrl: url('orders'),
      Entries: ['1', '2', '3'].map((Id) => ({ Id, MessageBody: Id })),
    });
    await settle(harness);
    expect(waiting.bodies).toHaveLength(2);
  });

  it('is woken when a delay ends, whether the message came before or after it', async () => {
    await send(harness, 'orders', 'before', { DelaySeconds: 5 });
    const first = await wait('orders', { MaxNumberOfMessages: 1 });
    await send(harness, 'orders', 'after', { DelaySeconds: 10 });
    await pass(5_000);
    expect(first.bodies).toEqual(['before']);
    const second = await wait('orders', { MaxNumberOfMessages: 1 });
    await pass(5_000);
    expect(second.bodies).toEqual(['after']);
  });

  it('is woken when a visibility timeout ends, received before or after it', async () => {
    await send(harness, 'orders', 'x');
    await receive(harness, 'orders', { VisibilityTimeout: 5 });
    const before = await wait('orders', { VisibilityTimeout: 3 });
    const after = await wait('orders');
    await pass(5_000);
    expect(before.bodies).toEqual(['x']);
    expect(after.bodies).toBeUndefined();
    await pass(3_000);
    expect(after.bodies).toEqual(['x']);
  });

  it('is woken when a visibility timeout is set to end now or later', async () => {
    for (const body of ['1', '2']) await send(harness, 'orders', body);
    const [first, second] = await receive(harness, 'orders');
    const one = await wait('orders', { MaxNumberOfMessages: 1 });
    const two = await wait('orders', { MaxNumberOfMessages: 1 });
    await changeVisibility(harness, 'orders', first?.ReceiptHandle ?? '', 0);
    await settle(harness);
    expect(one.bodies).toEqual([first?.Body]);
    await changeVisibility(harness, 'orders', second?.ReceiptHandle ?? '', 3);
    await pass(2_999);
    expect(two.bodies).toBeUndefined();
    await pass(1);
    expect(two.bodies).toEqual([second?.Body]);
  });

  it('is woken at a later instant although the earlier one came to nothing', async () => {
    const waiting = await wait('orders');
    for (const [body, DelaySeconds] of [
      ['first', 2],
      ['second', 4],
    ] as const) {
      await send(harness, 'orders', body, { DelaySeconds });
    }
    await harness.call('PurgeQueue', { QueueUrl: url('orders') });
    await send(harness, 'orders', 'third', { DelaySeconds: 6 });
    await pass(2_000);
    await pass(2_000);
    expect(waiting.bodies).toBeUndefined();
    await pass(2_000);
    expect(waiting.bodies).toEqual(['third']);
  });

  it('is woken at a later instant although the earlier message went to another', async () => {
    const [first, second] = [
      await wait('orders', { MaxNumberOfMessages: 1 }),
      await wait('orders', { MaxNumberOfMessages: 1 }),
    ];
    await send(harness, 'orders', '1', { DelaySeconds: 2 });
    await send(harness, 'orders', '2', { DelaySeconds: 4 });
    await pass(2_000);
    expect([first.bodies, second.bodies]).toEqual([['1'], undefined]);
    await pass(2_000);
    expect(second.bodies).toEqual(['2']);
  });

  it('is woken by an answer that could not be written', async () => {
    await send(harness, 'orders', 'x');
    const input = { QueueUrl: url('orders') };
    const output = await harness.call('ReceiveMessage', input);
    const waiting = await wait('orders');
    await harness.invoker.undelivered(sqs, ReceiveMessage, input, output, defaultCaller);
    await settle(harness);
    expect(waiting.bodies).toEqual(['x']);
  });
});

describe('a receiver parked on a FIFO queue', () => {
  beforeEach(() => sendInGroup(harness, 'fifo.fifo', 'g', ['1', '2', '3']));

  it('is woken by the delete that frees a group', async () => {
    const { ReceiptHandle } = await receiveOne(harness, 'fifo.fifo');
    const waiting = await wait('fifo.fifo');
    await remove(harness, 'fifo.fifo', ReceiptHandle);
    await settle(harness);
    expect(waiting.bodies).toEqual(['2', '3']);
  });

  it('is woken by a batch of deletes', async () => {
    const messages = await receive(harness, 'fifo.fifo', { MaxNumberOfMessages: 2 });
    const waiting = await wait('fifo.fifo');
    await harness.call('DeleteMessageBatch', {
      QueueUrl: url('fifo.fifo'),
      Entries: messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle })),
    });
    await settle(harness);
    expect(waiting.bodies).toEqual(['3']);
  });

  it('is woken when a group becomes visible again, now or later', async () => {
    const { ReceiptHandle } = await receiveOne(harness, 'fifo.fifo');
    const first = await wait('fifo.fifo', { MaxNumberOfMessages: 1, VisibilityTimeout: 7 });
    const second = await wait('fifo.fifo');
    await changeVisibility(harness, 'fifo.fifo', ReceiptHandle, 0);
    await settle(harness);
    expect(first.bodies).toEqual(['1']);
    await pass(6_999);
    expect(second.bodies).toBeUndefined();
    await pass(1);
    expect(second.bodies).toEqual(['1', '2', '3']);
  });

  it('is woken by another group', async () => {
    await receive(harness, 'fifo.fifo');
    const waiting = await wait('fifo.fifo');
    await sendInGroup(harness, 'fifo.fifo', 'other', ['o1']);
    await settle(harness);
    expect(waiting.bodies).toEqual(['o1']);
  });

  it('is woken when the message that blocks its group expires in flight', async () => {
    await createQueue(harness, 'brief.fifo', { MessageRetentionPeriod: '60' });
    await sendInGroup(harness, 'brief.fifo', 'g', ['old']);
    await receiveOne(harness, 'brief.fifo', { VisibilityTimeout: 600 });
    await pass(50_000);
    await sendInGroup(harness, 'brief.fifo', 'g', ['new']);
    const waiting = await wait('brief.fifo');
    await pass(9_999);
    expect(waiting.bodies).toBeUndefined();
    await pass(1);
    expect(waiting.bodies).toEqual(['new']);
  });

  it('leaves what it was woken for to the next one when it repeats an attempt', async () => {
    await createQueue(harness, 'shared.fifo');
    const attempt = { ReceiveRequestAttemptId: 'r', MaxNumberOfMessages: 1 };
    const first = await wait('shared.fifo', attempt);
    const again = await wait('shared.fifo', attempt);
    const other = await wait('shared.fifo');
    await sendInGroup(harness, 'shared.fifo', 'g', ['1']);
    await settle(harness);
    expect(first.bodies).toEqual(['1']);
    await sendInGroup(harness, 'shared.fifo', 'h', ['2']);
    await settle(harness);
    expect(again.bodies).toEqual(['1']);
    expect(other.bodies).toEqual(['2']);
  });

  it('sleeps on while its group is blocked', async () => {
    await receiveOne(harness, 'fifo.fifo');
    const waiting = await wait('fifo.fifo');
    await sendInGroup(harness, 'fifo.fifo', 'g', ['4']);
    await settle(harness);
    expect(waiting.bodies).toBeUndefined();
  });
});

describe('parked receivers in line', () => {
  it('get one message each, in the order of their arrival', async () => {
    const one = { MaxNumberOfMessages: 1 };
    const line = [await wait('orders', one), await wait('orders', one), await wait('orders', one)];
    await send(harness, 'orders', 'a');
    await settle(harness);
    expect(line.map(({ bodies: got }) => got)).toEqual([['a'], undefined, undefined]);
    await send(harness, 'orders', 'b');
    await settle(harness);
    expect(line.map(({ bodies: got }) => got)).toEqual([['a'], ['b'], undefined]);
    await pass(20_000);
    expect(line.map(({ bodies: got }) => got)).toEqual([['a'], ['b'], []]);
  });

  it('share what comes at once', async () => {
    const one = { MaxNumberOfMessages: 1 };
    const line = [await wait('orders', one), await wait('orders', one), await wait('orders', one)];
    await harness.call('SendMessageBatch', {
      QueueUrl: url('orders'),
      Entries: ['1', '2'].map((Id) => ({ Id, MessageBody: Id })),
    });
    await settle(harness);
    expect(line.map(({ bodies: got }) => got?.length)).toEqual([1, 1, undefined]);
  });

  it('share what becomes visible at one instant', async () => {
    const one = { MaxNumberOfMessages: 1 };
    for (const body of ['1', '2']) await send(harness, 'orders', body, { DelaySeconds: 5 });
    const line = [await wait('orders', one), await wait('orders', one), await wait('orders', one)];
    await pass(5_000);
    expect(line.map(({ bodies: got }) => got?.length)).toEqual([1, 1, undefined]);
  });

  it('are passed over when the client is gone, which takes nothing', async () => {
    const gone = new AbortController();
    const first = await wait('orders', {}, gone.signal);
    const second = await wait('orders');
    gone.abort();
    await settle(harness);
    expect(harness.waiters.waiterCount).toBe(1);
    await send(harness, 'orders', 'x');
    await settle(harness);
    expect(first.bodies).toEqual([]);
    expect(second.bodies).toEqual(['x']);
  });

  it('leave the message of a client that is gone just when it is woken', async () => {
    const gone = new AbortController();
    await wait('orders', {}, gone.signal);
    const sent = send(harness, 'orders', 'x');
    gone.abort();
    await sent;
    await settle(harness);
    expect((await countsOf(harness, 'orders')).visible).toBe('1');
    expect(bodiesOf(await receive(harness, 'orders'))).toEqual(['x']);
  });

  it('on different queues do not hear of each other', async () => {
    await createQueue(harness, 'bills');
    const waiting = await wait('bills');
    await send(harness, 'orders', 'x');
    await settle(harness);
    expect(waiting.bodies).toBeUndefined();
  });
});
