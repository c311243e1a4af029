/**
 * Memos in memory: a map for those that expire within the same minute, which goes as a whole. One
 * map for all would be walked from its deleted beginning each time.
 */
import type { Json, MemoPage, Memos } from '../port.ts';
import type { Journal } from './journal.ts';

const MINUTE_MS = 60_000;

interface Stored {
  readonly value: unknown;
  readonly expiresAtMs: number;
}

/** By the minute in which it ends. */
type Minutes = Map<number, Map<string, Stored>>;

export class MemoryMemos implements Memos {
  readonly #journal: Journal;
  readonly #minutes: Minutes = new Map();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  get<T = Json>(key: string): T | undefined {
    const stored = this.#find(key);
    if (stored === undefined || stored.expiresAtMs <= this.#journal.nowMs) return undefined;
    return stored.value as T;
  }

  put(key: string, value: unknown, expiresAtMs: number): void {
    const previous = this.#find(key);
    const next = { value, expiresAtMs };
    this.#replace(key, previous, next);
    this.#journal.record(() => this.#replace(key, next, previous));
  }

  scan<T = Json>(prefix: string): MemoPage<T> {
    const { nowMs } = this.#journal;
    const memos = [...this.#minutes.values()]
      .flatMap((minute) => [...minute])
      .filter(([key, { expiresAtMs }]) => expiresAtMs > nowMs && key.startsWith(prefix))
      .map(([key, { value }]) => ({ key, value: value as T }));
    return { memos };
  }

  /** Drops the minutes that are over. */
  reclaim(nowMs: number): void {
    for (const minute of this.#minutes.keys()) {
      if ((minute + 1) * MINUTE_MS <= nowMs) this.#minutes.delete(minute);
    }
  }

  #find(key: string): Stored | undefined {
    for (const minute of this.#minutes.values()) {
      const stored = minute.get(key);
      if (stored !== undefined) return stored;
    }
    return undefined;
  }

  #replace(key: string, previous: Stored | undefined, next: Stored | undefined): void {
    if (previous !== undefined) this.#minutes.get(minuteOf(previous))?.delete(key);
    if (next === undefined) return;
    const minute = this.#minutes.get(minuteOf(next));
    if (minute === undefined) this.#minutes.set(minuteOf(next), new Map([[key, next]]));
    else minute.set(key, next);
  }
}

const minuteOf = ({ expiresAtMs }: Stored): number => Math.floor(expiresAtMs / MINUTE_MS);
