/** The snippets of docs/start.md, run as written, against the package as users get it. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { linkPackages } from '../support/packed.ts';

const page = readFileSync(new URL('../../docs/start.md', import.meta.url), 'utf8');

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waystation-snippets-'));
  const installed = join(folder, 'node_modules', 'waystation');
  mkdirSync(installed, { recursive: true });
  cpSync(join(inject('installation'), 'node_modules/waystation'), installed, { recursive: true });
  linkPackages(folder, () => true);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Writes the files of a chapter: each stands below its name in backticks and a colon. */
function writeSnippets(chapter: string): string[] {
  const text = page.split(`\n### ${chapter}\n`)[1]?.split(/\n##/)[0] ?? '';
  const names: string[] = [];
  for (const [, name = '', code = ''] of text.matchAll(/`([^`\n]+)`:\n\n```\w+\n(.*?)```/gs)) {
    writeFileSync(join(folder, name), code);
    names.push(name);
  }
  return names;
}

/** Runs a program of an installed package; answers its exit code and everything that it said. */
function run(program: string, words: readonly string[]): { status: number | null; text: string } {
  const { AWS_ENDPOINT_URL: _, ...environment } = process.env;
  const path = join(folder, 'node_modules', program);
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...words], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...environment, CI: 'true', NO_COLOR: '1' },
  });
  return { status, text: stdout + stderr };
}

it('works in Vitest', () => {
  expect(writeSnippets('Vitest')).toEqual(['orders.test.ts']);
  const { status, text } = run('vitest/vitest.mjs', ['run', '--root', '.']);
  expect(text).toMatch(/Tests\s+1 passed \(1\)/);
  expect(status).toBe(0);
});

it('works in Jest', () => {
  expect(writeSnippets('Jest')).toEqual([
    'jest.config.mjs',
    'waystation.setup.mjs',
    'waystation.teardown.mjs',
    'orders.test.js',
  ]);
  const { status, text } = run('jest/bin/jest.js', ['--watchman=false']);
  expect(text).toMatch(/Tests:\s+1 passed, 1 total/);
  expect(status).toBe(0);
});
