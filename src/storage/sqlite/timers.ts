/** The timers shape on SQLite. */
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
  readonly #lease;
  readonly #nextDue;

  constructor(session: Session) {
    this.#session = session;
    this.#set = session.statement(
      `INSERT INTO timers VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET
         kind = excluded.kind, due_at = excluded.due_at, payload = excluded.payload`,
    );
    this.#cancel = session.statement('DELETE FROM timers WHERE key = ?');
    this.#get = session.statement<Row>('SELECT * FROM timers WHERE key = ?');
    this.#due = session.statement<Row>(
      'SELECT * FROM timers WHERE due_at <= ? ORDER BY due_at, key LIMIT ?',
    );
    this.#lease = session.statement('UPDATE timers SET due_at = ? WHERE key = ?');
    this.#nextDue = session.statement<{ due_at: number | null }>(
      'SELECT min(due_at) AS due_at FROM timers',
    );
  }

  set(timer: Timer): void {
    this.#session.willWrite();
    this.#set.write(timer.key, timer.kind, timer.dueAtMs, JSON.stringify(timer.payload));
  }

  cancel(key: string): boolean {
    if (this.#get.get(key) === undefined) return false;
    this.#session.willWrite();
    return this.#cancel.run(key) > 0;
  }

  get(key: string): Timer | undefined {
    const row = this.#get.get(key);
    return row && timerOf(row);
  }

  claimDue(page: { readonly limit: number; readonly leaseUntilMs: number }): Timer[] {
    const rows = this.#due.all(this.#session.nowMs, page.limit);
    if (rows.length === 0) return [];
    this.#session.willWrite();
    for (const row of rows) this.#lease.write(page.leaseUntilMs, row.key);
    return rows.map(timerOf);
  }

  nextDueAtMs(): number | undefined {
    return this.#nextDue.get()?.due_at ?? undefined;
  }
}

function timerOf({ key, kind, due_at, payload }: Row): Timer {
  return { key, kind, dueAtMs: due_at, payload: JSON.parse(payload) as Json };
}
