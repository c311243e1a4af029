/**
 * The end of the write-ahead log is damaged, as after a crash in the middle of a write: the store
 * opens, and everything before the damage is there.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Random } from '../simulation/random.ts';
import { serverStarter, temporaryFolder } from '../support/server.ts';
import { countAll, LoadClient, peekAll } from './load-client.ts';

const start = serverStarter(afterEach);
const SEED = 11;

interface Crashed {
  readonly log: Buffer;
  readonly database: Buffer;
  /** The bodies in the order of their answers, and how long the log was after each. */
  readonly sent: readonly { readonly body: string; readonly logBytes: number }[];
}

/** A server that was killed after each of its sends was acknowledged. */
async function crash(): Promise<Crashed> {
  const random = new Random(SEED);
  const data = temporaryFolder();
  const server = start({ flags: ['--data', data] });
  const client = new LoadClient(await server.ready());
  await client.must('CreateQueue', { QueueName: 'q' });
  const logPath = join(data, 'waystation.db-wal');
  const sent: { body: string; logBytes: number }[] = [];
  for (let n = 0; n < 60; n += 1) {
    const body = `${n} ${'x'.repeat(random.below(6_000))}`;
    await client.must('SendMessage', { QueueUrl: 'q', MessageBody: body });
    sent.push({ body, logBytes: readFileSync(logPath).length });
  }
  await server.stop('SIGKILL');
  client.close();
  const log = readFileSync(logPath);
  return { log, database: readFileSync(join(data, 'waystation.db')), sent };
}

/** The bodies that a server finds, in order; it must also accept new ones. */
async function recover(database: Buffer, log: Buffer): Promise<string[]> {
  const data = temporaryFolder();
  writeFileSync(join(data, 'waystation.db'), database);
  writeFileSync(join(data, 'waystation.db-wal'), log);
  const server = start({ flags: ['--data', data] });
  const client = new LoadClient(await server.ready());
  const found = (await peekAll(client, 'q')).map(({ Body }) => Body);
  await client.must('SendMessage', { QueueUrl: 'q', MessageBody: 'after' });
  expect(await countAll(client, 'q')).toBe(found.length + 1);
  expect(await server.stop()).toEqual({ code: 0, signal: null });
  client.close();
  return found;
}

describe('a log whose end is torn', () => {
  it('keeps everything before the tear', { timeout: 120_000 }, async () => {
    const random = new Random(SEED + 1);
    const { log, database, sent } = await crash();
    expect(await recover(database, log)).toEqual(sent.map(({ body }) => body));

    for (let round = 0; round < 8; round += 1) {
      const from = (sent[10]?.logBytes ?? 0) + random.below(log.length - (sent[10]?.logBytes ?? 0));
      const before = sent.filter(({ logBytes }) => logBytes <= from).map(({ body }) => body);
      const cut = log.subarray(0, from);
      const garbage = Buffer.concat([cut, Buffer.from(random.bytes(log.length - from))]);
      const zeros = Buffer.concat([cut, Buffer.alloc(log.length - from)]);
      const torn = random.pick([cut, garbage, zeros]);
      expect(await recover(database, torn)).toEqual(before);
    }
  });

  it('starts from the database alone when nothing of the log is whole', async () => {
    const { log, database, sent } = await crash();
    const data = temporaryFolder();
    const server = start({ flags: ['--data', data] });
    await server.ready();
    await server.stop();
    const empty = readFileSync(join(data, 'waystation.db'));
    // The messages were never copied from the log: what is left is an empty, working database.
    expect(database.length).toBeLessThan(log.length);
    writeFileSync(join(data, 'waystation.db'), empty);
    writeFileSync(join(data, 'waystation.db-wal'), Buffer.alloc(log.length, 0x5a));
    const again = start({ flags: ['--data', data] });
    const client = new LoadClient(await again.ready());
    expect(await client.must('ListQueues', {})).toEqual({});
    expect(sent).toHaveLength(60);
    client.close();
  });
});
