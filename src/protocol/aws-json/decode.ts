/**
 * AWS JSON bodies to input. What AWS reads leniently (a number where a string belongs) is read
 * leniently; the texts of refusals are AWS's.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 */
import { isAscii, isUtf8 } from 'node:buffer';
import { type AwsError, failCommon } from '../../core/aws-error.ts';
import type {
  ListShape,
  MapShape,
  NumberShape,
  Shape,
  StructureShape,
  Text,
} from '../../schema/shapes.ts';

/**
 * Turns a value that JSON.parse made, and that is not null, into what the shape describes.
 * `isPlain`: every text in the request is plain, as `PlainText` says it.
 */
type Coerce = (value: unknown, isPlain: boolean) => unknown;

const coercions = new WeakMap<Shape, Coerce>();

/** The input in a request body; an empty body is an empty structure. Throws AwsError. */
export function decodeJson(shape: StructureShape, body: Buffer): unknown {
  const isPlain = isPlainJson(body);
  const value = body.length === 0 ? {} : parse(body, isPlain);
  return coercionOf(shape)(value ?? {}, isPlain);
}

const BACKSLASH = 0x5c;

/**
 * Whether all texts of a JSON document are plain, told from its bytes, in a hundredth of the time
 * that looking at the texts' characters takes: JSON holds control characters and quotes in a text
 * by backslashes alone.
 */
function isPlainJson(body: Buffer): boolean {
  return isAscii(body) && !body.includes(BACKSLASH);
}

function parse(body: Buffer, isPlain: boolean): unknown {
  if (!isPlain && !isUtf8(body)) throw refuse('The request body is not valid UTF-8.');
  try {
    return JSON.parse(body.toString(isPlain ? 'latin1' : 'utf8'));
  } catch {
    throw refuse('The request body is not valid JSON.');
  }
}

function coercionOf(shape: Shape): Coerce {
  const known = coercions.get(shape);
  if (known !== undefined) return known;
  const coerce = compile(shape);
  coercions.set(shape, coerce);
  return coerce;
}

function compile(shape: Shape): Coerce {
  switch (shape.type) {
    case 'structure':
      return compileStructure(shape);
    case 'list':
      return compileList(shape);
    case 'map':
      return compileMap(shape);
    case 'string':
      return shape.long ? toLongText : toText;
    case 'integer':
    case 'long':
    case 'double':
      return compileNumber(shape);
    case 'boolean':
      return toBoolean;
    case 'blob':
      return toBytes;
    case 'timestamp':
      return toMilliseconds;
  }
}

/** Takes the members that the shape knows into a new object; strings are shared, not copied. */
function compileStructure(shape: StructureShape): Coerce {
  const members = Object.entries(shape.members).map(([name, member]) => ({
    name,
    coerce: coercionOf(member),
  }));
  return (value, isPlain) => {
    if (Array.isArray(value)) throw refuse('Start of list found where not expected.');
    if (typeof value !== 'object') throw refuse('Unexpected field type');
    const source = value as { readonly [name: string]: unknown };
    const structure: { [name: string]: unknown } = {};
    for (const { name, coerce } of members) {
      const member = source[name];
      if (member !== undefined && member !== null) structure[name] = coerce(member, isPlain);
    }
    return structure;
  };
}

/** Coerces in place: the list is JSON.parse's, nobody else holds it. */
function compileList(shape: ListShape): Coerce {
  const coerce = coercionOf(shape.member);
  return (value, isPlain) => {
    if (!Array.isArray(value)) {
      if (typeof value === 'object') throw unexpectedStart();
      throw refuse('Unexpected field type');
    }
    for (let i = 0; i < value.length; i++) {
      if (value[i] === null) throw refuse('Unexpected null value in a list');
      value[i] = coerce(value[i], isPlain);
    }
    return value;
  };
}

/**
 * Coerces in place, where even a key named `__proto__` is an ordinary key of JSON.parse's object.
 * An entry of null is one that was not given.
 */
function compileMap(shape: MapShape): Coerce {
  const coerce = coercionOf(shape.value);
  return (value, isPlain) => {
    if (Array.isArray(value)) throw refuse('Start of list found where not expected.');
    if (typeof value !== 'object') throw refuse('Unexpected field type');
    const map = value as { [key: string]: unknown };
    for (const key of Object.keys(map)) {
      if (map[key] === null) delete map[key];
      else map[key] = coerce(map[key], isPlain);
    }
    return map;
  };
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) throw unrecognizedCollection('String');
  if (typeof value === 'object') throw unexpectedStart();
  return String(value);
}

/** What was no text on the wire has none of the characters that JSON would escape either. */
function toLongText(value: unknown, isPlain: boolean): Text {
  const text = toText(value);
  return isPlain ? { plain: text } : text;
}

/** Whole numbers lose their fraction, as AWS truncates it. */
function compileNumber(shape: NumberShape): Coerce {
  const whole = shape.type !== 'double';
  const typeName = { integer: 'Integer', long: 'Long', double: 'Double' }[shape.type];
  return (value) => {
    if (typeof value !== 'number') throw notConvertible(value, typeName);
    return whole ? Math.trunc(value) : value;
  };
}

function toBoolean(value: unknown): boolean {
  if (typeof value !== 'boolean') throw notConvertible(value, 'Boolean');
  return value;
}

function toBytes(value: unknown): Uint8Array {
  if (typeof value !== 'string') throw notConvertible(value, 'ByteBuffer');
  const bytes = Buffer.from(value, 'base64');
  // Node's decoder skips what is not base64; text that does not come back is not base64.
  if (bytes.toString('base64') !== value) {
    throw refuse(
      value.length % 4 === 0
        ? 'Invalid Base64 character detected.'
        : `Base64 encoded length is expected a multiple of 4 bytes but found: ${value.length}`,
    );
  }
  return bytes;
}

/** Seconds since the epoch on the wire, with a fraction at will. */
function toMilliseconds(value: unknown): number {
  if (typeof value !== 'number') throw notConvertible(value, 'milliseconds since epoch');
  return Math.round(value * 1000);
}

function notConvertible(value: unknown, typeName: string): AwsError {
  if (Array.isArray(value)) return unrecognizedCollection(typeName);
  if (typeof value === 'object') return unexpectedStart();
  const token =
    typeof value === 'boolean' ? `${String(value).toUpperCase()}_VALUE` : TOKENS[typeof value];
  const article = typeName === 'Integer' ? 'an ' : typeName.includes(' ') ? '' : 'a ';
  return refuse(`${token} can not be converted to ${article}${typeName}`);
}

const TOKENS: { readonly [type: string]: string } = {
  string: 'STRING_VALUE',
  number: 'NUMBER_VALUE',
};

function unexpectedStart(): AwsError {
  return refuse('Start of structure or map found where not expected.');
}

function unrecognizedCollection(typeName: string): AwsError {
  return refuse(`Unrecognized collection type class java.lang.${typeName}`);
}

function refuse(message: string): AwsError {
  return failCommon('SerializationException', message);
}
