/** https://docs.aws.amazon.com/sns/latest/api/API_GetSubscriptionAttributes.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  attributesOf,
  createTopic,
  invalidParameter,
  missing,
  newHarness,
  notFound,
  queueArn,
  subscribe,
} from './topics.ts';

let harness: ServiceHarness;
let arn: string;

beforeEach(async () => {
  harness = newHarness();
  arn = await createTopic(harness, 'orders');
});

afterEach(() => harness.close());

const failure = (SubscriptionArn: string) =>
  harness.failure('GetSubscriptionAttributes', { SubscriptionArn });

describe('GetSubscriptionAttributes serialization', () => {
  const codecs = new Codecs(sns, 'GetSubscriptionAttributes');

  it('reads forms', () => {
    expect(codecs.fromForm('SubscriptionArn=s')).toEqual({ SubscriptionArn: 's' });
  });

  it('answers entries', () => {
    expect(codecs.toXml({ Attributes: { FilterPolicy: '{"a":["b"]}' } })).toBe(
      '<GetSubscriptionAttributesResult><Attributes><entry><key>FilterPolicy</key>' +
        '<value>{&quot;a&quot;:[&quot;b&quot;]}</value></entry></Attributes>' +
        '</GetSubscriptionAttributesResult>',
    );
  });
});

describe('GetSubscriptionAttributes validation', () => {
  it('asks for an ARN', async () => {
    expect(await harness.failure('GetSubscriptionAttributes', {})).toEqual(
      missing('subscriptionArn'),
    );
  });

  it('asks for a subscription that is there', async () => {
    expect(await failure('PendingConfirmation')).toEqual(
      invalidParameter('SubscriptionArn Reason: An ARN must have at least 6 elements, not 1'),
    );
    expect(await failure(arn)).toEqual(invalidParameter('SubscriptionId'));
    expect(await failure(`${arn}:absent`)).toEqual(notFound('Subscription does not exist'));
  });
});

describe('GetSubscriptionAttributes behaviour', () => {
  it('answers what every subscription has', async () => {
    const subscription = await subscribe(harness, arn, 'sqs', queueArn('q'));
    expect(await attributesOf(harness, subscription)).toEqual({
      SubscriptionArn: subscription,
      TopicArn: arn,
      Owner: '000000000000',
      Protocol: 'sqs',
      Endpoint: queueArn('q'),
      PendingConfirmation: 'false',
      ConfirmationWasAuthenticated: 'true',
      SubscriptionPrincipal: 'arn:aws:iam::000000000000:user/test',
      RawMessageDelivery: 'false',
    });
  });

  it('shows the scope only together with a policy', async () => {
    const scope = { FilterPolicyScope: 'MessageBody' };
    const without = await subscribe(harness, arn, 'sqs', queueArn('a'), scope);
    expect(await attributesOf(harness, without)).not.toHaveProperty('FilterPolicyScope');
    const FilterPolicy = '{"a":["b"]}';
    const bare = await subscribe(harness, arn, 'sqs', queueArn('b'), { FilterPolicy });
    expect(await attributesOf(harness, bare)).toMatchObject({
      FilterPolicy,
      FilterPolicyScope: 'MessageAttributes',
    });
    const attributes = { FilterPolicy, ...scope };
    const both = await subscribe(harness, arn, 'sqs', queueArn('c'), attributes);
    expect(await attributesOf(harness, both)).toMatchObject(attributes);
  });

  it('answers the delivery policy in force of a web server', async () => {
    const DeliveryPolicy = '{"throttlePolicy":{"maxReceivesPerSecond":7}}';
    const subscription = await subscribe(harness, arn, 'https', 'https://example.com/', {
      DeliveryPolicy,
    });
    const attributes = await attributesOf(harness, subscription);
    expect(attributes).toMatchObject({ DeliveryPolicy });
    expect(JSON.parse(attributes.EffectiveDeliveryPolicy ?? '')).toEqual({
      healthyRetryPolicy: {
        minDelayTarget: 20,
        maxDelayTarget: 20,
        numRetries: 3,
        numMaxDelayRetries: 0,
        numNoDelayRetries: 0,
        numMinDelayRetries: 0,
        backoffFunction: 'linear',
      },
      sicklyRetryPolicy: null,
      throttlePolicy: { maxReceivesPerSecond: 7 },
      requestPolicy: { headerContentType: 'text/plain; charset=UTF-8' },
      guaranteed: false,
    });
  });
});
