/** FIFO topics and the queues behind them, step by step as courses teach them. */
import type { SNS } from '@aws-sdk/client-sns';
import type { SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverStarter } from '../../support/server.ts';
import { awsCli, awsSns, titled } from '../programs.ts';
import { advanceSeconds, drain, sdkClient } from '../sdk-client.ts';
import { drainMessages, queueArn, snsClient, topicArn } from '../sns-client.ts';

const start = serverStarter(afterAll);
let endpoint: string;
let sns: SNS;
let sqs: SQS;

beforeAll(async () => {
  endpoint = await start({ flags: ['--test-clock'] }).ready();
  sns = snsClient(endpoint);
  sqs = sdkClient(endpoint);
});

/** Makes a queue behind a topic; answers its URL. */
async function newQueue(
  TopicArn: string,
  QueueName: string,
  attributes: { readonly [name: string]: string } = {},
): Promise<string> {
  const Attributes = QueueName.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
  const { QueueUrl = '' } = await sqs.createQueue({ QueueName, Attributes });
  const Endpoint = queueArn(QueueName);
  await sns.subscribe({ TopicArn, Protocol: 'sqs', Endpoint, Attributes: { ...attributes } });
  return QueueUrl;
}

async function newTopic(name: string, Attributes: { [name: string]: string } = {}) {
  const Name = `${name}.fifo`;
  const { TopicArn = '' } = await sns.createTopic({
    Name,
    Attributes: { FifoTopic: 'true', ...Attributes },
  });
  return TopicArn;
}

describe.skipIf(awsCli.missing)(titled('the same text twice', awsCli), () => {
  const TopicArn = topicArn('prices.fifo');
  const topic = ['--topic-arn', TopicArn];

  it('is delivered once within five minutes, and has one number', async () => {
    const attributes = ['--attributes', 'FifoTopic=true,ContentBasedDeduplication=true'];
    await awsSns(endpoint, 'create-topic', '--name', 'prices.fifo', ...attributes);
    const url = await newQueue(TopicArn, 'prices.fifo');
    const publish = ['publish', ...topic, '--message-group-id', 'g', '--message', 'Latte 4.50'];
    const first = await awsSns(endpoint, ...publish);
    expect(first).toEqual({
      MessageId: expect.any(String),
      SequenceNumber: expect.stringMatching(/^\d{20}$/),
    });
    expect(await awsSns(endpoint, ...publish)).toEqual(first);
    expect(await drainMessages(sqs, url)).toEqual(['Latte 4.50']);
    await advanceSeconds(endpoint, 299);
    const late = await sns.publish({ TopicArn, MessageGroupId: 'g', Message: 'Latte 4.50' });
    expect(late).toMatchObject(first);
    await advanceSeconds(endpoint, 1);
    const again = await awsSns(endpoint, ...publish);
    // Of twenty digits each.
    expect(String(again.SequenceNumber) > String(first.SequenceNumber)).toBe(true);
    expect(await drainMessages(sqs, url)).toEqual(['Latte 4.50']);
  });
});

describe('a FIFO topic', () => {
  it('keeps the order within each group, in every FIFO queue', async () => {
    const TopicArn = await newTopic('ordered', { ContentBasedDeduplication: 'true' });
    const urls = [
      await newQueue(TopicArn, 'ordered-1.fifo'),
      await newQueue(TopicArn, 'ordered-2.fifo', { RawMessageDelivery: 'true' }),
    ];
    const sent: { [group: string]: string[] } = { a: [], b: [], c: [] };
    const sequence: string[] = [];
    for (let n = 0; n < 30; n++) {
      const MessageGroupId = 'abc'.charAt(n % 3);
      const Message = `${MessageGroupId}${n}`;
      sent[MessageGroupId]?.push(Message);
      const { SequenceNumber = '' } = await sns.publish({ TopicArn, Message, MessageGroupId });
      sequence.push(SequenceNumber);
    }
    expect(sequence).toEqual([...new Set(sequence)].toSorted());
    const enveloped = await drainMessages(sqs, urls[0] ?? '');
    const raw = await drain(sqs, urls[1] ?? '');
    for (const bodies of [enveloped, raw]) {
      const grouped = Object.groupBy(bodies, (body) => body.charAt(0));
      expect({ ...grouped }).toEqual(sent);
    }
  });

  it('hands its ids on to FIFO queues', async () => {
    const TopicArn = await newTopic('ids');
    const url = await newQueue(TopicArn, 'ids.fifo');
    const ids = { MessageGroupId: 'shop-1', MessageDeduplicationId: 'sale-1' };
    const { SequenceNumber, MessageId } = await sns.publish({ TopicArn, Message: 'Latte', ...ids });
    const { Messages } = await sqs.receiveMessage({
      QueueUrl: url,
      MessageSystemAttributeNames: ['All'],
    });
    expect(Messages).toMatchObject([{ Attributes: ids }]);
    const envelope = JSON.parse(Messages?.[0]?.Body ?? '');
    expect(envelope).toEqual({
      Type: 'Notification',
      MessageId,
      SequenceNumber,
      TopicArn,
      Message: 'Latte',
      Timestamp: expect.any(String),
      UnsubscribeURL: expect.any(String),
    });
  });

  it('reaches standard queues as well, but no web server', async () => {
    const TopicArn = await newTopic('mixed', { ContentBasedDeduplication: 'true' });
    const url = await newQueue(TopicArn, 'mixed');
    await sns.publish({ TopicArn, Message: 'Latte', MessageGroupId: 'g' });
    const { Messages } = await sqs.receiveMessage({
      QueueUrl: url,
      MessageSystemAttributeNames: ['All'],
    });
    expect(Messages).toMatchObject([{ Body: expect.stringContaining('"Message":"Latte"') }]);
    expect(Messages?.[0]?.Attributes).not.toHaveProperty('MessageGroupId');
    await expect(
      sns.subscribe({ TopicArn, Protocol: 'http', Endpoint: 'http://localhost:1' }),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('tells apart what it filters, and forgets no duplicate for that', async () => {
    const TopicArn = await newTopic('filtered', { ContentBasedDeduplication: 'true' });
    const url = await newQueue(TopicArn, 'filtered.fifo', { FilterPolicy: '{"size":["large"]}' });
    const publish = (Message: string, size: string) =>
      sns.publish({
        TopicArn,
        Message,
        MessageGroupId: 'g',
        MessageAttributes: { size: { DataType: 'String', StringValue: size } },
      });
    await publish('Latte', 'small');
    await publish('Latte', 'large');
    await publish('Mocha', 'large');
    expect(await drainMessages(sqs, url)).toEqual(['Mocha']);
  });

  it('takes a batch, in its order', async () => {
    const TopicArn = await newTopic('batch');
    const url = await newQueue(TopicArn, 'batch.fifo');
    const PublishBatchRequestEntries = ['1', '2', '3', '2'].map((text, place) => ({
      Id: `e${place}`,
      Message: text,
      MessageGroupId: 'g',
      MessageDeduplicationId: text,
    }));
    const { Successful = [], Failed } = await sns.publishBatch({
      TopicArn,
      PublishBatchRequestEntries,
    });
    expect(Failed).toEqual([]);
    expect(Successful.map(({ Id }) => Id)).toEqual(['e0', 'e1', 'e2', 'e3']);
    expect(Successful[3]).toMatchObject({ SequenceNumber: Successful[1]?.SequenceNumber });
    expect(await drainMessages(sqs, url)).toEqual(['1', '2', '3']);
  });

  it('needs a group, and what tells duplicates', async () => {
    const TopicArn = await newTopic('strict');
    await expect(sns.publish({ TopicArn, Message: 'x' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'Invalid parameter: The MessageGroupId parameter is required for FIFO topics',
    });
    await expect(
      sns.publish({ TopicArn, Message: 'x', MessageGroupId: 'g' }),
    ).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message:
        'Invalid parameter: The topic should either have ContentBasedDeduplication enabled or ' +
        'MessageDeduplicationId provided explicitly',
    });
  });

  it('lets a subscriber see its archive again', async () => {
    const TopicArn = await newTopic('archive', {
      ContentBasedDeduplication: 'true',
      ArchivePolicy: JSON.stringify({ MessageRetentionPeriod: '30' }),
    });
    const { Attributes } = await sns.getTopicAttributes({ TopicArn });
    const StartingPoint = Attributes?.BeginningArchiveTime;
    for (const Message of ['1', '2']) await sns.publish({ TopicArn, Message, MessageGroupId: 'g' });
    await advanceSeconds(endpoint, 3_600);
    const ReplayPolicy = JSON.stringify({ PointType: 'Timestamp', StartingPoint });
    const url = await newQueue(TopicArn, 'archive.fifo', { ReplayPolicy });
    await advanceSeconds(endpoint, 60);
    await sns.publish({ TopicArn, Message: '3', MessageGroupId: 'g' });
    await advanceSeconds(endpoint, 60);
    const bodies = (await drain(sqs, url)).map((body) => JSON.parse(body));
    expect(bodies).toMatchObject([
      { Message: '1', Replayed: true },
      { Message: '2', Replayed: true },
      { Message: '3' },
    ]);
  });
});
