/** The contract of timers: the order in which they come due, and leases. */
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/storage/port.ts';
import { type OpenStore, START_MS, storeForEachTest } from './open-store.ts';

const LEASE_MS = 60_000;

export function timersContract(open: OpenStore): void {
  describe('timers', () => {
    const on = storeForEachTest(open);
    const set = (key: string, inMs: number, payload: Json = null, kind = 'kind') =>
      on.run((tx) => tx.timers.set({ key, kind, dueAtMs: START_MS + inMs, payload }));
    const get = (key: string) => on.run((tx) => tx.timers.get(key));
    const cancel = (key: string) => on.run((tx) => tx.timers.cancel(key));
    const next = () => on.run((tx) => tx.timers.nextDueAtMs());
    const claimDue = (limit = 100) =>
      on.run(async (tx) => {
        const page = { limit, leaseUntilMs: tx.nowMs + LEASE_MS };
        const claimed = await tx.timers.claimDue(page);
        return claimed.map((timer) => timer.key);
      });

    it('has nothing due before the first timer', async () => {
      expect(await claimDue()).toEqual([]);
      expect(await next()).toBeUndefined();
      expect(await get('a')).toBeUndefined();
      expect(await cancel('a')).toBe(false);
    });

    it('answers a timer as it was set', async () => {
      await set('a', 10, { list: ['grüße 💌', 1, null] }, 'sweep');
      expect(await get('a')).toEqual({
        key: 'a',
        kind: 'sweep',
        dueAtMs: START_MS + 10,
        payload: { list: ['grüße 💌', 1, null] },
      });
    });

    it('hands a timer out from the very instant on', async () => {
      await set('a', 10, { n: 1 }, 'sweep');
      on.clock.advance(9);
      expect(await claimDue()).toEqual([]);
      on.clock.advance(1);
      const [timer] = await on.run((tx) =>
        tx.timers.claimDue({ limit: 1, leaseUntilMs: tx.nowMs + LEASE_MS }),
      );
      expect(timer).toMatchObject({ key: 'a', kind: 'sweep', payload: { n: 1 } });
    });

    it('hands timers out earliest first, at most so many, equal instants by key', async () => {
      await set('late', 30);
      await set('b', 20);
      await set('a', 20);
      await set('early', 10);
      await set('future', 1000);
      on.clock.advance(30);
      expect(await claimDue(3)).toEqual(['early', 'a', 'b']);
      expect(await claimDue(3)).toEqual(['late']);
      expect(await claimDue(3)).toEqual([]);
    });

    it('lets a claimed timer come due again when its lease ends', async () => {
      await set('a', 0);
      expect(await claimDue()).toEqual(['a']);
      expect((await get('a'))?.dueAtMs).toBe(START_MS + LEASE_MS);
      expect(await next()).toBe(START_MS + LEASE_MS);
      on.clock.advance(LEASE_MS - 1);
      expect(await claimDue()).toEqual([]);
      on.clock.advance(1);
      expect(await claimDue()).toEqual(['a']);
    });

    it('replaces a timer of the same key, and its lease', async () => {
      await set('a', 0, 'old', 'old');
      await claimDue();
      await set('a', 5, 'new', 'new');
      expect(await get('a')).toEqual({
        key: 'a',
        kind: 'new',
        dueAtMs: START_MS + 5,
        payload: 'new',
      });
      on.clock.advance(5);
      expect(await claimDue()).toEqual(['a']);
      on.clock.advance(LEASE_MS);
      expect(await claimDue()).toEqual(['a']);
    });

    it('forgets a cancelled timer, leased or not, and says whether it was there', async () => {
      await set('a', 0);
      await set('b', 0);
      await claimDue(1);
      expect(await cancel('a')).toBe(true);
      expect(await cancel('b')).toBe(true);
      expect(await cancel('b')).toBe(false);
      on.clock.advance(LEASE_MS);
      expect(await claimDue()).toEqual([]);
      expect(await next()).toBeUndefined();
    });

    it('answers the instant of the earliest timer, due or not', async () => {
      await set('a', 50);
      await set('b', 20);
      expect(await next()).toBe(START_MS + 20);
      on.clock.advance(100);
      expect(await next()).toBe(START_MS + 20);
      await cancel('b');
      expect(await next()).toBe(START_MS + 50);
    });

    it('sees inside a transaction what the transaction set', async () => {
      const seen = await on.run(async (tx) => {
        const timer = { key: 'a', kind: 'k', dueAtMs: tx.nowMs, payload: null };
        await tx.timers.set(timer);
        const before = await tx.timers.nextDueAtMs();
        const claimed = await tx.timers.claimDue({ limit: 5, leaseUntilMs: tx.nowMs + 1 });
        const again = await tx.timers.claimDue({ limit: 5, leaseUntilMs: tx.nowMs + 1 });
        return [before, claimed.length, again.length, await tx.timers.nextDueAtMs()];
      });
      expect(seen).toEqual([START_MS, 1, 0, START_MS + 1]);
    });

    it('answers the earliest end of a lease while all timers are leased', async () => {
      await set('a', 0);
      await set('b', 1);
      await claimDue(1);
      on.clock.advance(5);
      await claimDue(1);
      expect(await next()).toBe(START_MS + LEASE_MS);
      await set('c', LEASE_MS + 1);
      expect(await next()).toBe(START_MS + LEASE_MS);
      on.clock.advance(LEASE_MS + 5);
      expect(await claimDue()).toEqual(['a', 'c', 'b']);
    });

    it('takes a lease back when the function that took it fails', async () => {
      await set('a', 0);
      const failing = on.run(async (tx) => {
        await tx.timers.claimDue({ limit: 1, leaseUntilMs: tx.nowMs + LEASE_MS });
        throw new Error('on purpose');
      });
      await expect(failing).rejects.toThrow('on purpose');
      expect(await claimDue()).toEqual(['a']);
    });

    it('keeps timers over a restart, whose leases end with it', async (context) => {
      await set('leased', 0, { n: 1 });
      await set('waiting', 10, ['x']);
      await set('cancelled', 10);
      await claimDue(1);
      await cancel('cancelled');
      await on.reopen(context);
      expect((await get('waiting'))?.payload).toEqual(['x']);
      expect(await get('leased')).toMatchObject({ dueAtMs: START_MS, payload: { n: 1 } });
      expect(await claimDue()).toEqual(['leased']);
      on.clock.advance(10);
      expect(await claimDue()).toEqual(['waiting']);
    });
  });
}
