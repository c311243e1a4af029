/**
 * Event patterns of Amazon EventBridge rules: Amazon EventBridge User Guide, "Amazon EventBridge
 * event patterns" and "Comparison operators for use in event patterns in Amazon EventBridge".
 */
import type { Dialect } from './dialect.ts';

export const eventBusDialect: Dialect = {
  operators: new Set([
    'anything-but',
    'cidr',
    'equals-ignore-case',
    'exactly',
    'exists',
    'numeric',
    'prefix',
    'suffix',
    'wildcard',
  ]),
  anythingBut: new Set(['equals-ignore-case', 'prefix', 'suffix', 'wildcard']),
  anythingButLists: true,
  ignoreCaseInside: true,
  nesting: true,
  emptyPattern: false,
  repeatedPaths: 'refused',
  numberMax: Number.MAX_VALUE,
  textBytesMax: 256 * 1024,
  keysMax: 256,
  combinationsMax: Number.POSITIVE_INFINITY,
  branchesMax: 1_000,
  wildcardsMax: Number.POSITIVE_INFINITY,
  wildcardPointsMax: Number.POSITIVE_INFINITY,
};
