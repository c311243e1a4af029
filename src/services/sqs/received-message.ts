/**
 * A message as ReceiveMessage hands it out, with the attributes that were asked for.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Message.html
 */
import { sequenceNumber } from '../../core/sequence-number.ts';
import type { Entry } from '../../storage/port.ts';
import { fail } from './errors.ts';
import { decodeMessage, type Message } from './message.ts';
import { attributesMd5, selectAttributes } from './message-attributes.ts';
import { isFifo, type Queue } from './queue.ts';
import { encodeReceiptHandle } from './receipt-handle.ts';
import type { ReceivedMessage } from './shapes.ts';

interface Facts {
  readonly message: Message;
  readonly entry: Entry;
  readonly fifo: boolean;
  readonly claimedAtMs: number;
}

/** System attributes in the order in which they are written; undefined leaves one out. */
const systemAttributes: { readonly [name: string]: (facts: Facts) => string | undefined } = {
  SenderId: ({ message }) => message.senderId,
  SentTimestamp: ({ message }) => String(message.sentAtMs),
  ApproximateReceiveCount: ({ message, entry }) =>
    String((message.receivesBefore ?? 0) + entry.claims),
  ApproximateFirstReceiveTimestamp: ({ entry, claimedAtMs }) =>
    String(entry.firstClaimedAtMs ?? claimedAtMs),
  SequenceNumber: ({ entry, fifo }) => (fifo ? sequenceNumber(entry.sequence) : undefined),
  MessageDeduplicationId: ({ message }) => message.deduplicationId,
  MessageGroupId: ({ message }) => message.groupId,
  AWSTraceHeader: ({ message }) => message.traceHeader,
  DeadLetterQueueSourceArn: ({ message }) => message.deadLetterSourceArn,
};

/**
 * Queue attributes that the older `AttributeNames` accepts because AWS's model gives that member
 * the names of GetQueueAttributes; a message has none of them.
 */
const queueAttributeNames = new Set([
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesDelayed',
  'ApproximateNumberOfMessagesNotVisible',
  'ContentBasedDeduplication',
  'CreatedTimestamp',
  'DeduplicationScope',
  'DelaySeconds',
  'FifoQueue',
  'FifoThroughputLimit',
  'KmsDataKeyReusePeriodSeconds',
  'KmsMasterKeyId',
  'LastModifiedTimestamp',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'Policy',
  'QueueArn',
  'ReceiveMessageWaitTimeSeconds',
  'RedriveAllowPolicy',
  'RedrivePolicy',
  'SqsManagedSseEnabled',
  'VisibilityTimeout',
]);

/** What a receiver wants to see of each message. */
export interface Selection {
  readonly system: readonly string[];
  readonly attributes: readonly string[];
}

interface AskedNames {
  readonly AttributeNames?: readonly string[];
  readonly MessageSystemAttributeNames?: readonly string[];
  readonly MessageAttributeNames?: readonly string[];
}

/**
 * The system attributes are those that either member names. Throws InvalidAttributeName for a name
 * that is none (assumed: GetQueueAttributes refuses one in these words).
 */
export function selectionOf(input: AskedNames): Selection {
  const { AttributeNames = [], MessageSystemAttributeNames = [] } = input;
  for (const name of AttributeNames) {
    if (!isSystemName(name) && !queueAttributeNames.has(name)) throw unknownAttribute(name);
  }
  for (const name of MessageSystemAttributeNames) {
    if (!isSystemName(name)) throw unknownAttribute(name);
  }
  const asked = new Set([...AttributeNames, ...MessageSystemAttributeNames]);
  const system = Object.keys(systemAttributes).filter(
    (name) => asked.has('All') || asked.has(name),
  );
  return { system, attributes: input.MessageAttributeNames ?? [] };
}

const isSystemName = (name: string): boolean =>
  name === 'All' || Object.hasOwn(systemAttributes, name);

const unknownAttribute = (name: string): Error =>
  fail('InvalidAttributeName', `Unknown Attribute ${name}.`);

export function receivedMessage(
  queue: Queue,
  entry: Entry,
  claimedAtMs: number,
  selection: Selection,
): ReceivedMessage {
  const message = decodeMessage(entry.payload);
  const { sequence, claims } = entry;
  const handle = { queueId: queue.queueId, sequence, claims, claimedAtMs };
  const received: ReceivedMessage = {
    MessageId: message.messageId,
    ReceiptHandle: encodeReceiptHandle(handle),
    MD5OfBody: message.bodyMd5,
    Body: message.isPlain ? { plain: message.body } : message.body,
  };
  const facts = { message, entry, fifo: isFifo(queue), claimedAtMs };
  for (const name of selection.system) {
    const value = systemAttributes[name]?.(facts);
    if (value === undefined) continue;
    received.Attributes ??= {};
    received.Attributes[name] = value;
  }
  const attributes = selectAttributes(message.attributes, selection.attributes);
  if (attributes !== undefined) {
    // The digest covers what is returned, not all that was sent.
    received.MD5OfMessageAttributes = attributesMd5(attributes);
    received.MessageAttributes = attributes;
  }
  return received;
}
