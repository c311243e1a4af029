/**
 * Reads `["=", 1]`, `["<", 5]` or `[">", 0, "<=", 5]`: Amazon SNS Developer Guide, "Numeric value
 * matching".
 */
import type { JsonArray, JsonNode } from './json-text.ts';
import type { NumberRange, Term } from './pattern.ts';
import { type PatternSource, stopAt } from './pattern-source.ts';

/** The term of a `numeric` expression. Throws PatternError. */
export function parseNumeric(value: JsonNode, source: PatternSource): Term {
  if (value.kind !== 'array') {
    throw source.problem('Value of numeric must be an array.', stopAt(value));
  }
  const tokens = new Tokens(value, source);
  const operator = tokens.takeText('Invalid member in numeric match');
  switch (operator) {
    case '=': {
      const equal = tokens.takeNumber('equals');
      tokens.expectEnd('Too many elements in numeric expression');
      return { kind: 'exact', value: equal };
    }
    case '<':
    case '<=': {
      const high = tokens.takeNumber(operator);
      tokens.expectEnd('Too many elements in numeric expression');
      return rangeTerm({ ...UNBOUNDED, high, highOpen: operator === '<' });
    }
    case '>':
    case '>=': {
      const low = tokens.takeNumber(operator);
      const lowOpen = operator === '>';
      if (tokens.isAtEnd) return rangeTerm({ ...UNBOUNDED, low, lowOpen });
      return rangeTerm({ low, lowOpen, ...readUpperBound(tokens, low, value, source) });
    }
    default:
      throw tokens.problem(`Unrecognized numeric range operator: ${operator}`);
  }
}

const UNBOUNDED: NumberRange = {
  low: Number.NEGATIVE_INFINITY,
  lowOpen: false,
  high: Number.POSITIVE_INFINITY,
  highOpen: false,
};

const rangeTerm = (range: NumberRange): Term => ({ kind: 'range', ...range });

function readUpperBound(tokens: Tokens, low: number, array: JsonArray, source: PatternSource) {
  const operator = tokens.takeText('Bad value in numeric range');
  if (operator !== '<' && operator !== '<=') {
    throw source.problem(`Bad numeric range operator: ${operator}`, tokens.taken?.end);
  }
  const high = tokens.takeNumber(operator);
  tokens.expectEnd('Too many terms in numeric range expression');
  if (low >= high) throw source.problem('Bottom must be less than top', array.end);
  return { high, highOpen: operator === '<' };
}

/** The elements of the expression, taken one by one. */
class Tokens {
  readonly #array: JsonArray;
  readonly #source: PatternSource;
  #index = 0;

  constructor(array: JsonArray, source: PatternSource) {
    this.#array = array;
    this.#source = source;
  }

  get isAtEnd(): boolean {
    return this.#index === this.#array.elements.length;
  }

  /** The element taken last. */
  get taken(): JsonNode | undefined {
    return this.#array.elements[this.#index - 1];
  }

  takeText(otherwise: string): string {
    const token = this.#array.elements[this.#index];
    if (token?.kind !== 'string') throw this.problem(`${otherwise}: ${this.#spelling(token)}`);
    this.#index++;
    return token.value;
  }

  takeNumber(operator: string): number {
    const token = this.#array.elements[this.#index];
    if (token?.kind !== 'number') throw this.problem(`Value of ${operator} must be numeric`);
    this.#index++;
    const max = this.#source.dialect.numberMax;
    if (Math.abs(token.value) > max) {
      throw this.problem(`Value must be between -${max} and ${max}, inclusive`);
    }
    return token.value;
  }

  expectEnd(otherwise: string): void {
    if (!this.isAtEnd) throw this.problem(otherwise);
  }

  /** A problem found at the next element, or at the end of the list. */
  problem(reason: string): Error {
    const token = this.#array.elements[this.#index];
    return this.#source.problem(reason, token === undefined ? this.#array.end : stopAt(token));
  }

  /** What AWS's parser calls the token: for an array or object its first character. */
  #spelling(token: JsonNode | undefined): string {
    if (token === undefined) return ']';
    return this.#source.text.slice(token.start, stopAt(token));
  }
}
