/** https://docs.aws.amazon.com/sns/latest/dg/sns-send-custom-platform-specific-payloads-mobile-devices.html */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Delivery, PushTarget } from '../../../src/delivery/delivery.ts';
import type { ServiceHarness } from '../../support/service.ts';
import { applicationArn, createApplication, createEndpoint } from './platforms.ts';
import {
  createQueue,
  createTopic,
  deliveries,
  invalidParameter,
  newHarness,
  subscribe,
} from './topics.ts';

let harness: ServiceHarness;
let application: string;
let endpoint: string;

beforeEach(async () => {
  harness = newHarness();
  application = await createApplication(harness);
  endpoint = await createEndpoint(harness, application, 'token');
});

afterEach(() => harness.close());

const input = (changes: object) => ({ TargetArn: endpoint, Message: 'hello', ...changes });
const failure = (changes: object) => harness.failure('Publish', input(changes));

/** Publishes, and answers the only delivery there is then. */
async function publish(changes: object = {}): Promise<Delivery & { readonly target: PushTarget }> {
  await harness.call('Publish', input(changes));
  const [delivery, ...more] = await deliveries(harness);
  if (delivery?.target.kind !== 'push' || more.length > 0) throw new Error('not one push');
  return { ...delivery, target: delivery.target };
}

const structured = (Message: object) => ({
  Message: JSON.stringify(Message),
  MessageStructure: 'json',
});

const text = (StringValue: string) => ({ DataType: 'String', StringValue });

const setEndpoint = (attributes: object) =>
  harness.call('SetEndpointAttributes', { EndpointArn: endpoint, Attributes: attributes });

const setApplication = (attributes: object) =>
  harness.call('SetPlatformApplicationAttributes', {
    PlatformApplicationArn: application,
    Attributes: attributes,
  });

describe('a message straight to an endpoint', () => {
  it('is pushed to its token', async () => {
    const { MessageId } = await harness.call('Publish', input({}));
    expect(await deliveries(harness)).toEqual([
      {
        deliveryId: expect.any(String),
        target: {
          kind: 'push',
          platform: 'GCM',
          token: 'token',
          payload: 'hello',
          endpointArn: endpoint,
          applicationArn: application,
          successSampleRate: 0,
          failureReport: { endpoint: 'http://localhost:4566' },
        },
        retry: expect.objectContaining({ numRetries: 50 }),
        about: {
          messageId: MessageId,
          accountId: '000000000000',
          region: 'us-east-1',
          publishedAtMs: harness.clock.nowMs(),
          messageMd5: createHash('md5').update('hello').digest('hex'),
        },
      },
    ]);
  });

  it('counts as one of the application', async () => {
    await publish();
    expect(harness.counts).toMatchObject([
      { name: 'PublishSize', resource: 'app/GCM/app', value: 5 },
      { name: 'NumberOfMessagesPublished', resource: 'app/GCM/app', value: 1 },
    ]);
  });

  it.each([
    [{ GCM: 'for Google', APNS: 'for Apple' }, 'for Google'],
    [{ GCM: 'for Google', default: 'for all' }, 'for Google'],
    [{ FCM: 'for Google' }, 'for Google'],
    [{ GCM: 'old name', FCM: 'new name' }, 'old name'],
    [{ APNS: 'for Apple', default: 'for all' }, 'for all'],
    [{ GCM: { not: 'a text' }, default: 'for all' }, 'for all'],
    [{ GCM: '', default: 'for all' }, ''],
  ])('has of the structure %j the text %j', async (message, payload) => {
    expect((await publish(structured(message))).target.payload).toBe(payload);
  });

  it('of a sandbox has a text of its own', async () => {
    const sandbox = await createApplication(harness, {}, 'APNS_SANDBOX');
    endpoint = await createEndpoint(harness, sandbox, 'ab');
    const missing = "JSON must contain an entry for 'default' or 'APNS_SANDBOX'.";
    expect(await failure(structured({ APNS: 'x' }))).toEqual(invalidParameter(missing));
    const { target } = await publish(structured({ APNS: 'x', APNS_SANDBOX: 'y' }));
    expect(target.payload).toBe('y');
  });

  it.each([{}, { APNS: 'x' }, { gcm: 'x' }, { GCM: { a: 1 } }])(
    'needs a text for the platform or for all: %j',
    async (message) => {
      expect(await failure(structured(message))).toEqual(
        invalidParameter("JSON must contain an entry for 'default' or 'GCM'."),
      );
    },
  );

  it.each(['{', '[]', '{"GCM":"a","GCM":"b"}'])('refuses the structure %s', async (Message) => {
    expect(await failure({ Message, MessageStructure: 'json' })).toEqual(
      invalidParameter('Message Structure - JSON message body failed to parse'),
    );
  });

  it.each([
    [{ Message: '' }, 'Empty message'],
    [{ Message: 'x'.repeat(262_145) }, 'Message too long'],
    [{ Subject: '' }, 'Subject'],
    [{ MessageStructure: 'xml' }, 'MessageStructure'],
    [
      { TargetArn: `${applicationArn().replace(':app/', ':endpoint/')}/a/b` },
      'TargetArn Reason: Wrong number of slashes in relative portion of the ARN.',
    ],
  ])('is refused with %.60j', async (changes, problem) => {
    expect(await failure(changes)).toEqual(invalidParameter(problem));
  });

  it.each([
    ['GCM', 4_096, 'Notification data is larger than allowed limit'],
    ['APNS', 4_096, 'Notification is too long'],
    ['APNS_VOIP', 5_120, 'Notification is too long'],
    ['ADM', 6_144, 'Notification is too long'],
  ])('to %s has at most %d bytes', async (platform, bytes, problem) => {
    const other = await createApplication(harness, {}, platform, 'sized');
    endpoint = await createEndpoint(harness, other, 'ab');
    expect(await failure({ Message: 'ä'.repeat(bytes / 2 + 1) })).toEqual(
      invalidParameter(`Message Reason: Invalid notification for protocol ${platform}: ${problem}`),
    );
    await publish({ Message: 'ä'.repeat(bytes / 2) });
  });

  it('is refused by an endpoint that is turned off', async () => {
    await setEndpoint({ Enabled: 'false' });
    expect(await failure({})).toEqual({
      code: 'EndpointDisabledException',
      queryCode: 'EndpointDisabled',
      status: 400,
      message: 'Endpoint is disabled',
    });
    await setEndpoint({ Enabled: 'true' });
    await publish();
  });

  it('is refused by an application that is turned off', async () => {
    await setApplication({ Enabled: 'false' });
    expect(await failure({})).toMatchObject({
      queryCode: 'PlatformApplicationDisabled',
      status: 400,
    });
    await setApplication({ Enabled: 'true' });
    await publish();
  });

  it('goes to the newest token', async () => {
    await setEndpoint({ Token: 'newer' });
    expect((await publish()).target.token).toBe('newer');
  });

  it('says which successes are logged', async () => {
    const SuccessFeedbackRoleArn = 'arn:aws:iam::000000000000:role/r';
    await setApplication({ SuccessFeedbackRoleArn, SuccessFeedbackSampleRate: '30' });
    expect((await publish()).target.successSampleRate).toBe(30);
  });
});

describe('attributes of pushes', () => {
  const apple = async (platform = 'APNS') => {
    endpoint = await createEndpoint(
      harness,
      await createApplication(harness, {}, platform, 'apple'),
      'ab',
    );
  };

  it.each(['APNS', 'APNS_SANDBOX'])('reach Apple devices of %s', async (platform) => {
    await apple(platform);
    const { target } = await publish({
      MessageAttributes: {
        [`AWS.SNS.MOBILE.${platform}.TTL`]: text('60'),
        'AWS.SNS.MOBILE.APNS.PUSH_TYPE': text('background'),
        'AWS.SNS.MOBILE.APNS.TOPIC': text('com.example'),
        'AWS.SNS.MOBILE.APNS.PRIORITY': text('5'),
        'AWS.SNS.MOBILE.APNS.COLLAPSE_ID': text('x'.repeat(64)),
        'AWS.SNS.MOBILE.ADM.TTL': text('1'),
        colour: text('red'),
      },
    });
    expect(target.ttlSeconds).toBe(60);
    expect(target.attributes).toEqual({
      PUSH_TYPE: 'background',
      TOPIC: 'com.example',
      PRIORITY: '5',
      COLLAPSE_ID: 'x'.repeat(64),
    });
  });

  it("do not give the sandbox the others' time to live", async () => {
    await apple('APNS_SANDBOX');
    const MessageAttributes = { 'AWS.SNS.MOBILE.APNS.TTL': text('60') };
    expect((await publish({ MessageAttributes })).target).not.toHaveProperty('ttlSeconds');
  });

  it('name Google by either name', async () => {
    const MessageAttributes = {
      'AWS.SNS.MOBILE.GCM.TTL': text('60'),
      'AWS.SNS.MOBILE.FCM.TTL': text('30'),
    };
    expect((await publish({ MessageAttributes })).target.ttlSeconds).toBe(30);
  });

  it.each([
    ['GCM', 'GCM', 0],
    ['APNS', 'APNS', 0],
    ['ADM', 'ADM', -1],
  ])('may say 0 seconds to %s, if that means something there', async (platform, name, seconds) => {
    const other = await createApplication(harness, {}, platform, 'zero');
    endpoint = await createEndpoint(harness, other, 'ab');
    const MessageAttributes = { [`AWS.SNS.MOBILE.${name}.TTL`]: text('0') };
    expect((await publish({ MessageAttributes })).target.ttlSeconds).toBe(seconds);
  });

  it.each([
    ['APNS.TTL', '-1'],
    ['GCM.TTL', '1.5'],
    ['WNS.TTL', 'x'],
    ['APNS.PRIORITY', '7'],
    ['APNS.PUSH_TYPE', 'loud'],
    ['APNS.COLLAPSE_ID', 'x'.repeat(65)],
  ])('are refused with %s of %.10j, in a topic too', async (end, value) => {
    const name = `AWS.SNS.MOBILE.${end}`;
    const MessageAttributes = { [name]: text(value) };
    const refusal = {
      code: 'InvalidParameterValueException',
      queryCode: 'ParameterValueInvalid',
      status: 400,
      message: `Invalid attribute value was passed in for message attribute ${name}`,
    };
    expect(await failure({ MessageAttributes })).toEqual(refusal);
    const TargetArn = await createTopic(harness, 'orders');
    expect(await failure({ TargetArn, MessageAttributes })).toEqual(refusal);
  });
});

describe("a topic's message for an endpoint", () => {
  let topic: string;

  beforeEach(async () => {
    topic = await createTopic(harness, 'orders');
  });

  const toTopic = (changes: object = {}) => publish({ TargetArn: topic, ...changes });

  it('is pushed to its token', async () => {
    const SubscriptionArn = await subscribe(harness, topic, 'application', endpoint);
    const { target, about } = await toTopic({
      MessageAttributes: { 'AWS.SNS.MOBILE.GCM.TTL': text('60') },
    });
    expect(target).toMatchObject({ token: 'token', payload: 'hello', ttlSeconds: 60 });
    expect(target).not.toHaveProperty('undeliverable');
    expect(about).toMatchObject({ topicArn: topic, subscriptionArn: SubscriptionArn });
  });

  it.each([
    [{ GCM: 'for Google', default: 'for all' }, 'for Google'],
    [{ application: 'for devices', default: 'for all' }, 'for devices'],
    [{ APNS: 'for Apple', default: 'for all' }, 'for all'],
  ])('has of the structure %j the text %j', async (message, payload) => {
    await subscribe(harness, topic, 'application', endpoint);
    expect((await toTopic(structured(message))).target.payload).toBe(payload);
  });

  it.each([
    [() => setEndpoint({ Enabled: 'false' }), 'EndpointDisabled', 'Endpoint is disabled'],
    [
      () => harness.call('DeleteEndpoint', { EndpointArn: endpoint }),
      'EndpointNotFound',
      'Endpoint was not found',
    ],
    [
      () => harness.call('DeletePlatformApplication', { PlatformApplicationArn: application }),
      'EndpointNotFound',
      'Endpoint was not found',
    ],
    [
      () => setApplication({ Enabled: 'false' }),
      'PlatformApplicationDisabled',
      'Platform application is disabled',
    ],
  ])('fails where it cannot be pushed (%#)', async (prevent, failureType, reason) => {
    const deadLetterTargetArn = await createQueue(harness, 'dead');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn });
    await subscribe(harness, topic, 'application', endpoint, { RedrivePolicy });
    await prevent();
    const { target, deadLetter } = await toTopic();
    expect(target.undeliverable).toEqual({ failureType, reason });
    expect(deadLetter?.queueArn).toBe(deadLetterTargetArn);
  });

  it('fails where it is too long for the device, and reaches others', async () => {
    await subscribe(harness, topic, 'application', endpoint);
    const { target } = await toTopic({ Message: 'x'.repeat(4_097) });
    expect(target.undeliverable).toEqual({
      failureType: 'DeliveryFailedPerm',
      reason:
        'Invalid notification for protocol GCM: Notification data is larger than allowed limit',
    });
  });
});
