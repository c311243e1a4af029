/** The index as a set of patterns, and events and patterns that mean harm. */
import { describe, expect, it } from 'vitest';
import type { JsonEvent } from '../../src/matching/event.ts';
import { eventBusDialect } from '../../src/matching/event-bus-dialect.ts';
import { parsePattern } from '../../src/matching/parse-pattern.ts';
import { PatternIndex } from '../../src/matching/pattern-index.ts';

const parse = (pattern: unknown) => parsePattern(JSON.stringify(pattern), eventBusDialect);
const range = (count: number) => Array.from({ length: count }, (_, n) => n);
const ascending = (ids: readonly number[]) => ids.toSorted((a, b) => a - b);

function indexOf(patterns: readonly unknown[]): PatternIndex<number> {
  const index = new PatternIndex<number>();
  patterns.forEach((pattern, id) => {
    index.add(id, parse(pattern));
  });
  return index;
}

describe('adding and removing', () => {
  it('replaces the pattern of an id', () => {
    const index = indexOf([{ a: ['x'] }]);
    index.add(0, parse({ b: ['y'] }));
    expect(index.size).toBe(1);
    expect(index.matchJson({ a: 'x' })).toEqual([]);
    expect(index.matchJson({ b: 'y' })).toEqual([0]);
  });

  it('says whether there was something to remove', () => {
    const index = indexOf([{ a: ['x'] }]);
    expect([index.has(0), index.remove(0), index.has(0), index.remove(0)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('keeps equal patterns apart', () => {
    const index = indexOf(range(20).map(() => ({ a: ['x'], b: ['y'] })));
    for (const id of range(19)) index.remove(id);
    expect(index.matchJson({ a: 'x', b: 'y' })).toEqual([19]);
  });

  it('finds a pattern once when several of its branches match', () => {
    const or = { $or: [{ a: ['x'] }, { b: ['y'] }, { a: [{ prefix: 'x' }] }] };
    const index = indexOf([...range(10).map(() => ({ c: ['z'] })), or]);
    expect(index.matchJson({ a: 'x', b: 'y' })).toEqual([10]);
  });

  it('finds a pattern once when several values match', () => {
    const index = indexOf(range(10).map((n) => ({ a: ['x', 'y', { prefix: '' }], b: [n] })));
    expect(index.matchJson({ a: ['x', 'y', 'x'], b: [3, 3] })).toEqual([3]);
  });

  it('takes the same pattern under many ids', () => {
    const index = new PatternIndex<number>();
    const pattern = parse({ a: [{ wildcard: '*b*' }, { wildcard: '*c' }], d: [{ exists: false }] });
    for (const id of range(50)) index.add(id, pattern);
    for (const id of range(49)) index.remove(id);
    expect(index.matchJson({ a: 'abc' })).toEqual([49]);
    index.remove(49);
    expect(index.footprint).toBe(0);
  });

  it('gives back everything that patterns of every kind took', () => {
    const rules = [
      ['x', 1, true, null],
      [{ prefix: 'xyz' }, { prefix: 'xyab' }, { suffix: 'z' }],
      [{ prefix: { 'equals-ignore-case': 'XYZ' } }, { suffix: { 'equals-ignore-case': 'Z' } }],
      [{ 'equals-ignore-case': 'x' }],
      [{ wildcard: 'start*' }, { wildcard: '*end' }, { wildcard: '*middle*' }, { wildcard: '*' }],
      [{ wildcard: 'x*' }, { wildcard: '*x' }, { wildcard: 'exact' }],
      [{ numeric: ['>', 1] }, { numeric: ['<=', 1] }, { numeric: ['>', 1, '<', 2] }],
      [{ cidr: '10.0.0.0/8' }, { cidr: '10.0.0.0/9' }, { cidr: '2001:db8::/32' }],
      [{ 'anything-but': 'x' }],
      [{ exists: true }],
      [{ exists: false }],
      [{ 'anything-but': ['x', 'y'] }, { exists: false }],
    ];
    const patterns = rules.flatMap((some) =>
      range(6).map((n) => ({ a: { b: [...some, `${n}`] }, 'a.c': some, [`d.${n}`]: some })),
    );
    const index = indexOf(patterns);
    expect(index.footprint).toBeGreaterThan(patterns.length);
    for (const id of patterns.keys()) index.remove(id);
    expect([index.size, index.footprint]).toEqual([0, 0]);
    expect(index.matchJson({ a: { b: 'x', c: 'x' } })).toEqual([]);
  });

  it('leaves alone what other patterns share', () => {
    const index = indexOf([{ a: { b: ['x'] } }, { a: ['x'] }, { 'a.b.c': ['x'] }]);
    index.remove(0);
    expect(index.matchJson({ a: ['x', { b: ['x', { c: 'x' }] }] })).toEqual([1, 2]);
  });
});

describe('many patterns', () => {
  const both = (n: number) => ({
    shop: [`s${n % 7}`],
    'item.id': [n],
    price: [{ numeric: ['>', n] }],
  });

  it('are found among each other', () => {
    const index = indexOf(range(2_000).map(both));
    const event = (id: number, price: number) => ({ shop: `s${id % 7}`, item: { id }, price });
    expect(index.matchJson(event(1_234, 1_235))).toEqual([1_234]);
    expect(index.matchJson(event(1_234, 1_234))).toEqual([]);
  });

  it('with the same keys keep the objects of arrays apart', () => {
    const index = indexOf(range(10).map(() => ({ a: { b: ['x'], c: ['y'] } })));
    expect(index.matchJson({ a: [{ b: 'x' }, { c: 'y' }] })).toEqual([]);
    expect(index.matchJson({ a: [{ b: 'x', c: 'y' }, { c: 'y' }] })).toHaveLength(10);
  });

  it('with numbers too large to be are no patterns about null', () => {
    const index = new PatternIndex<number>();
    const text = (n: number) => `{"a":[${n % 2 === 0 ? '1e999' : 'null'}],"b":[${n}]}`;
    for (const n of range(12)) index.add(n, parsePattern(text(n), eventBusDialect));
    expect(range(12).flatMap((b) => index.matchJson({ a: null, b }))).toEqual([1, 3, 5, 7, 9, 11]);
  });

  it('with ranges are found at their bounds', () => {
    const index = indexOf(range(100).map((n) => ({ a: [{ numeric: ['>=', n, '<', n + 10] }] })));
    expect(ascending(index.matchJson({ a: 50 }))).toEqual(range(10).map((n) => n + 41));
    expect(ascending(index.matchJson({ a: 108.5 }))).toEqual([99]);
  });

  it('that differ in what must be absent are told apart', () => {
    const index = indexOf(range(100).map((n) => ({ a: ['x'], [`no${n}`]: [{ exists: false }] })));
    const event = Object.fromEntries(range(99).map((n) => [`no${n}`, 1]));
    expect(index.matchJson({ ...event, a: 'x' })).toEqual([99]);
  });

  it('with wildcards that begin and end alike are told apart', () => {
    const index = indexOf(range(100).map((n) => ({ a: [{ wildcard: `*/item-${n}/*` }] })));
    expect(ascending(index.matchJson({ a: 'shop/item-7/item-70/x' }))).toEqual([7, 70]);
  });

  it('with blocks inside each other are all found', () => {
    const index = indexOf(range(33).map((bits) => ({ a: [{ cidr: `10.9.8.7/${bits}` }] })));
    expect(ascending(index.matchJson({ a: '10.9.8.6' }))).toEqual(range(32));
  });

  it('with prefixes inside each other are all found', () => {
    const index = indexOf(range(2_000).map((n) => ({ a: [{ prefix: 'x'.repeat(n) }] })));
    expect(index.matchJson({ a: 'x'.repeat(1_000) })).toHaveLength(1_001);
    for (const id of range(1_999)) index.remove(id);
    expect(index.matchJson({ a: 'x'.repeat(1_999) })).toEqual([1_999]);
  });
});

describe('hostile events', () => {
  const index = indexOf([{ 'a.b': ['x'] }, { a: ['x'] }, { a: { b: ['x'], c: ['y'] } }]);
  const match = (text: string) => index.matchJson(JSON.parse(text) as JsonEvent);

  it('may nest arrays deeply', () => {
    expect(match(`{"a":${'['.repeat(50_000)}"x",{"b":"x"}${']'.repeat(50_000)}}`)).toEqual([0, 1]);
  });

  it('may nest objects deeply', () => {
    expect(match(`${'{"a":'.repeat(50_000)}"x"${'}'.repeat(50_000)}`)).toEqual([]);
  });

  it('may nest objects deeply where patterns look', () => {
    const path = range(100).map(() => 'a');
    const deep = indexOf([{ [path.join('.')]: ['x'], [[...path.slice(1), 'b'].join('.')]: ['x'] }]);
    const level = (inner: string) => `[{"b":"x"},{"a":${inner}}]`;
    const text = path.slice(1).reduce((inner) => level(inner), '[{"a":"x"},{"b":"x"}]');
    expect(deep.matchJson({ a: JSON.parse(text) })).toEqual([]);
    expect(deep.matchJson({ a: [JSON.parse(text), 'x'] })).toEqual([]);
  });

  it('may have many elements of which no two go together', () => {
    const elements = range(100_000).map((n) => (n % 2 === 0 ? { b: 'x' } : { c: 'y' }));
    expect(index.matchJson({ a: elements })).toEqual([0]);
    expect(index.matchJson({ a: [...elements, { b: 'x', c: 'y' }] })).toEqual([0, 2]);
  });

  it('may reach one path through many arrays', () => {
    const names = ['b', 'c', 'd', 'e', 'f'];
    const search = indexOf([{ 'a.a.a.a': Object.fromEntries(names.map((name) => [name, ['x']])) }]);
    const leaves = names.map((name) => ({ [name]: 'x' }));
    const grow = (depth: number): unknown[] =>
      depth === 0
        ? leaves
        : leaves.map(() => ({ a: grow(depth - 1), ...(depth > 1 && { 'a.a': grow(depth - 2) }) }));
    expect(search.matchJson({ a: grow(3), 'a.a': grow(2), 'a.a.a': grow(1) })).toEqual([]);
  });

  it('may satisfy every condition in several ways', () => {
    const keys = range(60).map((n) => [`key${n}`, ['x', { prefix: 'x' }]]);
    const patterns = range(10).map((n) => ({
      ...Object.fromEntries(keys),
      last: [{ numeric: ['>', n - 0.5, '<', n + 0.5] }],
    }));
    const event = Object.fromEntries(range(60).map((n) => [`key${n}`, ['x', 'x', 'xyz']]));
    expect(indexOf(patterns).matchJson({ ...event, last: [7, 7] })).toEqual([7]);
  });

  it('may have names made of dots', () => {
    expect(match(`{"${'.'.repeat(200_000)}":"x","a.b":"x"}`)).toEqual([0]);
  });

  it('may hold long texts for long wildcards', () => {
    const half = 'a'.repeat(60_000);
    const wild = indexOf([{ a: [{ wildcard: `*${half}b*` }] }]);
    expect(wild.matchJson({ a: half.repeat(3) })).toEqual([]);
    expect(wild.matchJson({ a: `${half.repeat(3)}bc` })).toEqual([0]);
  });

  it('may change the prototypes of no object', () => {
    match('{"__proto__":{"polluted":"x"},"constructor":{"prototype":{"polluted":"x"}}}');
    indexOf([JSON.parse('{"__proto__":{"polluted":["x"]}}')]);
    expect('polluted' in {}).toBe(false);
  });

  it('may hold what is no JSON', () => {
    const odd = { a: [undefined, () => 1, 1n, Symbol('x'), Number.NaN, 'x'] };
    expect(index.matchJson(odd)).toEqual([1]);
  });
});
