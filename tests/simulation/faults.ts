/**
 * The store between the product and an engine. It decides when each transaction runs, how it ends,
 * and when its caller hears of it, so that every interleaving follows from the seed:
 *
 *     transact() -> submitted --run--> finished --answer--> the caller goes on
 *                                \-> the process dies, and the caller never hears
 *
 * One of these belongs to one process of the product. When the process dies, so does its store; the
 * engine below it, and what that has committed, stay.
 */
import { StorageFull, StorageUnavailable } from '../../src/storage/errors.ts';
import type {
  Awaitable,
  Documents,
  Queues,
  Store,
  StoreStats,
  Transaction,
} from '../../src/storage/port.ts';
import { keepRecord, type TransactionRecord } from './record.ts';

/** What becomes of one transaction. */
export type Fate =
  | { readonly kind: 'commits' }
  /** The commit fails, and the engine runs the function once more, as group commit does. */
  | { readonly kind: 'repeats' }
  /** The commit fails, nothing stays, and the caller is told. */
  | { readonly kind: 'refused'; readonly full: boolean }
  /** The process dies at the function's n-th call of the store, or before the commit. */
  | { readonly kind: 'dies'; readonly atCall: number }
  /** The process dies after the commit, before the answer. */
  | { readonly kind: 'dies-unheard' };

/** Who judges what happens on the store. */
export interface StoreObserver {
  committed(record: TransactionRecord): void;
  /** Nothing of the transaction stays: its function threw, or its commit failed. */
  undone(record: TransactionRecord, error: unknown): void;
  /** The sequences of entries that a claim may remove in passing because of their age. */
  agedIn(queueKey: string, enqueuedAtMs: number): readonly number[];
}

type Run = (tx: Transaction) => Awaitable<unknown>;

interface Submission {
  readonly run: Run;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Ending =
  | { readonly state: 'committed'; readonly value: unknown }
  | { readonly state: 'undone'; readonly error: unknown }
  | { readonly state: 'died' };

/** Thrown into a transaction function so that the engine undoes it. */
const UNDO = new Error('undone by the simulation');

export class FaultyStore implements Store {
  readonly #engine: Store;
  readonly #observer: StoreObserver;
  readonly #submitted: Submission[] = [];
  readonly #finished: Array<() => void> = [];
  #dead = false;
  #underway = 0;
  /** Grows with all that happens, so that the driver sees when nothing happens any more. */
  activity = 0;

  constructor(engine: Store, observer: StoreObserver) {
    this.#engine = engine;
    this.#observer = observer;
  }

  get submittedCount(): number {
    return this.#submitted.length;
  }

  get finishedCount(): number {
    return this.#finished.length;
  }

  /** Whether the engine is at work for the product at this moment. */
  get busy(): boolean {
    return this.#underway > 0;
  }

  // ---------------------------------------------------------------- what the product sees

  transact<T>(run: (tx: Transaction) => Awaitable<T>): Promise<T> {
    this.activity += 1;
    return new Promise<T>((resolve, reject) => {
      if (this.#dead) return;
      // The list keeps results untyped; each goes back to the caller that handed its function in.
      this.#submitted.push({ run, resolve: resolve as (value: unknown) => void, reject });
    });
  }

  /** Done at once: giving back space changes nothing that anybody can see. */
  async reclaim(): Promise<boolean> {
    this.#underway += 1;
    try {
      return await this.#engine.reclaim();
    } finally {
      this.#underway -= 1;
      this.activity += 1;
    }
  }

  stats(): StoreStats {
    return this.#engine.stats();
  }

  failure(): Error | undefined {
    return this.#engine.failure();
  }

  async close(): Promise<void> {}

  // ---------------------------------------------------------------- what the driver does

  /** Runs one of the submitted transactions. Resolves with false when the process dies of it. */
  async run(index: number, fate: Fate): Promise<boolean> {
    const [submission] = this.#submitted.splice(index, 1);
    if (submission === undefined) throw new RangeError('no such transaction');
    this.activity += 1;
    const { run, resolve, reject } = submission;
    if (fate.kind === 'repeats') await this.#attempt(run, { kind: 'lost' }, () => {});
    const ending = await this.#attempt(run, fate, (record, error) => {
      if (error === undefined) this.#observer.committed(record);
      else this.#observer.undone(record, error);
    });
    if (ending.state === 'died' || fate.kind === 'dies-unheard') return false;
    this.#finished.push(
      ending.state === 'committed' ? () => resolve(ending.value) : () => reject(ending.error),
    );
    return true;
  }

  /** Tells one caller how its transaction ended. */
  answer(index: number): void {
    const [answer] = this.#finished.splice(index, 1);
    this.activity += 1;
    answer?.();
  }

  /** The process is gone: nobody hears of anything any more. */
  die(): void {
    this.#dead = true;
    this.#submitted.length = 0;
    this.#finished.length = 0;
  }

  async #attempt(
    run: Run,
    fate: Fate | { readonly kind: 'lost' },
    judge: (record: TransactionRecord, error?: unknown) => void,
  ): Promise<Ending> {
    let record: TransactionRecord | undefined;
    let ending: Ending;
    try {
      const value = await this.#engine.transact(async (tx) => {
        record = { nowMs: tx.nowMs, effects: [], work: undefined };
        const death = Promise.withResolvers<never>();
        const watched = this.#watch(tx, record, (call) => {
          const dies = fate.kind === 'dies' && call >= fate.atCall;
          if (dies) death.reject(UNDO);
          return !dies;
        });
        const result = await Promise.race([run(watched), death.promise]);
        if (fate.kind === 'dies' || fate.kind === 'lost') throw UNDO;
        if (fate.kind === 'refused') throw refusal(fate.full);
        return result;
      });
      ending = { state: 'committed', value };
    } catch (error) {
      ending = error === UNDO ? { state: 'died' } : { state: 'undone', error };
    }
    if (record === undefined) throw new Error('the engine did not run the transaction');
    if (ending.state === 'committed') judge(record);
    if (ending.state === 'undone') judge(record, ending.error);
    return ending;
  }

  /** The transaction as the product sees it. `goesOn` hears the number of each call of it. */
  #watch(
    tx: Transaction,
    record: TransactionRecord,
    goesOn: (call: number) => boolean,
  ): Transaction {
    let calls = 0;
    const step = async () => {
      calls += 1;
      if (!goesOn(calls)) await new Promise<never>(() => {});
    };
    const watched: Transaction = {
      nowMs: tx.nowMs,
      documents: stepwise(tx.documents, step, watchDocuments(tx.documents, record)),
      memos: stepwise(tx.memos, step, {}),
      queues: stepwise(tx.queues, step, this.#watchQueues(tx.queues, record)),
      logs: stepwise(tx.logs, step, {}),
      timers: stepwise(tx.timers, step, {}),
    };
    keepRecord(watched, record);
    return watched;
  }

  #watchQueues(queues: Queues, { effects }: TransactionRecord): Partial<Queues> {
    const observer = this.#observer;
    return {
      async append(queue, entries) {
        const sequences = await queues.append(queue, entries);
        entries.forEach(({ payload }, index) => {
          const sequence = sequences[index] ?? Number.NaN;
          effects.push({ kind: 'append', queue: queue.key, sequence, payload });
        });
        return sequences;
      },
      async move(from, sequence, to, entry) {
        const newSequence = await queues.move(from, sequence, to, entry);
        if (newSequence !== undefined) {
          const { payload } = entry;
          effects.push({
            kind: 'move',
            from: from.key,
            sequence,
            to: to.key,
            newSequence,
            payload,
          });
        }
        return newSequence;
      },
      async remove(queue, sequence) {
        const removed = await queues.remove(queue, sequence);
        if (removed) effects.push({ kind: 'remove', queue: queue.key, sequence });
        return removed;
      },
      async release(queue, sequence) {
        const released = await queues.release(queue, sequence);
        if (released) effects.push({ kind: 'release', queue: queue.key, sequence });
        return released;
      },
      async claim(queue, claim) {
        const entries = await queues.claim(queue, claim);
        for (const sequence of observer.agedIn(queue.key, claim.expiredAtMs ?? 0)) {
          const isThere = (await queues.find(queue, sequence)) !== undefined;
          if (!isThere) effects.push({ kind: 'remove', queue: queue.key, sequence });
        }
        return entries;
      },
      async expire(queue, enqueuedAtMs, limit) {
        const more = await queues.expire(queue, enqueuedAtMs, limit);
        if (more) throw new Error('the simulation has more messages than one expiry removes');
        effects.push({ kind: 'expire', queue: queue.key, enqueuedAtMs });
        return more;
      },
    };
  }
}

const QUEUE_DOCUMENTS = 'sqs/queue/';
/** A message that is on its way; what belongs to it has keys that go on with a slash. */
const FAN_OUT_DOCUMENT = /^sns\/fan-out\/([^/]+)$/;

/**
 * New queues: their documents say under which key their messages are stored. And messages that
 * begin or end to be on their way to a topic's subscriptions.
 */
function watchDocuments(documents: Documents, { effects }: TransactionRecord): Partial<Documents> {
  return {
    async put(key, value, options) {
      if (key.startsWith(QUEUE_DOCUMENTS) && options?.expectedVersion === 0) {
        const { queueId, name } = value as { readonly queueId: string; readonly name: string };
        effects.push({ kind: 'queue', key: `sqs/${queueId}`, name });
      }
      const [, messageId] = FAN_OUT_DOCUMENT.exec(key) ?? [];
      if (messageId !== undefined) effects.push({ kind: 'fan-out begins', messageId });
      return documents.put(key, value, options);
    },
    async delete(key) {
      const [, messageId] = FAN_OUT_DOCUMENT.exec(key) ?? [];
      if (messageId !== undefined) effects.push({ kind: 'fan-out ends', messageId });
      return documents.delete(key);
    },
  };
}

/** The same shape, where each call first makes a step and all answers are promises. */
function stepwise<T extends object>(shape: T, step: () => Promise<void>, watched: Partial<T>): T {
  return new Proxy(shape, {
    get(target, name) {
      const receiver = Reflect.has(watched, name) ? watched : target;
      const method: unknown = Reflect.get(receiver, name);
      if (typeof method !== 'function') return method;
      return async (...values: unknown[]): Promise<unknown> => {
        await step();
        return Reflect.apply(method, receiver, values);
      };
    },
  });
}

function refusal(full: boolean): Error {
  return full ? new StorageFull('simulated') : new StorageUnavailable('simulated');
}
