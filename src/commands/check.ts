/**
 * `waystation check`: looks for damage in a data folder and says what it means. The engine knows
 * what its tables promise each other, the services what they keep in them.
 */
import type { Clock } from '../core/environment.ts';
import { type Problem, RESTORE_REMEDY } from '../core/problem.ts';
import { checkDeliveries } from '../delivery/check.ts';
import { checkArchives, checkTopics } from '../services/sns/check/index.ts';
import { checkMessages, checkQueues, storedQueueNames } from '../services/sqs/check.ts';
import type { Transaction } from '../storage/port.ts';
import { type Check, openForCheck } from '../storage/sqlite/check/index.ts';
import type { Terminal } from './terminal.ts';

/** Answers whether nothing was found. Rejects with StorageRefused when it cannot look. */
export async function runCheck(folder: string, terminal: Terminal, clock: Clock): Promise<boolean> {
  const check = openForCheck(folder, clock, terminal.note);
  try {
    for (const line of check.facts()) terminal.print(line);
    const { tx } = check;
    const names = tx && (await readable(() => storedQueueNames(tx)));
    const problems = check.problems((key) => names?.get(key) ?? `"${key}"`);
    if (tx !== undefined) {
      terminal.note('Reading every message');
      const found = await serviceProblems(check, tx);
      problems.push(...found.flatMap((some) => some ?? []));
      if (problems.length === 0 && found.includes(undefined)) problems.push(unreadable);
    }
    for (const [index, problem] of problems.entries()) {
      const { what, meaning, remedy } = problem;
      terminal.print(`\n${index + 1}. ${what}\n   ${meaning}\n   ${remedy}`);
    }
    terminal.print(`\n${verdict(problems.length)}`);
    return problems.length === 0;
  } finally {
    check.close();
  }
}

/** What services find; undefined where damage keeps them from looking. */
async function serviceProblems(
  { keys, atOneInstant }: Check,
  tx: Transaction,
): Promise<(Problem[] | undefined)[]> {
  return [
    await readable(() => atOneInstant(() => checkQueues(tx, keys))),
    await readable(() => atOneInstant(() => checkTopics(tx))),
    await readable(() => atOneInstant(() => checkDeliveries(tx, keys))),
    await readable(() => checkMessages(tx, atOneInstant)),
    await readable(() => checkArchives(tx)),
  ];
}

/** undefined where damage keeps it from being read. */
async function readable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && 'errcode' in error)) {
      return undefined;
    }
    throw error;
  }
}

const unreadable: Problem = {
  what: 'A part of what is stored cannot be read.',
  meaning: 'Calls that meet it fail.',
  remedy: RESTORE_REMEDY,
};

function verdict(count: number): string {
  if (count === 0) return 'No problems were found.';
  return count === 1 ? '1 problem was found.' : `${count} problems were found.`;
}
