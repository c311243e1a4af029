/**
 * The contract of queues, rule by rule. Engines must agree on every order and every count, because
 * equal seeds must give equal results on all of them; `queues-model.suite.ts` checks that at
 * random.
 */
import { describe, expect, it } from 'vitest';
import type {
  Entry,
  EntryPhase,
  EntryState,
  NewEntry,
  QueueRef,
  Transaction,
} from '../../src/storage/port.ts';
import { type OpenStore, START_MS, type StoreUnderTest, storeForEachTest } from './open-store.ts';

const HIDDEN_MS = 30_000;

const plain: QueueRef = { key: 'plain', ordered: false };
const other: QueueRef = { key: 'other', ordered: false };
const ordered: QueueRef = { key: 'ordered', ordered: true };

interface EntryOptions {
  readonly group?: string;
  readonly delayMs?: number;
  readonly ageMs?: number;
}

interface ClaimOptions {
  readonly hideMs?: number;
  /** Entries of at least this age are removed in passing. */
  readonly expiredAgeMs?: number;
}

function newEntry(tx: Transaction, payload: string, options: EntryOptions = {}): NewEntry {
  const { group, delayMs = 0, ageMs = 0 } = options;
  return {
    payload,
    visibleAtMs: tx.nowMs + delayMs,
    enqueuedAtMs: tx.nowMs - ageMs,
    ...(group !== undefined && { group }),
  };
}

/** The port's methods with a transaction each, speaking of instants relative to the present. */
function queueCalls(on: StoreUnderTest) {
  const claimEntries = (queue: QueueRef, limit = 10, options: ClaimOptions = {}) =>
    on.run(async (tx) => {
      const { hideMs = HIDDEN_MS, expiredAgeMs } = options;
      return await tx.queues.claim(queue, {
        limit,
        visibleAtMs: tx.nowMs + hideMs,
        ...(expiredAgeMs !== undefined && { expiredAtMs: tx.nowMs - expiredAgeMs }),
      });
    });
  const peek = (
    queue: QueueRef,
    page: { phase?: EntryPhase; after?: number; limit?: number } = {},
  ) => on.run((tx) => tx.queues.peek(queue, { limit: 1000, ...page }));
  return {
    claimEntries,
    peek,
    append: (queue: QueueRef, payloads: readonly string[], options?: EntryOptions) =>
      on.run((tx) =>
        tx.queues.append(
          queue,
          payloads.map((payload) => newEntry(tx, payload, options)),
        ),
      ),
    claim: async (queue: QueueRef, limit?: number, options?: ClaimOptions) =>
      (await claimEntries(queue, limit, options)).map((entry) => entry.payload),
    payloads: async (queue: QueueRef, phase?: EntryPhase) =>
      (await peek(queue, { ...(phase && { phase }) })).map((entry) => entry.payload),
    find: (queue: QueueRef, sequence: number) => on.run((tx) => tx.queues.find(queue, sequence)),
    extend: (queue: QueueRef, sequence: number, byMs: number) =>
      on.run((tx) => tx.queues.extend(queue, sequence, tx.nowMs + byMs)),
    release: (queue: QueueRef, sequence: number) =>
      on.run((tx) => tx.queues.release(queue, sequence)),
    remove: (queue: QueueRef, sequence: number) =>
      on.run((tx) => tx.queues.remove(queue, sequence)),
    move: (from: QueueRef, sequence: number, to: QueueRef, payload: string, o?: EntryOptions) =>
      on.run((tx) => tx.queues.move(from, sequence, to, newEntry(tx, payload, o))),
    count: (queue: QueueRef) => on.run((tx) => tx.queues.count(queue)),
    countClaimed: (queue: QueueRef, limit: number) =>
      on.run((tx) => tx.queues.countClaimed(queue, limit)),
    oldest: (queue: QueueRef) => on.run((tx) => tx.queues.oldestEnqueuedAtMs(queue)),
    nextVisible: (queue: QueueRef) => on.run((tx) => tx.queues.nextVisibleAtMs(queue)),
    redelay: (queue: QueueRef, delayMs: number, withinMs: number) =>
      on.run((tx) => tx.queues.redelay(queue, delayMs, withinMs)),
    expire: (queue: QueueRef, ageMs: number, limit: number) =>
      on.run((tx) => tx.queues.expire(queue, tx.nowMs - ageMs, limit)),
    purge: (queue: QueueRef) => on.run((tx) => tx.queues.purge(queue)),
  };
}

function sequencesOf(entries: readonly EntryState[]): number[] {
  return entries.map((entry) => entry.sequence);
}

function bySequence(entries: readonly Entry[], payload: string): number {
  const entry = entries.find((candidate) => candidate.payload === payload);
  if (entry === undefined) throw new Error(`${payload} was not claimed`);
  return entry.sequence;
}

export function queuesContract(open: OpenStore): void {
  describe('queues', () => {
    entriesContract(open);
    plainClaimContract(open);
    fairClaimContract(open);
    orderedClaimContract(open);
    afterClaimContract(open);
    countsContract(open);
    sweepsContract(open);
    restartContract(open);
  });
}

function entriesContract(open: OpenStore): void {
  describe('entries', () => {
    const on = storeForEachTest(open);
    const { append, claim, find, move, payloads, peek, remove } = queueCalls(on);

    it('get sequences from 1 on, one after the other across all queues of the store', async () => {
      expect(await append(plain, ['a', 'b'])).toEqual([1, 2]);
      expect(await append(ordered, ['c'], { group: 'g' })).toEqual([3]);
      expect(await append(plain, [])).toEqual([]);
      expect(await append(other, ['d'])).toEqual([4]);
      expect(await move(other, 4, plain, 'd')).toBe(5);
      expect(await append(plain, ['e'])).toEqual([6]);
    });

    it('never get a sequence again that a removed entry had', async () => {
      await append(plain, ['a', 'b']);
      await remove(plain, 2);
      expect(await append(plain, ['c'])).toEqual([3]);
    });

    it('are found with their state, without their payload', async () => {
      await append(plain, ['a'], { delayMs: 7, ageMs: 3 });
      await append(ordered, ['b'], { group: 'g' });
      expect(await find(plain, 1)).toEqual({
        sequence: 1,
        visibleAtMs: START_MS + 7,
        enqueuedAtMs: START_MS - 3,
        claims: 0,
      });
      expect(await find(ordered, 2)).toMatchObject({ sequence: 2, group: 'g' });
      expect(await find(plain, 2)).toBeUndefined();
      expect(await find(other, 1)).toBeUndefined();
    });

    it('come back with the payload, group and instants that they were appended with', async () => {
      const payload = JSON.stringify({ text: 'grüße 💌\n\u0001' });
      await append(plain, [payload, ''], { group: 'gruppe/ü', ageMs: 3 });
      const entry = {
        group: 'gruppe/ü',
        visibleAtMs: START_MS,
        enqueuedAtMs: START_MS - 3,
        claims: 0,
      };
      expect(await peek(plain)).toEqual([
        { ...entry, sequence: 1, payload },
        { ...entry, sequence: 2, payload: '' },
      ]);
      expect(await claim(plain)).toEqual([payload, '']);
    });

    it('are gone once removed, whether claimed or not, and a second removal says so', async () => {
      await append(plain, ['a', 'b']);
      await claim(plain, 1);
      expect(await remove(plain, 1)).toBe(true);
      expect(await remove(plain, 2)).toBe(true);
      expect(await remove(plain, 2)).toBe(false);
      expect(await remove(other, 1)).toBe(false);
      expect(await payloads(plain)).toEqual([]);
      on.clock.advance(HIDDEN_MS);
      expect(await claim(plain)).toEqual([]);
    });

    it('are seen inside the transaction that appended them', async () => {
      const seen = await on.run(async (tx) => {
        const [first = 0] = await tx.queues.append(plain, [newEntry(tx, 'a'), newEntry(tx, 'b')]);
        const found = await tx.queues.find(plain, first);
        const claimed = await tx.queues.claim(plain, { limit: 1, visibleAtMs: tx.nowMs + 5 });
        await tx.queues.remove(plain, first);
        const left = await tx.queues.peek(plain, { limit: 10 });
        return [found?.claims, claimed[0]?.payload, left.map((entry) => entry.payload)];
      });
      expect(seen).toEqual([0, 'a', ['b']]);
    });

    it('of an ordered queue need a group', async () => {
      await expect(append(ordered, ['a'])).rejects.toThrow();
      expect(await payloads(ordered)).toEqual([]);
    });

    describe('peeked at', () => {
      it('come in sequence order and stay as they are', async () => {
        await append(plain, ['a', 'b', 'c'], { delayMs: 5 });
        await append(plain, ['d']);
        expect(await payloads(plain)).toEqual(['a', 'b', 'c', 'd']);
        expect((await peek(plain)).map((entry) => entry.claims)).toEqual([0, 0, 0, 0]);
        expect(await claim(plain)).toEqual(['d']);
      });

      it('come in pages that fit together', async () => {
        await append(plain, ['a', 'b', 'c', 'd', 'e']);
        await remove(plain, 2);
        expect(sequencesOf(await peek(plain, { limit: 2 }))).toEqual([1, 3]);
        expect(sequencesOf(await peek(plain, { after: 3, limit: 2 }))).toEqual([4, 5]);
        expect(sequencesOf(await peek(plain, { after: 2, limit: 1 }))).toEqual([3]);
        expect(await peek(plain, { after: 5, limit: 2 })).toEqual([]);
      });

      it('come by phase: visible, claimed or delayed', async () => {
        await append(plain, ['claimed', 'visible']);
        await append(plain, ['delayed', 'delayed too'], { delayMs: 5 });
        await claim(plain, 1);
        expect(await payloads(plain, 'visible')).toEqual(['visible']);
        expect(await payloads(plain, 'claimed')).toEqual(['claimed']);
        expect(await payloads(plain, 'delayed')).toEqual(['delayed', 'delayed too']);
        const page = await peek(plain, { phase: 'delayed', after: 3, limit: 5 });
        expect(sequencesOf(page)).toEqual([4]);
        on.clock.advance(HIDDEN_MS);
        expect(await payloads(plain, 'visible')).toHaveLength(4);
      });

      it('count a blocked group as visible', async () => {
        await append(ordered, ['a', 'b'], { group: 'g' });
        await claim(ordered, 1);
        expect(await payloads(ordered, 'visible')).toEqual(['b']);
      });
    });

    describe('moved', () => {
      it('leave one queue and join the end of the other as new', async () => {
        await append(plain, ['a']);
        await append(other, ['x']);
        await claim(plain);
        expect(await move(plain, 1, other, 'a, moved', { ageMs: 9 })).toBe(3);
        expect(await payloads(plain)).toEqual([]);
        expect(await find(other, 3)).toEqual({
          sequence: 3,
          visibleAtMs: START_MS,
          enqueuedAtMs: START_MS - 9,
          claims: 0,
        });
        expect(await claim(other)).toEqual(['x', 'a, moved']);
      });

      it('from a queue that has them not, change nothing', async () => {
        await append(plain, ['a']);
        expect(await move(plain, 7, other, 'b')).toBeUndefined();
        expect(await move(other, 1, plain, 'b')).toBeUndefined();
        expect(await payloads(other)).toEqual([]);
        expect(await payloads(plain)).toEqual(['a']);
        expect(await append(plain, ['c'])).toEqual([2]);
      });

      it('within one queue go to its end', async () => {
        await append(plain, ['a', 'b']);
        expect(await move(plain, 1, plain, 'a again')).toBe(3);
        expect(await claim(plain)).toEqual(['b', 'a again']);
      });

      it('out of a blocked group unblock it', async () => {
        await append(ordered, ['a', 'b'], { group: 'g' });
        await claim(ordered, 1);
        expect(await claim(ordered)).toEqual([]);
        await move(ordered, 1, other, 'a');
        expect(await claim(ordered)).toEqual(['b']);
      });
    });
  });
}

function plainClaimContract(open: OpenStore): void {
  describe('a claim', () => {
    const on = storeForEachTest(open);
    const { append, claim, claimEntries, count, extend, find, payloads, release } = queueCalls(on);

    it('of an unknown or empty queue answers nothing', async () => {
      expect(await claim(plain)).toEqual([]);
      expect(await claim(ordered)).toEqual([]);
    });

    it('hands out fresh entries by sequence, at most so many, each once', async () => {
      await append(plain, ['a', 'b', 'c']);
      expect(await claim(plain, 2)).toEqual(['a', 'b']);
      expect(await claim(plain, 2)).toEqual(['c']);
      expect(await claim(plain, 2)).toEqual([]);
    });

    it('may take more than ten from a queue that is not ordered', async () => {
      await append(
        plain,
        Array.from({ length: 50 }, (_, n) => String(n)),
      );
      expect(await claim(plain, 40)).toHaveLength(40);
    });

    it('answers each entry its own payload, however many and however long they are', async () => {
      const long = Array.from({ length: 24 }, (_, n) => `${n}`.padEnd(1_000_000, 'x'));
      for (const payload of long) await append(plain, [payload]);
      expect(await payloads(plain)).toEqual(long);
      expect(await claim(plain, 15)).toEqual(long.slice(0, 15));
      expect(await claim(plain, 1)).toEqual([long[15]]);
      expect(await claim(plain, 15)).toEqual(long.slice(16));
    });

    it('hides, counts and stamps what it hands out', async () => {
      await append(plain, ['a']);
      on.clock.advance(5);
      expect(await claimEntries(plain)).toEqual([
        {
          sequence: 1,
          payload: 'a',
          visibleAtMs: START_MS + 5 + HIDDEN_MS,
          enqueuedAtMs: START_MS,
          claims: 1,
          firstClaimedAtMs: START_MS + 5,
        },
      ]);
      on.clock.advance(HIDDEN_MS);
      const [entry] = await claimEntries(plain);
      expect(entry).toMatchObject({ claims: 2, firstClaimedAtMs: START_MS + 5 });
      expect(await find(plain, 1)).toMatchObject({
        claims: 2,
        visibleAtMs: START_MS + 5 + 2 * HIDDEN_MS,
      });
    });

    it('keeps the fraction of an instant, and shows an entry from the next whole one on', async () => {
      await append(plain, ['a']);
      await claimEntries(plain, 1, { hideMs: HIDDEN_MS + 0.5 });
      await on.reopenIfKept();
      const entry = await find(plain, 1);
      expect(entry?.visibleAtMs).toBe(START_MS + HIDDEN_MS + 0.5);
      on.clock.advance(HIDDEN_MS);
      expect(await claim(plain)).toEqual([]);
      on.clock.advance(1);
      expect(await claim(plain)).toEqual(['a']);
    });

    it('makes entries visible again from the very instant on', async () => {
      await append(plain, ['a']);
      await claim(plain);
      on.clock.advance(HIDDEN_MS - 1);
      expect(await claim(plain)).toEqual([]);
      on.clock.advance(1);
      expect(await claim(plain)).toEqual(['a']);
    });

    it('hands out a delayed entry from the very instant on', async () => {
      await append(plain, ['a'], { delayMs: 10 });
      on.clock.advance(9);
      expect(await claim(plain)).toEqual([]);
      on.clock.advance(1);
      expect(await claim(plain)).toEqual(['a']);
    });

    it('takes what was hidden and is due, in order of that instant, before what is fresh', async () => {
      await append(plain, ['claimed']);
      await append(plain, ['late'], { delayMs: 20 });
      await append(plain, ['soon', 'soon too'], { delayMs: 10 });
      await append(plain, ['fresh']);
      await claim(plain, 1, { hideMs: 15 });
      on.clock.advance(20);
      await append(plain, ['fresh too']);
      const order = ['soon', 'soon too', 'claimed', 'late', 'fresh', 'fresh too'];
      expect(await claim(plain)).toEqual(order);
    });

    it('counts an entry as fresh when it was visible at once, however long ago', async () => {
      await append(plain, ['past'], { delayMs: -50 });
      await append(plain, ['hidden'], { delayMs: 1 });
      on.clock.advance(1);
      expect(await claim(plain)).toEqual(['hidden', 'past']);
    });

    it('never counts an entry as fresh again once it was hidden, claimed or released', async () => {
      await append(plain, ['a', 'b', 'c', 'd']);
      await extend(plain, 3, 0);
      await release(plain, 4);
      on.clock.advance(1);
      await extend(plain, 2, 0);
      expect(await claim(plain)).toEqual(['c', 'd', 'b', 'a']);
    });

    it('that hides nothing still answers each entry once', async () => {
      await append(plain, ['a', 'b']);
      expect(await claim(plain, 10, { hideMs: 0 })).toEqual(['a', 'b']);
      expect(await count(plain)).toEqual({ visible: 2, claimed: 0, delayed: 0 });
      const again = await claimEntries(plain, 10, { hideMs: 0 });
      expect(again.map((entry) => entry.claims)).toEqual([2, 2]);
    });

    it('removes what has expired instead, and goes on until the limit', async () => {
      await append(plain, ['old hidden'], { ageMs: 100, delayMs: 1 });
      await append(plain, ['old'], { ageMs: 100 });
      await append(plain, ['on the edge'], { ageMs: 50 });
      await append(plain, ['young', 'younger', 'youngest'], { ageMs: 48 });
      await append(plain, ['old too'], { ageMs: 100 });
      on.clock.advance(1);
      expect(await claim(plain, 2, { expiredAgeMs: 51 })).toEqual(['young', 'younger']);
      expect(await payloads(plain)).toEqual(['young', 'younger', 'youngest', 'old too']);
      expect(await claim(plain, 2, { expiredAgeMs: 51 })).toEqual(['youngest']);
      expect(await payloads(plain)).toEqual(['young', 'younger', 'youngest']);
    });

    it('does not touch expired entries that are hidden', async () => {
      await append(plain, ['a'], { ageMs: 100, delayMs: 5 });
      expect(await claim(plain, 10, { expiredAgeMs: 50 })).toEqual([]);
      expect(await payloads(plain)).toEqual(['a']);
    });

    it('keeps queues apart', async () => {
      await append(plain, ['a']);
      await append({ key: 'plai', ordered: false }, ['b']);
      await append(other, ['c']);
      expect(await claim(plain)).toEqual(['a']);
      expect(await claim(other)).toEqual(['c']);
    });
  });
}

function fairClaimContract(open: OpenStore): void {
  describe('a claim of a queue whose entries have groups', () => {
    const on = storeForEachTest(open);
    const { append, claim, claimEntries, payloads, purge, release, remove } = queueCalls(on);
    const appendGroups = (...groups: string[]) =>
      on.run((tx) =>
        tx.queues.append(
          plain,
          groups.map((name) => newEntry(tx, name, { group: name.charAt(0) })),
        ),
      );

    it('takes turns between groups, each in sequence', async () => {
      await appendGroups('a1', 'a2', 'a3', 'b1', 'b2', 'c1');
      expect(await claim(plain)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
    });

    it('keeps turns from one claim to the next', async () => {
      await appendGroups('a1', 'a2', 'a3', 'b1', 'b2');
      const one = async () => (await claim(plain, 1))[0];
      const served = [await one(), await one(), await one(), await one(), await one()];
      expect(served).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
    });

    it('does not make a group wait behind the backlog of another', async () => {
      await appendGroups(...Array.from({ length: 100 }, (_, n) => `a${n}`));
      expect(await claim(plain, 50)).toHaveLength(50);
      await appendGroups('b1', 'b2');
      expect(await claim(plain, 4)).toEqual(['b1', 'a50', 'b2', 'a51']);
    });

    it('lets a new group begin at the present turn, so that it cannot catch up on the past', async () => {
      await appendGroups('a1', 'a2', 'a3', 'a4', 'a5');
      await claim(plain, 3);
      await appendGroups('b1', 'b2', 'b3', 'b4');
      expect(await claim(plain, 6)).toEqual(['b1', 'a4', 'b2', 'a5', 'b3', 'b4']);
    });

    it('lets a new group begin no earlier because a group that was behind was served', async () => {
      await appendGroups('a1', 'b1', 'b2', 'b3', 'b4');
      expect(await claim(plain, 4)).toEqual(['a1', 'b1', 'b2', 'b3']);
      await appendGroups('a2', 'a3');
      expect(await claim(plain, 1)).toEqual(['a2']);
      await appendGroups('c1');
      expect(await claim(plain)).toEqual(['a3', 'c1', 'b4']);
    });

    it('orders groups of equal turn by their first fresh entry', async () => {
      await appendGroups('b1', 'a1', 'c1', 'a2', 'b2');
      expect(await claim(plain, 3)).toEqual(['b1', 'a1', 'c1']);
      expect(await claim(plain, 2)).toEqual(['a2', 'b2']);
    });

    it('treats entries without a group as a group of their own', async () => {
      await appendGroups('a1', 'a2');
      await append(plain, ['-1', '-2']);
      await appendGroups('b1');
      expect(await claim(plain)).toEqual(['a1', '-1', 'b1', 'a2', '-2']);
    });

    it('serves what came before the first group ahead of all groups', async () => {
      await append(plain, ['-1', '-2']);
      await append(plain, ['-hidden'], { delayMs: 1 });
      await append(plain, ['a1', 'a2'], { group: 'a' });
      await append(plain, ['-3']);
      on.clock.advance(1);
      expect(await claim(plain)).toEqual(['-hidden', '-1', '-2', 'a1', '-3', 'a2']);
    });

    it('serves a fresh entry from before the first group ahead of a due one in a group', async () => {
      await append(plain, ['-1']);
      await append(plain, ['a hidden'], { group: 'a', delayMs: 1 });
      on.clock.advance(1);
      expect(await claim(plain)).toEqual(['-1', 'a hidden']);
    });

    it('lets a due hidden entry win when its group has the smaller or the same turn', async () => {
      await append(plain, ['a hidden'], { group: 'a', delayMs: 1 });
      await appendGroups('b1', 'b2');
      on.clock.advance(1);
      expect(await claim(plain, 1)).toEqual(['a hidden']);
      expect(await claim(plain)).toEqual(['b1', 'b2']);
    });

    it('lets a due hidden entry wait when its group was served more', async () => {
      await appendGroups('a1', 'a2', 'b1', 'b2');
      await claim(plain, 1, { hideMs: 1 });
      on.clock.advance(1);
      expect(await claim(plain)).toEqual(['b1', 'a1', 'b2', 'a2']);
    });

    it('considers only the first of the due hidden entries', async () => {
      await append(plain, ['a hidden'], { group: 'a', delayMs: 1 });
      await append(plain, ['b hidden'], { group: 'b', delayMs: 2 });
      await appendGroups('a1');
      expect(await claim(plain, 1)).toEqual(['a1']);
      await appendGroups('c1', 'c2', 'c3');
      on.clock.advance(2);
      expect(await claim(plain)).toEqual(['c1', 'a hidden', 'b hidden', 'c2', 'c3']);
    });

    it('forgets the turn of a group whose last entry is gone', async () => {
      await appendGroups('a1', 'a2', 'b1', 'b2', 'b3', 'b4');
      const [first] = await claimEntries(plain, 1);
      await claim(plain, 1);
      const [second] = await claimEntries(plain, 1);
      await remove(plain, first?.sequence ?? 0);
      await remove(plain, second?.sequence ?? 0);
      await appendGroups('a3');
      expect(await claim(plain, 3)).toEqual(['b2', 'a3', 'b3']);
    });

    it('keeps the turn of a group while one of its entries is left, hidden or not', async () => {
      await appendGroups('a1', 'a2', 'b1', 'b2');
      await claim(plain, 4);
      await appendGroups('c1', 'a3', 'b3');
      expect(await claim(plain)).toEqual(['c1', 'a3', 'b3']);
      await appendGroups('a4', 'c2');
      expect(await claim(plain)).toEqual(['c2', 'a4']);
    });

    it('counts the turn of a released entry all the same', async () => {
      await appendGroups('a1', 'b1', 'b2');
      const [entry] = await claimEntries(plain, 1);
      await release(plain, entry?.sequence ?? 0);
      expect(await claim(plain)).toEqual(['b1', 'a1', 'b2']);
    });

    it('gives no turn for an entry that it removed as expired', async () => {
      await append(plain, ['a old', 'a old too'], { group: 'a', ageMs: 100 });
      await appendGroups('a1', 'b1');
      expect(await claim(plain, 1, { expiredAgeMs: 50 })).toEqual(['a1']);
      expect(await payloads(plain)).toEqual(['a1', 'b1']);
    });

    it('removes only the expired entries that it would have handed out', async () => {
      await append(plain, ['a1'], { group: 'a' });
      await append(plain, ['b old'], { group: 'b', ageMs: 100 });
      expect(await claim(plain, 1, { expiredAgeMs: 50 })).toEqual(['a1']);
      expect(await payloads(plain)).toEqual(['a1', 'b old']);
      expect(await claim(plain, 1, { expiredAgeMs: 50 })).toEqual([]);
      expect(await payloads(plain)).toEqual(['a1']);
    });

    it('that hides nothing answers each entry once and gives each its turn', async () => {
      await appendGroups('a1', 'b1');
      expect(await claim(plain, 10, { hideMs: 0 })).toEqual(['a1', 'b1']);
      expect(await claim(plain, 10, { hideMs: 0 })).toEqual(['a1', 'b1']);
    });

    it('never blocks a group', async () => {
      await appendGroups('a1', 'a2');
      expect(await claim(plain, 1)).toEqual(['a1']);
      expect(await claim(plain, 1)).toEqual(['a2']);
    });

    it('knows no groups any more after a purge', async () => {
      await appendGroups('a1', 'a2', 'b1');
      await claim(plain, 2);
      await purge(plain);
      await append(plain, ['-1']);
      await appendGroups('a3', 'b2');
      await append(plain, ['-2']);
      expect(await claim(plain)).toEqual(['-1', 'a3', 'b2', '-2']);
    });
  });
}

function orderedClaimContract(open: OpenStore): void {
  describe('a claim of an ordered queue', () => {
    const on = storeForEachTest(open);
    const calls = queueCalls(on);
    const { append, claim, claimEntries, extend, nextVisible, payloads, release, remove } = calls;
    const appendTo = (group: string, ...names: string[]) => append(ordered, names, { group });

    it('takes a group in sequence, then the next group', async () => {
      await appendTo('a', 'a1', 'a2');
      await appendTo('b', 'b1');
      await appendTo('a', 'a3');
      expect(await claim(ordered)).toEqual(['a1', 'a2', 'a3', 'b1']);
    });

    it('takes 1 to 10 entries and no other number', async () => {
      await appendTo('a', 'a1');
      for (const limit of [0, 11]) await expect(claim(ordered, limit)).rejects.toThrow();
      expect(await claim(ordered, 10)).toEqual(['a1']);
    });

    it('leaves a group alone while one of it is claimed and hidden', async () => {
      await appendTo('a', 'a1', 'a2', 'a3');
      await appendTo('b', 'b1');
      expect(await claim(ordered, 1)).toEqual(['a1']);
      expect(await claim(ordered)).toEqual(['b1']);
      await remove(ordered, 1);
      expect(await claim(ordered)).toEqual(['a2', 'a3']);
    });

    it('gives a group back in its first order when its claims end', async () => {
      await appendTo('a', 'a1', 'a2', 'a3');
      expect(await claim(ordered, 2)).toEqual(['a1', 'a2']);
      on.clock.advance(HIDDEN_MS);
      const entries = await claimEntries(ordered);
      expect(entries.map((entry) => [entry.payload, entry.claims])).toEqual([
        ['a1', 2],
        ['a2', 2],
        ['a3', 1],
      ]);
    });

    it('waits for the last of several claims with different ends', async () => {
      await appendTo('a', 'a1', 'a2', 'a3');
      const entries = await claimEntries(ordered, 3);
      await extend(ordered, bySequence(entries, 'a1'), 10);
      await extend(ordered, bySequence(entries, 'a2'), 50);
      await remove(ordered, bySequence(entries, 'a3'));
      on.clock.advance(49);
      expect(await claim(ordered)).toEqual([]);
      expect(await nextVisible(ordered)).toBe(START_MS + 50);
      on.clock.advance(1);
      expect(await claim(ordered)).toEqual(['a1', 'a2']);
    });

    it('stays blocked while a later entry is in flight and the first was removed', async () => {
      await appendTo('a', 'a1', 'a2', 'a3');
      const entries = await claimEntries(ordered, 2);
      await remove(ordered, bySequence(entries, 'a1'));
      expect(await claim(ordered)).toEqual([]);
      await remove(ordered, bySequence(entries, 'a2'));
      expect(await claim(ordered)).toEqual(['a3']);
    });

    it('is open again at once when its claimed entries are released', async () => {
      await appendTo('a', 'a1', 'a2');
      const entries = await claimEntries(ordered, 1);
      await release(ordered, bySequence(entries, 'a1'));
      expect(await claim(ordered)).toEqual(['a1', 'a2']);
    });

    it('waits for a delayed first entry, and stops before a delayed later one', async () => {
      await append(ordered, ['a1'], { group: 'a', delayMs: 10 });
      await appendTo('a', 'a2');
      await append(ordered, ['a3'], { group: 'a', delayMs: 20 });
      await appendTo('a', 'a4');
      expect(await claim(ordered)).toEqual([]);
      expect(await nextVisible(ordered)).toBe(START_MS + 10);
      on.clock.advance(10);
      expect(await claim(ordered)).toEqual(['a1', 'a2']);
      await remove(ordered, 1);
      await remove(ordered, 2);
      expect(await nextVisible(ordered)).toBe(START_MS + 20);
      on.clock.advance(10);
      expect(await claim(ordered)).toEqual(['a3', 'a4']);
    });

    it('is not held up by a later entry that was hidden without a claim', async () => {
      await appendTo('a', 'a1', 'a2');
      await extend(ordered, 2, 100);
      expect(await claim(ordered)).toEqual(['a1']);
    });

    it('takes groups in the order in which they became available', async () => {
      await append(ordered, ['a1'], { group: 'a', delayMs: 20 });
      await append(ordered, ['b1'], { group: 'b', delayMs: 10 });
      on.clock.advance(5);
      await appendTo('c', 'c1');
      on.clock.advance(20);
      await appendTo('d', 'd1');
      expect(await claim(ordered)).toEqual(['c1', 'b1', 'a1', 'd1']);
    });

    it('takes groups that became available together in the order in which they were made', async () => {
      await appendTo('b', 'b1');
      await appendTo('a', 'a1');
      await appendTo('c', 'c1', 'c2');
      expect(await claim(ordered)).toEqual(['b1', 'a1', 'c1', 'c2']);
      on.clock.advance(HIDDEN_MS);
      expect(await claim(ordered)).toEqual(['b1', 'a1', 'c1', 'c2']);
    });

    it('makes a group anew when it returns after its last entry was removed', async () => {
      await appendTo('a', 'a1');
      await appendTo('b', 'b1');
      await remove(ordered, 1);
      await appendTo('a', 'a2');
      expect(await claim(ordered)).toEqual(['b1', 'a2']);
    });

    it('puts a served group behind those that waited', async () => {
      await appendTo('a', 'a1', 'a2', 'a3');
      await appendTo('b', 'b1', 'b2');
      on.clock.advance(1);
      const [first] = await claimEntries(ordered, 1);
      await release(ordered, first?.sequence ?? 0);
      expect(await claim(ordered)).toEqual(['b1', 'b2', 'a1', 'a2', 'a3']);
    });

    it('removes what has expired, and takes the rest of the group', async () => {
      await append(ordered, ['a old', 'a old too'], { group: 'a', ageMs: 100 });
      await appendTo('a', 'a1');
      await append(ordered, ['b old'], { group: 'b', ageMs: 100 });
      await appendTo('c', 'c1');
      expect(await claim(ordered, 10, { expiredAgeMs: 50 })).toEqual(['a1', 'c1']);
      expect(await payloads(ordered)).toEqual(['a1', 'c1']);
    });

    it('leaves expired entries that stand behind a hidden one', async () => {
      await append(ordered, ['a old'], { group: 'a', ageMs: 100 });
      await append(ordered, ['a hidden'], { group: 'a', delayMs: 10 });
      await append(ordered, ['a old too'], { group: 'a', ageMs: 100 });
      expect(await claim(ordered, 10, { expiredAgeMs: 50 })).toEqual([]);
      expect(await payloads(ordered)).toEqual(['a hidden', 'a old too']);
      expect(await nextVisible(ordered)).toBe(START_MS + 10);
    });

    it('that hides nothing answers each entry once and blocks no group', async () => {
      await appendTo('a', 'a1', 'a2');
      await appendTo('b', 'b1');
      expect(await claim(ordered, 10, { hideMs: 0 })).toEqual(['a1', 'a2', 'b1']);
      expect(await claim(ordered, 10, { hideMs: 0 })).toEqual(['a1', 'a2', 'b1']);
    });

    it('fills up from the next group when one has less than the limit', async () => {
      await appendTo('a', ...Array.from({ length: 7 }, (_, n) => `a${n}`));
      await appendTo('b', ...Array.from({ length: 7 }, (_, n) => `b${n}`));
      const first = await claim(ordered);
      expect(first).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'b0', 'b1', 'b2']);
      expect(await claim(ordered)).toEqual([]);
    });
  });
}

function afterClaimContract(open: OpenStore): void {
  describe('after a claim', () => {
    const on = storeForEachTest(open);
    const { append, claim, claimEntries, extend, find, release, remove } = queueCalls(on);

    it('extend hides an entry until another instant and leaves its claims', async () => {
      await append(plain, ['a']);
      await claim(plain);
      expect(await extend(plain, 1, 100)).toBe(true);
      expect(await find(plain, 1)).toMatchObject({
        visibleAtMs: START_MS + 100,
        claims: 1,
        firstClaimedAtMs: START_MS,
      });
      on.clock.advance(99);
      expect(await claim(plain)).toEqual([]);
      on.clock.advance(1);
      expect(await claim(plain)).toEqual(['a']);
    });

    it('extend to the present instant shows an entry at once', async () => {
      await append(plain, ['a']);
      await claim(plain);
      await extend(plain, 1, 0);
      expect(await claim(plain)).toEqual(['a']);
    });

    it('extend hides an entry that was never claimed', async () => {
      await append(plain, ['a']);
      await extend(plain, 1, 10);
      expect(await find(plain, 1)).toMatchObject({ claims: 0, visibleAtMs: START_MS + 10 });
      expect(await claim(plain)).toEqual([]);
    });

    it('extend and release say when there is no such entry', async () => {
      await append(plain, ['a']);
      await append(plain, ['b']);
      await remove(plain, 1);
      expect(await extend(plain, 1, 10)).toBe(false);
      expect(await release(plain, 1)).toBe(false);
      expect(await extend(other, 2, 10)).toBe(false);
      expect(await release(other, 2)).toBe(false);
    });

    it('release shows an entry and takes its only claim back, first instant included', async () => {
      await append(plain, ['a']);
      await claim(plain);
      on.clock.advance(5);
      expect(await release(plain, 1)).toBe(true);
      const state = await find(plain, 1);
      expect(state).toEqual({
        sequence: 1,
        visibleAtMs: START_MS + 5,
        enqueuedAtMs: START_MS,
        claims: 0,
      });
      const [entry] = await claimEntries(plain);
      expect(entry).toMatchObject({ claims: 1, firstClaimedAtMs: START_MS + 5 });
    });

    it('release takes only the last of several claims back', async () => {
      await append(plain, ['a']);
      await claim(plain);
      on.clock.advance(HIDDEN_MS);
      await claim(plain);
      await release(plain, 1);
      expect(await find(plain, 1)).toMatchObject({ claims: 1, firstClaimedAtMs: START_MS });
    });

    it('release of an entry without claims leaves them at zero', async () => {
      await append(plain, ['a'], { delayMs: 100 });
      expect(await release(plain, 1)).toBe(true);
      expect(await find(plain, 1)).toMatchObject({ claims: 0, visibleAtMs: START_MS });
      expect(await claim(plain)).toEqual(['a']);
    });
  });
}

function countsContract(open: OpenStore): void {
  describe('counts and instants', () => {
    const on = storeForEachTest(open);
    const calls = queueCalls(on);
    const { append, claim, count, countClaimed, extend, nextVisible, oldest, release, remove } =
      calls;

    it('of an unknown queue are zero', async () => {
      expect(await count(plain)).toEqual({ visible: 0, claimed: 0, delayed: 0 });
      expect(await countClaimed(plain, 10)).toBe(0);
      expect(await oldest(plain)).toBeUndefined();
      expect(await nextVisible(plain)).toBeUndefined();
      expect(await nextVisible(ordered)).toBeUndefined();
    });

    it.each([
      { queue: plain, group: {} },
      { queue: ordered, group: { group: 'g' } },
    ])('tell visible, claimed and delayed apart in the queue $queue.key', async (row) => {
      const { queue, group } = row;
      await append(queue, ['a', 'b', 'c'], group);
      await append(queue, ['d', 'e'], { ...group, delayMs: 10 });
      expect(await count(queue)).toEqual({ visible: 3, claimed: 0, delayed: 2 });
      await claim(queue, 2);
      expect(await count(queue)).toEqual({ visible: 1, claimed: 2, delayed: 2 });
      await release(queue, 1);
      expect(await count(queue)).toEqual({ visible: 2, claimed: 1, delayed: 2 });
      await extend(queue, 1, 5);
      expect(await count(queue)).toEqual({ visible: 1, claimed: 1, delayed: 3 });
      on.clock.advance(10);
      expect(await count(queue)).toEqual({ visible: 4, claimed: 1, delayed: 0 });
      await remove(queue, 2);
      await remove(queue, 4);
      expect(await count(queue)).toEqual({ visible: 3, claimed: 0, delayed: 0 });
    });

    it('follow the clock without a call in between', async () => {
      await append(plain, ['a', 'b'], { delayMs: 10 });
      await append(plain, ['c']);
      await claim(plain, 1, { hideMs: 5 });
      on.clock.advance(5);
      expect(await count(plain)).toEqual({ visible: 1, claimed: 0, delayed: 2 });
      on.clock.advance(5);
      expect(await count(plain)).toEqual({ visible: 3, claimed: 0, delayed: 0 });
    });

    it('of claimed entries stop at the limit', async () => {
      await append(plain, ['a', 'b', 'c', 'd']);
      await append(plain, ['e'], { delayMs: 5 });
      await claim(plain, 3);
      expect(await countClaimed(plain, 2)).toBe(2);
      expect(await countClaimed(plain, 3)).toBe(3);
      expect(await countClaimed(plain, 100)).toBe(3);
      on.clock.advance(HIDDEN_MS);
      expect(await countClaimed(plain, 100)).toBe(0);
    });

    it('name the next instant at which an entry becomes visible', async () => {
      await append(plain, ['a', 'b']);
      expect(await nextVisible(plain)).toBeUndefined();
      await append(plain, ['c'], { delayMs: 20 });
      expect(await nextVisible(plain)).toBe(START_MS + 20);
      await claim(plain, 1, { hideMs: 10 });
      expect(await nextVisible(plain)).toBe(START_MS + 10);
      on.clock.advance(10);
      expect(await nextVisible(plain)).toBe(START_MS + 20);
      await remove(plain, 3);
      expect(await nextVisible(plain)).toBeUndefined();
    });

    it('name the next instant at which a group becomes available', async () => {
      await append(ordered, ['a1', 'a2'], { group: 'a' });
      await append(ordered, ['b1', 'b2'], { group: 'b' });
      await append(ordered, ['b3'], { group: 'b', delayMs: 3 });
      expect(await nextVisible(ordered)).toBeUndefined();
      await claim(ordered, 1, { hideMs: 10 });
      expect(await nextVisible(ordered)).toBe(START_MS + 10);
      await extend(ordered, 1, 40);
      expect(await nextVisible(ordered)).toBe(START_MS + 40);
      await claim(ordered, 2, { hideMs: 20 });
      expect(await nextVisible(ordered)).toBe(START_MS + 20);
      on.clock.advance(20);
      expect(await nextVisible(ordered)).toBe(START_MS + 40);
      await remove(ordered, 1);
      expect(await nextVisible(ordered)).toBeUndefined();
    });

    it('name the oldest enqueue instant, or an earlier one', async () => {
      await append(plain, ['a', 'b']);
      expect(await oldest(plain)).toBeLessThanOrEqual(START_MS);
      await append(plain, ['moved in'], { ageMs: 500 });
      expect(await oldest(plain)).toBeLessThanOrEqual(START_MS - 500);
      expect(await oldest(plain)).toBeGreaterThan(START_MS - 60_000);
      await remove(plain, 1);
      await remove(plain, 2);
      await remove(plain, 3);
      expect(await oldest(plain)).toBeUndefined();
    });
  });
}

function sweepsContract(open: OpenStore): void {
  describe('sweeps', () => {
    const on = storeForEachTest(open);
    const calls = queueCalls(on);
    const { append, claim, count, expire, find, nextVisible, payloads, purge, redelay } = calls;
    const { oldest, extend } = calls;
    const visibleInMs = async (queue: QueueRef, sequence: number) => {
      const state = await find(queue, sequence);
      return state && state.visibleAtMs - on.clock.nowMs();
    };

    describe('redelay', () => {
      it('counts the delay from the enqueue instant', async () => {
        await append(ordered, ['a'], { group: 'a', delayMs: 10 });
        on.clock.advance(4);
        await append(ordered, ['b'], { group: 'b', delayMs: 10 });
        await redelay(ordered, 50, 1000);
        expect(await visibleInMs(ordered, 1)).toBe(46);
        expect(await visibleInMs(ordered, 2)).toBe(50);
        expect(await nextVisible(ordered)).toBe(START_MS + 50);
        on.clock.advance(46);
        expect(await claim(ordered)).toEqual(['a']);
      });

      it('shows entries at once when the delay is over already', async () => {
        await append(ordered, ['a'], { group: 'a', delayMs: 100 });
        on.clock.advance(10);
        await redelay(ordered, 10, 1000);
        expect(await count(ordered)).toEqual({ visible: 1, claimed: 0, delayed: 0 });
        expect(await claim(ordered)).toEqual(['a']);
      });

      it('leaves claimed entries and entries of that age or older alone', async () => {
        await append(plain, ['claimed']);
        await append(plain, ['old'], { ageMs: 100 });
        await append(plain, ['young'], { ageMs: 99 });
        await claim(plain, 1);
        await redelay(plain, 500, 100);
        expect(await visibleInMs(plain, 1)).toBe(HIDDEN_MS);
        expect(await visibleInMs(plain, 2)).toBe(0);
        expect(await visibleInMs(plain, 3)).toBe(401);
      });

      it('hides fresh entries, which are not fresh any more then', async () => {
        await append(plain, ['a', 'b'], { ageMs: 5 });
        await append(plain, ['older'], { ageMs: 100 });
        await redelay(plain, 6, 50);
        expect(await claim(plain, 10, { hideMs: 0 })).toEqual(['older']);
        on.clock.advance(1);
        await append(plain, ['fresh'], { ageMs: 0 });
        expect(await claim(plain)).toEqual(['older', 'a', 'b', 'fresh']);
      });

      it('keeps fresh entries fresh, and hidden ones not, when the delay is over', async () => {
        await append(plain, ['fresh'], { ageMs: 20 });
        await append(plain, ['hidden'], { ageMs: 10, delayMs: 10 });
        await redelay(plain, 0, 1000);
        expect(await find(plain, 1)).toMatchObject({ visibleAtMs: START_MS - 20 });
        expect(await find(plain, 2)).toMatchObject({ visibleAtMs: START_MS - 10 });
        expect(await claim(plain)).toEqual(['hidden', 'fresh']);
      });

      it('leaves an unknown queue alone', async () => {
        await redelay(plain, 10, 10);
        expect(await payloads(plain)).toEqual([]);
      });
    });

    describe('expire', () => {
      it('removes entries of that age, hidden and claimed ones too, and no younger ones', async () => {
        await append(plain, ['claimed'], { ageMs: 100 });
        await append(plain, ['delayed'], { ageMs: 100, delayMs: 5 });
        await append(plain, ['on the edge'], { ageMs: 50 });
        await append(plain, ['younger'], { ageMs: 49 });
        await claim(plain, 1);
        expect(await expire(plain, 50, 100)).toBe(false);
        expect(await payloads(plain)).toEqual(['younger']);
        expect(await count(plain)).toEqual({ visible: 1, claimed: 0, delayed: 0 });
      });

      it('removes no more than the limit and says whether more are left', async () => {
        await append(plain, ['a', 'b', 'c', 'd', 'e'], { ageMs: 100 });
        expect(await expire(plain, 50, 2)).toBe(true);
        expect(await payloads(plain)).toEqual(['c', 'd', 'e']);
        expect(await expire(plain, 50, 2)).toBe(true);
        expect(await expire(plain, 50, 2)).toBe(false);
        expect(await payloads(plain)).toEqual([]);
      });

      it('removes the oldest first, wherever in the queue they stand', async () => {
        await append(plain, ['old'], { ageMs: 80 });
        await append(plain, ['young', 'young too']);
        await append(plain, ['older'], { ageMs: 90 });
        await append(plain, ['oldest'], { ageMs: 100 });
        expect(await expire(plain, 50, 2)).toBe(true);
        expect(await payloads(plain)).toEqual(['old', 'young', 'young too']);
        expect(await expire(plain, 50, 2)).toBe(false);
        expect(await payloads(plain)).toEqual(['young', 'young too']);
      });

      it('comes to an end when nothing is old enough', async () => {
        await append(plain, ['a', 'b', 'c', 'd']);
        expect(await expire(plain, 50, 2)).toBe(false);
        expect(await expire(other, 50, 2)).toBe(false);
      });

      it('opens a group that an expired entry blocked', async () => {
        await append(ordered, ['old'], { group: 'a', ageMs: 100 });
        await append(ordered, ['young'], { group: 'a' });
        await claim(ordered, 1);
        await expire(ordered, 50, 10);
        expect(await claim(ordered)).toEqual(['young']);
      });
    });

    describe('purge', () => {
      it('forgets every entry and begins the queue anew', async () => {
        for (const [queue, options] of [
          [plain, {}],
          [ordered, { group: 'g' }],
        ] as const) {
          await append(queue, ['a', 'b', 'c'], options);
          await append(queue, ['d'], { ...options, delayMs: 5 });
          await claim(queue, 1);
          await purge(queue);
          expect(await count(queue)).toEqual({ visible: 0, claimed: 0, delayed: 0 });
          expect(await payloads(queue)).toEqual([]);
          expect(await oldest(queue)).toBeUndefined();
          expect(await nextVisible(queue)).toBeUndefined();
          await append(queue, ['e'], options);
          expect(await claim(queue)).toEqual(['e']);
        }
      });

      it('leaves other queues alone, and the sequences go on', async () => {
        await append(plain, ['a', 'b']);
        await append(other, ['c']);
        await purge(plain);
        await purge({ key: 'unknown', ordered: false });
        expect(await payloads(other)).toEqual(['c']);
        expect(await append(plain, ['d'])).toEqual([4]);
      });

      it('makes entries from before unreachable by their sequence', async () => {
        await append(plain, ['a']);
        await purge(plain);
        await append(plain, ['b']);
        expect(await find(plain, 1)).toBeUndefined();
        expect(await extend(plain, 1, 5)).toBe(false);
      });

      it('works together with appends in one transaction', async () => {
        await append(plain, ['a']);
        const claimed = await on.run(async (tx) => {
          await tx.queues.append(plain, [newEntry(tx, 'b')]);
          await tx.queues.purge(plain);
          await tx.queues.append(plain, [newEntry(tx, 'c')]);
          return await tx.queues.claim(plain, { limit: 10, visibleAtMs: tx.nowMs });
        });
        expect(claimed.map((entry) => entry.payload)).toEqual(['c']);
        expect(await payloads(plain)).toEqual(['c']);
      });

      it('leaves nothing that a reclaim would need to keep', async () => {
        await append(plain, ['a', 'b']);
        await purge(plain);
        await append(plain, ['c']);
        let calls = 0;
        do calls += 1;
        while (calls < 1000 && (await on.store.reclaim()));
        expect(calls).toBeLessThan(1000);
        expect(await payloads(plain)).toEqual(['c']);
      });
    });
  });
}

function restartContract(open: OpenStore): void {
  describe('over a restart', () => {
    const on = storeForEachTest(open);
    const calls = queueCalls(on);
    const { append, claim, count, extend, find, nextVisible, oldest, peek, purge, remove } = calls;

    it('entries stay as they were', async (context) => {
      await append(plain, ['a', 'b', 'c'], { ageMs: 5 });
      await append(plain, ['d'], { delayMs: 10 });
      await append(ordered, ['e', 'f'], { group: 'g' });
      await claim(plain, 1);
      await claim(ordered, 1, { hideMs: 20 });
      await remove(plain, 2);
      await extend(plain, 3, 40);
      const before = [await peek(plain), await peek(ordered)];
      await on.reopen(context);
      expect([await peek(plain), await peek(ordered)]).toEqual(before);
      expect(await count(plain)).toEqual({ visible: 0, claimed: 1, delayed: 2 });
      expect(await count(ordered)).toEqual({ visible: 1, claimed: 1, delayed: 0 });
      expect(await nextVisible(plain)).toBe(START_MS + 10);
      expect(await nextVisible(ordered)).toBe(START_MS + 20);
      expect(await oldest(plain)).toBeLessThanOrEqual(START_MS - 5);
      expect(await claim(ordered)).toEqual([]);
      on.clock.advance(40);
      expect(await claim(plain)).toEqual(['d', 'c']);
      expect(await claim(ordered)).toEqual(['e', 'f']);
    });

    it('sequences go on and are never used again', async (context) => {
      const [first = 0] = await append(plain, ['a', 'b']);
      await remove(plain, first);
      await remove(plain, first + 1);
      await on.reopen(context);
      const [next = 0] = await append(plain, ['c']);
      expect(next).toBeGreaterThan(first + 1);
      await purge(plain);
      await on.reopen(context);
      const [last = 0] = await append(plain, ['d']);
      expect(last).toBeGreaterThan(next);
      expect(await find(plain, next)).toBeUndefined();
    });

    it('fresh entries stay behind those that were hidden', async (context) => {
      await append(plain, ['fresh']);
      await append(plain, ['hidden'], { delayMs: 5 });
      await on.reopen(context);
      on.clock.advance(5);
      expect(await claim(plain)).toEqual(['hidden', 'fresh']);
    });

    it('groups keep their turns', async (context) => {
      await append(plain, ['-1']);
      await append(plain, ['a1', 'a2', 'a3'], { group: 'a' });
      await append(plain, ['b1', 'b2', 'b3'], { group: 'b' });
      expect(await claim(plain, 4)).toEqual(['-1', 'a1', 'b1', 'a2']);
      await on.reopen(context);
      await append(plain, ['-2']);
      await append(plain, ['c1'], { group: 'c' });
      expect(await claim(plain)).toEqual(['b2', '-2', 'c1', 'a3', 'b3']);
    });

    it('ordered groups keep their order', async (context) => {
      await append(ordered, ['b1'], { group: 'b' });
      await append(ordered, ['a1'], { group: 'a' });
      await append(ordered, ['soon'], { group: 'c', delayMs: 1 });
      await on.reopen(context);
      on.clock.advance(5);
      await append(ordered, ['d1'], { group: 'd' });
      expect(await claim(ordered)).toEqual(['b1', 'a1', 'soon', 'd1']);
    });
  });
}
