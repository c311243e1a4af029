/**
 * Accepting messages for a topic: the rules of Publish, which each entry of PublishBatch obeys too.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
import type { Context } from '../../core/context.ts';
import { archive } from './archive.ts';
import { protectInbound } from './data-protection.ts';
import { invalid } from './errors.ts';
import { fanOut } from './fan-out.ts';
import { checkIds, nextSequenceNumber, originalOf, remember } from './fifo.ts';
import { attributesBytes, readMessageAttributes } from './message-attributes.ts';
import { readVariants } from './message-structure.ts';
import type { Notification } from './notification.ts';
import { checkPushAttributes } from './push-attributes.ts';
import type { PublishInput } from './shapes.ts';
import { checkTextAttributes } from './text-attributes.ts';
import { countFor, type Topic } from './topic.ts';
import { messageBytesMax } from './topic-attributes.ts';

export const SUBJECT_CHARACTERS_MAX = 100;
const CONTROL_CHARACTER = /\p{Cc}/u;

/** What a publisher is told of an accepted message. */
export interface Published {
  MessageId: string;
  SequenceNumber?: string;
}

/** Message and attributes in bytes, as the limits count them. */
export const messageBytes = (input: PublishInput): number =>
  Buffer.byteLength(input.Message) + attributesBytes(input.MessageAttributes);

/**
 * A message that is good to be delivered. Throws InvalidParameter, ParameterValueInvalid or what
 * the topic's data protection policy refuses it with.
 */
export async function acceptMessage(
  context: Context,
  topic: Topic,
  input: PublishInput,
): Promise<Notification> {
  const { Subject, MessageGroupId, MessageDeduplicationId } = input;
  checkMessage(input, messageBytesMax(topic));
  checkIds(topic, input);
  const attributes = readMessageAttributes(input.MessageAttributes);
  checkTextAttributes(attributes);
  checkPushAttributes(attributes);
  const messageId = context.env.uuid();
  const published = textsOf(input);
  const texts =
    topic.dataProtectionPolicy === undefined
      ? published
      : await protectInbound(context, topic, messageId, published);
  const traceHeader = context.caller.headers['x-amzn-trace-id'];
  return {
    messageId,
    ...texts,
    ...(Subject !== undefined && { subject: Subject }),
    ...(attributes !== undefined && { attributes }),
    publishedAtMs: context.nowMs,
    ...(MessageGroupId !== undefined && { groupId: MessageGroupId }),
    ...(MessageDeduplicationId !== undefined && { deduplicationId: MessageDeduplicationId }),
    ...(traceHeader !== undefined && { traceHeader }),
    endpoint: context.caller.endpoint,
  };
}

/** The text, or those for each protocol. Throws InvalidParameter. */
function textsOf({ Message: message, MessageStructure }: PublishInput) {
  if (!isStructured(MessageStructure)) return { message };
  return { message, variants: readVariants(message, true) };
}

/** What holds for every target; answers the message's size in bytes. Throws InvalidParameter. */
export function checkMessage(input: PublishInput, bytesMax: number): number {
  if (input.Message === '') throw invalid('Empty message');
  checkSubject(input.Subject);
  const bytes = messageBytes(input);
  if (bytes > bytesMax) throw invalid('Message too long');
  return bytes;
}

function checkSubject(subject: string | undefined): void {
  if (subject === undefined) return;
  const isRight =
    subject !== '' && subject.length <= SUBJECT_CHARACTERS_MAX && !CONTROL_CHARACTER.test(subject);
  if (!isRight) throw invalid('Subject');
}

/** Throws InvalidParameter where the structure is none that exists. */
export function isStructured(structure: string | undefined): boolean {
  if (structure === undefined || structure === '') return false;
  if (structure !== 'json') throw invalid('MessageStructure');
  return true;
}

/** Delivers accepted messages, in order; answers what their publisher is told. */
export async function publishAll(
  context: Context,
  topic: Topic,
  accepted: readonly { readonly notification: Notification; readonly bytes: number }[],
): Promise<Published[]> {
  const published: Published[] = [];
  for (const { notification, bytes } of accepted) {
    countFor(context, topic, 'PublishSize', bytes);
    if (topic.fifo) published.push(await publishInOrder(context, topic, notification));
    else {
      await fanOut(context, topic, notification);
      published.push({ MessageId: notification.messageId });
    }
  }
  countFor(context, topic, 'NumberOfMessagesPublished', accepted.length);
  return published;
}

/** A message whose deduplication id is remembered is answered, but not delivered. */
async function publishInOrder(
  context: Context,
  topic: Topic,
  notification: Notification,
): Promise<Published> {
  const original = await originalOf(context, topic, notification);
  if (original !== undefined) {
    return { MessageId: original.messageId, SequenceNumber: original.sequenceNumber };
  }
  const sequenceNumber = await nextSequenceNumber(context, topic);
  const numbered: Notification = { ...notification, sequenceNumber };
  await remember(context, topic, numbered, sequenceNumber);
  await archive(context, topic, numbered);
  await fanOut(context, topic, numbered);
  return { MessageId: numbered.messageId, SequenceNumber: sequenceNumber };
}
