/**
 * A success answer means on disk: nothing is answered before the sync that covers it has ended, a
 * sync that fails is never taken back, and a power cut right after an answer loses nothing of it.
 * The power cut is simulated: the write-ahead log is cut to what it was when the last sync began.
 */
import { copyFileSync, fdatasync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TestClock } from '../../src/core/environment.ts';
import { StorageUnavailable } from '../../src/storage/errors.ts';
import type { QueueRef, Store } from '../../src/storage/port.ts';
import { openSqliteStore, type SqliteOptions } from '../../src/storage/sqlite/index.ts';
import type { SyncFile } from '../../src/storage/sqlite/wal-sync.ts';
import { Random } from '../simulation/random.ts';
import { removeTemporaryFolders, temporaryFolder } from '../support/server.ts';

const clock = new TestClock(1_700_000_000_000);
const queue: QueueRef = { key: 'q', ordered: false };

const stores: Store[] = [];
const held: HeldSyncs[] = [];
afterEach(async () => {
  for (const syncs of held.splice(0)) syncs.open();
  await Promise.all(stores.splice(0).map((store) => store.close()));
  removeTemporaryFolders();
});

async function open(folder: string, options: Partial<SqliteOptions> = {}): Promise<Store> {
  const store = await openSqliteStore({ folder, clock, ...options });
  stores.push(store);
  return store;
}

const append = (store: Store, payload: string) =>
  store.transact(async (tx) => {
    const entry = { payload, visibleAtMs: tx.nowMs, enqueuedAtMs: tx.nowMs };
    await tx.queues.append(queue, [entry]);
    return payload;
  });

async function payloads(store: Store): Promise<string[]> {
  const entries = await store.transact((tx) => tx.queues.peek(queue, { limit: 100_000 }));
  return entries.map(({ payload }) => payload);
}

/** Syncs that end when the test says so. */
class HeldSyncs {
  readonly #held: Array<(error: Error | null) => void> = [];
  #isOpen = false;
  readonly sync: SyncFile = (_descriptor, done) => {
    if (this.#isOpen) done(null);
    else this.#held.push(done);
  };

  constructor() {
    held.push(this);
  }

  get count(): number {
    return this.#held.length;
  }

  end(error: Error | null = null): void {
    for (const done of this.#held.splice(0)) done(error);
  }

  /** From now on they end by themselves, so that a store can close whatever became of its test. */
  open(): void {
    this.#isOpen = true;
    this.end();
  }
}

/** Whether it is settled once everything that could run by itself has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = () => {
    settled = true;
  };
  promise.then(note, note);
  for (let turn = 0; turn < 50; turn += 1) await setImmediate();
  return settled;
}

describe('an answer', () => {
  it('waits for the sync of what it wrote', async () => {
    const syncs = new HeldSyncs();
    const store = await open(temporaryFolder(), { syncFile: syncs.sync });
    const sent = append(store, 'a');
    expect(await isSettled(sent)).toBe(false);
    expect(syncs.count).toBe(1);
    syncs.end();
    expect(await sent).toBe('a');
  });

  it('that only reads waits for the sync of what it saw', async () => {
    const syncs = new HeldSyncs();
    const store = await open(temporaryFolder(), { syncFile: syncs.sync });
    const sent = append(store, 'a');
    await isSettled(sent);
    const seen = payloads(store);
    expect(await isSettled(seen)).toBe(false);
    syncs.end();
    await sent;
    // It may have been looked up only now, and then there is nothing to wait for.
    expect(await seen).toEqual(['a']);
    expect(await isSettled(payloads(store))).toBe(true);
    expect(syncs.count).toBe(0);
  });

  it('waits for a sync that began after its own commit', async () => {
    const syncs = new HeldSyncs();
    const store = await open(temporaryFolder(), { syncFile: syncs.sync });
    const first = append(store, 'a');
    await isSettled(first);
    const second = append(store, 'b');
    expect(await isSettled(second)).toBe(false);
    syncs.end();
    expect(await first).toBe('a');
    expect(await isSettled(second)).toBe(false);
    expect(syncs.count).toBe(1);
    syncs.end();
    expect(await second).toBe('b');
  });

  it('of the relaxed kind does not wait', async () => {
    const syncs = new HeldSyncs();
    const store = await open(temporaryFolder(), { syncFile: syncs.sync, durability: 'relaxed' });
    expect(await append(store, 'a')).toBe('a');
    expect(syncs.count).toBe(0);
  });
});

describe('a sync that fails', () => {
  const lost = new Error('EIO: the disk is gone');

  it('refuses whoever waited for it, and every write from then on', async () => {
    const syncs = new HeldSyncs();
    const store = await open(temporaryFolder(), { syncFile: syncs.sync });
    const kept = append(store, 'kept');
    await isSettled(kept);
    syncs.end();
    await kept;
    const waiting = [append(store, 'a'), append(store, 'b')];
    await isSettled(Promise.all(waiting));
    const behind = append(store, 'c');
    await isSettled(behind);
    syncs.end(lost);
    syncs.end();
    for (const refused of await Promise.allSettled([...waiting, behind])) {
      expect(refused).toMatchObject({ reason: expect.any(StorageUnavailable) });
    }
    for (let n = 0; n < 3; n += 1) {
      // A sync that would succeed again proves nothing about what the failed one should have done.
      const later = append(store, 'later');
      await isSettled(later);
      syncs.end();
      await expect(later).rejects.toThrow(StorageUnavailable);
    }
    expect(await payloads(store)).not.toContain('later');
  });

  it('leaves reads alone', async () => {
    const syncs = new HeldSyncs();
    const store = await open(temporaryFolder(), { syncFile: syncs.sync });
    const refused = append(store, 'a');
    await isSettled(refused);
    syncs.end(lost);
    await expect(refused).rejects.toThrow(StorageUnavailable);
    const [read, write, count] = await Promise.allSettled([
      store.transact((tx) => tx.documents.get('anything')),
      append(store, 'b'),
      store.transact((tx) => tx.queues.count(queue)),
    ]);
    expect(read).toEqual({ status: 'fulfilled', value: undefined });
    expect(write.status).toBe('rejected');
    expect(count.status).toBe('fulfilled');
  });

  it('is healed by a restart', async () => {
    const folder = temporaryFolder();
    let failing = false;
    const syncFile: SyncFile = (descriptor, done) =>
      failing ? done(lost) : fdatasync(descriptor, done);
    const store = await open(folder, { syncFile });
    await append(store, 'acknowledged');
    failing = true;
    await expect(append(store, 'uncertain')).rejects.toThrow('sync failed: EIO');
    await store.close();
    const reopened = await open(folder);
    await append(reopened, 'after');
    const found = await payloads(reopened);
    expect(found).toContain('acknowledged');
    expect(found.at(-1)).toBe('after');
  });

  it('of the relaxed kind refuses the writes after it', async () => {
    const store = await open(temporaryFolder(), {
      durability: 'relaxed',
      syncFile: (_descriptor, done) => done(lost),
    });
    // The sync of each second is a timer of the system, not of the clock that tests move.
    await vi.waitFor(() => expect(append(store, 'a')).rejects.toThrow(StorageUnavailable), {
      timeout: 10_000,
    });
  });
});

describe('a power cut', () => {
  it('at any moment loses nothing that was answered', async () => {
    const random = new Random(7);
    const folder = temporaryFolder();
    const database = join(folder, 'waystation.db');
    let covered = readFileSync('/dev/null');
    const store = await open(folder, {
      syncFile(descriptor, done) {
        const log = readFileSync(`${database}-wal`);
        fdatasync(descriptor, (error) => {
          covered = log;
          done(error);
        });
      },
    });
    const answered: string[] = [];
    let cuts = 0;

    /** What a machine finds that lost its power just now. */
    async function cutPower(): Promise<void> {
      const expected = [...answered];
      const after = temporaryFolder();
      copyFileSync(database, join(after, 'waystation.db'));
      // What no sync covered may be there in part; garbage stands for the worst of it.
      const torn = Buffer.from(random.bytes(random.below(20_000)));
      writeFileSync(join(after, 'waystation.db-wal'), Buffer.concat([covered, torn]));
      const found = new Set(await payloads(await open(after)));
      expect(expected.filter((payload) => !found.has(payload))).toEqual([]);
      cuts += 1;
    }

    const send = async (caller: number): Promise<void> => {
      for (let n = 0; n < 60; n += 1) {
        const payload = `${caller}-${n} ${'x'.repeat(random.below(2_000))}`;
        answered.push(await append(store, payload));
        if (random.chance(0.05)) await cutPower();
      }
    };
    await Promise.all(Array.from({ length: 6 }, (_, caller) => send(caller)));
    expect(answered).toHaveLength(360);
    expect(cuts).toBeGreaterThan(5);
  });
});
