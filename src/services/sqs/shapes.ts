/**
 * Shapes that several SQS operations use.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Types.html
 */
import {
  blob,
  boolean,
  type Infer,
  integer,
  list,
  longText,
  type Members,
  map,
  named,
  required,
  type StructureShape,
  string,
  structure,
} from '../../schema/shapes.ts';

export const messageAttributeValue = structure({
  DataType: required(string()),
  StringValue: string(),
  BinaryValue: blob(),
  StringListValues: named('StringListValue', list(string(), { flattened: true })),
  BinaryListValues: named('BinaryListValue', list(blob(), { flattened: true })),
});

const nameAndValue = { flattened: true, keyName: 'Name', valueName: 'Value' } as const;

export const messageAttributes = named(
  'MessageAttribute',
  map(messageAttributeValue, nameAndValue),
);

export const messageSystemAttributes = named(
  'MessageSystemAttribute',
  map(messageAttributeValue, nameAndValue),
);

export type MessageAttributeValue = Infer<typeof messageAttributeValue>;
export type MessageAttributes = { [name: string]: MessageAttributeValue };

/** What SendMessage takes beside the queue, and each entry of SendMessageBatch beside its Id. */
export const outgoingMembers = {
  MessageBody: required(longText()),
  DelaySeconds: integer(),
  MessageAttributes: messageAttributes,
  MessageSystemAttributes: messageSystemAttributes,
  MessageDeduplicationId: string(),
  MessageGroupId: string(),
} as const satisfies Members;

const outgoingMessage = structure(outgoingMembers);
export type OutgoingMessage = Infer<typeof outgoingMessage>;

export const receivedMessage = structure({
  MessageId: string(),
  ReceiptHandle: string(),
  MD5OfBody: string(),
  Body: longText(),
  Attributes: named('Attribute', map(string(), nameAndValue)),
  MD5OfMessageAttributes: string(),
  MessageAttributes: messageAttributes,
});

export type ReceivedMessage = Infer<typeof receivedMessage>;

export const batchResultErrorEntry = structure({
  Id: required(string()),
  SenderFault: required(boolean()),
  Code: required(string()),
  Message: string(),
});

export type BatchResultErrorEntry = Infer<typeof batchResultErrorEntry>;

/** The answer of a batch operation, given the shape of one good entry and that shape's AWS name. */
export const batchResult = <M extends Members>(entryName: string, entry: StructureShape<M>) =>
  structure({
    Successful: required(named(entryName, list(entry, { flattened: true }))),
    Failed: required(
      named('BatchResultErrorEntry', list(batchResultErrorEntry, { flattened: true })),
    ),
  });

/** The entries of a batch request. */
export const batchEntries = <M extends Members>(entryName: string, entry: StructureShape<M>) =>
  required(named(entryName, list(entry, { flattened: true })));
