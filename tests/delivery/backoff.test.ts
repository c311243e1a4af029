/** The pauses of each documented policy, as tables. */
import { describe, expect, it } from 'vitest';
import {
  awsRetryPolicy,
  type BackoffFunction,
  customerManagedRetryPolicy,
  HTTP_TOTAL_DELAY_SECONDS_MAX,
  httpRetryPolicy,
  nextAttemptAtMs,
  type RetryPolicy,
  retryDelaySeconds,
} from '../../src/delivery/backoff.ts';

function delays(policy: RetryPolicy, upTo = 1_000): number[] {
  const found: number[] = [];
  for (let retry = 1; retry <= upTo; retry++) {
    const seconds = retryDelaySeconds(policy, retry);
    if (seconds === undefined) break;
    found.push(Math.round(seconds * 100) / 100);
  }
  return found;
}

const policy = (changes: Partial<RetryPolicy>): RetryPolicy => ({
  ...httpRetryPolicy,
  ...changes,
});

const sum = (seconds: readonly number[]): number => seconds.reduce((a, b) => a + b, 0);

describe('documented policies', () => {
  it('HTTP is tried again three times, every 20 seconds', () => {
    expect(delays(httpRetryPolicy)).toEqual([20, 20, 20]);
  });

  it('what AWS runs itself is tried again 100,015 times over 23 days', () => {
    const backoff = [1, 2, 4, 8, 16, 20, 20, 20, 20, 20];
    expect(delays(awsRetryPolicy, 17)).toEqual([0, 0, 0, 1, 1, ...backoff, 20, 20]);
    expect(retryDelaySeconds(awsRetryPolicy, 100_015)).toBe(20);
    expect(retryDelaySeconds(awsRetryPolicy, 100_016)).toBeUndefined();
    const days = sum(delays(awsRetryPolicy, 100_015)) / 86_400;
    expect(Math.floor(days)).toBe(23);
  });

  it('mail, SMS and push are tried again 50 times over 6 hours', () => {
    const all = delays(customerManagedRetryPolicy);
    expect(all.slice(0, 12)).toEqual([10, 10, 10, 20, 40, 80, 160, 320, 600, 600, 600, 600]);
    expect(all).toHaveLength(50);
    expect(Math.floor(sum(all) / 3_600)).toBe(7);
  });
});

describe('phases', () => {
  it('follow each other: none, smallest, rising, largest', () => {
    const phases = policy({
      minDelayTarget: 1,
      maxDelayTarget: 60,
      numRetries: 10,
      numNoDelayRetries: 3,
      numMinDelayRetries: 2,
      numMaxDelayRetries: 2,
    });
    expect(delays(phases)).toEqual([0, 0, 0, 1, 1, 1, 30.5, 60, 60, 60]);
  });

  it('may leave the rising one out', () => {
    expect(delays(policy({ numRetries: 2, numMaxDelayRetries: 2, maxDelayTarget: 50 }))).toEqual([
      50, 50,
    ]);
    expect(delays(policy({ numRetries: 2, numNoDelayRetries: 2 }))).toEqual([0, 0]);
  });

  it('may be none at all', () => {
    expect(delays(policy({ numRetries: 0 }))).toEqual([]);
  });

  it('begin the rising one with the smallest delay when it has a single retry', () => {
    const once = policy({ numRetries: 1, minDelayTarget: 5, maxDelayTarget: 500 });
    expect(delays(once)).toEqual([5]);
  });
});

describe('the rising phase', () => {
  const curves: { readonly [F in BackoffFunction]: readonly number[] } = {
    linear: [5, 33.33, 61.67, 90, 118.33, 146.67, 175, 203.33, 231.67, 260],
    arithmetic: [5, 10.67, 22, 39, 61.67, 90, 124, 163.67, 209, 260],
    geometric: [5, 7.76, 12.03, 18.65, 28.92, 44.85, 69.54, 107.84, 167.22, 259.3],
    exponential: [5, 10, 20, 40, 80, 160, 260, 260, 260, 260],
  };

  it.each(Object.keys(curves) as BackoffFunction[])('rises %s', (backoffFunction) => {
    const rising = delays(
      policy({ minDelayTarget: 5, maxDelayTarget: 260, numRetries: 10, backoffFunction }),
    );
    const expected = curves[backoffFunction];
    rising.forEach((seconds, index) => {
      expect(Math.abs(seconds - (expected[index] ?? 0))).toBeLessThan(1);
    });
    expect(rising).toHaveLength(10);
    expect(rising[0]).toBe(5);
    expect(rising.at(-1)).toBe(260);
    expect(rising).toEqual(rising.toSorted((a, b) => a - b));
  });
});

describe('the total', () => {
  it('of all pauses over HTTP is an hour at the most', () => {
    const long = policy({ minDelayTarget: 1_000, maxDelayTarget: 1_000, numRetries: 100 });
    expect(HTTP_TOTAL_DELAY_SECONDS_MAX).toBe(3_600);
    expect(delays(long)).toEqual([1_000, 1_000, 1_000]);
  });

  it('may reach the limit exactly', () => {
    const exact = policy({ minDelayTarget: 1_800, maxDelayTarget: 1_800, numRetries: 9 });
    expect(delays(exact)).toEqual([1_800, 1_800]);
  });
});

describe('the next attempt', () => {
  it('is due when the pause after so many attempts is over', () => {
    expect(nextAttemptAtMs(httpRetryPolicy, 1, 5_000, 0)).toBe(25_000);
    expect(nextAttemptAtMs(httpRetryPolicy, 3, 5_000, 0)).toBe(25_000);
    expect(nextAttemptAtMs(httpRetryPolicy, 4, 5_000, 0)).toBeUndefined();
  });

  it('comes up to a tenth earlier by chance, never later', () => {
    expect(nextAttemptAtMs(httpRetryPolicy, 1, 0, 0.5)).toBe(19_000);
    expect(nextAttemptAtMs(httpRetryPolicy, 1, 0, 0.999_999)).toBe(18_000);
  });
});
