/** The engines under the simulated store, and what is left of each when its process dies. */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestClock } from '../../src/core/environment.ts';
import { openMemoryStore } from '../../src/storage/memory/index.ts';
import type { Store, Timer, Timers } from '../../src/storage/port.ts';
import { openSqliteStore } from '../../src/storage/sqlite/index.ts';

export const ENGINES = ['memory', 'sqlite'] as const;
export type EngineName = (typeof ENGINES)[number];

export interface Engine {
  readonly store: Store;
  /** The process died: opens what it left behind. Nothing may be under way in the engine. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function openEngine(name: EngineName, clock: TestClock): Promise<Engine> {
  return name === 'memory' ? memoryEngine(clock) : sqliteEngine(clock);
}

/**
 * Memory outlives its process here: a transaction that did not commit was undone, and is gone. The
 * leases of timers end with the process, as in an engine that keeps its data.
 */
function memoryEngine(clock: TestClock): Engine {
  const memory = openMemoryStore({ clock });
  const leased = new Map<string, Lease>();
  const store: Store = {
    transact: (run) =>
      memory.transact((tx) => run({ ...tx, timers: notingLeases(tx.timers, leased) })),
    reclaim: () => memory.reclaim(),
    stats: () => memory.stats(),
    failure: () => memory.failure(),
    close: () => memory.close(),
  };
  return { store, restart: () => endLeases(memory, leased), close: () => memory.close() };
}

interface Lease {
  readonly timer: Timer;
  readonly untilMs: number;
}

function notingLeases(timers: Timers, leased: Map<string, Lease>): Timers {
  return {
    set: (timer) => timers.set(timer),
    cancel: (key) => timers.cancel(key),
    get: (key) => timers.get(key),
    nextDueAtMs: () => timers.nextDueAtMs(),
    async claimDue(page) {
      const claimed = await timers.claimDue(page);
      for (const timer of claimed) leased.set(timer.key, { timer, untilMs: page.leaseUntilMs });
      return claimed;
    },
  };
}

/** A timer that is not due when its lease ends has been set anew, or the claim was undone. */
async function endLeases(memory: Store, leased: Map<string, Lease>): Promise<void> {
  await memory.transact(async (tx) => {
    for (const [key, { timer, untilMs }] of leased) {
      if ((await tx.timers.get(key))?.dueAtMs === untilMs) await tx.timers.set(timer);
    }
  });
  leased.clear();
}

/** Folders in memory, where there are any: this is about what is stored, not about the disk. */
const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** The next process finds the files as they were, not as an orderly close would leave them. */
async function sqliteEngine(clock: TestClock): Promise<Engine> {
  const parent = mkdtempSync(join(FOLDER, 'waystation-simulation-'));
  let lives = 0;
  const folderNow = () => join(parent, String(lives));
  const open = () => openSqliteStore({ folder: folderNow(), clock, durability: 'relaxed' });
  let store = await open();
  return {
    get store() {
      return store;
    },
    async restart() {
      const left = folderNow();
      lives += 1;
      cpSync(left, folderNow(), { recursive: true });
      await store.close();
      rmSync(left, { recursive: true });
      store = await open();
    },
    async close() {
      await store.close();
      rmSync(parent, { recursive: true });
    },
  };
}
