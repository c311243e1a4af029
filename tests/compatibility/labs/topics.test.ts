/**
 * Topics and fan-out, step by step as courses teach them: the AWS CLI, then boto3. The steps
 * depend on each other; what a step does again and again, the SDK does for it, because the CLI
 * needs half a second for each call. Encryption and access policies are chosen as in the course;
 * they have no effect.
 */
import type { SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverStarter } from '../../support/server.ts';
import {
  awsCli,
  awsSns,
  awsSqs,
  type Json,
  outputOf,
  python,
  startPython,
  titled,
} from '../programs.ts';
import { drain, sdkClient } from '../sdk-client.ts';
import {
  drainEnvelopes,
  drainMessages,
  letTopicSend,
  queueArn,
  snsClient,
  topicArn,
} from '../sns-client.ts';

const start = serverStarter(afterAll);
let endpoint: string;
let sqs: SQS;

beforeAll(async () => {
  endpoint = await start({ flags: ['--test-clock'] }).ready();
  sqs = sdkClient(endpoint);
});

const sns = (...words: readonly string[]): Promise<Json> => awsSns(endpoint, ...words);
const missing = awsCli.missing === undefined ? python : awsCli;

describe.skipIf(missing.missing)(titled('a topic', missing), () => {
  const name = 'zoe-coffee-sales-notifications';
  const topic = ['--topic-arn', topicArn(name)];
  const sales = 'zoe-coffee-sales';
  const refunds = 'zoe-coffee-refunds';
  const UUID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  const subscriptions: string[] = [];
  let salesUrl: string;
  let refundsUrl: string;

  async function newQueue(queue: string): Promise<string> {
    const Policy = letTopicSend(queueArn(queue), topicArn(name));
    const { QueueUrl = '' } = await sqs.createQueue({ QueueName: queue, Attributes: { Policy } });
    return QueueUrl;
  }

  it('is created with encryption and a tag', async () => {
    const created = await sns(
      ...['create-topic', '--name', name, '--attributes', 'KmsMasterKeyId=alias/aws/sns'],
      ...['--tags', `Key=Name,Value=${name}`],
    );
    expect(created).toEqual({ TopicArn: topicArn(name) });
    const [attributes, tags, topics] = await Promise.all([
      sns('get-topic-attributes', ...topic),
      sns('list-tags-for-resource', '--resource-arn', topicArn(name)),
      sns('list-topics'),
    ]);
    expect(attributes).toMatchObject({
      Attributes: {
        TopicArn: topicArn(name),
        Owner: '000000000000',
        KmsMasterKeyId: 'alias/aws/sns',
        SubscriptionsConfirmed: '0',
      },
    });
    expect(tags).toEqual({ Tags: [{ Key: 'Name', Value: name }] });
    expect(topics).toEqual({ Topics: [{ TopicArn: topicArn(name) }] });
  });

  it('gets a queue as its first subscriber', async () => {
    salesUrl = await newQueue(sales);
    const endpointWords = ['--protocol', 'sqs', '--notification-endpoint', queueArn(sales)];
    const { SubscriptionArn } = await sns('subscribe', ...topic, ...endpointWords);
    expect(SubscriptionArn).toMatch(new RegExp(`^${topicArn(name)}:[0-9a-f-]{36}$`));
    subscriptions.push(String(SubscriptionArn));
    expect(await sns('list-subscriptions-by-topic', ...topic)).toEqual({
      Subscriptions: [
        {
          SubscriptionArn,
          Owner: '000000000000',
          Protocol: 'sqs',
          Endpoint: queueArn(sales),
          TopicArn: topicArn(name),
        },
      ],
    });
  });

  it('answers a publish with an id, and the queue shows the envelope', async () => {
    const message = ['--subject', 'A sale', '--message', 'Latte for Zoë'];
    const { MessageId } = await sns('publish', ...topic, ...message);
    const [envelope, ...others] = await drainEnvelopes(sqs, salesUrl);
    expect(others).toEqual([]);
    expect(envelope).toEqual({
      Type: 'Notification',
      MessageId,
      TopicArn: topicArn(name),
      Subject: 'A sale',
      Message: 'Latte for Zoë',
      Timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      SignatureVersion: '1',
      Signature: expect.stringMatching(/^[A-Za-z0-9+/]{300,}=*$/),
      SigningCertURL: expect.stringMatching(/\/SimpleNotificationService-[0-9a-f]{32}\.pem$/),
      UnsubscribeURL: `${endpoint}/?Action=Unsubscribe&SubscriptionArn=${subscriptions[0]}`,
    });
    expect(Object.keys(envelope ?? {})).toEqual([
      ...['Type', 'MessageId', 'TopicArn', 'Subject', 'Message', 'Timestamp'],
      ...['SignatureVersion', 'Signature', 'SigningCertURL', 'UnsubscribeURL'],
    ]);
  });

  it('takes a text for each protocol from boto3', async () => {
    const [published] = await outputOf(
      startPython('sale_publisher.py', endpoint, [topicArn(name)]),
    );
    expect(published).toEqual({ MessageId: UUID, status: 200 });
    const [message] = await drainMessages(sqs, salesUrl);
    expect(JSON.parse(message ?? '')).toEqual({ product: 'Latte', size: 'large', price: 4.5 });
  });

  it('reaches every subscriber, the second one through a resource of boto3', async () => {
    refundsUrl = await newQueue(refunds);
    const words = [topicArn(name), queueArn(refunds)];
    const [arn] = await outputOf(startPython('queue_subscriber.py', endpoint, words));
    subscriptions.push(String(arn));
    await sns('publish', ...topic, '--message', 'one');
    await snsClient(endpoint).publish({ TopicArn: topicArn(name), Message: 'two' });
    expect((await drainMessages(sqs, salesUrl)).toSorted()).toEqual(['one', 'two']);
    expect((await drainMessages(sqs, refundsUrl)).toSorted()).toEqual(['one', 'two']);
  });

  const set = (
    SubscriptionArn: string | undefined,
    AttributeName: string,
    AttributeValue: string,
  ) =>
    snsClient(endpoint).setSubscriptionAttributes({
      SubscriptionArn,
      AttributeName,
      AttributeValue,
    });

  const publishEvent = (Message: string, event: string) =>
    snsClient(endpoint).publish({
      TopicArn: topicArn(name),
      Message,
      MessageAttributes: { event: { DataType: 'String', StringValue: event } },
    });

  it('sends an event only to the queue whose filter policy names it', async () => {
    await sns(
      ...['set-subscription-attributes', '--subscription-arn', subscriptions[0] ?? ''],
      ...['--attribute-name', 'FilterPolicy', '--attribute-value', '{"event":["sold"]}'],
    );
    await set(subscriptions[1], 'FilterPolicy', '{"event":[{"prefix":"refund"}]}');
    const attributes = { event: { DataType: 'String', StringValue: 'sold' } };
    const words = ['--message', 'a latte', '--message-attributes', JSON.stringify(attributes)];
    await sns('publish', ...topic, ...words);
    await publishEvent('an espresso', 'refunded');
    await publishEvent('a mug', 'broken');
    const [sale, ...others] = await drainEnvelopes(sqs, salesUrl);
    expect(others).toEqual([]);
    expect(sale).toMatchObject({
      Message: 'a latte',
      MessageAttributes: { event: { Type: 'String', Value: 'sold' } },
    });
    expect(await drainMessages(sqs, refundsUrl)).toEqual(['an espresso']);
  });

  it('looks into the body where the scope says so', async () => {
    await set(subscriptions[1], 'FilterPolicyScope', 'MessageBody');
    await set(subscriptions[1], 'FilterPolicy', '{"sale":{"price":[{"numeric":[">",100]}]}}');
    const large = JSON.stringify({ sale: { price: 250 } });
    for (const message of [large, '{"sale":{"price":4.5}}', 'no JSON']) {
      await publishEvent(message, 'sold');
    }
    expect(await drainMessages(sqs, refundsUrl)).toEqual([large]);
    expect(await drainMessages(sqs, salesUrl)).toHaveLength(3);
  });

  it('delivers without an envelope where the subscription wants none', async () => {
    await set(subscriptions[0], 'RawMessageDelivery', 'true');
    await publishEvent('a flat white', 'sold');
    const received = await awsSqs(
      endpoint,
      ...['receive-message', '--queue-url', salesUrl, '--message-attribute-names', 'All'],
    );
    expect(received).toMatchObject({
      Messages: [
        {
          Body: 'a flat white',
          MessageAttributes: { event: { DataType: 'String', StringValue: 'sold' } },
        },
      ],
    });
  });

  it('says what the second subscription wants', async () => {
    const words = ['get-subscription-attributes', '--subscription-arn', subscriptions[1] ?? ''];
    expect(await sns(...words)).toEqual({
      Attributes: {
        SubscriptionArn: subscriptions[1],
        TopicArn: topicArn(name),
        Owner: '000000000000',
        Protocol: 'sqs',
        Endpoint: queueArn(refunds),
        ConfirmationWasAuthenticated: 'true',
        PendingConfirmation: 'false',
        RawMessageDelivery: 'false',
        FilterPolicy: '{"sale":{"price":[{"numeric":[">",100]}]}}',
        FilterPolicyScope: 'MessageBody',
        SubscriptionPrincipal: expect.stringMatching(/^arn:aws:iam::000000000000:/),
      },
    });
  });

  it('sends nothing to whom has unsubscribed, and goes with its subscriptions', async () => {
    await sns('unsubscribe', '--subscription-arn', subscriptions[0] ?? '');
    await publishEvent('too late', 'sold');
    expect(await drain(sqs, salesUrl)).toEqual([]);
    await sns('delete-topic', ...topic);
    const listings = await Promise.all([sns('list-topics'), sns('list-subscriptions')]);
    expect(listings).toEqual([{ Topics: [] }, { Subscriptions: [] }]);
  });
});
