/**
 * A store without room: callers are told so, nothing acknowledged is lost, what only reads and what
 * takes away goes on, and with room again everything does.
 */
import { afterEach, describe, expect, it, type TestContext } from 'vitest';
import { readCommand } from '../../src/config.ts';
import { TestClock } from '../../src/core/environment.ts';
import { createWaystation, type Waystation } from '../../src/main.ts';
import { openLog } from '../../src/observability/log.ts';
import { StorageFull } from '../../src/storage/errors.ts';
import type { NewEntry, QueueRef, Store, Transaction } from '../../src/storage/port.ts';
import { openSqliteStore } from '../../src/storage/sqlite/index.ts';
import { removeTemporaryFolders, serverStarter, temporaryFolder } from '../support/server.ts';
import { countAll, LoadClient, peekAll } from './load-client.ts';
import { TinyDisk } from './tiny-disk.ts';

const start = serverStarter(afterEach);
const clock = new TestClock(1_700_000_000_000);
const queue: QueueRef = { key: 'q', ordered: false };
/** 2 MiB. */
const PAGES_MAX = 512;
const FULL =
  'The storage of this server is full. Nothing was changed; try again when space is available.';

const ends: Array<() => Promise<unknown> | unknown> = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  removeTemporaryFolders();
});

async function open(options: { folder?: string; pagesMax?: number } = {}): Promise<Store> {
  const folder = options.folder ?? temporaryFolder();
  const store = await openSqliteStore({ clock, pagesMax: PAGES_MAX, ...options, folder });
  ends.push(() => store.close());
  return store;
}

const entry = (tx: Transaction, payload: string): NewEntry => ({
  payload,
  visibleAtMs: tx.nowMs,
  enqueuedAtMs: tx.nowMs,
});

const append = (store: Store, payload: string) =>
  store.transact((tx) => tx.queues.append(queue, [entry(tx, payload)]));

/** Appends from several callers at once until each was refused; answers what was accepted. */
async function fill(store: Store, name: string, payloadCharacters = 2_000): Promise<string[]> {
  const accepted: string[] = [];
  await Promise.all(
    Array.from({ length: 8 }, async (_, caller) => {
      for (let n = 0; ; n += 1) {
        const id = `${name}-${caller}-${n}`;
        try {
          await append(store, `${id} ${'x'.repeat(payloadCharacters)}`);
          accepted.push(id);
        } catch (error) {
          expect(error).toBeInstanceOf(StorageFull);
          return;
        }
      }
    }),
  );
  return accepted;
}

async function idsIn(store: Store): Promise<string[]> {
  const entries = await store.transact((tx) => tx.queues.peek(queue, { limit: 100_000 }));
  return entries.map(({ payload }) => payload.split(' ')[0] ?? '');
}

describe('a store with a ceiling', () => {
  it('refuses to add at the ceiling and keeps what it accepted', async () => {
    const folder = temporaryFolder();
    const store = await open({ folder });
    const accepted = await fill(store, 'a');
    expect(accepted.length).toBeGreaterThan(100);
    expect((await idsIn(store)).sort()).toEqual([...accepted].sort());
    await expect(
      store.transact((tx) => tx.logs.append('log', ['x'.repeat(500_000)])),
    ).rejects.toThrow(StorageFull);
    await store.close();
    expect((await idsIn(await open({ folder }))).sort()).toEqual([...accepted].sort());
  });

  it('lets everything be claimed, extended, moved, released and removed when it is full', async () => {
    const store = await open();
    let left = (await fill(store, 'a', 300)).length;
    const other: QueueRef = { key: 'dead letters', ordered: false };
    while (left > 0) {
      const removed = await store.transact(async (tx) => {
        const [first, second, ...rest] = await tx.queues.claim(queue, {
          limit: 10,
          visibleAtMs: tx.nowMs + 1000,
        });
        if (first !== undefined) await tx.queues.extend(queue, first.sequence, tx.nowMs + 2000);
        if (first !== undefined) await tx.queues.release(queue, first.sequence);
        if (second !== undefined) {
          await tx.queues.move(queue, second.sequence, other, entry(tx, second.payload));
        }
        for (const { sequence } of rest) await tx.queues.remove(queue, sequence);
        if (first !== undefined) await tx.queues.remove(queue, first.sequence);
        return [first, second, ...rest].filter((claimed) => claimed !== undefined).length;
      });
      expect(removed).toBeGreaterThan(0);
      left -= removed;
    }
    expect(await store.transact((tx) => tx.queues.count(queue))).toMatchObject({ visible: 0 });
  });

  it('accepts again what was removed, as often as wanted', async () => {
    const store = await open();
    const counts: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      counts.push((await fill(store, `r${round}`)).length);
      await store.transact(async (tx) => {
        for (const { sequence } of await tx.queues.peek(queue, { limit: 100_000 })) {
          await tx.queues.remove(queue, sequence);
        }
      });
    }
    const [first = 0, ...later] = counts;
    for (const count of later) expect(count).toBeGreaterThan(first * 0.9);
  });

  it('accepts again after a purge, once its space was reclaimed', async () => {
    const store = await open();
    const before = (await fill(store, 'a')).length;
    await store.transact((tx) => tx.queues.purge(queue));
    while (await store.reclaim());
    expect((await fill(store, 'b')).length).toBeGreaterThan(before * 0.9);
  });

  it('accepts more when it is opened with a higher ceiling', async () => {
    const folder = temporaryFolder();
    const store = await open({ folder });
    const accepted = await fill(store, 'a');
    await store.close();
    const larger = await open({ folder, pagesMax: PAGES_MAX * 2 });
    const more = await fill(larger, 'b');
    expect(more.length).toBeGreaterThan(accepted.length * 0.9);
    expect((await idsIn(larger)).sort()).toEqual([...accepted, ...more].sort());
  });

  it('tells each caller of one commit the truth when the database itself finds no page', async () => {
    const folder = temporaryFolder();
    const store = await open({ folder });
    const put = (key: string, characters: number) =>
      store.transact(async (tx) => {
        await tx.documents.put(key, 'x'.repeat(characters));
        return key;
      });
    // Documents know no reserve, so the page that is missing is one that SQLite asks for.
    const results = await Promise.allSettled([
      put('small 1', 10),
      put('large 1', 4_000_000),
      put('small 2', 10),
      store.transact(async (tx) => (await tx.documents.get('small 1'))?.key),
      put('large 2', 4_000_000),
      put('small 3', 10),
    ]);
    const told = results.map((result) =>
      result.status === 'fulfilled' ? result.value : result.reason.name,
    );
    expect(told).toEqual([
      'small 1',
      'StorageFull',
      'small 2',
      'small 1',
      'StorageFull',
      'small 3',
    ]);
    await store.close();
    const reopened = await open({ folder });
    const kept = await reopened.transact((tx) => tx.documents.list('', { limit: 10 }));
    expect(kept.map(({ key }) => key)).toEqual(['small 1', 'small 2', 'small 3']);
  });

  it('undoes what a function wrote before the page was missing', async () => {
    const store = await open();
    await append(store, 'first');
    const both = store.transact(async (tx) => {
      await tx.queues.append(queue, [entry(tx, 'second')]);
      await tx.documents.put('large', 'x'.repeat(4_000_000));
    });
    const [refused, third] = await Promise.allSettled([both, append(store, 'third')]);
    expect(refused).toMatchObject({ status: 'rejected', reason: expect.any(StorageFull) });
    expect(third.status).toBe('fulfilled');
    expect(await idsIn(store)).toEqual(['first', 'third']);
    expect(await store.transact((tx) => tx.queues.count(queue))).toMatchObject({ visible: 2 });
  });
});

describe('a server whose store has a ceiling', () => {
  async function serve(pagesMax: number): Promise<{ waystation: Waystation; client: LoadClient }> {
    const argv = ['--port', '0', '--log-level', 'silent'];
    const command = await readCommand({ argv, environment: {}, folder: temporaryFolder() });
    if (command.kind !== 'serve') throw new Error('the arguments ask for no server');
    const store = await openSqliteStore({ folder: temporaryFolder(), clock, pagesMax });
    const log = openLog('silent');
    const waystation = await createWaystation(command.config, { log, store });
    const client = new LoadClient(waystation.endpoint);
    ends.push(
      () => waystation.stop(),
      () => client.close(),
    );
    return { waystation, client };
  }

  it('answers 503 to senders, serves everybody else, and recovers as messages go', async () => {
    const { client } = await serve(PAGES_MAX);
    await client.must('CreateQueue', { QueueName: 'q' });
    const accepted = await sendUntilFull(client);
    expect(accepted.length).toBeGreaterThan(100);

    await expectReads(client, accepted);
    const Entries = [{ Id: 'a', MessageBody: 'x'.repeat(5_000) }];
    const batch = await client.call('SendMessageBatch', { QueueUrl: 'q', Entries });
    expect(batch).toMatchObject({ status: 503, body: { message: FULL } });
    expect(await receiveAll(client)).toEqual([...accepted].sort());
    expect((await sendUntilFull(client)).length).toBeGreaterThan(accepted.length * 0.9);
    await client.must('PurgeQueue', { QueueUrl: 'q' });
  });
});

/** Sends from several clients at once until each of them was refused; answers the accepted ids. */
async function sendUntilFull(client: LoadClient, bytes = 2_000): Promise<string[]> {
  const accepted: string[] = [];
  const send = async (): Promise<void> => {
    for (;;) {
      const MessageBody = 'x'.repeat(bytes);
      const answer = await client.call('SendMessage', { QueueUrl: 'q', MessageBody });
      if (answer?.status !== 200) {
        expect(answer).toMatchObject({ status: 503, body: { message: FULL } });
        expect(answer?.body.__type).toContain('ServiceUnavailable');
        return;
      }
      accepted.push(answer.body.MessageId);
    }
  };
  await Promise.all([send(), send(), send(), send()]);
  return accepted;
}

async function expectReads(client: LoadClient, accepted: readonly string[]): Promise<void> {
  expect((await client.must('ListQueues', {})).QueueUrls).toHaveLength(1);
  expect(await countAll(client, 'q')).toBe(accepted.length);
  const peeked = await peekAll(client, 'q');
  expect(peeked.map(({ MessageId }) => MessageId).sort()).toEqual([...accepted].sort());
}

/** Receives and deletes until nothing is left; answers the ids, sorted. */
async function receiveAll(client: LoadClient): Promise<string[]> {
  const received: string[] = [];
  for (;;) {
    const input = { QueueUrl: 'q', MaxNumberOfMessages: 10 };
    const { Messages = [] } = await client.must('ReceiveMessage', input);
    if (Messages.length === 0) return received.sort();
    for (const { MessageId, ReceiptHandle } of Messages) {
      received.push(MessageId);
      await client.must('DeleteMessage', { QueueUrl: 'q', ReceiptHandle });
    }
  }
}

describe('a server on a real disk that is full', () => {
  const DISK_BYTES = 24 * 1024 * 1024;

  function mount(test: TestContext): TinyDisk {
    const disk = TinyDisk.mount(DISK_BYTES);
    if (typeof disk === 'string') return test.skip(disk);
    ends.push(() => disk.unmount());
    return disk;
  }

  it('can be emptied by its receivers, and then filled again', async (test) => {
    const disk = mount(test);
    const server = start({ flags: ['--data', disk.path] });
    const client = new LoadClient(await server.ready());
    await client.must('CreateQueue', { QueueName: 'q' });
    const accepted = await sendUntilFull(client, 20_000);
    expect(accepted.length).toBeGreaterThan(100);
    await expectReads(client, accepted);
    expect(await receiveAll(client)).toEqual([...accepted].sort());
    expect((await sendUntilFull(client, 20_000)).length).toBeGreaterThan(accepted.length * 0.8);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    expect(server.stderr).not.toContain('"level":"error"');
    client.close();
  });

  it('serves reads while others fill the disk to the last byte, and goes on after that', async (test) => {
    const disk = mount(test);
    const server = start({ flags: ['--data', disk.path] });
    const client = new LoadClient(await server.ready());
    await client.must('CreateQueue', { QueueName: 'q' });
    const accepted: string[] = [];
    for (let n = 0; n < 50; n += 1) {
      const MessageBody = 'x'.repeat(20_000);
      const { MessageId } = await client.must('SendMessage', { QueueUrl: 'q', MessageBody });
      accepted.push(MessageId);
    }
    disk.fill();
    expect(disk.freeBytes).toBe(0);
    accepted.push(...(await sendUntilFull(client, 20_000)));
    await expectReads(client, accepted);
    // Whether these find a byte in the log or not, they are answered, and truthfully.
    for (let n = 0; n < 30; n += 1) {
      const answer = await client.call('CreateQueue', { QueueName: `more-${n}` });
      expect([200, 503]).toContain(answer?.status);
    }
    disk.relieve();
    expect(await receiveAll(client)).toEqual([...accepted].sort());
    const { MessageId } = await client.must('SendMessage', { QueueUrl: 'q', MessageBody: 'after' });
    await server.stop('SIGKILL');

    const again = start({ flags: ['--data', disk.path] });
    const other = new LoadClient(await again.ready());
    expect((await peekAll(other, 'q')).map((message) => message.MessageId)).toEqual([MessageId]);
    client.close();
    other.close();
  });

  it('survives that its log cannot be copied into the database', async (test) => {
    const disk = mount(test);
    const server = start({ flags: ['--data', disk.path] });
    const client = new LoadClient(await server.ready());
    await client.must('CreateQueue', { QueueName: 'q' });
    const accepted: string[] = [];
    // Few commits, so that nothing of this is copied before the disk is full.
    for (let n = 0; n < 12; n += 1) {
      const MessageBody = 'x'.repeat(250_000);
      const { MessageId } = await client.must('SendMessage', { QueueUrl: 'q', MessageBody });
      accepted.push(MessageId);
    }
    disk.fill();
    // Enough for the log to go on, and too little for the database: the copy takes it and fails.
    disk.relieve(1);
    for (let n = 0; n < 10; n += 1) await client.must('CreateQueue', { QueueName: `more-${n}` });
    while (disk.freeBytes > 0) await client.must('ListQueues', {});
    expect(await client.call('CreateQueue', { QueueName: 'refused' })).toMatchObject({
      status: 503,
      body: { message: FULL },
    });
    expect(await countAll(client, 'q')).toBe(accepted.length);
    disk.relieve();
    for (let n = 0; n < 20; n += 1) await client.must('CreateQueue', { QueueName: `last-${n}` });
    expect(await receiveAll(client)).toEqual([...accepted].sort());
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    client.close();
  });

  it('says so when it is started there', async (test) => {
    const disk = mount(test);
    disk.fill();
    const server = start({ flags: ['--data', disk.path] });
    expect(await server.exit).toEqual({ code: 1, signal: null });
    expect(server.stderr).toBe(
      `waystation: The disk of the data folder ${disk.path} is full. Make room on it, or choose ` +
        'another folder with --data.\n',
    );
  });
});
