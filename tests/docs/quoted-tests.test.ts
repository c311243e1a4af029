/** Pages that name tests: the tests are there, under these names, in the files that are linked. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { projectFolder } from '../support/server.ts';
import { linksOf, type Page, readPage } from './markdown.ts';

/** The text of the test files that a page links. */
function linkedTests(page: Page): string {
  return linksOf(page)
    .filter((link) => link.includes('/tests/'))
    .map((link) => readFileSync(join(projectFolder, dirname(page.path), link), 'utf8'))
    .join('\n');
}

it('docs/concepts/fair-queues.md names tests that exist', () => {
  const page = readPage('docs/concepts/fair-queues.md');
  const chapter = page.text.split('\n## The tests\n')[1] ?? '';
  const quoted = [...chapter.matchAll(/"([^"]+)"/g)].map(([, name = '']) =>
    name.replace(/\s+/g, ' '),
  );
  const tests = linkedTests(page);
  expect(quoted.length).toBeGreaterThan(0);
  expect(quoted.filter((name) => !tests.includes(`it('${name}'`))).toEqual([]);
});
