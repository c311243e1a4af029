/** Workers that stop, die or compete: what was accepted is delivered all the same. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TestClock } from '../../src/core/environment.ts';
import { httpRetryPolicy } from '../../src/delivery/backoff.ts';
import { openMemoryStore } from '../../src/storage/memory/index.ts';
import type { Store } from '../../src/storage/port.ts';
import { openSqliteStore } from '../../src/storage/sqlite/index.ts';
import { removeTemporaryFolders, temporaryFolder } from '../support/server.ts';
import { busy, delivered, hang, Scene, ScriptedTargets } from './scene.ts';

const A = 'http://a.test';
const HOUR_MS = 3_600_000;

const scenes: Scene[] = [];

afterEach(async () => {
  // They may share a store, which the first to close closes.
  for (const { worker } of scenes) await worker.stop(0);
  for (const { errors } of scenes) expect(errors).toEqual([]);
  for (const scene of scenes.splice(0)) await scene.close();
  removeTemporaryFolders();
});

interface Node {
  readonly scene: Scene;
  readonly targets: ScriptedTargets;
}

/** A worker of its own on a store that may be shared, unless it owns it. */
function node(clock: TestClock, store: Store, ownsStore = false): Node {
  const targets = new ScriptedTargets();
  const scene = new Scene({ clock, store, targets, ownsStore });
  scenes.push(scene);
  return { scene, targets };
}

async function turns(count = 30): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('a worker that stops', () => {
  it('waits for what is under way', async () => {
    const clock = new TestClock();
    const { scene, targets } = node(clock, openMemoryStore({ clock }));
    let finish = () => {};
    targets.answer = () =>
      new Promise((resolve) => {
        finish = () => resolve(delivered);
      });
    await scene.enqueue(scene.http(A));
    await turns();
    const stopped = scene.worker.stop(60_000);
    finish();
    await stopped;
    expect([targets.attempted.length, await scene.left(A)]).toEqual([1, 1]);
    expect(scene.counts.get('NumberOfNotificationsDelivered')).toBe(1);
  });

  it('breaks off what takes too long, and the next one begins with it at once', async () => {
    const clock = new TestClock();
    const store = openMemoryStore({ clock });
    const first = node(clock, store);
    first.targets.answer = (_delivery, signal) => hang(signal);
    await first.scene.enqueue(first.scene.http(A), first.scene.http('http://b.test'));
    await turns();
    await first.scene.worker.stop(0);
    expect(await first.scene.attempts()).toEqual([]);

    const second = node(clock, store);
    await second.scene.quiet();
    expect(second.targets.messageIds.toSorted()).toEqual(['message-1', 'message-2']);
    const numbers = (await second.scene.attempts()).map(({ delivery }) => delivery.attempts);
    expect(numbers).toEqual([1, 1]);
  });

  it('leaves what comes afterwards to the next one', async () => {
    const clock = new TestClock();
    const store = openMemoryStore({ clock });
    const first = node(clock, store);
    await first.scene.worker.stop(0);
    await first.scene.deliver(first.scene.http(A));
    expect(first.targets.attempted).toEqual([]);
    const second = node(clock, store);
    await second.scene.quiet();
    expect(second.targets.attempted).toHaveLength(1);
  });
});

describe('a worker that dies', () => {
  /** A process with a store of its own; the folder outlives it. */
  async function life(
    folder: string,
    nowMs: number,
    answer: ScriptedTargets['answer'] = () => busy,
  ) {
    const clock = new TestClock(nowMs);
    const store = await openSqliteStore({ folder, clock, durability: 'relaxed' });
    const { scene, targets } = node(clock, store, true);
    targets.answer = answer;
    const kill = async () => {
      await turns();
      // From here on the store hears nothing of the worker any more.
      await store.close();
      scenes.splice(scenes.indexOf(scene), 1);
    };
    return { scene, targets, kill };
  }

  const START_MS = Date.UTC(2026, 0, 1);
  const hanging: ScriptedTargets['answer'] = (_delivery, signal) => hang(signal);
  /** Answers the first delivery that it is busy, and never the others. */
  const busyForFirst: ScriptedTargets['answer'] = (delivery, signal) =>
    delivery.about.messageId === 'message-1' ? busy : hang(signal);

  it.each(['before', 'after'])('%s an attempt leaves it to the next one', async (when) => {
    const folder = temporaryFolder();
    const first = await life(folder, START_MS, hanging);
    if (when === 'before') await first.scene.worker.stop(0);
    await first.scene.enqueue(first.scene.http(A));
    await first.kill();
    expect(first.targets.attempted).toHaveLength(when === 'before' ? 0 : 1);

    const second = await life(folder, START_MS, () => delivered);
    await second.scene.quiet();
    expect(second.targets.messageIds).toEqual(['message-1']);
    expect(await second.scene.left(A)).toBe(0);
    expect((await second.scene.attempts())[0]?.delivery.attempts).toBe(1);
  });

  it('leaves what it had under way at many parties to the next one, which begins at once', async () => {
    const folder = temporaryFolder();
    const first = await life(folder, START_MS, hanging);
    const parties = Array.from({ length: 120 }, (_, party) => `http://${party}.test`);
    for (const party of parties) {
      await first.scene.enqueue(first.scene.http(party), first.scene.http(party));
    }
    await first.kill();
    expect(first.targets.attempted).toHaveLength(240);

    const second = await life(folder, START_MS, () => delivered);
    await second.scene.quiet();
    expect(second.targets.messageIds.toSorted()).toEqual(first.targets.messageIds.toSorted());
    expect(await second.scene.left(...parties)).toBe(0);
  });

  it('is followed at once, too, when the party’s lease has ended and the attempt’s has not', async () => {
    const folder = temporaryFolder();
    const first = await life(folder, START_MS, hanging);
    await first.scene.enqueue(first.scene.http(A));
    await first.kill();
    const second = await life(folder, START_MS + 35_000, () => delivered);
    await second.scene.quiet();
    expect(second.targets.messageIds).toEqual(['message-1']);
  });

  it('spends none of the retries of what it had under way', async () => {
    const folder = temporaryFolder();
    const first = await life(folder, START_MS);
    await first.scene.deliver(first.scene.http(A));
    first.targets.answer = hanging;
    await first.scene.leap(20_000);
    await first.kill();
    expect(first.targets.attempted).toHaveLength(2);

    const second = await life(folder, START_MS + 20_000);
    await second.scene.quiet();
    expect(second.targets.attempted).toHaveLength(1);
    for (let hour = 0; hour < 5; hour++) await second.scene.advance(HOUR_MS);
    const attempts = (await second.scene.attempts()).map(({ delivery }) => delivery.attempts);
    expect(attempts).toEqual([4, 3, 2, 1]);
  });

  it.each([
    ['that serves the party', START_MS, 20_000, httpRetryPolicy],
    ['at an odd instant', START_MS + 1, 20_000, httpRetryPolicy],
    // It ends together with the lease.
    ['that rests as long as a lease', START_MS, 40_000, { ...httpRetryPolicy, minDelayTarget: 40 }],
  ])('%s leaves the pause before a retry as it is', async (_how, nowMs, pauseMs, retry) => {
    const folder = temporaryFolder();
    const first = await life(folder, nowMs, busyForFirst);
    const [waiting, underWay] = [first.scene.http(A, { retry }), first.scene.http(A, { retry })];
    await first.scene.enqueue(waiting, underWay);
    await first.kill();
    expect(first.targets.messageIds).toEqual(['message-1', 'message-2']);

    const second = await life(folder, nowMs, busyForFirst);
    await turns();
    expect(second.targets.messageIds).toEqual(['message-2']);
    await second.scene.leap(pauseMs - 1);
    await turns();
    expect(second.targets.messageIds).toEqual(['message-2']);
    await second.scene.leap(1);
    await turns();
    expect(second.targets.messageIds).toEqual(['message-2', 'message-1']);
    expect((await second.scene.attempts())[0]?.delivery.attempts).toBe(2);
  });

  it('leaves what it had under way behind hundreds of retries', async () => {
    const folder = temporaryFolder();
    const hangingForLast: ScriptedTargets['answer'] = (delivery, signal) =>
      delivery.about.messageId === 'message-600' ? hang(signal) : busy;
    const first = await life(folder, START_MS, hangingForLast);
    const deliveries = Array.from({ length: 600 }, () => first.scene.http(A));
    await first.scene.enqueue(...deliveries);
    await vi.waitFor(() => expect(first.targets.attempted).toHaveLength(600));
    await first.kill();

    const second = await life(folder, START_MS, () => delivered);
    await second.scene.quiet();
    expect(second.targets.messageIds).toEqual(['message-600']);
  });

  it('leaves a party asleep until its next retry', async () => {
    const folder = temporaryFolder();
    const first = await life(folder, START_MS);
    await first.scene.deliver(first.scene.http(A));
    await first.kill();
    const second = await life(folder, START_MS);
    await second.scene.advance(19_999);
    expect(second.targets.attempted).toEqual([]);
    await second.scene.advance(1);
    expect(second.targets.attempted).toHaveLength(1);
  });

  it('keeps the count of attempts', async () => {
    const clock = new TestClock();
    const store = openMemoryStore({ clock });
    const first = node(clock, store);
    first.targets.answer = () => busy;
    await first.scene.deliver(first.scene.http(A));
    await first.scene.advance(20_000);
    await first.scene.worker.stop(0);
    const second = node(clock, store);
    second.targets.answer = () => busy;
    for (let hour = 0; hour < 5; hour++) await second.scene.advance(HOUR_MS);
    expect([first.targets.attempted.length, second.targets.attempted.length]).toEqual([2, 2]);
    expect((await second.scene.attempts())[0]?.delivery.attempts).toBe(4);
  });
});

describe('two workers on one store', () => {
  it('attempt each delivery once', async () => {
    const clock = new TestClock();
    const store = openMemoryStore({ clock });
    const nodes = [node(clock, store), node(clock, store)];
    for (let i = 0; i < 200; i++) {
      const { scene } = nodes[i % 2] as Node;
      await scene.enqueue(scene.http(`http://${i % 7}.test`));
    }
    await Promise.all(nodes.map(({ scene }) => scene.quiet()));
    expect(nodes.reduce((sum, { targets }) => sum + targets.attempted.length, 0)).toBe(200);
  });

  it('leave a party to the one that serves it, until its lease is over', async () => {
    const clock = new TestClock();
    const store = openMemoryStore({ clock });
    // The first one does not hear of the time, as if its machine stood still.
    const first = node(new TestClock(clock.nowMs()), store);
    let finish = () => {};
    first.targets.answer = () =>
      new Promise((resolve) => {
        finish = () => resolve(delivered);
      });
    await first.scene.enqueue(first.scene.http(A));
    await turns();
    const second = node(clock, store);
    second.targets.answer = (_delivery, signal) => hang(signal);
    await second.scene.quiet();
    expect(second.targets.attempted).toEqual([]);
    await second.scene.leap(HOUR_MS);
    await turns();
    expect(second.targets.messageIds).toEqual(['message-1']);

    finish();
    await first.scene.quiet();
    expect(first.scene.counts.get('NumberOfNotificationsDelivered')).toBe(1);
    await second.scene.leap(HOUR_MS);
    await second.scene.quiet();
    expect(second.scene.counts.get('NumberOfNotificationsFailed')).toBeUndefined();
    expect(await second.scene.left(A)).toBe(0);
  });

  it('claim nothing for a party that has been taken over', async () => {
    const clock = new TestClock();
    const store = openMemoryStore({ clock });
    const first = node(new TestClock(clock.nowMs()), store);
    let finish = () => {};
    first.targets.answer = () =>
      new Promise((resolve) => {
        finish = () => resolve(delivered);
      });
    await first.scene.enqueue(first.scene.http(A));
    await turns();
    const second = node(clock, store);
    second.targets.answer = (_delivery, signal) => hang(signal);
    await second.scene.leap(HOUR_MS);
    await turns();
    await first.scene.enqueue(first.scene.http(A));
    finish();
    await first.scene.quiet();
    expect(first.targets.messageIds).toEqual(['message-1']);
  });

  it('keep a party for as long as they serve it', async () => {
    const clock = new TestClock();
    const store = openMemoryStore({ clock });
    const second = node(clock, store);
    // It looks for work at each move of the time, before the other one does anything.
    clock.onMove(() => second.scene.worker.hear({ key: 'deliveries', entries: 1 }));
    const first = node(clock, store);
    first.targets.answer = (_delivery, signal) => hang(signal);
    await first.scene.enqueue(...Array.from({ length: 500 }, () => first.scene.http(A)));
    await turns();
    const begun = first.targets.attempted.length;
    for (let i = 0; i < 20; i++) {
      clock.advance(10_000);
      await turns();
    }
    expect(first.targets.attempted.length).toBeGreaterThan(begun + 20);
    expect(second.targets.attempted).toEqual([]);
  });

  it('leave a party that has slept to the one that it woke', async () => {
    const clock = new TestClock();
    const store = openMemoryStore({ clock });
    const first = node(clock, store);
    first.targets.answer = () => busy;
    await first.scene.deliver(first.scene.http(A));
    first.targets.answer = (_delivery, signal) => hang(signal);
    await first.scene.leap(20_000);
    await turns();
    expect(first.targets.attempted).toHaveLength(2);
    const second = node(clock, store);
    await second.scene.enqueue(second.scene.http(A));
    await turns();
    expect(second.targets.attempted).toEqual([]);
  });
});
