/**
 * What a pattern is once its text has been read: alternatives of conditions on dotted paths, as in
 * the README of https://github.com/aws/event-ruler and, for topics, in the Amazon SNS Developer
 * Guide, "Amazon SNS subscription filter policies".
 */

/** A value that a condition can be about: what JSON has beside objects and arrays. */
export type Scalar = string | number | boolean | null;

export interface NumberRange {
  /** May be -Infinity. */
  readonly low: number;
  readonly lowOpen: boolean;
  /** May be Infinity. */
  readonly high: number;
  readonly highOpen: boolean;
}

/** A block of IPv4 (`bits` up to 32, prefix a number) or IPv6 (up to 128, a bigint) addresses. */
export interface Network {
  /** How many leading bits of an address count. */
  readonly bits: number;
  /** Those bits. */
  readonly prefix: number | bigint;
}

/** One way in which a value can satisfy a condition. Texts that ignore case are folded. */
export type Term =
  | { readonly kind: 'exact'; readonly value: Scalar }
  | { readonly kind: 'ignore-case'; readonly value: string }
  | { readonly kind: 'prefix' | 'suffix'; readonly value: string; readonly ignoreCase: boolean }
  | { readonly kind: 'wildcard'; readonly literals: readonly string[] }
  | ({ readonly kind: 'range' } & NumberRange)
  | ({ readonly kind: 'network' } & Network)
  | AnythingBut
  | { readonly kind: 'present' }
  | { readonly kind: 'absent' };

export type WildcardTerm = Extract<Term, { kind: 'wildcard' }>;

/** Every value except these, and except what satisfies one of the terms. */
export interface AnythingBut {
  readonly kind: 'anything-but';
  readonly values: ReadonlySet<Scalar>;
  readonly terms: readonly Term[];
}

/** Satisfied when a value at the path satisfies one of the terms. */
export interface Condition {
  /** Names joined by dots: `detail.state`. */
  readonly path: string;
  readonly terms: readonly Term[];
}

/** Satisfied when every condition is; no path occurs twice. */
export type Branch = readonly Condition[];

/** Matches when one of its branches is satisfied. A branch without conditions always is. */
export interface Pattern {
  readonly branches: readonly Branch[];
}

/**
 * Brings a text into the form in which texts are compared that ignore case. A Greek sigma at the
 * end of a word has its own small letter, which would make the form depend on what follows.
 */
export const foldCase = (text: string): string => text.toLowerCase().replaceAll('ς', 'σ');
