/** The reference pages against the tables that they describe. */
import * as snsSdk from '@aws-sdk/client-sns';
import { expect, it } from 'vitest';
import { referencePage } from '../../scripts/reference-page.ts';
import { snsReference } from '../../scripts/reference-sns.ts';
import { sqsReference } from '../../scripts/reference-sqs.ts';
import { commonErrors } from '../../src/core/aws-error.ts';
import type { Shape, StructureShape } from '../../src/schema/shapes.ts';
import { admin } from '../../src/services/index.ts';
import { errors } from '../../src/services/sqs/errors.ts';
import { readSources } from '../support/source.ts';
import { readPage, tableLines } from './markdown.ts';

it.each([sqsReference, snsReference])('docs/reference/$service.name.md is fresh', (reference) => {
  const { name } = reference.service;
  expect(
    readPage(`docs/reference/${name}.md`).text,
    `run \`node scripts/run.ts reference-${name}\``,
  ).toBe(referencePage(reference));
});

it('docs/reference/sns.md speaks of every operation that AWS has', () => {
  const theirs = Object.keys(snsSdk).flatMap((name) => /^(\w+)Command$/.exec(name)?.[1] ?? []);
  expect(Object.keys(snsReference.summaries)).toEqual(theirs.filter((name) => name !== '$').sort());
});

/** `Messages[].Body` and the like, in order; maps stand as one member. */
function membersOf(shape: StructureShape, outer = ''): string[] {
  return Object.entries(shape.members).flatMap(([name, member]: [string, Shape]) => {
    const path = outer + name;
    const inner = member.type === 'list' ? member.member : undefined;
    return inner?.type === 'structure' ? [path, ...membersOf(inner, `${path}[].`)] : [path];
  });
}

it.each([...admin.operations.values()])(
  'docs/reference/admin.md has all members of $name',
  (row) => {
    const { path, text } = readPage('docs/reference/admin.md');
    const chapter = text.split(`\n### ${row.name}\n`)[1]?.split(/^##/m)[0] ?? '';
    const listed = tableLines({ path, text: chapter }).map(([member]) => member);
    expect(listed).toEqual([...membersOf(row.input), ...membersOf(row.output)]);
  },
);

it('docs/reference/sqs-behaviour.md names the errors that nothing answers', () => {
  const code = readSources('src/**/*.ts').map(({ lines }) => lines.join('\n'));
  const answered = new Set(
    code.flatMap((text) =>
      [...text.matchAll(/\bfail(?:Common)?\(\s*'(\w+)'/g)].map(([, name = '']) => name),
    ),
  );
  const never = Object.keys({ ...errors, ...commonErrors }).filter((name) => !answered.has(name));
  const { text } = readPage('docs/reference/sqs-behaviour.md');
  const sentence = text.split('Errors that this version never answers')[1]?.split('\n\n')[0] ?? '';
  const named = [...sentence.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
  expect(named.toSorted()).toEqual(never.toSorted());
});
