/** `check`: every kind of damage is found, and told with what it means and what to do. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCommand } from '../../src/config.ts';
import { createWaystation } from '../../src/main.ts';
import { openLog } from '../../src/observability/log.ts';
import { openSqliteStore } from '../../src/storage/sqlite/index.ts';
import { sqs } from '../support/client.ts';
import { removeTemporaryFolders, temporaryFolder } from '../support/server.ts';
import { change, check, clock } from './data.ts';

/** One folder with something of everything, which each test damages a copy of. */
let sound = '';

beforeAll(async () => {
  sound = join(temporaryFolder(), 'data');
  const argv = ['--port', '0', '--log-level', 'silent', '--data', sound];
  const command = await readCommand({ argv, environment: {}, folder: sound });
  if (command.kind !== 'serve') throw new Error('the arguments ask for no server');
  const store = await openSqliteStore({ folder: sound, clock });
  const log = openLog('silent');
  const waystation = await createWaystation(command.config, { log, store });
  await fill(waystation.endpoint);
  await store.transact((tx) => tx.logs.append('a log', ['1', '2', '3', '4']));
  await store.transact((tx) => tx.logs.trim('a log', 2, 10));
  await store.transact((tx) =>
    tx.queues.append({ key: 'deliveries/a.example', ordered: false }, [
      { payload: '{}', visibleAtMs: tx.nowMs, enqueuedAtMs: tx.nowMs },
    ]),
  );
  await store.transact(async (tx) => {
    const entry = { payload: 'a.example', visibleAtMs: tx.nowMs, enqueuedAtMs: tx.nowMs };
    const [token] = await tx.queues.append({ key: 'deliveries', ordered: false }, [entry]);
    await tx.documents.put('delivery/outlet/a.example', { token, asleep: false });
  });
  await waystation.stop();
});

/** Messages that wait, are delayed, in flight, in groups, and in a queue that was purged. */
async function fill(endpoint: string): Promise<void> {
  const send = (QueueUrl: string, MessageBody: string, more: object = {}) =>
    sqs(endpoint, 'SendMessage', { QueueUrl, MessageBody, ...more });
  for (const QueueName of ['plain', 'fair', 'purged', 'empty']) {
    await sqs(endpoint, 'CreateQueue', { QueueName });
  }
  const Attributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };
  await sqs(endpoint, 'CreateQueue', { QueueName: 'line.fifo', Attributes });
  for (let n = 0; n < 6; n += 1) {
    await send('plain', `plain ${n} ${'x'.repeat(100)}`, n === 5 ? { DelaySeconds: 900 } : {});
    await send('purged', 'gone');
    await send('fair', `fair ${n}`, { MessageGroupId: `g${n % 2}` });
    await send('line.fifo', `line ${n}`, { MessageGroupId: `g${n % 2}` });
  }
  for (const QueueUrl of ['plain', 'fair', 'line.fifo']) {
    await sqs(endpoint, 'ReceiveMessage', { QueueUrl, VisibilityTimeout: 600 });
  }
  await sqs(endpoint, 'PurgeQueue', { QueueUrl: 'purged' });
}

afterAll(removeTemporaryFolders);

function copyOfSound(): string {
  const folder = join(temporaryFolder(), 'data');
  cpSync(sound, folder, { recursive: true });
  return folder;
}

const DATABASE = 'waystation.db';

/** A text may also lie in a page that is free. */
function placesOf(bytes: Buffer, text: string): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) places.push(at);
  return places;
}

it('finds nothing in a sound folder, and changes nothing in it', async () => {
  const folder = copyOfSound();
  const before = readFileSync(join(folder, DATABASE));
  const { clean, text } = await check(folder);
  expect(text).toContain(`${folder}: schema 2, no server is using it.`);
  expect(text).toMatch(
    /Queues: 5, entries: \d+, documents: \d+, memos: 6, timers: \d+, logs: 1 with 3 rec/,
  );
  expect(text).toContain('No problems were found.');
  expect(clean).toBe(true);
  expect(readFileSync(join(folder, DATABASE))).toEqual(before);
});

it('looks at the tables of an earlier schema, and says what it leaves out', async () => {
  const folder = copyOfSound();
  change(folder, 'DROP TABLE memos; PRAGMA user_version = 1');
  const { clean, text } = await check(folder);
  expect(text).toContain(`${folder}: schema 1, no server is using it.`);
  expect(text).toContain('memos: 0');
  expect(text).toContain('Start the server on the folder once');
  expect(clean, text).toBe(true);
  change(folder, 'UPDATE queues SET total = total + 1 WHERE ordered = 1');
  expect((await check(folder)).text).toContain('counts 7 messages and holds 6.');
});

it('finds nothing beside a store that is at work', async () => {
  const folder = copyOfSound();
  const store = await openSqliteStore({ folder, clock });
  await store.transact((tx) => tx.documents.put('new', 1));
  const { clean, text } = await check(folder);
  await store.close();
  expect(text).toContain('a server is using it');
  expect(clean, text).toBe(true);
});

const ORDERS =
  "(SELECT id FROM queues WHERE key LIKE 'sqs/%' AND ordered = 0 AND laned_from IS NULL)";
const FAIR = '(SELECT id FROM queues WHERE ordered = 0 AND laned_from IS NOT NULL)';
const FIFO = '(SELECT id FROM queues WHERE ordered = 1)';
const FIRST = `(SELECT min(sequence) FROM entries WHERE queue IN ${ORDERS})`;
const LIVE_PLAIN = `queue IN ${ORDERS} AND queue IN (SELECT id FROM queues WHERE key IS NOT NULL)`;

describe('a problem', () => {
  it.each([
    [
      `UPDATE queues SET total = total + 1 WHERE ordered = 1`,
      'The queue arn:aws:sqs:us-east-1:000000000000:line.fifo counts 7 messages and holds 6.',
    ],
    [`UPDATE entries SET queue = 999 WHERE queue IN ${FIFO}`, '6 messages belong to 1 queues that'],
    [`DELETE FROM payloads WHERE sequence = ${FIRST}`, '1 messages of the queue arn:aws:sqs'],
    [`DELETE FROM payloads WHERE sequence = ${FIRST}`, ':plain have no body.'],
    [`DELETE FROM entries WHERE sequence = ${FIRST}`, '1 bodies belong to no message.'],
    [`UPDATE entries SET state = 0 WHERE claims > 0 AND queue IN ${FIFO}`, 'contradicts itself'],
    [`DELETE FROM lanes WHERE queue IN ${FIFO}`, ':line.fifo have no group, or one that is not'],
    [`UPDATE entries SET lane = NULL WHERE queue IN ${FAIR}`, ':fair have no group, or one that'],
    [
      `INSERT INTO lanes SELECT 900, id, 'x', NULL, NULL, 0 FROM queues WHERE ordered = 1`,
      '1 groups of the queue arn:aws:sqs:us-east-1:000000000000:line.fifo have no messages.',
    ],
    [
      `UPDATE lanes SET rank = rank + 1 WHERE queue IN ${FIFO}`,
      '2 groups of the queue arn:aws:sqs',
    ],
    [`UPDATE lanes SET rank = 0 WHERE queue IN ${FIFO}`, 'are locked for another time'],
    [`UPDATE lanes SET head = NULL WHERE queue IN ${FAIR}`, 'do not know their first fresh'],
    [
      `UPDATE entries SET enqueued_at = enqueued_at - 9 WHERE ${LIVE_PLAIN} AND state = 1`,
      '1 messages of the queue arn:aws:sqs:us-east-1:000000000000:plain are older than their place',
    ],
    [`DELETE FROM counters WHERE name = 'sequence'`, 'and the next to be given out is 0.'],
    [`UPDATE counters SET reserved = 1 WHERE name = 'sequence'`, 'given out is 1.'],
    [`UPDATE counters SET reserved = 1 WHERE name = 'lane'`, 'Group number'],
    [
      `UPDATE documents SET value = '{' WHERE key LIKE 'delivery/%'`,
      '1 of the documents are no JSON',
    ],
    [`UPDATE memos SET body = 'x'`, ' rows of memos are not what was written.'],
    [`UPDATE memos SET fingerprints = x'00'`, ' rows of memos are not what was written.'],
    [`UPDATE memos SET fingerprints = zeroblob(24)`, ' rows of memos are not what was written.'],
    [`UPDATE memos SET expires_at = 1`, ' rows of memos are not what was written.'],
    [`UPDATE timers SET payload = 'x'`, '5 of the timers are no JSON any more'],
    [`DELETE FROM records WHERE position = 3`, 'The log "a log" has 2 records where 3 belong.'],
    [
      `UPDATE records SET appended_at = 1 WHERE position = 3`,
      '1 records of the log "a log" are out',
    ],
    [`DELETE FROM logs`, '3 records of the log that was deleted are out of order'],
    [`DELETE FROM timers`, 'Nothing removes the old messages of the queue arn:aws:sqs:us-east-1'],
    [
      `DELETE FROM documents WHERE key LIKE 'sqs/queue/%/plain'`,
      'and no queue that they belong to.',
    ],
    [
      `UPDATE documents SET key = replace(key, '/plain', '/other') WHERE key LIKE 'sqs/queue/%'`,
      "The queue arn:aws:sqs:us-east-1:000000000000:plain is stored under another queue's name",
    ],
    [`UPDATE queues SET ordered = 0`, ':line.fifo keeps its messages as the other kind of queue'],
    [`UPDATE payloads SET payload = 'x' WHERE sequence = ${FIRST}`, ':plain cannot be read.'],
    [
      `UPDATE payloads SET payload = payload || 'x' WHERE sequence = ${FIRST}`,
      '1 messages of the queue arn:aws:sqs:us-east-1:000000000000:plain have another body than was',
    ],
    [
      `UPDATE counters SET reserved = 2 WHERE name = 'sequence'`,
      '6 deduplication ids stand for messages that were never stored.',
    ],
    [
      `DELETE FROM documents WHERE key LIKE 'delivery/%'`,
      'Deliveries to a.example wait, and nothing',
    ],
    ['DROP INDEX timers_due', 'not the one of its number: index timers_due is missing.'],
    ['DROP TABLE records', 'not the one of its number: table records is missing.'],
  ])('of %s is told', async (sql, sentence) => {
    const folder = copyOfSound();
    change(folder, sql);
    const { clean, text } = await check(folder);
    expect(text).toContain(sentence);
    expect(text).toMatch(/\n1\. .+\n {3}.+\n {3}.+\n/);
    expect(text).toMatch(/\n(1 problem was|\d+ problems were) found\.$/);
    expect(clean).toBe(false);
  });

  it('of bytes that changed in the file is told', async () => {
    const folder = copyOfSound();
    const path = join(folder, DATABASE);
    const bytes = readFileSync(path);
    const places = placesOf(bytes, 'plain 2 xxx');
    expect(places.length).toBeGreaterThan(0);
    for (const at of places) bytes.write('P', at);
    writeFileSync(path, bytes);
    expect((await check(folder)).text).toContain(':plain have another body than was sent.');

    for (const at of places) bytes.fill(0x5a, at - (at % 4096), at - (at % 4096) + 4096);
    writeFileSync(path, bytes);
    const { clean, text } = await check(folder);
    expect(text).toContain('SQLite finds damage: ');
    expect(text).toContain('Look at the disk before you use it again.');
    expect(clean).toBe(false);
  });

  it('of an index that is not in step is told, with what the index is for', async () => {
    const folder = copyOfSound();
    const row = "type = 'index' AND name = 'entries_hidden'";
    const kept = new DatabaseSync(join(folder, DATABASE));
    const index = kept.prepare(`SELECT * FROM sqlite_schema WHERE ${row}`).get();
    kept.close();
    const { rootpage, sql } = index as { rootpage: number; sql: string };
    const writable = 'PRAGMA writable_schema = ON';
    change(folder, writable, `DELETE FROM sqlite_schema WHERE ${row}`);
    change(folder, 'UPDATE entries SET visible_at = visible_at + 7 WHERE state > 0');
    const values = `'index', 'entries_hidden', 'entries', ${rootpage}, '${sql}'`;
    change(folder, writable, `INSERT INTO sqlite_schema VALUES (${values})`);
    const { text } = await check(folder);
    expect(text).toContain('missing from index entries_hidden.');
    expect(text).toContain('Messages that were received or delayed may not come back');
    expect(text).toContain('sqlite3 waystation.db "REINDEX entries_hidden"');
  });
});

describe('the write-ahead log', () => {
  /** A folder as a crash leaves it, with many commits in its log. */
  async function crashed(): Promise<{ folder: string; log: string }> {
    const folder = copyOfSound();
    const store = await openSqliteStore({ folder, clock });
    for (let n = 0; n < 20; n += 1) await store.transact((tx) => tx.documents.put(`d${n}`, n));
    const copy = join(temporaryFolder(), 'data');
    cpSync(folder, copy, { recursive: true });
    await store.close();
    return { folder: copy, log: join(copy, `${DATABASE}-wal`) };
  }

  it('of a crashed server is no problem', async () => {
    const { folder } = await crashed();
    const { clean, text } = await check(folder);
    expect(text).toContain('which the next start reads.');
    expect(clean, text).toBe(true);
  });

  it('that is damaged in its midst is one', async () => {
    const { folder, log } = await crashed();
    const bytes = readFileSync(log);
    const frame = 32 + 3 * (24 + 4096);
    bytes.fill(0x5a, frame + 100, frame + 200);
    writeFileSync(log, bytes);
    const { clean, text } = await check(folder);
    expect(text).toMatch(/The last \d+ pages of the write-ahead log cannot be read\./);
    expect(text).toContain('After a power failure this is what was being written');
    expect(clean).toBe(false);
  });

  it('whose head is damaged is one', async () => {
    const { folder, log } = await crashed();
    const bytes = readFileSync(log);
    bytes.fill(0x5a, 8, 20);
    writeFileSync(log, bytes);
    const { text } = await check(folder);
    expect(text).toMatch(/The write-ahead log has \d+ bytes and no header that can be read\./);
  });
});

describe('a folder that cannot be checked', () => {
  it.each([
    ['without a database', [], 'There is no database in'],
    ['of a newer version', ['PRAGMA user_version = 99'], 'was written by a newer Waystation'],
    ['of another program', ['PRAGMA application_id = 7'], 'was not written by Waystation'],
  ])('%s is refused', async (_, statements, sentence) => {
    const folder = statements.length === 0 ? temporaryFolder() : copyOfSound();
    if (statements.length > 0) change(folder, ...statements);
    await expect(check(folder)).rejects.toThrow(sentence);
  });

  it('whose database is something else is refused', async () => {
    const folder = copyOfSound();
    writeFileSync(join(folder, DATABASE), 'This is a letter to my aunt.\n'.repeat(1000));
    await expect(check(folder)).rejects.toThrow(
      /^The database in .+ is damaged \(.+not a database/,
    );
  });
});
