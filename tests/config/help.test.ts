/** The texts made from the table of options. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type CommandRow, commandNames, commands } from '../../src/command-table.ts';
import { configurationPage, helpText } from '../../src/help.ts';
import { flagOf, optionNames } from '../../src/options.ts';

it('--help names every option and fits the screen', () => {
  const help = helpText();
  for (const name of [...optionNames, 'config', 'help', 'version']) {
    expect(help).toContain(`--${flagOf(name)}`);
  }
  const tooLong = help.split('\n').filter((line) => line.length > 100);
  expect(tooLong).toEqual([]);
});

it('docs/operating/configuration.md is fresh', () => {
  const page = new URL('../../docs/operating/configuration.md', import.meta.url);
  expect(readFileSync(page, 'utf8'), 'run `node scripts/run.ts reference-config`').toBe(
    configurationPage(),
  );
});

it('--help names every command and its switches', () => {
  const help = helpText();
  for (const name of commandNames) {
    const { operand = '', switches }: CommandRow = commands[name];
    expect(help).toMatch(new RegExp(`\n  ${`${name} ${operand}`.trimEnd()} {2,}\\S`));
    for (const flag of Object.keys(switches)) expect(help).toContain(`--${flag} `);
  }
});
