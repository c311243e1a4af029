/** The text that a pattern is read from, its dialect, and the problems found in it. */
import type { Dialect } from './dialect.ts';
import { type JsonNode, placeOf } from './json-text.ts';
import { PatternError } from './problem.ts';

export class PatternSource {
  readonly text: string;
  readonly dialect: Dialect;

  constructor(text: string, dialect: Dialect) {
    this.text = text;
    this.dialect = dialect;
  }

  /** A problem of form; with the offset at which AWS's parser stands when it finds it. */
  problem(reason: string, offset?: number): PatternError {
    const place = offset === undefined ? undefined : placeOf(this.text, offset);
    return new PatternError('form', reason, place);
  }

  tooComplex(): PatternError {
    return new PatternError('complexity', 'Too complex');
  }
}

/**
 * Where AWS's parser stands when it has seen a value but not read it: behind numbers and literals,
 * but only behind the first character of strings, arrays and objects.
 */
export function stopAt(node: JsonNode): number {
  return node.kind === 'number' || node.kind === 'literal' ? node.end : node.start + 1;
}
