/** https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  badTopicArns,
  createTopic,
  invalidParameter,
  missing,
  newHarness,
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

const list = (input: object = {}) =>
  harness.call('ListSubscriptionsByTopic', { TopicArn: arn, ...input });

describe('ListSubscriptionsByTopic serialization', () => {
  const codecs = new Codecs(sns, 'ListSubscriptionsByTopic');

  it('reads forms', () => {
    expect(codecs.fromForm('TopicArn=a&NextToken=n')).toEqual({ TopicArn: 'a', NextToken: 'n' });
  });

  it('answers members', () => {
    expect(codecs.toXml({ Subscriptions: [{ SubscriptionArn: 's' }], NextToken: 'n' })).toBe(
      '<ListSubscriptionsByTopicResult><Subscriptions><member><SubscriptionArn>s' +
        '</SubscriptionArn></member></Subscriptions><NextToken>n</NextToken>' +
        '</ListSubscriptionsByTopicResult>',
    );
  });
});

describe('ListSubscriptionsByTopic validation', () => {
  it('asks for an ARN', async () => {
    expect(await harness.failure('ListSubscriptionsByTopic', {})).toEqual(missing('topicArn'));
  });

  it.each(badTopicArns)('refuses the ARN %j', async (TopicArn, error) => {
    expect(await harness.failure('ListSubscriptionsByTopic', { TopicArn })).toEqual(error);
  });

  it('refuses a token that it did not make', async () => {
    const input = { TopicArn: arn, NextToken: 'x' };
    expect(await harness.failure('ListSubscriptionsByTopic', input)).toEqual(
      invalidParameter('NextToken Reason: Invalid or expired next token'),
    );
  });
});

describe('ListSubscriptionsByTopic behaviour', () => {
  it("answers the topic's subscriptions, confirmed or not", async () => {
    const subscription = await subscribe(harness, arn, 'sqs', queueArn('q'));
    await subscribe(harness, arn, 'email', 'me@example.com');
    const other = await createTopic(harness, 'orders-2');
    await subscribe(harness, other, 'sqs', queueArn('q'));
    const common = { Owner: '000000000000', TopicArn: arn };
    expect(await list()).toEqual({
      Subscriptions: [
        { ...common, SubscriptionArn: subscription, Protocol: 'sqs', Endpoint: queueArn('q') },
        {
          ...common,
          SubscriptionArn: 'PendingConfirmation',
          Protocol: 'email',
          Endpoint: 'me@example.com',
        },
      ],
    });
  });

  it('answers a hundred at a time', async () => {
    for (let i = 0; i < 150; i++) await subscribe(harness, arn, 'sqs', queueArn(`q${i}`));
    const { Subscriptions, NextToken } = await list();
    expect(Subscriptions).toHaveLength(100);
    expect((await list({ NextToken })).Subscriptions).toHaveLength(50);
  });
});
