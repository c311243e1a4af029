/**
 * The timers shape on SQLite. Leases are kept in memory alone: nobody else opens the data, so a
 * lease that somebody still holds is one of this process, and what a killed one had begun is due
 * again as soon as the data is opened.
 */
import type { Json, Timer, Timers } from '../port.ts';
import type { Session } from './session.ts';

interface Row {
  key: string;
  kind: string;
  due_at: number;
  payload: string;
}

export class SqliteTimers implements Timers {
  readonly #session: Session;
  readonly #set;
  readonly #cancel;
  readonly #get;
  readonly #due;
  readonly #first;
  /**
   * Until when a claimed timer, by its key, is not due again. Every claim passes all of them: they
   * are those that the scheduler runs right now, and those that failed within the last lease.
   */
  readonly #leases = new Map<string, number>();

  constructor(session: Session) {
    this.#session = session;
    // Those of earlier transactions go too; running a timer twice is harmless.
    session.onForget(() => this.#leases.clear());
    this.#set = session.statement(
      `INSERT INTO timers VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET
         kind = excluded.kind, due_at = excluded.due_at, payload = excluded.payload`,
    );
    this.#cancel = session.statement('DELETE FROM timers WHERE key = ?');
    this.#get = session.statement<Row>('SELECT * FROM timers WHERE key = ?');
    this.#due = session.statement<Row>(
      'SELECT * FROM timers WHERE due_at <= ? ORDER BY due_at, key LIMIT ?',
    );
    this.#first = session.statement<Pick<Row, 'key' | 'due_at'>>(
      'SELECT key, due_at FROM timers ORDER BY due_at, key LIMIT ?',
    );
  }

  set(timer: Timer): void {
    this.#session.willWrite();
    this.#leases.delete(timer.key);
    this.#set.write(timer.key, timer.kind, timer.dueAtMs, JSON.stringify(timer.payload));
  }

  cancel(key: string): boolean {
    if (this.#get.get(key) === undefined) return false;
    this.#session.willWrite();
    this.#leases.delete(key);
    return this.#cancel.run(key) > 0;
  }

  get(key: string): Timer | undefined {
    const row = this.#get.get(key);
    return row && this.#timerOf(row);
  }

  claimDue(page: { readonly limit: number; readonly leaseUntilMs: number }): Timer[] {
    const { nowMs } = this.#session;
    // A lease ends after its timer was due, so the first in line are among so many.
    const due = this.#due
      .all(nowMs, page.limit + this.#leases.size)
      .map((row) => this.#timerOf(row))
      .filter(({ dueAtMs }) => dueAtMs <= nowMs)
      .sort((a, b) => a.dueAtMs - b.dueAtMs)
      .slice(0, page.limit);
    if (due.length === 0) return [];
    // So that the lease goes when the function that took it fails.
    this.#session.willWrite();
    for (const { key } of due) this.#leases.set(key, page.leaseUntilMs);
    return due;
  }

  nextDueAtMs(): number | undefined {
    const [earliest] = this.#first
      .all(this.#leases.size + 1)
      .map(({ key, due_at }) => this.#leases.get(key) ?? due_at)
      .sort((a, b) => a - b);
    return earliest;
  }

  #timerOf({ key, kind, due_at, payload }: Row): Timer {
    const dueAtMs = this.#leases.get(key) ?? due_at;
    return { key, kind, dueAtMs, payload: JSON.parse(payload) as Json };
  }
}
