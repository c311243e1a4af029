/**
 * Message attributes: what is allowed, their size, their MD5, and which a receiver asked for.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 */
import { hash } from 'node:crypto';
import { fail } from './errors.ts';
import { checkCharacters } from './message-body.ts';
import { isNumberText } from './number-text.ts';
import type { MessageAttributes, MessageAttributeValue } from './shapes.ts';

const ATTRIBUTES_MAX = 10;
const NAME_BYTES_MAX = 256;
const TYPE_BYTES_MAX = 256;
const NAME = /^[A-Za-z0-9_.-]+$/;
const RESERVED_NAME = /^(?:aws\.|amazon\.)/i;
const DATA_TYPE = /^(String|Number|Binary)(?:\..*)?$/s;

const invalid = (text: string) => fail('InvalidParameterValue', text);

/** Whether there are any: an empty map means the same as none. */
export function hasAttributes(attributes: MessageAttributes | undefined): boolean {
  if (attributes === undefined) return false;
  for (const _name in attributes) return true;
  return false;
}

/**
 * What attributes add to a message's size, in bytes: names, data types and values. A value counts
 * even where its data type has no use for it, so that nothing passes the limit beside another.
 */
export function attributesBytes(attributes: MessageAttributes | undefined): number {
  let bytes = 0;
  if (attributes === undefined) return bytes;
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(attributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType);
    bytes += Buffer.byteLength(StringValue ?? '') + (BinaryValue?.length ?? 0);
  }
  return bytes;
}

/** Throws InvalidParameterValue or InvalidMessageContents. */
export function checkMessageAttributes(attributes: MessageAttributes): void {
  const entries = Object.entries(attributes);
  if (entries.length > ATTRIBUTES_MAX) {
    throw invalid(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum ` +
        `[${ATTRIBUTES_MAX}].`,
    );
  }
  for (const [name, value] of entries) {
    checkName(name);
    checkValue(name, value);
  }
}

function checkName(name: string): void {
  if (name === '') {
    throw invalid('The request must contain non-empty message (user) attribute names.');
  }
  if (Buffer.byteLength(name) > NAME_BYTES_MAX) {
    throw invalid('Message (user) attribute name must be shorter than 256 bytes.');
  }
  if (RESERVED_NAME.test(name)) {
    throw invalid(
      "You can't use message attribute names beginning with 'AWS.' or 'Amazon'. " +
        'These strings are reserved for internal use.',
    );
  }
  // The rule is documented, the text of its error is not.
  if (!NAME.test(name) || name.startsWith('.') || name.endsWith('.') || name.includes('..')) {
    throw invalid(
      `The message (user) attribute name '${name}' is invalid. A name can contain only ` +
        'alphanumeric characters, underscores, hyphens and periods. It can neither start nor ' +
        'end with a period, nor have periods in succession.',
    );
  }
}

function checkValue(name: string, value: MessageAttributeValue): void {
  const { DataType, StringValue, BinaryValue } = value;
  const label = `(user) attribute '${name}'`;
  if (DataType === '') {
    throw invalid(`The message ${label} must contain a non-empty message attribute type.`);
  }
  if (Buffer.byteLength(DataType) > TYPE_BYTES_MAX) {
    throw invalid('Message (user) attribute type must be shorter than 256 bytes.');
  }
  const type = DATA_TYPE.exec(DataType)?.[1];
  if (type === undefined) {
    throw invalid(
      `The type of message ${label} is invalid. You must use only the following supported type ` +
        'prefixes: Binary, Number, String.',
    );
  }
  if (isListGiven(value)) {
    throw invalid('Message attribute list values in SendMessage operation are not supported.');
  }
  if (StringValue === undefined && BinaryValue === undefined) {
    throw invalid(`The message ${label} must contain a non-empty message attribute value.`);
  }
  const given = type === 'Binary' ? BinaryValue : StringValue;
  if (given === undefined || given.length === 0) {
    throw invalid(`Message ${label} must contain a non-empty value of type '${type}'.`);
  }
  if (typeof given === 'string') checkCharacters(given);
  if (type === 'Number' && !isNumberText(StringValue ?? '')) {
    throw invalid(`Can't cast the value of message ${label} to a number.`);
  }
}

function isListGiven({ StringListValues, BinaryListValues }: MessageAttributeValue): boolean {
  return (StringListValues?.length ?? 0) > 0 || (BinaryListValues?.length ?? 0) > 0;
}

/** The trace header among the system attributes. Throws InvalidParameterValue. */
export function traceHeaderOf(attributes: MessageAttributes): string | undefined {
  let header: string | undefined;
  for (const [name, value] of Object.entries(attributes)) {
    if (name !== 'AWSTraceHeader') {
      throw invalid(`Message system attribute name '${name}' is invalid.`);
    }
    if (value.DataType !== 'String') {
      throw invalid(
        `The type of message (system) attribute '${name}' is invalid. You must use only the ` +
          'following supported type prefixes: String.',
      );
    }
    header = value.StringValue ?? '';
    if (header === '') {
      throw invalid(
        `The message (system) attribute '${name}' must contain a non-empty message attribute ` +
          'value.',
      );
    }
    checkCharacters(header);
  }
  return header;
}

const STRING_TRANSPORT = Buffer.from([1]);
const BINARY_TRANSPORT = Buffer.from([2]);

/**
 * The MD5 that clients verify, hex: attributes in order of name; for each the name, the full data
 * type and the value, all but the one byte of transport type preceded by their length in 4 bytes.
 */
export function attributesMd5(attributes: MessageAttributes): string {
  const parts: Uint8Array[] = [];
  for (const name of Object.keys(attributes).sort()) {
    const { DataType = '', StringValue = '', BinaryValue } = attributes[name] ?? {};
    pushWithLength(parts, Buffer.from(name));
    pushWithLength(parts, Buffer.from(DataType));
    const binary = DataType.startsWith('Binary');
    parts.push(binary ? BINARY_TRANSPORT : STRING_TRANSPORT);
    pushWithLength(parts, binary && BinaryValue ? BinaryValue : Buffer.from(StringValue));
  }
  return hash('md5', Buffer.concat(parts), 'hex');
}

function pushWithLength(parts: Uint8Array[], bytes: Uint8Array): void {
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(bytes.length);
  parts.push(length, bytes);
}

/**
 * The attributes that `MessageAttributeNames` asks for: exact names, `All` or `.*` for all, and
 * `prefix.*` for names that start with the prefix. Undefined when there are none.
 */
export function selectAttributes(
  attributes: MessageAttributes | undefined,
  names: readonly string[],
): MessageAttributes | undefined {
  if (attributes === undefined || names.length === 0) return undefined;
  if (names.includes('All') || names.includes('.*')) return attributes;
  const exact = new Set(names);
  const prefixes = names.filter((name) => name.endsWith('.*')).map((name) => name.slice(0, -2));
  const chosen = Object.entries(attributes).filter(
    ([name]) => exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix)),
  );
  if (chosen.length === 0) return undefined;
  return Object.assign(Object.create(null), Object.fromEntries(chosen));
}
