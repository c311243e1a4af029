/**
 * The questions that could sink the storage port, asked of each engine with little and with much
 * stored: does the cost of a claim grow? `node bench/storage-claim.ts [--engine memory|sqlite]`
 */
import { parseArgs } from 'node:util';
import { systemClock } from '../src/core/environment.ts';
import { openMemoryStore } from '../src/storage/memory/index.ts';
import type { NewEntry, QueueRef, Store } from '../src/storage/port.ts';
import { openSqliteStore } from '../src/storage/sqlite/index.ts';
import { temporaryFolder } from './servers.ts';

const { values } = parseArgs({
  options: { engine: { type: 'string' }, entries: { type: 'string', default: '1000000' } },
});
const MANY = Number(values.entries);
const FEW = 1_000;
const ROUNDS = 300;
const HIDE_MS = 3_600_000;
const payload = `{"messageId":"00000000-0000-4000-8000-000000000000"}\n${'a'.repeat(1024)}`;

interface Row {
  readonly engine: string;
  readonly question: string;
  readonly few: string;
  readonly many: string;
  readonly ratio: string;
}

const median = (numbers: number[]): number =>
  numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

/** Fills a queue; `groups` 0 means without groups. */
async function fill(store: Store, queue: QueueRef, count: number, groups: number): Promise<void> {
  const PER_TRANSACTION = 1_000;
  for (let from = 0; from < count; from += PER_TRANSACTION) {
    const size = Math.min(PER_TRANSACTION, count - from);
    await store.transact((tx) => {
      const entries = Array.from(
        { length: size },
        (_, i): NewEntry => ({
          payload,
          visibleAtMs: tx.nowMs,
          enqueuedAtMs: tx.nowMs,
          ...(groups > 0 && { group: `group-${(from + i) % groups}` }),
        }),
      );
      return tx.queues.append(queue, entries);
    });
  }
}

/** The median microseconds of one transaction that claims ten and removes them. */
async function claimTen(store: Store, queue: QueueRef, rounds: number): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const beganAt = performance.now();
    const claimed = await store.transact((tx) =>
      tx.queues.claim(queue, { limit: 10, visibleAtMs: tx.nowMs + HIDE_MS }),
    );
    times.push((performance.now() - beganAt) * 1000);
    if (claimed.length !== 10) throw new Error(`claimed ${claimed.length} instead of 10`);
    await store.transact(async (tx) => {
      for (const { sequence } of claimed) await tx.queues.remove(queue, sequence);
    });
  }
  return median(times);
}

async function claims(store: Store, name: string, ordered: boolean, groups: number) {
  const few: QueueRef = { key: `${name}-few`, ordered };
  const many: QueueRef = { key: `${name}-many`, ordered };
  await fill(store, few, FEW, Math.min(groups, FEW));
  await fill(store, many, MANY, groups);
  const fewRounds = Math.min(ROUNDS, Math.floor(FEW / 10 / 2));
  return { few: await claimTen(store, few, fewRounds), many: await claimTen(store, many, ROUNDS) };
}

async function appends(store: Store): Promise<number> {
  const times: number[] = [];
  const records = Array.from({ length: 500 }, () => payload);
  for (let round = 0; round < 100; round++) {
    const beganAt = performance.now();
    await store.transact((tx) => tx.logs.append('records', records));
    times.push((performance.now() - beganAt) * 1000);
  }
  return median(times);
}

async function timers(store: Store, count: number): Promise<number> {
  for (let from = 0; from < count; from += 1_000) {
    await store.transact(async (tx) => {
      for (let i = from; i < from + 1_000; i++) {
        await tx.timers.set({ key: `${count}-${i}`, kind: 'k', dueAtMs: tx.nowMs, payload: null });
      }
    });
  }
  const times: number[] = [];
  for (let round = 0; round < Math.min(ROUNDS, count / 100); round++) {
    const beganAt = performance.now();
    const due = await store.transact((tx) =>
      tx.timers.claimDue({ limit: 100, leaseUntilMs: tx.nowMs + HIDE_MS }),
    );
    times.push((performance.now() - beganAt) * 1000);
    if (due.length !== 100) throw new Error(`claimed ${due.length} timers instead of 100`);
    // As the scheduler does: it runs what it has claimed before it claims more.
    await store.transact(async (tx) => {
      for (const { key } of due) await tx.timers.cancel(key);
    });
  }
  return median(times);
}

async function measure(engine: string, store: Store): Promise<Row[]> {
  const row = (question: string, few: number, many: number): Row => ({
    engine,
    question,
    few: `${few.toFixed(0)} µs`,
    many: `${many.toFixed(0)} µs`,
    ratio: (many / few).toFixed(2),
  });
  const plain = await claims(store, 'standard', false, 0);
  const one = await claims(store, 'fifo-one-group', true, 1);
  const groups = await claims(store, 'fifo-many-groups', true, 100_000);
  const fair = await claims(store, 'standard-many-groups', false, 100_000);
  const append = await appends(store);
  const fewTimers = await timers(store, FEW);
  const manyTimers = await timers(store, 100_000);
  return [
    row('claim 10, standard', plain.few, plain.many),
    row('claim 10, FIFO, 1 group', one.few, one.many),
    row('claim 10, FIFO, 100,000 groups', groups.few, groups.many),
    row('claim 10, standard, 100,000 groups', fair.few, fair.many),
    row('append 500 records', append, append),
    row('claim 100 due timers (of 100,000)', fewTimers, manyTimers),
  ];
}

const rows: Row[] = [];
if (values.engine !== 'sqlite') {
  const store = openMemoryStore({ clock: systemClock() });
  rows.push(...(await measure('memory', store)));
  await store.close();
}
if (values.engine !== 'memory') {
  const folder = temporaryFolder();
  const store = await openSqliteStore({ folder: folder.path, clock: systemClock() });
  rows.push(...(await measure('sqlite', store)));
  await store.close();
  folder.remove();
}
console.log(`${FEW} entries against ${MANY}; medians of one transaction each, commit included`);
console.table(rows);
