/** The ordered map of `sorted-btree`. */
import { createRequire } from 'node:module';

// The package is CommonJS with a member called `default`, which Node and test runners import
// differently; `require` means the same everywhere.
const sortedBTree: typeof import('sorted-btree') = createRequire(import.meta.url)('sorted-btree');

export const BTree = sortedBTree.default;
export type BTree<K, V> = import('sorted-btree').default<K, V>;
