/**
 * The memory engine: the reference model of the storage port, in as little code as keeps the cost
 * of a call independent of how much is stored. It keeps nothing when the process ends.
 */
import type { Clock } from '../../core/environment.ts';
import { StorageUnavailable } from '../errors.ts';
import type { Awaitable, Store, StoreStats, Transaction } from '../port.ts';
import { MemoryDocuments } from './documents.ts';
import { Journal } from './journal.ts';
import { MemoryLogs } from './logs.ts';
import { MemoryMemos } from './memos.ts';
import { MemoryQueues } from './queues.ts';
import { MemoryTimers } from './timers.ts';

/** Documents that one call of `reclaim` drops: a few milliseconds' work. */
const RECLAIM_MAX = 2_000;

/** Commits that `stats` remembers when nobody asks. */
const COMMITS_REMEMBERED_MAX = 10_000;

/** Runs a caller's function, and answers how to tell the caller what came of it. */
type Call = () => Promise<() => void>;

export function openMemoryStore(options: { readonly clock: Clock }): Store {
  return new MemoryStore(options.clock);
}

class MemoryStore implements Store {
  readonly #clock: Clock;
  readonly #journal = new Journal();
  readonly #documents = new MemoryDocuments(this.#journal);
  readonly #memos = new MemoryMemos(this.#journal);
  readonly #shapes = {
    documents: this.#documents,
    memos: this.#memos,
    queues: new MemoryQueues(this.#journal),
    logs: new MemoryLogs(this.#journal),
    timers: new MemoryTimers(this.#journal),
  };
  #waiting: Call[] = [];
  #flushing = false;
  #closing: Promise<void> | undefined;
  #commitBatchSizes: number[] = [];
  #commitSeconds: number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  transact<T>(run: (tx: Transaction) => Awaitable<T>): Promise<T> {
    if (this.#closing !== undefined) {
      return Promise.reject(new StorageUnavailable('the store is closed'));
    }
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push(async () => {
        const nowMs = this.#clock.nowMs();
        this.#journal.begin(nowMs);
        try {
          const result = await run({ nowMs, ...this.#shapes });
          return () => resolve(result);
        } catch (error) {
          this.#journal.rollback();
          return () => reject(error);
        }
      });
      this.#scheduleFlush();
    });
  }

  reclaim(): Promise<boolean> {
    return this.transact(({ nowMs }) => {
      this.#memos.reclaim(nowMs);
      return this.#documents.reclaim(nowMs, RECLAIM_MAX);
    });
  }

  stats(): StoreStats {
    const commitBatchSizes = this.#commitBatchSizes;
    const commitSeconds = this.#commitSeconds;
    this.#commitBatchSizes = [];
    this.#commitSeconds = [];
    return { engine: 'memory', databaseBytes: 0, commitBatchSizes, commitSeconds };
  }

  failure(): undefined {
    return undefined;
  }

  close(): Promise<void> {
    // Calls run in order, so this one ends after everything that was accepted before it.
    this.#closing ??= this.transact(() => undefined);
    return this.#closing;
  }

  #scheduleFlush(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => this.#flush());
  }

  /** Runs what is waiting, one function after the other, and only then answers the callers. */
  async #flush(): Promise<void> {
    const startedAtMs = performance.now();
    const calls = this.#waiting;
    this.#waiting = [];
    const answers: Array<() => void> = [];
    for (const call of calls) answers.push(await call());
    if (this.#commitSeconds.length < COMMITS_REMEMBERED_MAX) {
      this.#commitBatchSizes.push(calls.length);
      this.#commitSeconds.push((performance.now() - startedAtMs) / 1000);
    }
    this.#flushing = false;
    if (this.#waiting.length > 0) this.#scheduleFlush();
    for (const answer of answers) answer();
  }
}
