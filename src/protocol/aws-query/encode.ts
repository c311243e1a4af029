/**
 * Output to the XML answers of the Query protocol.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#response-serialization
 */
import {
  type ListShape,
  type MapShape,
  type Shape,
  type StructureShape,
  stringOf,
  type Text,
} from '../../schema/shapes.ts';
import type { WireOperation } from '../protocol.ts';
import { escapeXml } from './xml.ts';

/** The content of an element, without its tags. */
type Encode = (value: unknown) => string;

/** A member with its tags; a flattened list is one element per entry. */
type EncodeMember = (value: unknown) => string;

const encoders = new WeakMap<Shape, Encode>();

export const XML_DECLARATION = '<?xml version="1.0"?>';

/** The whole document. `requestId` stands in its metadata. */
export function encodeXml(
  operation: WireOperation,
  xmlNamespace: string,
  output: unknown,
  requestId: string,
): string {
  const { name } = operation;
  const result = operation.emptyResult
    ? ''
    : element(`${name}Result`, encoderOf(operation.output)(output ?? {}));
  return (
    `${XML_DECLARATION}<${name}Response xmlns="${xmlNamespace}">${result}` +
    `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${name}Response>`
  );
}

function encoderOf(shape: Shape): Encode {
  const known = encoders.get(shape);
  if (known !== undefined) return known;
  const encode = compile(shape);
  encoders.set(shape, encode);
  return encode;
}

function compile(shape: Shape): Encode {
  switch (shape.type) {
    case 'structure':
      return compileStructure(shape);
    case 'list': {
      const encode = compileEntries(shape, shape.member.xmlName ?? 'member');
      return (value) => encode(value as readonly unknown[]);
    }
    case 'map': {
      const encode = compileMapEntries(shape, 'entry');
      return (value) => encode(value as object);
    }
    case 'string':
      if (shape.long) return (value) => escapeXml(stringOf(value as Text));
      return (value) => escapeXml(value as string);
    case 'blob':
      return toBase64;
    case 'timestamp':
      return (value) => new Date(value as number).toISOString().replace('.000Z', 'Z');
    default:
      return String;
  }
}

function compileStructure(shape: StructureShape): Encode {
  const members = Object.entries(shape.members).map(([name, member]) => ({
    name,
    encode: compileMember(member.xmlName ?? name, member),
  }));
  return (value) => {
    const structure = value as { readonly [name: string]: unknown };
    let xml = '';
    for (const { name, encode } of members) {
      const member = structure[name];
      if (member !== undefined && member !== null) xml += encode(member);
    }
    return xml;
  };
}

function compileMember(name: string, shape: Shape): EncodeMember {
  if (shape.type === 'list' && shape.flattened) {
    const encode = compileEntries(shape, name);
    return (value) => encode(value as readonly unknown[]);
  }
  if (shape.type === 'map' && shape.flattened) {
    const encode = compileMapEntries(shape, name);
    return (value) => encode(value as object);
  }
  const encode = encoderOf(shape);
  return (value) => element(name, encode(value));
}

function compileEntries(shape: ListShape, name: string): (list: readonly unknown[]) => string {
  const encode = encoderOf(shape.member);
  return (list) => {
    let xml = '';
    for (const item of list) xml += element(name, encode(item));
    return xml;
  };
}

function compileMapEntries(shape: MapShape, name: string): (map: object) => string {
  const encode = encoderOf(shape.value);
  const keyName = shape.keyName ?? 'key';
  const valueName = shape.valueName ?? 'value';
  return (map) => {
    let xml = '';
    for (const [key, value] of Object.entries(map)) {
      if (value === undefined || value === null) continue;
      const entry = element(keyName, escapeXml(key)) + element(valueName, encode(value));
      xml += element(name, entry);
    }
    return xml;
  };
}

function element(name: string, content: string): string {
  return content === '' ? `<${name}/>` : `<${name}>${content}</${name}>`;
}

function toBase64(value: unknown): string {
  const bytes = value as Uint8Array;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
