/** The contract of memos: what is remembered is found until its time is over, and not after. */
import { describe, expect, it } from 'vitest';
import { allMemos } from '../../src/core/read-all.ts';
import type { Json } from '../../src/storage/port.ts';
import { Random } from '../simulation/random.ts';
import { type OpenStore, START_MS, storeForEachTest } from './open-store.ts';

const MINUTE_MS = 60_000;

/** Different keys of one fingerprint in the index of the SQLite engine. */
const ALIKE = ['key-126wu', 'key-1dwfa'] as const;

export function memosContract(open: OpenStore): void {
  describe('memos', () => {
    const on = storeForEachTest(open);
    const put = (key: string, value: unknown, inMs = MINUTE_MS) =>
      on.run((tx) => tx.memos.put(key, value, tx.nowMs + inMs));
    const get = (key: string) => on.run((tx) => tx.memos.get(key));
    const scanned = (prefix = '') =>
      on.run(async (tx) => {
        const found: [string, Json][] = [];
        for await (const { key, value } of allMemos(tx, prefix)) found.push([key, value]);
        return found.toSorted(([a], [b]) => (a < b ? -1 : 1));
      });

    it('answers undefined for what was never remembered', async () => {
      expect(await get('a')).toBeUndefined();
      expect(await scanned()).toEqual([]);
    });

    it.each(['text', 0, false, null, [[]], '', { text: 'grüße 💌', nested: { list: [1, 2.5] } }])(
      'keeps the value %j as it is, across a restart',
      async (value) => {
        await put('a', value);
        expect(await get('a')).toEqual(value);
        await on.reopenIfKept();
        expect(await get('a')).toEqual(value);
      },
    );

    it('sees inside a transaction what the transaction remembered', async () => {
      const seen = await on.run(async (tx) => {
        await tx.memos.put('a', 1, tx.nowMs + 1);
        const first = await tx.memos.get('a');
        await tx.memos.put('a', 2, tx.nowMs + 1);
        return [first, await tx.memos.get('a'), (await tx.memos.scan('')).memos];
      });
      expect(seen).toEqual([1, 2, [{ key: 'a', value: 2 }]]);
    });

    it('forgets at the very instant', async () => {
      await put('a', 1, 1_000);
      on.clock.advance(999);
      expect(await get('a')).toBe(1);
      on.clock.advance(1);
      expect(await get('a')).toBeUndefined();
      expect(await scanned()).toEqual([]);
    });

    it('answers what was remembered last', async () => {
      await put('a', 1, MINUTE_MS);
      await put('a', 2, 2 * MINUTE_MS);
      expect(await get('a')).toBe(2);
      await on.reopenIfKept();
      expect(await get('a')).toBe(2);
      on.clock.advance(MINUTE_MS);
      expect(await get('a')).toBe(2);
      on.clock.advance(MINUTE_MS);
      expect(await get('a')).toBeUndefined();
      await put('a', 3);
      expect(await get('a')).toBe(3);
    });

    it('keeps keys apart that look alike', async () => {
      await put(ALIKE[0], 0);
      expect(await get(ALIKE[1])).toBeUndefined();
      await put(ALIKE[1], 1);
      expect([await get(ALIKE[0]), await get(ALIKE[1])]).toEqual([0, 1]);
    });

    it('remembers nothing of a function that failed, and what came before and after it', async () => {
      await put('a', 'before');
      const failing = on.run(async (tx) => {
        await tx.memos.put('a', 'never', tx.nowMs + MINUTE_MS);
        for (let n = 0; n < 100; n++) await tx.memos.put(`b${n}`, n, tx.nowMs + MINUTE_MS);
        throw new Error('boom');
      });
      await expect(failing).rejects.toThrow('boom');
      expect(await get('a')).toBe('before');
      expect(await get('b0')).toBeUndefined();
      await put('b0', 'after');
      await on.reopenIfKept();
      expect([await get('a'), await get('b0')]).toEqual(['before', 'after']);
      expect(await scanned()).toEqual([
        ['a', 'before'],
        ['b0', 'after'],
      ]);
    });

    it('scans as many as there are, by the beginning of their keys', async () => {
      await on.run(async (tx) => {
        for (let n = 0; n < 5_000; n++) await tx.memos.put(`many/${n}`, n, tx.nowMs + MINUTE_MS);
        await tx.memos.put('other', true, tx.nowMs + MINUTE_MS);
      });
      expect(await scanned('many/')).toHaveLength(5_000);
      expect(await scanned('oth')).toEqual([['other', true]]);
    });

    it('gives back the space of what is forgotten, and of nothing else', async () => {
      await put('short', 1, MINUTE_MS);
      await put('long', 2, 10 * MINUTE_MS);
      on.clock.advance(2 * MINUTE_MS);
      while (await on.store.reclaim());
      expect([await get('short'), await get('long')]).toEqual([undefined, 2]);
      await on.reopenIfKept();
      expect([await get('short'), await get('long')]).toEqual([undefined, 2]);
    });

    it.each([1, 2, 3])('does as a plain map does (seed %i)', async (seed) => {
      const random = new Random(seed);
      const model = new Map<string, { value: number; expiresAtMs: number }>();
      for (let step = 0; step < 400; step++) {
        const fails = random.chance(0.1);
        const written: [string, { value: number; expiresAtMs: number }][] = [];
        const nowMs = on.clock.nowMs();
        const attempt = on.run(async (tx) => {
          for (let n = random.below(90); n > 0; n--) {
            const key = `key ${random.below(500)}`;
            const before = written.findLast(([other]) => other === key)?.[1] ?? model.get(key);
            const endMs = nowMs + random.below(8 * MINUTE_MS);
            const expiresAtMs = Math.max(endMs, before?.expiresAtMs ?? 0);
            const memo = { value: step, expiresAtMs };
            await tx.memos.put(key, memo.value, memo.expiresAtMs);
            written.push([key, memo]);
          }
          if (fails) throw new Error('boom');
        });
        if (fails) await expect(attempt).rejects.toThrow('boom');
        else await attempt;
        if (!fails) for (const [key, memo] of written) model.set(key, memo);
        if (random.chance(0.25)) on.clock.advance(random.below(MINUTE_MS));
        if (random.chance(0.1)) await on.store.reclaim();
        if (random.chance(0.025)) await on.reopenIfKept();
        const expected = (key: string) => {
          const memo = model.get(key);
          return memo !== undefined && memo.expiresAtMs > on.clock.nowMs() ? memo.value : undefined;
        };
        const asked = Array.from({ length: 20 }, () => `key ${random.below(500)}`);
        const answers = await on.run((tx) => Promise.all(asked.map((key) => tx.memos.get(key))));
        expect(answers).toEqual(asked.map(expected));
      }
      expect(on.clock.nowMs()).toBeGreaterThan(START_MS + 30 * MINUTE_MS);
    });
  });
}
