/** https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Delivery } from '../../../src/delivery/delivery.ts';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  anonymous,
  attributesOf,
  bodies,
  createTopic,
  deliveries,
  invalidParameter,
  missing,
  newHarness,
  notFound,
  OTHER_ACCOUNT,
  raw,
  subscribe,
  subscribeQueue,
} from './topics.ts';

let harness: ServiceHarness;
let arn: string;

beforeEach(async () => {
  harness = newHarness();
  arn = await createTopic(harness, 'orders');
});

afterEach(() => harness.close());

const unsubscribe = (SubscriptionArn: string, caller: object = {}) =>
  harness.call('Unsubscribe', { SubscriptionArn }, { caller });
const failure = (SubscriptionArn: string, caller: object = {}) =>
  harness.failure('Unsubscribe', { SubscriptionArn }, { caller });

const letterIn = (delivery: Delivery | undefined) => {
  if (delivery?.target.kind !== 'http') throw new Error('no HTTP delivery');
  return { ...JSON.parse(delivery.target.body), headers: delivery.target.headers };
};

/** Subscribes a web server and confirms it. */
async function subscribeServer(changes: object = {}): Promise<string> {
  const subscription = await subscribe(harness, arn, 'https', 'https://example.com/');
  const { Token } = letterIn((await deliveries(harness))[0]);
  await harness.call('ConfirmSubscription', { TopicArn: arn, Token, ...changes });
  return subscription;
}

describe('Unsubscribe serialization', () => {
  const codecs = new Codecs(sns, 'Unsubscribe');

  it('reads forms', () => {
    expect(codecs.fromForm('SubscriptionArn=s')).toEqual({ SubscriptionArn: 's' });
  });

  it('answers nothing', () => {
    expect(codecs.toXml({})).toBe('');
  });
});

describe('Unsubscribe validation', () => {
  it('asks for an ARN', async () => {
    expect(await harness.failure('Unsubscribe', {})).toEqual(missing('subscriptionArn'));
  });

  it.each([
    ['pending confirmation', 'SubscriptionArn Reason: An ARN must have at least 6 elements, not 1'],
    ['a:b', 'SubscriptionArn Reason: An ARN must have at least 6 elements, not 2'],
    ['arn:aws:sns:us-east-1:000000000000:orders', 'SubscriptionId'],
    ['arn:aws:sqs:us-east-1:000000000000:orders:x', 'SubscriptionArn'],
    ['arn:aws:sns:eu-west-1:000000000000:orders:x', 'SubscriptionArn'],
    ['arn:aws:sns:us-east-1:000000000000:orders:x:y', 'SubscriptionArn'],
  ])('refuses the ARN %j', async (subscriptionArn, problem) => {
    expect(await failure(subscriptionArn)).toEqual(invalidParameter(problem));
  });

  it('refuses a subscription that waits for its confirmation', async () => {
    const subscription = await subscribe(harness, arn, 'https', 'https://example.com/');
    expect(await failure(subscription)).toEqual(
      invalidParameter(
        'SubscriptionArn Reason: Cannot unsubscribe a subscription that is pending confirmation',
      ),
    );
  });
});

describe('Unsubscribe behaviour', () => {
  it('ends a subscription', async () => {
    const subscription = await subscribeQueue(harness, arn, 'q', raw);
    await harness.call('Publish', { TopicArn: arn, Message: 'before' });
    expect(await unsubscribe(subscription)).toEqual({});
    await harness.call('Publish', { TopicArn: arn, Message: 'after' });
    expect(await bodies(harness, 'q')).toEqual(['before']);
    expect(
      await harness.failure('GetSubscriptionAttributes', { SubscriptionArn: subscription }),
    ).toEqual(notFound('Subscription does not exist'));
  });

  it('answers the same for a subscription or a topic that is not there', async () => {
    expect(await unsubscribe(`${arn}:absent`)).toEqual({});
    expect(await unsubscribe(`${arn}-absent:absent`)).toEqual({});
  });

  it('lets the endpoint be subscribed anew', async () => {
    const first = await subscribeQueue(harness, arn, 'q', raw);
    await unsubscribe(first);
    const second = await subscribe(harness, arn, 'sqs', 'arn:aws:sqs:us-east-1:000000000000:q');
    expect(second).not.toBe(first);
  });

  it('works from the link in a message', async () => {
    const subscription = await subscribeQueue(harness, arn, 'q');
    expect(await unsubscribe(subscription, { ...anonymous, region: 'eu-west-1' })).toEqual({});
    expect(await attributesOf(harness, arn)).toMatchObject({ SubscriptionsDeleted: '1' });
  });

  it('tells a web server that a stranger has ended its subscription, and makes it anew', async () => {
    const subscription = await subscribeServer();
    await unsubscribe(subscription, anonymous);
    const letter = letterIn((await deliveries(harness))[1]);
    expect(letter).toMatchObject({
      Type: 'UnsubscribeConfirmation',
      TopicArn: arn,
      Message:
        `You have chosen to deactivate subscription ${subscription}.\n` +
        'To cancel this operation and restore the subscription, visit the SubscribeURL included ' +
        'in this message.',
      SubscribeURL: expect.stringContaining(`Action=ConfirmSubscription&TopicArn=${arn}&Token=`),
    });
    expect(letter.headers).toContainEqual(['x-amz-sns-message-type', 'UnsubscribeConfirmation']);
    expect(letter.headers).toContainEqual(['x-amz-sns-subscription-arn', subscription]);
    const input = { TopicArn: arn, Token: letter.Token };
    const again = await harness.call('ConfirmSubscription', input, { caller: anonymous });
    expect(again).toEqual({ SubscriptionArn: subscription });
    expect(await harness.call('ConfirmSubscription', input)).toEqual(again);
    await harness.call('Publish', { TopicArn: arn, Message: 'm' });
    expect(await deliveries(harness)).toHaveLength(3);
  });

  it('does not make anew what was subscribed otherwise meanwhile', async () => {
    const subscription = await subscribeServer();
    await unsubscribe(subscription, anonymous);
    const { Token } = letterIn((await deliveries(harness))[1]);
    const anew = await subscribe(harness, arn, 'https', 'https://example.com/');
    const input = { TopicArn: arn, Token };
    expect(await harness.call('ConfirmSubscription', input)).toEqual({ SubscriptionArn: anew });
  });

  it('does not make a subscription anew of a topic that is another by now', async () => {
    const subscription = await subscribeServer();
    await unsubscribe(subscription, anonymous);
    const { Token } = letterIn((await deliveries(harness))[1]);
    await harness.call('DeleteTopic', { TopicArn: arn });
    await createTopic(harness, 'orders');
    expect(await harness.failure('ConfirmSubscription', { TopicArn: arn, Token })).toEqual(
      invalidParameter('Token'),
    );
  });

  it('does not make a subscription anew that the topic cannot have any more', async () => {
    const subscription = await subscribeServer();
    await unsubscribe(subscription, anonymous);
    const { Token } = letterIn((await deliveries(harness))[1]);
    await harness.call('SetTopicAttributes', {
      TopicArn: arn,
      AttributeName: 'MaximumMessageSize',
      AttributeValue: '1048576',
    });
    expect(await harness.failure('ConfirmSubscription', { TopicArn: arn, Token })).toMatchObject({
      queryCode: 'InvalidParameter',
      message: expect.stringContaining('MaximumMessageSize'),
    });
  });

  it('tells nobody when the owner ends a subscription', async () => {
    const subscription = await subscribeServer();
    await unsubscribe(subscription);
    expect(await deliveries(harness)).toHaveLength(1);
  });

  it('asks for the owner where the confirmation said so', async () => {
    const subscription = await subscribeServer({ AuthenticateOnUnsubscribe: 'true' });
    for (const caller of [anonymous, { accountId: OTHER_ACCOUNT }]) {
      expect(await failure(subscription, caller)).toMatchObject({
        queryCode: 'AuthorizationError',
        status: 403,
      });
    }
    expect(await unsubscribe(subscription)).toEqual({});
  });
});
