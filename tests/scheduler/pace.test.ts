/** Work in the background leaves time to callers. */
import { expect, it } from 'vitest';
import { systemEnvironment } from '../../src/core/environment.ts';
import { createInvoker } from '../../src/core/invoke.ts';
import { Alarms } from '../../src/scheduler/alarms.ts';
import { afterRestMs, restMs } from '../../src/scheduler/pace.ts';
import { Scheduler } from '../../src/scheduler/scheduler.ts';
import { Waiters } from '../../src/scheduler/waiters.ts';
import { openMemoryStore } from '../../src/storage/memory/index.ts';
import type { Store } from '../../src/storage/port.ts';

const START_MS = 1_700_000_000_000;

/** A scheduler whose store takes so long to give back a part of what there is to give back. */
function scene(tookMs: number) {
  let nowMs = START_MS;
  const clock = { nowMs: () => nowMs };
  const memory = openMemoryStore({ clock });
  let reclaims = 0;
  const store: Store = {
    transact: (run) => memory.transact(run),
    stats: () => memory.stats(),
    failure: () => undefined,
    close: () => memory.close(),
    async reclaim() {
      reclaims++;
      nowMs += tookMs;
      return true;
    },
  };
  const alarms = new Alarms();
  const env = systemEnvironment(clock);
  const invoker = createInvoker({
    ...{ store, env, services: [] },
    waiters: new Waiters(alarms),
    counts: { count: () => {} },
    onTimer: () => {},
  });
  const onError = (_what: string, error: unknown) => {
    throw error;
  };
  const scheduler = new Scheduler({ clock, store, alarms, invoker, tasks: [], onError });
  return {
    scheduler,
    reclaims: () => reclaims,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

it('rests after it has given back space, in proportion to how long that took', async () => {
  const { scheduler, reclaims, pass } = scene(5);
  expect(await scheduler.tick()).toBe(START_MS + 5 + restMs(5));
  expect(restMs(5)).toBe(20);
  pass(restMs(5) - 1);
  await scheduler.tick();
  expect(reclaims()).toBe(1);
  pass(1);
  await scheduler.tick();
  expect(reclaims()).toBe(2);
});

it('does not rest where nothing takes time', async () => {
  const { scheduler } = scene(0);
  expect(await scheduler.tick()).toBe(START_MS);
});

it('has a task rest in proportion to what its transaction took so far', () => {
  let nowMs = START_MS;
  const env = systemEnvironment({ nowMs: () => nowMs });
  const context = { nowMs: START_MS, env };
  expect(afterRestMs(context)).toBe(START_MS);
  nowMs += 3;
  expect(afterRestMs(context)).toBe(START_MS + 12);
});
