/** Output to AWS JSON bodies: JSON.stringify, but for shapes that hold bytes or timestamps. */
import type { Shape, StructureShape } from '../../schema/shapes.ts';

type Convert = (value: unknown) => unknown;

/** null: what stands in memory is what goes on the wire. */
const conversions = new WeakMap<Shape, Convert | null>();

/** The body of an answer; an operation without output answers the empty structure. */
export function encodeJson(shape: StructureShape, output: unknown): string {
  const convert = conversionOf(shape);
  const structure = output ?? {};
  return JSON.stringify(convert === null ? structure : convert(structure));
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
      return convert && ((value) => (value as readonly unknown[]).map((item) => convert(item)));
    }
    case 'map': {
      const convert = conversionOf(shape.value);
      if (convert === null) return null;
      return (value) =>
        Object.fromEntries(
          Object.entries(value as object).map(([key, item]) => [key, convert(item)]),
        );
    }
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
  return (value) => {
    const structure = value as { readonly [name: string]: unknown };
    let copy: { [name: string]: unknown } | undefined;
    for (const { name, convert } of members) {
      if (structure[name] === undefined) continue;
      copy ??= { ...structure };
      copy[name] = convert(structure[name]);
    }
    return copy ?? structure;
  };
}

function toBase64(value: unknown): string {
  const bytes = value as Uint8Array;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
