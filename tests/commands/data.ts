/** Data folders to back up and to check, without a server. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { runCheck } from '../../src/commands/check.ts';
import { TestClock } from '../../src/core/environment.ts';
import { openSqliteStore } from '../../src/storage/sqlite/index.ts';
import { temporaryFolder } from '../support/server.ts';

export const clock = new TestClock(1_700_000_000_000);

const ENTRIES_PER_COMMIT = 500;

/** A folder with so many entries of about 2 KB in one queue. */
export async function filledFolder(entries: number): Promise<string> {
  const folder = join(temporaryFolder(), 'data');
  const store = await openSqliteStore({ folder, clock, durability: 'relaxed' });
  for (let from = 0; from < entries; from += ENTRIES_PER_COMMIT) {
    await store.transact((tx) =>
      tx.queues.append(
        { key: 'q', ordered: false },
        Array.from({ length: Math.min(ENTRIES_PER_COMMIT, entries - from) }, (_, n) => ({
          payload: `${from + n} ${'x'.repeat(2_000)}`,
          visibleAtMs: tx.nowMs,
          enqueuedAtMs: tx.nowMs,
        })),
      ),
    );
  }
  await store.close();
  return folder;
}

/** How many entries the queue of `filledFolder` has. */
export async function entriesIn(folder: string): Promise<number> {
  const store = await openSqliteStore({ folder, clock });
  const { visible } = await store.transact((tx) => tx.queues.count({ key: 'q', ordered: false }));
  const found = await store.transact((tx) =>
    tx.queues.peek({ key: 'q', ordered: false }, { limit: 1_000_000 }),
  );
  await store.close();
  if (found.length !== visible)
    throw new Error(`${visible} are counted, ${found.length} are there`);
  return visible;
}

/** What `check` prints, and whether it found nothing. */
export async function check(
  folder: string,
): Promise<{ readonly clean: boolean; readonly text: string }> {
  const lines: string[] = [];
  const terminal = { print: (text: string) => void lines.push(text), note: () => {} };
  const clean = await runCheck(folder, terminal, clock);
  return { clean, text: lines.join('\n') };
}

/** Damages a folder. */
export function change(folder: string, ...statements: readonly string[]): void {
  const db = new DatabaseSync(join(folder, 'waystation.db'));
  // What damages has to be allowed to.
  db.enableDefensive(false);
  for (const sql of statements) db.exec(sql);
  db.close();
}
