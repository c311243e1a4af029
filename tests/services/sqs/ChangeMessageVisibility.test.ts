/** ChangeMessageVisibility: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqs } from '../../../src/services/sqs/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  bodies,
  changeVisibility as change,
  invalidHandle,
  invalidParameter,
  openHarness,
  receiveOne,
  remove,
  send,
  sendInGroup,
} from './messages.ts';
import { createQueue, missingParameter, noSuchQueue, url } from './queues.ts';

let harness: ServiceHarness;

beforeEach(async () => {
  harness = openHarness();
  await createQueue(harness, 'orders');
});

afterEach(() => harness.close());

const failure = (name: string, ReceiptHandle: string, VisibilityTimeout: number) =>
  harness.failure('ChangeMessageVisibility', {
    QueueUrl: url(name),
    ReceiptHandle,
    VisibilityTimeout,
  });

const unavailable = (handle: string) =>
  invalidParameter(
    `Value ${handle} for parameter ReceiptHandle is invalid. ` +
      'Reason: Message does not exist or is not available for visibility timeout change.',
  );

const notInFlight = {
  code: 'MessageNotInflight',
  queryCode: 'AWS.SimpleQueueService.MessageNotInflight',
  status: 400,
  message: 'The specified message is not in flight.',
};

const beyondLimit = (seconds: number) =>
  invalidParameter(
    `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: Total ` +
      'VisibilityTimeout for the message is beyond the limit [43200 seconds]',
  );

async function sendAndReceive(more: object = {}): Promise<string> {
  await send(harness, 'orders', 'x');
  return (await receiveOne(harness, 'orders', more)).ReceiptHandle;
}

describe('ChangeMessageVisibility serialization', () => {
  const codecs = new Codecs(sqs, 'ChangeMessageVisibility');

  it('reads JSON and forms, and answers nothing', () => {
    const input = {
      QueueUrl: '/000000000000/orders',
      ReceiptHandle: 'h',
      VisibilityTimeout: 0,
    };
    expect(codecs.fromJson(input)).toEqual(input);
    const form = 'ReceiptHandle=h&VisibilityTimeout=0';
    expect(codecs.fromForm(form, '/000000000000/orders')).toEqual(input);
    expect(codecs.toXml({})).toBe('');
  });
});

describe('ChangeMessageVisibility validation', () => {
  it('asks for all its parameters and for a queue that is there', async () => {
    const input = { QueueUrl: url('absent'), ReceiptHandle: 'x', VisibilityTimeout: -1 };
    for (const name of ['QueueUrl', 'ReceiptHandle', 'VisibilityTimeout']) {
      const without = { ...input, [name]: undefined };
      const error = await harness.failure('ChangeMessageVisibility', without);
      expect(error).toEqual(missingParameter(name));
    }
    expect(await harness.failure('ChangeMessageVisibility', input)).toEqual(noSuchQueue);
  });

  it.each([[-1], [43_201]])('refuses %i seconds', async (seconds) => {
    expect(await failure('orders', await sendAndReceive(), seconds)).toEqual(
      invalidParameter(
        `Value ${seconds} for parameter VisibilityTimeout is invalid. ` +
          'Reason: VisibilityTimeout must be an integer between 0 and 43200.',
      ),
    );
  });

  it('refuses what is no handle of this queue', async () => {
    await createQueue(harness, 'bills');
    expect(await failure('orders', 'x', 10)).toEqual(invalidHandle('x'));
    const handle = await sendAndReceive();
    expect(await failure('bills', handle, 10)).toEqual(invalidHandle(handle));
  });
});

describe('ChangeMessageVisibility behaviour', () => {
  it('counts from now, for this receive only', async () => {
    const handle = await sendAndReceive();
    await harness.advance(20_000);
    await change(harness, 'orders', handle, 60);
    await harness.advance(59_999);
    expect(await bodies(harness, 'orders')).toEqual([]);
    await harness.advance(1);
    expect(await bodies(harness, 'orders')).toEqual(['x']);
    await harness.advance(29_999);
    expect(await bodies(harness, 'orders')).toEqual([]);
    await harness.advance(1);
    expect(await bodies(harness, 'orders')).toEqual(['x']);
  });

  it('shortens too, and with 0 shows the message at once', async () => {
    const handle = await sendAndReceive();
    await change(harness, 'orders', handle, 1);
    await harness.advance(1_000);
    const again = await receiveOne(harness, 'orders');
    await change(harness, 'orders', again.ReceiptHandle, 0);
    expect(await bodies(harness, 'orders')).toEqual(['x']);
  });

  it('gives a message of a FIFO queue back to the front of its group', async () => {
    await createQueue(harness, 'fifo.fifo');
    await sendInGroup(harness, 'fifo.fifo', 'g', ['1', '2']);
    const { ReceiptHandle } = await receiveOne(harness, 'fifo.fifo');
    await change(harness, 'fifo.fifo', ReceiptHandle, 0);
    expect(await bodies(harness, 'fifo.fifo')).toEqual(['1', '2']);
  });

  it('refuses a message that was deleted', async () => {
    const handle = await sendAndReceive();
    await remove(harness, 'orders', handle);
    expect(await failure('orders', handle, 10)).toEqual(unavailable(handle));
  });

  it('refuses a message that is visible again', async () => {
    const handle = await sendAndReceive();
    await harness.advance(30_000);
    expect(await failure('orders', handle, 10)).toEqual(notInFlight);
  });

  it('refuses an older handle of a message that was received since', async () => {
    const handle = await sendAndReceive();
    await harness.advance(30_000);
    const { ReceiptHandle } = await receiveOne(harness, 'orders');
    expect(await failure('orders', handle, 0)).toEqual(unavailable(handle));
    expect(await bodies(harness, 'orders')).toEqual([]);
    await change(harness, 'orders', ReceiptHandle, 0);
  });

  it('never goes beyond 12 hours from the receive', async () => {
    const handle = await sendAndReceive();
    expect(await failure('orders', handle, 43_200)).toEqual(beyondLimit(43_200));
    await harness.advance(5_000);
    expect(await failure('orders', handle, 43_195)).toEqual(beyondLimit(43_195));
    await change(harness, 'orders', handle, 43_194);
    await harness.advance(40_000_000);
    expect(await failure('orders', handle, 3_195)).toEqual(beyondLimit(3_195));
    await change(harness, 'orders', handle, 3_194);
  });

  it('counts the 12 hours of the next receive from that receive', async () => {
    await change(harness, 'orders', await sendAndReceive(), 0);
    await harness.advance(10_000_000);
    const { ReceiptHandle } = await receiveOne(harness, 'orders');
    await change(harness, 'orders', ReceiptHandle, 43_199);
  });
});
