/** A pattern as it stands in its text, before its alternatives are multiplied out. */
import type { Condition } from './pattern.ts';

/** A condition as it stands in the text. */
export interface PatternLeaf extends Condition {
  /** How many objects it stands in; those of an `$or` do not count. */
  readonly depth: number;
  /** Where its list ends. */
  readonly end: number;
}

/** What must hold together: conditions, and of each list of alternatives one. */
export interface PatternGroup {
  readonly leaves: PatternLeaf[];
  readonly alternatives: PatternGroup[][];
}
