/**
 * Reads the text of a pattern: Amazon SNS Developer Guide, "Amazon SNS subscription filter
 * policies" and "Filter policy constraints"; https://github.com/aws/event-ruler.
 */
import type { Dialect } from './dialect.ts';
import { type JsonArray, type JsonObject, JsonTextError, placeOf, readJson } from './json-text.ts';
import { parseTerms } from './match-expression.ts';
import type { Branch, Pattern, Term } from './pattern.ts';
import { checkLimits } from './pattern-limits.ts';
import { PatternSource, stopAt } from './pattern-source.ts';
import type { PatternGroup, PatternLeaf } from './pattern-tree.ts';
import { PatternError } from './problem.ts';

/** Names that make an `$or` an ordinary name when one of its objects has them. */
const RESERVED_NAMES: ReadonlySet<string> = new Set([
  'exactly',
  'prefix',
  'suffix',
  'equals-ignore-case',
  'anything-but',
  'exists',
  'wildcard',
  'numeric',
  'cidr',
  'regex',
  '=',
  '<',
  '<=',
  '>',
  '>=',
]);

/** Reads a pattern. Throws PatternError. */
export function parsePattern(text: string, dialect: Dialect): Pattern {
  if (Buffer.byteLength(text) > dialect.textBytesMax) {
    throw new PatternError('size', `Larger than ${dialect.textBytesMax} bytes`);
  }
  const source = new PatternSource(text, dialect);
  const root = readRoot(source);
  const group = parseGroup(root, source);
  checkLimits(group, source);
  return { branches: multiplyOut(group).map((leaves) => toBranch(leaves, source)) };
}

function readRoot(source: PatternSource): JsonObject {
  try {
    const root = readJson(source.text);
    if (root.kind !== 'object') throw source.problem('Filter is not an object', stopAt(root));
    if (root.members.length === 0 && !source.dialect.emptyPattern) {
      throw source.problem('Empty objects are not allowed', root.end);
    }
    return root;
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
    throw new PatternError('syntax', 'Not JSON', placeOf(source.text, error.offset));
  }
}

function parseGroup(root: JsonObject, source: PatternSource): PatternGroup {
  const group: PatternGroup = { leaves: [], alternatives: [] };
  parseMembers(root, '', 1, group, source);
  return group;
}

/** Adds what an object says to a group; `prefix` is its path with a dot, or empty. */
function parseMembers(
  node: JsonObject,
  prefix: string,
  depth: number,
  group: PatternGroup,
  source: PatternSource,
): void {
  for (const { name, value } of node.members) {
    const path = prefix + name;
    if (value.kind === 'array') {
      const objects = name === '$or' ? alternativesIn(value) : undefined;
      if (objects === undefined) {
        group.leaves.push({ path, terms: parseTerms(value, source), depth, end: value.end });
      } else {
        group.alternatives.push(parseAlternatives(objects, prefix, depth, source));
      }
    } else if (value.kind === 'object') {
      if (!source.dialect.nesting) throw new PatternError('nesting', `"${name}" is an object`);
      refuseEmpty(value, source);
      parseMembers(value, `${path}.`, depth + 1, group, source);
    } else {
      throw source.problem(`"${name}" must be an object or an array`, stopAt(value));
    }
  }
}

function parseAlternatives(
  objects: readonly JsonObject[],
  prefix: string,
  depth: number,
  source: PatternSource,
): PatternGroup[] {
  return objects.map((object) => {
    refuseEmpty(object, source);
    const group: PatternGroup = { leaves: [], alternatives: [] };
    parseMembers(object, prefix, depth, group, source);
    return group;
  });
}

/** The objects of an `$or` that is one, by the three conditions of the AWS pages. */
function alternativesIn(array: JsonArray): JsonObject[] | undefined {
  const objects = array.elements.filter((element) => element.kind === 'object');
  if (objects.length < 2 || objects.length < array.elements.length) return undefined;
  const names = objects.flatMap((object) => object.members.map((member) => member.name));
  return names.some((name) => RESERVED_NAMES.has(name)) ? undefined : objects;
}

function refuseEmpty(node: JsonObject, source: PatternSource): void {
  if (node.members.length > 0) return;
  throw source.problem('Empty objects are not allowed', node.end);
}

/** Every way to choose one of each alternatives. `checkLimits` has bounded their number. */
function multiplyOut(group: PatternGroup): PatternLeaf[][] {
  let branches: PatternLeaf[][] = [group.leaves];
  for (const alternatives of group.alternatives) {
    const choices = alternatives.flatMap((choice) => multiplyOut(choice));
    branches = branches.flatMap((branch) => choices.map((choice) => [...branch, ...choice]));
  }
  return branches;
}

function toBranch(leaves: readonly PatternLeaf[], source: PatternSource): Branch {
  const terms = new Map<string, readonly Term[]>();
  for (const leaf of leaves) {
    if (terms.has(leaf.path) && source.dialect.repeatedPaths === 'refused') {
      throw source.problem(`Path \`${leaf.path}\` cannot be allowed multiple times`, leaf.end);
    }
    terms.set(leaf.path, leaf.terms);
  }
  return [...terms].map(([path, ofPath]) => ({ path, terms: ofPath }));
}
