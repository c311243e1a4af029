/** FIFO queues, step by step as courses teach them. */
import type { Message, SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverStarter } from '../../support/server.ts';
import {
  awsCli,
  awsSqs,
  firstLineOf,
  type Json,
  python,
  runAws,
  startPython,
  titled,
} from '../programs.ts';
import { advanceSeconds, counts, sdkClient } from '../sdk-client.ts';

const start = serverStarter(afterAll);
let endpoint: string;

beforeAll(async () => {
  endpoint = await start({ flags: ['--test-clock'] }).ready();
});

const aws = (...words: readonly string[]): Promise<Json> => awsSqs(endpoint, ...words);

describe.skipIf(awsCli.missing)(titled('the same body twice', awsCli), () => {
  it('is one message within five minutes where the content tells', async () => {
    const attributes = ['--attributes', 'FifoQueue=true,ContentBasedDeduplication=true'];
    const created = await aws('create-queue', '--queue-name', 'content.fifo', ...attributes);
    const url = String(created.QueueUrl);
    const send = ['send-message', '--queue-url', url, '--message-group-id', 'g'];
    const first = await aws(...send, '--message-body', 'Latte');
    expect(first.SequenceNumber).toMatch(/^\d{20}$/);
    expect(await aws(...send, '--message-body', 'Latte')).toEqual(first);
    expect(await counts(sdkClient(endpoint), url)).toEqual([1, 0, 0]);
    await advanceSeconds(endpoint, 300);
    await aws(...send, '--message-body', 'Latte');
    expect(await counts(sdkClient(endpoint), url)).toEqual([2, 0, 0]);
  });

  it('needs a deduplication id where it does not', async () => {
    const attributes = ['--attributes', 'FifoQueue=true'];
    const created = await aws('create-queue', '--queue-name', 'explicit.fifo', ...attributes);
    const url = String(created.QueueUrl);
    const send = ['send-message', '--queue-url', url, '--message-body', 'Latte'];
    const group = ['--message-group-id', 'g'];
    const { exitCode, stderr } = await runAws(endpoint, ['sqs', ...send, ...group]);
    expect([254, 255]).toContain(exitCode);
    expect(stderr).toContain(
      'An error occurred (InvalidParameterValue) when calling the SendMessage operation: ' +
        'The queue should either have ContentBasedDeduplication enabled or ' +
        'MessageDeduplicationId provided explicitly',
    );
    for (const id of ['sale-1', 'sale-1', 'sale-2']) {
      await aws(...send, ...group, '--message-deduplication-id', id);
    }
    expect(await counts(sdkClient(endpoint), url)).toEqual([2, 0, 0]);
  });
});

async function newFifo(name: string): Promise<string> {
  const { QueueUrl = '' } = await sdkClient(endpoint).createQueue({
    QueueName: `${name}.fifo`,
    Attributes: { FifoQueue: 'true', ContentBasedDeduplication: 'true' },
  });
  return QueueUrl;
}

describe('groups', () => {
  let sqs: SQS;
  let QueueUrl: string;

  beforeAll(async () => {
    sqs = sdkClient(endpoint);
    QueueUrl = await newFifo('groups');
    for (const MessageBody of ['a1', 'b1', 'a2', 'b2']) {
      await sqs.sendMessage({ QueueUrl, MessageBody, MessageGroupId: MessageBody.slice(0, 1) });
    }
  });

  const receive = async (consumer: SQS): Promise<Message | undefined> =>
    (await consumer.receiveMessage({ QueueUrl })).Messages?.[0];

  it('are worked on side by side, each in its order and locked while in flight', async () => {
    const other = sdkClient(endpoint);
    const a1 = await receive(sqs);
    const b1 = await receive(other);
    expect([a1?.Body, b1?.Body]).toEqual(['a1', 'b1']);
    expect(await receive(other)).toBeUndefined();
    await other.deleteMessage({ QueueUrl, ReceiptHandle: b1?.ReceiptHandle });
    const b2 = await receive(other);
    expect(b2?.Body).toBe('b2');
    await other.deleteMessage({ QueueUrl, ReceiptHandle: b2?.ReceiptHandle });
    expect(await receive(other)).toBeUndefined();
    await sqs.changeMessageVisibility({
      QueueUrl,
      ReceiptHandle: a1?.ReceiptHandle,
      VisibilityTimeout: 0,
    });
  });

  it.skipIf(python.missing)(
    titled('give the message of a crashed consumer to the next one first', python),
    async () => {
      const consumer = startPython('consumer.py', endpoint, [QueueUrl]);
      expect(await firstLineOf(consumer)).toBe('a1');
      consumer.kill('SIGKILL');
      expect(await receive(sqs)).toBeUndefined();
      await advanceSeconds(endpoint, 30);
      for (const expected of ['a1', 'a2']) {
        const message = await receive(sqs);
        expect(message?.Body).toBe(expected);
        await sqs.deleteMessage({ QueueUrl, ReceiptHandle: message?.ReceiptHandle });
      }
    },
  );
});

describe('a hundred trucks', () => {
  const TRUCKS = 100;
  const POSITIONS = 4;
  const positions = Array.from({ length: POSITIONS }, (_, position) => position);

  it('report their positions in order to a hundred consumers at once', async () => {
    const QueueUrl = await newFifo('trucks');
    await sendPositions(QueueUrl);
    const arrived = new Map<string, number[]>();
    const inHand = new Set<string>();
    let left = TRUCKS * POSITIONS;
    const over = new AbortController();

    async function consume(): Promise<void> {
      const sqs = sdkClient(endpoint);
      while (left > 0) {
        const { Messages: [message] = [] } = await sqs.receiveMessage(
          { QueueUrl, WaitTimeSeconds: 20 },
          { abortSignal: over.signal },
        );
        const { truck, position } = JSON.parse(message?.Body ?? '');
        expect(inHand, 'a truck that another consumer works on').not.toContain(truck);
        inHand.add(truck);
        arrived.set(truck, [...(arrived.get(truck) ?? []), position]);
        const handle = { QueueUrl, ReceiptHandle: message?.ReceiptHandle };
        await sqs.changeMessageVisibility({ ...handle, VisibilityTimeout: 60 });
        inHand.delete(truck);
        left -= 1;
        await sqs.deleteMessage(handle);
      }
      over.abort();
    }

    const consumers = await Promise.allSettled(Array.from({ length: 100 }, consume));
    for (const consumer of consumers) {
      if (consumer.status === 'rejected') {
        expect(consumer.reason).toMatchObject({ name: 'AbortError' });
      }
    }
    expect(arrived.size).toBe(TRUCKS);
    for (const [truck, order] of arrived) expect(order, truck).toEqual(positions);
    expect(await counts(sdkClient(endpoint), QueueUrl)).toEqual([0, 0, 0]);
  });

  /** Position by position, as trucks that drive at the same time would. */
  async function sendPositions(QueueUrl: string): Promise<void> {
    const sqs = sdkClient(endpoint);
    for (const position of positions) {
      for (let first = 0; first < TRUCKS; first += 10) {
        const Entries = Array.from({ length: 10 }, (_, n) => {
          const truck = `truck-${first + n}`;
          const MessageBody = JSON.stringify({ truck, position });
          return { Id: truck, MessageGroupId: truck, MessageBody };
        });
        await sqs.sendMessageBatch({ QueueUrl, Entries });
      }
    }
  }
});
