/** The ordered map of `sorted-btree`, whose CommonJS default export Node hands over one level deep. */
import sortedBTree from 'sorted-btree';

export const BTree = sortedBTree.default;
export type BTree<K, V> = InstanceType<typeof sortedBTree.default<K, V>>;
