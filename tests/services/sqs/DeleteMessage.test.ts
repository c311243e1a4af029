/** DeleteMessage: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqs } from '../../../src/services/sqs/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  bodies,
  changeVisibility,
  counted,
  invalidHandle,
  invalidParameter,
  openHarness,
  receive,
  receiveOne,
  remove,
  send,
  sendInGroup,
} from './messages.ts';
import { countsOf, createQueue, missingParameter, noSuchQueue, url } from './queues.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = openHarness();
});

afterEach(() => harness.close());

const failure = (name: string, ReceiptHandle: string) =>
  harness.failure('DeleteMessage', { QueueUrl: url(name), ReceiptHandle });

describe('DeleteMessage serialization', () => {
  const codecs = new Codecs(sqs, 'DeleteMessage');

  it('reads JSON and forms, and answers nothing', () => {
    const input = { QueueUrl: '/000000000000/orders', ReceiptHandle: 'a+b/c=' };
    expect(codecs.fromJson(input)).toEqual(input);
    const form = 'Action=DeleteMessage&ReceiptHandle=a%2Bb%2Fc%3D';
    expect(codecs.fromForm(form, '/000000000000/orders')).toEqual(input);
    expect(codecs.toJson({})).toEqual({});
    expect(codecs.toXml({})).toBe('');
  });
});

describe('DeleteMessage validation', () => {
  beforeEach(() => createQueue(harness, 'orders'));

  it('asks for a queue that is there and for a handle', async () => {
    const noUrl = await harness.failure('DeleteMessage', { ReceiptHandle: 'x' });
    expect(noUrl).toEqual(missingParameter('QueueUrl'));
    const noHandle = await harness.failure('DeleteMessage', { QueueUrl: url('orders') });
    expect(noHandle).toEqual(missingParameter('ReceiptHandle'));
    expect(await failure('absent', 'x')).toEqual(noSuchQueue);
  });

  it.each([['x'], [''], ['AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a']])(
    'refuses the handle %j',
    async (handle) => {
      expect(await failure('orders', handle)).toEqual(invalidHandle(handle));
    },
  );

  it('refuses a handle of another queue, and of a deleted queue of the same name', async () => {
    await createQueue(harness, 'bills');
    await send(harness, 'orders', 'x');
    const { ReceiptHandle } = await receiveOne(harness, 'orders');
    expect(await failure('bills', ReceiptHandle)).toEqual(invalidHandle(ReceiptHandle));
    await harness.call('DeleteQueue', { QueueUrl: url('orders') });
    await harness.advance(60_000);
    await createQueue(harness, 'orders');
    expect(await failure('orders', ReceiptHandle)).toEqual(invalidHandle(ReceiptHandle));
  });
});

describe('DeleteMessage behaviour on a standard queue', () => {
  beforeEach(async () => {
    await createQueue(harness, 'orders');
    await send(harness, 'orders', 'x');
  });

  it('removes the message for good', async () => {
    const { ReceiptHandle } = await receiveOne(harness, 'orders');
    expect(await remove(harness, 'orders', ReceiptHandle)).toEqual({});
    await harness.advance(60_000);
    expect(await bodies(harness, 'orders')).toEqual([]);
  });

  it('succeeds again and again, and counts each call', async () => {
    const { ReceiptHandle } = await receiveOne(harness, 'orders');
    for (let call = 0; call < 3; call += 1) await remove(harness, 'orders', ReceiptHandle);
    expect(counted(harness, 'orders', 'NumberOfMessagesDeleted')).toBe(3);
  });

  it('succeeds after the visibility timeout, even if another has the message', async () => {
    const first = await receiveOne(harness, 'orders');
    await harness.advance(30_000);
    const second = await receiveOne(harness, 'orders');
    expect(second.ReceiptHandle).not.toBe(first.ReceiptHandle);
    await remove(harness, 'orders', first.ReceiptHandle);
    await harness.advance(30_000);
    expect(await bodies(harness, 'orders')).toEqual([]);
    await remove(harness, 'orders', second.ReceiptHandle);
  });

  it('succeeds for what a purge took, and leaves what came after', async () => {
    const { ReceiptHandle } = await receiveOne(harness, 'orders');
    await harness.call('PurgeQueue', { QueueUrl: url('orders') });
    await send(harness, 'orders', 'y');
    await remove(harness, 'orders', ReceiptHandle);
    expect(await bodies(harness, 'orders')).toEqual(['y']);
  });
});

describe('DeleteMessage behaviour on a FIFO queue', () => {
  beforeEach(async () => {
    await createQueue(harness, 'fifo.fifo');
    await sendInGroup(harness, 'fifo.fifo', 'g', ['1', '2', '3']);
  });

  const expired = (handle: string) =>
    invalidParameter(
      `Value ${handle} for parameter ReceiptHandle is invalid. ` +
        'Reason: The receipt handle has expired.',
    );

  it('lets the group go on once nothing of it is in flight, in any order', async () => {
    const [first, second] = await receive(harness, 'fifo.fifo', { MaxNumberOfMessages: 2 });
    await remove(harness, 'fifo.fifo', second?.ReceiptHandle ?? '');
    expect(await bodies(harness, 'fifo.fifo')).toEqual([]);
    await remove(harness, 'fifo.fifo', first?.ReceiptHandle ?? '');
    expect(await bodies(harness, 'fifo.fifo')).toEqual(['3']);
  });

  it('refuses a handle whose visibility timeout is over, and keeps the message', async () => {
    const { ReceiptHandle } = await receiveOne(harness, 'fifo.fifo');
    await harness.advance(30_001);
    expect(await failure('fifo.fifo', ReceiptHandle)).toEqual(expired(ReceiptHandle));
    expect((await countsOf(harness, 'fifo.fifo')).visible).toBe('3');
  });

  it('refuses an older handle of a message that another consumer has', async () => {
    const { ReceiptHandle } = await receiveOne(harness, 'fifo.fifo');
    await harness.advance(30_000);
    const again = await receiveOne(harness, 'fifo.fifo');
    expect(await failure('fifo.fifo', ReceiptHandle)).toEqual(expired(ReceiptHandle));
    await remove(harness, 'fifo.fifo', again.ReceiptHandle);
  });

  it('takes a handle for as long as its visibility was extended', async () => {
    const { ReceiptHandle } = await receiveOne(harness, 'fifo.fifo');
    await changeVisibility(harness, 'fifo.fifo', ReceiptHandle, 100);
    await harness.advance(99_999);
    await remove(harness, 'fifo.fifo', ReceiptHandle);
    expect(await bodies(harness, 'fifo.fifo')).toEqual(['2', '3']);
  });

  it('takes a handle of visibility 0 in the same millisecond, and no later', async () => {
    const first = await receiveOne(harness, 'fifo.fifo', { VisibilityTimeout: 0 });
    await remove(harness, 'fifo.fifo', first.ReceiptHandle);
    const second = await receiveOne(harness, 'fifo.fifo', { VisibilityTimeout: 0 });
    await harness.advance(1);
    expect(await failure('fifo.fifo', second.ReceiptHandle)).toEqual(expired(second.ReceiptHandle));
  });

  it('succeeds for a message that is gone, expired handle or not', async () => {
    const { ReceiptHandle } = await receiveOne(harness, 'fifo.fifo');
    await remove(harness, 'fifo.fifo', ReceiptHandle);
    await harness.advance(60_000);
    await remove(harness, 'fifo.fifo', ReceiptHandle);
    expect(counted(harness, 'fifo.fifo', 'NumberOfMessagesDeleted')).toBe(2);
  });
});
