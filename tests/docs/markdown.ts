/** Markdown as far as the tests of the documentation read it: pages, headings, links, code. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../support/server.ts';

export interface Page {
  /** From the project's folder, such as `docs/start.md`. */
  readonly path: string;
  readonly text: string;
}

export function readPage(path: string): Page {
  return { path, text: readFileSync(join(projectFolder, path), 'utf8') };
}

/** Every page of the project. */
export function readPages(): readonly Page[] {
  const exclude = ['**/node_modules/**', 'dist/**', '**/.*/**'];
  return globSync('**/*.md', { cwd: projectFolder, exclude }).toSorted().map(readPage);
}

const FENCED = /^```.*?^```$/gms;

/** The targets of a page's links, those in code left out. */
export function linksOf(page: Page): readonly string[] {
  const prose = page.text.replace(FENCED, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target);
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(page: Page): ReadonlySet<string> {
  const headings = page.text.replace(FENCED, '').matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  );
}

/** The code of a language below a heading, up to the next one, block by block. */
export function codeBelow(page: Page, heading: string, language: string): readonly string[] {
  const after = page.text.split(`\n## ${heading}\n`)[1];
  if (after === undefined) throw new Error(`${page.path} has no heading "${heading}"`);
  const chapter = after.split(/^## /m)[0] ?? '';
  const blocks = chapter.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'));
  return [...blocks].map(([, code = '']) => code);
}

/** The cells of every table line that begins with code, without the code's quotes. */
export function tableLines(page: Page): readonly (readonly string[])[] {
  return [...page.text.matchAll(/^\| `.*\|$/gm)].map(([line]) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}
