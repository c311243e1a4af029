/** The contract of logs: positions without gaps, reading, seeking and trimming. */
import { describe, expect, it } from 'vitest';
import { type OpenStore, START_MS, storeForEachTest } from './open-store.ts';

export function logsContract(open: OpenStore): void {
  describe('logs', () => {
    const on = storeForEachTest(open);
    const append = (log: string, ...payloads: string[]) =>
      on.run((tx) => tx.logs.append(log, payloads));
    const read = (log: string, position: number, limit = 100) =>
      on.run((tx) => tx.logs.read(log, position, limit));
    const payloads = async (log: string, position: number, limit?: number) =>
      (await read(log, position, limit)).map((record) => record.payload);
    const seek = (log: string, appendedAtMs: number) =>
      on.run((tx) => tx.logs.seek(log, appendedAtMs));
    const trim = (log: string, position: number, limit = 100) =>
      on.run((tx) => tx.logs.trim(log, position, limit));
    const bounds = (log: string) => on.run((tx) => tx.logs.bounds(log));

    it('is empty before the first append', async () => {
      expect(await bounds('l')).toEqual({ first: 1, next: 1 });
      expect(await read('l', 1)).toEqual([]);
      expect(await seek('l', 0)).toBe(1);
      expect(await trim('l', 5)).toBe(false);
      expect(await bounds('l')).toEqual({ first: 1, next: 1 });
    });

    it('gives positions from 1 on without gaps, and answers the first of them', async () => {
      expect(await append('l', 'a', 'b')).toBe(1);
      expect(await append('l', 'c')).toBe(3);
      expect(await append('l', 'd', 'e')).toBe(4);
      expect((await read('l', 1)).map((record) => record.position)).toEqual([1, 2, 3, 4, 5]);
      expect(await bounds('l')).toEqual({ first: 1, next: 6 });
    });

    it('answers the next position and adds nothing when nothing is appended', async () => {
      await append('l', 'a');
      expect(await append('l')).toBe(2);
      expect(await bounds('l')).toEqual({ first: 1, next: 2 });
    });

    it('keeps each log to itself', async () => {
      await append('one', 'a', 'b');
      expect(await append('two', 'c')).toBe(1);
      await trim('one', 3);
      expect(await payloads('two', 1)).toEqual(['c']);
    });

    it('stamps a record with the instant of its transaction', async () => {
      await append('l', 'a');
      on.clock.advance(5);
      await append('l', 'grüße 💌');
      expect(await read('l', 1)).toEqual([
        { position: 1, appendedAtMs: START_MS, payload: 'a' },
        { position: 2, appendedAtMs: START_MS + 5, payload: 'grüße 💌' },
      ]);
    });

    it('reads from a position on, at most so many', async () => {
      await append('l', 'a', 'b', 'c', 'd');
      expect(await payloads('l', 2, 2)).toEqual(['b', 'c']);
      expect(await payloads('l', 4, 2)).toEqual(['d']);
      expect(await payloads('l', 5)).toEqual([]);
      expect(await payloads('l', 500)).toEqual([]);
    });

    it('reads from the first kept record when asked for an earlier one', async () => {
      await append('l', 'a', 'b', 'c', 'd');
      await trim('l', 3);
      expect(await payloads('l', 1, 1)).toEqual(['c']);
    });

    it('seeks the first record at or after an instant', async () => {
      await append('l', 'a', 'b');
      on.clock.advance(10);
      await append('l', 'c', 'd');
      on.clock.advance(10);
      await append('l', 'e');
      expect(await seek('l', 0)).toBe(1);
      expect(await seek('l', START_MS)).toBe(1);
      expect(await seek('l', START_MS + 1)).toBe(3);
      expect(await seek('l', START_MS + 10)).toBe(3);
      expect(await seek('l', START_MS + 20)).toBe(5);
      expect(await seek('l', START_MS + 21)).toBe(6);
      await trim('l', 4);
      expect(await seek('l', START_MS)).toBe(4);
    });

    it('trims a few at a time and says whether more are left to forget', async () => {
      await append('l', 'a', 'b', 'c', 'd', 'e');
      expect(await trim('l', 5, 3)).toBe(true);
      expect(await bounds('l')).toEqual({ first: 4, next: 6 });
      expect(await trim('l', 5, 3)).toBe(false);
      expect(await bounds('l')).toEqual({ first: 5, next: 6 });
      expect(await payloads('l', 1)).toEqual(['e']);
      expect(await trim('l', 2)).toBe(false);
      expect(await bounds('l')).toEqual({ first: 5, next: 6 });
    });

    it('has no more to forget when the limit was just enough', async () => {
      await append('l', 'a', 'b', 'c');
      expect(await trim('l', 3, 2)).toBe(false);
      expect(await payloads('l', 1)).toEqual(['c']);
    });

    it('never uses a position twice, not even after everything was trimmed', async () => {
      await append('l', 'a', 'b', 'c');
      expect(await trim('l', 1000)).toBe(false);
      expect(await bounds('l')).toEqual({ first: 4, next: 4 });
      expect(await seek('l', 0)).toBe(4);
      expect(await append('l', 'd')).toBe(4);
      expect(await payloads('l', 1)).toEqual(['d']);
    });

    it('sees inside a transaction what the transaction appended', async () => {
      const seen = await on.run(async (tx) => {
        await tx.logs.append('l', ['a', 'b']);
        await tx.logs.trim('l', 2, 10);
        const first = await tx.logs.append('l', ['c']);
        return { first, records: await tx.logs.read('l', 1, 10), end: await tx.logs.bounds('l') };
      });
      expect(seen).toEqual({
        first: 3,
        records: [
          { position: 2, appendedAtMs: START_MS, payload: 'b' },
          { position: 3, appendedAtMs: START_MS, payload: 'c' },
        ],
        end: { first: 2, next: 4 },
      });
    });

    it('reuses the positions of an append that was undone, so that no gap remains', async () => {
      await append('l', 'a');
      const undone = on.run(async (tx) => {
        await tx.logs.append('l', ['x', 'y']);
        throw new Error('undo');
      });
      await expect(undone).rejects.toThrow('undo');
      expect(await append('l', 'b')).toBe(2);
      expect(await payloads('l', 1)).toEqual(['a', 'b']);
    });

    it('keeps records and positions over a restart', async (context) => {
      await append('l', 'a', 'b', 'c');
      await append('emptied', 'a', 'b');
      await trim('l', 2);
      await trim('emptied', 3);
      await on.reopen(context);
      expect(await bounds('l')).toEqual({ first: 2, next: 4 });
      expect(await bounds('emptied')).toEqual({ first: 3, next: 3 });
      on.clock.advance(7);
      expect(await append('l', 'd')).toBe(4);
      expect(await append('emptied', 'c')).toBe(3);
      expect(await payloads('l', 1)).toEqual(['b', 'c', 'd']);
      expect(await seek('l', START_MS + 7)).toBe(4);
    });
  });
}
