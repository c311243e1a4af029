/**
 * Finds the keywords that many kinds of sensitive data need near them. Upper and lower case are
 * the same, and a space in a keyword stands for a space, an underscore, a hyphen or nothing.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-data-protection-managed-data-identifiers.html
 */
import type { Range } from './range.ts';

/** Characters between a keyword and the data. AWS says "in proximity"; Amazon Macie counts 30. */
export const PROXIMITY = 30;

/** Keywords that stand for the same; compared by identity. */
export type Keywords = readonly string[];

interface Node {
  readonly next: Map<string, Node>;
  /** Behind a space of a keyword. */
  separated?: Node;
  readonly ends: Set<Keywords>;
}

const newNode = (): Node => ({ next: new Map(), ends: new Set() });

export class KeywordIndex {
  readonly #root = newNode();
  #longest = 0;

  constructor(lists: Iterable<Keywords>) {
    for (const keywords of lists) {
      for (const keyword of keywords) this.#add(normalized(keyword), keywords);
    }
  }

  #add(keyword: string, keywords: Keywords): void {
    let node = this.#root;
    for (const character of keyword.split('')) {
      if (character === ' ') {
        node.separated ??= newNode();
        node = node.separated;
      } else {
        const next = node.next.get(character) ?? newNode();
        node.next.set(character, next);
        node = next;
      }
    }
    node.ends.add(keywords);
    this.#longest = Math.max(this.#longest, keyword.length);
  }

  /** Every keyword in a text. */
  search(text: string): KeywordPlaces {
    const lower = normalized(text);
    const places = new Map<Keywords, Range[]>();
    for (let start = 0; start < lower.length; start++) {
      if (!isWordStart(text, start)) continue;
      this.#walk(this.#root, text, lower, start, start, (keywords, end) => {
        const known = places.get(keywords);
        if (known === undefined) places.set(keywords, [{ start, end }]);
        else known.push({ start, end });
      });
    }
    return new KeywordPlaces(places, this.#longest);
  }

  #walk(
    node: Node,
    text: string,
    lower: string,
    start: number,
    at: number,
    found: (keywords: Keywords, end: number) => void,
  ): void {
    if (node.ends.size > 0 && isWordEnd(text, at)) {
      for (const keywords of node.ends) found(keywords, at);
    }
    const character = lower.charAt(at);
    const next = node.next.get(character);
    if (next !== undefined) this.#walk(next, text, lower, start, at + 1, found);
    if (node.separated === undefined) return;
    this.#walk(node.separated, text, lower, start, at, found);
    if (/[ _-]/.test(character)) this.#walk(node.separated, text, lower, start, at + 1, found);
  }
}

/** In lower case and with plain apostrophes, as long as before. */
function normalized(text: string): string {
  const lower = text.toLowerCase();
  const even =
    lower.length === text.length ? lower : text.replace(/[A-Z]/g, (c) => c.toLowerCase());
  return even.replace(/’/g, "'");
}

const LETTER = /\p{L}/u;

function isLetter(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code >= 0x80) return LETTER.test(text.charAt(at));
  const small = code | 0x20;
  return small >= 0x61 && small <= 0x7a;
}

/** `cardNumber` is two words. */
const isHump = (text: string, at: number): boolean =>
  /\p{Ll}\p{Lu}/u.test(text.slice(Math.max(0, at - 1), at + 1));

const isWordStart = (text: string, at: number): boolean =>
  isLetter(text, at) && (at === 0 || !isLetter(text, at - 1) || isHump(text, at));

const isWordEnd = (text: string, at: number): boolean =>
  !isLetter(text, at) || !isLetter(text, at - 1) || isHump(text, at);

/** Where the keywords of each list stand in a text. */
export class KeywordPlaces {
  readonly #places: ReadonlyMap<Keywords, readonly Range[]>;
  readonly #longest: number;

  constructor(places: ReadonlyMap<Keywords, readonly Range[]>, longest: number) {
    this.#places = places;
    this.#longest = longest;
  }

  /** Whether a keyword of the list stands near, before or behind. */
  isNear(keywords: Keywords, { start, end }: Range): boolean {
    const places = this.#places.get(keywords);
    if (places === undefined) return false;
    const from = start - PROXIMITY - 2 * this.#longest;
    for (let index = firstAt(places, from); index < places.length; index++) {
      const place = places[index];
      if (place === undefined || place.start > end + PROXIMITY) return false;
      if (place.end <= start && start - place.end <= PROXIMITY) return true;
      if (place.start >= end) return true;
    }
    return false;
  }
}

/** The index of the first range that begins at a place or behind it. */
function firstAt(ranges: readonly Range[], at: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle]?.start ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
