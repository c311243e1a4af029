/** Receives that move messages to a dead-letter queue. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServiceHarness } from '../../support/service.ts';
import {
  bodies,
  counted,
  openHarness,
  parked,
  receive,
  receiveOne,
  send,
  sendInGroup,
  settle,
} from './messages.ts';
import { arn, countsOf, createQueue, url } from './queues.ts';

let harness: ServiceHarness;

const redrive = (target: string, maxReceiveCount: number | string = 2) => ({
  RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn(target), maxReceiveCount }),
});

beforeEach(async () => {
  harness = openHarness();
  await createQueue(harness, 'dead');
  await createQueue(harness, 'orders', redrive('dead'));
  await createQueue(harness, 'dead.fifo');
  await createQueue(harness, 'orders.fifo', redrive('dead.fifo', '1'));
});

afterEach(() => harness.close());

/** Receives with no timeout, so that everything is visible again at once. */
const look = (name: string, more: object = {}) =>
  bodies(harness, name, { VisibilityTimeout: 0, ...more });

const all = { MessageSystemAttributeNames: ['All'] };

describe('a message of a standard queue', () => {
  beforeEach(() => send(harness, 'orders', 'x'));

  it('is handed out as often as the policy says, and moves with the next receive', async () => {
    expect(await look('orders')).toEqual(['x']);
    expect(await look('orders')).toEqual(['x']);
    expect((await countsOf(harness, 'dead')).visible).toBe('0');
    expect(await look('orders')).toEqual([]);
    expect(await look('dead')).toEqual(['x']);
  });

  it('does not move because a visibility timeout ends', async () => {
    await look('orders');
    await receive(harness, 'orders');
    await harness.advance(60_000);
    expect((await countsOf(harness, 'orders')).visible).toBe('1');
    expect((await countsOf(harness, 'dead')).visible).toBe('0');
  });

  it('keeps its id, send time and count of receives, and names its source', async () => {
    const first = await receiveOne(harness, 'orders', { ...all, VisibilityTimeout: 0 });
    await harness.advance(1_000);
    await look('orders');
    await look('orders');
    const letter = await receiveOne(harness, 'dead', all);
    expect(letter.MessageId).toBe(first.MessageId);
    expect(letter.Attributes).toMatchObject({
      SentTimestamp: first.Attributes?.SentTimestamp,
      ApproximateReceiveCount: '3',
      DeadLetterQueueSourceArn: arn('orders'),
    });
  });

  it('keeps its age, so that its retention period goes on', async () => {
    await createQueue(harness, 'long', { MessageRetentionPeriod: '1000' });
    await harness.call('SetQueueAttributes', {
      QueueUrl: url('orders'),
      Attributes: redrive('long'),
    });
    await harness.advance(900_000);
    for (let receives = 0; receives < 3; receives += 1) await look('orders');
    await harness.advance(99_999);
    expect(await look('long')).toEqual(['x']);
    await harness.advance(1);
    expect(await look('long')).toEqual([]);
  });

  it('leaves the moving receive to hand out what is behind it', async () => {
    await look('orders');
    await look('orders');
    await send(harness, 'orders', 'y');
    expect(await look('orders', { MaxNumberOfMessages: 1 })).toEqual(['y']);
    expect(await look('dead')).toEqual(['x']);
  });

  it('does not count as sent to the dead-letter queue', async () => {
    for (let receives = 0; receives < 3; receives += 1) await look('orders');
    expect(counted(harness, 'dead', 'NumberOfMessagesSent')).toBe(0);
    expect(counted(harness, 'orders', 'NumberOfMessagesReceived')).toBe(2);
  });

  it('is handed out on and on when the dead-letter queue is gone', async () => {
    await harness.call('DeleteQueue', { QueueUrl: url('dead') });
    for (let receives = 1; receives < 6; receives += 1) {
      expect(await look('orders')).toEqual(['x']);
    }
  });

  it('moves by the policy of the moment of the receive', async () => {
    await look('orders');
    const Attributes = redrive('dead', 1);
    await harness.call('SetQueueAttributes', { QueueUrl: url('orders'), Attributes });
    expect((await countsOf(harness, 'dead')).visible).toBe('0');
    expect(await look('orders')).toEqual([]);
    expect(await look('dead')).toEqual(['x']);
  });

  it('is counted anew by the policy of the dead-letter queue itself', async () => {
    await createQueue(harness, 'last');
    const Attributes = redrive('last', 1);
    await harness.call('SetQueueAttributes', { QueueUrl: url('dead'), Attributes });
    for (let receives = 0; receives < 3; receives += 1) await look('orders');
    expect(await look('dead')).toEqual(['x']);
    expect(await look('dead')).toEqual([]);
    const letter = await receiveOne(harness, 'last', all);
    expect(letter.Attributes).toMatchObject({
      ApproximateReceiveCount: '4',
      DeadLetterQueueSourceArn: arn('dead'),
    });
  });

  it('wakes who waits on the dead-letter queue', async () => {
    await look('orders');
    await look('orders');
    const waiting = receive(harness, 'dead', { WaitTimeSeconds: 20 });
    await parked(harness, 1);
    await look('orders');
    expect((await waiting).map(({ Body }) => Body)).toEqual(['x']);
  });
});

describe('many dead letters', () => {
  it('are moved a hundred at a time, so that no receive takes long', async () => {
    await createQueue(harness, 'many', redrive('dead', 1));
    for (let index = 0; index < 25; index += 1) {
      await harness.call('SendMessageBatch', {
        QueueUrl: url('many'),
        Entries: Array.from({ length: 10 }, (_, at) => ({ Id: String(at), MessageBody: 'x' })),
      });
    }
    for (let index = 0; index < 25; index += 1) await receive(harness, 'many');
    await harness.advance(30_000);
    await send(harness, 'many', 'good');
    expect(await bodies(harness, 'many')).toEqual([]);
    expect((await countsOf(harness, 'dead')).visible).toBe('100');
    const waiting = receive(harness, 'many', { WaitTimeSeconds: 20 });
    await settle(harness);
    await settle(harness);
    expect((await waiting).map(({ Body }) => Body)).toEqual(['good']);
    expect((await countsOf(harness, 'dead')).visible).toBe('250');
  });
});

describe('a message of a FIFO queue', () => {
  it('moves in order, swaps its deduplication id, and lets its group go on', async () => {
    await sendInGroup(harness, 'orders.fifo', 'g', ['1', '2']);
    const [first] = await receive(harness, 'orders.fifo', { VisibilityTimeout: 0 });
    await sendInGroup(harness, 'orders.fifo', 'g', ['3']);
    expect(await look('orders.fifo')).toEqual(['3']);
    const letters = await receive(harness, 'dead.fifo', all);
    expect(letters.map(({ Body }) => Body)).toEqual(['1', '2']);
    expect(letters[0]?.MessageId).toBe(first?.MessageId);
    expect(letters[0]?.Attributes).toMatchObject({
      MessageDeduplicationId: first?.MessageId,
      MessageGroupId: 'g',
      ApproximateReceiveCount: '2',
      DeadLetterQueueSourceArn: arn('orders.fifo'),
    });
  });

  it('is not swallowed by a deduplication id of the dead-letter queue', async () => {
    await sendInGroup(harness, 'dead.fifo', 'g', ['1']);
    await sendInGroup(harness, 'orders.fifo', 'g', ['1']);
    await look('orders.fifo');
    await look('orders.fifo');
    expect(await bodies(harness, 'dead.fifo')).toEqual(['1', '1']);
  });

  it('starts its age anew', async () => {
    await createQueue(harness, 'short.fifo', { MessageRetentionPeriod: '60' });
    const Attributes = redrive('short.fifo', 1);
    await harness.call('SetQueueAttributes', { QueueUrl: url('orders.fifo'), Attributes });
    await sendInGroup(harness, 'orders.fifo', 'g', ['1']);
    await look('orders.fifo');
    await harness.advance(100_000);
    await look('orders.fifo');
    await harness.advance(59_999);
    expect(await look('short.fifo')).toEqual(['1']);
    await harness.advance(1);
    expect(await look('short.fifo')).toEqual([]);
  });
});
