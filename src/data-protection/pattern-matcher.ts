/**
 * Finds what a custom expression matches, in time proportional to the length of the text and to
 * that of the expression, whatever both hold.
 *
 * A first pass, from the end of the text to its beginning, notes for each place and each step
 * whether the rest of the alternative can match from there. The second pass then takes at each
 * step the choice that the expression prefers among those that lead to a match. So it finds what
 * a backtracking engine finds (the first alternative, greedy or lazy as written), and never goes
 * back.
 */
import {
  ASCII_COUNT,
  BEYOND_ASCII,
  type Item,
  isWordCode,
  parsePattern,
} from './pattern-syntax.ts';
import type { Range } from './range.ts';

/** What a step is: an item of the expression, or the end of an alternative. */
const KINDS = {
  accept: 0,
  one: 1,
  optional: 2,
  star: 3,
  start: 4,
  end: 5,
  'word edge': 6,
  'no word edge': 7,
} as const;

// Constants, because the first pass reads them for each pair of place and step.
const ACCEPT = KINDS.accept;
const ONE = KINDS.one;
const STAR = KINDS.star;

export class PatternMatcher {
  /** The kinds of all steps: the alternatives one behind the other, each with its end. */
  readonly #kinds: Uint8Array;
  readonly #lazy: Uint8Array;
  /** For each character, and all beyond ASCII as one, which steps take it. */
  readonly #takes: Uint8Array;
  /** Where in `#takes` the row begins that stands for the end of a text: no step takes that. */
  readonly #noCharacter: number;
  /** Where the alternatives begin. */
  readonly #starts: number[] = [];
  /** Cells of the first pass and steps of the second, of all calls of `findAll`. */
  work = 0;

  /** Throws PatternSyntaxError. */
  constructor(text: string) {
    const steps: (Item | undefined)[] = [];
    for (const items of parsePattern(text)) {
      this.#starts.push(steps.length);
      steps.push(...items, undefined);
    }
    this.#kinds = Uint8Array.from(steps, (item) => KINDS[item?.kind ?? 'accept']);
    this.#lazy = Uint8Array.from(steps, (item) => (item && 'lazy' in item && item.lazy ? 1 : 0));
    this.#takes = new Uint8Array((BEYOND_ASCII + 2) * steps.length);
    this.#noCharacter = (BEYOND_ASCII + 1) * steps.length;
    for (const [step, item] of steps.entries()) {
      if (item === undefined || !('set' in item)) continue;
      for (const [code, taken] of item.set.entries()) {
        this.#takes[code * steps.length + step] = taken;
      }
    }
  }

  /** How long the expression is with its repetitions written out. */
  get size(): number {
    return this.#kinds.length;
  }

  /** The matches from left to right, none overlapping another, none empty. */
  findAll(text: string): Range[] {
    const possible = this.#possibilities(text);
    const found: Range[] = [];
    let start = 0;
    while (start < text.length) {
      this.work += this.#starts.length;
      const first = this.#starts.find((step) => possible.has(start, step));
      const end = first === undefined ? start : this.#follow(text, possible, start, first);
      if (end > start) found.push({ start, end });
      start = Math.max(end, start + 1);
    }
    return found;
  }

  /** Where the match ends that begins here. */
  #follow(text: string, possible: Possibilities, start: number, first: number): number {
    let at = start;
    for (let step = first; this.#kinds[step] !== ACCEPT; this.work++) {
      const kind = this.#kinds[step] ?? 0;
      if (kind > STAR) {
        step++;
        continue;
      }
      const after = kind === STAR ? step : step + 1;
      const canTake =
        at < text.length &&
        this.#takes[this.#rowOf(text, at) + step] === 1 &&
        possible.has(at + 1, after);
      const canSkip = kind !== ONE && possible.has(at, step + 1);
      if (canTake && !(canSkip && this.#lazy[step] === 1)) {
        at++;
        step = after;
      } else {
        step++;
      }
    }
    return at;
  }

  /** Where in `#takes` the row of a character begins. */
  #rowOf(text: string, at: number): number {
    const code = text.charCodeAt(at);
    return (code < ASCII_COUNT ? code : BEYOND_ASCII) * this.#kinds.length;
  }

  /** Fills a row for each place, from the last to the first; a row needs the one behind it. */
  #possibilities(text: string): Possibilities {
    const kinds = this.#kinds;
    const takes = this.#takes;
    const count = kinds.length;
    const possible = new Possibilities(text.length + 1, count);
    let behind = new Uint8Array(count + 1);
    let row = new Uint8Array(count + 1);
    for (let at = text.length; at >= 0; at--) {
      const taken = at < text.length ? this.#rowOf(text, at) : this.#noCharacter;
      for (let step = count - 1; step >= 0; step--) {
        const kind = kinds[step] ?? 0;
        const skipped = row[step + 1] ?? 0;
        if (kind > STAR) row[step] = isPlace(kind, text, at) ? skipped : 0;
        else {
          const after =
            takes[taken + step] === 1 ? (behind[step + (kind === STAR ? 0 : 1)] ?? 0) : 0;
          row[step] = kind === ACCEPT ? 1 : kind === ONE ? after : after | skipped;
        }
      }
      possible.set(at, row);
      [row, behind] = [behind, row];
    }
    this.work += count * (text.length + 1);
    return possible;
  }
}

function isPlace(kind: number, text: string, at: number): boolean {
  if (kind === KINDS.start) return at === 0;
  if (kind === KINDS.end) return at === text.length;
  const isBefore = at > 0 && isWordCode(text.charCodeAt(at - 1));
  const isAfter = at < text.length && isWordCode(text.charCodeAt(at));
  return (isBefore !== isAfter) === (kind === KINDS['word edge']);
}

/** A bit for each place and step: whether the rest can match. */
class Possibilities {
  readonly #words: Uint32Array;
  readonly #steps: number;
  readonly #wordsPerPlace: number;

  constructor(places: number, steps: number) {
    this.#steps = steps;
    this.#wordsPerPlace = Math.ceil(steps / 32);
    this.#words = new Uint32Array(places * this.#wordsPerPlace);
  }

  has(place: number, step: number): boolean {
    const word = this.#words[place * this.#wordsPerPlace + (step >>> 5)] ?? 0;
    return ((word >>> (step & 31)) & 1) === 1;
  }

  /** Notes all steps of a place, a byte each. */
  set(place: number, row: Uint8Array): void {
    const from = place * this.#wordsPerPlace;
    for (let first = 0; first < this.#steps; first += 32) {
      let word = 0;
      const end = Math.min(first + 32, this.#steps);
      for (let step = end - 1; step >= first; step--) word = (word << 1) | (row[step] ?? 0);
      this.#words[from + (first >>> 5)] = word;
    }
  }
}
