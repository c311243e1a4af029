/** Every operation of SNS that the AWS SDK for JavaScript has, called against the real program. */
import type * as sdk from '@aws-sdk/client-sns';
import {
  paginateListEndpointsByPlatformApplication,
  paginateListPlatformApplications,
  paginateListSubscriptions,
  paginateListSubscriptionsByTopic,
  paginateListTopics,
  type SNS,
} from '@aws-sdk/client-sns';
import type { SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverStarter } from '../support/server.ts';
import { advanceSeconds, drain, sdkClient } from './sdk-client.ts';
import { drainEnvelopes, drainMessages, queueArn, snsClient } from './sns-client.ts';

/** Grows with the SDK: an operation that it gains and this file lacks is a type error. */
type Operation = {
  [Name in keyof typeof sdk]: Name extends `${infer Operation}Command`
    ? Operation extends '$'
      ? never
      : Operation
    : never;
}[keyof typeof sdk];

const start = serverStarter(afterAll);
let endpoint: string;
let sns: SNS;
let sqs: SQS;

beforeAll(async () => {
  endpoint = await start({ flags: ['--test-clock'] }).ready();
  sns = snsClient(endpoint);
  sqs = sdkClient(endpoint);
});

let topicCount = 0;

async function newTopic(input: Partial<sdk.CreateTopicCommandInput> = {}): Promise<string> {
  const { TopicArn = '' } = await sns.createTopic({ Name: `t${++topicCount}`, ...input });
  return TopicArn;
}

interface Subscribed {
  readonly TopicArn: string;
  readonly SubscriptionArn: string;
  readonly QueueUrl: string;
}

/** A topic with a queue behind it. */
async function newSubscribed(attributes: { [name: string]: string } = {}): Promise<Subscribed> {
  const TopicArn = await newTopic();
  const QueueName = `q${topicCount}`;
  const { QueueUrl = '' } = await sqs.createQueue({ QueueName });
  const { SubscriptionArn = '' } = await sns.subscribe({
    TopicArn,
    Protocol: 'sqs',
    Endpoint: queueArn(QueueName),
    Attributes: attributes,
  });
  return { TopicArn, SubscriptionArn, QueueUrl };
}

let applicationCount = 0;

async function newApplication(Name = `app${++applicationCount}`): Promise<string> {
  const { PlatformApplicationArn = '' } = await sns.createPlatformApplication({
    Name,
    Platform: 'GCM',
    Attributes: { PlatformCredential: 'key' },
  });
  return PlatformApplicationArn;
}

/** An app with one device. */
async function newEndpoint(input: Partial<sdk.CreatePlatformEndpointCommandInput> = {}) {
  const PlatformApplicationArn = await newApplication();
  const { EndpointArn = '' } = await sns.createPlatformEndpoint({
    PlatformApplicationArn,
    Token: 'device',
    ...input,
  });
  return { PlatformApplicationArn, EndpointArn };
}

/** What the inbox has for an address, number or device, newest first. */
async function inboxOf(to: string): Promise<{ readonly [member: string]: unknown }[]> {
  const answer = await fetch(`${endpoint}/_waystation/inbox?to=${encodeURIComponent(to)}`);
  return ((await answer.json()) as { items: { readonly [member: string]: unknown }[] }).items;
}

/** What a reply of STOP does on AWS. */
async function optOut(PhoneNumber: string): Promise<void> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'Waystation.OptOutPhoneNumber',
    },
    body: JSON.stringify({ PhoneNumber }),
  });
  if (answer.status !== 200) throw new Error(`OptOutPhoneNumber answered ${answer.status}`);
}

/** The one-time password that a number was sent. */
async function passwordOf(phoneNumber: string): Promise<string> {
  await advanceSeconds(endpoint, 0);
  const [text] = await inboxOf(phoneNumber);
  return /\d{5,8}/.exec(String(text?.text))?.[0] ?? '';
}

async function sandboxStatusOf(phoneNumber: string): Promise<string | undefined> {
  const { PhoneNumbers = [] } = await sns.listSMSSandboxPhoneNumbers({});
  return PhoneNumbers.find(({ PhoneNumber }) => PhoneNumber === phoneNumber)?.Status;
}

async function statementsOf(TopicArn: string): Promise<{ readonly Sid: string }[]> {
  const { Attributes } = await sns.getTopicAttributes({ TopicArn });
  return JSON.parse(Attributes?.Policy ?? '').Statement;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The server does not have these yet. */
type Absent = 'GetDataProtectionPolicy' | 'PutDataProtectionPolicy';

const operations: { readonly [O in Exclude<Operation, Absent>]: () => Promise<void> } = {
  async AddPermission() {
    const TopicArn = await newTopic();
    await sns.addPermission({
      TopicArn,
      Label: 'partners',
      AWSAccountId: ['111122223333', '444455556666'],
      ActionName: ['Publish', 'Subscribe'],
    });
    expect((await statementsOf(TopicArn))[1]).toEqual({
      Sid: 'partners',
      Effect: 'Allow',
      Principal: { AWS: ['arn:aws:iam::111122223333:root', 'arn:aws:iam::444455556666:root'] },
      Action: ['SNS:Publish', 'SNS:Subscribe'],
      Resource: TopicArn,
    });
  },

  async CheckIfPhoneNumberIsOptedOut() {
    const phoneNumber = '+15550000001';
    const isOptedOut = async () =>
      (await sns.checkIfPhoneNumberIsOptedOut({ phoneNumber })).isOptedOut;
    expect(await isOptedOut()).toBe(false);
    await optOut(phoneNumber);
    expect(await isOptedOut()).toBe(true);
  },

  async ConfirmSubscription() {
    const TopicArn = await newTopic();
    await sns.subscribe({ TopicArn, Protocol: 'email', Endpoint: 'confirm@example.test' });
    await advanceSeconds(endpoint, 0);
    const [mail] = await inboxOf('confirm@example.test');
    const [, Token] = /Token=([0-9a-f]+)/.exec(String(mail?.text)) ?? [];
    const { SubscriptionArn } = await sns.confirmSubscription({ TopicArn, Token });
    const { Attributes } = await sns.getSubscriptionAttributes({ SubscriptionArn });
    expect(Attributes).toMatchObject({
      PendingConfirmation: 'false',
      ConfirmationWasAuthenticated: 'true',
    });
  },

  async CreatePlatformApplication() {
    const arn = await newApplication('created-app');
    expect(arn).toBe('arn:aws:sns:us-east-1:000000000000:app/GCM/created-app');
    expect(await newApplication('created-app')).toBe(arn);
  },

  async CreatePlatformEndpoint() {
    const { PlatformApplicationArn, EndpointArn } = await newEndpoint({ CustomUserData: 'zoe' });
    expect(EndpointArn.replace('endpoint', 'app')).toMatch(
      new RegExp(`^${PlatformApplicationArn}/[0-9a-f-]{36}$`),
    );
    const again = { PlatformApplicationArn, Token: 'device', CustomUserData: 'zoe' };
    expect((await sns.createPlatformEndpoint(again)).EndpointArn).toBe(EndpointArn);
    const { MessageId } = await sns.publish({
      TargetArn: EndpointArn,
      Message: JSON.stringify({ GCM: '{"notification":{"title":"A sale"}}' }),
      MessageStructure: 'json',
    });
    await advanceSeconds(endpoint, 0);
    expect(await inboxOf(EndpointArn)).toMatchObject([
      { kind: 'push', to: 'device', messageId: MessageId, text: expect.stringContaining('A sale') },
    ]);
  },

  async CreateSMSSandboxPhoneNumber() {
    const PhoneNumber = '+15550000002';
    await sns.createSMSSandboxPhoneNumber({ PhoneNumber, LanguageCode: 'en-US' });
    expect(await sandboxStatusOf(PhoneNumber)).toBe('Pending');
    expect(await passwordOf(PhoneNumber)).toMatch(/^\d{5,8}$/);
  },

  async CreateTopic() {
    const input = {
      Name: 'created',
      Attributes: { DisplayName: 'Orders', SignatureVersion: '2' },
      Tags: [{ Key: 'Team', Value: 'coffee' }],
    };
    const { TopicArn } = await sns.createTopic(input);
    expect(TopicArn).toBe('arn:aws:sns:us-east-1:000000000000:created');
    expect((await sns.createTopic(input)).TopicArn).toBe(TopicArn);
    expect((await sns.createTopic({ Name: 'created' })).TopicArn).toBe(TopicArn);
  },

  async DeleteEndpoint() {
    const { EndpointArn } = await newEndpoint();
    await sns.deleteEndpoint({ EndpointArn });
    await sns.deleteEndpoint({ EndpointArn });
    await expect(sns.getEndpointAttributes({ EndpointArn })).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'Endpoint does not exist',
    });
  },

  async DeletePlatformApplication() {
    const { PlatformApplicationArn, EndpointArn } = await newEndpoint();
    await sns.deletePlatformApplication({ PlatformApplicationArn });
    await expect(
      sns.getPlatformApplicationAttributes({ PlatformApplicationArn }),
    ).rejects.toMatchObject({ name: 'NotFoundException' });
    await expect(sns.getEndpointAttributes({ EndpointArn })).rejects.toMatchObject({
      name: 'NotFoundException',
    });
  },

  async DeleteSMSSandboxPhoneNumber() {
    const PhoneNumber = '+15550000003';
    await sns.createSMSSandboxPhoneNumber({ PhoneNumber });
    await expect(sns.deleteSMSSandboxPhoneNumber({ PhoneNumber })).rejects.toMatchObject({
      name: 'UserErrorException',
    });
    await advanceSeconds(endpoint, 86_400);
    await sns.deleteSMSSandboxPhoneNumber({ PhoneNumber });
    expect(await sandboxStatusOf(PhoneNumber)).toBeUndefined();
  },

  async DeleteTopic() {
    const { TopicArn, SubscriptionArn, QueueUrl } = await newSubscribed();
    await sns.deleteTopic({ TopicArn });
    await sns.deleteTopic({ TopicArn });
    await expect(sns.publish({ TopicArn, Message: 'x' })).rejects.toMatchObject({
      name: 'NotFoundException',
    });
    await expect(sns.getSubscriptionAttributes({ SubscriptionArn })).rejects.toMatchObject({
      name: 'NotFoundException',
    });
    await newTopic({ Name: TopicArn.slice(TopicArn.lastIndexOf(':') + 1) });
    await sns.publish({ TopicArn, Message: 'to nobody' });
    expect(await drain(sqs, QueueUrl)).toEqual([]);
  },

  async GetEndpointAttributes() {
    const { EndpointArn } = await newEndpoint({ CustomUserData: 'zoe' });
    expect((await sns.getEndpointAttributes({ EndpointArn })).Attributes).toEqual({
      Enabled: 'true',
      Token: 'device',
      CustomUserData: 'zoe',
    });
  },

  async GetPlatformApplicationAttributes() {
    const PlatformApplicationArn = await newApplication();
    const { Attributes } = await sns.getPlatformApplicationAttributes({ PlatformApplicationArn });
    expect(Attributes).toMatchObject({ Enabled: 'true' });
    expect(Attributes).not.toHaveProperty('PlatformCredential');
  },

  async GetSMSAttributes() {
    const attributes = ['MonthlySpendLimit'];
    const answer = await sns.getSMSAttributes({ attributes });
    expect(answer.attributes).toEqual({ MonthlySpendLimit: '1' });
  },

  async GetSMSSandboxAccountStatus() {
    expect((await sns.getSMSSandboxAccountStatus({})).IsInSandbox).toBe(false);
  },

  async GetSubscriptionAttributes() {
    const FilterPolicy = '{"size":["large"]}';
    const { TopicArn, SubscriptionArn } = await newSubscribed({ FilterPolicy });
    const { Attributes } = await sns.getSubscriptionAttributes({ SubscriptionArn });
    expect(Attributes).toMatchObject({
      SubscriptionArn,
      TopicArn,
      Owner: '000000000000',
      Protocol: 'sqs',
      FilterPolicy,
      FilterPolicyScope: 'MessageAttributes',
      RawMessageDelivery: 'false',
      PendingConfirmation: 'false',
    });
  },

  async GetTopicAttributes() {
    const TopicArn = await newTopic({ Attributes: { DisplayName: 'Orders' } });
    const { Attributes = {} } = await sns.getTopicAttributes({ TopicArn });
    expect(Attributes).toEqual({
      TopicArn,
      Owner: '000000000000',
      DisplayName: 'Orders',
      Policy: expect.any(String),
      SubscriptionsConfirmed: '0',
      SubscriptionsPending: '0',
      SubscriptionsDeleted: '0',
      EffectiveDeliveryPolicy: expect.any(String),
    });
    expect(JSON.parse(Attributes.EffectiveDeliveryPolicy ?? '')).toMatchObject({
      http: { defaultHealthyRetryPolicy: { minDelayTarget: 20, numRetries: 3 } },
    });
  },

  async ListEndpointsByPlatformApplication() {
    const { PlatformApplicationArn, EndpointArn } = await newEndpoint();
    const { Endpoints } = await sns.listEndpointsByPlatformApplication({ PlatformApplicationArn });
    expect(Endpoints).toEqual([{ EndpointArn, Attributes: { Enabled: 'true', Token: 'device' } }]);
  },

  async ListOriginationNumbers() {
    expect((await sns.listOriginationNumbers({ MaxResults: 30 })).PhoneNumbers).toEqual([]);
  },

  async ListPhoneNumbersOptedOut() {
    await optOut('+15550000004');
    const { phoneNumbers } = await sns.listPhoneNumbersOptedOut({});
    expect(phoneNumbers).toContain('+15550000004');
  },

  async ListPlatformApplications() {
    const PlatformApplicationArn = await newApplication();
    const { PlatformApplications } = await sns.listPlatformApplications({});
    expect(PlatformApplications).toContainEqual({
      PlatformApplicationArn,
      Attributes: expect.objectContaining({ Enabled: 'true' }),
    });
  },

  async ListSMSSandboxPhoneNumbers() {
    const PhoneNumber = '+15550000005';
    await sns.createSMSSandboxPhoneNumber({ PhoneNumber });
    const { PhoneNumbers } = await sns.listSMSSandboxPhoneNumbers({ MaxResults: 100 });
    expect(PhoneNumbers).toContainEqual({ PhoneNumber, Status: 'Pending' });
  },

  async ListSubscriptions() {
    const subscribed = [await newSubscribed(), await newSubscribed()];
    const { Subscriptions = [] } = await sns.listSubscriptions({});
    const arns = Subscriptions.map(({ SubscriptionArn }) => SubscriptionArn);
    expect(arns).toEqual(
      expect.arrayContaining(subscribed.map(({ SubscriptionArn }) => SubscriptionArn)),
    );
  },

  async ListSubscriptionsByTopic() {
    const { TopicArn, SubscriptionArn } = await newSubscribed();
    expect((await sns.listSubscriptionsByTopic({ TopicArn })).Subscriptions).toEqual([
      {
        TopicArn,
        SubscriptionArn,
        Owner: '000000000000',
        Protocol: 'sqs',
        Endpoint: queueArn(`q${topicCount}`),
      },
    ]);
  },

  async ListTagsForResource() {
    const Tags = [
      { Key: 'Team', Value: 'coffee' },
      { Key: 'Empty', Value: '' },
    ];
    const ResourceArn = await newTopic({ Tags });
    expect((await sns.listTagsForResource({ ResourceArn })).Tags).toEqual(Tags);
  },

  async ListTopics() {
    const TopicArn = await newTopic();
    expect((await sns.listTopics({})).Topics).toContainEqual({ TopicArn });
  },

  async OptInPhoneNumber() {
    const phoneNumber = '+15550000006';
    await optOut(phoneNumber);
    await sns.optInPhoneNumber({ phoneNumber });
    const { isOptedOut } = await sns.checkIfPhoneNumberIsOptedOut({ phoneNumber });
    expect(isOptedOut).toBe(false);
  },

  async Publish() {
    const { TopicArn, QueueUrl } = await newSubscribed();
    const { MessageId } = await sns.publish({
      TopicArn,
      Message: ' <Latte> & \u{1F600}\r\n',
      Subject: 'A sale',
      MessageAttributes: {
        size: { DataType: 'String', StringValue: 'large' },
        price: { DataType: 'Number', StringValue: '4.5' },
        extras: { DataType: 'String.Array', StringValue: '["milk",1,true]' },
        picture: { DataType: 'Binary', BinaryValue: Uint8Array.of(0, 255) },
      },
    });
    expect(MessageId).toMatch(UUID);
    const [envelope] = await drainEnvelopes(sqs, QueueUrl);
    expect(envelope).toMatchObject({
      MessageId,
      Subject: 'A sale',
      Message: ' <Latte> & \u{1F600}\r\n',
      MessageAttributes: {
        size: { Type: 'String', Value: 'large' },
        price: { Type: 'Number', Value: '4.5' },
        extras: { Type: 'String.Array', Value: '["milk",1,true]' },
        picture: { Type: 'Binary', Value: 'AP8=' },
      },
    });
  },

  async PublishBatch() {
    const { TopicArn, QueueUrl } = await newSubscribed({ RawMessageDelivery: 'true' });
    const PublishBatchRequestEntries = Array.from({ length: 10 }, (_, n) => ({
      Id: `e${n}`,
      Message: `message ${n}`,
      MessageAttributes: { n: { DataType: 'Number', StringValue: `${n}` } },
    }));
    const { Successful = [], Failed } = await sns.publishBatch({
      TopicArn,
      PublishBatchRequestEntries,
    });
    expect(Failed).toEqual([]);
    expect(Successful.map(({ Id }) => Id)).toEqual(PublishBatchRequestEntries.map(({ Id }) => Id));
    expect(new Set(Successful.map(({ MessageId }) => MessageId)).size).toBe(10);
    expect((await drain(sqs, QueueUrl)).toSorted()).toEqual(
      PublishBatchRequestEntries.map(({ Message }) => Message),
    );
  },

  async RemovePermission() {
    const TopicArn = await newTopic();
    const AWSAccountId = ['111122223333'];
    await sns.addPermission({ TopicArn, Label: 'l', AWSAccountId, ActionName: ['Publish'] });
    await sns.removePermission({ TopicArn, Label: 'l' });
    expect((await statementsOf(TopicArn)).map(({ Sid }) => Sid)).toEqual([
      '__default_statement_ID',
    ]);
  },

  async SetEndpointAttributes() {
    const { EndpointArn } = await newEndpoint();
    await sns.setEndpointAttributes({ EndpointArn, Attributes: { Enabled: 'false' } });
    await expect(
      sns.publish({ TargetArn: EndpointArn, Message: 'to nobody' }),
    ).rejects.toMatchObject({ name: 'EndpointDisabledException' });
    const Attributes = { Enabled: 'true', Token: 'new device' };
    await sns.setEndpointAttributes({ EndpointArn, Attributes });
    expect((await sns.getEndpointAttributes({ EndpointArn })).Attributes).toEqual(Attributes);
  },

  async SetPlatformApplicationAttributes() {
    const PlatformApplicationArn = await newApplication();
    const Attributes = { EventEndpointCreated: await newTopic() };
    await sns.setPlatformApplicationAttributes({ PlatformApplicationArn, Attributes });
    expect(
      (await sns.getPlatformApplicationAttributes({ PlatformApplicationArn })).Attributes,
    ).toMatchObject(Attributes);
  },

  async SetSMSAttributes() {
    const attributes = { DefaultSMSType: 'Transactional', DefaultSenderID: 'COFFEE' };
    await sns.setSMSAttributes({ attributes });
    expect((await sns.getSMSAttributes({})).attributes).toMatchObject(attributes);
    const PhoneNumber = '+15550000007';
    const { MessageId } = await sns.publish({ PhoneNumber, Message: 'A latte was sold.' });
    await advanceSeconds(endpoint, 0);
    expect(await inboxOf(PhoneNumber)).toMatchObject([
      { kind: 'sms', from: 'COFFEE', text: 'A latte was sold.', messageId: MessageId },
    ]);
  },

  async SetSubscriptionAttributes() {
    const { TopicArn, SubscriptionArn, QueueUrl } = await newSubscribed();
    const set = (AttributeName: string, AttributeValue: string) =>
      sns.setSubscriptionAttributes({ SubscriptionArn, AttributeName, AttributeValue });
    await set('RawMessageDelivery', 'true');
    await set('FilterPolicy', '{"size":["large"]}');
    await sns.publish({ TopicArn, Message: 'filtered out' });
    await set('FilterPolicy', '{}');
    await sns.publish({ TopicArn, Message: 'bare' });
    expect(await drain(sqs, QueueUrl)).toEqual(['bare']);
  },

  async SetTopicAttributes() {
    const TopicArn = await newTopic();
    const AttributeName = 'DisplayName';
    await sns.setTopicAttributes({ TopicArn, AttributeName, AttributeValue: 'Grüße & more' });
    const { Attributes } = await sns.getTopicAttributes({ TopicArn });
    expect(Attributes?.DisplayName).toBe('Grüße & more');
  },

  async Subscribe() {
    const { TopicArn, SubscriptionArn } = await newSubscribed();
    const input = { TopicArn, Protocol: 'sqs', Endpoint: queueArn(`q${topicCount}`) };
    expect((await sns.subscribe(input)).SubscriptionArn).toBe(SubscriptionArn);
    const mail = { TopicArn, Protocol: 'email', Endpoint: 'subscribe@example.test' };
    expect((await sns.subscribe(mail)).SubscriptionArn).toBe('pending confirmation');
    const shown = await sns.subscribe({ ...mail, ReturnSubscriptionArn: true });
    expect(shown.SubscriptionArn).toMatch(new RegExp(`^${TopicArn}:[0-9a-f-]{36}$`));
  },

  async TagResource() {
    const ResourceArn = await newTopic({ Tags: [{ Key: 'Team', Value: 'coffee' }] });
    const Tags = [
      { Key: 'Team', Value: 'tea' },
      { Key: 'Since', Value: '2026' },
    ];
    await sns.tagResource({ ResourceArn, Tags });
    expect((await sns.listTagsForResource({ ResourceArn })).Tags).toEqual(Tags);
  },

  async Unsubscribe() {
    const { TopicArn, SubscriptionArn, QueueUrl } = await newSubscribed();
    await sns.unsubscribe({ SubscriptionArn });
    await sns.unsubscribe({ SubscriptionArn });
    await sns.publish({ TopicArn, Message: 'to nobody' });
    expect(await drainMessages(sqs, QueueUrl)).toEqual([]);
    const { Attributes } = await sns.getTopicAttributes({ TopicArn });
    expect(Attributes).toMatchObject({ SubscriptionsConfirmed: '0', SubscriptionsDeleted: '1' });
  },

  async UntagResource() {
    const ResourceArn = await newTopic({ Tags: [{ Key: 'Team', Value: 'coffee' }] });
    await sns.untagResource({ ResourceArn, TagKeys: ['Team', 'Absent'] });
    expect((await sns.listTagsForResource({ ResourceArn })).Tags).toEqual([]);
  },

  async VerifySMSSandboxPhoneNumber() {
    const PhoneNumber = '+15550000008';
    await sns.createSMSSandboxPhoneNumber({ PhoneNumber });
    const OneTimePassword = await passwordOf(PhoneNumber);
    const wrong = OneTimePassword === '00000' ? '00001' : '00000';
    await expect(
      sns.verifySMSSandboxPhoneNumber({ PhoneNumber, OneTimePassword: wrong }),
    ).rejects.toMatchObject({ name: 'VerificationException' });
    await sns.verifySMSSandboxPhoneNumber({ PhoneNumber, OneTimePassword });
    expect(await sandboxStatusOf(PhoneNumber)).toBe('Verified');
  },
};

describe('the SDK', () => {
  it.each(Object.entries(operations))('calls %s', (_name, call) => call());

  it('gets the id of its request', async () => {
    const { $metadata } = await sns.listTopics({});
    expect($metadata).toMatchObject({
      httpStatusCode: 200,
      requestId: expect.stringMatching(UUID),
      attempts: 1,
    });
  });
});

describe('a listing of more than a hundred', () => {
  const COUNT = 250;
  let client: SNS;
  const expected: string[] = [];
  const names = Array.from({ length: COUNT }, (_, n) => `n${String(n).padStart(3, '0')}`);

  /** An account of its own. */
  beforeAll(async () => {
    client = snsClient(endpoint, { accessKeyId: '777777777777' });
    for (let first = 0; first < COUNT; first += 50) {
      const some = names.slice(first, first + 50);
      const made = await Promise.all(some.map((Name) => client.createTopic({ Name })));
      expected.push(...made.map(({ TopicArn = '' }) => TopicArn));
    }
  });

  it('of topics has pages of a hundred', async () => {
    const pages: string[][] = [];
    for await (const { Topics = [] } of paginateListTopics({ client }, {})) {
      pages.push(Topics.map(({ TopicArn = '' }) => TopicArn));
    }
    expect(pages.map(({ length }) => length)).toEqual([100, 100, 50]);
    expect(pages.flat().toSorted()).toEqual(expected);
  });

  it('of apps and devices has pages of a hundred', async () => {
    const applications: string[] = [];
    for (const name of names.slice(0, 101)) {
      const { PlatformApplicationArn = '' } = await client.createPlatformApplication({
        Name: name,
        Platform: 'GCM',
        Attributes: { PlatformCredential: 'key' },
      });
      applications.push(PlatformApplicationArn);
    }
    const found: string[][] = [];
    for await (const page of paginateListPlatformApplications({ client }, {})) {
      const { PlatformApplications = [] } = page;
      found.push(
        PlatformApplications.map((application) => `${application.PlatformApplicationArn}`),
      );
    }
    expect(found.map(({ length }) => length)).toEqual([100, 1]);
    expect(found.flat().toSorted()).toEqual(applications);

    const PlatformApplicationArn = applications[0] ?? '';
    for (const Token of names.slice(0, 101)) {
      await client.createPlatformEndpoint({ PlatformApplicationArn, Token });
    }
    const tokens: string[][] = [];
    for await (const { Endpoints = [] } of paginateListEndpointsByPlatformApplication(
      { client },
      { PlatformApplicationArn },
    )) {
      tokens.push(Endpoints.map(({ Attributes }) => `${Attributes?.Token}`));
    }
    expect(tokens.map(({ length }) => length)).toEqual([100, 1]);
    expect(tokens.flat().toSorted()).toEqual(names.slice(0, 101));
  });

  it('of subscriptions has pages of a hundred, by account and by topic', async () => {
    const TopicArn = expected[0] ?? '';
    const subscribe = (name: string) =>
      client.subscribe({
        TopicArn,
        Protocol: 'sqs',
        Endpoint: `arn:aws:sqs:us-east-1:777777777777:${name}`,
      });
    const arns: string[] = [];
    for (let first = 0; first < COUNT; first += 50) {
      const made = await Promise.all(names.slice(first, first + 50).map(subscribe));
      arns.push(...made.map(({ SubscriptionArn = '' }) => SubscriptionArn));
    }
    for (const pages of [
      paginateListSubscriptions({ client }, {}),
      paginateListSubscriptionsByTopic({ client }, { TopicArn }),
    ]) {
      const found: string[][] = [];
      for await (const { Subscriptions = [] } of pages) {
        found.push(Subscriptions.map(({ SubscriptionArn = '' }) => SubscriptionArn));
      }
      expect(found.map(({ length }) => length)).toEqual([100, 100, 50]);
      expect(found.flat().toSorted()).toEqual(arns.toSorted());
    }
  });
});
