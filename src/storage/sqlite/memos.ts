/**
 * The memos shape on SQLite: rows with many memos each, appended, and an index in memory that finds
 * the row.
 *
 * As rows under their keys, ids of messages are spread over the whole table: with five minutes of
 * 9,000 a second in it, each took 71 µs and 21 KB of writing. Appended it takes 8 µs and 1 KB. See
 * decision 0012.
 */
import type { Json, Memo, MemoPage, Memos } from '../port.ts';
import { ExpiredRows } from './expired-rows.ts';
import { fingerprintOf, MemoIndex, pack, unpack } from './memo-index.ts';
import type { Session } from './session.ts';

/** Memos in a row. Whoever finds one has all of them parsed: 37 µs, or 75 with 64. */
const MEMOS_PER_ROW = 32;
const ROWS_PER_PAGE = 50;
/** Of the index alone, which is made once: short rows. */
const ROWS_PER_READ = 1_000;

export type StoredMemo = readonly [key: string, value: Json, expiresAtMs: number];

interface PendingMemo {
  readonly value: Json;
  readonly expiresAtMs: number;
}

interface IndexRow {
  id: number;
  expires_at: number;
  fingerprints: Uint8Array;
}

export class SqliteMemos implements Memos {
  readonly #session: Session;
  readonly #insert;
  readonly #body;
  readonly #after;
  readonly #fingerprints;
  readonly #expired: ExpiredRows;
  /** Those of this commit that are not in the table yet. */
  #pending = new Map<string, PendingMemo>();
  /**
   * Made when the first memo is asked for. It may go on naming rows that were taken back: they are
   * not found, or lack the key.
   */
  #index: MemoIndex | undefined;
  /** Whether it was made in this transaction. */
  #isNew = false;
  #nextRow = 1;

  constructor(session: Session) {
    this.#session = session;
    // What the index was made of may be taken back, and what was deleted come again.
    session.onForget(() => {
      this.#pending.clear();
      if (this.#isNew) this.#index = undefined;
    });
    this.#insert = session.statement('INSERT INTO memos VALUES (?, ?, ?, ?)');
    this.#body = session.statement<{ body: string }>('SELECT body FROM memos WHERE id = ?');
    this.#after = session.statement<{ id: number; body: string }>(
      'SELECT id, body FROM memos WHERE id > ? ORDER BY id LIMIT ?',
    );
    this.#fingerprints = session.statement<IndexRow>(
      'SELECT id, expires_at, fingerprints FROM memos WHERE id > ? ORDER BY id LIMIT ?',
    );
    this.#expired = new ExpiredRows(session, 'memos', 'id');
  }

  get<T = Json>(key: string): T | undefined {
    const memo = this.#pending.get(key) ?? this.#stored(key);
    if (memo === undefined || memo.expiresAtMs <= this.#session.nowMs) return undefined;
    return memo.value as T;
  }

  put(key: string, value: unknown, expiresAtMs: number): void {
    this.#session.willWrite();
    this.#pending.set(key, { value: value as Json, expiresAtMs });
    if (this.#pending.size === MEMOS_PER_ROW) this.#write();
  }

  scan<T = Json>(prefix: string, after = 0): MemoPage<T> {
    this.#write();
    const rows = this.#after.all(after, ROWS_PER_PAGE);
    const memos: Memo<T>[] = [];
    for (const { body } of rows) {
      for (const [key, value, expiresAtMs] of JSON.parse(body) as StoredMemo[]) {
        if (expiresAtMs <= this.#session.nowMs || !key.startsWith(prefix)) continue;
        memos.push({ key, value: value as T });
      }
    }
    const next = rows.length < ROWS_PER_PAGE ? undefined : rows.at(-1)?.id;
    return { memos, ...(next !== undefined && { next }) };
  }

  /** Part of every commit. */
  flush(): void {
    this.#write();
    this.#isNew = false;
  }

  #write(): void {
    if (this.#pending.size === 0) return;
    const index = this.#loaded();
    const row = this.#nextRow++;
    const memos: StoredMemo[] = [];
    const fingerprints: number[] = [];
    let lastMs = 0;
    for (const [key, { value, expiresAtMs }] of this.#pending) {
      const fingerprint = fingerprintOf(key);
      fingerprints.push(fingerprint);
      memos.push([key, value, expiresAtMs]);
      index.add(fingerprint, row, expiresAtMs);
      if (expiresAtMs > lastMs) lastMs = expiresAtMs;
    }
    this.#insert.write(row, lastMs, pack(fingerprints), JSON.stringify(memos));
    this.#pending = new Map();
  }

  /** Deletes rows of expired memos; answers whether more are left. */
  reclaim(limit: number): boolean {
    this.#index?.forget(this.#session.nowMs);
    return this.#expired.delete(limit);
  }

  /** The latest under the key, expired or not. */
  #stored(key: string): PendingMemo | undefined {
    for (const row of this.#loaded().find(fingerprintOf(key))) {
      const body = this.#body.get(row)?.body;
      if (body === undefined) continue;
      const found = (JSON.parse(body) as StoredMemo[]).find((memo) => memo[0] === key);
      if (found !== undefined) return { value: found[1], expiresAtMs: found[2] };
    }
    return undefined;
  }

  #loaded(): MemoIndex {
    if (this.#index !== undefined) return this.#index;
    const index = new MemoIndex();
    let last = 0;
    let rows: IndexRow[];
    do {
      rows = this.#fingerprints.all(last, ROWS_PER_READ);
      for (const { id, expires_at, fingerprints } of rows) {
        for (const fingerprint of unpack(fingerprints)) index.add(fingerprint, id, expires_at);
        last = id;
      }
    } while (rows.length === ROWS_PER_READ);
    this.#index = index;
    this.#isNew = true;
    this.#nextRow = last + 1;
    return index;
  }
}
