/** The table of docs/concepts/filter-policies.md, run by the engine. */
import { describe, expect, it } from 'vitest';
import { PatternIndex } from '../../src/matching/pattern-index.ts';
import { problemOfFilterPolicy, readFilterPolicy } from '../../src/services/sns/filter.ts';
import { readPage } from './markdown.ts';

const page = readPage('docs/concepts/filter-policies.md');

/** What stands in code in each cell of a line. */
const rows = [...page.text.matchAll(/^\| `\{.*\|$/gm)].map(([line]) =>
  line
    .slice(1, -1)
    .split(' | ')
    .map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)),
);

it('has a line for each operator', () => {
  const policies = rows.map(([[policy = ''] = []]) => policy).join();
  for (const operator of [
    'anything-but',
    'cidr',
    'equals-ignore-case',
    'exists',
    'numeric',
    '$or',
    'prefix',
    'suffix',
    'wildcard',
  ]) {
    expect(policies).toContain(`"${operator}"`);
  }
});

describe.each(
  rows.map(([[policy = ''] = [], matching = [], others = []]) => ({
    policy,
    matching,
    others,
  })),
)('$policy', ({ policy, matching, others }) => {
  const index = new PatternIndex<string>();
  index.add(policy, readFilterPolicy(policy, 'MessageBody'));

  it.each(matching)('matches %s', (body) => {
    expect(index.matchJson(JSON.parse(body))).toEqual([policy]);
  });

  it.each(others)('does not match %s', (body) => {
    expect(index.matchJson(JSON.parse(body))).toEqual([]);
  });
});

it('begins with a policy that is accepted in both scopes', () => {
  const [policy = ''] = [...page.text.matchAll(/```json\n(.*?)```/gs)].map(([, code = '']) => code);
  expect(problemOfFilterPolicy(policy, 'MessageAttributes')).toBeUndefined();
  expect(problemOfFilterPolicy(policy, 'MessageBody')).toBeUndefined();
});
