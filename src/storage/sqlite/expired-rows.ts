/** Rows of a table that have expired: what nobody can read any more, and `reclaim` deletes. */
import type { Session } from './session.ts';

export class ExpiredRows {
  readonly #session: Session;
  readonly #any;
  readonly #delete;

  /** The table has a column `expires_at` and an index on it; `key` is its primary key. */
  constructor(session: Session, table: string, key: string) {
    this.#session = session;
    this.#any = session.statement<{ found: number }>(
      `SELECT 1 AS found FROM ${table} WHERE expires_at <= ? LIMIT 1`,
    );
    this.#delete = session.statement(
      `DELETE FROM ${table} WHERE ${key} IN
         (SELECT ${key} FROM ${table} WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`,
    );
  }

  /** Answers whether more may be left. Without any it writes nothing, so that it costs no sync. */
  delete(limit: number): boolean {
    const { nowMs } = this.#session;
    if (this.#any.get(nowMs) === undefined) return false;
    this.#session.willWrite();
    return this.#delete.run(nowMs, limit) === limit;
  }
}
