/**
 * What a deduplication id costs when those of the last five minutes are remembered: `node
 * bench/deduplication.ts [--engine memory|sqlite] [--per-second 9000]`. The clock is moved, so
 * seven minutes pass as fast as the engine works. The rate is a multiple of 200.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { TestClock } from '../src/core/environment.ts';
import { openMemoryStore } from '../src/storage/memory/index.ts';
import type { Store } from '../src/storage/port.ts';
import { openSqliteStore } from '../src/storage/sqlite/index.ts';
import { temporaryFolder } from './servers.ts';

const { values } = parseArgs({
  options: { engine: { type: 'string' }, 'per-second': { type: 'string', default: '9000' } },
});
const perSecond = Number(values['per-second']);
const WINDOW_MS = 300_000;
const COMMIT_MS = 5;
const RECLAIM_MS = 1_000;
const PROCESS_IO = '/proc/self/io';

/** Bytes that this process has written; undefined where the system does not tell. */
function writtenBytes(): number | undefined {
  if (!existsSync(PROCESS_IO)) return undefined;
  return Number(/^write_bytes: (\d+)$/m.exec(readFileSync(PROCESS_IO, 'utf8'))?.[1]);
}

/** Looks for and remembers what arrives within so much time. */
async function remember(store: Store, clock: TestClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += COMMIT_MS) {
    clock.advance(COMMIT_MS);
    await store.transact(async ({ memos, nowMs }) => {
      for (let n = (perSecond * COMMIT_MS) / 1000; n > 0; n--) {
        const key = `sqs/deduplication/queue/${randomUUID()}`;
        const value = { messageId: randomUUID(), sequenceNumber: '18850000000000000000' };
        if ((await memos.get(key)) === undefined) await memos.put(key, value, nowMs + WINDOW_MS);
      }
    });
    if (clock.nowMs() % RECLAIM_MS === 0) while (await store.reclaim());
  }
}

async function measure(engine: string, store: Store, clock: TestClock, ms: number, when: string) {
  const writtenBefore = writtenBytes();
  const beganAt = performance.now();
  await remember(store, clock, ms);
  const ids = (perSecond * ms) / 1000;
  const written = (writtenBytes() ?? Number.NaN) - (writtenBefore ?? Number.NaN);
  return {
    engine,
    when,
    'µs an id': (((performance.now() - beganAt) * 1000) / ids).toFixed(1),
    'KB written': (written / ids / 1000).toFixed(1),
  };
}

const rows: object[] = [];
for (const engine of ['sqlite', 'memory'].filter((name) => (values.engine ?? name) === name)) {
  const clock = new TestClock(Date.UTC(2026, 0, 1));
  const folder = temporaryFolder();
  const open = () =>
    engine === 'memory'
      ? openMemoryStore({ clock })
      : openSqliteStore({ folder: folder.path, clock, durability: 'relaxed' });
  let store = await open();
  rows.push(await measure(engine, store, clock, 60_000, 'the first minute'));
  await remember(store, clock, WINDOW_MS);
  rows.push(await measure(engine, store, clock, 60_000, 'after five minutes'));
  await store.close();
  if (engine === 'sqlite') {
    store = await open();
    const beganAt = performance.now();
    await store.transact(({ memos }) => memos.get('unknown'));
    const loadedMs = (performance.now() - beganAt).toFixed(0);
    rows.push({ engine, when: `first look after a restart: ${loadedMs} ms` });
    await store.close();
  }
  folder.remove();
}
console.table(rows);
