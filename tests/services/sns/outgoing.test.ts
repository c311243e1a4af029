/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Delivery, DeliveryTarget } from '../../../src/delivery/delivery.ts';
import type { ServiceHarness } from '../../support/service.ts';
import { createTopic, deliveries, newHarness, queueArn, raw, subscribe } from './topics.ts';

let harness: ServiceHarness;
let arn: string;

beforeEach(async () => {
  harness = newHarness();
  arn = await createTopic(harness, 'orders', { DisplayName: 'Orders' });
});

afterEach(() => harness.close());

type Attributes = { readonly [name: string]: string };

/** Subscribes an endpoint and confirms that, where it must be. */
async function subscribeAndConfirm(
  protocol: string,
  endpoint: string,
  attributes: Attributes = {},
): Promise<string> {
  const before = (await deliveries(harness)).length;
  const subscription = await subscribe(harness, arn, protocol, endpoint, attributes);
  const asked = (await deliveries(harness))[before];
  if (asked === undefined) return subscription;
  const [, Token] = /Token=([0-9a-f]+)/.exec(JSON.stringify(asked.target)) ?? [];
  await harness.call('ConfirmSubscription', { TopicArn: arn, Token });
  return subscription;
}

const set = (AttributeName: string, AttributeValue: string) =>
  harness.call('SetTopicAttributes', { TopicArn: arn, AttributeName, AttributeValue });

/** Publishes, and answers what that handed to the worker. */
async function publish(changes: object = {}): Promise<Delivery & { messageId: string }> {
  const before = await deliveries(harness);
  const known = new Set(before.map(({ deliveryId }) => deliveryId));
  const { MessageId } = await harness.call('Publish', {
    TopicArn: arn,
    Message: 'hello',
    ...changes,
  });
  const fresh = (await deliveries(harness)).filter(({ deliveryId }) => !known.has(deliveryId));
  const [delivery] = fresh;
  if (delivery === undefined || fresh.length > 1) throw new Error(`${fresh.length} deliveries`);
  return { ...delivery, messageId: String(MessageId) };
}

function httpTarget(target: DeliveryTarget) {
  if (target.kind !== 'http') throw new Error('no HTTP delivery');
  return { ...target, headers: Object.fromEntries(target.headers) };
}

const server = 'https://user:password@example.com/hook';
const colour = { colour: { DataType: 'String', StringValue: 'red' } };

describe('a message for a web server', () => {
  it('is an envelope with headers that name it', async () => {
    const subscription = await subscribeAndConfirm('https', server);
    const { target, messageId, about, retry } = await publish({ MessageAttributes: colour });
    const { url, headers, body } = httpTarget(target);
    expect(url).toBe(server);
    expect(headers).toEqual({
      'x-amz-sns-message-type': 'Notification',
      'x-amz-sns-message-id': messageId,
      'x-amz-sns-topic-arn': arn,
      'x-amz-sns-subscription-arn': subscription,
      'Content-Type': 'text/plain; charset=UTF-8',
    });
    expect(JSON.parse(body)).toMatchObject({
      Type: 'Notification',
      MessageId: messageId,
      Message: 'hello',
      UnsubscribeURL: expect.stringContaining(subscription),
      MessageAttributes: { colour: { Type: 'String', Value: 'red' } },
    });
    expect(about).toEqual({
      messageId,
      accountId: '000000000000',
      region: 'us-east-1',
      publishedAtMs: harness.clock.nowMs(),
      topicArn: arn,
      subscriptionArn: subscription,
      messageMd5: createHash('md5').update('hello').digest('hex'),
    });
    expect(retry).toEqual({
      minDelayTarget: 20,
      maxDelayTarget: 20,
      numRetries: 3,
      numMaxDelayRetries: 0,
      numNoDelayRetries: 0,
      numMinDelayRetries: 0,
      backoffFunction: 'linear',
      totalDelaySecondsMax: 3_600,
    });
  });

  it('can be raw, without attributes and with the content type of its subscription', async () => {
    const DeliveryPolicy = '{"requestPolicy":{"headerContentType":"text/csv"}}';
    await subscribeAndConfirm('https', server, { ...raw, DeliveryPolicy });
    const { target } = await publish({ MessageAttributes: colour });
    const { headers, body } = httpTarget(target);
    expect(body).toBe('hello');
    expect(headers).toMatchObject({
      'x-amz-sns-rawdelivery': 'true',
      'Content-Type': 'text/csv',
    });
  });

  it('obeys the delivery policies of topic and subscription', async () => {
    const policy = (numRetries: number) => ({ numRetries, minDelayTarget: 1, maxDelayTarget: 2 });
    const http = {
      defaultHealthyRetryPolicy: policy(7),
      defaultThrottlePolicy: { maxReceivesPerSecond: 3 },
    };
    await set('DeliveryPolicy', JSON.stringify({ http }));
    const DeliveryPolicy = JSON.stringify({ healthyRetryPolicy: policy(9) });
    await subscribeAndConfirm('https', server, { DeliveryPolicy });
    expect(await publish()).toMatchObject({ retry: { numRetries: 9 }, maxReceivesPerSecond: 3 });
    const strict = { http: { ...http, disableSubscriptionOverrides: true } };
    await set('DeliveryPolicy', JSON.stringify(strict));
    expect(await publish()).toMatchObject({ retry: { numRetries: 7 } });
  });

  it('names the dead-letter queue, and what goes there', async () => {
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn('dead') });
    await subscribeAndConfirm('https', server, { ...raw, RedrivePolicy });
    const { deadLetter } = await publish({ MessageAttributes: colour });
    expect(deadLetter).toEqual({
      queueArn: queueArn('dead'),
      input: { MessageBody: 'hello', MessageAttributes: colour },
    });
  });

  it('says which successes are logged', async () => {
    await subscribeAndConfirm('https', server);
    await set('HTTPSuccessFeedbackSampleRate', '25');
    expect((await publish()).about).not.toHaveProperty('successSampleRate');
    await set('HTTPSuccessFeedbackRoleArn', 'arn:aws:iam::000000000000:role/r');
    expect((await publish()).about).toMatchObject({ successSampleRate: 25 });
    await set('HTTPSuccessFeedbackSampleRate', '');
    expect((await publish()).about).toMatchObject({ successSampleRate: 100 });
  });
});

describe('a message for a function', () => {
  const lambda = 'arn:aws:lambda:us-east-1:000000000000:function:f';

  it('is an event with one record', async () => {
    await set('SignatureVersion', '2');
    const subscription = await subscribeAndConfirm('lambda', lambda);
    const { target, messageId, retry } = await publish();
    if (target.kind !== 'function') throw new Error('no invocation');
    expect(target.functionArn).toBe(lambda);
    expect(JSON.parse(target.payload)).toEqual({
      Records: [
        {
          EventSource: 'aws:sns',
          EventVersion: '1.0',
          EventSubscriptionArn: subscription,
          Sns: {
            Type: 'Notification',
            MessageId: messageId,
            TopicArn: arn,
            Subject: null,
            Message: 'hello',
            Timestamp: '2026-01-01T00:00:00.000Z',
            SignatureVersion: '1',
            Signature: expect.any(String),
            SigningCertUrl: expect.stringContaining('/SimpleNotificationService-'),
            UnsubscribeUrl: expect.stringContaining(`SubscriptionArn=${subscription}`),
            MessageAttributes: {},
          },
        },
      ],
    });
    expect(retry).toMatchObject({ numRetries: 100_015 });
  });

  it('shows numbers and arrays as strings', async () => {
    await subscribeAndConfirm('lambda', lambda);
    const MessageAttributes = {
      n: { DataType: 'Number', StringValue: '1' },
      a: { DataType: 'String.Array', StringValue: '["x"]' },
      b: { DataType: 'Binary', BinaryValue: Buffer.from([1]) },
    };
    const { target } = await publish({ MessageAttributes, Subject: 's' });
    if (target.kind !== 'function') throw new Error('no invocation');
    const [{ Sns }] = JSON.parse(target.payload).Records;
    expect(Sns).toMatchObject({
      Subject: 's',
      MessageAttributes: {
        n: { Type: 'String', Value: '1' },
        a: { Type: 'String', Value: '["x"]' },
        b: { Type: 'Binary', Value: 'AQ==' },
      },
    });
  });
});

describe('a message for people', () => {
  it('is mail with a way to unsubscribe', async () => {
    const subscription = await subscribeAndConfirm('email', 'me@example.com');
    const { target, retry } = await publish({ Subject: 'greeting' });
    expect(target).toEqual({
      kind: 'email',
      to: 'me@example.com',
      from: '"Orders" <no-reply@sns.amazonaws.com>',
      subject: 'greeting',
      text: expect.stringMatching(/^hello\n\n--\n/),
    });
    const { text } = target as { text: string };
    expect(text).toContain(
      `http://localhost:4566/?Action=Unsubscribe&SubscriptionArn=${subscription}\n`,
    );
    expect(retry).toMatchObject({ numRetries: 50 });
  });

  it('is the envelope where the protocol says JSON', async () => {
    await set('DisplayName', '');
    await subscribeAndConfirm('email-json', 'me@example.com');
    const { target, messageId } = await publish();
    expect(target).toMatchObject({
      from: '"AWS Notifications" <no-reply@sns.amazonaws.com>',
      subject: 'AWS Notification Message',
    });
    expect(JSON.parse((target as { text: string }).text)).toMatchObject({ MessageId: messageId });
  });

  it('is a text with the display name in front', async () => {
    await subscribeAndConfirm('sms', '+15551234567');
    const structured = JSON.stringify({ default: 'long', sms: 'short' });
    const { target } = await publish({ Message: structured, MessageStructure: 'json' });
    expect(target).toEqual({
      kind: 'sms',
      phoneNumber: '+15551234567',
      smsType: 'Promotional',
      text: 'Orders> short',
    });
  });
});

describe('a message for a delivery stream', () => {
  const firehose = 'arn:aws:firehose:us-east-1:000000000000:deliverystream/s';
  const role = { SubscriptionRoleArn: 'arn:aws:iam::000000000000:role/r' };

  it('is one record', async () => {
    await subscribeAndConfirm('firehose', firehose, role);
    const { target, retry } = await publish();
    if (target.kind !== 'firehose') throw new Error('no record');
    expect(target.streamArn).toBe(firehose);
    expect(JSON.parse(target.record)).toMatchObject({ Message: 'hello' });
    expect(retry).toMatchObject({ numRetries: 100_015 });
  });

  it('can be raw', async () => {
    await subscribeAndConfirm('firehose', firehose, { ...role, ...raw });
    expect((await publish()).target).toMatchObject({ record: 'hello' });
  });
});
