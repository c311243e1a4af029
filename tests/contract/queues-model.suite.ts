/**
 * The contract of queues at random: seeded calls on an engine and on the model below, which keeps
 * its entries in a plain array, looks through all of them, and must be answered alike.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry, NewEntry, QueueRef, Transaction } from '../../src/storage/port.ts';
import { type OpenStore, type StoreUnderTest, storeForEachTest } from './open-store.ts';

const RUNS_PER_SEED = 30;
const SEEDS = [1, 20260101, 987654321];
const TIMEOUT_MS = 120_000;
/** Shrinking a failure stops here, so that the smallest case found so far is shown. */
const SHRINKING_ENDS_MS = 90_000;

// ---------------------------------------------------------------- the model

interface ModelEntry {
  sequence: number;
  payload: string;
  group: string | undefined;
  lane: string | undefined;
  enqueuedAtMs: number;
  visibleAtMs: number;
  claims: number;
  firstClaimedAtMs: number | undefined;
  fresh: boolean;
}

interface ModelLane {
  id: number;
  turn: number;
}

/** Plain data, so that a transaction that fails is undone by going back to a copy. */
interface Model {
  ref: QueueRef;
  entries: ModelEntry[];
  lanes: { [name: string]: ModelLane };
  laned: boolean;
  turn: number;
}

let lastLaneId = 0;

function emptyModel(ref: QueueRef): Model {
  return { ref, entries: [], lanes: {}, laned: false, turn: 0 };
}

function modelAppend(model: Model, entry: NewEntry, sequence: number, nowMs: number): void {
  if (entry.group !== undefined) model.laned = true;
  const lane = model.laned ? `lane ${entry.group ?? ''}` : undefined;
  if (lane !== undefined && model.lanes[lane] === undefined) {
    lastLaneId += 1;
    model.lanes[lane] = { id: lastLaneId, turn: model.turn };
  }
  model.entries.push({
    sequence,
    payload: entry.payload,
    group: entry.group,
    lane,
    enqueuedAtMs: entry.enqueuedAtMs,
    visibleAtMs: entry.visibleAtMs,
    claims: 0,
    firstClaimedAtMs: undefined,
    fresh: entry.visibleAtMs <= nowMs,
  });
}

function modelRemove(model: Model, gone: readonly ModelEntry[]): void {
  model.entries = model.entries.filter((entry) => !gone.includes(entry));
  for (const name of Object.keys(model.lanes)) {
    if (!model.entries.some((entry) => entry.lane === name)) delete model.lanes[name];
  }
}

function laneNamed(model: Model, name: string | undefined): ModelLane {
  const lane = name === undefined ? undefined : model.lanes[name];
  if (lane === undefined) throw new Error(`the model has no lane ${name}`);
  return lane;
}

function smallest<T>(items: readonly T[], ...keys: Array<(item: T) => number>): T | undefined {
  return [...items].sort((a, b) => {
    for (const key of keys) if (key(a) !== key(b)) return key(a) - key(b);
    return 0;
  })[0];
}

function readyAtMs(model: Model, lane: string): number {
  const entries = model.entries.filter((entry) => entry.lane === lane);
  const blocking = entries.filter((entry, index) => index === 0 || entry.claims > 0);
  return Math.max(...blocking.map((entry) => entry.visibleAtMs));
}

function nextFair(
  model: Model,
  picked: readonly ModelEntry[],
  nowMs: number,
): ModelEntry | undefined {
  const left = model.entries.filter((entry) => !picked.includes(entry));
  const fresh = left.filter((entry) => entry.fresh);
  const due = smallest(
    left.filter((entry) => !entry.fresh && entry.visibleAtMs <= nowMs),
    (entry) => entry.visibleAtMs,
    (entry) => entry.sequence,
  );
  if (due !== undefined && due.lane === undefined) return due;
  const laneless = fresh.find((entry) => entry.lane === undefined);
  if (laneless !== undefined) return laneless;
  const turnOf = (entry: ModelEntry) => laneNamed(model, entry.lane).turn;
  const first = smallest(fresh, turnOf, (entry) => entry.sequence);
  if (due === undefined || first === undefined) return due ?? first;
  return turnOf(due) <= turnOf(first) ? due : first;
}

type ModelClaim = { limit: number; visibleAtMs: number; expiredAtMs: number };

function pickFair(model: Model, claim: ModelClaim, nowMs: number): ModelEntry[] {
  const picked: ModelEntry[] = [];
  while (picked.length < claim.limit) {
    const entry = nextFair(model, picked, nowMs);
    if (entry === undefined) break;
    if (entry.enqueuedAtMs <= claim.expiredAtMs) {
      modelRemove(model, [entry]);
      continue;
    }
    picked.push(entry);
    if (entry.lane !== undefined) {
      const lane = laneNamed(model, entry.lane);
      model.turn = Math.max(model.turn, lane.turn);
      lane.turn += 1;
    }
  }
  return picked;
}

function pickOrdered(model: Model, claim: ModelClaim, nowMs: number): ModelEntry[] {
  const picked: ModelEntry[] = [];
  const available = Object.keys(model.lanes)
    .map((name) => ({ name, id: laneNamed(model, name).id, readyAtMs: readyAtMs(model, name) }))
    .filter((lane) => lane.readyAtMs <= nowMs)
    .sort((a, b) => a.readyAtMs - b.readyAtMs || a.id - b.id);
  for (const { name } of available) {
    for (const entry of model.entries.filter((candidate) => candidate.lane === name)) {
      if (picked.length === claim.limit) return picked;
      if (entry.visibleAtMs > nowMs) break;
      if (entry.enqueuedAtMs <= claim.expiredAtMs) modelRemove(model, [entry]);
      else picked.push(entry);
    }
  }
  return picked;
}

function modelClaim(model: Model, claim: ModelClaim, nowMs: number): ModelEntry[] {
  const pick = model.ref.ordered ? pickOrdered : pickFair;
  const picked = pick(model, claim, nowMs);
  for (const entry of picked) {
    entry.visibleAtMs = claim.visibleAtMs;
    entry.claims += 1;
    entry.firstClaimedAtMs ??= nowMs;
    entry.fresh = false;
  }
  return picked;
}

function modelRelease(entry: ModelEntry, nowMs: number): void {
  entry.visibleAtMs = nowMs;
  entry.claims = Math.max(0, entry.claims - 1);
  if (entry.claims === 0) entry.firstClaimedAtMs = undefined;
  entry.fresh = false;
}

function modelRedelay(model: Model, delayMs: number, withinMs: number, nowMs: number): void {
  for (const entry of model.entries) {
    if (entry.claims > 0 || entry.enqueuedAtMs <= nowMs - withinMs) continue;
    entry.visibleAtMs = entry.enqueuedAtMs + delayMs;
    if (entry.visibleAtMs > nowMs) entry.fresh = false;
  }
}

function modelNextVisibleAtMs(model: Model, nowMs: number): number | undefined {
  const instants = model.ref.ordered
    ? Object.keys(model.lanes).map((name) => readyAtMs(model, name))
    : model.entries.map((entry) => entry.visibleAtMs);
  return smallest(
    instants.filter((instant) => instant > nowMs),
    (instant) => instant,
  );
}

function publicEntry(entry: ModelEntry): Entry {
  const { sequence, payload, group, enqueuedAtMs, visibleAtMs, claims, firstClaimedAtMs } = entry;
  return {
    sequence,
    payload,
    ...(group !== undefined && { group }),
    enqueuedAtMs,
    visibleAtMs,
    claims,
    ...(firstClaimedAtMs !== undefined && { firstClaimedAtMs }),
  };
}

// ---------------------------------------------------------------- the calls

/** Short and overlapping spans of time, so that equal instants and expiry are common. */
const delayMs = fc.constantFrom(-3, 0, 0, 0, 2, 5, 9);
const ageMs = fc.constantFrom(0, 0, 1, 4, 20);
const group = fc.constantFrom('a', 'a', 'b', 'b', 'c', 'd', 'e', undefined, undefined);
const queue = fc.nat({ max: 3 });
/** Which of the queue's entries: an index into what is there, or one past it for "none". */
const which = fc.nat({ max: 12 });

const entries = fc.array(fc.record({ group, delayMs, ageMs }), { minLength: 1, maxLength: 6 });

const call = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('append' as const), queue, entries }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('claim' as const),
      queue,
      limit: fc.integer({ min: 1, max: 10 }),
      hideMs: fc.constantFrom(0, 3, 3, 6, 12),
      expiredAgeMs: fc.constantFrom(4, 10, 20, 1000, 1000, 1000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('extend' as const), queue, which, delayMs }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('release' as const), queue, which }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('remove' as const), queue, which }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('move' as const), queue, which, to: queue, delayMs }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('redelay' as const),
      queue,
      delayMs: fc.constantFrom(0, 2, 6, 12),
      withinMs: fc.constantFrom(1, 5, 100),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('expire' as const),
      queue,
      ageMs: fc.constantFrom(4, 10, 20),
      limit: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('purge' as const), queue }) },
);

type Call = typeof call extends fc.Arbitrary<infer T> ? T : never;

const step = fc.record({
  advanceMs: fc.constantFrom(0, 0, 1, 2, 3, 6),
  calls: fc.array(call, { minLength: 1, maxLength: 4 }),
  fails: fc.constantFrom(false, false, false, false, true),
  restarts: fc.constantFrom(...Array<boolean>(19).fill(false), true),
});

/** Four queues on the engine, and the model of each. */
class Comparison {
  readonly #on: StoreUnderTest;
  #models: Model[];
  #lastSequence = 0;
  #payloads = 0;

  constructor(on: StoreUnderTest, run: number) {
    this.#on = on;
    this.#models = [false, false, true, true].map((ordered, index) =>
      emptyModel({ key: `run ${run} queue ${index}`, ordered }),
    );
  }

  /** Makes the calls in one transaction on both sides; with `fails`, nothing of it may stay. */
  async step(calls: readonly Call[], fails: boolean): Promise<void> {
    const before = structuredClone(this.#models);
    const lastSequence = this.#lastSequence;
    const undo = new Error('undo');
    const done = this.#on.run(async (tx) => {
      for (const one of calls) await this.#call(tx, one);
      if (fails) throw undo;
      for (const model of this.#models) await this.#compare(tx, model);
    });
    if (!fails) return await done;
    await expect(done).rejects.toBe(undo);
    this.#models = before;
    // Nobody saw the sequences of what failed; after a restart they may appear again.
    this.#lastSequence = lastSequence;
    await this.#on.run(async (tx) => {
      for (const model of this.#models) await this.#compare(tx, model);
    });
  }

  /** Claims all that is left, one by one: the order of everything that was not claimed yet. */
  async drain(): Promise<void> {
    await this.#on.run(async (tx) => {
      for (const model of this.#models) {
        const limits = [1, 2, 1, 3, 1, 5, 1, 1, 10, 10, 10, 10];
        for (const limit of limits) await this.#claim(tx, model, limit, 1_000, 1_000_000);
        await this.#compare(tx, model);
      }
    });
  }

  #model(index: number): Model {
    const model = this.#models[index];
    if (model === undefined) throw new RangeError(`queue ${index}`);
    return model;
  }

  async #call(tx: Transaction, one: Call): Promise<void> {
    const model = this.#model(one.queue);
    const { ref } = model;
    switch (one.type) {
      case 'append': {
        const added = one.entries.map((entry) => this.#newEntry(tx, model, entry));
        this.#appended(tx, model, added, await tx.queues.append(ref, added));
        break;
      }
      case 'claim':
        await this.#claim(tx, model, one.limit, one.hideMs, one.expiredAgeMs);
        break;
      case 'move':
        await this.#move(tx, model, this.#model(one.to), one);
        break;
      case 'redelay':
        await tx.queues.redelay(ref, one.delayMs, one.withinMs);
        modelRedelay(model, one.delayMs, one.withinMs, tx.nowMs);
        break;
      case 'expire':
        await this.#expire(tx, model, tx.nowMs - one.ageMs, one.limit);
        break;
      case 'purge':
        await tx.queues.purge(ref);
        Object.assign(model, emptyModel(ref));
        break;
      default:
        await this.#change(tx, model, one);
    }
  }

  async #change(
    tx: Transaction,
    model: Model,
    one: Extract<Call, { type: 'extend' | 'release' | 'remove' }>,
  ): Promise<void> {
    const entry = model.entries[one.which];
    const sequence = entry?.sequence ?? this.#lastSequence + 1000;
    if (one.type === 'remove') {
      expect(await tx.queues.remove(model.ref, sequence)).toBe(entry !== undefined);
      if (entry !== undefined) modelRemove(model, [entry]);
    } else if (one.type === 'release') {
      expect(await tx.queues.release(model.ref, sequence)).toBe(entry !== undefined);
      if (entry !== undefined) modelRelease(entry, tx.nowMs);
    } else {
      const visibleAtMs = tx.nowMs + one.delayMs;
      expect(await tx.queues.extend(model.ref, sequence, visibleAtMs)).toBe(entry !== undefined);
      if (entry !== undefined) Object.assign(entry, { visibleAtMs, fresh: false });
    }
  }

  async #claim(
    tx: Transaction,
    model: Model,
    limit: number,
    hideMs: number,
    expiredAgeMs: number,
  ): Promise<void> {
    const claim = {
      limit,
      visibleAtMs: tx.nowMs + hideMs,
      expiredAtMs: tx.nowMs - expiredAgeMs,
    };
    const claimed = await tx.queues.claim(model.ref, claim);
    expect(claimed).toEqual(modelClaim(model, claim, tx.nowMs).map(publicEntry));
  }

  async #move(
    tx: Transaction,
    from: Model,
    to: Model,
    one: { readonly which: number; readonly delayMs: number },
  ): Promise<void> {
    const entry = from.entries[one.which];
    const moved = this.#newEntry(tx, to, { group: entry?.group, delayMs: one.delayMs, ageMs: 1 });
    const sequence = entry?.sequence ?? this.#lastSequence + 1000;
    const next = await tx.queues.move(from.ref, sequence, to.ref, moved);
    expect(next !== undefined).toBe(entry !== undefined);
    if (entry === undefined || next === undefined) return;
    modelRemove(from, [entry]);
    this.#appended(tx, to, [moved], [next]);
  }

  async #expire(tx: Transaction, model: Model, atMs: number, limit: number): Promise<void> {
    const old = model.entries
      .filter((entry) => entry.enqueuedAtMs <= atMs)
      .sort((a, b) => a.enqueuedAtMs - b.enqueuedAtMs || a.sequence - b.sequence);
    const gone = old.slice(0, limit);
    expect(await tx.queues.expire(model.ref, atMs, limit)).toBe(old.length > limit);
    modelRemove(model, gone);
  }

  #newEntry(
    tx: Transaction,
    model: Model,
    entry: { readonly group: string | undefined; readonly delayMs: number; readonly ageMs: number },
  ): NewEntry {
    const name = model.ref.ordered ? (entry.group ?? 'd') : entry.group;
    this.#payloads += 1;
    return {
      payload: `payload ${this.#payloads}`,
      visibleAtMs: tx.nowMs + entry.delayMs,
      enqueuedAtMs: tx.nowMs - entry.ageMs,
      ...(name !== undefined && { group: name }),
    };
  }

  #appended(
    tx: Transaction,
    model: Model,
    added: readonly NewEntry[],
    sequences: readonly number[],
  ): void {
    expect(sequences).toHaveLength(added.length);
    added.forEach((entry, index) => {
      const sequence = sequences[index] ?? 0;
      expect(sequence).toBeGreaterThan(this.#lastSequence);
      if (index > 0) expect(sequence).toBe(this.#lastSequence + 1);
      this.#lastSequence = sequence;
      modelAppend(model, entry, sequence, tx.nowMs);
    });
  }

  async #compare(tx: Transaction, model: Model): Promise<void> {
    const { ref } = model;
    const hidden = model.entries.filter((entry) => entry.visibleAtMs > tx.nowMs);
    const claimed = hidden.filter((entry) => entry.claims > 0).length;
    expect(await tx.queues.peek(ref, { limit: 1000 })).toEqual(model.entries.map(publicEntry));
    expect(await tx.queues.count(ref)).toEqual({
      visible: model.entries.length - hidden.length,
      claimed,
      delayed: hidden.length - claimed,
    });
    expect(await tx.queues.countClaimed(ref, 3)).toBe(Math.min(claimed, 3));
    expect(await tx.queues.nextVisibleAtMs(ref)).toBe(modelNextVisibleAtMs(model, tx.nowMs));
    const oldest = await tx.queues.oldestEnqueuedAtMs(ref);
    if (model.entries.length === 0) expect(oldest).toBeUndefined();
    else {
      const ages = model.entries.map((entry) => entry.enqueuedAtMs);
      expect(oldest).toBeLessThanOrEqual(Math.min(...ages));
    }
  }
}

export function queuesModelContract(open: OpenStore): void {
  describe('queues, called at random', () => {
    const on = storeForEachTest(open);

    it.each(SEEDS)(
      'answer like the plain model, seed %i',
      async (seed) => {
        let runs = 0;
        const property = fc.asyncProperty(
          fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }),
          async (steps) => {
            runs += 1;
            const comparison = new Comparison(on, runs);
            for (const { advanceMs, calls, fails, restarts } of steps) {
              on.clock.advance(advanceMs);
              if (restarts) await on.reopenIfKept();
              await comparison.step(calls, fails);
            }
            on.clock.advance(20);
            await comparison.drain();
          },
        );
        await fc.assert(property, {
          seed,
          numRuns: RUNS_PER_SEED,
          interruptAfterTimeLimit: SHRINKING_ENDS_MS,
          markInterruptAsFailure: true,
        });
      },
      TIMEOUT_MS,
    );
  });
}
