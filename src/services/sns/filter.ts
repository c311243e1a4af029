/**
 * Filter policies of subscriptions: what is accepted, and which subscriptions a message reaches.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
 */
import { parsePattern } from '../../matching/parse-pattern.ts';
import type { Pattern } from '../../matching/pattern.ts';
import { PatternError } from '../../matching/problem.ts';
import {
  snsAttributesDialect,
  snsBodyDialect,
  snsProblemText,
} from '../../matching/sns-dialect.ts';

export type FilterPolicyScope = 'MessageAttributes' | 'MessageBody';

export const isFilterPolicyScope = (text: string): text is FilterPolicyScope =>
  text === 'MessageAttributes' || text === 'MessageBody';

/** What is wrong with a filter policy, in AWS's words; undefined where nothing is. */
export function problemOfFilterPolicy(text: string, scope: FilterPolicyScope): string | undefined {
  try {
    readFilterPolicy(text, scope);
    return undefined;
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return snsProblemText(error, text);
  }
}

/** Throws PatternError. */
export function readFilterPolicy(text: string, scope: FilterPolicyScope): Pattern {
  return parsePattern(text, scope === 'MessageBody' ? snsBodyDialect : snsAttributesDialect);
}
