/** `backup` and `restore`: what they refuse, and what they leave behind when they do not end. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { backUp } from '../../src/storage/sqlite/backup.ts';
import { openForReading } from '../../src/storage/sqlite/data-folder.ts';
import { openSqliteStore } from '../../src/storage/sqlite/index.ts';
import { restore } from '../../src/storage/sqlite/restore.ts';
import { TinyDisk } from '../durability/tiny-disk.ts';
import { removeTemporaryFolders, temporaryFolder } from '../support/server.ts';
import { clock, entriesIn, filledFolder } from './data.ts';

const MIB = 1024 * 1024;
/** Some 12 MB: several steps of a backup, several chunks of a restore. */
const ENTRIES = 5_000;

const ends: Array<() => Promise<unknown> | unknown> = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  removeTemporaryFolders();
});

const target = (): string => join(temporaryFolder(), 'backup.db');
const newFolder = (): string => join(temporaryFolder(), 'a', 'b');

async function backup(entries = 10): Promise<{ folder: string; file: string }> {
  const folder = await filledFolder(entries);
  const file = target();
  await backUp({ folder, file, replace: false });
  return { folder, file };
}

describe('a backup', () => {
  it('is one file that restores to what was there', async () => {
    const { folder, file } = await backup(700);
    expect(readdirSync(dirname(file))).toEqual(['backup.db']);
    const restored = newFolder();
    await restore({ file, folder: restored });
    expect(await entriesIn(restored)).toBe(700);
    expect(await entriesIn(folder)).toBe(700);
    expect(readdirSync(dirname(file))).toEqual(['backup.db']);
  });

  it('holds what is only in the write-ahead log, beside the store that wrote it', async () => {
    const folder = await filledFolder(10);
    const store = await openSqliteStore({ folder, clock });
    ends.push(() => store.close());
    await store.transact((tx) => tx.documents.put('a', 1));
    const file = target();
    await backUp({ folder, file, replace: false });
    await store.transact((tx) => tx.documents.put('b', 1));
    const restored = newFolder();
    await restore({ file, folder: restored });
    const copy = await openSqliteStore({ folder: restored, clock });
    ends.push(() => copy.close());
    const found = await copy.transact((tx) => tx.documents.list('', { limit: 10 }));
    expect(found.map(({ key }) => key)).toEqual(['a']);
  });

  it('does not change with what is written while it is made', async () => {
    const folder = await filledFolder(ENTRIES);
    const store = await openSqliteStore({ folder, clock });
    ends.push(() => store.close());
    const file = target();
    let writes = 0;
    const written: Promise<unknown>[] = [];
    await backUp({
      folder,
      file,
      replace: false,
      onProgress: () => written.push(store.transact((tx) => tx.documents.put(`d${writes++}`, 1))),
    });
    await Promise.all(written);
    expect(writes).toBeGreaterThan(1);
    const copy = new DatabaseSync(file);
    ends.push(() => copy.close());
    expect(copy.prepare('SELECT count(*) AS n FROM documents').get()).toEqual({ n: 0 });
    expect(copy.prepare('SELECT count(*) AS n FROM entries').get()).toEqual({ n: ENTRIES });
  });

  it('replaces a file only when told to', async () => {
    const { folder, file } = await backup();
    writeFileSync(file, 'mine');
    await expect(backUp({ folder, file, replace: false })).rejects.toThrow(
      `${file} is there already. Choose another name, or add --force to replace it.`,
    );
    expect(readFileSync(file, 'utf8')).toBe('mine');
    await backUp({ folder, file, replace: true });
    const restored = newFolder();
    await restore({ file, folder: restored });
    expect(await entriesIn(restored)).toBe(10);
  });

  it.each([true, false])(
    'never takes the place of the data itself (replace: %s)',
    async (replace) => {
      const folder = await filledFolder(10);
      for (const name of ['waystation.db', 'waystation.db-wal', 'waystation.lock']) {
        const file = join(folder, name);
        await expect(backUp({ folder, file, replace })).rejects.toThrow(
          'belongs to the data folder itself',
        );
      }
      expect(await entriesIn(folder)).toBe(10);
    },
  );

  it('says what is missing', async () => {
    const file = target();
    const none = temporaryFolder();
    await expect(backUp({ folder: none, file, replace: false })).rejects.toThrow(
      `There is no database in ${none}. Name the folder of the server with --data.`,
    );
    const folder = await filledFolder(10);
    await expect(
      backUp({ folder, file: join(none, 'no', 'b.db'), replace: false }),
    ).rejects.toThrow(`There is no folder ${join(none, 'no')} to back up to.`);
    await expect(backUp({ folder, file: none, replace: true })).rejects.toThrow('is no file');
  });

  it('of a damaged database is refused, and leaves nothing', async () => {
    const folder = await filledFolder(ENTRIES);
    const path = join(folder, 'waystation.db');
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 60 * 4096, 100 * 4096);
    writeFileSync(path, bytes);
    const file = target();
    await expect(backUp({ folder, file, replace: false })).rejects.toThrow(
      /^The database in .+ is damaged \(.+\), so it was not backed up\. `waystation check` says/,
    );
    expect(readdirSync(dirname(file))).toEqual([]);
  });

  it('that is stopped leaves nothing, and the file that it was to replace as it was', async () => {
    const folder = await filledFolder(ENTRIES);
    const file = target();
    writeFileSync(file, 'before');
    const stop = new AbortController();
    const stopped = backUp({
      folder,
      file,
      replace: true,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(stopped).rejects.toThrow('Stopped; there is no backup.');
    expect(readdirSync(dirname(file))).toEqual(['backup.db']);
    expect(readFileSync(file, 'utf8')).toBe('before');
  });

  it('removes what a killed one left, and leaves one alone that is being made', async () => {
    const { folder, file } = await backup();
    // No process has the first number; the second is that of this test's parent, which lives.
    for (const name of ['4194999.partial', '4194999.partial-journal', `${process.ppid}.partial`]) {
      writeFileSync(`${file}.${name}`, 'half');
    }
    await backUp({ folder, file, replace: true });
    expect(readdirSync(dirname(file)).sort()).toEqual([
      'backup.db',
      `backup.db.${process.ppid}.partial`,
    ]);
  });

  it('that does not fit is refused before it begins', async (test) => {
    const disk = TinyDisk.mount(4 * MIB);
    if (typeof disk === 'string') return test.skip(disk);
    ends.push(() => disk.unmount());
    const folder = await filledFolder(ENTRIES);
    const file = join(disk.path, 'backup.db');
    await expect(backUp({ folder, file, replace: false })).rejects.toThrow(
      /^The disk of .+ has 4\.0 MiB free, and the backup needs \d+\.\d MiB\. Make room on it,/,
    );
    expect(readdirSync(disk.path)).toEqual([]);
  });

  it('whose disk others fill meanwhile says so, and leaves nothing', async (test) => {
    const disk = TinyDisk.mount(24 * MIB);
    if (typeof disk === 'string') return test.skip(disk);
    ends.push(() => disk.unmount());
    const folder = await filledFolder(ENTRIES);
    const file = join(disk.path, 'backup.db');
    const filled = backUp({ folder, file, replace: false, onProgress: () => disk.fill() });
    await expect(filled).rejects.toThrow(
      `The disk of ${file} is full. Make room on it, or back up to another disk.`,
    );
    expect(readdirSync(disk.path).filter((name) => name.startsWith('backup'))).toEqual([]);
  });
});

describe('the write-ahead log', () => {
  it('that grew while somebody read an old state is copied and cut again', async () => {
    const folder = await filledFolder(10);
    const store = await openSqliteStore({ folder, clock, durability: 'relaxed' });
    ends.push(() => store.close());
    const logBytes = () => statSync(join(folder, 'waystation.db-wal')).size;
    let round = 10_000;
    const write = async () => {
      // Another text each time: SQLite does not write what stays the same.
      round += 1;
      const jobs = Array.from({ length: 20 }, (_, n) =>
        store.transact((tx) => tx.documents.put(`d${n}`, `${round}`.repeat(10_000))),
      );
      await Promise.all(jobs);
    };
    const reader = openForReading(folder);
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM entries').get();
    while (logBytes() < 80 * MIB) await write();
    reader.exec('COMMIT');
    reader.close();
    while (logBytes() > 64 * MIB) await write();
    expect(await store.transact((tx) => tx.queues.count({ key: 'q', ordered: false }))).toEqual({
      visible: 10,
      claimed: 0,
      delayed: 0,
    });
  });
});

describe('a restore', () => {
  it('refuses a folder with data, and changes nothing', async () => {
    const { folder, file } = await backup();
    const before = readFileSync(join(folder, 'waystation.db'));
    await expect(restore({ file, folder })).rejects.toThrow(
      `The data folder ${folder} holds data already. Choose a new one with --data; nothing was ` +
        'changed.',
    );
    expect(readFileSync(join(folder, 'waystation.db'))).toEqual(before);
  });

  it('refuses a folder that is in use', async () => {
    const { file } = await backup();
    const folder = temporaryFolder();
    const store = await openSqliteStore({ folder, clock });
    ends.push(() => store.close());
    await expect(restore({ file, folder })).rejects.toThrow(
      `Another process is using the data folder ${folder}.`,
    );
  });

  it('refuses a log without its database, which would be read into the backup', async () => {
    const { file } = await backup();
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'waystation.db-wal'), 'frames');
    await expect(restore({ file, folder })).rejects.toThrow('holds data already');
  });

  it.each([
    ['something else', 'This is a letter to my aunt.\n'.repeat(100), 'is no database'],
    ['nothing', '', 'is no database'],
  ])('refuses %s', async (_, text, sentence) => {
    const file = target();
    writeFileSync(file, text);
    const folder = newFolder();
    await expect(restore({ file, folder })).rejects.toThrow(sentence);
    expect(existsSync(dirname(folder))).toBe(false);
  });

  it.each([
    ['of a newer version', 'PRAGMA user_version = 999', 'was written by a newer Waystation'],
    ['of another program', 'PRAGMA application_id = 77', 'was not written by Waystation'],
    ['without a schema', 'PRAGMA user_version = 0', 'was not written by Waystation'],
    ['without a table', 'DROP TABLE payloads', 'is damaged (table payloads is missing)'],
    ['without an index', 'DROP INDEX timers_due', 'is damaged (index timers_due is missing)'],
  ])('refuses a database %s', async (_, sql, sentence) => {
    const { file } = await backup();
    const db = new DatabaseSync(file);
    db.exec(sql);
    db.close();
    const folder = newFolder();
    await expect(restore({ file, folder })).rejects.toThrow(sentence);
    expect(existsSync(dirname(folder))).toBe(false);
  });

  it('takes a backup from before databases had a mark', async () => {
    const { file } = await backup();
    const db = new DatabaseSync(file);
    db.exec('PRAGMA application_id = 0');
    db.close();
    const folder = newFolder();
    await restore({ file, folder });
    expect(await entriesIn(folder)).toBe(10);
  });

  it('refuses a damaged backup, and leaves no folder', async () => {
    const { file } = await backup(ENTRIES);
    const bytes = readFileSync(file);
    bytes.fill(0x5a, 60 * 4096, 61 * 4096);
    writeFileSync(file, bytes);
    const folder = newFolder();
    await expect(restore({ file, folder })).rejects.toThrow(
      /^The backup .+ is damaged \(.+\)\. Nothing was restored; take another backup\.$/,
    );
    expect(existsSync(dirname(folder))).toBe(false);
  });

  it('refuses the database of a folder while a part of it is in the log', async () => {
    const folder = await filledFolder(10);
    const store = await openSqliteStore({ folder, clock });
    ends.push(() => store.close());
    await store.transact((tx) => tx.documents.put('a', 1));
    const file = join(folder, 'waystation.db');
    await expect(restore({ file, folder: newFolder() })).rejects.toThrow(
      `${file} is no backup but the database of a data folder`,
    );
  });

  it('takes the database of a folder that was stopped in good order', async () => {
    const folder = await filledFolder(10);
    const file = target();
    copyFileSync(join(folder, 'waystation.db'), file);
    const restored = newFolder();
    await restore({ file, folder: restored });
    expect(await entriesIn(restored)).toBe(10);
    expect(readdirSync(dirname(file))).toEqual(['backup.db']);
  });

  it('that is stopped leaves the folder without data', async () => {
    const { file } = await backup(ENTRIES);
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'mine'));
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    await expect(restore({ file, folder, signal: stop.signal, onProgress })).rejects.toThrow(
      'Stopped; nothing was restored.',
    );
    expect(readdirSync(folder).sort()).toEqual(['mine', 'waystation.lock']);
    await restore({ file, folder });
    expect(await entriesIn(folder)).toBe(ENTRIES);
  });

  it('that does not fit is refused, before it begins and in its midst', async (test) => {
    const disk = TinyDisk.mount(24 * MIB);
    if (typeof disk === 'string') return test.skip(disk);
    ends.push(() => disk.unmount());
    const { file } = await backup(ENTRIES);
    const folder = join(disk.path, 'data');
    const filled = restore({ file, folder, onProgress: () => disk.fill() });
    await expect(filled).rejects.toThrow(`The disk of the data folder ${folder} is full.`);
    expect(existsSync(folder)).toBe(false);
    disk.fill();
    await expect(restore({ file, folder })).rejects.toThrow(
      `The disk of the data folder ${folder} `,
    );
    expect(existsSync(folder)).toBe(false);
  });
});
