/**
 * Puts a backup into a data folder that has no data yet. Until it is whole it has another name, so
 * that a crash leaves a folder without data, and never one with half of it.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmdirSync,
  statSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StorageRefused } from '../errors.ts';
import type { Copying } from './backup.ts';
import {
  databaseIn,
  diskOf,
  lockIn,
  logIn,
  removeDatabase,
  sizeText,
  syncFile,
  syncFolder,
} from './data-folder.ts';
import { lockFolder } from './folder-lock.ts';
import { marksOf, refuseForeign, schemaDifferences } from './identity.ts';
import { damageOf, isFull, refusalOf } from './refusal.ts';

export interface RestoreOptions extends Copying {
  readonly file: string;
  /** Made if it is not there. */
  readonly folder: string;
}

const CHUNK_BYTES = 4 * 1024 * 1024;
const CHUNKS_PER_SYNC = 8;
/** What SQLite may write beside the copy. */
const OVERHEAD_BYTES = 1024 * 1024;

/** The data is on disk when the promise resolves. Rejects with StorageRefused. */
export async function restore(options: RestoreOptions): Promise<{ readonly bytes: number }> {
  const { file, folder } = options;
  checkBackup(file);
  const made = makeFolder(folder);
  const partial = `${databaseIn(folder)}.restoring`;
  const unlock = lock(folder, made);
  try {
    refuseData(folder);
    removeDatabase(partial);
    checkRoom(options);
    await copy(options, partial);
    verify(partial, file);
    renameSync(partial, databaseIn(folder));
    syncFolder(folder);
    if (made !== undefined) syncFolder(dirname(made));
    unlock();
    return { bytes: statSync(databaseIn(folder)).size };
  } catch (error) {
    removeDatabase(partial);
    unlock();
    if (made !== undefined) removeMade(folder, made);
    throw translate(error, options);
  }
}

function lock(folder: string, made: string | undefined): () => void {
  try {
    return lockFolder(folder);
  } catch (error) {
    if (made !== undefined) removeMade(folder, made);
    throw refusalOf(error, folder);
  }
}

function checkBackup(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) throw new StorageRefused(`There is no file ${file}.`);
  if (!found.isFile()) throw new StorageRefused(`${file} is no file, so it is no backup.`);
  refuseForeign(marksOf(readHeader(file), `The file ${file}`), `The file ${file}`);
  if ((statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0) return;
  throw new StorageRefused(
    `${file} is no backup but the database of a data folder: a part of it is in ${file}-wal. ` +
      'Back that folder up with `waystation backup`, and restore what that writes.',
  );
}

function readHeader(file: string): Uint8Array {
  const header = new Uint8Array(100);
  try {
    const descriptor = openSync(file, 'r');
    try {
      return header.subarray(0, readSync(descriptor, header, 0, header.length, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw new StorageRefused(`${file} cannot be read (${(error as Error).message}).`);
  }
}

/** Answers the topmost folder that had to be made. */
function makeFolder(folder: string): string | undefined {
  try {
    return mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new StorageRefused(
      `The data folder ${folder} cannot be made (${(error as Error).message}). ` +
        'Choose another one with --data.',
    );
  }
}

function removeMade(folder: string, made: string): void {
  removeDatabase(lockIn(folder));
  for (let path = folder; path.length >= made.length; path = dirname(path)) rmdirSync(path);
}

function refuseData(folder: string): void {
  const isThere = [databaseIn(folder), logIn(folder)].some((path) => existsSync(path));
  if (!isThere) return;
  throw new StorageRefused(
    `The data folder ${folder} holds data already. Choose a new one with --data; ` +
      'nothing was changed.',
  );
}

function checkRoom({ file, folder }: RestoreOptions): void {
  const neededBytes = statSync(file).size + OVERHEAD_BYTES;
  const { freeBytes } = diskOf(folder);
  if (freeBytes >= neededBytes) return;
  throw new StorageRefused(
    `The disk of the data folder ${folder} has ${sizeText(freeBytes)} free, and the data needs ` +
      `${sizeText(neededBytes)}. Make room on it, or choose another folder with --data.`,
  );
}

async function copy(options: RestoreOptions, partial: string): Promise<void> {
  const source = await open(options.file, 'r');
  try {
    const target = await open(partial, 'wx');
    try {
      await copyBytes(source, target, options);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function copyBytes(
  source: FileHandle,
  target: FileHandle,
  { signal, onProgress }: RestoreOptions,
): Promise<void> {
  const { size } = await source.stat();
  const chunk = new Uint8Array(CHUNK_BYTES);
  let doneBytes = 0;
  for (let chunks = 1; ; chunks++) {
    signal?.throwIfAborted();
    const { bytesRead } = await source.read(chunk, 0, CHUNK_BYTES, doneBytes);
    if (bytesRead === 0) break;
    for (let written = 0; written < bytesRead; ) {
      const rest = bytesRead - written;
      written += (await target.write(chunk, written, rest, doneBytes + written)).bytesWritten;
    }
    doneBytes += bytesRead;
    if (chunks % CHUNKS_PER_SYNC === 0) await target.datasync();
    onProgress?.(doneBytes, size);
  }
}

/** Looks at the copy before it becomes the data, and brings it to the disk. */
function verify(partial: string, file: string): void {
  const db = new DatabaseSync(partial);
  const empty = new DatabaseSync(':memory:');
  try {
    db.exec('PRAGMA journal_mode = DELETE');
    const [damage] = [...damageOf(db, 'integrity_check'), ...schemaDifferences(db, empty)];
    if (damage !== undefined) {
      throw new StorageRefused(
        `The backup ${file} is damaged (${damage}). Nothing was restored; take another backup.`,
      );
    }
  } finally {
    empty.close();
    db.close();
  }
  syncFile(partial);
}

function translate(error: unknown, { folder, file, signal }: RestoreOptions): unknown {
  if (signal?.aborted === true) return new StorageRefused('Stopped; nothing was restored.');
  if (error instanceof StorageRefused) return error;
  if (isFull(error)) {
    return new StorageRefused(
      `The disk of the data folder ${folder} is full. Make room on it, or choose another folder ` +
        'with --data.',
    );
  }
  if (error instanceof Error && 'syscall' in error) {
    return new StorageRefused(`${file} cannot be restored to ${folder} (${error.message}).`);
  }
  return refusalOf(error, folder);
}
