/**
 * Data identifiers that a policy defines by a regular expression.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-data-protection-custom-data-identifiers.html
 */
import type { DataIdentifier } from './examination.ts';
import { PatternMatcher } from './pattern-matcher.ts';
import { joined } from './range.ts';

/**
 * `size` is how long the expression is with its repetitions written out: what finding it costs for
 * each character of a text. Throws PatternSyntaxError.
 */
export function customIdentifier(
  name: string,
  regex: string,
): { readonly identifier: DataIdentifier; readonly size: number } {
  const matcher = new PatternMatcher(regex);
  const identifier: DataIdentifier = {
    name,
    // Matches that touch stay two; a character is never cut in half.
    find: ({ text }) => matcher.findAll(text).flatMap((range) => joined(text, [range])),
  };
  return { identifier, size: matcher.size };
}
