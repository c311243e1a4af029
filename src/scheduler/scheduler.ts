/**
 * The one loop of background work: rings alarms, runs durable timers that are due, gives back
 * space. `tick` does what is due and answers when it wants to be called next; `start` calls it from
 * one operating system timer, or from the moves of a test clock.
 */
import type { Caller } from '../core/context.ts';
import { type Clock, TestClock } from '../core/environment.ts';
import type { Invoker } from '../core/invoke.ts';
import type { Store, Timer } from '../storage/port.ts';
import type { Alarms } from './alarms.ts';
import { restMs } from './pace.ts';
import type { Task } from './task.ts';

/** A run that has not finished by then is taken for lost, and its timer comes due again. */
const LEASE_MS = 30_000;
const TIMERS_PER_CLAIM = 100;
/** How often space is given back while nothing else happens. */
const RECLAIM_INTERVAL_MS = 1_000;
/** How long the loop leaves a store alone that refused it. */
const RETRY_MS = 1_000;
/** setTimeout's ceiling; a longer wait is cut into several. */
const SLEEP_MS_MAX = 2 ** 31 - 1;

export interface SchedulerParts {
  readonly clock: Clock;
  readonly store: Store;
  readonly alarms: Alarms;
  readonly invoker: Invoker;
  readonly tasks: readonly Task[];
  /**
   * Hears of work that failed: of a task (its timer comes due again when the lease ends), or of the
   * store itself (tried again a second later).
   */
  readonly onError: (what: string, error: unknown) => void;
}

/** Tasks act for nobody: they only do what an earlier, authorized call asked for. */
const nobody: Caller = {
  accountId: '000000000000',
  region: '',
  accessKeyId: '',
  principalId: '',
  endpoint: '',
  headers: {},
};

export class Scheduler {
  readonly #parts: SchedulerParts;
  readonly #tasks: ReadonlyMap<string, Task>;
  #sleep: NodeJS.Timeout | undefined;
  #wakeAtMs = Number.POSITIVE_INFINITY;
  #timersAtMs = 0;
  #reclaimAtMs = 0;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = true;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
    this.#tasks = new Map(parts.tasks.map((task) => [task.kind, task]));
    parts.alarms.onEarlier = (atMs) => this.#wakeBy(atMs);
    if (parts.clock instanceof TestClock) parts.clock.onMove(() => void this.runDue());
  }

  start(): void {
    this.#stopped = false;
    void this.runDue();
  }

  /** Resolves when the run under way has ended; nothing runs after that. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#sleep);
    await this.#running;
  }

  /** A durable timer was set; the loop wakes in time for it. */
  expectTimer(dueAtMs: number): void {
    if (dueAtMs < this.#timersAtMs) this.#timersAtMs = dueAtMs;
    this.#wakeBy(dueAtMs);
  }

  /** Does everything that is due, including what that makes due; then sleeps until the next. */
  async runDue(): Promise<void> {
    if (this.#stopped) return;
    this.#again = true;
    this.#running ??= this.#loop().finally(() => {
      this.#running = undefined;
      this.#wakeBy(this.#nextAtMs());
    });
    await this.#running;
  }

  /**
   * Does one round of what is due at this instant. Resolves with the next instant at which there is
   * something to do.
   */
  async tick(): Promise<number> {
    const nowMs = this.#parts.clock.nowMs();
    this.#parts.alarms.tick(nowMs);
    try {
      if (this.#timersAtMs <= nowMs) await this.#runTimers();
      if (this.#reclaimAtMs <= nowMs) await this.#reclaim();
    } catch (error) {
      this.#parts.onError('the scheduler', error);
      this.#timersAtMs = nowMs + RETRY_MS;
      this.#reclaimAtMs = nowMs + RETRY_MS;
    }
    return this.#nextAtMs();
  }

  async #reclaim(): Promise<void> {
    const { store, clock } = this.#parts;
    const beganAtMs = clock.nowMs();
    const more = await store.reclaim();
    const endedAtMs = clock.nowMs();
    this.#reclaimAtMs = endedAtMs + (more ? restMs(endedAtMs - beganAtMs) : RECLAIM_INTERVAL_MS);
  }

  #nextAtMs(): number {
    return Math.min(this.#parts.alarms.nextAtMs, this.#timersAtMs, this.#reclaimAtMs);
  }

  async #loop(): Promise<void> {
    clearTimeout(this.#sleep);
    this.#wakeAtMs = Number.POSITIVE_INFINITY;
    while (!this.#stopped && (this.#again || this.#nextAtMs() <= this.#parts.clock.nowMs())) {
      this.#again = false;
      await this.tick();
      // Lets requests in between two rounds of background work.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #runTimers(): Promise<void> {
    const { store, clock } = this.#parts;
    this.#timersAtMs = Number.POSITIVE_INFINITY;
    const { due, nextDueAtMs } = await store.transact(async (tx) => ({
      due: await tx.timers.claimDue({
        limit: TIMERS_PER_CLAIM,
        leaseUntilMs: tx.nowMs + LEASE_MS,
      }),
      nextDueAtMs: await tx.timers.nextDueAtMs(),
    }));
    if (nextDueAtMs !== undefined) this.#timersAtMs = Math.min(this.#timersAtMs, nextDueAtMs);
    if (due.length === TIMERS_PER_CLAIM) this.#timersAtMs = clock.nowMs();
    for (const timer of due) await this.#runTask(timer);
  }

  async #runTask(timer: Timer): Promise<void> {
    const { invoker, onError } = this.#parts;
    try {
      const task = this.#tasks.get(timer.kind);
      if (task === undefined) throw new Error(`no task serves timers of kind ${timer.kind}`);
      await invoker.run(nobody, (context) => task.run(timer, context));
    } catch (error) {
      onError(`task ${timer.kind} (${timer.key})`, error);
    }
  }

  #wakeBy(atMs: number): void {
    if (this.#stopped || this.#running !== undefined || atMs >= this.#wakeAtMs) return;
    const { clock } = this.#parts;
    if (clock instanceof TestClock) {
      // Not at once: whoever sets an alarm must hold it before it rings.
      if (atMs <= clock.nowMs()) queueMicrotask(() => void this.runDue());
      return;
    }
    clearTimeout(this.#sleep);
    this.#wakeAtMs = atMs;
    const sleepMs = Math.min(Math.max(atMs - clock.nowMs(), 0), SLEEP_MS_MAX);
    this.#sleep = setTimeout(() => void this.runDue(), sleepMs);
    this.#sleep.unref();
  }
}
