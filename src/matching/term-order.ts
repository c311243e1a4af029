/** How terms are told apart, and which conditions are worth asking for first. */
import type { Term } from './pattern.ts';

/** The same for two lists of terms exactly when they have the same terms in the same order. */
export function keyOf(terms: readonly Term[]): string {
  return JSON.stringify(terms, (_, value: unknown) => {
    if (value instanceof Set) return [...value];
    if (typeof value === 'bigint') return { hex: value.toString(16) };
    // JSON has no infinite numbers.
    return typeof value === 'number' && !Number.isFinite(value) ? { number: `${value}` } : value;
  });
}

/** How large a part of all values a kind of term lets through: the smallest part first. */
const BREADTH: { readonly [K in Term['kind']]: number } = {
  exact: 0,
  'ignore-case': 1,
  network: 2,
  prefix: 2,
  suffix: 2,
  wildcard: 3,
  range: 4,
  'anything-but': 5,
  present: 6,
  // Last, because it can only be checked, never looked up.
  absent: 7,
};

export const breadthOf = (terms: readonly Term[]): number =>
  Math.max(...terms.map((term) => BREADTH[term.kind]));
