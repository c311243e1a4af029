/** What a storage engine brings to be judged by the contract, and what each test starts from. */
import { afterEach, beforeEach, type TestContext } from 'vitest';
import { TestClock } from '../../src/core/environment.ts';
import type { Awaitable, Store, Transaction } from '../../src/storage/port.ts';

export interface OpenedStore {
  readonly store: Store;
  /** Closes the store and opens it again over the same data. Missing where nothing is kept. */
  readonly reopen?: () => Promise<Store>;
  /** Closes whichever store was opened last and removes its data. */
  close(): Promise<void>;
}

/** Opens an empty store. */
export type OpenStore = (options: { clock: TestClock }) => Promise<OpenedStore>;

export const START_MS = 1_700_000_000_000;

/** A fresh store and a clock that stands at START_MS, for each test of the enclosing `describe`. */
export interface StoreUnderTest {
  readonly clock: TestClock;
  readonly store: Store;
  readonly keepsData: boolean;
  run<T>(work: (tx: Transaction) => Awaitable<T>): Promise<T>;
  /** Skips the test on an engine that keeps nothing. */
  reopen(context: TestContext): Promise<void>;
  reopenIfKept(): Promise<void>;
}

export function storeForEachTest(open: OpenStore): StoreUnderTest {
  let clock: TestClock;
  let opened: OpenedStore;
  let store: Store;
  beforeEach(async () => {
    clock = new TestClock(START_MS);
    opened = await open({ clock });
    store = opened.store;
  });
  afterEach(() => opened.close());
  return {
    get clock() {
      return clock;
    },
    get store() {
      return store;
    },
    get keepsData() {
      return opened.reopen !== undefined;
    },
    run: (work) => store.transact(work),
    async reopen(context) {
      if (opened.reopen === undefined) context.skip('this engine keeps nothing');
      else store = await opened.reopen();
    },
    async reopenIfKept() {
      if (opened.reopen !== undefined) store = await opened.reopen();
    },
  };
}
