/**
 * Whether values can be taken together: the README of https://github.com/aws/event-ruler, "JSON
 * Array Matching": not when two of them are within objects in different elements of one array.
 */
import type { Elements } from './event.ts';

/** The places of the values that satisfy one condition. */
type Places = readonly Elements[];

/**
 * Where a name with dots and nested objects give an event two arrays for one path, finding the
 * right elements is a search; it is given up after this many places.
 */
const SEARCH_PLACES_MAX = 2_000;

/** Whether there is a place for each condition such that all of them go together. */
export function canAgree(conditions: readonly Places[]): boolean {
  return agree(conditions, { places: SEARCH_PLACES_MAX });
}

/** The search that may go on for this long. */
interface Search {
  places: number;
}

function agree(conditions: readonly Places[], search: Search): boolean {
  const bound = conditions.filter((places) => !places.some((elements) => elements.length === 0));
  return groupByArrays(bound).every((group) => agreeOnElement(group, search));
}

/** Conditions that share no array cannot be in each other's way. */
function groupByArrays(conditions: readonly Places[]): Places[][] {
  let groups: { arrays: Set<number | undefined>; members: Places[] }[] = [];
  for (const places of conditions) {
    const arrays = new Set(places.map(([array]) => array));
    const joined = groups.filter((group) => [...arrays].some((array) => group.arrays.has(array)));
    groups = groups.filter((group) => !joined.includes(group));
    groups.push({
      arrays: new Set([...arrays, ...joined.flatMap((group) => [...group.arrays])]),
      members: [...joined.flatMap((group) => group.members), places],
    });
  }
  return groups.map((group) => group.members);
}

/** Tries the elements of one of the group's arrays, which usually is its only one. */
function agreeOnElement(group: readonly Places[], search: Search): boolean {
  const [first] = group;
  if (group.length === 1 || first?.[0] === undefined) return first?.[0] !== undefined;
  const [array] = first[0];
  const elsewhere = group.map((places) => places.filter((elements) => elements[0] !== array));
  const elsewhereCount = elsewhere.reduce((count, places) => count + places.length, 0);
  const elements = elementsWorthTrying(group, elsewhere, array);
  for (const inside of placesByElement(group, array, elements).values()) {
    search.places -= elsewhereCount;
    if (search.places < 0) return false;
    const left = group.map((_, index) => [...(inside[index] ?? []), ...(elsewhere[index] ?? [])]);
    if (agree(left, search)) return true;
  }
  return false;
}

/** The elements of an array that all conditions have places in, unless they have others. */
function elementsWorthTrying(
  group: readonly Places[],
  elsewhere: readonly Places[],
  array: number | undefined,
): ReadonlySet<number | undefined> {
  let worthTrying: Set<number | undefined> | undefined;
  group.forEach((places, index) => {
    if (elsewhere[index]?.length !== 0) return;
    const common = new Set<number | undefined>();
    for (const [_, element] of places) {
      if (worthTrying === undefined || worthTrying.has(element)) common.add(element);
    }
    worthTrying = common;
  });
  return worthTrying ?? new Set(group.flat().flatMap(([a, e]) => (a === array ? [e] : [])));
}

/** Per element, per condition by its index, the places inside the element. */
function placesByElement(
  group: readonly Places[],
  array: number | undefined,
  elements: ReadonlySet<number | undefined>,
): Map<number, Elements[][]> {
  const byElement = new Map<number, Elements[][]>();
  group.forEach((places, index) => {
    for (const place of places) {
      const element = place[1];
      if (element === undefined || place[0] !== array || !elements.has(element)) continue;
      let inside = byElement.get(element);
      if (inside === undefined) {
        inside = group.map(() => []);
        byElement.set(element, inside);
      }
      inside[index]?.push(place.slice(2));
    }
  });
  return byElement;
}
