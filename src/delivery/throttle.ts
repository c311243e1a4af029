/**
 * The average rate that a subscription may ask for (`maxReceivesPerSecond`): up to a second's worth
 * at once, and what is beyond it gets an instant of its own, so that a long backlog is looked at
 * once instead of every second.
 * https://docs.aws.amazon.com/sns/latest/dg/creating-delivery-policy.html
 */

interface Meter {
  /** How many may go at once. */
  tokens: number;
  filledAtMs: number;
  /** The last instant that was given to a delivery that had to wait. */
  lastTurnMs: number;
}

/** From so many meters on, full ones are forgotten. */
const METERS_MANY = 10_000;
/** Less than this is missing from a token only because fractions are rounded. */
const ROUNDING = 1e-6;

export class Throttle {
  readonly #meters = new Map<string, Meter>();
  #forgetFrom = METERS_MANY;

  /** When a delivery may go: now, or the instant at which it is to ask again. */
  admit(key: string, perSecond: number, nowMs: number): number {
    const burst = Math.max(1, perSecond);
    const meter = this.#meterOf(key, burst, nowMs);
    const passedMs = Math.max(0, nowMs - meter.filledAtMs);
    meter.tokens = Math.min(burst, meter.tokens + (passedMs * perSecond) / 1000);
    meter.filledAtMs = nowMs;
    if (meter.tokens >= 1 - ROUNDING) {
      meter.tokens -= 1;
      return nowMs;
    }
    const intervalMs = 1000 / perSecond;
    const nextTokenMs = nowMs + (1 - meter.tokens) * intervalMs;
    meter.lastTurnMs = Math.max(meter.lastTurnMs + intervalMs, nextTokenMs);
    return Math.ceil(meter.lastTurnMs);
  }

  #meterOf(key: string, burst: number, nowMs: number): Meter {
    let meter = this.#meters.get(key);
    if (meter === undefined) {
      if (this.#meters.size >= this.#forgetFrom) this.#forget(nowMs);
      meter = { tokens: burst, filledAtMs: nowMs, lastTurnMs: 0 };
      this.#meters.set(key, meter);
    }
    return meter;
  }

  /** A meter that was left alone for a second is full again, and as good as a new one. */
  #forget(nowMs: number): void {
    for (const [key, { filledAtMs, lastTurnMs }] of this.#meters) {
      if (Math.max(filledAtMs, lastTurnMs) + 1000 <= nowMs) this.#meters.delete(key);
    }
    this.#forgetFrom = Math.max(METERS_MANY, this.#meters.size * 2);
  }
}
