/** The sorted map that the memory engine is made of, and the orders that it is used with. */
import { createRequire } from 'node:module';

// The package is CommonJS with a member called `default`, which Node and test runners import
// differently; `require` means the same everywhere.
const sortedBtree: typeof import('sorted-btree') = createRequire(import.meta.url)('sorted-btree');

export const BTree = sortedBtree.default;
export type BTree<K, V> = import('sorted-btree').default<K, V>;

/** The value under the smallest key. */
export function firstValue<K, V>(tree: BTree<K, V>): V | undefined {
  return tree.nextHigherPair(undefined)?.[1];
}

export function byNumber(a: number, b: number): number {
  return a - b;
}

/**
 * The order of two strings' UTF-8 bytes. UTF-16 code units have the same order, except that
 * surrogates (the halves of the characters beyond U+FFFF) must come after U+E000 to U+FFFF.
 */
export function byUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return utf8Rank(left) - utf8Rank(right);
  }
  return a.length - b.length;
}

const FIRST_SURROGATE = 0xd800;
const AFTER_SURROGATES = 0xe000;

function utf8Rank(codeUnit: number): number {
  if (codeUnit >= AFTER_SURROGATES) return codeUnit - AFTER_SURROGATES + FIRST_SURROGATE;
  return codeUnit >= FIRST_SURROGATE ? codeUnit + AFTER_SURROGATES : codeUnit;
}
