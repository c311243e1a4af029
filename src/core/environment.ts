/** Everything uncertain, as one injected value: time, ids and randomness. */
import { randomBytes, randomUUID } from 'node:crypto';

export interface Clock {
  /** Milliseconds since the epoch; never goes backwards within a process. */
  nowMs(): number;
}

export interface Environment {
  readonly clock: Clock;
  /** A random UUID, version 4. */
  uuid(): string;
  randomBytes(count: number): Uint8Array;
}

/**
 * The machine's clock, held still while the machine's clock steps back, because "visible at" is a
 * comparison: a message that was visible must not hide again when NTP corrects the time.
 */
export function systemClock(): Clock {
  let lastMs = 0;
  return {
    nowMs() {
      const nowMs = Date.now();
      if (nowMs > lastMs) lastMs = nowMs;
      return lastMs;
    },
  };
}

/** A clock that moves only when told. `onMove` hears of each move. */
export class TestClock implements Clock {
  #nowMs: number;
  readonly #listeners: Array<() => void> = [];

  constructor(startMs: number = Date.now()) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** Moves forward by so many milliseconds. Throws RangeError on a negative amount. */
  advance(byMs: number): void {
    this.set(this.#nowMs + byMs);
  }

  /** Moves to an instant. Throws RangeError when it lies before the present one. */
  set(toMs: number): void {
    if (!Number.isSafeInteger(toMs)) throw new RangeError('the clock takes whole milliseconds');
    if (toMs < this.#nowMs) throw new RangeError('the clock does not go backwards');
    this.#nowMs = toMs;
    for (const listener of this.#listeners) listener();
  }

  onMove(listener: () => void): void {
    this.#listeners.push(listener);
  }
}

export function systemEnvironment(clock: Clock = systemClock()): Environment {
  return { clock, uuid: () => randomUUID(), randomBytes: (count) => randomBytes(count) };
}
