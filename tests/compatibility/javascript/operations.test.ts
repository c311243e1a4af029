/** Every operation that the AWS SDK for JavaScript has, called against the real program. */
import type * as sdk from '@aws-sdk/client-sqs';
import { paginateListQueues, type SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { serverStarter } from '../../support/server.ts';
import { counts, drain, protocols, sdkClient } from '../sdk-client.ts';

/** Grows with the SDK: an operation that it gains and this file lacks is a type error. */
type Operation = {
  [Name in keyof typeof sdk]: Name extends `${infer Operation}Command`
    ? Operation extends '$'
      ? never
      : Operation
    : never;
}[keyof typeof sdk];

const start = serverStarter(afterAll);
let endpoint: string;
let sqs: SQS;

let queueCount = 0;

async function newQueue(input: Partial<sdk.CreateQueueCommandInput> = {}): Promise<string> {
  const { QueueUrl = '' } = await sqs.createQueue({ QueueName: `q${++queueCount}`, ...input });
  return QueueUrl;
}

const arnOf = (url: string): string =>
  `arn:aws:sqs:us-east-1:000000000000:${url.slice(url.lastIndexOf('/') + 1)}`;

/** A dead-letter queue and its source. */
async function newDeadLetterPair(): Promise<{ source: string; dead: string }> {
  const dead = await newQueue();
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf(dead), maxReceiveCount: 1 });
  return { dead, source: await newQueue({ Attributes: { RedrivePolicy } }) };
}

/** A message that is dead: received once, and by the next receive moved. */
async function letDie(source: string, MessageBody: string): Promise<void> {
  await sqs.sendMessage({ QueueUrl: source, MessageBody });
  await sqs.receiveMessage({ QueueUrl: source, VisibilityTimeout: 0 });
  expect((await sqs.receiveMessage({ QueueUrl: source })).Messages).toBeUndefined();
}

async function receiveOne(QueueUrl: string): Promise<sdk.Message> {
  const { Messages = [] } = await sqs.receiveMessage({ QueueUrl });
  expect(Messages).toHaveLength(1);
  return Messages[0] ?? {};
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const operations: { readonly [O in Operation]: () => Promise<void> } = {
  async AddPermission() {
    const QueueUrl = await newQueue();
    await sqs.addPermission({
      QueueUrl,
      Label: 'partners',
      AWSAccountIds: ['111122223333'],
      Actions: ['SendMessage'],
    });
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['Policy'] });
    expect(JSON.parse(Attributes?.Policy ?? '')).toMatchObject({
      Statement: [
        {
          Sid: 'partners',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111122223333:root' },
          Action: 'SQS:SendMessage',
          Resource: arnOf(QueueUrl),
        },
      ],
    });
  },

  async CancelMessageMoveTask() {
    const { source, dead } = await newDeadLetterPair();
    for (const body of ['a', 'b', 'c']) await letDie(source, body);
    const { TaskHandle } = await sqs.startMessageMoveTask({
      SourceArn: arnOf(dead),
      MaxNumberOfMessagesPerSecond: 1,
    });
    const { ApproximateNumberOfMessagesMoved } = await sqs.cancelMessageMoveTask({ TaskHandle });
    expect(ApproximateNumberOfMessagesMoved).toBeLessThan(3);
  },

  async ChangeMessageVisibility() {
    const QueueUrl = await newQueue();
    await sqs.sendMessage({ QueueUrl, MessageBody: 'again' });
    const { ReceiptHandle } = await receiveOne(QueueUrl);
    expect(await counts(sqs, QueueUrl)).toEqual([0, 1, 0]);
    await sqs.changeMessageVisibility({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 });
    expect(await receiveOne(QueueUrl)).toMatchObject({ Body: 'again' });
  },

  async ChangeMessageVisibilityBatch() {
    const QueueUrl = await newQueue();
    await sqs.sendMessage({ QueueUrl, MessageBody: 'again' });
    const { ReceiptHandle } = await receiveOne(QueueUrl);
    const result = await sqs.changeMessageVisibilityBatch({
      QueueUrl,
      Entries: [
        { Id: 'good', ReceiptHandle, VisibilityTimeout: 0 },
        { Id: 'bad', ReceiptHandle, VisibilityTimeout: 43_201 },
      ],
    });
    expect(result.Successful).toEqual([{ Id: 'good' }]);
    expect(result.Failed).toMatchObject([
      { Id: 'bad', SenderFault: true, Code: 'InvalidParameterValue' },
    ]);
    expect(await receiveOne(QueueUrl)).toMatchObject({ Body: 'again' });
  },

  async CreateQueue() {
    const { QueueUrl, $metadata } = await sqs.createQueue({
      QueueName: 'orders',
      Attributes: { VisibilityTimeout: '60' },
      tags: { team: 'sales' },
    });
    expect(QueueUrl).toBe(`${endpoint}/000000000000/orders`);
    expect($metadata).toMatchObject({
      httpStatusCode: 200,
      requestId: expect.stringMatching(UUID),
      attempts: 1,
    });
    const again = await sqs.createQueue({ QueueName: 'orders' });
    expect(again.QueueUrl).toBe(QueueUrl);
  },

  async DeleteMessage() {
    const QueueUrl = await newQueue();
    await sqs.sendMessage({ QueueUrl, MessageBody: 'done' });
    const { ReceiptHandle } = await receiveOne(QueueUrl);
    const { $metadata, ...members } = await sqs.deleteMessage({ QueueUrl, ReceiptHandle });
    expect(members).toEqual({});
    expect($metadata.httpStatusCode).toBe(200);
    expect(await counts(sqs, QueueUrl)).toEqual([0, 0, 0]);
  },

  async DeleteMessageBatch() {
    const QueueUrl = await newQueue();
    await sqs.sendMessage({ QueueUrl, MessageBody: 'done' });
    const { ReceiptHandle } = await receiveOne(QueueUrl);
    const result = await sqs.deleteMessageBatch({
      QueueUrl,
      Entries: [
        { Id: 'good', ReceiptHandle },
        { Id: 'bad', ReceiptHandle: 'not-a-handle' },
      ],
    });
    expect(result.Successful).toEqual([{ Id: 'good' }]);
    expect(result.Failed).toEqual([
      {
        Id: 'bad',
        SenderFault: true,
        Code: 'ReceiptHandleIsInvalid',
        Message: expect.stringContaining('not-a-handle'),
      },
    ]);
    expect(await counts(sqs, QueueUrl)).toEqual([0, 0, 0]);
  },

  async DeleteQueue() {
    const QueueUrl = await newQueue();
    await sqs.deleteQueue({ QueueUrl });
    await expect(sqs.sendMessage({ QueueUrl, MessageBody: 'late' })).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
    });
  },

  async GetQueueAttributes() {
    const QueueUrl = await newQueue({ Attributes: { DelaySeconds: '7' } });
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['All'] });
    const seconds = expect.stringMatching(/^\d{10}$/);
    expect(Attributes).toEqual({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesDelayed: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      CreatedTimestamp: seconds,
      DelaySeconds: '7',
      LastModifiedTimestamp: seconds,
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
      QueueArn: arnOf(QueueUrl),
      ReceiveMessageWaitTimeSeconds: '0',
      SqsManagedSseEnabled: 'true',
      VisibilityTimeout: '30',
    });
  },

  async GetQueueUrl() {
    const QueueUrl = await newQueue({ QueueName: 'by-name' });
    expect(await sqs.getQueueUrl({ QueueName: 'by-name' })).toMatchObject({ QueueUrl });
  },

  async ListDeadLetterSourceQueues() {
    const { source, dead } = await newDeadLetterPair();
    const { queueUrls } = await sqs.listDeadLetterSourceQueues({ QueueUrl: dead });
    expect(queueUrls).toEqual([source]);
  },

  async ListMessageMoveTasks() {
    const { source, dead } = await newDeadLetterPair();
    await letDie(source, 'back');
    await sqs.startMessageMoveTask({ SourceArn: arnOf(dead) });
    const { Messages: [back] = [] } = await sqs.receiveMessage({
      QueueUrl: source,
      WaitTimeSeconds: 20,
    });
    expect(back).toMatchObject({ Body: 'back' });
    const completed = {
      Status: 'COMPLETED',
      SourceArn: arnOf(dead),
      ApproximateNumberOfMessagesToMove: 1,
      ApproximateNumberOfMessagesMoved: 1,
      StartedTimestamp: expect.any(Number),
    };
    await vi.waitFor(async () => {
      const { Results } = await sqs.listMessageMoveTasks({ SourceArn: arnOf(dead) });
      expect(Results).toEqual([completed]);
    }, 10_000);
  },

  async ListQueueTags() {
    const QueueUrl = await newQueue({ tags: { Name: 'coffee', 'cost:center': 'ä/1' } });
    const { Tags } = await sqs.listQueueTags({ QueueUrl });
    expect(Tags).toEqual({ Name: 'coffee', 'cost:center': 'ä/1' });
  },

  async ListQueues() {
    const urls: string[] = [];
    for (let i = 0; i < 5; i++) urls.push(await newQueue({ QueueName: `listed-${i}` }));
    const all = await sqs.listQueues({ QueueNamePrefix: 'listed-' });
    expect(all.QueueUrls?.toSorted()).toEqual(urls);
    expect(all.NextToken).toBeUndefined();

    const pages: string[][] = [];
    const pagination = { client: sqs, pageSize: 2 };
    for await (const page of paginateListQueues(pagination, { QueueNamePrefix: 'listed-' })) {
      pages.push(page.QueueUrls ?? []);
    }
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
    expect(pages.flat().toSorted()).toEqual(urls);

    const none = await sqs.listQueues({ QueueNamePrefix: 'no-such-queue' });
    expect(none.QueueUrls).toBeUndefined();
  },

  async PurgeQueue() {
    const QueueUrl = await newQueue();
    await sqs.sendMessage({ QueueUrl, MessageBody: 'one' });
    await sqs.sendMessage({ QueueUrl, MessageBody: 'two', DelaySeconds: 900 });
    await receiveOne(QueueUrl);
    expect(await counts(sqs, QueueUrl)).toEqual([0, 1, 1]);
    await sqs.purgeQueue({ QueueUrl });
    expect(await counts(sqs, QueueUrl)).toEqual([0, 0, 0]);
  },

  async ReceiveMessage() {
    const QueueUrl = await newQueue();
    const sent = await sqs.sendMessage({ QueueUrl, MessageBody: 'hello' });
    const { Messages } = await sqs.receiveMessage({
      QueueUrl,
      MessageSystemAttributeNames: ['All'],
    });
    const milliseconds = expect.stringMatching(/^\d{13}$/);
    expect(Messages).toEqual([
      {
        MessageId: sent.MessageId,
        ReceiptHandle: expect.any(String),
        Body: 'hello',
        MD5OfBody: '5d41402abc4b2a76b9719d911017c592',
        Attributes: {
          SenderId: expect.stringMatching(/^AIDA[A-Z0-9]{17}$/),
          SentTimestamp: milliseconds,
          ApproximateFirstReceiveTimestamp: milliseconds,
          ApproximateReceiveCount: '1',
        },
      },
    ]);
    const { $metadata, ...nothing } = await sqs.receiveMessage({ QueueUrl });
    expect(nothing).toEqual({});
    expect($metadata.httpStatusCode).toBe(200);
  },

  async RemovePermission() {
    const QueueUrl = await newQueue();
    const permission = { AWSAccountIds: ['111122223333'], Actions: ['SendMessage'] };
    await sqs.addPermission({ QueueUrl, Label: 'partners', ...permission });
    await sqs.removePermission({ QueueUrl, Label: 'partners' });
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['Policy'] });
    expect(Attributes).toBeUndefined();
  },

  async SendMessage() {
    const QueueUrl = await newQueue();
    const { $metadata, ...answer } = await sqs.sendMessage({ QueueUrl, MessageBody: 'hello' });
    expect(answer).toEqual({
      MessageId: expect.stringMatching(UUID),
      MD5OfMessageBody: '5d41402abc4b2a76b9719d911017c592',
    });
    expect($metadata.requestId).toMatch(UUID);
  },

  async SendMessageBatch() {
    const QueueUrl = await newQueue();
    const { Successful, Failed } = await sqs.sendMessageBatch({
      QueueUrl,
      Entries: [
        { Id: 'first', MessageBody: 'one' },
        { Id: 'late', MessageBody: 'two', DelaySeconds: 901 },
        { Id: 'third', MessageBody: 'three' },
      ],
    });
    expect(Successful).toMatchObject([
      { Id: 'first', MD5OfMessageBody: 'f97c5d29941bfb1b2fdab0874906ab82' },
      { Id: 'third', MD5OfMessageBody: '35d6d33467aae9a2e3dccb4b6b027878' },
    ]);
    expect(Failed).toMatchObject([
      { Id: 'late', SenderFault: true, Code: 'InvalidParameterValue' },
    ]);
    expect((await drain(sqs, QueueUrl)).toSorted()).toEqual(['one', 'three']);
  },

  async SetQueueAttributes() {
    const QueueUrl = await newQueue();
    const Attributes = { VisibilityTimeout: '60', MessageRetentionPeriod: '86400' };
    await sqs.setQueueAttributes({ QueueUrl, Attributes });
    const changed = await sqs.getQueueAttributes({
      QueueUrl,
      AttributeNames: ['VisibilityTimeout', 'MessageRetentionPeriod'],
    });
    expect(changed.Attributes).toEqual(Attributes);
  },

  async StartMessageMoveTask() {
    const { source, dead } = await newDeadLetterPair();
    const elsewhere = await newQueue();
    await letDie(source, 'elsewhere');
    const { TaskHandle } = await sqs.startMessageMoveTask({
      SourceArn: arnOf(dead),
      DestinationArn: arnOf(elsewhere),
      MaxNumberOfMessagesPerSecond: 500,
    });
    expect(TaskHandle).toMatch(/^[A-Za-z0-9+/=]+$/);
    const { Messages } = await sqs.receiveMessage({ QueueUrl: elsewhere, WaitTimeSeconds: 20 });
    expect(Messages).toMatchObject([{ Body: 'elsewhere' }]);
  },

  async TagQueue() {
    const QueueUrl = await newQueue({ tags: { kept: '1', changed: 'old' } });
    await sqs.tagQueue({ QueueUrl, Tags: { changed: 'new', empty: '' } });
    const { Tags } = await sqs.listQueueTags({ QueueUrl });
    expect(Tags).toEqual({ kept: '1', changed: 'new', empty: '' });
  },

  async UntagQueue() {
    const QueueUrl = await newQueue({ tags: { kept: '1', gone: '2' } });
    await sqs.untagQueue({ QueueUrl, TagKeys: ['gone', 'never there'] });
    expect((await sqs.listQueueTags({ QueueUrl })).Tags).toEqual({ kept: '1' });
    await sqs.untagQueue({ QueueUrl, TagKeys: ['kept'] });
    expect((await sqs.listQueueTags({ QueueUrl })).Tags).toBeUndefined();
  },
};

describe.each(protocols)('the AWS SDK for JavaScript over $name', ({ settings }) => {
  beforeAll(async () => {
    endpoint = await start().ready();
    sqs = sdkClient(endpoint, settings);
  });

  it.each(Object.entries(operations))('calls %s', (_name, call) => call());
});
