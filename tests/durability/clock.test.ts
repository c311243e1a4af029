/**
 * The machine's clock is corrected while the server runs: nothing that was visible hides again,
 * nothing is removed too early, and time goes on.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Clock, systemClock } from '../../src/core/environment.ts';
import { openMemoryStore } from '../../src/storage/memory/index.ts';
import type { QueueRef, Store, Transaction } from '../../src/storage/port.ts';
import { openSqliteStore } from '../../src/storage/sqlite/index.ts';
import { removeTemporaryFolders, temporaryFolder } from '../support/server.ts';

const START_MS = 1_700_000_000_000;
const SECOND = 1000;
const HOUR = 3_600_000;

/** What the machine's clock shows, and how long the machine runs. */
const machine = { wallMs: START_MS, runningMs: 0 };

/** Time passes. */
function pass(ms: number): void {
  machine.wallMs += ms;
  machine.runningMs += ms;
}

/** Somebody corrects the clock. */
function step(ms: number): void {
  machine.wallMs += ms;
}

beforeEach(() => {
  Object.assign(machine, { wallMs: START_MS, runningMs: 0 });
  vi.spyOn(Date, 'now').mockImplementation(() => machine.wallMs);
  vi.spyOn(performance, 'now').mockImplementation(() => machine.runningMs);
});

const stores: Store[] = [];
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  vi.restoreAllMocks();
  removeTemporaryFolders();
});

describe('the system clock', () => {
  it('shows whole milliseconds of the machine', () => {
    const clock = systemClock();
    for (const ms of [0, 0.25, 0.5, 0.25, 1, 7, 86_400_000]) {
      machine.runningMs += ms;
      machine.wallMs = START_MS + Math.floor(machine.runningMs);
      expect(clock.nowMs()).toBe(machine.wallMs);
    }
  });

  it('follows a step forward at once', () => {
    const clock = systemClock();
    clock.nowMs();
    step(HOUR);
    expect(clock.nowMs()).toBe(START_MS + HOUR);
  });

  it('never goes back, and slows down until the machine has caught up', () => {
    const clock = systemClock();
    clock.nowMs();
    step(-HOUR);
    expect(clock.nowMs()).toBe(START_MS);
    pass(HOUR);
    expect(clock.nowMs()).toBe(START_MS + HOUR / 2);
    pass(HOUR);
    expect(clock.nowMs()).toBe(START_MS + HOUR);
    pass(SECOND);
    expect(clock.nowMs()).toBe(START_MS + HOUR + SECOND);
  });

  it('never goes back whatever the corrections', () => {
    const clock = systemClock();
    let before = clock.nowMs();
    for (let n = 0; n < 2_000; n += 1) {
      if (n % 7 === 0) step(((n * 7919) % 5_001) - 2_500);
      pass((n * 31) % 13);
      const nowMs = clock.nowMs();
      expect(nowMs).toBeGreaterThanOrEqual(before);
      expect(nowMs).toBeGreaterThanOrEqual(machine.wallMs);
      before = nowMs;
    }
  });
});

const engines: { readonly [name: string]: (clock: Clock) => Promise<Store> } = {
  memory: async (clock) => openMemoryStore({ clock }),
  sqlite: (clock) => openSqliteStore({ clock, folder: temporaryFolder(), durability: 'relaxed' }),
};

describe.each(Object.keys(engines))('on the %s store a clock that steps back', (engine) => {
  async function open(): Promise<Store> {
    const store = await (engines[engine] as (clock: Clock) => Promise<Store>)(systemClock());
    stores.push(store);
    return store;
  }

  const plain: QueueRef = { key: 'plain', ordered: false };
  const ordered: QueueRef = { key: 'ordered', ordered: true };
  const both = [plain, ordered];

  const append = (tx: Transaction, queue: QueueRef, payload: string) =>
    tx.queues.append(queue, [
      { payload, group: 'g', visibleAtMs: tx.nowMs, enqueuedAtMs: tx.nowMs },
    ]);
  const claim = async (store: Store, queue: QueueRef, hideMs: number): Promise<string[]> => {
    const claimed = await store.transact((tx) =>
      tx.queues.claim(queue, { limit: 10, visibleAtMs: tx.nowMs + hideMs }),
    );
    return claimed.map(({ payload }) => payload);
  };

  it('hides nothing that was visible', async () => {
    const store = await open();
    for (const queue of both) await store.transact((tx) => append(tx, queue, 'a'));
    step(-HOUR);
    for (const queue of both) {
      expect(await store.transact((tx) => tx.queues.count(queue))).toMatchObject({ visible: 1 });
      expect(await claim(store, queue, SECOND)).toEqual(['a']);
    }
  });

  it('shows what was hidden after twice its time at the latest, and not before its time', async () => {
    const store = await open();
    for (const queue of both) {
      await store.transact((tx) => append(tx, queue, 'a'));
      expect(await claim(store, queue, 30 * SECOND)).toEqual(['a']);
    }
    step(-HOUR);
    pass(30 * SECOND);
    for (const queue of both) expect(await claim(store, queue, SECOND)).toEqual([]);
    pass(30 * SECOND);
    for (const queue of both) expect(await claim(store, queue, SECOND)).toEqual(['a']);
  });

  it('neither keeps what has expired nor forgets too early', async () => {
    const store = await open();
    await store.transact(async (tx) => {
      await tx.documents.put('window', 1, { expiresAtMs: tx.nowMs + 300 * SECOND });
      await append(tx, plain, 'old');
    });
    const remembers = () =>
      store.transact(async (tx) => (await tx.documents.get('window')) !== undefined);
    const isKept = () =>
      store.transact(async (tx) => {
        await tx.queues.expire(plain, tx.nowMs - 300 * SECOND, 10);
        return (await tx.queues.count(plain)).visible === 1;
      });
    step(-HOUR);
    pass(300 * SECOND);
    expect([await remembers(), await isKept()]).toEqual([true, true]);
    pass(300 * SECOND);
    expect([await remembers(), await isKept()]).toEqual([false, false]);
  });

  it('delays timers no more than that', async () => {
    const store = await open();
    await store.transact((tx) =>
      tx.timers.set({ key: 't', kind: 'k', dueAtMs: tx.nowMs + 10 * SECOND, payload: null }),
    );
    const due = () =>
      store.transact(async (tx) => {
        const timers = await tx.timers.claimDue({ limit: 1, leaseUntilMs: tx.nowMs });
        return timers.length;
      });
    step(-HOUR);
    pass(10 * SECOND);
    expect(await due()).toBe(0);
    pass(10 * SECOND);
    expect(await due()).toBe(1);
  });
});
