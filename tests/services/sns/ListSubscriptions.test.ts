/** https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptions.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  createTopic,
  invalidParameter,
  newHarness,
  OTHER_ACCOUNT,
  queueArn,
  subscribe,
  topicArn,
} from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

const list = (input: object = {}, caller: object = {}) =>
  harness.call('ListSubscriptions', input, { caller });

describe('ListSubscriptions serialization', () => {
  const codecs = new Codecs(sns, 'ListSubscriptions');

  it('reads forms', () => {
    expect(codecs.fromForm('NextToken=n')).toEqual({ NextToken: 'n' });
  });

  it('answers members', () => {
    const Subscriptions = [
      { SubscriptionArn: 's', Owner: 'o', Protocol: 'p', Endpoint: 'e', TopicArn: 't' },
    ];
    expect(codecs.toXml({ Subscriptions })).toBe(
      '<ListSubscriptionsResult><Subscriptions><member><SubscriptionArn>s</SubscriptionArn>' +
        '<Owner>o</Owner><Protocol>p</Protocol><Endpoint>e</Endpoint><TopicArn>t</TopicArn>' +
        '</member></Subscriptions></ListSubscriptionsResult>',
    );
  });
});

describe('ListSubscriptions validation', () => {
  it('refuses a token that it did not make', async () => {
    expect(await harness.failure('ListSubscriptions', { NextToken: 'x' })).toEqual(
      invalidParameter('NextToken Reason: Invalid or expired next token'),
    );
  });
});

describe('ListSubscriptions behaviour', () => {
  it("answers the caller's subscriptions, to whatever topic", async () => {
    const arn = await createTopic(harness, 'orders');
    const first = await subscribe(harness, arn, 'sqs', queueArn('q'));
    await subscribe(harness, arn, 'https', 'https://example.com/');
    const other = await createTopic(harness, 'parcels');
    const second = await subscribe(harness, other, 'sqs', queueArn('q'));
    const caller = { accountId: OTHER_ACCOUNT };
    const theirs = { TopicArn: arn, Protocol: 'sqs', Endpoint: queueArn('q', OTHER_ACCOUNT) };
    await harness.call('Subscribe', theirs, { caller });
    const common = { Owner: '000000000000', Protocol: 'sqs', Endpoint: queueArn('q') };
    expect(await list()).toEqual({
      Subscriptions: [
        { ...common, SubscriptionArn: first, TopicArn: arn },
        {
          ...common,
          SubscriptionArn: 'PendingConfirmation',
          Protocol: 'https',
          Endpoint: 'https://example.com/',
          TopicArn: arn,
        },
        { ...common, SubscriptionArn: second, TopicArn: topicArn('parcels') },
      ],
    });
    const { Subscriptions } = await list({}, caller);
    expect(Subscriptions).toMatchObject([{ Owner: OTHER_ACCOUNT, TopicArn: arn }]);
    expect(await list({}, { region: 'eu-west-1' })).toEqual({ Subscriptions: [] });
  });

  it('answers a hundred at a time', async () => {
    const arn = await createTopic(harness, 'orders');
    for (let i = 0; i < 101; i++) await subscribe(harness, arn, 'sqs', queueArn(`q${i}`));
    const { Subscriptions, NextToken } = await list();
    expect(Subscriptions).toHaveLength(100);
    const second = await list({ NextToken });
    expect(second.Subscriptions).toHaveLength(1);
    expect(second).not.toHaveProperty('NextToken');
  });
});
