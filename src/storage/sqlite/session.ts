/**
 * What the five shapes share within one engine: the connection, the instant of the running
 * transaction function, and whether it has written. Functions run one after the other, so one
 * session serves them all.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

/** Reserving this many numbers at a time keeps the counters out of nearly every commit. */
const RESERVATION = 10_000;

export class Session {
  readonly db: DatabaseSync;
  /** The instant of the running function. */
  nowMs = 0;
  /** Whether the running function, or the running batch, has written. */
  functionWrote = false;
  batchWrote = false;
  readonly #forget: Array<() => void> = [];

  constructor(db: DatabaseSync) {
    this.db = db;
  }

  /**
   * Whether a transaction is open: SQLite ends one by itself when the disk fails. Node tells since
   * 22.16; before that, a BEGIN that is refused does.
   */
  get inTransaction(): boolean {
    const told: boolean | undefined = this.db.isTransaction;
    if (told !== undefined) return told;
    try {
      this.db.exec('BEGIN');
    } catch {
      return true;
    }
    this.db.exec('ROLLBACK');
    return false;
  }

  /**
   * A bare parameter behind LIMIT may choose the plan, so SQLite plans a statement anew each time
   * one is bound: 6 to 15 µs, several times what the statement itself takes. A sum may not.
   */
  statement<Row>(sql: string): Statement<Row> {
    return new Statement<Row>(this.db.prepare(sql.replaceAll('LIMIT ?', 'LIMIT ? + 0')));
  }

  beginFunction(nowMs: number): void {
    this.nowMs = nowMs;
    this.functionWrote = false;
  }

  /** To be called before a change: reading functions then cost no commit and no sync. */
  willWrite(): void {
    this.functionWrote = true;
    this.batchWrote = true;
  }

  /** Drops something kept in memory, should the transaction be rolled back. */
  onForget(forget: () => void): void {
    this.#forget.push(forget);
  }

  forget(): void {
    for (const forget of this.#forget) forget();
  }
}

/** A prepared statement whose rows are typed by the SQL beside it. */
export class Statement<Row> {
  readonly #statement: StatementSync;

  constructor(statement: StatementSync) {
    this.#statement = statement;
  }

  get(...values: SQLInputValue[]): Row | undefined {
    return this.#statement.get(...values) as Row | undefined;
  }

  all(...values: SQLInputValue[]): Row[] {
    return this.#statement.all(...values) as Row[];
  }

  /** For statements without rows: spares the object that Node makes of what `run` changed. */
  write(...values: SQLInputValue[]): void {
    this.#statement.get(...values);
  }

  /** Answers how many rows changed. */
  run(...values: SQLInputValue[]): number {
    return Number(this.#statement.run(...values).changes);
  }
}

/** Hands out numbers that no run has used, reserved in blocks so that a crash only leaves a gap. */
export class Counter {
  readonly #session: Session;
  readonly #name: string;
  readonly #reserve: Statement<unknown>;
  #next: number;
  #reserved: number;

  constructor(session: Session, name: string) {
    this.#session = session;
    this.#name = name;
    this.#reserve = session.statement(
      `INSERT INTO counters VALUES (?, ?)
       ON CONFLICT (name) DO UPDATE SET reserved = excluded.reserved`,
    );
    const row = session
      .statement<{ reserved: number }>('SELECT reserved FROM counters WHERE name = ?')
      .get(name);
    this.#next = row?.reserved ?? 1;
    this.#reserved = this.#next;
    session.onForget(() => {
      this.#reserved = this.#next;
    });
  }

  /** The next number, unused so far. A failed transaction leaves a gap. */
  take(): number {
    if (this.#next >= this.#reserved) this.#extend();
    return this.#next++;
  }

  /** The number that `take` would answer: every number in use is lower. */
  get next(): number {
    return this.#next;
  }

  #extend(): void {
    this.#session.willWrite();
    this.#reserved = this.#next + RESERVATION;
    this.#reserve.write(this.#name, this.#reserved);
  }
}
