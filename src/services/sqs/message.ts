/**
 * A message as it is stored: one string, of which the storage port knows nothing.
 *
 *     {"v":1,"id":"219f8380-…","md5":"9dd4…","sent":1767225600000,"by":"AIDA…"}␊<the body, as sent>
 *     └────────── one line of JSON; JSON never holds a raw newline ──────────┘
 *
 *     v      version of this format: 1
 *     id     MessageId
 *     md5    MD5 of the body, hex, so that no receive computes it again
 *     sent   SentTimestamp in milliseconds
 *     by     SenderId
 *     attrs  message attributes: {"name":["DataType","text"]}; the text of a Binary is base64
 *     trace  AWSTraceHeader
 *     group  MessageGroupId
 *     dedup  MessageDeduplicationId, generated ones too
 *     from   DeadLetterQueueSourceArn
 *     count  how often it was received in queues before the present one
 *     plain  true when the body is known to hold nothing that JSON escapes
 *
 * Absent members are left out. Changing the format: a new optional member needs nothing else. Any
 * other change takes the next version and keeps the reader of the old one for 14 days of releases,
 * because that is how long a message lives; `tests/services/sqs/message.test.ts` holds a literal of
 * each version.
 */
import type { MessageAttributes } from './shapes.ts';

const VERSION = 1;

export interface Message {
  readonly messageId: string;
  readonly body: string;
  /** Whether the body is plain, as `PlainText` says it. */
  readonly isPlain?: boolean | undefined;
  /** Hex, lower case. */
  readonly bodyMd5: string;
  readonly sentAtMs: number;
  readonly senderId: string;
  readonly attributes?: MessageAttributes | undefined;
  readonly traceHeader?: string | undefined;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
  readonly deadLetterSourceArn?: string | undefined;
  /** Receives in queues before the present one: the part of the count that the store knows not. */
  readonly receivesBefore?: number | undefined;
}

type StoredAttributes = { [name: string]: [dataType: string, text: string] };

interface Stored {
  readonly v: number;
  readonly id: string;
  readonly md5: string;
  readonly sent: number;
  readonly by: string;
  readonly attrs?: StoredAttributes;
  readonly trace?: string;
  readonly group?: string;
  readonly dedup?: string;
  readonly from?: string;
  readonly count?: number;
  readonly plain?: boolean;
}

export function encodeMessage(message: Message): string {
  const { attributes } = message;
  const line = JSON.stringify({
    v: VERSION,
    id: message.messageId,
    md5: message.bodyMd5,
    sent: message.sentAtMs,
    by: message.senderId,
    attrs: attributes === undefined ? undefined : storedAttributes(attributes),
    trace: message.traceHeader,
    group: message.groupId,
    dedup: message.deduplicationId,
    from: message.deadLetterSourceArn,
    count: message.receivesBefore,
    plain: message.isPlain === true ? true : undefined,
  });
  return `${line}\n${message.body}`;
}

/** Throws when the payload is of a version that this release does not know. */
export function decodeMessage(payload: string): Message {
  const end = payload.indexOf('\n');
  const stored: Stored = JSON.parse(payload.slice(0, end));
  if (stored.v !== VERSION) throw new Error(`a message of format ${stored.v} cannot be read`);
  return {
    messageId: stored.id,
    body: payload.slice(end + 1),
    bodyMd5: stored.md5,
    sentAtMs: stored.sent,
    senderId: stored.by,
    attributes: stored.attrs === undefined ? undefined : wireAttributes(stored.attrs),
    traceHeader: stored.trace,
    groupId: stored.group,
    deduplicationId: stored.dedup,
    deadLetterSourceArn: stored.from,
    receivesBefore: stored.count,
    isPlain: stored.plain,
  };
}

function storedAttributes(attributes: MessageAttributes): StoredAttributes {
  const stored: StoredAttributes = Object.create(null);
  for (const [name, value] of Object.entries(attributes)) {
    const { DataType, StringValue = '', BinaryValue } = value;
    const binary = isBinary(DataType) && BinaryValue !== undefined;
    stored[name] = [DataType, binary ? base64(BinaryValue) : StringValue];
  }
  return stored;
}

function wireAttributes(stored: StoredAttributes): MessageAttributes {
  const attributes: MessageAttributes = Object.create(null);
  for (const [name, [DataType, text]] of Object.entries(stored)) {
    attributes[name] = isBinary(DataType)
      ? { DataType, BinaryValue: Buffer.from(text, 'base64') }
      : { DataType, StringValue: text };
  }
  return attributes;
}

const isBinary = (dataType: string): boolean => dataType.startsWith('Binary');

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
