/**
 * What differs between the services that use patterns: which operators exist, what may be nested,
 * and how large a pattern may be.
 */

export type Operator =
  | 'anything-but'
  | 'cidr'
  | 'equals-ignore-case'
  | 'exactly'
  | 'exists'
  | 'numeric'
  | 'prefix'
  | 'suffix'
  | 'wildcard';

export type TextOperator = Extract<
  Operator,
  'equals-ignore-case' | 'prefix' | 'suffix' | 'wildcard'
>;

export interface Dialect {
  readonly operators: ReadonlySet<Operator>;
  /** The operators that may stand inside `anything-but`. */
  readonly anythingBut: ReadonlySet<TextOperator>;
  /** Whether an operator inside `anything-but` may have a list of texts. */
  readonly anythingButLists: boolean;
  /** Whether `prefix` and `suffix` may hold `{"equals-ignore-case": ...}`. */
  readonly ignoreCaseInside: boolean;
  /** Whether names may lead to further objects. */
  readonly nesting: boolean;
  /** Whether `{}` is a pattern, which matches everything. */
  readonly emptyPattern: boolean;
  /** What happens to a path that occurs twice in what must hold together. */
  readonly repeatedPaths: 'refused' | 'last counts';
  /** The largest absolute value that `numeric` may compare with. */
  readonly numberMax: number;
  readonly textBytesMax: number;
  /** Different paths in a pattern. */
  readonly keysMax: number;
  /**
   * Product over keys of values times nesting depth; the alternatives of an `$or` count with
   * their sum.
   */
  readonly combinationsMax: number;
  /** Branches after every `$or` is multiplied out. */
  readonly branchesMax: number;
  /** Asterisks in one wildcard text. */
  readonly wildcardsMax: number;
  /**
   * Per key, the points of its wildcard texts times their number. A text has one point, or three
   * if it has several asterisks; inside `anything-but` always one. Summed over the keys.
   */
  readonly wildcardPointsMax: number;
}
