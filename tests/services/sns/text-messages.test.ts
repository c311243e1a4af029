/** https://docs.aws.amazon.com/sns/latest/dg/sms_publish-to-phone.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServiceHarness } from '../../support/service.ts';
import {
  addToSandbox,
  addVerified,
  callAdmin,
  inIreland,
  ofAnother,
  optOut,
  PHONE,
  texts,
} from './texts.ts';
import { createTopic, invalidParameter, newHarness, queueArn, subscribe } from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

const text = (value: string) => ({ DataType: 'String', StringValue: value });

const request = (MessageAttributes: object = {}) => ({
  PhoneNumber: PHONE,
  Message: 'hello',
  MessageAttributes,
});
const send = (MessageAttributes: object = {}) =>
  harness.call('Publish', request(MessageAttributes));

const settings = {
  DefaultSenderID: 'Shop',
  DefaultSMSType: 'Transactional',
  DeliveryStatusIAMRole: 'arn:aws:iam::000000000000:role/texts',
  DeliveryStatusSuccessSamplingRate: '25',
};
const setAttributes = (attributes: object) => harness.call('SetSMSAttributes', { attributes });

async function subscribePhone(attributes: { [name: string]: string } = {}): Promise<string> {
  const topic = await createTopic(harness, 'orders');
  await subscribe(harness, topic, 'sms', PHONE, attributes);
  return topic;
}

const refusals = async () => (await texts(harness)).map(({ target }) => target.refusal);

describe('a text to a phone number', () => {
  it('is promotional and of nobody, where nothing is set', async () => {
    await send();
    const [sent] = await texts(harness);
    expect(sent?.target).toEqual({
      kind: 'sms',
      phoneNumber: PHONE,
      text: 'hello',
      smsType: 'Promotional',
    });
    expect(sent?.about).not.toHaveProperty('successSampleRate');
  });

  it('has the settings of the account in the Region', async () => {
    await setAttributes(settings);
    await send();
    await harness.call('Publish', request(), { caller: inIreland });
    await harness.call('Publish', request(), { caller: ofAnother });
    const [here, ireland, another] = await texts(harness);
    expect(here).toMatchObject({
      target: { senderId: 'Shop', smsType: 'Transactional' },
      about: { successSampleRate: 25 },
    });
    expect(ireland?.target).toMatchObject({ smsType: 'Promotional' });
    expect(another?.target).toMatchObject({ smsType: 'Promotional' });
  });

  it('has every success logged where a role, but no rate is set', async () => {
    await setAttributes({ DeliveryStatusIAMRole: settings.DeliveryStatusIAMRole });
    await send();
    expect((await texts(harness))[0]?.about.successSampleRate).toBe(100);
  });

  it('has what its message attributes say before that', async () => {
    await setAttributes(settings);
    await send({
      'AWS.SNS.SMS.SenderID': text('Sale'),
      'AWS.SNS.SMS.SMSType': text('Promotional'),
      'AWS.SNS.SMS.MaxPrice': { DataType: 'Number', StringValue: '0.50' },
      'AWS.MM.SMS.EntityId': text('entity'),
      'AWS.MM.SMS.TemplateId': text('template'),
    });
    await send({ 'AWS.MM.SMS.OriginationNumber': text('+15550100') });
    const [first, second] = await texts(harness);
    expect(first?.target).toEqual({
      kind: 'sms',
      phoneNumber: PHONE,
      text: 'hello',
      senderId: 'Sale',
      smsType: 'Promotional',
      maxPrice: '0.50',
      entityId: 'entity',
      templateId: 'template',
    });
    expect(second?.target).toMatchObject({ originationNumber: '+15550100' });
    expect(second?.target).not.toHaveProperty('senderId');
  });

  it('is the variant for phones, of a message with one for each protocol', async () => {
    for (const message of [{ default: 'long', sms: 'short' }, { default: 'long' }]) {
      const Message = JSON.stringify(message);
      await harness.call('Publish', { PhoneNumber: PHONE, Message, MessageStructure: 'json' });
    }
    const sent = await texts(harness);
    expect(sent.map(({ target }) => target.text)).toEqual(['short', 'long']);
  });

  it.each([
    ['AWS.SNS.SMS.SenderID', text('four words are many'), '1 to 11 letters and digits'],
    ['AWS.SNS.SMS.SenderID', text('12345'), '1 to 11 letters and digits'],
    ['AWS.SNS.SMS.SenderID', { DataType: 'Number', StringValue: '1' }, '1 to 11 letters'],
    ['AWS.SNS.SMS.SMSType', text('transactional'), 'Promotional or Transactional'],
    ['AWS.SNS.SMS.MaxPrice', text('-1'), 'a price in US dollars'],
    ['AWS.SNS.SMS.MaxPrice', text('cheap'), 'a price in US dollars'],
    ['AWS.MM.SMS.OriginationNumber', text('1234'), '5 to 14 digits'],
    ['AWS.MM.SMS.OriginationNumber', text('123456789012345'), '5 to 14 digits'],
    ['AWS.MM.SMS.EntityId', text('x'.repeat(31)), '1 to 30 characters'],
    ['AWS.MM.SMS.TemplateId', text('x'.repeat(31)), '1 to 30 characters'],
  ])('is refused with %s = %j', async (name, value, form) => {
    const error = {
      queryCode: 'ParameterValueInvalid',
      message: expect.stringContaining(`The message attribute '${name}' must be ${form}`),
    };
    expect(await harness.failure('Publish', request({ [name]: value }))).toMatchObject(error);
    const TopicArn = await createTopic(harness, 'orders');
    const toTopic = { TopicArn, Message: 'm', MessageAttributes: { [name]: value } };
    expect(await harness.failure('Publish', toTopic)).toMatchObject(error);
  });

  it.each([
    [{ Message: '' }, 'Empty message'],
    [{ Message: 'x'.repeat(1_601) }, 'Message too long'],
    [{ MessageAttributes: { big: text('x'.repeat(262_144)) } }, 'Message too long'],
    [{ Subject: '' }, 'Subject'],
    [{ MessageStructure: 'xml' }, 'MessageStructure'],
  ])('is refused with %j', async (changes, problem) => {
    expect(await harness.failure('Publish', { ...request(), ...changes })).toEqual(
      invalidParameter(problem),
    );
  });
});

describe('a text to a number that opted out', () => {
  it('is accepted, and refused when it is delivered', async () => {
    await optOut(harness, PHONE.slice(1));
    expect(await send()).toEqual({ MessageId: expect.any(String) });
    expect(await refusals()).toEqual(['Phone number is opted out']);
  });

  it('goes out again once the number is opted in', async () => {
    await optOut(harness);
    await harness.call('OptInPhoneNumber', { phoneNumber: PHONE });
    await send();
    expect(await refusals()).toEqual([undefined]);
  });
});

describe('a text from inside the sandbox', () => {
  it('reaches verified numbers alone', async () => {
    await callAdmin(harness, 'SetSMSSandboxAccountStatus', { IsInSandbox: true });
    const refusal = 'Phone number is not verified in the SMS sandbox';
    await send();
    await addToSandbox(harness);
    await send();
    await addVerified(harness);
    await send();
    expect(await refusals()).toEqual([refusal, undefined, refusal, undefined, undefined]);
  });
});

describe('a text to a subscriber', () => {
  it("has the settings of the topic's account, whoever publishes", async () => {
    await setAttributes(settings);
    const TopicArn = await subscribePhone();
    await harness.call('Publish', { TopicArn, Message: 'm' }, { caller: ofAnother });
    expect((await texts(harness))[0]).toMatchObject({
      target: { text: 'm', senderId: 'Shop', smsType: 'Transactional' },
      about: { successSampleRate: 25, topicArn: TopicArn },
    });
  });

  it('has what its message attributes say before that', async () => {
    await setAttributes(settings);
    const TopicArn = await subscribePhone();
    const MessageAttributes = { 'AWS.SNS.SMS.SenderID': text('Sale') };
    await harness.call('Publish', { TopicArn, Message: 'm', MessageAttributes });
    expect((await texts(harness))[0]?.target).toMatchObject({ senderId: 'Sale' });
  });

  it('is refused for a number that opted out, which stays subscribed', async () => {
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn('dead') });
    const TopicArn = await subscribePhone({ RedrivePolicy });
    await optOut(harness);
    await harness.call('Publish', { TopicArn, Message: 'm' });
    const [delivery] = await texts(harness);
    expect(delivery?.target.refusal).toBe('Phone number is opted out');
    expect(delivery?.deadLetter?.queueArn).toBe(queueArn('dead'));
    const { Subscriptions } = await harness.call('ListSubscriptionsByTopic', { TopicArn });
    expect(Subscriptions).toMatchObject([{ Protocol: 'sms', Endpoint: PHONE }]);
  });
});
