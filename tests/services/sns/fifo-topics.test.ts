/** https://docs.aws.amazon.com/sns/latest/dg/sns-fifo-topics.html */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServiceHarness } from '../../support/service.ts';
import {
  bodies,
  counted,
  createQueue,
  createTopic,
  invalidParameter,
  newHarness,
  queueArn,
  raw,
  receive,
  subscribe,
  subscribeQueue,
} from './topics.ts';

let harness: ServiceHarness;
let arn: string;

beforeEach(async () => {
  harness = newHarness();
  arn = await createTopic(harness, 'orders.fifo');
});

afterEach(() => harness.close());

const request = (changes: object) => ({
  TopicArn: arn,
  Message: 'm',
  MessageGroupId: 'g',
  MessageDeduplicationId: 'd',
  ...changes,
});
const publish = (changes: object = {}) => harness.call('Publish', request(changes));
const failure = (changes: object) => harness.failure('Publish', request(changes));
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const FIVE_MINUTES_MS = 5 * 60 * 1000;

describe('publishing to a FIFO topic', () => {
  it('asks for a group', async () => {
    const error = invalidParameter('The MessageGroupId parameter is required for FIFO topics');
    expect(await failure({ MessageGroupId: undefined })).toEqual(error);
    expect(await failure({ MessageGroupId: '' })).toEqual(error);
  });

  it('asks for a deduplication id, unless the message shall do', async () => {
    expect(await failure({ MessageDeduplicationId: undefined })).toEqual(
      invalidParameter(
        'The topic should either have ContentBasedDeduplication enabled or ' +
          'MessageDeduplicationId provided explicitly',
      ),
    );
  });

  it.each([
    { MessageGroupId: 'a b' },
    { MessageDeduplicationId: 'x'.repeat(129) },
    { MessageDeduplicationId: '' },
  ])('refuses %j', async (changes) => {
    expect(await failure(changes)).toMatchObject({ queryCode: 'InvalidParameter' });
  });

  it('answers sequence numbers of 20 digits that grow', async () => {
    const numbers: string[] = [];
    for (let i = 0; i < 12; i++) {
      const answer = await publish({
        MessageDeduplicationId: `d${i}`,
        MessageGroupId: `g${i % 2}`,
      });
      numbers.push(String(answer.SequenceNumber));
    }
    expect(numbers.every((number) => /^\d{20}$/.test(number))).toBe(true);
    expect(numbers).toEqual([...new Set(numbers)].toSorted());
  });
});

describe('deduplication', () => {
  beforeEach(() => subscribeQueue(harness, arn, 'q.fifo', raw));

  it('delivers what repeats an id once, and answers the same', async () => {
    const first = await publish();
    expect(await publish({ Message: 'other', MessageGroupId: 'h' })).toEqual(first);
    expect(await bodies(harness, 'q.fifo')).toEqual(['m']);
    expect(counted(harness, 'NumberOfMessagesPublished')).toBe(2);
  });

  it('ends after five minutes', async () => {
    await publish();
    await harness.advance(FIVE_MINUTES_MS - 1);
    await publish({ Message: 'too early' });
    await harness.advance(1);
    await publish({ Message: 'late' });
    expect(await bodies(harness, 'q.fifo')).toEqual(['m', 'late']);
  });

  it('can be a matter of each group', async () => {
    await harness.call('SetTopicAttributes', {
      TopicArn: arn,
      AttributeName: 'FifoThroughputScope',
      AttributeValue: 'MessageGroup',
    });
    await createQueue(harness, 'wide.fifo', {
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
    });
    await subscribe(harness, arn, 'sqs', queueArn('wide.fifo'), raw);
    await publish();
    await publish({ MessageGroupId: 'h', Message: 'n' });
    await publish({ MessageGroupId: 'h', Message: 'n again' });
    expect((await bodies(harness, 'wide.fifo')).toSorted()).toEqual(['m', 'n']);
  });

  it('can go by the message, but not by its attributes', async () => {
    await harness.call('SetTopicAttributes', {
      TopicArn: arn,
      AttributeName: 'ContentBasedDeduplication',
      AttributeValue: 'true',
    });
    const MessageDeduplicationId = undefined;
    await publish({ MessageDeduplicationId });
    const MessageAttributes = { a: { DataType: 'String', StringValue: 'b' } };
    await publish({ MessageDeduplicationId, MessageAttributes });
    await publish({ MessageDeduplicationId, Message: 'n' });
    await publish({ MessageDeduplicationId: sha256('m') });
    expect(await bodies(harness, 'q.fifo')).toEqual(['m', 'n']);
  });

  it('is not shared with a topic made anew', async () => {
    await publish();
    await harness.call('DeleteTopic', { TopicArn: arn });
    await createTopic(harness, 'orders.fifo');
    await subscribeQueue(harness, arn, 'other.fifo', raw);
    await publish();
    expect(await bodies(harness, 'other.fifo')).toEqual(['m']);
  });
});

describe('delivery from a FIFO topic', () => {
  it('hands group and deduplication id to a FIFO queue', async () => {
    await subscribeQueue(harness, arn, 'q.fifo', raw);
    await publish();
    const [message] = await receive(harness, 'q.fifo');
    expect(message?.Attributes).toMatchObject({
      MessageGroupId: 'g',
      MessageDeduplicationId: 'd',
    });
  });

  it("makes the deduplication id of the queue's own text", async () => {
    arn = await createTopic(harness, 'content.fifo', { ContentBasedDeduplication: 'true' });
    await subscribeQueue(harness, arn, 'q.fifo', raw);
    const Message = JSON.stringify({ default: 'for all', sqs: 'for queues' });
    const changes = { MessageStructure: 'json', MessageDeduplicationId: undefined };
    await publish({ ...changes, Message });
    const [message] = await receive(harness, 'q.fifo');
    expect(message?.Body).toBe('for queues');
    expect(message?.Attributes.MessageDeduplicationId).toBe(sha256('for queues'));
  });

  it('hands no group to a standard queue', async () => {
    await subscribeQueue(harness, arn, 'q', raw);
    await publish();
    const [message] = await receive(harness, 'q');
    expect(message?.Body).toBe('m');
    expect(message?.Attributes).not.toHaveProperty('MessageGroupId');
  });

  it('has an envelope with a sequence number, and without a signature', async () => {
    const subscription = await subscribeQueue(harness, arn, 'q.fifo');
    const { MessageId, SequenceNumber } = await publish({ Subject: 's' });
    const [body] = await bodies(harness, 'q.fifo');
    expect(Object.entries(JSON.parse(body ?? ''))).toEqual([
      ['Type', 'Notification'],
      ['MessageId', MessageId],
      ['SequenceNumber', SequenceNumber],
      ['TopicArn', arn],
      ['Subject', 's'],
      ['Message', 'm'],
      ['Timestamp', '2026-01-01T00:00:00.000Z'],
      ['UnsubscribeURL', expect.stringContaining(subscription)],
    ]);
  });

  it('keeps the order of a group', async () => {
    await subscribeQueue(harness, arn, 'q.fifo', raw);
    const messages = Array.from({ length: 8 }, (_, i) => `m${i}`);
    for (const Message of messages) await publish({ Message, MessageDeduplicationId: Message });
    expect(await bodies(harness, 'q.fifo')).toEqual(messages);
  });

  it('puts what fails into a FIFO dead-letter queue', async () => {
    await createQueue(harness, 'dead.fifo');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn('dead.fifo') });
    await subscribe(harness, arn, 'sqs', queueArn('gone.fifo'), { ...raw, RedrivePolicy });
    await subscribe(harness, arn, 'sqs', queueArn('gone'), { ...raw, RedrivePolicy });
    await publish();
    await harness.call('Publish', request({ Message: 'n', MessageDeduplicationId: 'e' }));
    const messages = await receive(harness, 'dead.fifo');
    expect(messages.map(({ Body }) => Body)).toEqual(['m', 'n']);
    expect(messages[0]?.Attributes).toMatchObject({ MessageGroupId: 'g' });
    expect(counted(harness, 'NumberOfNotificationsRedrivenToDlq')).toBe(4);
  });
});
