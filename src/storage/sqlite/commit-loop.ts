/**
 * Group commit. Functions that callers hand in until the previous commit is durable run one after
 * the other inside one database transaction; one commit and one sync then serve them all. Answers
 * leave in commit order, and none before what it saw is durable.
 *
 * A function that throws before it wrote spoils nothing. One that throws after it wrote, which
 * handlers avoid by checking first, takes the transaction with it, as a failing commit does; then
 * each function runs again in a transaction of its own. So the ordinary case pays for no savepoint,
 * and in every case only what failed is undone.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { StorageFull, StorageUnavailable } from '../errors.ts';
import type { Awaitable, Transaction } from '../port.ts';
import type { Session } from './session.ts';

type Outcome = { readonly value: unknown } | { readonly error: unknown };

interface Job {
  readonly run: (tx: Transaction) => Awaitable<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export interface CommitLoopParts {
  readonly session: Session;
  readonly nowMs: () => number;
  readonly transaction: () => Transaction;
  /** Runs before each commit that wrote. */
  readonly flush: () => void;
  /** Calls back when everything committed so far is as durable as promised. */
  readonly durable: (done: () => void, failed: (error: Error) => void) => void;
  /** Whether an earlier commit is not durable yet. */
  readonly pending: () => boolean;
  /** Why nothing can be made durable any more, if that is so. */
  readonly broken: () => Error | undefined;
  /** After each commit, outside a transaction. */
  readonly onCommit: (callers: number, wrote: boolean) => void;
  /** When a commit that wrote is durable: the seconds since its transaction began. */
  readonly onDurable: (seconds: number) => void;
}

/** A group of this many callers does not wait for more. */
const GROUP_ENOUGH = 64;

const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const PRIMARY_CODE_MASK = 0xff;

export class CommitLoop {
  readonly #parts: CommitLoopParts;
  readonly #db: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  #queue: Job[] = [];
  #scheduled = false;
  #idle: Array<() => void> = [];
  #unanswered = 0;
  #closed = false;
  /** Callers that the latest commit served. */
  #lastGroup = 0;
  /** Why the latest transaction was rolled back. */
  #lastError: unknown;

  constructor(parts: CommitLoopParts) {
    this.#parts = parts;
    this.#db = parts.session.db;
    this.#begin = this.#db.prepare('BEGIN');
    this.#commit = this.#db.prepare('COMMIT');
  }

  submit(run: Job['run']): Promise<unknown> {
    if (this.#closed) return Promise.reject(new StorageUnavailable('the store is closed'));
    return new Promise((resolve, reject) => {
      this.#unanswered++;
      this.#queue.push({ run, resolve, reject });
      this.#schedule();
    });
  }

  /** Accepts no more; resolves when every accepted function has been answered. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#unanswered === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #schedule(): void {
    if (this.#scheduled || this.#parts.pending()) return;
    this.#scheduled = true;
    this.#gather(0);
  }

  /**
   * Begins after the poll phase, so that every request that has arrived by then shares the commit.
   * When callers came together before, it waits for as long as each turn of the event loop brings
   * more of them: a commit and its sync cost as much as serving several callers.
   */
  #gather(before: number): void {
    setImmediate(() => {
      const waiting = this.#queue.length;
      const more = this.#lastGroup > 1 && waiting > before && waiting < GROUP_ENOUGH;
      if (more) this.#gather(waiting);
      else void this.#turn();
    });
  }

  async #turn(): Promise<void> {
    const jobs = this.#queue;
    this.#queue = [];
    this.#lastGroup = jobs.length;
    if (!(await this.#runBatch(jobs))) {
      if (jobs.length === 1) this.#refuse(jobs);
      else for (const job of jobs) if (!(await this.#runBatch([job]))) this.#refuse([job]);
    }
    this.#scheduled = false;
    if (this.#queue.length > 0) this.#schedule();
  }

  /** False: nothing of it stayed and nobody was answered. */
  async #runBatch(jobs: readonly Job[]): Promise<boolean> {
    const { session } = this.#parts;
    const beganAt = performance.now();
    session.batchWrote = false;
    const outcomes: Outcome[] = [];
    try {
      this.#begin.run();
      for (const job of jobs) {
        const outcome = await this.#runOne(job);
        if ('error' in outcome && session.functionWrote) throw outcome.error;
        outcomes.push(outcome);
      }
      const broken = session.batchWrote ? this.#parts.broken() : undefined;
      if (broken !== undefined) throw broken;
      if (session.batchWrote) this.#parts.flush();
      this.#commit.run();
    } catch (error) {
      this.#lastError = translate(error);
      if (session.inTransaction) this.#db.exec('ROLLBACK');
      session.forget();
      return false;
    }
    this.#parts.onCommit(jobs.length, session.batchWrote);
    this.#answerWhenDurable(jobs, outcomes, session.batchWrote, beganAt);
    return true;
  }

  async #runOne(job: Job): Promise<Outcome> {
    const { session, nowMs, transaction } = this.#parts;
    session.beginFunction(nowMs());
    try {
      return { value: await job.run(transaction()) };
    } catch (error) {
      return { error: translate(error) };
    }
  }

  #answerWhenDurable(
    jobs: readonly Job[],
    outcomes: readonly Outcome[],
    wrote: boolean,
    beganAt: number,
  ): void {
    const { durable, pending, onDurable } = this.#parts;
    if (!wrote && !pending()) {
      this.#answer(jobs, outcomes);
      return;
    }
    durable(
      () => {
        if (wrote) onDurable((performance.now() - beganAt) / 1000);
        this.#answer(jobs, outcomes);
      },
      (error) =>
        this.#answer(
          jobs,
          jobs.map(() => ({ error })),
        ),
    );
  }

  #refuse(jobs: readonly Job[]): void {
    const outcome = { error: this.#lastError };
    this.#answer(
      jobs,
      jobs.map(() => outcome),
    );
  }

  #answer(jobs: readonly Job[], outcomes: readonly Outcome[]): void {
    for (const [i, job] of jobs.entries()) {
      const outcome = outcomes[i] as Outcome;
      if ('error' in outcome) job.reject(outcome.error);
      else job.resolve(outcome.value);
    }
    this.#unanswered -= jobs.length;
    if (this.#queue.length > 0) this.#schedule();
    if (this.#unanswered > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

/** SQLite's refusals in the port's words; everything else as it is. */
function translate(error: unknown): unknown {
  if (!(error instanceof Error) || !('errcode' in error)) return error;
  switch (Number(error.errcode) & PRIMARY_CODE_MASK) {
    case SQLITE_FULL:
      return new StorageFull(error.message);
    case SQLITE_READONLY:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return new StorageUnavailable(error.message);
    default:
      return error;
  }
}
