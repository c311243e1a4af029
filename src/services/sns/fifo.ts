/**
 * What FIFO topics add to publishing: groups, deduplication, sequence numbers.
 * https://docs.aws.amazon.com/sns/latest/dg/fifo-topic-message-ordering.html
 */
import { hash } from 'node:crypto';
import type { Context } from '../../core/context.ts';
import { sequenceNumber } from '../../core/sequence-number.ts';
import { invalid } from './errors.ts';
import type { Notification } from './notification.ts';
import type { PublishInput } from './shapes.ts';
import type { Topic } from './topic.ts';

/** How long a deduplication id is remembered, counted from the first accepted publish. */
const DEDUPLICATION_MS = 5 * 60 * 1000;

/** Alphanumeric characters and ASCII punctuation, which is all that is printable but the space. */
const ID = /^[!-~]{1,128}$/;

function checkId(name: string, value: string): void {
  if (ID.test(value)) return;
  throw invalid(
    `${name} Reason: ${name} can only include alphanumeric and punctuation characters. ` +
      '1 to 128 in length.',
  );
}

/** Throws InvalidParameter unless the ids are those that a message to such a topic must have. */
export function checkIds(topic: Topic, input: PublishInput): void {
  const { MessageGroupId, MessageDeduplicationId } = input;
  if (topic.fifo && !MessageGroupId) {
    throw invalid('The MessageGroupId parameter is required for FIFO topics');
  }
  if (MessageGroupId !== undefined) checkId('MessageGroupId', MessageGroupId);
  if (!topic.fifo) {
    if (MessageDeduplicationId === undefined) return;
    throw invalid(
      'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that ' +
        'is not valid for this topic type',
    );
  }
  if (MessageDeduplicationId !== undefined) {
    checkId('MessageDeduplicationId', MessageDeduplicationId);
  } else if (topic.attributes.ContentBasedDeduplication !== 'true') {
    throw invalid(
      'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId ' +
        'provided explicitly',
    );
  }
}

/** What is remembered of an accepted publish, so that a duplicate gets the same answer. */
export interface Original {
  readonly messageId: string;
  readonly sequenceNumber: string;
}

export const DEDUPLICATION_PREFIX = 'sns/deduplication/';

/** Ids hold no spaces: the parts stay apart. */
function deduplicationKey(topic: Topic, notification: Notification): string {
  const { groupId, deduplicationId, message } = notification;
  const perGroup = topic.attributes.FifoThroughputScope === 'MessageGroup';
  const id = deduplicationId ?? hash('sha256', message, 'hex');
  return `${DEDUPLICATION_PREFIX}${topic.topicId}/${perGroup ? `${groupId} ` : ''}${id}`;
}

/** The publish that a message repeats, if it does. */
export async function originalOf(
  context: Context,
  topic: Topic,
  notification: Notification,
): Promise<Original | undefined> {
  const key = deduplicationKey(topic, notification);
  return context.tx.memos.get<Original>(key);
}

export async function remember(
  context: Context,
  topic: Topic,
  notification: Notification,
  sequenceNumber: string,
): Promise<void> {
  const original: Original = { messageId: notification.messageId, sequenceNumber };
  const key = deduplicationKey(topic, notification);
  await context.tx.memos.put(key, original, context.nowMs + DEDUPLICATION_MS);
}

export const SEQUENCE_PREFIX = 'sns/sequence/';

/** Where a topic's last sequence number is kept. */
export const sequenceKey = (topicId: string): string => SEQUENCE_PREFIX + topicId;

export async function nextSequenceNumber(context: Context, topic: Topic): Promise<string> {
  const { documents } = context.tx;
  const key = sequenceKey(topic.topicId);
  const next = ((await documents.get<number>(key))?.value ?? 0) + 1;
  await documents.put(key, next);
  return sequenceNumber(next);
}
