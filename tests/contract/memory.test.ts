/** The storage contract on the memory engine. */
import { openMemoryStore } from '../../src/storage/memory/index.ts';
import { storageContract } from './suite.ts';

storageContract('memory', async ({ clock }) => {
  const store = openMemoryStore({ clock });
  return { store, close: () => store.close() };
});
