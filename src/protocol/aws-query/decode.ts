/**
 * Form parameters to input, driven by the operation's shape.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
import { type AwsError, failFrom } from '../../core/aws-error.ts';
import type { ListShape, MapShape, Shape, StructureShape } from '../../schema/shapes.ts';
import type { FormNode } from './form.ts';

/** `path` is the parameter's name as the client wrote it, for the texts of refusals. */
type Decode = (node: FormNode, path: string) => unknown;

const fail = failFrom({ MalformedInput: { status: 400, fault: 'client' } });

const decoders = new WeakMap<Shape, Decode>();

/** The input that a form holds. Throws AwsError. */
export function decodeForm(shape: StructureShape, form: FormNode): unknown {
  return decoderOf(shape)(form, '');
}

function decoderOf(shape: Shape): Decode {
  const known = decoders.get(shape);
  if (known !== undefined) return known;
  const decode = compile(shape);
  decoders.set(shape, decode);
  return decode;
}

function compile(shape: Shape): Decode {
  switch (shape.type) {
    case 'structure':
      return compileStructure(shape);
    case 'list':
      return compileList(shape);
    case 'map':
      return compileMap(shape);
    case 'string':
      return text;
    case 'integer':
    case 'long':
      return wholeNumber;
    case 'double':
      return fraction;
    case 'boolean':
      return truth;
    case 'blob':
      return bytes;
    case 'timestamp':
      return milliseconds;
  }
}

/**
 * A form has no way to say "a list without entries", so a required flattened list of which nothing
 * is there is an empty one, and its operation says what is wrong with that.
 */
function compileStructure(shape: StructureShape): Decode {
  const members = Object.entries(shape.members).map(([name, member]) => ({
    name,
    parameter: member.xmlName ?? name,
    decode: decoderOf(member),
    emptyIfAbsent: member.required === true && member.type === 'list' && member.flattened === true,
  }));
  return (node, path) => {
    const structure: { [name: string]: unknown } = {};
    for (const { name, parameter, decode, emptyIfAbsent } of members) {
      const child = node.children?.get(parameter);
      if (child !== undefined) structure[name] = decode(child, join(path, parameter));
      else if (emptyIfAbsent) structure[name] = [];
    }
    return structure;
  };
}

/**
 * `Name.1` or `Name.member.1`; a flattened list of one value may go without its index
 * (`AttributeName=All`), and `Name=` alone is the empty list.
 */
function compileList(shape: ListShape): Decode {
  const decode = decoderOf(shape.member);
  const memberName = shape.flattened ? undefined : (shape.member.xmlName ?? 'member');
  return (node, path) => {
    if (node.children === undefined) {
      if (node.value === '' || node.value === undefined) return [];
      if (!shape.flattened) throw malformed(`Unexpected value for the list ${path}.`);
      return [decode(node, path)];
    }
    return entriesOf(node, memberName, path).map(([child, name]) => decode(child, name));
  };
}

/** `Name.1.key`, `Name.entry.1.key`, or `Name.key` of a flattened map with one entry. */
function compileMap(shape: MapShape): Decode {
  const decode = decoderOf(shape.value);
  const keyName = shape.keyName ?? 'key';
  const valueName = shape.valueName ?? 'value';
  return (node, path) => {
    const single = shape.flattened && node.children?.has(keyName);
    const entries: Entry[] = single
      ? [[node, path]]
      : entriesOf(node, shape.flattened ? undefined : 'entry', path);
    const pairs: [string, unknown][] = [];
    for (const [entry, name] of entries) {
      const key = entry.children?.get(keyName);
      const value = entry.children?.get(valueName);
      if (key === undefined) throw missing(join(name, keyName));
      if (value === undefined) throw missing(join(name, valueName));
      pairs.push([text(key, join(name, keyName)), decode(value, join(name, valueName))]);
    }
    // Unlike an assignment, fromEntries takes a key named `__proto__` for a key.
    return Object.fromEntries(pairs);
  };
}

type Entry = [node: FormNode, path: string];

/** The numbered children in the order of their numbers; gaps are closed. */
function entriesOf(node: FormNode, wrapper: string | undefined, path: string): Entry[] {
  const holder = wrapper === undefined ? node : node.children?.get(wrapper);
  const prefix = wrapper === undefined ? path : join(path, wrapper);
  const found: { index: number; entry: Entry }[] = [];
  for (const [name, child] of holder?.children ?? []) {
    const index = indexOf(name);
    if (index === undefined)
      throw malformed(`Key is not a positive integer: ${join(prefix, name)}`);
    found.push({ index, entry: [child, join(prefix, name)] });
  }
  return found.sort((a, b) => a.index - b.index).map(({ entry }) => entry);
}

const INDEX_DIGITS_MAX = 9;

function indexOf(name: string): number | undefined {
  if (name.length > INDEX_DIGITS_MAX) return undefined;
  const index = Number(name);
  return Number.isInteger(index) && index > 0 && isDigits(name, 0) ? index : undefined;
}

function isDigits(text: string, from: number): boolean {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return false;
  }
  return text.length > from;
}

function text(node: FormNode, path: string): string {
  if (node.value === undefined) throw malformed(`Unexpected complex element: ${path}`);
  return node.value;
}

function wholeNumber(node: FormNode, path: string): number {
  const digits = text(node, path);
  const sign = digits.startsWith('-') || digits.startsWith('+') ? 1 : 0;
  if (!isDigits(digits, sign)) throw malformed(`For input string: "${digits}"`);
  return Number(digits);
}

function fraction(node: FormNode, path: string): number {
  const digits = text(node, path);
  const value = Number(digits);
  if (digits.trim() === '' || !Number.isFinite(value)) {
    throw malformed(`For input string: "${digits}"`);
  }
  return value;
}

function truth(node: FormNode, path: string): boolean {
  const word = text(node, path).toLowerCase();
  if (word !== 'true' && word !== 'false') throw malformed(`Invalid boolean value for ${path}.`);
  return word === 'true';
}

function bytes(node: FormNode, path: string): Uint8Array {
  const value = text(node, path);
  const decoded = Buffer.from(value, 'base64');
  // Node's decoder skips what is not base64; text that does not come back is not base64.
  if (decoded.toString('base64') !== value) throw malformed(`Invalid base64 value for ${path}.`);
  return decoded;
}

function milliseconds(node: FormNode, path: string): number {
  const value = Date.parse(text(node, path));
  if (Number.isNaN(value)) throw malformed(`Invalid timestamp value for ${path}.`);
  return value;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function malformed(message: string): AwsError {
  return fail('MalformedInput', message);
}

function missing(path: string): AwsError {
  return fail('MissingParameter', `The request must contain the parameter ${path}.`);
}
