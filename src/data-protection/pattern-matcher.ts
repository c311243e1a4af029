/**
 * Finds what a custom expression matches, in time proportional to the length of the text and to
 * that of the expression, whatever both hold.
 *
 * A first pass, from the end of the text to its beginning, notes for each place and each item
 * whether the rest of the alternative can match from there. The second pass then takes at each
 * item the choice that the expression prefers among those that lead to a match. So it finds what
 * a backtracking engine finds (the first alternative, greedy or lazy as written), and never goes
 * back.
 */
import {
  ASCII_COUNT,
  BEYOND_ASCII,
  type CharacterItem,
  type Item,
  isWordCode,
  type PlaceItem,
  parsePattern,
} from './pattern-syntax.ts';
import type { Range } from './range.ts';

/** An item, or the end of an alternative. */
type Step = Item | { readonly kind: 'accept' };

export class PatternMatcher {
  /** The alternatives one behind the other, each with its end. */
  readonly #steps: Step[] = [];
  readonly #starts: number[] = [];
  /** Cells of the first pass and steps of the second, of all calls of `findAll`. */
  work = 0;

  /** Throws PatternSyntaxError. */
  constructor(text: string) {
    for (const items of parsePattern(text)) {
      this.#starts.push(this.#steps.length);
      this.#steps.push(...items, { kind: 'accept' });
    }
  }

  /** How long the expression is with its repetitions written out. */
  get size(): number {
    return this.#steps.length;
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
    let step = first;
    for (;;) {
      this.work++;
      const item = this.#steps[step];
      if (item === undefined || item.kind === 'accept') return at;
      if (!('set' in item)) {
        step++;
      } else {
        const after = item.kind === 'star' ? step : step + 1;
        const canTake = takes(item, text, at) && possible.has(at + 1, after);
        const canSkip = item.kind !== 'one' && possible.has(at, step + 1);
        if (canTake && !(canSkip && item.lazy)) {
          at++;
          step = after;
        } else {
          step++;
        }
      }
    }
  }

  /** Fills a row for each place, from the last to the first; a row needs the one behind it. */
  #possibilities(text: string): Possibilities {
    const count = this.#steps.length;
    const possible = new Possibilities(text.length + 1, count);
    let behind: Row = new Uint8Array(count + 1);
    let row: Row = new Uint8Array(count + 1);
    for (let at = text.length; at >= 0; at--) {
      for (let step = count - 1; step >= 0; step--) {
        const item = this.#steps[step];
        const isPossible = item !== undefined && canGoOn(item, text, at, step, row, behind);
        row[step] = isPossible ? 1 : 0;
        if (isPossible) possible.add(at, step);
      }
      [row, behind] = [behind, row];
    }
    this.work += count * (text.length + 1);
    return possible;
  }
}

/** For each step, 1 where the rest can match from one place. */
type Row = Uint8Array<ArrayBuffer>;

/** Whether the rest from a step on can match at a place; `behind` is the row of the next place. */
function canGoOn(
  item: Step,
  text: string,
  at: number,
  step: number,
  row: Row,
  behind: Row,
): boolean {
  switch (item.kind) {
    case 'accept':
      return true;
    case 'one':
      return behind[step + 1] === 1 && takes(item, text, at);
    case 'optional':
      return row[step + 1] === 1 || (behind[step + 1] === 1 && takes(item, text, at));
    case 'star':
      return row[step + 1] === 1 || (behind[step] === 1 && takes(item, text, at));
    default:
      return row[step + 1] === 1 && isPlace(item.kind, text, at);
  }
}

function takes({ set }: CharacterItem, text: string, at: number): boolean {
  if (at >= text.length) return false;
  const code = text.charCodeAt(at);
  return set[code < ASCII_COUNT ? code : BEYOND_ASCII] === 1;
}

function isPlace(kind: PlaceItem['kind'], text: string, at: number): boolean {
  if (kind === 'start') return at === 0;
  if (kind === 'end') return at === text.length;
  const isBefore = at > 0 && isWordCode(text.charCodeAt(at - 1));
  const isAfter = at < text.length && isWordCode(text.charCodeAt(at));
  return (isBefore !== isAfter) === (kind === 'word edge');
}

/** A bit for each place and step: whether the rest can match. */
class Possibilities {
  readonly #words: Uint32Array;
  readonly #wordsPerPlace: number;

  constructor(places: number, steps: number) {
    this.#wordsPerPlace = Math.ceil(steps / 32);
    this.#words = new Uint32Array(places * this.#wordsPerPlace);
  }

  has(place: number, step: number): boolean {
    const word = this.#words[place * this.#wordsPerPlace + (step >>> 5)] ?? 0;
    return ((word >>> (step & 31)) & 1) === 1;
  }

  add(place: number, step: number): void {
    const index = place * this.#wordsPerPlace + (step >>> 5);
    this.#words[index] = (this.#words[index] ?? 0) | (1 << (step & 31));
  }
}
