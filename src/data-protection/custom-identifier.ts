/**
 * Data identifiers that a policy defines by a regular expression.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-data-protection-custom-data-identifiers.html
 */
import type { DataIdentifier } from './examination.ts';
import { PatternMatcher } from './pattern-matcher.ts';
import { joined } from './range.ts';

/** Throws PatternSyntaxError. */
export function customIdentifier(name: string, regex: string): DataIdentifier {
  const matcher = new PatternMatcher(regex);
  // Matches that touch stay two; a character is never cut in half.
  return {
    name,
    find: ({ text }) => matcher.findAll(text).flatMap((range) => joined(text, [range])),
  };
}
