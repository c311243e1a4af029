/** The average rate, as arithmetic. */
import { describe, expect, it } from 'vitest';
import { Throttle } from '../../src/delivery/throttle.ts';

describe('a rate', () => {
  it('lets a second’s worth go at once, and gives the others instants that keep the average', () => {
    const throttle = new Throttle();
    const turns = Array.from({ length: 8 }, () => throttle.admit('s', 4, 1_000));
    expect(turns).toEqual([1_000, 1_000, 1_000, 1_000, 1_250, 1_500, 1_750, 2_000]);
  });

  it('admits each at the instant that it was given', () => {
    const throttle = new Throttle();
    const turns = Array.from({ length: 20 }, () => throttle.admit('s', 3, 0)).filter(
      (at) => at > 0,
    );
    for (const turn of turns) expect(throttle.admit('s', 3, turn)).toBe(turn);
  });

  it('never lets more go than the average and one burst, whoever asks when', () => {
    const throttle = new Throttle();
    const waiting: number[] = [];
    let admitted = 0;
    for (let nowMs = 0; nowMs < 60_000; nowMs += 7) {
      // One fresh delivery each time, and those whose turn has come.
      const due = [nowMs, ...waiting.filter((at) => at <= nowMs)];
      waiting.splice(0, waiting.length, ...waiting.filter((at) => at > nowMs));
      for (const _ of due) {
        const turn = throttle.admit('s', 10, nowMs);
        if (turn === nowMs) admitted++;
        else waiting.push(turn);
      }
    }
    expect(admitted).toBeLessThanOrEqual(60 * 10 + 10);
    expect(admitted).toBeGreaterThan(60 * 10 - 20);
  });

  it('is each subscription’s own', () => {
    const throttle = new Throttle();
    expect([throttle.admit('a', 1, 0), throttle.admit('b', 1, 0)]).toEqual([0, 0]);
    expect(throttle.admit('a', 1, 0)).toBe(1_000);
  });

  it('is not forgotten while somebody waits, however many subscriptions there are', () => {
    const throttle = new Throttle();
    throttle.admit('s', 1, 0);
    expect(throttle.admit('s', 1, 0)).toBe(1_000);
    for (let i = 0; i < 20_000; i++) throttle.admit(`other ${i}`, 1, 1);
    expect(throttle.admit('s', 1, 1)).toBe(2_000);
  });
});
