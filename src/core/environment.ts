/** Everything uncertain, as one injected value: time, ids and randomness. */
import { randomBytes, randomUUID } from 'node:crypto';

/** A factor that makes a number in [0, 1) of four random bytes. */
const RANDOM_SCALE = 2 ** -32;

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

/** A random number in [0, 1). */
export function randomOf(env: Environment): number {
  const bytes = env.randomBytes(4);
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) * RANDOM_SCALE;
}

/**
 * The machine's clock, except that it never steps back, because "visible at" is a comparison: a
 * message that was visible must not hide again when the machine's time is corrected. Then this
 * clock goes on at half its speed until the machine's has caught up. Standing still instead would
 * stretch every timeout and every long poll by as much as the step.
 */
export function systemClock(): Clock {
  let lastMs = 0;
  let lastReadMs = performance.now();
  return {
    nowMs() {
      const readMs = performance.now();
      lastMs = Math.max(Date.now(), lastMs + (readMs - lastReadMs) / 2);
      lastReadMs = readMs;
      return Math.floor(lastMs);
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
