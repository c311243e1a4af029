/**
 * How large a pattern may be: Amazon SNS Developer Guide, "Filter policy constraints in Amazon
 * SNS".
 */
import type { Term } from './pattern.ts';
import type { PatternSource } from './pattern-source.ts';
import type { PatternGroup, PatternLeaf } from './pattern-tree.ts';
import { PatternError } from './problem.ts';

/** Longer paths are refused in every dialect: they would make deep walks through events. */
const PATH_NAMES_MAX = 100;

/** Throws PatternError when a pattern is larger than its dialect allows. */
export function checkLimits(group: PatternGroup, source: PatternSource): void {
  const { dialect } = source;
  const leaves = leavesOf(group);
  if (new Set(leaves.map((leaf) => leaf.path)).size > dialect.keysMax) {
    throw new PatternError('keys', `More than ${dialect.keysMax} keys`);
  }
  const isTooComplex =
    countBranches(group) > dialect.branchesMax ||
    countCombinations(group) > dialect.combinationsMax ||
    countWildcardPoints(leaves) > dialect.wildcardPointsMax ||
    leaves.some((leaf) => countNames(leaf.path) > PATH_NAMES_MAX);
  if (isTooComplex) throw source.tooComplex();
}

function leavesOf(group: PatternGroup): PatternLeaf[] {
  return [...group.leaves, ...group.alternatives.flat().flatMap(leavesOf)];
}

function countNames(path: string): number {
  let names = 1;
  for (let at = path.indexOf('.'); at >= 0; at = path.indexOf('.', at + 1)) names++;
  return names;
}

const product = (factors: readonly number[]): number => factors.reduce((a, b) => a * b, 1);
const sum = (summands: readonly number[]): number => summands.reduce((a, b) => a + b, 0);

function countBranches(group: PatternGroup): number {
  return product(group.alternatives.map((choices) => sum(choices.map(countBranches))));
}

function countCombinations(group: PatternGroup): number {
  return product([
    ...group.leaves.map((leaf) => leaf.terms.length * leaf.depth),
    ...group.alternatives.map((choices) => sum(choices.map(countCombinations))),
  ]);
}

function countWildcardPoints(leaves: readonly PatternLeaf[]): number {
  const pointsByPath = new Map<string, number[]>();
  for (const leaf of leaves) {
    const points = pointsByPath.get(leaf.path) ?? [];
    points.push(...leaf.terms.flatMap(wildcardPoints));
    pointsByPath.set(leaf.path, points);
  }
  return sum([...pointsByPath.values()].map((points) => sum(points) * points.length));
}

/** The points of each wildcard text in a term. */
function wildcardPoints(term: Term): number[] {
  if (term.kind === 'wildcard') return [term.literals.length > 2 ? 3 : 1];
  if (term.kind !== 'anything-but') return [];
  return term.terms.flatMap((excluded) => (excluded.kind === 'wildcard' ? [1] : []));
}
