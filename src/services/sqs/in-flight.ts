/**
 * How many messages of a queue may be in flight: about 120,000.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 *
 * Counting them costs as much as there are, so it is not done on every receive. Between two counts
 * the number can grow only by what is claimed, and this process knows its own claims: last count
 * plus claims since is never too low for a store that is ours alone. Where nodes share a database,
 * each counts again when it has claimed a quarter of what was left, so that together they stay
 * close to a limit which AWS itself calls approximate.
 */
import type { Environment } from '../../core/environment.ts';
import type { QueueRef, Transaction } from '../../storage/port.ts';

export const IN_FLIGHT_MAX = 120_000;

/** A full queue is counted again no sooner than this, however often it is asked for messages. */
const RECOUNT_MS = 100;

/** Queues remembered; the one that was counted longest ago is forgotten first, and counted anew. */
const QUEUES_MAX = 10_000;

interface Count {
  readonly counted: number;
  readonly countedAtMs: number;
  claimedSince: number;
}

export class InFlightLimit {
  readonly #counts = new Map<string, Count>();
  readonly #max: number;

  constructor(max: number = IN_FLIGHT_MAX) {
    this.#max = max;
  }

  /** How many more messages of the queue may be claimed, at most `wanted`; 0 when it is full. */
  async room(queue: QueueRef, wanted: number, tx: Transaction): Promise<number> {
    let count = this.#counts.get(queue.key);
    if (count === undefined || this.#isStale(count, tx.nowMs)) {
      const counted = await tx.queues.countClaimed(queue, this.#max);
      count = { counted, countedAtMs: tx.nowMs, claimedSince: 0 };
      this.#remember(queue.key, count);
    }
    return Math.max(0, Math.min(wanted, this.#max - count.counted - count.claimedSince));
  }

  claimed(queue: QueueRef, entries: number): void {
    const count = this.#counts.get(queue.key);
    if (count !== undefined) count.claimedSince += entries;
  }

  #isStale({ counted, claimedSince, countedAtMs }: Count, nowMs: number): boolean {
    const left = this.#max - counted;
    if (claimedSince < left) return claimedSince > left / 4;
    return claimedSince > 0 || nowMs >= countedAtMs + RECOUNT_MS;
  }

  #remember(key: string, count: Count): void {
    this.#counts.delete(key);
    this.#counts.set(key, count);
    if (this.#counts.size <= QUEUES_MAX) return;
    for (const oldest of this.#counts.keys()) {
      this.#counts.delete(oldest);
      return;
    }
  }
}

const limits = new WeakMap<Environment, InFlightLimit>();

/** The limit's memory of one server; an environment belongs to one server. */
export function inFlightLimit(env: Environment): InFlightLimit {
  let limit = limits.get(env);
  if (limit === undefined) {
    limit = new InFlightLimit();
    limits.set(env, limit);
  }
  return limit;
}
