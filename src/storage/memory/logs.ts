/** Logs in memory: a map from position to record, because positions have no gaps. */
import type { LogRecord, Logs } from '../port.ts';
import type { Journal } from './journal.ts';

interface Log {
  readonly records: Map<number, LogRecord>;
  first: number;
  next: number;
  lastAppendedAtMs: number;
}

export class MemoryLogs implements Logs {
  readonly #journal: Journal;
  readonly #logs = new Map<string, Log>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  append(name: string, payloads: readonly string[]): number {
    const log = this.#open(name);
    const { next, lastAppendedAtMs } = log;
    log.lastAppendedAtMs = Math.max(lastAppendedAtMs, this.#journal.nowMs);
    for (const payload of payloads) {
      const position = log.next;
      log.records.set(position, { position, appendedAtMs: log.lastAppendedAtMs, payload });
      log.next += 1;
    }
    this.#journal.record(() => {
      while (log.next > next) log.records.delete(--log.next);
      log.lastAppendedAtMs = lastAppendedAtMs;
    });
    return next;
  }

  read(name: string, position: number, limit: number): LogRecord[] {
    const log = this.#logs.get(name);
    const found: LogRecord[] = [];
    for (let at = Math.max(position, log?.first ?? 1); found.length < limit; at += 1) {
      const record = log?.records.get(at);
      if (record === undefined) break;
      found.push(record);
    }
    return found;
  }

  seek(name: string, appendedAtMs: number): number {
    const log = this.#logs.get(name);
    let { first: low, next: high } = this.bounds(name);
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const record = log?.records.get(middle);
      if (record !== undefined && record.appendedAtMs < appendedAtMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  trim(name: string, position: number, limit: number): boolean {
    const log = this.#logs.get(name);
    if (log === undefined) return false;
    const first = log.first;
    const end = Math.min(position, log.next);
    const forgotten: LogRecord[] = [];
    while (log.first < end && forgotten.length < limit) {
      const record = log.records.get(log.first);
      if (record !== undefined) forgotten.push(record);
      log.records.delete(log.first);
      log.first += 1;
    }
    this.#journal.record(() => {
      for (const record of forgotten) log.records.set(record.position, record);
      log.first = first;
    });
    return log.first < end;
  }

  bounds(name: string): { readonly first: number; readonly next: number } {
    const { first, next } = this.#logs.get(name) ?? { first: 1, next: 1 };
    return { first, next };
  }

  /** An empty log says the same as none, so that a rollback need not take it away. */
  #open(name: string): Log {
    let log = this.#logs.get(name);
    if (log === undefined) {
      log = { records: new Map(), first: 1, next: 1, lastAppendedAtMs: 0 };
      this.#logs.set(name, log);
    }
    return log;
  }
}
