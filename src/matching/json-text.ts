/**
 * Reads JSON (RFC 8259) into a tree that knows where each part stands in the text, because AWS's
 * validation messages give the line and column at which its streaming parser stopped. Unlike
 * `JSON.parse` it keeps members in the order of the text, repeated names included.
 */

export interface JsonObject {
  readonly kind: 'object';
  readonly start: number;
  /** Offset after the closing brace. */
  readonly end: number;
  readonly members: readonly { readonly name: string; readonly value: JsonNode }[];
}

export interface JsonArray {
  readonly kind: 'array';
  readonly start: number;
  readonly end: number;
  readonly elements: readonly JsonNode[];
}

export interface JsonString {
  readonly kind: 'string';
  readonly start: number;
  readonly end: number;
  readonly value: string;
}

export interface JsonNumber {
  readonly kind: 'number';
  readonly start: number;
  readonly end: number;
  readonly value: number;
}

export interface JsonLiteral {
  readonly kind: 'literal';
  readonly start: number;
  readonly end: number;
  readonly value: boolean | null;
}

export type JsonNode = JsonObject | JsonArray | JsonString | JsonNumber | JsonLiteral;

/** The text is not JSON; `offset` is where that shows. */
export class JsonTextError extends Error {
  override readonly name = 'JsonTextError';
  readonly offset: number;

  constructor(offset: number) {
    super(`not JSON at offset ${offset}`);
    this.offset = offset;
  }
}

/** Deeper texts are refused, so that no text can exhaust the stack. */
const DEPTH_MAX = 500;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LITERALS: readonly (readonly [string, boolean | null])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

/** Reads a whole text. Throws JsonTextError. */
export function readJson(text: string): JsonNode {
  const reader = new JsonReader(text);
  const node = reader.readValue(0);
  reader.expectEnd();
  return node;
}

class JsonReader {
  readonly #text: string;
  #offset = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readValue(depth: number): JsonNode {
    this.#skipSpace();
    const start = this.#offset;
    switch (this.#text[start]) {
      case '{':
        return this.#readObject(start, depth);
      case '[':
        return this.#readArray(start, depth);
      case '"': {
        const value = this.#readString();
        return { kind: 'string', start, end: this.#offset, value };
      }
      default:
        return this.#readWord(start);
    }
  }

  expectEnd(): void {
    this.#skipSpace();
    if (this.#offset < this.#text.length) throw new JsonTextError(this.#offset);
  }

  #readObject(start: number, depth: number): JsonObject {
    const members: { name: string; value: JsonNode }[] = [];
    this.#readItems('}', depth, () => {
      this.#skipSpace();
      if (this.#text[this.#offset] !== '"') throw new JsonTextError(this.#offset);
      const name = this.#readString();
      this.#skipSpace();
      this.#expect(':');
      members.push({ name, value: this.readValue(depth + 1) });
    });
    return { kind: 'object', start, end: this.#offset, members };
  }

  #readArray(start: number, depth: number): JsonArray {
    const elements: JsonNode[] = [];
    this.#readItems(']', depth, () => elements.push(this.readValue(depth + 1)));
    return { kind: 'array', start, end: this.#offset, elements };
  }

  /** Reads what stands between an opening bracket and its closing one, separated by commas. */
  #readItems(close: string, depth: number, readItem: () => void): void {
    if (depth >= DEPTH_MAX) throw new JsonTextError(this.#offset);
    this.#offset++;
    this.#skipSpace();
    if (this.#text[this.#offset] === close) {
      this.#offset++;
      return;
    }
    for (;;) {
      readItem();
      this.#skipSpace();
      if (this.#text[this.#offset] !== ',') break;
      this.#offset++;
    }
    this.#expect(close);
  }

  #readString(): string {
    const start = this.#offset++;
    let hasEscapes = false;
    for (;;) {
      const code = this.#text.charCodeAt(this.#offset);
      if (code === QUOTE) break;
      // NaN, the end of the text, is not at least a space either.
      if (!(code >= 0x20)) throw new JsonTextError(this.#offset);
      hasEscapes ||= code === BACKSLASH;
      this.#offset += code === BACKSLASH ? 2 : 1;
    }
    this.#offset++;
    if (!hasEscapes) return this.#text.slice(start + 1, this.#offset - 1);
    try {
      return JSON.parse(this.#text.slice(start, this.#offset)) as string;
    } catch {
      throw new JsonTextError(start);
    }
  }

  #readWord(start: number): JsonNode {
    for (const [word, value] of LITERALS) {
      if (this.#text.startsWith(word, start)) {
        this.#offset += word.length;
        return { kind: 'literal', start, end: this.#offset, value };
      }
    }
    NUMBER.lastIndex = start;
    const digits = NUMBER.exec(this.#text)?.[0];
    if (digits === undefined) throw new JsonTextError(start);
    this.#offset += digits.length;
    return { kind: 'number', start, end: this.#offset, value: Number(digits) };
  }

  #skipSpace(): void {
    while (isSpace(this.#text.charCodeAt(this.#offset))) this.#offset++;
  }

  #expect(character: string): void {
    if (this.#text[this.#offset] !== character) throw new JsonTextError(this.#offset);
    this.#offset++;
  }
}

const isSpace = (code: number): boolean =>
  code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/** Line and column of an offset, both counted from 1. */
export function placeOf(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = 0; at < offset; at++) {
    const code = text.charCodeAt(at);
    const isLineEnd = code === 0x0a || (code === 0x0d && text.charCodeAt(at + 1) !== 0x0a);
    if (!isLineEnd) continue;
    line++;
    lineStart = at + 1;
  }
  return { line, column: offset - lineStart + 1 };
}
