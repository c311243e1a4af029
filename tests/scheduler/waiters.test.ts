/** The line of parked calls: nobody sleeps beside something available. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Place } from '../../src/core/context.ts';
import { sqs } from '../../src/services/index.ts';
import { ServiceHarness } from '../support/service.ts';

const KEY = 'q';
let harness: ServiceHarness;
let place: Place;

beforeEach(() => {
  harness = new ServiceHarness(sqs);
  place = harness.waiters.join({ key: KEY, capacity: 1 }, harness.clock.nowMs() + 20_000);
});

afterEach(() => harness.close());

const soon = async (parked: Promise<string>): Promise<string> =>
  Promise.race([parked, new Promise<string>((resolve) => setImmediate(resolve, 'asleep'))]);

it('has a call look again that was awake for something else', async () => {
  const first = place.parked(undefined);
  harness.waiters.wake({ key: KEY, entries: 1 }, 0);
  expect(await soon(first)).toBe('woken');
  // It looked, another call had been quicker, and then the next entry came.
  harness.waiters.wake({ key: KEY, entries: 1 }, 0);
  expect(await soon(place.parked(undefined))).toBe('woken');
  expect(await soon(place.parked(undefined))).toBe('asleep');
});

it('wakes at a later instant after one that had come before the call was parked', async () => {
  let entries = 0;
  harness.waiters.available = async () => ({ entries });
  await harness.scheduler.runDue();
  const nowMs = harness.clock.nowMs();
  const parked = place.parked(nowMs);
  expect(await soon(parked)).toBe('asleep');
  harness.waiters.wake({ key: KEY, entries: 1, atMs: nowMs + 1_000 }, nowMs);
  entries = 1;
  await harness.advance(1_000);
  expect(await soon(parked)).toBe('woken');
});

it('has every call look for itself when the store cannot be asked', async () => {
  harness.waiters.available = () => Promise.reject(new Error('the disk is full'));
  const nowMs = harness.clock.nowMs();
  const second = harness.waiters.join({ key: KEY, capacity: 1 }, nowMs + 20_000);
  const parked = [place.parked(nowMs + 1_000), second.parked(nowMs + 1_000)];
  await harness.advance(1_000);
  expect(await Promise.all(parked.map(soon))).toEqual(['woken', 'woken']);
});

it('counts on no call that is awake, because that one may have looked before', async () => {
  const nowMs = harness.clock.nowMs();
  const second = harness.waiters.join({ key: KEY, capacity: 1 }, nowMs + 40_000);
  const parked = [place.parked(undefined), second.parked(undefined)];
  await harness.advance(20_000);
  expect(await Promise.all(parked.map(soon))).toEqual(['deadline', 'asleep']);
  harness.waiters.wake({ key: KEY, entries: 1 }, harness.clock.nowMs());
  place.leave(true);
  expect(await Promise.all(parked.map(soon))).toEqual(['deadline', 'woken']);
});
