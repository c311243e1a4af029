/** The whole storage contract. Every engine passes all of it. */
import { describe } from 'vitest';
import { documentsContract } from './documents.suite.ts';
import { logsContract } from './logs.suite.ts';
import { memosContract } from './memos.suite.ts';
import type { OpenStore } from './open-store.ts';
import { queuesContract } from './queues.suite.ts';
import { queuesModelContract } from './queues-model.suite.ts';
import { timersContract } from './timers.suite.ts';
import { transactionsContract } from './transactions.suite.ts';

export type { OpenedStore, OpenStore } from './open-store.ts';

export function storageContract(engine: string, open: OpenStore): void {
  describe(`the ${engine} store`, () => {
    documentsContract(open);
    memosContract(open);
    queuesContract(open);
    queuesModelContract(open);
    logsContract(open);
    timersContract(open);
    transactionsContract(open);
  });
}
