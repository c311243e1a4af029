/** The simulator notices when something below the product breaks its word. */
import { describe, expect, it } from 'vitest';
import type { Store, Transaction } from '../../src/storage/port.ts';
import { SimulationFailure, simulate } from './simulate.ts';

/** Each fault must show within so many seeds. */
const SEEDS_MAX = 150;
const TIMEOUT_MS = 60_000;

type Damage = (tx: Transaction) => Partial<Transaction>;

/** A store whose transactions are as `damage` leaves them. */
function damaged(store: Store, damage: Damage): Store {
  return withMethods(store, {
    transact: (run) => store.transact((tx) => run({ ...tx, ...damage(tx) })),
  });
}

/** The same object with some methods of its own. */
function withMethods<T extends object>(shape: T, methods: Partial<T>): T {
  return new Proxy(shape, {
    get(target, name) {
      const owner = Reflect.has(methods, name) ? methods : target;
      const method: unknown = Reflect.get(owner, name);
      return typeof method === 'function' ? method.bind(owner) : method;
    },
  });
}

const damages: { readonly [fault: string]: Damage } = {
  'keeps what was deleted': ({ queues }) => ({
    queues: withMethods(queues, { remove: () => true }),
  }),
  'loses the last message of a large batch': ({ queues }) => ({
    queues: withMethods(queues, {
      async append(queue, entries) {
        const sequences = await queues.append(queue, entries);
        const last = sequences.at(-1);
        if (entries.length > 8 && last !== undefined) await queues.remove(queue, last);
        return sequences;
      },
    }),
  }),
  'shows what was received at once': ({ queues, nowMs }) => ({
    queues: withMethods(queues, {
      claim: (queue, claim) => queues.claim(queue, { ...claim, visibleAtMs: nowMs }),
    }),
  }),
  'forgets the order of groups': ({ queues }) => ({
    queues: withMethods(queues, {
      async claim(queue, claim) {
        return [...(await queues.claim(queue, claim))].reverse();
      },
    }),
  }),
  'forgets deduplication ids': ({ memos }) => ({
    memos: withMethods(memos, {
      get: (key) => (key.startsWith('sqs/deduplication/') ? undefined : memos.get(key)),
    }),
  }),
  'forgets what was published already': ({ memos }) => ({
    memos: withMethods(memos, {
      get: (key) => (key.startsWith('sns/deduplication/') ? undefined : memos.get(key)),
    }),
  }),
  'forgets who is still to get a message': ({ documents }) => ({
    documents: withMethods(documents, {
      get: (key) => (/^sns\/fan-out\/.+\/1$/.test(key) ? undefined : documents.get(key)),
    }),
  }),
  'leaves behind what is left of a fan-out': ({ documents }) => ({
    documents: withMethods(documents, {
      delete: (key) => key.startsWith('sns/fan-out/') || documents.delete(key),
    }),
  }),
  'loses the timers of fan-outs': ({ timers }) => ({
    timers: withMethods(timers, {
      set: (timer) => (timer.kind === 'sns.fan-out' ? undefined : timers.set(timer)),
    }),
  }),
  'shows the former state of a subscription': ({ documents }) => ({
    documents: withMethods(documents, {
      put: (key, value, options) => {
        const isChange = key.startsWith('sns/subscription/') && options?.expectedVersion !== 0;
        return isChange ? Promise.resolve(1) : documents.put(key, value, options);
      },
    }),
  }),
  'counts a receive that was taken back': ({ queues, nowMs }) => ({
    queues: withMethods(queues, {
      release: (queue, sequence) => queues.extend(queue, sequence, nowMs),
    }),
  }),
  'does not know when something becomes visible': ({ queues }) => ({
    queues: withMethods(queues, { nextVisibleAtMs: () => undefined }),
  }),
  'forgets timers that come due later': ({ timers, nowMs }) => ({
    timers: withMethods(timers, {
      set: (timer) => (timer.dueAtMs > nowMs + 500 ? undefined : timers.set(timer)),
    }),
  }),
};

async function firstFailure(damage: Damage): Promise<unknown> {
  for (let seed = 1; seed <= SEEDS_MAX; seed++) {
    try {
      await simulate(seed, 'memory', (store) => damaged(store, damage));
    } catch (error) {
      return error;
    }
  }
  return undefined;
}

describe('the simulator', () => {
  it.each(Object.keys(damages))(
    'notices a store that %s',
    async (fault) => {
      const damage = damages[fault];
      if (damage === undefined) throw new Error(`no fault ${fault}`);
      expect(await firstFailure(damage)).toBeInstanceOf(SimulationFailure);
    },
    TIMEOUT_MS,
  );

  it('notices a store that keeps what it was told to undo', async () => {
    const keeping = (store: Store): Store =>
      withMethods(store, {
        async transact(run) {
          const ending = await store.transact(async (tx) => {
            try {
              return { value: await run(tx) };
            } catch (error) {
              return { error };
            }
          });
          if ('error' in ending) throw ending.error;
          return ending.value;
        },
      });
    const run = async () => {
      for (let seed = 1; seed <= SEEDS_MAX; seed++) await simulate(seed, 'memory', keeping);
    };
    await expect(run()).rejects.toBeInstanceOf(SimulationFailure);
  });
});
