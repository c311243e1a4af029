/** A server that is killed with everything under way that the courses build, and started again. */
import type { SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Server, serverStarter } from '../../support/server.ts';
import { advanceSeconds, counts, drain, sdkClient } from '../sdk-client.ts';

const start = serverStarter(afterAll);
let server: Server;
let endpoint: string;
let sqs: SQS;

async function boot(folder?: string): Promise<void> {
  server = start({ flags: ['--test-clock'], ...(folder !== undefined && { folder }) });
  endpoint = await server.ready();
  sqs = sdkClient(endpoint);
}

const arnOf = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;

describe('after kill -9 and a new start', () => {
  let handle: string | undefined;

  beforeAll(async () => {
    await boot();
    await sqs.createQueue({ QueueName: 'dead' });
    await sqs.createQueue({
      QueueName: 'sales',
      Attributes: {
        VisibilityTimeout: '60',
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf('dead'), maxReceiveCount: 2 }),
      },
      tags: { Name: 'sales' },
    });
    await sqs.sendMessage({
      QueueUrl: 'sales',
      MessageBody: 'received',
      MessageAttributes: { Author: { DataType: 'String', StringValue: 'Zoë' } },
    });
    const { Messages = [] } = await sqs.receiveMessage({ QueueUrl: 'sales' });
    handle = Messages[0]?.ReceiptHandle;
    await sqs.sendMessage({ QueueUrl: 'sales', MessageBody: 'delayed', DelaySeconds: 900 });
    await sqs.sendMessage({ QueueUrl: 'sales', MessageBody: 'waiting' });

    await letRedriveBegin();

    await server.stop('SIGKILL');
    await boot(server.folder);
  });

  /** Three dead letters, of which one a second is moved: the kill comes in between. */
  async function letRedriveBegin(): Promise<void> {
    await sqs.createQueue({ QueueName: 'errors' });
    await sqs.createQueue({
      QueueName: 'failing',
      Attributes: {
        VisibilityTimeout: '0',
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf('errors'), maxReceiveCount: 1 }),
      },
    });
    for (const MessageBody of ['a', 'b', 'c']) {
      await sqs.sendMessage({ QueueUrl: 'failing', MessageBody });
    }
    for (let receives = 0; receives < 2; receives++) {
      await sqs.receiveMessage({ QueueUrl: 'failing', MaxNumberOfMessages: 10 });
    }
    const SourceArn = arnOf('errors');
    await sqs.startMessageMoveTask({ SourceArn, MaxNumberOfMessagesPerSecond: 1 });
    await vi.waitFor(async () => expect(await counts(sqs, 'errors')).toEqual([2, 0, 0]), 10_000);
  }

  it('queues have their settings and tags', async () => {
    const { QueueUrls } = await sqs.listQueues({});
    expect(QueueUrls?.map((url) => url.slice(url.lastIndexOf('/') + 1)).toSorted()).toEqual([
      'dead',
      'errors',
      'failing',
      'sales',
    ]);
    const { Attributes } = await sqs.getQueueAttributes({
      QueueUrl: 'sales',
      AttributeNames: ['VisibilityTimeout'],
    });
    expect(Attributes).toEqual({ VisibilityTimeout: '60' });
    expect((await sqs.listQueueTags({ QueueUrl: 'sales' })).Tags).toEqual({ Name: 'sales' });
    const { queueUrls } = await sqs.listDeadLetterSourceQueues({ QueueUrl: 'dead' });
    expect(queueUrls).toEqual([`${endpoint}/000000000000/sales`]);
  });

  it('messages wait, are hidden and are delayed as before', async () => {
    expect(await counts(sqs, 'sales')).toEqual([1, 1, 1]);
    await sqs.changeMessageVisibility({
      QueueUrl: 'sales',
      ReceiptHandle: handle,
      VisibilityTimeout: 600,
    });
    expect(await drain(sqs, 'sales')).toEqual(['waiting']);
    await advanceSeconds(endpoint, 600);
    const { Messages } = await sqs.receiveMessage({
      QueueUrl: 'sales',
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      MessageAttributeNames: ['All'],
    });
    expect(Messages).toMatchObject([
      {
        Body: 'received',
        Attributes: { ApproximateReceiveCount: '2' },
        MessageAttributes: { Author: { StringValue: 'Zoë' } },
      },
    ]);
    await advanceSeconds(endpoint, 300);
    expect(await drain(sqs, 'sales')).toEqual(['delayed']);
    expect(await drain(sqs, 'dead')).toEqual(['received']);
  });

  it('a redrive goes on to its end', async () => {
    await vi.waitFor(async () => {
      await advanceSeconds(endpoint, 1);
      expect(await counts(sqs, 'errors')).toEqual([0, 0, 0]);
    }, 10_000);
    expect((await drain(sqs, 'failing')).toSorted()).toEqual(['a', 'b', 'c']);
  });
});

describe('after kill -9 and a new start of a FIFO queue', () => {
  let handle: string | undefined;
  let messageId: string | undefined;
  const QueueUrl = 'trucks.fifo';
  const Attributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };

  beforeAll(async () => {
    await boot();
    await sqs.createQueue({ QueueName: QueueUrl, Attributes });
    for (const MessageBody of ['1', '2', '3']) {
      const sent = await sqs.sendMessage({ QueueUrl, MessageBody, MessageGroupId: 'truck' });
      messageId = sent.MessageId;
    }
    const { Messages = [] } = await sqs.receiveMessage({ QueueUrl });
    handle = Messages[0]?.ReceiptHandle;
    await server.stop('SIGKILL');
    await boot(server.folder);
  });

  it('a group stays locked, in order, and duplicates are known', async () => {
    const again = await sqs.sendMessage({ QueueUrl, MessageBody: '3', MessageGroupId: 'truck' });
    expect(again.MessageId).toBe(messageId);
    expect((await sqs.receiveMessage({ QueueUrl })).Messages).toBeUndefined();
    await sqs.deleteMessage({ QueueUrl, ReceiptHandle: handle });
    expect(await drain(sqs, QueueUrl)).toEqual(['2', '3']);
  });
});
