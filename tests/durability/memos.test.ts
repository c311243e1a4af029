/** Memos on the disk: very many, after a restart, and in a folder from before there were any. */
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { TestClock } from '../../src/core/environment.ts';
import type { Store } from '../../src/storage/port.ts';
import { openSqliteStore } from '../../src/storage/sqlite/index.ts';
import { SqliteMemos } from '../../src/storage/sqlite/memos.ts';
import { createSchema, SCHEMA_VERSION } from '../../src/storage/sqlite/migrations/index.ts';
import { Session } from '../../src/storage/sqlite/session.ts';
import { removeTemporaryFolders, temporaryFolder } from '../support/server.ts';

const START_MS = 1_700_000_000_000;
const MINUTE_MS = 60_000;

const stores: Store[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  removeTemporaryFolders();
});

async function open(folder: string, clock: TestClock): Promise<Store> {
  const store = await openSqliteStore({ folder, clock, durability: 'relaxed' });
  stores.push(store);
  return store;
}

const get = (store: Store, ...keys: readonly string[]) =>
  store.transact((tx) => Promise.all(keys.map((key) => tx.memos.get(key))));

/** Asks the closed database. */
function ask(folder: string, sql: string): unknown {
  const db = new DatabaseSync(`${folder}/waystation.db`);
  try {
    return Object.values(db.prepare(sql).get() ?? {})[0];
  } finally {
    db.close();
  }
}

it('are found among 300,000, before and after a restart, and leave no row when they are over', async () => {
  const folder = temporaryFolder();
  const clock = new TestClock(START_MS);
  const first = await open(folder, clock);
  for (let from = 0; from < 300_000; from += 1_000) {
    // The second half is remembered for longer.
    const untilMs = START_MS + (from < 150_000 ? 1 : 3) * MINUTE_MS;
    await first.transact(async ({ memos }) => {
      for (let n = from; n < from + 1_000; n++) await memos.put(`key ${n}`, n, untilMs);
    });
  }
  const asked = ['key 0', 'key 131071', 'key 149999', 'key 150000', 'key 299999', 'key 300000'];
  expect(await get(first, ...asked)).toEqual([0, 131_071, 149_999, 150_000, 299_999, undefined]);
  await stores.pop()?.close();

  const second = await open(folder, clock);
  expect(await get(second, ...asked)).toEqual([0, 131_071, 149_999, 150_000, 299_999, undefined]);
  clock.advance(2 * MINUTE_MS);
  while (await second.reclaim());
  const half = [undefined, undefined, undefined, 150_000, 299_999, undefined];
  expect(await get(second, ...asked)).toEqual(half);
  await second.transact(({ memos, nowMs }) => memos.put('key 0', 'new', nowMs + MINUTE_MS));
  expect(await get(second, 'key 0', 'key 299999')).toEqual(['new', 299_999]);
  clock.advance(2 * MINUTE_MS);
  while (await second.reclaim());
  expect(await get(second, 'key 0', 'key 299999')).toEqual([undefined, undefined]);
  await stores.pop()?.close();
  expect(ask(folder, 'SELECT count(*) FROM memos')).toBe(0);
});

it('of a caller outlive the failure of another one in the same commit', async () => {
  const store = await open(temporaryFolder(), new TestClock(START_MS));
  const put = (key: string) => store.transact(({ memos }) => memos.put(key, key, START_MS + 1));
  const failing = store.transact(async ({ memos }) => {
    await memos.put('b', 'b', START_MS + 1);
    throw new Error('boom');
  });
  const [a, b, c] = await Promise.allSettled([put('a'), failing, put('c')]);
  expect([a.status, b.status, c.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await get(store, 'a', 'b', 'c')).toEqual(['a', undefined, 'c']);
});

describe('the index of memos', () => {
  function memosIn(db: DatabaseSync) {
    const session = new Session(db);
    session.beginFunction(START_MS);
    const memos = new SqliteMemos(session);
    const rollBack = () => {
      db.exec('ROLLBACK');
      session.forget();
    };
    return { session, memos, rollBack };
  }

  function emptyDatabase(): DatabaseSync {
    const db = new DatabaseSync(':memory:');
    createSchema(db, SCHEMA_VERSION);
    return db;
  }

  it('is made again when what was deleted before it was made comes back', () => {
    const db = emptyDatabase();
    const first = memosIn(db).memos;
    first.put('old', 1, START_MS + 1);
    first.flush();

    const { session, memos, rollBack } = memosIn(db);
    session.beginFunction(START_MS + 1);
    db.exec('BEGIN');
    memos.reclaim(10);
    expect(memos.get('new')).toBeUndefined();
    rollBack();
    memos.put('new', 2, START_MS + 2);
    memos.flush();
    expect(memos.get('new')).toBe(2);
  });

  it('is whole or not there when a row cannot be read', () => {
    const db = emptyDatabase();
    const before = memosIn(db).memos;
    for (let n = 0; n < 1_500; n++) {
      before.put(`key ${n}`, n, START_MS + 1);
      before.flush();
    }
    const { memos } = memosIn(db);
    const keep = db.prepare('SELECT fingerprints FROM memos WHERE id = 1200').get()?.fingerprints;
    db.exec("UPDATE memos SET fingerprints = 'x' WHERE id = 1200");
    expect(() => memos.get('key 0')).toThrow(TypeError);
    db.prepare('UPDATE memos SET fingerprints = ? WHERE id = 1200').run(keep ?? null);
    expect([memos.get('key 0'), memos.get('key 1499')]).toEqual([0, 1_499]);
  });
});

it('are remembered in a folder of schema 1, which keeps what it holds', async () => {
  const folder = temporaryFolder();
  const clock = new TestClock(START_MS);
  const queue = { key: 'q', ordered: false };
  const before = await open(folder, clock);
  await before.transact((tx) =>
    tx.queues.append(queue, [{ payload: 'kept', visibleAtMs: START_MS, enqueuedAtMs: START_MS }]),
  );
  await stores.pop()?.close();
  ask(folder, 'DROP TABLE memos');
  ask(folder, 'PRAGMA user_version = 1');

  const after = await open(folder, clock);
  await after.transact(({ memos }) => memos.put('a', 1, START_MS + MINUTE_MS));
  expect(await get(after, 'a')).toEqual([1]);
  const [entry] = await after.transact((tx) => tx.queues.peek(queue, { limit: 1 }));
  expect(entry?.payload).toBe('kept');
  await stores.pop()?.close();
  expect(ask(folder, 'PRAGMA user_version')).toBe(2);
});
