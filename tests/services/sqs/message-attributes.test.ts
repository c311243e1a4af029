/** Rules of message attributes, their MD5 and their selection. */
import { describe, expect, it } from 'vitest';
import {
  attributesBytes,
  attributesMd5,
  checkMessageAttributes,
  selectAttributes,
  traceHeaderOf,
} from '../../../src/services/sqs/message-attributes.ts';
import { isNumberText } from '../../../src/services/sqs/number-text.ts';
import type { MessageAttributes } from '../../../src/services/sqs/shapes.ts';

const text = (StringValue: string, DataType = 'String') => ({ DataType, StringValue });
const bytes = (value: string, DataType = 'Binary') => ({
  DataType,
  BinaryValue: Buffer.from(value),
});

describe('the MD5 of attributes', () => {
  it.each<[string, MessageAttributes]>([
    ['7db7fb1ba7f41366a8ea5eb18220b26d', { Hello: text('World') }],
    ['fdce4f2818803f2f73becc09a54792c0', { AWSTraceHeader: text('some-trace-id') }],
    [
      '797ab158d73dcb5242dedc4412c8e855',
      { UserId: text('1234567890123456789012', 'Number.bigint') },
    ],
    ['31a92b15d92f8db860eda32aceb656c3', { binaryAttribute: bytes('Hello binary world!') }],
  ])('is %s', (digest, attributes) => {
    expect(attributesMd5(attributes)).toBe(digest);
  });

  it('does not depend on the order in which they were given', () => {
    const [a, B] = [text('1'), bytes('2')];
    expect(attributesMd5({ a, B })).toBe(attributesMd5({ B, a }));
    expect(attributesMd5({ a, B })).not.toBe(attributesMd5({ B: text('2'), a }));
  });
});

describe('the size of attributes', () => {
  it('is that of names, types and values in UTF-8', () => {
    expect(attributesBytes(undefined)).toBe(0);
    expect(attributesBytes({ ab: text('ж') })).toBe(2 + 6 + 2);
    expect(attributesBytes({ a: bytes('xyz'), b: text('1', 'Number.int') })).toBe(
      1 + 6 + 3 + (1 + 10 + 1),
    );
  });

  it.each(['String', 'Binary'])('counts both values of a %s that has two', (DataType) => {
    const both = { DataType, StringValue: 'abcde', BinaryValue: Buffer.from('xyz') };
    expect(attributesBytes({ a: both })).toBe(1 + 6 + 5 + 3);
  });
});

describe('message attributes', () => {
  it.each<[MessageAttributes]>([
    [{ a: text('x') }],
    [{ 'A_b-c.9': text('x', 'String.label with spaces') }],
    [{ [`n${'m'.repeat(255)}`]: text('1', `Number.${'l'.repeat(249)}`) }],
    [{ Amazonas: text('x'), awsome: text('x') }],
    [{ a: bytes('\0') }],
    [Object.fromEntries([...'abcdefghij'].map((name) => [name, text('x')]))],
  ])('are accepted: %j', (attributes) => {
    expect(() => checkMessageAttributes(attributes)).not.toThrow();
  });

  const emptyValue = "Message (user) attribute 'a' must contain a non-empty value of type";
  const types =
    "The type of message (user) attribute 'a' is invalid. You must use only the following " +
    'supported type prefixes: Binary, Number, String.';
  const reserved =
    "You can't use message attribute names beginning with 'AWS.' or 'Amazon'. " +
    'These strings are reserved for internal use.';
  const lists = 'Message attribute list values in SendMessage operation are not supported.';
  const eleven = Object.fromEntries([...'abcdefghijk'].map((name) => [name, text('x')]));

  it.each<[string, MessageAttributes]>([
    ['Number of message attributes [11] exceeds the allowed maximum [10].', eleven],
    ['The request must contain non-empty message (user) attribute names.', { '': text('x') }],
    [
      'Message (user) attribute name must be shorter than 256 bytes.',
      { ['n'.repeat(257)]: text('x') },
    ],
    [reserved, { 'AWS.x': text('x') }],
    [reserved, { 'aws.x': text('x') }],
    [reserved, { 'AMAZON.x': text('x') }],
    ["The message (user) attribute name '.a' is invalid.", { '.a': text('x') }],
    ["The message (user) attribute name 'a.' is invalid.", { 'a.': text('x') }],
    ["The message (user) attribute name 'a..b' is invalid.", { 'a..b': text('x') }],
    ["The message (user) attribute name 'a b' is invalid.", { 'a b': text('x') }],
    [
      "The message (user) attribute 'a' must contain a non-empty message attribute type.",
      { a: text('x', '') },
    ],
    [
      'Message (user) attribute type must be shorter than 256 bytes.',
      { a: text('x', `String.${'l'.repeat(250)}`) },
    ],
    [types, { a: text('x', 'string') }],
    [types, { a: text('x', 'Strings') }],
    [types, { a: text('x', 'Float') }],
    [lists, { a: { ...text('x'), StringListValues: ['x'] } }],
    [lists, { a: { ...text('x'), BinaryListValues: [Buffer.from('x')] } }],
    [
      "The message (user) attribute 'a' must contain a non-empty message attribute value.",
      { a: { DataType: 'String' } },
    ],
    [`${emptyValue} 'String'.`, { a: text('') }],
    [`${emptyValue} 'String'.`, { a: bytes('x', 'String') }],
    [`${emptyValue} 'Binary'.`, { a: bytes('') }],
    [`${emptyValue} 'Binary'.`, { a: text('x', 'Binary') }],
    [
      "Can't cast the value of message (user) attribute 'a' to a number.",
      { a: text('x', 'Number') },
    ],
    ['Invalid characters found.', { a: text('\0') }],
  ])('are refused: %s', (message, attributes) => {
    expect(() => checkMessageAttributes(attributes)).toThrow(message);
  });
});

describe('a number as text', () => {
  it.each([
    ...['0', '-0', '+1', '007', '1.', '.5', '-1.50', '1e5', '1E+5', '1e-128', '1e126', '0e999'],
    '9'.repeat(38),
    `${'0'.repeat(50)}1`,
    `1${'0'.repeat(100)}`,
    `0.${'0'.repeat(100)}1`,
  ])('is %s', (number) => {
    expect(isNumberText(number)).toBe(true);
  });

  it.each([
    ...[
      '',
      ' 1',
      '1 ',
      'x',
      '0x10',
      'NaN',
      'Infinity',
      '1,5',
      '1e',
      'e5',
      '.',
      '+',
      '--1',
      '1.2.3',
    ],
    ...['1e127', '1.1e126', '1e-129', '1e999999999'],
    '1'.repeat(39),
    `1${'0'.repeat(37)}1`,
  ])('is not %s', (other) => {
    expect(isNumberText(other)).toBe(false);
  });

  it('is judged in linear time', () => {
    expect(isNumberText(`${'1'.repeat(1_000_000)}x`)).toBe(false);
    expect(isNumberText(`0.${'0'.repeat(1_000_000)}x`)).toBe(false);
  });
});

describe('system attributes', () => {
  it('are the trace header and nothing else', () => {
    expect(traceHeaderOf({ AWSTraceHeader: text('t') })).toBe('t');
  });

  it.each<[string, MessageAttributes]>([
    ["Message system attribute name 'SenderId' is invalid.", { SenderId: text('x') }],
    [
      "The type of message (system) attribute 'AWSTraceHeader' is invalid.",
      {
        AWSTraceHeader: text('1', 'Number'),
      },
    ],
    [
      "The message (system) attribute 'AWSTraceHeader' must contain a non-empty message attribute " +
        'value.',
      { AWSTraceHeader: text('') },
    ],
  ])('are refused: %s', (message, attributes) => {
    expect(() => traceHeaderOf(attributes)).toThrow(message);
  });
});

describe('the selection of attributes', () => {
  const stored = { bar: text('1'), 'bar.one': text('2'), baz: text('3'), Foo: text('4') };

  it.each<[readonly string[], readonly string[]]>([
    [[], []],
    [['All'], ['bar', 'bar.one', 'baz', 'Foo']],
    [['.*'], ['bar', 'bar.one', 'baz', 'Foo']],
    [['bar', 'none'], ['bar']],
    [['bar.*'], ['bar', 'bar.one']],
    [['ba.*'], ['bar', 'bar.one', 'baz']],
    [['foo'], []],
    [['all'], []],
    [
      ['Foo', 'bar.one'],
      ['bar.one', 'Foo'],
    ],
  ])('by %j is %j', (names, expected) => {
    expect(Object.keys(selectAttributes(stored, names) ?? {})).toEqual(expected);
  });

  it('of a message without attributes is none', () => {
    expect(selectAttributes(undefined, ['All'])).toBeUndefined();
    expect(selectAttributes(stored, ['none'])).toBeUndefined();
  });
});
