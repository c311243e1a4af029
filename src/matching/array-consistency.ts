/**
 * Whether values can be taken together: the README of https://github.com/aws/event-ruler, "JSON
 * Array Matching": not when two of them are within objects in different elements of one array.
 */
import type { Elements } from './event.ts';

/** The way from an array to a value, of which `at` numbers have been followed. */
interface Way {
  readonly elements: Elements;
  readonly at: number;
}

/**
 * Where a name with dots and nested objects give an event two arrays for one path, finding the
 * right elements is a search; it is given up after this many ways.
 */
const SEARCH_WAYS_MAX = 2_000;

/** For each condition the places of the values that satisfy it: is there one of each together? */
export function canAgree(conditions: readonly (readonly Elements[])[]): boolean {
  const ways = conditions.map((places) => places.map((elements) => ({ elements, at: 0 })));
  return agree(ways, { ways: SEARCH_WAYS_MAX });
}

function agree(conditions: readonly (readonly Way[])[], left: { ways: number }): boolean {
  const bound = conditions.filter((ways) => !ways.some(isAtEnd));
  return groupByArrays(bound).every((group) => agreeOnElement(group, left));
}

const isAtEnd = (way: Way): boolean => way.at === way.elements.length;
const arrayOf = (way: Way): number | undefined => way.elements[way.at];

/** Conditions that share no array cannot be in each other's way. */
function groupByArrays(conditions: readonly (readonly Way[])[]): (readonly Way[])[][] {
  let groups: { arrays: Set<number | undefined>; members: (readonly Way[])[] }[] = [];
  for (const ways of conditions) {
    const arrays = new Set(ways.map(arrayOf));
    const joined = groups.filter((group) => [...arrays].some((array) => group.arrays.has(array)));
    groups = groups.filter((group) => !joined.includes(group));
    groups.push({
      arrays: new Set([...arrays, ...joined.flatMap((group) => [...group.arrays])]),
      members: [...joined.flatMap((group) => group.members), ways],
    });
  }
  return groups.map((group) => group.members);
}

/** Tries the elements of one of the group's arrays, which usually is its only one. */
function agreeOnElement(group: readonly (readonly Way[])[], left: { ways: number }): boolean {
  const [first] = group;
  if (group.length === 1 || first?.[0] === undefined) return first?.[0] !== undefined;
  const array = arrayOf(first[0]);
  const elsewhere = group.map((ways) => ways.filter((way) => arrayOf(way) !== array));
  const elsewhereCount = elsewhere.reduce((count, ways) => count + ways.length, 0);
  for (const inside of waysByElement(group, array).values()) {
    const ways = group.map((_, index) => [
      ...(inside.get(index) ?? []),
      ...(elsewhere[index] ?? []),
    ]);
    left.ways -= elsewhereCount;
    if (left.ways < 0) return false;
    if (ways.every((some) => some.length > 0) && agree(ways, left)) return true;
  }
  return false;
}

/** Per element of an array, per condition by index, the ways through it. */
function waysByElement(group: readonly (readonly Way[])[], array: number | undefined) {
  const byElement = new Map<number | undefined, Map<number, Way[]>>();
  group.forEach((ways, index) => {
    for (const way of ways) {
      if (arrayOf(way) !== array) continue;
      const element = way.elements[way.at + 1];
      const inside = byElement.get(element) ?? new Map<number, Way[]>();
      byElement.set(element, inside);
      const ofCondition = inside.get(index) ?? [];
      inside.set(index, ofCondition);
      ofCondition.push({ elements: way.elements, at: way.at + 2 });
    }
  });
  return byElement;
}
