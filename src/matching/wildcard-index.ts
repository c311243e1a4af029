/**
 * Wildcard terms with things attached. Each is filed under a part that a text must contain, so
 * that a text is compared only with wildcards that it has such a part of: how the text starts or
 * ends, or three characters inside it.
 */
import { addAt, type Few, forEachOf, removeAt } from './few.ts';
import type { WildcardTerm } from './pattern.ts';
import { type End, PrefixTree } from './prefix-tree.ts';
import { wildcardMatches } from './wildcard.ts';

interface Filed<T extends object> {
  readonly term: WildcardTerm;
  readonly item: T;
  readonly place: Place;
}

type Place =
  | { readonly kind: End; readonly text: string }
  | { readonly kind: 'inside'; readonly part: number }
  | { readonly kind: 'anywhere' };

const PART_CHARACTERS = 3;

export class WildcardIndex<T extends object> {
  readonly #filed = new Map<T, Map<WildcardTerm, Filed<T>>>();
  readonly #starts = new PrefixTree<Filed<T>>('start');
  readonly #ends = new PrefixTree<Filed<T>>('end');
  readonly #parts = new Map<number, Few<Filed<T>>>();
  readonly #anywhere = new Set<Filed<T>>();

  /** How much is kept; 0 when empty. */
  get size(): number {
    const trees = this.#starts.size + this.#ends.size;
    return this.#filed.size + trees + this.#parts.size + this.#anywhere.size;
  }

  add(term: WildcardTerm, item: T): void {
    const filed = { term, item, place: this.#choosePlace(term.literals) };
    const ofItem = this.#filed.get(item) ?? new Map<WildcardTerm, Filed<T>>();
    this.#filed.set(item, ofItem.set(term, filed));
    const { place } = filed;
    if (place.kind === 'inside') addAt(this.#parts, place.part, filed);
    else if (place.kind === 'anywhere') this.#anywhere.add(filed);
    else this.#treeAt(place.kind).add(place.text, filed);
  }

  /** Removes what was added with this very term and item. */
  remove(term: WildcardTerm, item: T): void {
    const ofItem = this.#filed.get(item);
    const filed = ofItem?.get(term);
    if (filed === undefined) return;
    ofItem?.delete(term);
    if (ofItem?.size === 0) this.#filed.delete(item);
    const { place } = filed;
    if (place.kind === 'inside') removeAt(this.#parts, place.part, filed);
    else if (place.kind === 'anywhere') this.#anywhere.delete(filed);
    else this.#treeAt(place.kind).remove(place.text, filed);
  }

  /** Visits what is attached to the wildcards that a text matches. */
  visit(text: string, visit: (item: T) => void): void {
    const check = ({ term, item }: Filed<T>): void => {
      if (wildcardMatches(term.literals, text)) visit(item);
    };
    this.#starts.visit(text, check);
    this.#ends.visit(text, check);
    this.#anywhere.forEach(check);
    if (this.#parts.size === 0) return;
    const seen = new Set<Few<Filed<T>>>();
    for (let at = 0; at + PART_CHARACTERS <= text.length; at++) {
      const filed = this.#parts.get(partAt(text, at));
      if (filed === undefined || seen.has(filed)) continue;
      seen.add(filed);
      forEachOf(filed, check);
    }
  }

  #treeAt(end: End): PrefixTree<Filed<T>> {
    return end === 'start' ? this.#starts : this.#ends;
  }

  #choosePlace(literals: readonly string[]): Place {
    const start = literals[0] ?? '';
    const end = literals[literals.length - 1] ?? '';
    if (start.length >= PART_CHARACTERS) return { kind: 'start', text: start };
    if (end.length >= PART_CHARACTERS) return { kind: 'end', text: end };
    const part = this.#rarestPart(literals);
    if (part !== undefined) return { kind: 'inside', part };
    if (start !== '') return { kind: 'start', text: start };
    return end === '' ? { kind: 'anywhere' } : { kind: 'end', text: end };
  }

  /** The part that fewest others are filed under: wildcards tend to have much in common. */
  #rarestPart(literals: readonly string[]): number | undefined {
    let rarest: number | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const literal of literals) {
      for (let at = 0; at + PART_CHARACTERS <= literal.length; at++) {
        const part = partAt(literal, at);
        const filed = this.#parts.get(part);
        const count = filed === undefined ? 0 : filed instanceof Set ? filed.size : 1;
        if (count < least) [rarest, least] = [part, count];
      }
    }
    return rarest;
  }
}

/** Three characters as a number. */
function partAt(text: string, at: number): number {
  const high = text.charCodeAt(at) * 0x10000 + text.charCodeAt(at + 1);
  return high * 0x10000 + text.charCodeAt(at + 2);
}
