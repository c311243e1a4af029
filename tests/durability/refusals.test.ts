/**
 * Data folders that cannot be used: the server does not start, says why in one sentence that helps,
 * and changes nothing; whoever uses the folder already is not disturbed.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { sqs } from '../support/client.ts';
import { serverStarter, temporaryFolder } from '../support/server.ts';
import { TinyDisk } from './tiny-disk.ts';

const start = serverStarter(afterEach);

/** What the program says to a data folder that it refuses. */
async function refusal(data: string): Promise<string> {
  const server = start({ flags: ['--data', data] });
  expect(await server.exit).toEqual({ code: 1, signal: null });
  expect(server.stdout).toBe('');
  const [, sentence] = /^waystation: ([^\n]+)\n$/.exec(server.stderr) ?? [];
  expect(sentence, server.stderr).toBeDefined();
  return sentence ?? '';
}

/** A data folder that a server has filled with one message and left in good order. */
async function usedFolder(): Promise<{ data: string; database: string }> {
  const data = join(temporaryFolder(), 'data');
  const server = start({ flags: ['--data', data] });
  const endpoint = await server.ready();
  await sqs(endpoint, 'CreateQueue', { QueueName: 'q' });
  await sqs(endpoint, 'SendMessage', { QueueUrl: 'q', MessageBody: 'kept' });
  expect(await server.stop()).toEqual({ code: 0, signal: null });
  return { data, database: join(data, 'waystation.db') };
}

async function expectKept(data: string): Promise<void> {
  const endpoint = await start({ flags: ['--data', data] }).ready();
  const received = await sqs(endpoint, 'ReceiveMessage', { QueueUrl: 'q' });
  expect(received).toMatchObject({ Messages: [{ Body: 'kept' }] });
}

const contents = (data: string) =>
  readdirSync(data).map((name) => [name, readFileSync(join(data, name)).toString('latin1')]);

describe('a data folder', () => {
  it('that is a file is refused', async () => {
    const path = join(temporaryFolder(), 'data');
    writeFileSync(path, 'mine');
    expect(await refusal(path)).toMatch(
      new RegExp(`^The data folder ${path} cannot be written \\(.+\\)\\. Choose another .*--data`),
    );
    expect(readFileSync(path, 'utf8')).toBe('mine');
  });

  it('on a read-only file system is refused, with the data in it or without', async (test) => {
    const disk = TinyDisk.mount(8 * 1024 * 1024);
    if (typeof disk === 'string') return test.skip(disk);
    try {
      const data = join(disk.path, 'data');
      const first = start({ flags: ['--data', data] });
      await first.ready();
      await first.stop();
      disk.makeReadOnly();
      for (const path of [data, join(disk.path, 'new')]) {
        const sentence = await refusal(path);
        expect(sentence).toContain(`The data folder ${path} cannot be written (`);
        expect(sentence).toContain('Choose another one with --data, or use --store memory.');
      }
    } finally {
      disk.unmount();
    }
  });

  it('of a newer version is refused and left as it is', async () => {
    const { data, database } = await usedFolder();
    const bump = (change: number) => {
      const db = new DatabaseSync(database);
      const { user_version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
      db.exec(`PRAGMA user_version = ${user_version + change}`);
      db.close();
    };
    bump(1);
    const before = contents(data);
    expect(await refusal(data)).toMatch(
      /was written by a newer Waystation \(schema \d+; this one knows \d+\)\. Start that version/,
    );
    expect(contents(data)).toEqual(before);
    bump(-1);
    await expectKept(data);
  });

  it('whose database is something else is refused and left as it is', async () => {
    const { data, database } = await usedFolder();
    writeFileSync(database, 'This is a letter to my aunt.\n'.repeat(1000));
    const before = contents(data);
    expect(await refusal(data)).toBe(
      `The database in ${data} is damaged (file is not a database). Put a backup in its place, or ` +
        'choose another folder with --data.',
    );
    expect(contents(data)).toEqual(before);
  });

  it('whose database lost its first page of tables is refused', async () => {
    const { data, database } = await usedFolder();
    const bytes = readFileSync(database);
    bytes.fill(0x5a, 100, 4096);
    writeFileSync(database, bytes);
    expect(await refusal(data)).toMatch(/^The database in .+ is damaged \(.+\)\. Put a backup/);
  });

  it('whose database was cut off is refused', async () => {
    const { data, database } = await usedFolder();
    const bytes = readFileSync(database);
    writeFileSync(database, bytes.subarray(0, 3 * 4096 + 100));
    expect(await refusal(data)).toMatch(/^The database in .+ is damaged \(.+\)\. Put a backup/);
  });

  it('whose database is a folder is refused', async () => {
    const data = temporaryFolder();
    mkdirSync(join(data, 'waystation.db'));
    expect(await refusal(data)).toMatch(
      /^The data folder .+ cannot be used \(.+\)\. Check its disk/,
    );
  });

  it('that a backup program holds is refused', async () => {
    const { data, database } = await usedFolder();
    const other = new DatabaseSync(database);
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    try {
      expect(await refusal(data)).toMatch(/^Another program holds the database in /);
    } finally {
      other.close();
    }
    await expectKept(data);
  });

  it('that another server uses is refused, and that server goes on', async () => {
    const data = temporaryFolder();
    const first = start({ flags: ['--data', data] });
    const endpoint = await first.ready();
    await sqs(endpoint, 'CreateQueue', { QueueName: 'q' });
    for (let n = 0; n < 3; n += 1) {
      await sqs(endpoint, 'SendMessage', { QueueUrl: 'q', MessageBody: `before ${n}` });
      expect(await refusal(data)).toBe(
        `Another process is using the data folder ${data}. Stop it, or choose another folder with ` +
          '--data.',
      );
    }
    await sqs(endpoint, 'SendMessage', { QueueUrl: 'q', MessageBody: 'after' });
    await first.stop('SIGKILL');
    const second = await start({ flags: ['--data', data] }).ready();
    const { Messages } = await sqs(second, 'ReceiveMessage', {
      QueueUrl: 'q',
      MaxNumberOfMessages: 10,
    });
    expect(Messages).toHaveLength(4);
  });
});

describe('what lies beside the database', () => {
  it('may be missing: the lock is made anew', async () => {
    const { data } = await usedFolder();
    rmSync(join(data, 'waystation.lock'));
    await expectKept(data);
  });

  it('is refused when it is in the way', async () => {
    const { data } = await usedFolder();
    rmSync(join(data, 'waystation.lock'));
    mkdirSync(join(data, 'waystation.lock'));
    expect(await refusal(data)).toMatch(
      /^The data folder .+ cannot be used \(.+\)\. Check its disk/,
    );
    rmSync(join(data, 'waystation.lock'), { recursive: true });
    await expectKept(data);
  });
});
