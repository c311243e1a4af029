/** The contract of documents: versions, expiry and the order of keys. */
import { describe, expect, it } from 'vitest';
import { VersionConflict } from '../../src/storage/errors.ts';
import type { DocumentWrite } from '../../src/storage/port.ts';
import { type OpenStore, START_MS, storeForEachTest } from './open-store.ts';

export function documentsContract(open: OpenStore): void {
  describe('documents', () => {
    const on = storeForEachTest(open);
    const put = (key: string, value: unknown, options?: DocumentWrite) =>
      on.run((tx) => tx.documents.put(key, value, options));
    const get = (key: string) => on.run((tx) => tx.documents.get(key));
    const remove = (key: string) => on.run((tx) => tx.documents.delete(key));
    const keys = (prefix: string, page: { after?: string; limit?: number } = {}) =>
      on.run(async (tx) => {
        const found = await tx.documents.list(prefix, { limit: 100, ...page });
        return found.map((document) => document.key);
      });

    it('answers undefined for a key that was never written', async () => {
      expect(await get('a')).toBeUndefined();
    });

    it('answers what was written, with its key and version 1', async () => {
      const value = { text: 'grüße 💌', list: [1, 2.5, null, true], nested: { empty: {} } };
      expect(await put('a', value)).toBe(1);
      expect(await get('a')).toEqual({ key: 'a', value, version: 1 });
    });

    it.each(['text', 0, false, null, [[]], ''])('keeps the value %j as it is', async (value) => {
      await put('a', value);
      expect((await get('a'))?.value).toEqual(value);
    });

    it('counts the version up with each write', async () => {
      await put('a', 1);
      expect(await put('a', 2)).toBe(2);
      expect(await put('a', 3)).toBe(3);
      expect(await get('a')).toEqual({ key: 'a', value: 3, version: 3 });
    });

    it('sees inside a transaction what the transaction wrote', async () => {
      const seen = await on.run(async (tx) => {
        await tx.documents.put('a', 1);
        const first = await tx.documents.get('a');
        await tx.documents.put('a', 2);
        const listed = await tx.documents.list('', { limit: 10 });
        await tx.documents.delete('a');
        return [first, ...listed, await tx.documents.get('a')];
      });
      expect(seen).toEqual([
        { key: 'a', value: 1, version: 1 },
        { key: 'a', value: 2, version: 2 },
        undefined,
      ]);
    });

    it('forgets a deleted document and says whether it was there', async () => {
      await put('a', 1);
      expect(await remove('a')).toBe(true);
      expect(await remove('a')).toBe(false);
      expect(await get('a')).toBeUndefined();
      expect(await keys('')).toEqual([]);
    });

    it('starts again at version 1 after a delete', async () => {
      await put('a', 1);
      await put('a', 2);
      await remove('a');
      expect(await put('a', 3)).toBe(1);
    });

    describe('an expected version', () => {
      it('lets the write through when it is the stored one', async () => {
        expect(await put('a', 1, { expectedVersion: 0 })).toBe(1);
        expect(await put('a', 2, { expectedVersion: 1 })).toBe(2);
      });

      it('throws VersionConflict when it is another one, and writes nothing', async () => {
        await put('a', 1);
        await expect(put('a', 2, { expectedVersion: 2 })).rejects.toBeInstanceOf(VersionConflict);
        await expect(put('a', 2, { expectedVersion: 0 })).rejects.toBeInstanceOf(VersionConflict);
        expect(await get('a')).toEqual({ key: 'a', value: 1, version: 1 });
      });

      it('throws VersionConflict when there is no document', async () => {
        await expect(put('a', 2, { expectedVersion: 1 })).rejects.toBeInstanceOf(VersionConflict);
        expect(await get('a')).toBeUndefined();
      });
    });

    describe('expiry', () => {
      it('hides a document from the very instant on', async () => {
        await put('a', 1, { expiresAtMs: START_MS + 1000 });
        on.clock.advance(999);
        expect((await get('a'))?.value).toBe(1);
        expect(await keys('')).toEqual(['a']);
        on.clock.advance(1);
        expect(await get('a')).toBeUndefined();
        expect(await keys('')).toEqual([]);
        expect(await remove('a')).toBe(false);
      });

      it('makes the next write begin at version 1', async () => {
        await put('a', 1, { expiresAtMs: START_MS + 1000 });
        await put('a', 2, { expiresAtMs: START_MS + 1000 });
        on.clock.advance(1000);
        await expect(put('a', 3, { expectedVersion: 2 })).rejects.toBeInstanceOf(VersionConflict);
        expect(await put('a', 3, { expectedVersion: 0 })).toBe(1);
        expect(await get('a')).toEqual({ key: 'a', value: 3, version: 1 });
      });

      it('is forgotten by a write that names none, and replaced by one that does', async () => {
        await put('kept', 1, { expiresAtMs: START_MS + 1000 });
        await put('kept', 2);
        await put('shorter', 1, { expiresAtMs: START_MS + 9000 });
        await put('shorter', 1, { expiresAtMs: START_MS + 1000 });
        on.clock.advance(1000);
        expect((await get('kept'))?.value).toBe(2);
        expect(await get('shorter')).toBeUndefined();
      });

      it('does not let expired documents fill a page', async () => {
        await put('a1', 1, { expiresAtMs: START_MS + 1 });
        await put('a2', 1, { expiresAtMs: START_MS + 1 });
        await put('a3', 1);
        on.clock.advance(1);
        expect(await keys('a', { limit: 1 })).toEqual(['a3']);
      });

      it('reclaims expired documents and nothing else', async () => {
        await on.run(async (tx) => {
          for (let n = 0; n < 5000; n += 1) {
            await tx.documents.put(`gone/${n}`, n, { expiresAtMs: START_MS + 1 });
          }
          await tx.documents.put('later', 1, { expiresAtMs: START_MS + 2 });
          await tx.documents.put('kept', 1);
        });
        on.clock.advance(1);
        let calls = 0;
        do calls += 1;
        while (calls < 1000 && (await on.store.reclaim()));
        expect(calls).toBeLessThan(1000);
        expect(await on.store.reclaim()).toBe(false);
        expect(await keys('')).toEqual(['kept', 'later']);
        expect(await put('gone/7', 1)).toBe(1);
      });
    });

    describe('a listing', () => {
      it('answers whole documents in the order of their keys', async () => {
        await put('b', 2);
        await put('a', 1);
        await put('a', 1.5);
        const listed = await on.run((tx) => tx.documents.list('', { limit: 10 }));
        expect(listed).toEqual([
          { key: 'a', value: 1.5, version: 2 },
          { key: 'b', value: 2, version: 1 },
        ]);
      });

      it('keeps to its prefix, letter by letter', async () => {
        for (const key of ['a', 'a%', 'a%b', 'a_', 'aab', 'A%c', 'b', 'a%\uffff', 'a%💌', 'a&']) {
          await put(key, 0);
        }
        expect(await keys('a%')).toEqual(['a%', 'a%b', 'a%\uffff', 'a%💌']);
        expect(await keys('a_')).toEqual(['a_']);
        expect(await keys('A')).toEqual(['A%c']);
        expect(await keys('c')).toEqual([]);
      });

      it('orders keys by their UTF-8 bytes', async () => {
        const inOrder = [
          '',
          'A',
          'Z',
          'a',
          'a/',
          'a/b',
          'aa',
          'é',
          '€',
          '\ue000',
          '\uff5e',
          '💌',
          '💌a',
        ];
        for (const key of [...inOrder].reverse()) await put(`k${key}`, 0);
        const bytes = (key: string) => Buffer.from(`k${key}`, 'utf8');
        expect(inOrder).toEqual([...inOrder].sort((a, b) => Buffer.compare(bytes(a), bytes(b))));
        expect(await keys('k')).toEqual(inOrder.map((key) => `k${key}`));
      });

      it('gives pages that fit together', async () => {
        const all = Array.from({ length: 25 }, (_, n) => `p/${String(n).padStart(2, '0')}`);
        for (const key of [...all, 'o', 'q']) await put(key, 0);
        const found: string[] = [];
        for (;;) {
          const after = found.at(-1);
          const page = await keys('p/', { ...(after !== undefined && { after }), limit: 10 });
          if (page.length === 0) break;
          expect(page.length).toBeLessThanOrEqual(10);
          found.push(...page);
        }
        expect(found).toEqual(all);
      });

      it('begins after a key that is not there, or lies outside the prefix', async () => {
        for (const key of ['b', 'p/1', 'p/3', 'r']) await put(key, 0);
        expect(await keys('p/', { after: 'p/2' })).toEqual(['p/3']);
        expect(await keys('p/', { after: 'a' })).toEqual(['p/1', 'p/3']);
        expect(await keys('p/', { after: 'q' })).toEqual([]);
      });
    });

    it('keeps documents, versions and expiry over a restart', async (context) => {
      await put('a', 1);
      await put('a', { b: 2 });
      await put('short', 1, { expiresAtMs: START_MS + 10 });
      await put('gone', 1);
      await remove('gone');
      await on.reopen(context);
      expect(await get('a')).toEqual({ key: 'a', value: { b: 2 }, version: 2 });
      expect(await keys('')).toEqual(['a', 'short']);
      on.clock.advance(10);
      expect(await keys('')).toEqual(['a']);
    });
  });
}
