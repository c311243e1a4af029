/** Timers in memory: a map by key, and the same timers in the order in which they come due. */
import type { Timer, Timers } from '../port.ts';
import type { Journal } from './journal.ts';
import { BTree, byUtf8 } from './ordered-map.ts';

export class MemoryTimers implements Timers {
  readonly #journal: Journal;
  readonly #byKey = new Map<string, Timer>();
  readonly #byDue = new BTree<Timer, undefined>(
    undefined,
    (a, b) => a.dueAtMs - b.dueAtMs || byUtf8(a.key, b.key),
  );

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  set(timer: Timer): void {
    const { key, kind, dueAtMs, payload } = timer;
    this.#write(key, { key, kind, dueAtMs, payload });
  }

  cancel(key: string): boolean {
    if (!this.#byKey.has(key)) return false;
    this.#write(key, undefined);
    return true;
  }

  get(key: string): Timer | undefined {
    return this.#byKey.get(key);
  }

  claimDue(page: { readonly limit: number; readonly leaseUntilMs: number }): Timer[] {
    const claimed: Timer[] = [];
    for (const timer of this.#byDue.keys()) {
      if (timer.dueAtMs > this.#journal.nowMs || claimed.length >= page.limit) break;
      claimed.push(timer);
    }
    for (const timer of claimed) {
      this.#write(timer.key, { ...timer, dueAtMs: page.leaseUntilMs });
    }
    return claimed;
  }

  nextDueAtMs(): number | undefined {
    return this.#byDue.minKey()?.dueAtMs;
  }

  #write(key: string, next: Timer | undefined): void {
    const previous = this.#byKey.get(key);
    this.#replace(key, next);
    this.#journal.record(() => this.#replace(key, previous));
  }

  #replace(key: string, next: Timer | undefined): void {
    const previous = this.#byKey.get(key);
    if (previous !== undefined) {
      this.#byKey.delete(key);
      this.#byDue.delete(previous);
    }
    if (next !== undefined) {
      this.#byKey.set(key, next);
      this.#byDue.set(next, undefined);
    }
  }
}
