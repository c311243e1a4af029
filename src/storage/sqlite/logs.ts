/** The logs shape on SQLite. */
import type { LogRecord, Logs } from '../port.ts';
import type { Room } from './room.ts';
import type { Session } from './session.ts';

interface LogRow {
  id: number;
  first: number;
  next: number;
  last_appended_at: number;
}

interface RecordRow {
  position: number;
  appended_at: number;
  payload: string;
}

export class SqliteLogs implements Logs {
  readonly #session: Session;
  readonly #room: Room;
  readonly #find;
  readonly #create;
  readonly #advance;
  readonly #insert;
  readonly #read;
  readonly #instantAt;
  readonly #delete;
  readonly #setFirst;

  constructor(session: Session, room: Room) {
    this.#session = session;
    this.#room = room;
    this.#find = session.statement<LogRow>('SELECT * FROM logs WHERE key = ?');
    this.#create = session.statement<LogRow>(
      'INSERT INTO logs VALUES (NULL, ?, 1, 1, 0) RETURNING *',
    );
    this.#advance = session.statement(
      'UPDATE logs SET next = ?, last_appended_at = ? WHERE id = ?',
    );
    this.#insert = session.statement('INSERT INTO records VALUES (?, ?, ?, ?)');
    this.#read = session.statement<RecordRow>(
      `SELECT position, appended_at, payload FROM records
         WHERE log = ? AND position >= ? ORDER BY position LIMIT ?`,
    );
    this.#instantAt = session.statement<{ appended_at: number }>(
      'SELECT appended_at FROM records WHERE log = ? AND position = ?',
    );
    this.#delete = session.statement('DELETE FROM records WHERE log = ? AND position < ?');
    this.#setFirst = session.statement('UPDATE logs SET first = ? WHERE id = ?');
  }

  append(log: string, payloads: readonly string[]): number {
    for (const payload of payloads) this.#room.take(payload);
    this.#session.willWrite();
    const row = this.#find.get(log) ?? (this.#create.get(log) as LogRow);
    const appendedAtMs = Math.max(row.last_appended_at, this.#session.nowMs);
    let position = row.next;
    for (const payload of payloads) this.#insert.write(row.id, position++, appendedAtMs, payload);
    this.#advance.write(position, appendedAtMs, row.id);
    return row.next;
  }

  read(log: string, position: number, limit: number): LogRecord[] {
    const row = this.#find.get(log);
    if (row === undefined) return [];
    return this.#read.all(row.id, position, limit).map((record) => ({
      position: record.position,
      appendedAtMs: record.appended_at,
      payload: record.payload,
    }));
  }

  /** A binary search: instants never decrease along a log, so no index on them is needed. */
  seek(log: string, appendedAtMs: number): number {
    const row = this.#find.get(log);
    if (row === undefined) return 1;
    let low = row.first;
    let high = row.next;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const at = this.#instantAt.get(row.id, middle)?.appended_at ?? 0;
      if (at >= appendedAtMs) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  trim(log: string, position: number, limit: number): boolean {
    const row = this.#find.get(log);
    if (row === undefined) return false;
    const wanted = Math.min(position, row.next);
    const first = Math.min(wanted, row.first + limit);
    if (first <= row.first) return false;
    this.#session.willWrite();
    this.#delete.write(row.id, first);
    this.#setFirst.write(first, row.id);
    return first < wanted;
  }

  bounds(log: string): { first: number; next: number } {
    const row = this.#find.get(log);
    return { first: row?.first ?? 1, next: row?.next ?? 1 };
  }
}
