/**
 * The storage contract on the SQLite engine. What `relaxed` leaves out, waiting for the disk, has
 * tests of its own in `tests/durability`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../src/storage/sqlite/index.ts';
import { storageContract } from './suite.ts';

storageContract('sqlite', async ({ clock }) => {
  const folder = mkdtempSync(join(tmpdir(), 'waystation-contract-'));
  let store = await openSqliteStore({ folder, clock, durability: 'relaxed' });
  return {
    store,
    async reopen() {
      await store.close();
      store = await openSqliteStore({ folder, clock, durability: 'relaxed' });
      return store;
    },
    async close() {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
});
