/** FIFO queues through the AWS SDK for JavaScript: order, groups, deduplication, attempts. */
import type { Message, SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serverStarter } from '../../support/server.ts';
import { advanceSeconds, counts, drain, protocols, sdkClient } from '../sdk-client.ts';

const start = serverStarter(afterAll);
let endpoint: string;
let sqs: SQS;
let queueCount = 0;
/** A queue of its own for each test; the server is shared. */
let QueueUrl: string;

beforeEach(async () => {
  ({ QueueUrl = '' } = await sqs.createQueue({
    QueueName: `q${++queueCount}.fifo`,
    Attributes: { FifoQueue: 'true', ContentBasedDeduplication: 'true' },
  }));
});

const send = (MessageGroupId: string, MessageBody: string) =>
  sqs.sendMessage({ QueueUrl, MessageGroupId, MessageBody });

async function receive(MaxNumberOfMessages = 10): Promise<Message[]> {
  const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages });
  return Messages;
}

const bodies = (messages: readonly Message[]) => messages.map(({ Body }) => Body);

describe.each(protocols)('over $name', ({ settings }) => {
  beforeAll(async () => {
    endpoint = await start({ flags: ['--test-clock'] }).ready();
    sqs = sdkClient(endpoint, settings);
  });

  it('answers with growing sequence numbers and hands out FIFO attributes', async () => {
    const first = await send('g', 'one');
    const second = await send('g', 'two');
    expect(first.SequenceNumber).toMatch(/^\d{20}$/);
    expect(BigInt(second.SequenceNumber ?? 0)).toBeGreaterThan(BigInt(first.SequenceNumber ?? 0));
    const { Messages } = await sqs.receiveMessage({
      QueueUrl,
      MessageSystemAttributeNames: ['All'],
    });
    expect(Messages?.[0]?.Attributes).toMatchObject({
      MessageGroupId: 'g',
      SequenceNumber: first.SequenceNumber,
      // SHA-256 of `one`.
      MessageDeduplicationId: '7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed',
      ApproximateReceiveCount: '1',
    });
  });

  it('says in its attributes that it is one', async () => {
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['All'] });
    expect(Attributes).toMatchObject({
      FifoQueue: 'true',
      ContentBasedDeduplication: 'true',
      DeduplicationScope: 'queue',
      FifoThroughputLimit: 'perQueue',
    });
  });

  it('keeps the order of a group, and a group to itself while it is in flight', async () => {
    for (const body of ['a1', 'b1', 'a2', 'a3', 'b2']) await send(body.slice(0, 1), body);
    const [first, ...none] = await receive(1);
    expect([first?.Body, none]).toEqual(['a1', []]);
    expect(bodies(await receive())).toEqual(['b1', 'b2']);
    expect(bodies(await receive())).toEqual([]);
    await sqs.deleteMessage({ QueueUrl, ReceiptHandle: first?.ReceiptHandle });
    expect(bodies(await receive())).toEqual(['a2', 'a3']);
    await advanceSeconds(endpoint, 30);
    expect((await drain(sqs, QueueUrl)).filter((body) => body.startsWith('a'))).toEqual([
      'a2',
      'a3',
    ]);
  });

  it('keeps the order of a batch, entry by entry', async () => {
    const Entries = Array.from({ length: 10 }, (_, i) => ({
      Id: `e${i}`,
      MessageBody: `${i}`,
      MessageGroupId: i === 4 ? 'not a group' : 'g',
    }));
    const { Successful = [], Failed } = await sqs.sendMessageBatch({ QueueUrl, Entries });
    expect(Failed).toMatchObject([{ Id: 'e4', Code: 'InvalidParameterValue', SenderFault: true }]);
    const numbers = Successful.map(({ SequenceNumber = '' }) => SequenceNumber);
    expect(numbers).toEqual(numbers.toSorted());
    expect(bodies(await receive())).toEqual(['0', '1', '2', '3', '5', '6', '7', '8', '9']);
  });

  it('takes a body once in five minutes, and answers the same for each', async () => {
    const first = await send('g', 'once');
    const second = await send('g', 'once');
    expect(second.MessageId).toBe(first.MessageId);
    expect(await drain(sqs, QueueUrl)).toEqual(['once']);
    await advanceSeconds(endpoint, 299);
    await send('g', 'once');
    expect(await drain(sqs, QueueUrl)).toEqual([]);
    await advanceSeconds(endpoint, 1);
    await send('g', 'once');
    expect(await drain(sqs, QueueUrl)).toEqual(['once']);
  });

  it('hands out the same again to the same receive attempt', async () => {
    await send('g', 'one');
    const attempt = () => sqs.receiveMessage({ QueueUrl, ReceiveRequestAttemptId: 'attempt-1' });
    const first = await attempt();
    const second = await attempt();
    expect(first.Messages).toHaveLength(1);
    expect(second.Messages?.[0]?.ReceiptHandle).toBe(first.Messages?.[0]?.ReceiptHandle);
    expect(await receive()).toEqual([]);
  });

  it('refuses to delete with an expired handle', async () => {
    await send('g', 'slow');
    const [message] = await receive();
    await advanceSeconds(endpoint, 31);
    await expect(
      sqs.deleteMessage({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }),
    ).rejects.toMatchObject({
      Code: 'InvalidParameterValue',
      message: expect.stringMatching(/ Reason: The receipt handle has expired\.$/),
    });
  });

  it('keeps order and groups on the way to the dead-letter queue and back', async () => {
    const { QueueUrl: dead = '' } = await sqs.createQueue({
      QueueName: `dead${queueCount}.fifo`,
      Attributes: { FifoQueue: 'true' },
    });
    const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:dead${queueCount}.fifo`;
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 });
    await sqs.setQueueAttributes({ QueueUrl, Attributes: { RedrivePolicy } });
    for (const body of ['1', '2', '3']) await send('g', body);
    expect(bodies(await receive())).toEqual(['1', '2', '3']);
    await advanceSeconds(endpoint, 30);
    expect(await receive()).toEqual([]);
    expect(await counts(sqs, dead)).toEqual([3, 0, 0]);

    await sqs.startMessageMoveTask({ SourceArn: deadLetterTargetArn });
    const back: (string | undefined)[] = [];
    while (back.length < 3) {
      const { Messages = [] } = await sqs.receiveMessage({
        QueueUrl,
        WaitTimeSeconds: 20,
        MaxNumberOfMessages: 10,
      });
      for (const { Body, ReceiptHandle } of Messages) {
        back.push(Body);
        await sqs.deleteMessage({ QueueUrl, ReceiptHandle });
      }
    }
    expect(back).toEqual(['1', '2', '3']);
  });
});
