/** https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  attributesOf,
  badTopicArns,
  createTopic,
  missing,
  newHarness,
  subscribe,
  subscribeQueue,
  topicArn,
} from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

describe('GetTopicAttributes serialization', () => {
  const codecs = new Codecs(sns, 'GetTopicAttributes');

  it('reads forms', () => {
    expect(codecs.fromForm('TopicArn=arn')).toEqual({ TopicArn: 'arn' });
  });

  it('answers entries', () => {
    expect(codecs.toXml({ Attributes: { Owner: '1' } })).toBe(
      '<GetTopicAttributesResult><Attributes><entry><key>Owner</key><value>1</value></entry>' +
        '</Attributes></GetTopicAttributesResult>',
    );
  });
});

describe('GetTopicAttributes validation', () => {
  it('asks for an ARN', async () => {
    expect(await harness.failure('GetTopicAttributes', {})).toEqual(missing('topicArn'));
  });

  it.each(badTopicArns)('refuses the ARN %j', async (TopicArn, error) => {
    expect(await harness.failure('GetTopicAttributes', { TopicArn })).toEqual(error);
  });
});

describe('GetTopicAttributes behaviour', () => {
  it('answers what every topic has', async () => {
    const arn = await createTopic(harness, 'orders');
    const { Policy = '', EffectiveDeliveryPolicy = '', ...rest } = await attributesOf(harness, arn);
    expect(rest).toEqual({
      TopicArn: arn,
      Owner: '000000000000',
      DisplayName: '',
      SubscriptionsConfirmed: '0',
      SubscriptionsPending: '0',
      SubscriptionsDeleted: '0',
    });
    expect(EffectiveDeliveryPolicy).toBe(
      '{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,' +
        '"numRetries":3,"numMaxDelayRetries":0,"numNoDelayRetries":0,"numMinDelayRetries":0,' +
        '"backoffFunction":"linear"},"disableSubscriptionOverrides":false,' +
        '"defaultRequestPolicy":{"headerContentType":"text/plain; charset=UTF-8"}}}',
    );
    expect(JSON.parse(Policy)).toEqual({
      Version: '2008-10-17',
      Id: '__default_policy_ID',
      Statement: [
        {
          Sid: '__default_statement_ID',
          Effect: 'Allow',
          Principal: { AWS: '*' },
          Action: [
            'SNS:GetTopicAttributes',
            'SNS:SetTopicAttributes',
            'SNS:AddPermission',
            'SNS:RemovePermission',
            'SNS:DeleteTopic',
            'SNS:Subscribe',
            'SNS:ListSubscriptionsByTopic',
            'SNS:Publish',
          ],
          Resource: arn,
          Condition: { StringEquals: { 'AWS:SourceOwner': '000000000000' } },
        },
      ],
    });
  });

  it('answers what else was set', async () => {
    const attributes = {
      DisplayName: 'Orders',
      DeliveryPolicy: '{"http":{"defaultThrottlePolicy":{"maxReceivesPerSecond":5}}}',
      KmsMasterKeyId: 'alias/aws/sns',
      SignatureVersion: '2',
      TracingConfig: 'Active',
      MaximumMessageSize: '2048',
      LambdaFailureFeedbackRoleArn: 'arn:aws:iam::000000000000:role/r',
    };
    const arn = await createTopic(harness, 'orders', attributes);
    expect(await attributesOf(harness, arn)).toMatchObject(attributes);
  });

  it('counts subscriptions', async () => {
    const arn = await createTopic(harness, 'orders');
    const first = await subscribeQueue(harness, arn, 'a');
    await subscribeQueue(harness, arn, 'b');
    await subscribe(harness, arn, 'https', 'https://example.com/');
    await harness.call('Unsubscribe', { SubscriptionArn: first });
    expect(await attributesOf(harness, arn)).toMatchObject({
      SubscriptionsConfirmed: '1',
      SubscriptionsPending: '1',
      SubscriptionsDeleted: '1',
    });
  });

  it("answers for another account's topic", async () => {
    await createTopic(harness, 'orders');
    const caller = { accountId: '111111111111' };
    const input = { TopicArn: topicArn('orders') };
    const { Attributes } = await harness.call('GetTopicAttributes', input, { caller });
    expect(Attributes).toMatchObject({ Owner: '000000000000' });
  });
});
