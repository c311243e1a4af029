/** docs/operating/metrics.md against what a server shows. */
import { SNS } from '@aws-sdk/client-sns';
import { afterEach, expect, it } from 'vitest';
import { type RunningWaystation, startWaystation } from '../../src/index.ts';
import { sqs } from '../support/client.ts';
import { readPage } from './markdown.ts';

const queue = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const redriven = (name: string) => ({ RedrivePolicy: { deadLetterTargetArn: queue(name) } });

const orders = {
  name: 'orders',
  subscriptions: [
    { protocol: 'sqs', endpoint: 'lost' },
    { protocol: 'sqs', endpoint: queue('gone'), attributes: redriven('lost') },
    { protocol: 'sqs', endpoint: queue('gone-too'), attributes: redriven('gone') },
    {
      protocol: 'sqs',
      endpoint: queue('by-attributes'),
      attributes: { FilterPolicy: { kind: ['wanted'] } },
    },
    {
      protocol: 'sqs',
      endpoint: queue('by-body'),
      attributes: { FilterPolicyScope: 'MessageBody', FilterPolicy: { kind: ['wanted'] } },
    },
  ],
};

const archived = {
  name: 'archived.fifo',
  attributes: {
    FifoTopic: true,
    ContentBasedDeduplication: true,
    ArchivePolicy: { MessageRetentionPeriod: '1' },
  },
};

const snsOf = (endpoint: string): SNS =>
  new SNS({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });

/** A message for each reason to filter it out. */
async function publishAll(endpoint: string): Promise<void> {
  const sns = snsOf(endpoint);
  const TopicArn = 'arn:aws:sns:us-east-1:000000000000:orders';
  const attribute = (DataType: string) => ({
    MessageAttributes: { kind: { DataType, StringValue: 'other' } },
  });
  await sns.publish({ TopicArn, Message: 'no JSON' });
  await sns.publish({ TopicArn, Message: '{"kind":"other"}', ...attribute('String') });
  await sns.publish({ TopicArn, Message: '{}', ...attribute('String.Array') });
}

/** Replays a message to a queue that is there, and to one that is not. */
async function replay(endpoint: string): Promise<void> {
  const sns = snsOf(endpoint);
  const TopicArn = 'arn:aws:sns:us-east-1:000000000000:archived.fifo';
  await sns.publish({ TopicArn, Message: 'kept', MessageGroupId: 'g' });
  const ReplayPolicy = '{"PointType":"Timestamp","StartingPoint":"2020-01-01T00:00:00.000Z"}';
  for (const Endpoint of [queue('lost'), queue('gone')]) {
    await sns.subscribe({ TopicArn, Protocol: 'sqs', Endpoint, Attributes: { ReplayPolicy } });
  }
}

/** As many messages as make sure that some of them are audited: 99 of a hundred are. */
async function audit(endpoint: string): Promise<void> {
  const sns = snsOf(endpoint);
  const statement = {
    DataDirection: 'Inbound',
    Principal: ['*'],
    DataIdentifier: ['arn:aws:dataprotection::aws:data-identifier/EmailAddress'],
    Operation: { Audit: { SampleRate: '99', FindingsDestination: {}, NoFindingsDestination: {} } },
  };
  const { TopicArn } = await sns.createTopic({
    Name: 'audited',
    DataProtectionPolicy: JSON.stringify({
      Name: 'audit',
      Version: '2021-06-01',
      Statement: [statement],
    }),
  });
  for (const Message of ['jane@example.com', 'nothing']) {
    const entries = Array.from({ length: 10 }, (_, i) => ({ Id: String(i), Message }));
    await sns.publishBatch({ TopicArn, PublishBatchRequestEntries: entries });
  }
}

let waystation: RunningWaystation | undefined;

afterEach(() => waystation?.stop());

it('names every metric of ours, and no other', async () => {
  waystation = await startWaystation({
    testClock: true,
    queues: [{ name: 'orders.fifo', attributes: { FifoQueue: true } }, { name: 'lost' }],
    topics: [orders, archived],
  });
  const { endpoint } = waystation;
  const QueueUrl = 'orders.fifo';
  const message = { QueueUrl, MessageBody: 'x', MessageGroupId: 'g', MessageDeduplicationId: 'd' };
  await sqs(endpoint, 'SendMessage', message);
  await sqs(endpoint, 'SendMessage', message);
  const { Messages } = await sqs(endpoint, 'ReceiveMessage', { QueueUrl });
  const [received] = Messages as { ReceiptHandle: string }[];
  await sqs(endpoint, 'ReceiveMessage', { QueueUrl });
  await sqs(endpoint, 'DeleteMessage', { QueueUrl, ReceiptHandle: received?.ReceiptHandle });
  await publishAll(endpoint);
  await replay(endpoint);
  await audit(endpoint);
  await waystation.clock.advance(2_000);

  const text = await (await fetch(`${endpoint}/_waystation/metrics`)).text();
  const shown = [...text.matchAll(/^# TYPE (waystation_\w+) (\w+)$/gm)].map(
    ([, name, type]) => `${name} ${type}`,
  );
  const page = readPage('docs/operating/metrics.md').text;
  const named = [...page.matchAll(/^\| `(waystation_\w+)` \| (\w+) \|/gm)].map(
    ([, name, type]) => `${name} ${type}`,
  );
  expect(named.toSorted()).toEqual(shown.toSorted());
});
