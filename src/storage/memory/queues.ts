/** Queues in memory: the port's questions, asked of the one queue that they are about. */
import type {
  Claim,
  Entry,
  EntryPhase,
  EntryState,
  NewEntry,
  QueueCounts,
  QueueRef,
  Queues,
} from '../port.ts';
import type { Journal } from './journal.ts';
import { ORDERED_CLAIM_MAX, type StoredEntry, StoredQueue } from './queue.ts';

const NO_ENTRIES: QueueCounts = { visible: 0, claimed: 0, delayed: 0 };

export class MemoryQueues implements Queues {
  readonly #journal: Journal;
  readonly #queues = new Map<string, StoredQueue>();
  // Neither counter is rolled back, so that no number is ever used twice.
  #lastSequence = 0;
  #lastLaneId = 0;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  append(ref: QueueRef, entries: readonly NewEntry[]): number[] {
    return entries.map((entry) => {
      if (ref.ordered && entry.group === undefined) {
        throw new TypeError('an entry of an ordered queue has a group');
      }
      this.#lastSequence += 1;
      this.#open(ref).append(entry, this.#lastSequence, () => {
        this.#lastLaneId += 1;
        return this.#lastLaneId;
      });
      return this.#lastSequence;
    });
  }

  claim(ref: QueueRef, claim: Claim): Entry[] {
    if (claim.limit < 1 || (ref.ordered && claim.limit > ORDERED_CLAIM_MAX)) {
      throw new RangeError(`a claim of ${claim.limit} entries`);
    }
    return this.#queues.get(ref.key)?.claim(claim).map(toEntry) ?? [];
  }

  find(ref: QueueRef, sequence: number): EntryState | undefined {
    const entry = this.#queues.get(ref.key)?.entries.get(sequence);
    return entry && toState(entry);
  }

  extend(ref: QueueRef, sequence: number, visibleAtMs: number): boolean {
    return this.#change(ref, sequence, (queue, entry) => queue.hide(entry, visibleAtMs));
  }

  release(ref: QueueRef, sequence: number): boolean {
    return this.#change(ref, sequence, (queue, entry) => queue.release(entry));
  }

  remove(ref: QueueRef, sequence: number): boolean {
    return this.#change(ref, sequence, (queue, entry) => queue.remove(entry));
  }

  move(from: QueueRef, sequence: number, to: QueueRef, entry: NewEntry): number | undefined {
    return this.remove(from, sequence) ? this.append(to, [entry])[0] : undefined;
  }

  count(ref: QueueRef): QueueCounts {
    return this.#queues.get(ref.key)?.count() ?? NO_ENTRIES;
  }

  countClaimed(ref: QueueRef, limit: number): number {
    return Math.min(this.count(ref).claimed, limit);
  }

  peek(
    ref: QueueRef,
    page: { readonly phase?: EntryPhase; readonly after?: number; readonly limit: number },
  ): Entry[] {
    const found: Entry[] = [];
    const entries = this.#queues.get(ref.key)?.entries;
    if (entries === undefined || page.limit < 1) return found;
    for (const entry of entries.values((page.after ?? 0) + 1)) {
      if (page.phase !== undefined && page.phase !== this.#phaseOf(entry)) continue;
      found.push(toEntry(entry));
      if (found.length === page.limit) break;
    }
    return found;
  }

  oldestEnqueuedAtMs(ref: QueueRef): number | undefined {
    return this.#queues.get(ref.key)?.oldest()?.enqueuedAtMs;
  }

  nextVisibleAtMs(ref: QueueRef): number | undefined {
    return this.#queues.get(ref.key)?.nextVisibleAtMs();
  }

  redelay(ref: QueueRef, delayMs: number, withinMs: number): void {
    this.#queues.get(ref.key)?.redelay(delayMs, withinMs);
  }

  /** True only after progress, so that a caller who repeats comes to an end. */
  expire(ref: QueueRef, enqueuedAtMs: number, limit: number): boolean {
    const queue = this.#queues.get(ref.key);
    if (queue === undefined) return false;
    for (let removed = 0; ; removed++) {
      const oldest = queue.oldest();
      if (oldest === undefined || oldest.enqueuedAtMs > enqueuedAtMs) return false;
      if (removed === limit) return true;
      queue.remove(oldest);
    }
  }

  purge(ref: QueueRef): void {
    const queue = this.#queues.get(ref.key);
    if (queue === undefined) return;
    this.#queues.delete(ref.key);
    this.#journal.record(() => this.#queues.set(ref.key, queue));
  }

  #open(ref: QueueRef): StoredQueue {
    let queue = this.#queues.get(ref.key);
    if (queue === undefined) {
      queue = new StoredQueue(ref.ordered, this.#journal);
      this.#queues.set(ref.key, queue);
      this.#journal.record(() => this.#queues.delete(ref.key));
    }
    return queue;
  }

  #change(
    ref: QueueRef,
    sequence: number,
    change: (queue: StoredQueue, entry: StoredEntry) => void,
  ): boolean {
    const queue = this.#queues.get(ref.key);
    const entry = queue?.entries.get(sequence);
    if (queue === undefined || entry === undefined) return false;
    change(queue, entry);
    return true;
  }

  #phaseOf(entry: StoredEntry): EntryPhase {
    if (entry.visibleAtMs <= this.#journal.nowMs) return 'visible';
    return entry.claims > 0 ? 'claimed' : 'delayed';
  }
}

function toState(entry: StoredEntry): EntryState {
  const { sequence, group, visibleAtMs, enqueuedAtMs, claims, firstClaimedAtMs } = entry;
  return {
    sequence,
    visibleAtMs,
    enqueuedAtMs,
    claims,
    ...(group !== undefined && { group }),
    ...(firstClaimedAtMs !== undefined && { firstClaimedAtMs }),
  };
}

function toEntry(entry: StoredEntry): Entry {
  return { ...toState(entry), payload: entry.payload };
}
