/**
 * Everything in this process that waits for an instant, in one ordered list, so that one operating
 * system timer (or a move of the test clock) serves ten thousand parked calls.
 */
import { BTree } from '../core/b-tree.ts';

export interface Alarm {
  readonly atMs: number;
  /** Of `newId`. */
  readonly id: number;
  ring(): void;
}

export class Alarms {
  readonly #byInstant = new BTree<Alarm, undefined>(
    undefined,
    (a, b) => a.atMs - b.atMs || a.id - b.id,
  );
  #lastId = 0;
  /** Called when an alarm is set that is earlier than all others. */
  onEarlier: (atMs: number) => void = () => {};

  /** Rings once at `atMs` or soon after, unless cleared. */
  set(atMs: number, ring: () => void): Alarm {
    return this.add({ atMs, id: this.newId(), ring });
  }

  /** As `set`, for what is an alarm itself. */
  add(alarm: Alarm): Alarm {
    const earliest = this.nextAtMs;
    this.#byInstant.set(alarm, undefined);
    if (alarm.atMs < earliest) this.onEarlier(alarm.atMs);
    return alarm;
  }

  /** Tells alarms of the same instant apart, and which of them comes first. */
  newId(): number {
    return ++this.#lastId;
  }

  clear(alarm: Alarm): void {
    this.#byInstant.delete(alarm);
  }

  /** The earliest instant, or Infinity. */
  get nextAtMs(): number {
    return this.#byInstant.minKey()?.atMs ?? Number.POSITIVE_INFINITY;
  }

  /** Rings what is due; answers the instant of the next alarm, or Infinity. */
  tick(nowMs: number): number {
    for (;;) {
      const alarm = this.#byInstant.minKey();
      if (alarm === undefined || alarm.atMs > nowMs) return this.nextAtMs;
      this.#byInstant.delete(alarm);
      alarm.ring();
    }
  }
}
