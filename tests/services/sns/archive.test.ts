/** https://docs.aws.amazon.com/sns/latest/dg/message-archiving-and-replay-topic-owner.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Unsubscribe } from '../../../src/services/sns/operations/Unsubscribe.ts';
import { defaultCaller, type ServiceHarness, START_MS } from '../../support/service.ts';
import {
  anonymous,
  attributesOf,
  bodies,
  counted,
  createQueue,
  createTopic,
  invalidParameter,
  newHarness,
  OTHER_ACCOUNT,
  queueArn,
  raw,
  receive,
  subscribe,
  subscribeQueue,
} from './topics.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;

let harness: ServiceHarness;
let arn: string;

beforeEach(async () => {
  harness = newHarness();
  arn = await createTopic(harness, 'orders.fifo', {
    ArchivePolicy: '{"MessageRetentionPeriod":"2"}',
    ContentBasedDeduplication: 'true',
  });
});

afterEach(() => {
  expect(harness.taskErrors).toEqual([]);
  return harness.close();
});

const publish = (Message: string, changes: object = {}) =>
  harness.call('Publish', { TopicArn: arn, Message, MessageGroupId: 'g', ...changes });

const at = (instantMs: number): string => new Date(instantMs).toISOString();

const from = (startMs: number, endMs?: number) => ({
  ReplayPolicy: JSON.stringify({
    PointType: 'Timestamp',
    StartingPoint: at(startMs),
    ...(endMs !== undefined && { EndingPoint: at(endMs) }),
  }),
});

const set = (SubscriptionArn: string, AttributeName: string, AttributeValue: string) =>
  harness.call('SetSubscriptionAttributes', { SubscriptionArn, AttributeName, AttributeValue });

const setArchive = (AttributeValue: string) =>
  harness.call('SetTopicAttributes', {
    TopicArn: arn,
    AttributeName: 'ArchivePolicy',
    AttributeValue,
  });

/** Ends a subscription as a person does; answers the token of the page's way back. */
async function endByLink(SubscriptionArn: string): Promise<string> {
  const link = await harness.invoker.run({ ...defaultCaller, ...anonymous }, async (context) => {
    const page = await Unsubscribe.page?.show({ SubscriptionArn }, context);
    return page?.link?.url ?? '';
  });
  return new URL(link).searchParams.get('Token') ?? '';
}

/** Does what is due, and takes all messages out of a queue. */
async function drain(name: string): Promise<string[]> {
  await harness.scheduler.runDue();
  const all: string[] = [];
  for (;;) {
    const some = await bodies(harness, name);
    if (some.length === 0) return all;
    all.push(...some);
  }
}

describe('an archive', () => {
  it('says where it begins', async () => {
    expect(await attributesOf(harness, arn)).toMatchObject({
      ArchivePolicy: '{"MessageRetentionPeriod":"2"}',
      BeginningArchiveTime: at(START_MS),
    });
    await harness.advance(3 * DAY_MS);
    expect(await attributesOf(harness, arn)).toMatchObject({
      BeginningArchiveTime: at(START_MS + DAY_MS + 1),
    });
  });

  it('ends with an empty policy, and lets the topic be deleted', async () => {
    await publish('a');
    await setArchive('{}');
    const attributes = await attributesOf(harness, arn);
    expect(attributes).not.toHaveProperty('ArchivePolicy');
    expect(attributes).not.toHaveProperty('BeginningArchiveTime');
    await harness.call('DeleteTopic', { TopicArn: arn });
  });

  it('begins empty when it is made again', async () => {
    await publish('before');
    await setArchive('{}');
    await harness.advance(1);
    await setArchive('{"MessageRetentionPeriod":"1"}');
    await publish('after');
    await subscribeQueue(harness, arn, 'q', { ...raw, ...from(0) });
    expect(await drain('q')).toEqual(['after']);
  });

  it('keeps what it has when its policy changes', async () => {
    await publish('m');
    await harness.advance(HOUR_MS);
    await setArchive('{"MessageRetentionPeriod":"300"}');
    expect(await attributesOf(harness, arn)).toMatchObject({ BeginningArchiveTime: at(START_MS) });
    await subscribeQueue(harness, arn, 'q', { ...raw, ...from(0) });
    expect(await drain('q')).toEqual(['m']);
  });

  it('forgets what is older than its policy says', async () => {
    await publish('old');
    await harness.advance(DAY_MS);
    await publish('young');
    await harness.advance(DAY_MS);
    await subscribeQueue(harness, arn, 'q', { ...raw, ...from(0) });
    expect(await drain('q')).toEqual(['young']);
    await setArchive('{"MessageRetentionPeriod":"1"}');
    await harness.scheduler.runDue();
    await subscribeQueue(harness, arn, 'q2', { ...raw, ...from(0) });
    expect(await drain('q2')).toEqual([]);
  });

  it('gives its space back', async () => {
    await publish('m');
    const { archiveId } = await harness.store.transact(async (tx) => {
      const [topic] = await tx.documents.list<{ archive: { archiveId: string } }>('sns/topic/', {
        limit: 1,
      });
      return topic?.value.archive ?? { archiveId: '' };
    });
    const log = `sns/archive/${archiveId}`;
    const kept = () => harness.store.transact((tx) => tx.logs.read(log, 1, 10));
    await harness.advance(2 * DAY_MS - 1);
    expect(await kept()).toHaveLength(1);
    await harness.advance(1);
    expect(await kept()).toHaveLength(0);
    await publish('n');
    await setArchive('{}');
    await harness.scheduler.runDue();
    expect(await kept()).toHaveLength(0);
  });

  it('has each message once, be it a duplicate or not', async () => {
    await publish('m');
    await publish('m');
    await subscribeQueue(harness, arn, 'q', { ...raw, ...from(0) });
    expect(await drain('q')).toEqual(['m']);
  });
});

describe('a replay', () => {
  it('delivers what was published since, marked as such', async () => {
    const { MessageId } = await publish('early');
    await harness.advance(HOUR_MS);
    await publish('late');
    await subscribeQueue(harness, arn, 'all', from(START_MS));
    await subscribeQueue(harness, arn, 'some.fifo', { ...raw, ...from(START_MS + 1) });
    const [first] = await receive(harness, 'all');
    const envelope = JSON.parse(first?.Body ?? '');
    expect(envelope).toMatchObject({
      MessageId,
      Message: 'early',
      Timestamp: at(START_MS),
      Replayed: true,
    });
    const [message] = await receive(harness, 'some.fifo');
    expect(message?.Body).toBe('late');
    expect(message?.Attributes.MessageGroupId).toBe('g');
    expect(counted(harness, 'NumberOfReplayedNotificationsDelivered')).toBe(3);
    expect(counted(harness, 'NumberOfNotificationsDelivered')).toBe(0);
  });

  it('goes on with what is published', async () => {
    await publish('a');
    const subscription = await subscribeQueue(harness, arn, 'q', { ...raw, ...from(0) });
    await harness.scheduler.runDue();
    expect(await attributesOf(harness, subscription)).toMatchObject({
      ReplayStatus: 'Completed',
    });
    await publish('b');
    expect(await drain('q')).toEqual(['a', 'b']);
    expect(counted(harness, 'NumberOfNotificationsDelivered')).toBe(1);
  });

  it('keeps the order when messages are published meanwhile', async () => {
    const messages = Array.from({ length: 250 }, (_, i) => `m${i}`);
    for (const message of messages) await publish(message);
    await harness.scheduler.stop();
    const subscription = await subscribeQueue(harness, arn, 'q', { ...raw, ...from(0) });
    expect(await attributesOf(harness, subscription)).toMatchObject({ ReplayStatus: 'Pending' });
    await publish('new');
    harness.scheduler.start();
    await harness.scheduler.runDue();
    await publish('newest');
    expect(await drain('q')).toEqual([...messages, 'new', 'newest']);
  });

  it('pauses its subscription where it has an end', async () => {
    await publish('a');
    await harness.advance(HOUR_MS);
    await publish('b');
    await harness.advance(HOUR_MS);
    const policy = from(START_MS, START_MS + HOUR_MS - 1);
    const subscription = await subscribeQueue(harness, arn, 'q', { ...raw, ...policy });
    await harness.scheduler.runDue();
    expect(await attributesOf(harness, subscription)).toMatchObject({
      ReplayStatus: 'Completed',
    });
    await publish('c');
    expect(await drain('q')).toEqual(['a']);
    await set(subscription, 'ReplayPolicy', from(START_MS + HOUR_MS).ReplayPolicy);
    await harness.scheduler.runDue();
    await publish('d');
    expect(await drain('q')).toEqual(['b', 'c', 'd']);
  });

  it('waits for an end that is yet to come', async () => {
    const policy = from(START_MS, START_MS + HOUR_MS);
    const subscription = await subscribeQueue(harness, arn, 'q', { ...raw, ...policy });
    await publish('a');
    await harness.advance(1_000);
    expect(await attributesOf(harness, subscription)).toMatchObject({
      ReplayStatus: 'In progress',
    });
    expect(await drain('q')).toEqual(['a']);
    await harness.advance(HOUR_MS);
    await publish('b');
    expect(await attributesOf(harness, subscription)).toMatchObject({
      ReplayStatus: 'Completed',
    });
    expect(await drain('q')).toEqual([]);
  });

  it('is begun on a subscription that receives already, and ended by taking it away', async () => {
    const subscription = await subscribeQueue(harness, arn, 'q', raw);
    await publish('a');
    const end = from(START_MS, START_MS + HOUR_MS);
    await set(subscription, 'ReplayPolicy', end.ReplayPolicy);
    await publish('b');
    await set(subscription, 'ReplayPolicy', '');
    expect(await attributesOf(harness, subscription)).not.toHaveProperty('ReplayStatus');
    await publish('c');
    await harness.advance(2 * HOUR_MS);
    const received = await drain('q');
    expect(received[0]).toBe('a');
    expect(received.at(-1)).toBe('c');
  });

  it('goes on when its subscription was ended meanwhile, and made again', async () => {
    const policy = from(START_MS, START_MS + HOUR_MS);
    const subscription = await subscribeQueue(harness, arn, 'q', { ...raw, ...policy });
    await publish('a');
    await harness.advance(1_000);
    const Token = await endByLink(subscription);
    await harness.advance(2_000);
    await publish('b');
    await harness.call('ConfirmSubscription', { TopicArn: arn, Token });
    expect(await drain('q')).toEqual(['a', 'b']);
    await harness.advance(HOUR_MS);
    expect(await attributesOf(harness, subscription)).toMatchObject({
      ReplayStatus: 'Completed',
    });
  });

  it('heeds the filter policy', async () => {
    const attributes = (a: string) => ({
      MessageAttributes: { a: { DataType: 'String', StringValue: a } },
    });
    await publish('yes', attributes('b'));
    await publish('no', attributes('c'));
    const FilterPolicy = '{"a":["b"]}';
    await subscribeQueue(harness, arn, 'q', { ...raw, FilterPolicy, ...from(0) });
    expect(await drain('q')).toEqual(['yes']);
  });

  it('fails when the archive is gone', async () => {
    const policy = from(START_MS, START_MS + HOUR_MS);
    const subscription = await subscribeQueue(harness, arn, 'q', { ...raw, ...policy });
    await setArchive('{}');
    await harness.advance(1_000);
    expect(await attributesOf(harness, subscription)).toMatchObject({ ReplayStatus: 'Failed' });
    await publish('live');
    expect(await drain('q')).toEqual(['live']);
  });

  it('begins when the subscription is confirmed', async () => {
    await createQueue(harness, 'q', {}, OTHER_ACCOUNT);
    await publish('a');
    const endpoint = queueArn('q', OTHER_ACCOUNT);
    await subscribe(harness, arn, 'sqs', endpoint, { ...raw, ...from(0) });
    await harness.scheduler.runDue();
    const [asked] = await receive(harness, 'q', OTHER_ACCOUNT);
    const { Token } = JSON.parse(asked?.Body ?? '{}');
    await harness.call('ConfirmSubscription', { TopicArn: arn, Token });
    await harness.scheduler.runDue();
    expect((await receive(harness, 'q', OTHER_ACCOUNT)).map(({ Body }) => Body)).toEqual(['a']);
  });

  it.each([
    ['{', 'failed to parse JSON.'],
    ['{}', 'PointType must be Timestamp.'],
    ['{"PointType":"Timestamp"}', 'StartingPoint must be a timestamp.'],
    [
      '{"PointType":"Timestamp","StartingPoint":"2026-01-01","EndingPoint":"x"}',
      'EndingPoint must be a timestamp.',
    ],
    [
      '{"PointType":"Timestamp","StartingPoint":"2026-01-02","EndingPoint":"2026-01-01"}',
      'EndingPoint must not be before StartingPoint.',
    ],
    ['{"Colour":"red"}', 'invalid JSON. Attribute Colour is unknown.'],
  ])('refuses the policy %s', async (ReplayPolicy, problem) => {
    const subscription = await subscribeQueue(harness, arn, 'q');
    expect(
      await harness.failure('SetSubscriptionAttributes', {
        SubscriptionArn: subscription,
        AttributeName: 'ReplayPolicy',
        AttributeValue: ReplayPolicy,
      }),
    ).toEqual(invalidParameter(`ReplayPolicy: ${problem}`));
  });
});
