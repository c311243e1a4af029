/** Disk space comes back: from deleted, expired and purged messages, and from the log. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { TestClock } from '../../src/core/environment.ts';
import { type RunningWaystation, startWaystation } from '../../src/index.ts';
import type { QueueRef, Store } from '../../src/storage/port.ts';
import { openSqliteStore } from '../../src/storage/sqlite/index.ts';
import { removeTemporaryFolders, temporaryFolder } from '../support/server.ts';
import { LoadClient } from './load-client.ts';

const MIB = 1024 * 1024;
const DAY_MS = 86_400_000;
/** Below what each of these loads writes, and above what gathers while a busy machine copies it. */
const LOG_BYTES_MAX = 128 * MIB;

const ends: Array<() => Promise<unknown> | unknown> = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  removeTemporaryFolders();
});

const databaseBytes = (folder: string) => statSync(join(folder, 'waystation.db')).size;
const logBytes = (folder: string) => statSync(join(folder, 'waystation.db-wal')).size;

function folderBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

describe('a store under a steady load', () => {
  const queue: QueueRef = { key: 'q', ordered: false };
  const body = 'x'.repeat(1_000);

  async function open(durability: 'full' | 'relaxed') {
    const folder = temporaryFolder();
    const clock = new TestClock(1_700_000_000_000);
    const store = await openSqliteStore({ folder, clock, durability });
    ends.push(() => store.close());
    return { store, folder, clock };
  }

  async function send(store: Store, count: number, group?: string): Promise<void> {
    await store.transact(async (tx) => {
      const entry = { payload: body, visibleAtMs: tx.nowMs, enqueuedAtMs: tx.nowMs };
      const entries = Array.from({ length: count }, () =>
        group === undefined ? entry : { ...entry, group },
      );
      await tx.queues.append(queue, entries);
    });
  }

  async function receiveAndDelete(store: Store): Promise<number> {
    return store.transact(async (tx) => {
      const claimed = await tx.queues.claim(queue, { limit: 10, visibleAtMs: tx.nowMs + 30_000 });
      for (const { sequence } of claimed) await tx.queues.remove(queue, sequence);
      return claimed.length;
    });
  }

  it.each([
    ['without groups', undefined],
    ['with groups', 'g'],
  ])('%s does not grow', async (_what, group) => {
    const { store, folder, clock } = await open('relaxed');
    const sizes: number[] = [];
    let logBytesMax = 0;
    let claims = 0;
    for (let round = 0; round < 20; round += 1) {
      for (let n = 0; n < 20; n += 1) {
        await send(store, 100, group && `${group}${round}-${n}`);
        logBytesMax = Math.max(logBytesMax, logBytes(folder));
      }
      for (let claimed = -1; claimed !== 0; claims += claimed) {
        clock.advance(1);
        claimed = await receiveAndDelete(store);
      }
      await store.reclaim();
      sizes.push(databaseBytes(folder));
    }
    expect(claims).toBe(40_000);
    // 2,000 messages of about 1 KB, and what indexes and half-filled pages take.
    expect(Math.max(...sizes)).toBeLessThan(8 * MIB);
    expect(logBytesMax).toBeLessThan(LOG_BYTES_MAX);
    await store.close();
    expect(databaseBytes(folder)).toBeLessThan(8 * MIB);
  });

  it('of many senders keeps its log short', async () => {
    const { store, folder } = await open('full');
    let logBytesMax = 0;
    let sentBytes = 0;
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        while (sentBytes < 200 * MIB) {
          sentBytes += 20 * body.length;
          await send(store, 20);
          logBytesMax = Math.max(logBytesMax, logBytes(folder));
        }
      }),
    );
    expect(databaseBytes(folder)).toBeGreaterThan(60 * MIB);
    expect(logBytesMax).toBeLessThan(LOG_BYTES_MAX);
  });
});

describe('a server', () => {
  const MESSAGES = 20_000;

  async function serveFilled(): Promise<{
    waystation: RunningWaystation;
    client: LoadClient;
    data: string;
    filledBytes: number;
  }> {
    const data = temporaryFolder();
    const waystation = await startWaystation({
      store: 'sqlite',
      durability: 'relaxed',
      testClock: true,
      data,
    });
    const client = new LoadClient(waystation.endpoint);
    ends.push(
      () => waystation.stop(),
      () => client.close(),
    );
    await client.must('CreateQueue', { QueueName: 'q' });
    let left = MESSAGES / 10;
    const Entries = Array.from({ length: 10 }, (_, i) => ({
      Id: String(i),
      MessageBody: 'x'.repeat(1_500),
    }));
    const send = async (): Promise<void> => {
      while (left-- > 0) await client.must('SendMessageBatch', { QueueUrl: 'q', Entries });
    };
    await Promise.all([send(), send(), send(), send()]);
    const filledBytes = folderBytes(data);
    expect(filledBytes).toBeGreaterThan(MESSAGES * 1_500);
    return { waystation, client, data, filledBytes };
  }

  /** Free pages that stay in the database for what comes next, and the log. */
  const REMAINS_BYTES = 24 * MIB;

  async function expectSmall(waystation: RunningWaystation, data: string): Promise<void> {
    await waystation.stop();
    expect(databaseBytes(data)).toBeLessThan(REMAINS_BYTES);
  }

  it('gives the space of a purged queue back in the background', async () => {
    const { waystation, client, data } = await serveFilled();
    await client.must('PurgeQueue', { QueueUrl: 'q' });
    await client.must('SendMessage', { QueueUrl: 'q', MessageBody: 'after the purge' });
    await waystation.clock.advance(60_000);
    const kept = (await waystation.peek('q')).map(({ Body }) => Body);
    expect(kept).toEqual(['after the purge']);
    await expectSmall(waystation, data);
  });

  it('gives the space of a deleted queue back in the background', async () => {
    const { waystation, client, data } = await serveFilled();
    await client.must('DeleteQueue', { QueueUrl: 'q' });
    await waystation.clock.advance(60_000);
    await expectSmall(waystation, data);
  });

  it('gives the space of expired messages back, though nobody receives', async () => {
    const { waystation, client, data } = await serveFilled();
    await waystation.clock.advance(3 * DAY_MS);
    await client.must('SendMessage', { QueueUrl: 'q', MessageBody: 'young' });
    await waystation.clock.advance(2 * DAY_MS);
    expect((await waystation.peek('q')).map(({ Body }) => Body)).toEqual(['young']);
    await waystation.clock.advance(60_000);
    await expectSmall(waystation, data);
  });
});
