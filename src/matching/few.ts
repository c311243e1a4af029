/**
 * One thing, or a set of several: most lists in an index have one member, and a set for each would
 * be most of its memory. Members are objects that are no sets.
 */

export type Few<T extends object> = T | Set<T>;

export function addTo<T extends object>(few: Few<T> | undefined, item: T): Few<T> {
  if (few === undefined || few === item) return item;
  return few instanceof Set ? few.add(item) : new Set([few, item]);
}

/** What is left without an item; undefined when that is nothing. */
export function removeFrom<T extends object>(few: Few<T> | undefined, item: T): Few<T> | undefined {
  if (few === item) return undefined;
  if (!(few instanceof Set)) return few;
  few.delete(item);
  return few.size === 0 ? undefined : few;
}

export function forEachOf<T extends object>(few: Few<T> | undefined, visit: (item: T) => void) {
  if (few instanceof Set) for (const item of few) visit(item);
  else if (few !== undefined) visit(few);
}

/** Adds to the list of a key. */
export function addAt<K, T extends object>(map: Map<K, Few<T>>, key: K, item: T): void {
  map.set(key, addTo(map.get(key), item));
}

/** Removes from the list of a key, and the key with its last item. */
export function removeAt<K, T extends object>(map: Map<K, Few<T>>, key: K, item: T): void {
  const left = removeFrom(map.get(key), item);
  if (left === undefined) map.delete(key);
  else map.set(key, left);
}
