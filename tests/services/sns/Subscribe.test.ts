/** https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  attributesOf,
  badTopicArns,
  bodies,
  createQueue,
  createTopic,
  deliveries,
  invalidParameter,
  missing,
  newHarness,
  OTHER_ACCOUNT,
  queueArn,
  receive,
  subscribe,
} from './topics.ts';

let harness: ServiceHarness;
let arn: string;

beforeEach(async () => {
  harness = newHarness();
  arn = await createTopic(harness, 'orders');
});

afterEach(() => harness.close());

const request = (Protocol: string, Endpoint: string, changes: object = {}) => ({
  TopicArn: arn,
  Protocol,
  Endpoint,
  ...changes,
});
const call = (protocol: string, endpoint: string, changes?: object) =>
  harness.call('Subscribe', request(protocol, endpoint, changes));
const failure = (protocol: string, endpoint: string, changes?: object) =>
  harness.failure('Subscribe', request(protocol, endpoint, changes));

const role = 'arn:aws:iam::000000000000:role/r';
const lambda = 'arn:aws:lambda:us-east-1:000000000000:function:f';
const firehose = 'arn:aws:firehose:us-east-1:000000000000:deliverystream/s';

describe('Subscribe serialization', () => {
  const codecs = new Codecs(sns, 'Subscribe');

  it('reads forms', () => {
    const form =
      'TopicArn=a&Protocol=sqs&Endpoint=q&Attributes.entry.1.key=RawMessageDelivery' +
      '&Attributes.entry.1.value=true&ReturnSubscriptionArn=true';
    expect(codecs.fromForm(form)).toEqual({
      TopicArn: 'a',
      Protocol: 'sqs',
      Endpoint: 'q',
      Attributes: { RawMessageDelivery: 'true' },
      ReturnSubscriptionArn: true,
    });
  });

  it('answers the ARN', () => {
    expect(codecs.toXml({ SubscriptionArn: 'pending confirmation' })).toBe(
      '<SubscribeResult><SubscriptionArn>pending confirmation</SubscriptionArn></SubscribeResult>',
    );
  });
});

describe('Subscribe validation', () => {
  it('asks for an ARN and a protocol', async () => {
    expect(await harness.failure('Subscribe', { Protocol: 'sqs' })).toEqual(missing('topicArn'));
    expect(await harness.failure('Subscribe', { TopicArn: arn })).toEqual(missing('protocol'));
  });

  it.each(badTopicArns)('refuses the ARN %j', async (TopicArn, error) => {
    expect(await failure('sqs', queueArn('q'), { TopicArn })).toEqual(error);
  });

  const mismatch = 'Endpoint must match the specified protocol';
  it.each([
    ['ftp', 'ftp://example.com', 'Amazon SNS does not support this protocol string: ftp'],
    ['', 'x', 'Amazon SNS does not support this protocol string: '],
    ['http', 'https://example.com/', mismatch],
    ['https', 'http://example.com/', mismatch],
    ['https', 'https://', mismatch],
    ['http', '', mismatch],
    ['email', 'nobody', 'Email address'],
    ['email-json', 'a b@example.com', 'Email address'],
    ['sqs', 'http://localhost/000000000000/q', 'SQS endpoint ARN'],
    ['sqs', 'arn:aws:sns:us-east-1:000000000000:q', 'SQS endpoint ARN'],
    ['sqs', 'arn:aws:sqs:us-east-1:me:q', 'SQS endpoint ARN'],
    ['sqs', 'arn:aws:sqs:us-east-1:000000000000:a/b', 'SQS endpoint ARN'],
    ['lambda', 'f', 'Lambda endpoint ARN'],
    ['firehose', 's', 'Firehose endpoint ARN'],
    [
      'sqs',
      queueArn('q.fifo'),
      'Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS ' +
        'topics',
    ],
    [
      'application',
      'arn:aws:sns:us-east-1:000000000000:endpoint/GCM/app/id',
      'Endpoint Reason: Endpoint does not exist for endpoint arn' +
        'arn:aws:sns:us-east-1:000000000000:endpoint/GCM/app/id',
    ],
  ])('refuses %s to %j', async (protocol, endpoint, problem) => {
    expect(await failure(protocol, endpoint)).toEqual(invalidParameter(problem));
  });

  it('refuses what is no phone number', async () => {
    expect(await failure('sms', '555 123')).toMatchObject({
      queryCode: 'InvalidParameter',
      message: 'Invalid SMS endpoint: 555 123',
    });
  });

  it.each(['http', 'https', 'email', 'email-json', 'sms', 'lambda', 'application', 'firehose'])(
    'refuses %s for a FIFO topic',
    async (protocol) => {
      const TopicArn = await createTopic(harness, 'orders.fifo');
      expect(await failure(protocol, 'x', { TopicArn })).toEqual(
        invalidParameter(`Invalid protocol type: ${protocol}`),
      );
    },
  );

  it.each([
    [{ Colour: 'red' }, 'AttributeName'],
    [{ Owner: 'me' }, 'AttributeName'],
    [
      { RawMessageDelivery: 'yes' },
      'RawMessageDelivery: Invalid value [yes]. Must be true or false.',
    ],
    [
      { FilterPolicyScope: 'Body' },
      'FilterPolicyScope: Invalid value [Body]. Please use either MessageBody or MessageAttributes',
    ],
    [{ FilterPolicy: '{' }, 'FilterPolicy: failed to parse JSON.'],
    [
      { FilterPolicy: '{"a":{"b":["c"]}}' },
      'Filter policy scope MessageAttributes does not support nested filter policy',
    ],
    [{ RedrivePolicy: '{' }, 'RedrivePolicy: failed to parse JSON.'],
    [
      { RedrivePolicy: '{"deadLetterTargetArn":"q"}' },
      'RedrivePolicy: deadLetterTargetArn is an invalid arn',
    ],
    [
      { RedrivePolicy: `{"deadLetterTargetArn":"${queueArn('q')}","maxReceiveCount":5}` },
      'RedrivePolicy: invalid JSON. Attribute maxReceiveCount is unknown.',
    ],
    [
      { RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:000000000000:q"}' },
      'RedrivePolicy: deadLetterTargetArn must be in the Region of the subscription',
    ],
    [
      { RedrivePolicy: `{"deadLetterTargetArn":"${queueArn('q', OTHER_ACCOUNT)}"}` },
      'RedrivePolicy: deadLetterTargetArn must be in the account of the subscription',
    ],
    [
      {
        DeliveryPolicy:
          '{"healthyRetryPolicy":{"numRetries":1,"minDelayTarget":0,"maxDelayTarget":1}}',
      },
      'DeliveryPolicy: healthyRetryPolicy.minDelayTarget must be greater than or equal to 1',
    ],
    [{ SubscriptionRoleArn: 'me' }, 'SubscriptionRoleArn: Invalid value [me].'],
    [{ ReplayPolicy: '{}' }, 'ReplayPolicy: the topic has no active ArchivePolicy.'],
  ])('refuses the attributes %j', async (Attributes, problem) => {
    expect(await failure('sqs', queueArn('q'), { Attributes })).toEqual(
      invalidParameter(`Attributes Reason: ${problem}`),
    );
  });

  it.each([
    ['lambda', lambda],
    ['email', 'me@example.com'],
    ['sms', '+15551234567'],
  ])('refuses raw delivery to %s', async (protocol, endpoint) => {
    const Attributes = { RawMessageDelivery: 'false' };
    expect(await failure(protocol, endpoint, { Attributes })).toEqual(
      invalidParameter(
        `Attributes Reason: Delivery protocol [${protocol}] does not support raw message delivery.`,
      ),
    );
  });

  it('asks for a role to put into a delivery stream', async () => {
    expect(await failure('firehose', firehose)).toMatchObject({ queryCode: 'InvalidParameter' });
  });

  it('asks for a FIFO dead-letter queue of a FIFO queue at a FIFO topic', async () => {
    const TopicArn = await createTopic(harness, 'orders.fifo');
    const Attributes = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('dead') }) };
    expect(await failure('sqs', queueArn('q.fifo'), { TopicArn, Attributes })).toEqual(
      invalidParameter(
        'Attributes Reason: RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription ' +
          'to a FIFO Topic.',
      ),
    );
    await subscribe(harness, TopicArn, 'sqs', queueArn('q'), Attributes);
  });

  it('refuses the 101st subscription of a FIFO topic', async () => {
    const TopicArn = await createTopic(harness, 'orders.fifo');
    for (let i = 0; i < 100; i++) await subscribe(harness, TopicArn, 'sqs', queueArn(`q${i}`));
    expect(await failure('sqs', queueArn('q100'), { TopicArn })).toMatchObject({
      queryCode: 'SubscriptionLimitExceeded',
      status: 403,
    });
    await subscribe(harness, TopicArn, 'sqs', queueArn('q0'));
  });

  it("refuses a topic's sixth delivery stream of one owner", async () => {
    const stream = (name: string) =>
      `arn:aws:firehose:us-east-1:000000000000:deliverystream/${name}`;
    const Attributes = { SubscriptionRoleArn: role };
    for (let i = 0; i < 5; i++) await call('firehose', stream(`s${i}`), { Attributes });
    expect(await failure('firehose', stream('s5'), { Attributes })).toMatchObject({
      queryCode: 'SubscriptionLimitExceeded',
      status: 403,
    });
    await call('firehose', stream('s0'), { Attributes });
    await harness.call('Subscribe', request('firehose', stream('s5'), { Attributes }), {
      caller: { accountId: OTHER_ACCOUNT },
    });
    const TopicArn = await createTopic(harness, 'parcels');
    const { SubscriptionArn } = await call('firehose', stream('s5'), { TopicArn, Attributes });
    await harness.call('Unsubscribe', { SubscriptionArn });
    for (let i = 0; i < 5; i++) await call('firehose', stream(`s${i}`), { TopicArn, Attributes });
  });

  it('refuses subscribers that cannot take the large messages of a topic', async () => {
    const TopicArn = await createTopic(harness, 'large', { MaximumMessageSize: '1048576' });
    await subscribe(harness, TopicArn, 'sqs', queueArn('q'));
    await subscribe(harness, TopicArn, 'lambda', lambda);
    expect(await failure('https', 'https://example.com/', { TopicArn })).toMatchObject({
      queryCode: 'InvalidParameter',
    });
    for (let i = 0; i < 98; i++) await subscribe(harness, TopicArn, 'sqs', queueArn(`q${i}`));
    expect(await failure('sqs', queueArn('q99'), { TopicArn })).toMatchObject({
      queryCode: 'InvalidParameter',
    });
  });

  it('refuses more than 5,000 subscriptions that wait for their confirmation', async () => {
    await harness.store.transact((tx) =>
      tx.documents.put('sns/pending-count/000000000000/us-east-1', 4_999),
    );
    await call('https', 'https://example.com/');
    expect(await failure('https', 'https://example.org/')).toMatchObject({
      queryCode: 'SubscriptionLimitExceeded',
    });
    await harness.advance(3 * 24 * 60 * 60 * 1000);
    await call('https', 'https://example.org/');
  });
});

describe('Subscribe behaviour', () => {
  it.each([
    ['sqs', queueArn('absent'), {}],
    ['lambda', lambda, {}],
    ['sms', '+15551234567', {}],
    ['firehose', firehose, { SubscriptionRoleArn: role }],
  ])('confirms %s at once', async (protocol, endpoint, Attributes) => {
    const { SubscriptionArn } = await call(protocol, endpoint, { Attributes });
    expect(SubscriptionArn).toMatch(new RegExp(`^${arn}:[0-9a-f-]{36}$`));
    expect(await attributesOf(harness, String(SubscriptionArn))).toMatchObject({
      PendingConfirmation: 'false',
      ConfirmationWasAuthenticated: 'true',
      ...Attributes,
    });
    expect(await deliveries(harness)).toEqual([]);
  });

  it.each([
    ['https', 'https://user:password@example.com/hook'],
    ['http', 'http://example.com'],
    ['email', 'me@example.com'],
    ['email-json', 'me@example.com'],
    ['lambda', `arn:aws:lambda:us-east-1:${OTHER_ACCOUNT}:function:f`],
  ])('waits for the confirmation of %s', async (protocol, endpoint) => {
    expect(await call(protocol, endpoint)).toEqual({ SubscriptionArn: 'pending confirmation' });
    const shown = await subscribe(harness, arn, protocol, endpoint);
    expect(await attributesOf(harness, shown)).toMatchObject({
      PendingConfirmation: 'true',
      ConfirmationWasAuthenticated: 'false',
      Endpoint: endpoint,
    });
    expect(await deliveries(harness)).toHaveLength(2);
  });

  it('asks a web server for its confirmation', async () => {
    const SubscriptionArn = await subscribe(harness, arn, 'https', 'https://example.com/hook');
    const [delivery] = await deliveries(harness);
    if (delivery?.target.kind !== 'http') throw new Error('no HTTP delivery');
    const { url, headers, body } = delivery.target;
    const letter = JSON.parse(body);
    expect(url).toBe('https://example.com/hook');
    expect(headers).toEqual([
      ['x-amz-sns-message-type', 'SubscriptionConfirmation'],
      ['x-amz-sns-message-id', letter.MessageId],
      ['x-amz-sns-topic-arn', arn],
      ['Content-Type', 'text/plain; charset=UTF-8'],
    ]);
    expect(Object.keys(letter)).toEqual([
      'Type',
      'MessageId',
      'Token',
      'TopicArn',
      'Message',
      'SubscribeURL',
      'Timestamp',
      'SignatureVersion',
      'Signature',
      'SigningCertURL',
    ]);
    expect(letter).toMatchObject({
      Type: 'SubscriptionConfirmation',
      Token: expect.stringMatching(/^[0-9a-f]{288}$/),
      TopicArn: arn,
      Message:
        `You have chosen to subscribe to the topic ${arn}.\n` +
        'To confirm the subscription, visit the SubscribeURL included in this message.',
      SubscribeURL:
        `http://localhost:4566/?Action=ConfirmSubscription&TopicArn=${arn}` +
        `&Token=${letter.Token}`,
      Timestamp: '2026-01-01T00:00:00.000Z',
      SignatureVersion: '1',
      SigningCertURL: expect.stringMatching(
        /^http:\/\/localhost:4566\/SimpleNotificationService-[0-9a-f]+\.pem$/,
      ),
    });
    expect(delivery).toMatchObject({
      retry: { numRetries: 3, minDelayTarget: 20, totalDelaySecondsMax: 3_600 },
      about: { messageId: letter.MessageId, topicArn: arn, subscriptionArn: SubscriptionArn },
    });
    expect(delivery).not.toHaveProperty('deadLetter');
  });

  it('asks a person by mail', async () => {
    await harness.call('SetTopicAttributes', {
      TopicArn: arn,
      AttributeName: 'DisplayName',
      AttributeValue: 'The "best" orders',
    });
    await call('email', 'me@example.com');
    const [delivery] = await deliveries(harness);
    expect(delivery?.target).toEqual({
      kind: 'email',
      to: 'me@example.com',
      from: '"The  best  orders" <no-reply@sns.amazonaws.com>',
      subject: 'AWS Notification - Subscription Confirmation',
      text: expect.stringMatching(
        /http:\/\/localhost:4566\/\?Action=ConfirmSubscription&TopicArn=\S+&Token=[0-9a-f]+\n/,
      ),
    });
  });

  it("puts a confirmation into another account's queue", async () => {
    const endpoint = await createQueue(harness, 'q', {}, OTHER_ACCOUNT);
    expect(await call('sqs', endpoint)).toEqual({ SubscriptionArn: 'pending confirmation' });
    const [message] = await receive(harness, 'q', OTHER_ACCOUNT);
    const { Token } = JSON.parse(message?.Body ?? '{}');
    expect(JSON.parse(message?.Body ?? '{}')).toMatchObject({
      Type: 'SubscriptionConfirmation',
      TopicArn: arn,
    });
    await harness.call('Publish', { TopicArn: arn, Message: 'before' });
    const caller = { accountId: OTHER_ACCOUNT };
    await harness.call('ConfirmSubscription', { TopicArn: arn, Token }, { caller });
    await harness.call('Publish', { TopicArn: arn, Message: 'after' });
    const [notification] = await receive(harness, 'q', OTHER_ACCOUNT);
    expect(JSON.parse(notification?.Body ?? '{}')).toMatchObject({ Message: 'after' });
  });

  it('needs no confirmation of the account that owns the queue', async () => {
    await createQueue(harness, 'q', {}, OTHER_ACCOUNT);
    const input = request('sqs', queueArn('q', OTHER_ACCOUNT));
    const caller = { accountId: OTHER_ACCOUNT };
    const { SubscriptionArn } = await harness.call('Subscribe', input, { caller });
    expect(await attributesOf(harness, String(SubscriptionArn))).toMatchObject({
      Owner: OTHER_ACCOUNT,
      PendingConfirmation: 'false',
      SubscriptionPrincipal: `arn:aws:iam::${OTHER_ACCOUNT}:user/test`,
    });
  });

  it('answers the same subscription for the same endpoint', async () => {
    const Attributes = { RawMessageDelivery: 'TRUE', FilterPolicy: '{"a":["b"]}' };
    const first = await call('sqs', queueArn('q'), { Attributes });
    expect(await call('sqs', queueArn('q'))).toEqual(first);
    expect(
      await call('sqs', queueArn('q'), {
        Attributes: { RawMessageDelivery: 'true', FilterPolicy: '{ "a" : ["b"] }' },
      }),
    ).toEqual(first);
    expect(await call('sqs', queueArn('q2'))).not.toEqual(first);
    expect(await attributesOf(harness, arn)).toMatchObject({ SubscriptionsConfirmed: '2' });
  });

  it('refuses the same endpoint with something else', async () => {
    await call('sqs', queueArn('q'));
    const Attributes = { RawMessageDelivery: 'true' };
    expect(await failure('sqs', queueArn('q'), { Attributes })).toEqual(
      invalidParameter('Attributes Reason: Subscription already exists with different attributes'),
    );
    const same = { RawMessageDelivery: 'false', FilterPolicyScope: 'MessageAttributes' };
    await call('sqs', queueArn('q'), { Attributes: same });
  });

  it('accepts a scope together with a policy that needs it', async () => {
    const Attributes = { FilterPolicy: '{"a":{"b":["c"]}}', FilterPolicyScope: 'MessageBody' };
    const { SubscriptionArn } = await call('sqs', queueArn('q'), { Attributes });
    expect(await attributesOf(harness, String(SubscriptionArn))).toMatchObject(Attributes);
  });

  it('forgets after three days what nobody confirmed', async () => {
    const SubscriptionArn = await subscribe(harness, arn, 'https', 'https://example.com/');
    await harness.advance(3 * 24 * 60 * 60 * 1000 - 1);
    expect(await attributesOf(harness, SubscriptionArn)).toBeDefined();
    await harness.advance(1);
    expect(await harness.failure('GetSubscriptionAttributes', { SubscriptionArn })).toMatchObject({
      message: 'Subscription does not exist',
    });
    expect(await attributesOf(harness, arn)).toMatchObject({ SubscriptionsPending: '0' });
  });

  it('delivers nothing to whoever has not confirmed', async () => {
    await call('https', 'https://example.com/');
    await harness.call('Publish', { TopicArn: arn, Message: 'm' });
    expect(await deliveries(harness)).toHaveLength(1);
  });

  it('subscribes a standard queue to a FIFO topic', async () => {
    const TopicArn = await createTopic(harness, 'orders.fifo', {
      ContentBasedDeduplication: 'true',
    });
    await createQueue(harness, 'q');
    await subscribe(harness, TopicArn, 'sqs', queueArn('q'), { RawMessageDelivery: 'true' });
    await harness.call('Publish', { TopicArn, Message: 'm', MessageGroupId: 'g' });
    expect(await bodies(harness, 'q')).toEqual(['m']);
  });
});
