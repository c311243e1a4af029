/**
 * Output to AWS JSON bodies: JSON.stringify, but for shapes that hold bytes, timestamps or long
 * texts. A long text that is plain is put in afterwards, as it is: JSON.stringify would look at
 * each of its characters, which takes four times as long.
 */
import type { Shape, StructureShape, Text } from '../../schema/shapes.ts';

/** `plain` gets the texts that are to be put in, in their order; without it none is. */
type Convert = (value: unknown, plain: string[] | undefined) => unknown;

/** null: what stands in memory is what goes on the wire. */
const conversions = new WeakMap<Shape, Convert | null>();

export interface JsonBody {
  readonly body: string;
  /** Its length in UTF-8, where it is known. */
  readonly bytes?: number;
}

/** The body of an answer; an operation without output answers the empty structure. */
export function encodeJson(shape: StructureShape, output: unknown): JsonBody {
  const convert = conversionOf(shape);
  const structure = output ?? {};
  if (convert === null) return { body: JSON.stringify(structure) };
  const plain: string[] = [];
  const body = JSON.stringify(convert(structure, plain));
  return fill(body, plain) ?? { body: JSON.stringify(convert(structure, undefined)) };
}

/** Stands where a plain text is to be put in. */
const GAP = '\u0001';
const GAP_JSON = JSON.stringify(GAP);

/** Undefined when another text of the answer looks like a gap. */
function fill(body: string, plain: readonly string[]): JsonBody | undefined {
  if (plain.length === 0) return { body };
  const [first = '', ...pieces] = body.split(GAP_JSON);
  if (pieces.length !== plain.length) return undefined;
  let filled = first;
  let bytes = Buffer.byteLength(body) - plain.length * GAP_JSON.length;
  for (const [i, piece] of pieces.entries()) {
    const text = plain[i] ?? '';
    filled += `"${text}"${piece}`;
    bytes += text.length + 2;
  }
  return { body: filled, bytes };
}

function conversionOf(shape: Shape): Convert | null {
  const known = conversions.get(shape);
  if (known !== undefined) return known;
  const convert = compile(shape);
  conversions.set(shape, convert);
  return convert;
}

function compile(shape: Shape): Convert | null {
  switch (shape.type) {
    case 'structure':
      return compileStructure(shape);
    case 'list': {
      const convert = conversionOf(shape.member);
      return (
        convert &&
        ((value, plain) => (value as readonly unknown[]).map((item) => convert(item, plain)))
      );
    }
    case 'map': {
      const convert = conversionOf(shape.value);
      if (convert === null) return null;
      return (value, plain) =>
        Object.fromEntries(
          Object.entries(value as object).map(([key, item]) => [key, convert(item, plain)]),
        );
    }
    case 'string':
      return shape.long ? convertText : null;
    case 'blob':
      return toBase64;
    case 'timestamp':
      return (value) => (value as number) / 1000;
    default:
      return null;
  }
}

/** Copies a structure only where it holds a member that must be converted. */
function compileStructure(shape: StructureShape): Convert | null {
  const members: { readonly name: string; readonly convert: Convert }[] = [];
  for (const [name, member] of Object.entries(shape.members)) {
    const convert = conversionOf(member);
    if (convert !== null) members.push({ name, convert });
  }
  if (members.length === 0) return null;
  if (Object.values(shape.members).filter(holdsLongText).length > 1) {
    throw new TypeError('a structure with two long texts would need their order in the answer');
  }
  return (value, plain) => {
    const structure = value as { readonly [name: string]: unknown };
    let copy: { [name: string]: unknown } | undefined;
    for (const { name, convert } of members) {
      if (structure[name] === undefined) continue;
      copy ??= { ...structure };
      copy[name] = convert(structure[name], plain);
    }
    return copy ?? structure;
  };
}

function holdsLongText(shape: Shape): boolean {
  switch (shape.type) {
    case 'structure':
      return Object.values(shape.members).some(holdsLongText);
    case 'list':
      return holdsLongText(shape.member);
    case 'map':
      return holdsLongText(shape.value);
    default:
      return shape.type === 'string' && shape.long === true;
  }
}

/** Shorter ones are written faster with the rest. */
const PUT_IN_FROM_LENGTH = 256;

function convertText(value: unknown, plain: string[] | undefined): string {
  const text = value as Text;
  if (typeof text === 'string') return text;
  if (plain === undefined || text.plain.length < PUT_IN_FROM_LENGTH) return text.plain;
  plain.push(text.plain);
  return GAP;
}

function toBase64(value: unknown): string {
  const bytes = value as Uint8Array;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
