/** https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  attributesOf,
  bodies,
  createTopic,
  invalidParameter,
  missing,
  newHarness,
  notFound,
  queueArn,
  subscribe,
  subscribeQueue,
} from './topics.ts';

let harness: ServiceHarness;
let arn: string;
let subscription: string;

beforeEach(async () => {
  harness = newHarness();
  arn = await createTopic(harness, 'orders');
  subscription = await subscribeQueue(harness, arn, 'q');
});

afterEach(() => harness.close());

const set = (AttributeName: string, AttributeValue?: string) =>
  harness.call('SetSubscriptionAttributes', {
    SubscriptionArn: subscription,
    AttributeName,
    AttributeValue,
  });
const failure = (AttributeName: string, AttributeValue: string, SubscriptionArn = subscription) =>
  harness.failure('SetSubscriptionAttributes', { SubscriptionArn, AttributeName, AttributeValue });

describe('SetSubscriptionAttributes serialization', () => {
  const codecs = new Codecs(sns, 'SetSubscriptionAttributes');

  it('reads forms', () => {
    expect(codecs.fromForm('SubscriptionArn=s&AttributeName=n&AttributeValue=')).toEqual({
      SubscriptionArn: 's',
      AttributeName: 'n',
      AttributeValue: '',
    });
  });

  it('answers nothing', () => {
    expect(codecs.toXml({})).toBe('');
  });
});

describe('SetSubscriptionAttributes validation', () => {
  it('asks for an ARN and a name', async () => {
    expect(await harness.failure('SetSubscriptionAttributes', { AttributeName: 'x' })).toEqual(
      missing('subscriptionArn'),
    );
    const input = { SubscriptionArn: subscription };
    expect(await harness.failure('SetSubscriptionAttributes', input)).toEqual(
      missing('attributeName'),
    );
  });

  it('asks for a subscription that is there', async () => {
    expect(await failure('RawMessageDelivery', 'true', 'x')).toEqual(
      invalidParameter('SubscriptionArn Reason: An ARN must have at least 6 elements, not 1'),
    );
    expect(await failure('RawMessageDelivery', 'true', `${arn}:absent`)).toEqual(
      notFound('Subscription does not exist'),
    );
  });

  it.each([
    ['Colour', 'red', 'AttributeName'],
    ['TopicArn', 'x', 'AttributeName'],
    ['PendingConfirmation', 'false', 'AttributeName'],
    ['RawMessageDelivery', '', 'RawMessageDelivery: Invalid value []. Must be true or false.'],
    [
      'FilterPolicyScope',
      'x',
      'FilterPolicyScope: Invalid value [x]. Please use either MessageBody or MessageAttributes',
    ],
    ['FilterPolicy', 'x', 'FilterPolicy: failed to parse JSON.'],
    [
      'FilterPolicy',
      '{"a":{"b":["c"]}}',
      'Filter policy scope MessageAttributes does not support nested filter policy',
    ],
    [
      'FilterPolicy',
      '{"a":["1"],"b":["1"],"c":["1"],"d":["1"],"e":["1"],"f":["1"]}',
      'FilterPolicy: Filter policy can not have more than 5 keys',
    ],
    ['FilterPolicy', '{"a":"b"}', 'FilterPolicy: "a" must be an object or an array'],
    ['RedrivePolicy', '[]', 'RedrivePolicy: failed to parse JSON.'],
    ['RedrivePolicy', '{}', 'RedrivePolicy: deadLetterTargetArn is an invalid arn'],
    ['DeliveryPolicy', '[]', 'DeliveryPolicy: failed to parse JSON.'],
    ['SubscriptionRoleArn', '', 'SubscriptionRoleArn: Invalid value [].'],
    ['ReplayPolicy', '{}', 'ReplayPolicy: the topic has no active ArchivePolicy.'],
  ])('refuses %s of %j', async (name, value, problem) => {
    const { message, ...error } = await failure(name, value);
    expect(error).toMatchObject({ queryCode: 'InvalidParameter' });
    expect(message.split('\n')[0]).toBe(`Invalid parameter: ${problem}`);
  });

  it('refuses a scope in which the present policy has no meaning', async () => {
    await set('FilterPolicyScope', 'MessageBody');
    await set('FilterPolicy', '{"a":{"b":["c"]}}');
    expect(await failure('FilterPolicyScope', 'MessageAttributes')).toEqual(
      invalidParameter(
        'Filter policy scope MessageAttributes does not support nested filter policy',
      ),
    );
    await set('FilterPolicy', '');
    await set('FilterPolicyScope', 'MessageAttributes');
  });

  it('asks which content types a web server can get', async () => {
    const server = await subscribe(harness, arn, 'https', 'https://example.com/');
    const css = '{"requestPolicy":{"headerContentType":"text/css"}}';
    expect(await failure('DeliveryPolicy', css, server)).toMatchObject({
      message: expect.stringContaining('is not a supported content type'),
    });
    const input = { SubscriptionArn: server, AttributeName: 'RawMessageDelivery' };
    await harness.call('SetSubscriptionAttributes', { ...input, AttributeValue: 'true' });
    await harness.call('SetSubscriptionAttributes', {
      SubscriptionArn: server,
      AttributeName: 'DeliveryPolicy',
      AttributeValue: css,
    });
  });
});

describe('SetSubscriptionAttributes behaviour', () => {
  it.each([
    ['FilterPolicy', '{"a":["b"]}'],
    ['RedrivePolicy', JSON.stringify({ deadLetterTargetArn: queueArn('dead') })],
    ['DeliveryPolicy', '{"throttlePolicy":{"maxReceivesPerSecond":7}}'],
  ])('sets %s and takes it away', async (name, value) => {
    expect(await set(name, value)).toEqual({});
    expect(await attributesOf(harness, subscription)).toMatchObject({ [name]: value });
    await set(name, '');
    expect(await attributesOf(harness, subscription)).not.toHaveProperty(name);
    await set(name, value);
    await set(name);
    expect(await attributesOf(harness, subscription)).not.toHaveProperty(name);
  });

  it('counts for the next message', async () => {
    await set('RawMessageDelivery', 'True');
    expect(await attributesOf(harness, subscription)).toMatchObject({ RawMessageDelivery: 'true' });
    await harness.call('Publish', { TopicArn: arn, Message: 'one' });
    await set('FilterPolicy', '{"a":["b"]}');
    await harness.call('Publish', { TopicArn: arn, Message: 'two' });
    await set('FilterPolicy', '');
    await harness.call('Publish', { TopicArn: arn, Message: 'three' });
    expect(await bodies(harness, 'q')).toEqual(['one', 'three']);
  });

  it('sets attributes of a subscription that waits for its confirmation', async () => {
    subscription = await subscribe(harness, arn, 'https', 'https://example.com/');
    await set('RawMessageDelivery', 'true');
    expect(await attributesOf(harness, subscription)).toMatchObject({
      RawMessageDelivery: 'true',
      PendingConfirmation: 'true',
    });
  });
});
