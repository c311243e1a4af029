/** https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  anonymous,
  attributesOf,
  badTopicArns,
  createTopic,
  deliveries,
  invalidParameter,
  missing,
  newHarness,
  subscribe,
} from './topics.ts';

let harness: ServiceHarness;
let arn: string;
let subscription: string;
let token: string;

/** The tokens that went out so far. */
async function tokens(): Promise<string[]> {
  return (await deliveries(harness)).map(({ target }) => {
    if (target.kind !== 'http') throw new Error('no HTTP delivery');
    return JSON.parse(target.body).Token;
  });
}

beforeEach(async () => {
  harness = newHarness();
  arn = await createTopic(harness, 'orders');
  subscription = await subscribe(harness, arn, 'https', 'https://example.com/');
  [token = ''] = await tokens();
});

afterEach(() => harness.close());

const confirm = (changes: object = {}, caller: object = {}) =>
  harness.call('ConfirmSubscription', { TopicArn: arn, Token: token, ...changes }, { caller });
const failure = (changes: object, caller: object = {}) =>
  harness.failure('ConfirmSubscription', { TopicArn: arn, Token: token, ...changes }, { caller });

describe('ConfirmSubscription serialization', () => {
  const codecs = new Codecs(sns, 'ConfirmSubscription');

  it('reads forms', () => {
    expect(codecs.fromForm('TopicArn=a&Token=t&AuthenticateOnUnsubscribe=true')).toEqual({
      TopicArn: 'a',
      Token: 't',
      AuthenticateOnUnsubscribe: 'true',
    });
  });

  it('answers the ARN', () => {
    expect(codecs.toXml({ SubscriptionArn: 's' })).toBe(
      '<ConfirmSubscriptionResult><SubscriptionArn>s</SubscriptionArn></ConfirmSubscriptionResult>',
    );
  });
});

describe('ConfirmSubscription validation', () => {
  it('asks for an ARN and a token', async () => {
    expect(await failure({ TopicArn: undefined })).toEqual(missing('topicArn'));
    expect(await failure({ Token: undefined })).toEqual(missing('token'));
  });

  it.each(badTopicArns)('refuses the ARN %j', async (TopicArn, error) => {
    expect(await failure({ TopicArn })).toEqual(error);
  });

  it('refuses a token that is none, or of another topic', async () => {
    expect(await failure({ Token: 'x' })).toEqual(invalidParameter('Token'));
    const TopicArn = await createTopic(harness, 'parcels');
    expect(await failure({ TopicArn })).toEqual(invalidParameter('Topic'));
  });

  it('refuses a token after two days', async () => {
    await harness.advance(2 * 24 * 60 * 60 * 1000 - 1);
    await harness.call('GetSubscriptionAttributes', { SubscriptionArn: subscription });
    await harness.advance(1);
    expect(await failure({})).toEqual(invalidParameter('Token'));
  });

  it('asks for a signature where unsubscribing shall need one', async () => {
    expect(await failure({ AuthenticateOnUnsubscribe: 'true' }, anonymous)).toMatchObject({
      queryCode: 'AuthorizationError',
      status: 403,
    });
  });
});

describe('ConfirmSubscription behaviour', () => {
  it('confirms for whoever follows the link', async () => {
    // Without a signature the Region is not that of the topic, either.
    const caller = { ...anonymous, region: 'eu-west-1' };
    expect(await confirm({}, caller)).toEqual({ SubscriptionArn: subscription });
    expect(await attributesOf(harness, subscription)).toMatchObject({
      PendingConfirmation: 'false',
      ConfirmationWasAuthenticated: 'false',
    });
    expect(await attributesOf(harness, arn)).toMatchObject({
      SubscriptionsConfirmed: '1',
      SubscriptionsPending: '0',
    });
  });

  it('notes that a confirmation was signed', async () => {
    await confirm();
    expect(await attributesOf(harness, subscription)).toMatchObject({
      ConfirmationWasAuthenticated: 'true',
    });
  });

  it('answers the same again', async () => {
    await confirm();
    expect(await confirm()).toEqual({ SubscriptionArn: subscription });
    expect(await attributesOf(harness, arn)).toMatchObject({ SubscriptionsConfirmed: '1' });
  });

  it('takes the token of each request for confirmation', async () => {
    await subscribe(harness, arn, 'https', 'https://example.com/');
    const [, second = ''] = await tokens();
    expect(second).not.toBe(token);
    expect(await confirm({ Token: second })).toEqual({ SubscriptionArn: subscription });
    expect(await confirm()).toEqual({ SubscriptionArn: subscription });
  });

  it('keeps what was confirmed beyond the third day', async () => {
    await confirm();
    await harness.advance(4 * 24 * 60 * 60 * 1000);
    expect(await attributesOf(harness, subscription)).toBeDefined();
  });

  it('begins to deliver', async () => {
    await confirm();
    await harness.call('Publish', { TopicArn: arn, Message: 'm' });
    expect(await deliveries(harness)).toHaveLength(2);
  });
});
