/** Writes docs/operating/configuration.md from the table of options. */
import { writeFileSync } from 'node:fs';
import { configurationPage } from '../src/help.ts';

export async function run(): Promise<void> {
  writeFileSync(
    new URL('../docs/operating/configuration.md', import.meta.url),
    configurationPage(),
  );
}
