/**
 * Message attributes: what is allowed, how they are kept, and how queues get them.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
 */
import { fail } from './errors.ts';
import type { MessageAttributeValue } from './shapes.ts';

/** An attribute as it is kept and as envelopes show it: the value of a Binary is base64. */
export interface MessageAttribute {
  readonly type: string;
  readonly value: string;
}

export type MessageAttributes = { readonly [name: string]: MessageAttribute };

type Given = { readonly [name: string]: MessageAttributeValue };

const NAME_BYTES_MAX = 256;
const NOT_ALLOWED_IN_NAME = /[^A-Za-z0-9_.-]/u;
const DATA_TYPE = /^(String|Number|Binary)(?:\..*)?$/s;
/** Each alternative begins differently, so that the match is linear in the length of the text. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,9})?$/;
const SURROGATE = /[\uD800-\uDFFF]/;

const invalid = (text: string) => fail('InvalidParameterValueException', text);

/** What attributes add to a message's size, in bytes: names, data types and values. */
export function attributesBytes(attributes: Given | undefined): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(attributes ?? {})) {
    const { DataType, StringValue, BinaryValue } = value;
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType);
    bytes += Buffer.byteLength(StringValue ?? '') + (BinaryValue?.length ?? 0);
  }
  return bytes;
}

/** The form in which attributes are kept, where there are any. Throws ParameterValueInvalid. */
export function readMessageAttributes(given: Given | undefined): MessageAttributes | undefined {
  const entries = Object.entries(given ?? {});
  if (entries.length === 0) return undefined;
  // Unlike an assignment, fromEntries takes a name like `__proto__` for a name.
  return Object.fromEntries(
    entries.map(([name, value]) => {
      checkName(name);
      return [name, readValue(name, value)];
    }),
  );
}

function checkName(name: string): void {
  if (name === '' || Buffer.byteLength(name) > NAME_BYTES_MAX) {
    throw invalid('Length of message attribute name must be less than 256 bytes.');
  }
  if (name.startsWith('.')) {
    throw invalid("Invalid message attribute name starting with character '.' was found.");
  }
  if (name.endsWith('.')) {
    throw invalid("Invalid message attribute name ending with character '.' was found.");
  }
  if (name.includes('..')) {
    throw invalid("Message attribute name can not have successive '.' character.");
  }
  const wrong = NOT_ALLOWED_IN_NAME.exec(name)?.[0].codePointAt(0);
  if (wrong === undefined) return;
  throw invalid(
    `Invalid non-alphanumeric character '#x${wrong.toString(16).toUpperCase()}' was found in the ` +
      'message attribute name. Can only include alphanumeric characters, hyphens, underscores, ' +
      'or dots.',
  );
}

function readValue(name: string, given: MessageAttributeValue): MessageAttribute {
  const { DataType, StringValue, BinaryValue } = given;
  const label = `The message attribute '${name}'`;
  if (DataType === '') {
    throw invalid(`${label} must contain non-empty message attribute type.`);
  }
  const type = DATA_TYPE.exec(DataType)?.[1];
  if (type === undefined) {
    throw invalid(
      `${label} has an invalid message attribute type, the set of supported type prefixes is ` +
        'Binary, Number, and String.',
    );
  }
  const [own, other] = type === 'Binary' ? [BinaryValue, StringValue] : [StringValue, BinaryValue];
  if (own === undefined && other !== undefined) {
    const field = type === 'Binary' ? 'Binary' : 'String';
    throw invalid(`${label} with type '${DataType}' must use field '${field}'.`);
  }
  if (own === undefined || own.length === 0) {
    throw invalid(
      `${label} must contain non-empty message attribute value for message attribute type ` +
        `'${DataType}'.`,
    );
  }
  if (typeof own !== 'string') return { type: DataType, value: base64(own) };
  if (type === 'Number' && !NUMBER.test(own)) {
    throw invalid(`Could not cast message attribute '${name}' value to number.`);
  }
  // Observed: characters beyond the Basic Multilingual Plane are refused.
  if (SURROGATE.test(own)) {
    throw invalid('Invalid attribute value was passed in for message attribute');
  }
  return { type: DataType, value: own };
}

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

const isBinary = (type: string): boolean => type.startsWith('Binary');

/** The attributes in the form of SQS's SendMessage. */
export function queueAttributes(attributes: MessageAttributes): Given {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { type, value }]) => [
      name,
      isBinary(type)
        ? { DataType: type, BinaryValue: Buffer.from(value, 'base64') }
        : { DataType: type, StringValue: value },
    ]),
  );
}
