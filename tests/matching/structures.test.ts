/** The parts of the index against lists that are searched from one end to the other. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canAgree } from '../../src/matching/array-consistency.ts';
import { IntervalTree } from '../../src/matching/interval-tree.ts';
import type { Term, WildcardTerm } from '../../src/matching/pattern.ts';
import { PrefixTree } from '../../src/matching/prefix-tree.ts';
import { type Conditional, ValueIndex } from '../../src/matching/value-index.ts';
import { parseWildcard, wildcardMatches } from '../../src/matching/wildcard.ts';
import { WildcardIndex } from '../../src/matching/wildcard-index.ts';

const runs = { seed: 20260802, numRuns: 500 };
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '😀'), maxLength: 6 });
const isRemoved = fc.infiniteStream(fc.boolean());

interface Tree<K> {
  readonly size: number;
  add(key: K, item: { key: K }): void;
  remove(key: K, item: { key: K }): void;
}

/** Adds keys, removes some, compares what is found with a filter, and removes the rest. */
function compare<K, Q>(
  tree: Tree<K>,
  keys: readonly K[],
  removed: Iterator<boolean>,
  queries: readonly Q[],
  find: (query: Q) => { key: K }[],
  matches: (key: K, query: Q) => boolean,
): void {
  const items = keys.map((key) => ({ key }));
  for (const item of items) tree.add(item.key, item);
  const isKept = items.map(() => removed.next().value !== true);
  items.forEach((item, index) => {
    if (!isKept[index]) tree.remove(item.key, item);
  });
  const left = items.filter((_, index) => isKept[index]);
  for (const query of queries) {
    const expected = left.filter(({ key }) => matches(key, query));
    const found = find(query);
    expect(new Set(found)).toEqual(new Set(expected));
    expect(found).toHaveLength(expected.length);
  }
  for (const item of left) tree.remove(item.key, item);
  expect(tree.size).toBe(0);
}

function visited<Q, T>(tree: { visit(query: Q, visit: (item: T) => void): void }, query: Q): T[] {
  const found: T[] = [];
  tree.visit(query, (item) => found.push(item));
  return found;
}

describe('prefix trees', () => {
  it.each([
    ['start', (key: string, query: string) => query.startsWith(key)],
    ['end', (key: string, query: string) => query.endsWith(key)],
  ] as const)('find what texts have at the %s', (end, matches) => {
    const property = fc.property(
      fc.array(text, { maxLength: 40 }),
      fc.array(text, { maxLength: 10 }),
      isRemoved,
      (keys, queries, removed) => {
        const tree = new PrefixTree<{ key: string }>(end);
        compare(tree, keys, removed, queries, (query) => visited(tree, query), matches);
      },
    );
    fc.assert(property, runs);
  });

  it('grow with what differs only', () => {
    const tree = new PrefixTree<{ key: string }>('start');
    const long = 'x'.repeat(100_000);
    for (const key of [`${long}a`, `${long}b`, long]) tree.add(key, { key });
    expect(tree.size).toBe(3);
  });

  it('leave the others when something is removed that was never added', () => {
    const tree = new PrefixTree<{ key: string }>('start');
    tree.add('ab', { key: 'ab' });
    for (const key of ['', 'a', 'ab', 'abc', 'b']) tree.remove(key, { key });
    expect(visited(tree, 'abc')).toEqual([{ key: 'ab' }]);
  });
});

describe('interval trees', () => {
  const bound = fc.integer({ min: -5, max: 5 });
  const interval = fc
    .record({
      low: fc.oneof(bound, fc.constant(Number.NEGATIVE_INFINITY)),
      lowOpen: fc.boolean(),
      high: fc.oneof(bound, fc.constant(Number.POSITIVE_INFINITY)),
      highOpen: fc.boolean(),
    })
    .filter(({ low, high }) => low <= high);

  it('find the ranges around a number', () => {
    const property = fc.property(
      fc.array(interval, { maxLength: 60, size: 'max' }),
      fc.array(fc.integer({ min: -11, max: 11 }), { maxLength: 10 }),
      isRemoved,
      (keys, halves, removed) => {
        const tree = new IntervalTree<{ key: (typeof keys)[number] }>();
        compare(
          tree,
          keys,
          removed,
          halves.map((half) => half / 2),
          (query) => visited(tree, query),
          ({ low, lowOpen, high, highOpen }, query) =>
            (lowOpen ? query > low : query >= low) && (highOpen ? query < high : query <= high),
        );
      },
    );
    fc.assert(property, runs);
  });

  it('stay shallow when ranges come in order', () => {
    const tree = new IntervalTree<{ n: number }>();
    const add = (n: number) =>
      tree.add({ low: n, lowOpen: false, high: n, highOpen: false }, { n });
    for (let n = 0; n < 50_000; n++) add(n);
    for (let n = -1; n > -50_000; n--) add(n);
    expect([31_415, -31_415].flatMap((n) => visited(tree, n))).toEqual([
      { n: 31_415 },
      { n: -31_415 },
    ]);
  });
});

describe('wildcards', () => {
  const wild = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 9 });
  const wildcard = wild.filter((one) => !one.includes('**'));

  it('match what the regular expression matches', () => {
    const property = fc.property(wildcard, text, (pattern, value) => {
      const expression = new RegExp(`^${pattern.replaceAll('*', '[^]*')}$`);
      expect(wildcardMatches(parseWildcard(pattern), value)).toBe(expression.test(value));
    });
    fc.assert(property, { ...runs, numRuns: 5_000 });
  });

  it('with long literals match what those with short ones match', () => {
    const unit = fc.constantFrom('ab', 'abab', 'abb');
    const property = fc.property(
      fc.array(unit, { minLength: 17, maxLength: 30, size: 'max' }),
      fc.array(unit, { maxLength: 90, size: 'max' }),
      fc.nat(40),
      (literal, noise, at) => {
        const inside = [...noise.slice(0, at), ...literal, ...noise.slice(at)].join('');
        const literals = parseWildcard(`*${literal.join('')}*`);
        expect(wildcardMatches(literals, inside)).toBe(true);
        expect(wildcardMatches(literals, noise.join(''))).toBe(
          noise.join('').includes(literal.join('')),
        );
      },
    );
    fc.assert(property, runs);
  });

  it('in an index are found like one by one', () => {
    const property = fc.property(
      fc.array(wildcard, { maxLength: 40, size: 'max' }),
      fc.array(text, { maxLength: 10 }),
      isRemoved,
      (patterns, queries, removed) => {
        const index = new WildcardIndex<{ key: WildcardTerm }>();
        const terms = patterns.map(
          (pattern): WildcardTerm => ({ kind: 'wildcard', literals: parseWildcard(pattern) }),
        );
        compare(
          index,
          terms,
          removed,
          queries,
          (query) => visited(index, query),
          (term, query) => wildcardMatches(term.literals, query),
        );
      },
    );
    fc.assert(property, runs);
  });
});

describe('conditions on one field', () => {
  const terms: readonly Term[] = [
    { kind: 'exact', value: 1 },
    { kind: 'ignore-case', value: 'a' },
    { kind: 'prefix', value: 'a', ignoreCase: false },
    { kind: 'prefix', value: 'a', ignoreCase: true },
    { kind: 'suffix', value: 'a', ignoreCase: false },
    { kind: 'suffix', value: 'a', ignoreCase: true },
    { kind: 'wildcard', literals: ['', 'abc', ''] },
    { kind: 'range', low: 0, lowOpen: true, high: 1, highOpen: true },
    { kind: 'network', bits: 8, prefix: 10 },
    { kind: 'anything-but', values: new Set(['a']), terms: [] },
    { kind: 'present' },
    { kind: 'absent' },
  ];

  it.each(terms.map((term) => [term.kind, term] as const))(
    'of kind %s leave nothing',
    (_, term) => {
      const index = new ValueIndex<Conditional>();
      const items = [{ terms: [term] }, { terms: [{ ...term }, term] }];
      for (const item of items) index.add(item);
      const size = index.size;
      for (const item of items) index.remove(item);
      expect([size > 0, index.size]).toEqual([true, 0]);
    },
  );
});

describe('values in array elements', () => {
  it('agree when every array can be in one place', () => {
    const place = fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { maxLength: 3 }).map(numberArrays);
    const condition = fc.array(place, { maxLength: 3 });
    const property = fc.property(fc.array(condition, { maxLength: 4 }), (conditions) => {
      expect(canAgree(conditions)).toBe(agreesByTrial(conditions, []));
    });
    fc.assert(property, { ...runs, numRuns: 2_000 });
  });
});

/** Gives arrays in different places different numbers. */
function numberArrays(pairs: readonly (readonly [array: number, element: number])[]): number[] {
  let number = 0;
  return pairs.flatMap(([array, element]) => {
    const own = number * 10 + array + 1;
    number = own * 10 + element + 1;
    return [own, element];
  });
}

/** Tries every choice of one place per condition. */
function agreesByTrial(
  [first, ...rest]: readonly (readonly (readonly number[])[])[],
  chosen: readonly (readonly number[])[],
): boolean {
  if (first === undefined) return true;
  return first.some(
    (place) =>
      chosen.every((other) => together(place, other)) && agreesByTrial(rest, [...chosen, place]),
  );
}

/** Two ways from the root part either for good or at elements of the same array. */
function together(one: readonly number[], other: readonly number[]): boolean {
  for (let at = 0; at < Math.min(one.length, other.length); at += 2) {
    if (one[at] !== other[at]) return true;
    if (one[at + 1] !== other[at + 1]) return false;
  }
  return true;
}
