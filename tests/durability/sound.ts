/** What `waystation check` says of a folder whose server was killed. */
import { expect } from 'vitest';
import { runCheck } from '../../src/commands/check.ts';
import { systemClock } from '../../src/core/environment.ts';

/** Fails with what is wrong with a data folder. */
export async function expectSound(folder: string): Promise<void> {
  const lines: string[] = [];
  const terminal = { print: (text: string) => void lines.push(text), note: () => {} };
  const isSound = await runCheck(folder, terminal, systemClock());
  expect(isSound, lines.join('\n')).toBe(true);
}
