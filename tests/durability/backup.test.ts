/**
 * Backups of servers under load, and programs that are killed in the midst of a backup or a
 * restore: what was acknowledged before the command began is in the backup, and nothing is ever
 * half there.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { entriesIn, filledFolder } from '../commands/data.ts';
import { Random } from '../simulation/random.ts';
import { runProgram } from '../support/program.ts';
import { serverStarter, temporaryFolder } from '../support/server.ts';
import { Ledger, type Tracked } from './ledger.ts';
import { countAll, LoadClient, peekAll } from './load-client.ts';
import { fifoSender, receiver, type Scene, standardSender } from './workload.ts';

const start = serverStarter(afterEach);
const SEED = 20_260_202;

describe('a backup of a server under load', () => {
  const random = new Random(SEED);
  const scene = (queue: string): Scene => ({
    queue,
    ledger: new Ledger(),
    random,
    holds: new Map(),
  });
  const messagesOf = ({ ledger }: Scene): Tracked[] => [...ledger.lines.values()].flat();

  /** What the backup must hold, and must not, whatever was under way. */
  const certain = (plain: Scene, fifo: Scene) =>
    new Map(
      [plain, fifo].map((each) => [
        each,
        {
          sent: messagesOf(each).filter((message) => message.state === 'sent'),
          deleted: messagesOf(each).filter((message) => message.state === 'deleted'),
        },
      ]),
    );

  /** Deleted since, or perhaps. */
  const wasTouched = ({ state, openDeletes }: Tracked): boolean =>
    state === 'deleted' || openDeletes > 0;

  it('holds what was acknowledged before it, and starts', async (test) => {
    const data = temporaryFolder();
    const server = start({ flags: ['--data', data] });
    const client = new LoadClient(await server.ready());
    const [plain, fifo] = [scene('plain'), scene('line.fifo')];
    await client.must('CreateQueue', { QueueName: plain.queue });
    const Attributes = { FifoQueue: 'true' };
    await client.must('CreateQueue', { QueueName: fifo.queue, Attributes });
    let isOver = false;
    const actors = [
      ...['s0', 's1', 's2'].map((line) => standardSender(plain, line)),
      ...['g0', 'g1', 'g2', 'g3'].map((group) => fifoSender(fifo, group)),
      receiver(plain, false, 0.3),
      receiver(fifo, true, 0.3),
    ].map((actor) => actor(client, () => isOver));

    for (let round = 0; round < 4; round += 1) {
      await pause(300 + random.below(400));
      const before = certain(plain, fifo);
      const file = join(temporaryFolder(), 'backup.db');
      const { code, stderr } = await runProgram('backup', file, '--data', data).ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const touched = new Set([plain, fifo].flatMap(messagesOf).filter(wasTouched));
      const checking = await runProgram('check', '--data', data).ended;
      expect(checking.stdout).toContain('a server is using it');
      expect(checking.code, checking.stdout).toBe(0);

      const restored = join(temporaryFolder(), 'restored');
      expect((await runProgram('restore', file, '--data', restored).ended).code).toBe(0);
      const checked = await runProgram('check', '--data', restored).ended;
      expect(checked.code, checked.stdout).toBe(0);
      const copy = start({ flags: ['--data', restored] });
      const reader = new LoadClient(await copy.ready());
      for (const [{ queue }, { sent, deleted }] of before) {
        const found = await peekAll(reader, queue);
        const bodies = new Set(found.map(({ Body }) => Body));
        expect(bodies.size).toBe(found.length);
        expect(await countAll(reader, queue)).toBe(found.length);
        const lost = sent.filter((message) => !touched.has(message) && !bodies.has(message.body));
        expect(lost.map(({ line, number }) => `${line}#${number}`)).toEqual([]);
        const back = deleted.filter(({ body }) => bodies.has(body));
        expect(back.map(({ line, number }) => `${line}#${number}`)).toEqual([]);
        await test.annotate(
          JSON.stringify({ round, queue, sent: sent.length, found: found.length }),
        );
      }
      reader.close();
      expect(await copy.stop()).toEqual({ code: 0, signal: null });
    }
    isOver = true;
    await Promise.all(actors);
    expect([...plain.ledger.violations, ...fifo.ledger.violations]).toEqual([]);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    client.close();
  });

  it('works the same when the server was killed', async () => {
    const data = temporaryFolder();
    const server = start({ flags: ['--data', data] });
    const client = new LoadClient(await server.ready());
    await client.must('CreateQueue', { QueueName: 'q' });
    for (let n = 0; n < 5; n += 1) {
      await client.must('SendMessage', { QueueUrl: 'q', MessageBody: `${n}` });
    }
    await server.stop('SIGKILL');
    client.close();
    const file = join(temporaryFolder(), 'backup.db');
    expect((await runProgram('backup', file, '--data', data).ended).code).toBe(0);
    const restored = join(temporaryFolder(), 'restored');
    expect((await runProgram('restore', file, '--data', restored).ended).code).toBe(0);
    for (const folder of [data, restored]) {
      const reader = new LoadClient(await start({ flags: ['--data', folder] }).ready());
      const bodies = (await peekAll(reader, 'q')).map(({ Body }) => Body);
      expect(bodies).toEqual(['0', '1', '2', '3', '4']);
      reader.close();
    }
  });
});

/** Some 50 MB, so that a copy takes a while. */
const ENTRIES = 20_000;
const KILLS = 8;

/** Kills a program a random moment after it began to write; false: it was done before. */
async function killInTheMidst(
  random: Random,
  words: readonly string[],
  folder: string,
  mark: string,
): Promise<boolean> {
  const program = runProgram(...words);
  let isOver = false;
  const ended = program.ended.then((end) => {
    isOver = true;
    return end;
  });
  const hasBegun = () =>
    existsSync(folder) && readdirSync(folder).some((name) => name.includes(mark));
  while (!isOver && !hasBegun()) await new Promise((resolve) => setImmediate(resolve));
  await Promise.race([pause(random.below(120)), ended]);
  program.process.kill('SIGKILL');
  return (await ended).code === null;
}

it('a backup that is killed leaves no backup or a whole one, and the data', async (test) => {
  const random = new Random(SEED + 1);
  const data = await filledFolder(ENTRIES);
  const before = readFileSync(join(data, 'waystation.db'));
  const file = join(temporaryFolder(), 'backup.db');
  let kills = 0;
  for (let round = 0; round < KILLS; round += 1) {
    const words = ['backup', file, '--data', data, '--force'];
    if (!(await killInTheMidst(random, words, dirname(file), '.partial'))) continue;
    kills += 1;
    if (!existsSync(file)) continue;
    const restored = join(temporaryFolder(), 'restored');
    expect((await runProgram('restore', file, '--data', restored).ended).code).toBe(0);
  }
  await test.annotate(`killed ${kills} times`);
  expect(kills).toBeGreaterThan(KILLS / 3);
  expect((await runProgram('backup', file, '--data', data, '--force').ended).code).toBe(0);
  expect(readdirSync(dirname(file))).toEqual(['backup.db']);
  expect(readFileSync(join(data, 'waystation.db')).equals(before)).toBe(true);
  expect(await entriesIn(data)).toBe(ENTRIES);
});

it('a restore that is killed leaves all of the data or none', async (test) => {
  const random = new Random(SEED + 2);
  const data = await filledFolder(ENTRIES);
  const file = join(temporaryFolder(), 'backup.db');
  expect((await runProgram('backup', file, '--data', data).ended).code).toBe(0);
  let kills = 0;
  for (let round = 0; round < KILLS; round += 1) {
    const folder = join(temporaryFolder(), 'restored');
    const words = ['restore', file, '--data', folder];
    if (!(await killInTheMidst(random, words, folder, '.restoring'))) continue;
    kills += 1;
    const isWhole = existsSync(join(folder, 'waystation.db'));
    if (!isWhole) expect((await runProgram(...words).ended).code).toBe(0);
    expect(await entriesIn(folder)).toBe(ENTRIES);
    expect(readdirSync(folder).filter((name) => name.includes('restoring'))).toEqual([]);
  }
  await test.annotate(`killed ${kills} times`);
  expect(kills).toBeGreaterThan(KILLS / 3);
});

it('a signal ends a backup in good order', async () => {
  const data = await filledFolder(ENTRIES);
  const file = join(temporaryFolder(), 'backup.db');
  const program = runProgram('backup', file, '--data', data);
  while (readdirSync(dirname(file)).length === 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  program.process.kill('SIGTERM');
  const { code, stderr } = await program.ended;
  // It may have been done just before.
  const expected = code === 0 ? ['backup.db'] : [];
  if (code !== 0) expect(stderr).toBe('waystation: Stopped; there is no backup.\n');
  expect(readdirSync(dirname(file))).toEqual(expected);
});

describe('the program', () => {
  it('ends check with 0, 1 or 2: clean, problems, could not look', async () => {
    const data = await filledFolder(10);
    const db = new DatabaseSync(join(data, 'waystation.db'));
    db.exec('DELETE FROM payloads WHERE sequence = 1');
    db.close();
    expect((await runProgram('check', '--data', data).ended).code).toBe(1);
    const empty = join(temporaryFolder(), 'data');
    const server = start({ flags: ['--data', empty] });
    await server.ready();
    await server.stop();
    expect((await runProgram('check', '--data', empty).ended).code).toBe(0);
    const none = await runProgram('check', '--data', temporaryFolder()).ended;
    expect(none.code).toBe(2);
    expect(none.stderr).toMatch(/^waystation: There is no database in [^\n]+\n$/);
    expect((await runProgram('check', '--prot').ended).code).toBe(2);
  });

  it('ends backup and restore with 1 and a sentence when it refuses', async () => {
    const file = join(temporaryFolder(), 'backup.db');
    const none = await runProgram('backup', file, '--data', temporaryFolder()).ended;
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toMatch(/^waystation: There is no database in [^\n]+\n$/);
    const missing = await runProgram('restore', file, '--data', temporaryFolder()).ended;
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toBe(`waystation: There is no file ${file}.\n`);
  });

  it('refuses a restore into the folder of a server', async () => {
    const data = temporaryFolder();
    await start({ flags: ['--data', data] }).ready();
    const file = join(temporaryFolder(), 'backup.db');
    expect((await runProgram('backup', file, '--data', data).ended).code).toBe(0);
    const refused = await runProgram('restore', file, '--data', data).ended;
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`Another process is using the data folder ${data}.`);
  });
});
