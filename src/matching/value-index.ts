/**
 * Conditions on one field, filed by what a value must be like, so that the conditions which a
 * value satisfies are found without trying the others.
 */
import { leadingBits, parseAddress } from './address.ts';
import { isSatisfied } from './condition.ts';
import type { Leaf } from './event.ts';
import { addAt, type Few, forEachOf, removeAt } from './few.ts';
import { IntervalTree } from './interval-tree.ts';
import type { Network, Scalar, Term } from './pattern.ts';
import { PrefixTree } from './prefix-tree.ts';
import { WildcardIndex } from './wildcard-index.ts';

/** Something that is reached by satisfying the terms. */
export interface Conditional {
  readonly terms: readonly Term[];
}

type Affixes<T extends object> = PrefixTree<T>;

export class ValueIndex<T extends Conditional> {
  readonly #exact = new Map<Scalar, Few<T>>();
  #folded: Map<string, Few<T>> | undefined;
  #affixes: { [key in AffixKey]?: Affixes<T> } | undefined;
  #ranges: IntervalTree<T> | undefined;
  #networks: Map<number, Map<Network['prefix'], Few<T>>> | undefined;
  #wildcards: WildcardIndex<T> | undefined;
  /** Those that nearly every value satisfies: `anything-but` and `exists`. */
  #tried: Set<T> | undefined;
  #absent: Set<T> | undefined;

  /** Whether there are conditions that only an absent field satisfies. */
  get hasAbsent(): boolean {
    return this.#absent !== undefined;
  }

  /** How much is kept; 0 when empty. */
  get size(): number {
    let size = this.#exact.size + (this.#folded?.size ?? 0) + (this.#ranges?.size ?? 0);
    for (const tree of Object.values(this.#affixes ?? {})) size += tree.size;
    for (const prefixes of this.#networks?.values() ?? []) size += 1 + prefixes.size;
    size += this.#wildcards?.size ?? 0;
    return size + (this.#tried?.size ?? 0) + (this.#absent?.size ?? 0);
  }

  add(item: T): void {
    for (const term of item.terms) this.#addTerm(term, item);
  }

  remove(item: T): void {
    for (const term of item.terms) this.#removeTerm(term, item);
  }

  /** Visits what the values of the field satisfy, some perhaps more than once. */
  visit(leaves: readonly Leaf[], visit: (item: T) => void): void {
    for (const leaf of leaves) this.#visitLeaf(leaf, visit);
    if (this.#tried === undefined) return;
    for (const item of this.#tried) if (isSatisfied(item.terms, leaves)) visit(item);
  }

  /** Visits what is satisfied when the field is absent. */
  visitAbsent(visit: (item: T) => void): void {
    this.#absent?.forEach(visit);
  }

  #visitLeaf(leaf: Leaf, visit: (item: T) => void): void {
    const { value } = leaf;
    if (value === undefined) return;
    forEachOf(this.#exact.get(value), visit);
    if (typeof value === 'string') this.#visitText(value, leaf, visit);
    else if (typeof value === 'number') this.#ranges?.visit(value, visit);
  }

  #visitText(text: string, leaf: Leaf, visit: (item: T) => void): void {
    const { folded } = this.#hasFolded ? leaf : { folded: undefined };
    if (folded !== undefined) forEachOf(this.#folded?.get(folded), visit);
    if (this.#affixes !== undefined) {
      this.#affixes.prefix?.visit(text, visit);
      this.#affixes.suffix?.visit(text, visit);
      this.#affixes.foldedPrefix?.visit(folded ?? '', visit);
      this.#affixes.foldedSuffix?.visit(folded ?? '', visit);
    }
    this.#wildcards?.visit(text, visit);
    if (this.#networks !== undefined) this.#visitNetworks(this.#networks, text, visit);
  }

  /** Folding a text costs something. */
  get #hasFolded(): boolean {
    const affixes = this.#affixes;
    return (this.#folded ?? affixes?.foldedPrefix ?? affixes?.foldedSuffix) !== undefined;
  }

  #visitNetworks(
    networks: ReadonlyMap<number, ReadonlyMap<Network['prefix'], Few<T>>>,
    text: string,
    visit: (item: T) => void,
  ): void {
    const address = parseAddress(text);
    if (address === undefined) return;
    for (const [bits, prefixes] of networks) {
      forEachOf(prefixes.get(leadingBits(address, bits)), visit);
    }
  }

  #addTerm(term: Term, item: T): void {
    switch (term.kind) {
      case 'exact':
        addAt(this.#exact, term.value, item);
        break;
      case 'ignore-case':
        this.#folded ??= new Map();
        addAt(this.#folded, term.value, item);
        break;
      case 'prefix':
      case 'suffix':
        this.#affixTree(term).add(term.value, item);
        break;
      case 'wildcard':
        this.#wildcards ??= new WildcardIndex();
        this.#wildcards.add(term, item);
        break;
      case 'range':
        this.#ranges ??= new IntervalTree();
        this.#ranges.add(term, item);
        break;
      case 'network':
        addAt(this.#networksOf(term.bits), term.prefix, item);
        break;
      case 'anything-but':
      case 'present':
        this.#tried ??= new Set();
        this.#tried.add(item);
        break;
      case 'absent':
        this.#absent ??= new Set();
        this.#absent.add(item);
    }
  }

  #removeTerm(term: Term, item: T): void {
    switch (term.kind) {
      case 'exact':
        removeAt(this.#exact, term.value, item);
        break;
      case 'ignore-case':
        if (this.#folded !== undefined) removeAt(this.#folded, term.value, item);
        if (this.#folded?.size === 0) this.#folded = undefined;
        break;
      case 'prefix':
      case 'suffix':
        this.#affixTree(term).remove(term.value, item);
        break;
      case 'wildcard':
        this.#wildcards?.remove(term, item);
        if (this.#wildcards?.size === 0) this.#wildcards = undefined;
        break;
      case 'range':
        this.#ranges?.remove(term, item);
        if (this.#ranges?.size === 0) this.#ranges = undefined;
        break;
      case 'network':
        this.#removeNetwork(term, item);
        break;
      case 'anything-but':
      case 'present':
        this.#tried?.delete(item);
        if (this.#tried?.size === 0) this.#tried = undefined;
        break;
      case 'absent':
        this.#absent?.delete(item);
        if (this.#absent?.size === 0) this.#absent = undefined;
    }
  }

  #affixTree(term: Extract<Term, { kind: 'prefix' | 'suffix' }>): Affixes<T> {
    const key = AFFIX_KEYS[term.kind][term.ignoreCase ? 1 : 0];
    this.#affixes ??= {};
    this.#affixes[key] ??= new PrefixTree(term.kind === 'prefix' ? 'start' : 'end');
    return this.#affixes[key];
  }

  #networksOf(bits: number): Map<Network['prefix'], Few<T>> {
    this.#networks ??= new Map();
    const prefixes = this.#networks.get(bits) ?? new Map<Network['prefix'], Few<T>>();
    this.#networks.set(bits, prefixes);
    return prefixes;
  }

  #removeNetwork({ bits, prefix }: Network, item: T): void {
    const prefixes = this.#networksOf(bits);
    removeAt(prefixes, prefix, item);
    if (prefixes.size === 0) this.#networks?.delete(bits);
    if (this.#networks?.size === 0) this.#networks = undefined;
  }
}

const AFFIX_KEYS = {
  prefix: ['prefix', 'foldedPrefix'],
  suffix: ['suffix', 'foldedSuffix'],
} as const;

type AffixKey = (typeof AFFIX_KEYS)['prefix' | 'suffix'][number];
