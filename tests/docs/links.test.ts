/** Links between the pages, and from them into the tree. */
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, it } from 'vitest';
import { projectFolder } from '../support/server.ts';
import { anchorsOf, linksOf, type Page, readPages } from './markdown.ts';

const pages = readPages();
const byPath = new Map(pages.map((page) => [page.path, page]));

/** The path and the anchor that a relative link leads to. */
function targetOf(page: Page, link: string): { path: string; anchor: string | undefined } {
  const [path = '', anchor] = link.split('#');
  return { path: path === '' ? page.path : normalize(join(dirname(page.path), path)), anchor };
}

const isRelative = (link: string): boolean => !/^[a-z]+:/.test(link);

it.each(pages)('$path leads nowhere that is not there', (page) => {
  const wrong = linksOf(page)
    .filter(isRelative)
    .filter((link) => {
      const { path, anchor } = targetOf(page, link);
      if (path.startsWith('..') || !existsSync(join(projectFolder, path))) return true;
      const target = byPath.get(path);
      return anchor !== undefined && (target === undefined || !anchorsOf(target).has(anchor));
    });
  expect(wrong).toEqual([]);
});

it('every page below docs is linked from another one', () => {
  const linked = new Set(
    pages.flatMap((page) =>
      linksOf(page)
        .filter(isRelative)
        .map((link) => targetOf(page, link).path)
        .filter((path) => path !== page.path),
    ),
  );
  const lost = pages.map(({ path }) => path).filter((path) => path.startsWith('docs/'));
  expect(lost.filter((path) => !linked.has(path))).toEqual([]);
});
