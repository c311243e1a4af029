/** Retention: what the task that removes old messages does, and when. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqs } from '../../../src/services/sqs/index.ts';
import { loadQueue } from '../../../src/services/sqs/queue.ts';
import { expectExpiry, expiryTimerKey, sqsTasks } from '../../../src/services/sqs/tasks.ts';
import { defaultCaller, ServiceHarness, START_MS } from '../../support/service.ts';
import { countsOf, createQueue, fill, url } from './queues.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = new ServiceHarness(sqs, sqsTasks);
});

afterEach(() => harness.close());

const DAY_MS = 86_400_000;

const nextDueAtMs = () => harness.store.transact((tx) => tx.timers.nextDueAtMs());

describe('the task that removes old messages', () => {
  it('removes each message when its retention is over', async () => {
    await createQueue(harness, 'orders');
    await fill(harness, 'orders', 1);
    await harness.advance(DAY_MS);
    await fill(harness, 'orders', 1, { visibleAtMs: harness.clock.nowMs() + 900_000 });
    await harness.advance(3 * DAY_MS - 1);
    expect(await countsOf(harness, 'orders')).toMatchObject({ visible: '2', delayed: '0' });
    await harness.advance(1);
    expect((await countsOf(harness, 'orders')).visible).toBe('1');
    await harness.advance(DAY_MS);
    expect((await countsOf(harness, 'orders')).visible).toBe('0');
    expect(harness.taskErrors).toEqual([]);
  });

  it('removes any number of messages, a thousand at a time', async () => {
    await createQueue(harness, 'orders', { MessageRetentionPeriod: '60' });
    await fill(harness, 'orders', 3500);
    await harness.advance(60_000);
    expect((await countsOf(harness, 'orders')).visible).toBe('0');
  });

  it('sleeps for the whole retention while the queue is empty', async () => {
    await createQueue(harness, 'orders', { MessageRetentionPeriod: '60' });
    expect(await nextDueAtMs()).toBe(START_MS + 60_000);
    await harness.advance(60_000);
    expect(await nextDueAtMs()).toBe(START_MS + 120_000);
  });

  it('sleeps until the oldest message is too old', async () => {
    await createQueue(harness, 'orders', { MessageRetentionPeriod: '60' });
    await harness.advance(20_000);
    await fill(harness, 'orders', 1);
    await harness.advance(40_000);
    expect(await nextDueAtMs()).toBe(START_MS + 80_000);
  });

  it('ends with its queue, also where the name was taken anew', async () => {
    await createQueue(harness, 'orders');
    const key = expiryTimerKey('00000000-0000-4000-8000-000000000001');
    const timer = await harness.store.transact((tx) => tx.timers.get(key));
    if (timer === undefined) throw new Error('the queue has no timer');
    await harness.call('DeleteQueue', { QueueUrl: url('orders') });
    for (const again of [false, true]) {
      if (again) await createQueue(harness, 'orders');
      const dueAtMs = harness.clock.nowMs() + 60_000;
      await harness.store.transact((tx) => tx.timers.set({ ...timer, dueAtMs }));
      harness.scheduler.expectTimer(dueAtMs);
      await harness.advance(60_000);
      expect(await harness.store.transact((tx) => tx.timers.get(key))).toBeUndefined();
    }
    expect(harness.taskErrors).toEqual([]);
  });
});

describe('a message that enters with its age', () => {
  it('is removed in time', async () => {
    await createQueue(harness, 'dead', { MessageRetentionPeriod: '120' });
    await harness.advance(120_000);
    const enqueuedAtMs = harness.clock.nowMs() - 100_000;
    await fill(harness, 'dead', 1, { enqueuedAtMs });
    await harness.invoker.run(defaultCaller, async (context) => {
      await expectExpiry(context, await loadQueue(url('dead'), context), enqueuedAtMs);
    });
    await harness.advance(20_000);
    expect((await countsOf(harness, 'dead')).visible).toBe('0');
  });

  it('does not put off the removal of an older one', async () => {
    await createQueue(harness, 'dead', { MessageRetentionPeriod: '120' });
    await fill(harness, 'dead', 1);
    await harness.advance(10_000);
    await harness.invoker.run(defaultCaller, async (context) => {
      await expectExpiry(context, await loadQueue(url('dead'), context), START_MS + 5_000);
    });
    expect(await nextDueAtMs()).toBe(START_MS + 120_000);
  });
});
