/** The ways in which a text can fail to be a pattern. Services put them into their own words. */

export type ProblemCode =
  /** The text is larger than the dialect allows. */
  | 'size'
  /** The text is not JSON. */
  | 'syntax'
  /** JSON, but not of the form of a pattern: `reason` says why, in AWS's words. */
  | 'form'
  /** A nested pattern where the dialect has none. */
  | 'nesting'
  /** More keys than the dialect allows. */
  | 'keys'
  /** More combinations, branches or wildcards than the dialect allows. */
  | 'complexity';

/** Where AWS's parser stopped, both counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export class PatternError extends Error {
  override readonly name = 'PatternError';
  readonly code: ProblemCode;
  /** What is wrong, worded as AWS does for `form`. */
  readonly reason: string;
  /** Missing where AWS finds the problem after parsing. */
  readonly place: Place | undefined;

  constructor(code: ProblemCode, reason: string, place?: Place) {
    super(reason);
    this.code = code;
    this.reason = reason;
    this.place = place;
  }
}

/** AWS shows this much of a text in a message. */
const SNIPPET_CHARACTERS = 500;

/** The line that AWS adds to a message about a place in a text, with the line break before it. */
export function sourceNote(text: string, place: Place): string {
  const rest = text.length - SNIPPET_CHARACTERS;
  const truncated = rest > 0 ? `[truncated ${rest} chars]` : '';
  const source = `(String)"${text.slice(0, SNIPPET_CHARACTERS)}"${truncated}`;
  return `\n at [Source: ${source}; line: ${place.line}, column: ${place.column}]`;
}
