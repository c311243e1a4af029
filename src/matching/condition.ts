/** Whether values satisfy terms and conditions, one at a time: what every index must agree with. */
import { leadingBits, parseAddress } from './address.ts';
import type { Leaf } from './event.ts';
import type { AnythingBut, Network, NumberRange, Term } from './pattern.ts';
import { wildcardMatches } from './wildcard.ts';

/** Whether a value that is there satisfies a term. */
export function satisfies(leaf: Leaf, term: Term): boolean {
  const { value } = leaf;
  switch (term.kind) {
    case 'exact':
      return value === term.value;
    case 'ignore-case':
      return leaf.folded === term.value;
    case 'prefix':
      return textFor(leaf, term.ignoreCase)?.startsWith(term.value) === true;
    case 'suffix':
      return textFor(leaf, term.ignoreCase)?.endsWith(term.value) === true;
    case 'wildcard':
      return typeof value === 'string' && wildcardMatches(term.literals, value);
    case 'range':
      return typeof value === 'number' && isInRange(value, term);
    case 'network':
      return typeof value === 'string' && isInNetwork(value, term);
    case 'anything-but':
      return !isExcluded(leaf, term);
    case 'present':
      return true;
    case 'absent':
      return false;
  }
}

/** Whether the values of a condition's path, undefined when there are none, satisfy it. */
export function isSatisfied(terms: readonly Term[], leaves: readonly Leaf[] | undefined): boolean {
  if (leaves === undefined) return terms.some((term) => term.kind === 'absent');
  return leaves.some((leaf) => terms.some((term) => satisfies(leaf, term)));
}

/** The text of a value as a term that ignores case or not compares it. */
export function textFor(leaf: Leaf, ignoreCase: boolean): string | undefined {
  if (ignoreCase) return leaf.folded;
  return typeof leaf.value === 'string' ? leaf.value : undefined;
}

export const isAbove = (value: number, { low, lowOpen }: NumberRange): boolean =>
  lowOpen ? value > low : value >= low;

export const isBelow = (value: number, { high, highOpen }: NumberRange): boolean =>
  highOpen ? value < high : value <= high;

const isInRange = (value: number, range: NumberRange): boolean =>
  isAbove(value, range) && isBelow(value, range);

function isInNetwork(text: string, network: Network): boolean {
  const address = parseAddress(text);
  // Bits of IPv4 are a number and those of IPv6 a bigint, so they never equal each other.
  return address !== undefined && leadingBits(address, network.bits) === network.prefix;
}

function isExcluded(leaf: Leaf, { values, terms }: AnythingBut): boolean {
  if (leaf.value !== undefined && values.has(leaf.value)) return true;
  return terms.some((term) => satisfies(leaf, term));
}
