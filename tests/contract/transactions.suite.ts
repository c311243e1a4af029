/**
 * The contract of transactions: atomic across all shapes, alone in their failure, answered late.
 */
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { StorageUnavailable, VersionConflict } from '../../src/storage/errors.ts';
import type { NewEntry, QueueRef, Transaction } from '../../src/storage/port.ts';
import { type OpenStore, START_MS, storeForEachTest } from './open-store.ts';

const plain: QueueRef = { key: 'plain', ordered: false };
const fair: QueueRef = { key: 'fair', ordered: false };
const ordered: QueueRef = { key: 'ordered', ordered: true };
const fresh: QueueRef = { key: 'fresh', ordered: false };
const all = [plain, fair, ordered, fresh];

const entry = (tx: Transaction, payload: string, more: Partial<NewEntry> = {}): NewEntry => ({
  payload,
  visibleAtMs: tx.nowMs,
  enqueuedAtMs: tx.nowMs,
  ...more,
});

/** Something in every shape and in every state that it knows. */
async function fill(tx: Transaction): Promise<void> {
  await tx.documents.put('kept', { n: 1 });
  await tx.documents.put('kept', { n: 2 });
  await tx.documents.put('short', 1, { expiresAtMs: tx.nowMs + 50 });
  await tx.memos.put('memo', 1, tx.nowMs + 1_000);
  for (const queue of [plain, fair, ordered]) {
    const groups = queue === plain ? [undefined] : ['a', 'b', 'c'];
    for (const group of [...groups, ...groups, ...groups]) {
      const more = group === undefined ? {} : { group };
      await tx.queues.append(queue, [entry(tx, `${queue.key} ${group}`, more)]);
    }
    await tx.queues.append(queue, [
      entry(tx, 'delayed', { group: 'd', visibleAtMs: tx.nowMs + 20 }),
    ]);
    await tx.queues.claim(queue, { limit: 2, visibleAtMs: tx.nowMs + 10 });
  }
  await tx.logs.append('log', ['a', 'b', 'c', 'd']);
  await tx.logs.trim('log', 2, 10);
  await tx.timers.set({ key: 'due', kind: 'k', dueAtMs: tx.nowMs, payload: 1 });
  await tx.timers.set({ key: 'later', kind: 'k', dueAtMs: tx.nowMs + 30, payload: 2 });
}

/** Changes everything that `fill` made, by every method that changes something. */
async function disturb(tx: Transaction): Promise<void> {
  await tx.documents.put('kept', { n: 3 }, { expiresAtMs: tx.nowMs + 1 });
  await tx.documents.put('new', 1);
  await tx.memos.put('memo', 2, tx.nowMs + 2_000);
  await tx.memos.put('new memo', 1, tx.nowMs + 1_000);
  await tx.documents.delete('short');
  for (const queue of [plain, fair, ordered]) {
    const [first, second, third, fourth] = await tx.queues.peek(queue, { limit: 4 });
    await tx.queues.claim(queue, { limit: 2, visibleAtMs: tx.nowMs + 99 });
    await tx.queues.release(queue, first?.sequence ?? 0);
    await tx.queues.extend(queue, second?.sequence ?? 0, tx.nowMs + 5);
    await tx.queues.remove(queue, third?.sequence ?? 0);
    await tx.queues.move(queue, fourth?.sequence ?? 0, fresh, entry(tx, 'moved'));
    await tx.queues.append(queue, [entry(tx, 'added', { group: 'e' })]);
    await tx.queues.redelay(queue, 40, 1000);
    await tx.queues.expire(queue, tx.nowMs, 3);
    await tx.queues.claim(queue, { limit: 3, visibleAtMs: tx.nowMs, expiredAtMs: tx.nowMs });
  }
  await tx.queues.purge(fair);
  await tx.queues.append(fair, [entry(tx, 'after the purge', { group: 'c' })]);
  await tx.queues.purge(plain);
  await tx.logs.append('log', ['e']);
  await tx.logs.trim('log', 4, 10);
  await tx.logs.append('new log', ['a']);
  await tx.timers.claimDue({ limit: 5, leaseUntilMs: tx.nowMs + 77 });
  await tx.timers.cancel('later');
  await tx.timers.set({ key: 'new', kind: 'k', dueAtMs: tx.nowMs, payload: null });
}

/** Everything that can be asked without changing anything. */
async function look(tx: Transaction) {
  const queues = [];
  for (const queue of all) {
    queues.push({
      entries: await tx.queues.peek(queue, { limit: 1000 }),
      count: await tx.queues.count(queue),
      claimed: await tx.queues.countClaimed(queue, 1000),
      nextVisibleAtMs: await tx.queues.nextVisibleAtMs(queue),
    });
  }
  return {
    documents: await tx.documents.list('', { limit: 1000 }),
    memos: [await tx.memos.get('memo'), await tx.memos.get('new memo')],
    queues,
    logs: [await tx.logs.read('log', 1, 1000), await tx.logs.read('new log', 1, 1000)],
    bounds: [await tx.logs.bounds('log'), await tx.logs.bounds('new log')],
    timers: [
      await tx.timers.get('due'),
      await tx.timers.get('later'),
      await tx.timers.get('new'),
      await tx.timers.nextDueAtMs(),
    ],
  };
}

/** The order in which everything would be handed out from here on. */
async function drain(tx: Transaction): Promise<string[]> {
  const order: string[] = [];
  for (const queue of all) {
    for (;;) {
      const claimed = await tx.queues.claim(queue, { limit: 1, visibleAtMs: tx.nowMs + 1 });
      if (claimed.length === 0) break;
      for (const { payload, sequence } of claimed) {
        order.push(payload);
        await tx.queues.remove(queue, sequence);
      }
    }
  }
  return order;
}

export function transactionsContract(open: OpenStore): void {
  describe('a transaction', () => {
    const on = storeForEachTest(open);
    const boom = new Error('boom');
    const failing = (work: (tx: Transaction) => Promise<void>) =>
      on.run(async (tx) => {
        await work(tx);
        throw boom;
      });
    const count = (key: string) =>
      on.run(async (tx) => (await tx.documents.get<number>(key))?.value ?? 0);

    it('answers what its function answers, promised or not', async () => {
      expect(await on.run(() => 7)).toBe(7);
      expect(await on.run(async () => 'later')).toBe('later');
      expect(await on.run(() => undefined)).toBeUndefined();
    });

    it('rejects with the very thing that its function threw', async () => {
      await expect(
        on.run(() => {
          throw boom;
        }),
      ).rejects.toBe(boom);
      await expect(on.run(() => Promise.reject(boom))).rejects.toBe(boom);
    });

    it('has one instant, which is the clock when its function starts', async () => {
      const instants = await Promise.all([
        on.run((tx) => {
          on.clock.advance(5);
          return tx.nowMs;
        }),
        on.run((tx) => tx.nowMs),
      ]);
      expect(instants).toEqual([START_MS, START_MS + 5]);
    });

    it('leaves its writes in all five shapes', async () => {
      await on.run(fill);
      const before = await on.run(look);
      await on.run(disturb);
      const after = await on.run(look);
      expect(after.documents).not.toEqual(before.documents);
      expect(after.queues).not.toEqual(before.queues);
      expect(after.logs).not.toEqual(before.logs);
      expect(after.timers).not.toEqual(before.timers);
    });

    it('leaves nothing in any shape when its function throws', async () => {
      await on.run(fill);
      const before = await on.run(look);
      await expect(failing(disturb)).rejects.toBe(boom);
      expect(await on.run(look)).toEqual(before);
      await expect(failing(disturb)).rejects.toBe(boom);
      on.clock.advance(30);
      const expected = await on.run(async (tx) => (await drain(tx)).length);
      expect(expected).toBe(24);
    });

    it('leaves the order of claims as it was when its function throws', async () => {
      await on.run(fill);
      on.clock.advance(30);
      let untouched: string[] = [];
      await expect(
        failing(async (tx) => {
          untouched = await drain(tx);
        }),
      ).rejects.toBe(boom);
      expect(untouched).toHaveLength(24);
      await expect(failing(disturb)).rejects.toBe(boom);
      expect(await on.run(drain)).toEqual(untouched);
    });

    it('never gives out a sequence again that was committed, whatever failed before', async () => {
      const append = (tx: Transaction) => tx.queues.append(plain, [entry(tx, 'a')]);
      const [first = 0] = await on.run(append);
      await expect(failing(async (tx) => void (await append(tx)))).rejects.toBe(boom);
      const [second = 0] = await on.run(append);
      await expect(failing(async (tx) => void (await append(tx)))).rejects.toBe(boom);
      await on.reopenIfKept();
      const [third = 0] = await on.run(append);
      expect(second).toBeGreaterThan(first);
      expect(third).toBeGreaterThan(second);
      const entries = await on.run((tx) => tx.queues.peek(plain, { limit: 10 }));
      expect(entries.map((found) => found.sequence)).toEqual([first, second, third]);
    });

    it('undoes only itself while others of the same batch commit', async () => {
      const put = (key: string, fail: boolean) =>
        on.run(async (tx) => {
          await tx.documents.put(key, 1);
          await tx.queues.append(plain, [entry(tx, key)]);
          if (fail) throw boom;
          return key;
        });
      const results = await Promise.allSettled([
        put('a', false),
        put('b', true),
        put('c', false),
        put('d', true),
        put('e', false),
      ]);
      expect(results.map((result) => result.status)).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
        'rejected',
        'fulfilled',
      ]);
      await on.reopenIfKept();
      const seen = await on.run(async (tx) => ({
        keys: (await tx.documents.list('', { limit: 10 })).map((document) => document.key),
        payloads: (await tx.queues.peek(plain, { limit: 10 })).map((found) => found.payload),
      }));
      expect(seen).toEqual({ keys: ['a', 'c', 'e'], payloads: ['a', 'c', 'e'] });
    });

    it('fails alone on a version conflict with another of the same batch', async () => {
      const write = (value: string) =>
        on.run((tx) => tx.documents.put('a', value, { expectedVersion: 0 }));
      const [first, second] = await Promise.allSettled([write('first'), write('second')]);
      expect(first).toEqual({ status: 'fulfilled', value: 1 });
      expect(second).toMatchObject({ status: 'rejected', reason: expect.any(VersionConflict) });
      expect((await on.run((tx) => tx.documents.get('a')))?.value).toBe('first');
    });

    it('may go on after a conflict that its function catches', async () => {
      await on.run((tx) => tx.documents.put('a', 1));
      await on.run(async (tx) => {
        await tx.documents.put('b', 1);
        await Promise.resolve()
          .then(() => tx.documents.put('a', 2, { expectedVersion: 9 }))
          .catch(() => tx.documents.put('c', 1));
      });
      const keys = await on.run((tx) => tx.documents.list('', { limit: 10 }));
      expect(keys.map((document) => [document.key, document.version])).toEqual([
        ['a', 1],
        ['b', 1],
        ['c', 1],
      ]);
    });

    it('runs alone: what it read still holds when it writes', async () => {
      const increment = () =>
        on.run(async (tx) => {
          const before = await tx.documents.get<number>('n');
          await Promise.resolve();
          await tx.documents.put('n', (before?.value ?? 0) + 1);
        });
      await Promise.all(Array.from({ length: 300 }, increment));
      expect(await count('n')).toBe(300);
    });

    it('holds up those who come while it is running, and then they run', async () => {
      const events: string[] = [];
      let second: Promise<unknown> = Promise.resolve();
      await on.run(async () => {
        events.push('first begins');
        second = on.run(() => events.push('second'));
        for (let turn = 0; turn < 5; turn += 1) await setImmediate();
        events.push('first ends');
      });
      await second;
      expect(events).toEqual(['first begins', 'first ends', 'second']);
    });

    it('runs in the order in which callers came, and answers in that order', async () => {
      const ran: number[] = [];
      const answered: number[] = [];
      await Promise.all(
        Array.from({ length: 50 }, async (_, n) => {
          await on.run(() => ran.push(n)).finally(() => answered.push(n));
        }),
      );
      const inOrder = Array.from({ length: 50 }, (_, n) => n);
      expect(ran).toEqual(inOrder);
      expect(answered).toEqual(inOrder);
    });

    it('is answered only after the whole batch was committed', async () => {
      const events: string[] = [];
      const call = (name: string) =>
        on
          .run(() => {
            events.push(`${name} ran`);
            if (name === 'b') throw boom;
          })
          .then(
            () => events.push(`${name} answered`),
            () => events.push(`${name} refused`),
          );
      await Promise.all([call('a'), call('b'), call('c')]);
      expect(events.slice(0, 3)).toEqual(['a ran', 'b ran', 'c ran']);
      expect(events.slice(3).sort()).toEqual(['a answered', 'b refused', 'c answered']);
    });

    it('does not start before its caller has gone on', async () => {
      let ran = false;
      const running = on.run(() => {
        ran = true;
      });
      expect(ran).toBe(false);
      await running;
      expect(ran).toBe(true);
    });

    it('may start another once it is answered, from within a callback', async () => {
      const nested = await on.run(() => 1).then((one) => on.run(() => one + 1));
      expect(nested).toBe(2);
    });

    it('serves thousands of callers at once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 3000 }, (_, n) =>
          on.run(async (tx) => {
            const [sequence = 0] = await tx.queues.append(plain, [entry(tx, String(n))]);
            return sequence;
          }),
        ),
      );
      expect(new Set(answers).size).toBe(3000);
      expect([...answers].sort((a, b) => a - b)).toEqual(answers);
      expect((await on.run((tx) => tx.queues.count(plain))).visible).toBe(3000);
    });

    it('is counted in the statistics, which begin anew with each look', async () => {
      on.store.stats();
      const write = () => on.run((tx) => tx.documents.put('a', 1));
      await Promise.all([write(), write()]);
      await write();
      const { engine, databaseBytes, commitBatchSizes, commitSeconds } = on.store.stats();
      expect(engine).not.toBe('');
      expect(databaseBytes > 0).toBe(on.keepsData);
      expect(commitBatchSizes.reduce((sum, size) => sum + size, 0)).toBe(3);
      expect(commitSeconds).toHaveLength(commitBatchSizes.length);
      expect(on.store.stats().commitBatchSizes).toEqual([]);
    });

    it('that was accepted is finished when the store closes, and none is accepted after', async () => {
      const accepted = on.run(async (tx) => {
        await tx.documents.put('a', 1);
        return 'done';
      });
      const closing = on.store.close();
      expect(await accepted).toBe('done');
      await closing;
      await expect(on.run(() => 1)).rejects.toBeInstanceOf(StorageUnavailable);
    });

    it('finds the store closed however often it is closed', async () => {
      await on.store.close();
      await on.store.close();
      await expect(on.run(() => 1)).rejects.toBeInstanceOf(StorageUnavailable);
    });

    it('is all there or not at all after a restart', async (context) => {
      await on.run(fill);
      await Promise.allSettled([on.run(disturb), failing(disturb)]);
      const before = await on.run(look);
      await on.reopen(context);
      expect(await on.run(look)).toEqual(before);
    });
  });
}
