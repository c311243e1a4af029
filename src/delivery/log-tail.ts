/** Logs of which only the last records are kept, for people who look at what happened. */
import type { Store, Transaction } from '../storage/port.ts';

/** Records that one append forgets at the most, so that a log shrinks although it was too long. */
const TRIM_MAX = 100;
/** Records that one transaction reads. */
const PAGE_SIZE = 200;

/** Appends a record, and forgets those before the last `keep`. */
export async function appendToTail(
  tx: Transaction,
  log: string,
  record: object,
  keep: number,
): Promise<void> {
  const position = await tx.logs.append(log, [JSON.stringify(record)]);
  if (position > keep) await tx.logs.trim(log, position - keep + 1, TRIM_MAX);
}

/** What is to be forgotten of a log. A type because, unlike an interface, it passes for JSON. */
export type Forgotten = {
  readonly log: string;
  /** The first position that stays. */
  readonly end: number;
};

/** What these logs hold by now; what is appended from now on is not among it. */
export async function everythingIn(tx: Transaction, logs: readonly string[]): Promise<Forgotten[]> {
  const found: Forgotten[] = [];
  for (const log of logs) {
    const { first, next } = await tx.logs.bounds(log);
    if (next > first) found.push({ log, end: next });
  }
  return found;
}

/** Records of each log that one run forgets: a few milliseconds' work. */
const FORGOTTEN_PER_RUN = 500;

/** Forgets some of it, and answers what is left to do. */
export async function forget(
  tx: Transaction,
  forgotten: readonly Forgotten[],
): Promise<Forgotten[]> {
  const left: Forgotten[] = [];
  for (const some of forgotten) {
    if (await tx.logs.trim(some.log, some.end, FORGOTTEN_PER_RUN)) left.push(some);
  }
  return left;
}

/** The newest records that `accept` answers with something, newest first, at most `limit`. */
export async function readTail<T>(
  store: Store,
  log: string,
  limit: number,
  accept: (record: T, appendedAtMs: number) => object | undefined,
): Promise<object[]> {
  const found: object[] = [];
  let before = Number.POSITIVE_INFINITY;
  while (found.length < limit) {
    const { first, records } = await store.transact(async (tx) => {
      const bounds = await tx.logs.bounds(log);
      const end = Math.min(before, bounds.next);
      const start = Math.max(bounds.first, end - PAGE_SIZE);
      const page = end > start ? await tx.logs.read(log, start, end - start) : [];
      return { first: bounds.first, records: page };
    });
    for (const { payload, appendedAtMs } of records.toReversed()) {
      const shown = accept(JSON.parse(payload), appendedAtMs);
      if (shown !== undefined && found.length < limit) found.push(shown);
    }
    before = records[0]?.position ?? 0;
    if (before <= first) break;
  }
  return found;
}
