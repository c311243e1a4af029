/** The index finds what an evaluator finds that looks at one pattern at a time. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dialect } from '../../src/matching/dialect.ts';
import { eventBusDialect } from '../../src/matching/event-bus-dialect.ts';
import { parsePattern } from '../../src/matching/parse-pattern.ts';
import { PatternIndex } from '../../src/matching/pattern-index.ts';
import { type JsonObject, naiveMatcher } from './naive.ts';
import * as random from './random-patterns.ts';

const SEED = 20260801;

/** Every operator, and every pattern that the generator makes. */
const dialect: Dialect = {
  ...eventBusDialect,
  emptyPattern: true,
  repeatedPaths: 'last counts',
};

const parse = (pattern: JsonObject) => parsePattern(JSON.stringify(pattern), dialect);

const addIds = (patterns: readonly JsonObject[]) =>
  patterns.map((pattern, id) => ({ id, pattern }));

function idsOfMatches(patterns: readonly { id: number; pattern: JsonObject }[], event: JsonObject) {
  const matches = naiveMatcher(event);
  return patterns.filter(({ pattern }) => matches(pattern)).map(({ id }) => id);
}

const ascending = (ids: readonly number[]) => ids.toSorted((a, b) => a - b);

describe('random patterns and events', () => {
  it('match as they do one at a time, before and after removals', () => {
    let matches = 0;
    let mismatches = 0;
    const property = fc.property(
      fc.array(random.pattern, { maxLength: 60, size: 'max' }),
      fc.array(random.event, { minLength: 1, maxLength: 6 }),
      fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
      (patterns, events, isKept) => {
        const all = addIds(patterns);
        const index = new PatternIndex<number>();
        for (const { id, pattern } of all) index.add(id, parse(pattern));
        for (const event of events) {
          const expected = idsOfMatches(all, event);
          expect(ascending(index.matchJson(event))).toEqual(expected);
          matches += expected.length;
          mismatches += all.length - expected.length;
        }
        const kept = all.filter(({ id }) => isKept[id]);
        for (const { id } of all) if (!isKept[id]) index.remove(id);
        for (const event of events) {
          expect(ascending(index.matchJson(event))).toEqual(idsOfMatches(kept, event));
        }
        for (const { id } of kept) index.remove(id);
        expect([index.size, index.footprint]).toEqual([0, 0]);
      },
    );
    fc.assert(property, { seed: SEED, numRuns: 120 });
    expect(Math.min(matches, mismatches), 'the comparison compares something').toBeGreaterThan(
      1_000,
    );
  });

  it('match the same in whatever order the patterns come', () => {
    const property = fc.property(
      fc.array(random.pattern, { minLength: 2, maxLength: 30 }),
      random.event,
      (patterns, event) => {
        const forwards = new PatternIndex<number>();
        const backwards = new PatternIndex<number>();
        const all = addIds(patterns);
        for (const { id, pattern } of all) forwards.add(id, parse(pattern));
        for (const { id, pattern } of all.toReversed()) backwards.add(id, parse(pattern));
        expect(ascending(backwards.matchJson(event))).toEqual(ascending(forwards.matchJson(event)));
        expect(backwards.footprint).toBeGreaterThan(0);
      },
    );
    fc.assert(property, { seed: SEED, numRuns: 120 });
  });
});
