/** docs/concepts/data-protection.md against the tables of identifiers. */
import { expect, it } from 'vitest';
import {
  managedIdentifiers,
  NOT_FOUND_HERE,
} from '../../src/data-protection/managed-identifiers.ts';
import { readPage } from './markdown.ts';

const [, found = '', missing = ''] =
  /\n## What is found\n([\s\S]*)\n### What is not\n([\s\S]*)\n## Expressions/.exec(
    readPage('docs/concepts/data-protection.md').text,
  ) ?? [];

/** The names in the first column of tables. */
const named = (chapter: string): string[] =>
  [...chapter.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, names = '']) =>
    [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );

it('names every identifier that is found, and no other', () => {
  expect(named(found).toSorted()).toEqual([...managedIdentifiers.keys()].toSorted());
});

it('names every identifier that is refused', () => {
  expect(named(missing)).toEqual(NOT_FOUND_HERE);
});
