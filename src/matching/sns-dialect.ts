/**
 * Filter policies of Amazon SNS subscriptions, one dialect for each FilterPolicyScope: Amazon SNS
 * Developer Guide, "Amazon SNS subscription filter policies" and "Filter policy constraints".
 */
import type { Dialect } from './dialect.ts';
import { type PatternError, sourceNote } from './problem.ts';

const KEYS_MAX = 5;

/** Policies with the scope MessageBody. */
export const snsBodyDialect: Dialect = {
  operators: new Set([
    'anything-but',
    'cidr',
    'equals-ignore-case',
    'exists',
    'numeric',
    'prefix',
    'suffix',
    'wildcard',
  ]),
  anythingBut: new Set(['prefix', 'suffix', 'wildcard']),
  anythingButLists: false,
  ignoreCaseInside: false,
  nesting: true,
  emptyPattern: true,
  repeatedPaths: 'last counts',
  numberMax: 1_000_000_000,
  textBytesMax: 256 * 1024,
  keysMax: KEYS_MAX,
  combinationsMax: 150,
  branchesMax: 150,
  wildcardsMax: 3,
  wildcardPointsMax: 100,
};

/** Policies with the scope MessageAttributes. */
export const snsAttributesDialect: Dialect = { ...snsBodyDialect, nesting: false };

/** What the service answers about a policy, to stand behind its own `Invalid parameter: `. */
export function snsProblemText(error: PatternError, policy: string): string {
  switch (error.code) {
    case 'syntax':
      return 'FilterPolicy: failed to parse JSON.';
    case 'nesting':
      return 'Filter policy scope MessageAttributes does not support nested filter policy';
    case 'keys':
      return `FilterPolicy: Filter policy can not have more than ${KEYS_MAX} keys`;
    // The pages document the size without a message of its own.
    case 'size':
    case 'complexity':
      return 'FilterPolicy: Filter policy is too complex';
    case 'form': {
      const note = error.place === undefined ? '' : sourceNote(policy, error.place);
      return `FilterPolicy: ${error.reason}${note}`;
    }
  }
}
