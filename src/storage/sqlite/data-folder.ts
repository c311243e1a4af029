/** The files of a data folder, and how they are read by those who are not its server. */
import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StorageRefused } from '../errors.ts';
import { refusalOf } from './refusal.ts';

const SQLITE_BUSY = 5;

export const databaseIn = (folder: string): string => join(folder, 'waystation.db');
export const logIn = (folder: string): string => `${databaseIn(folder)}-wal`;
export const lockIn = (folder: string): string => join(folder, 'waystation.lock');

/** Whether a server uses the folder. Changes nothing, and keeps no server from starting. */
export function isServed(folder: string): boolean {
  const path = lockIn(folder);
  if (!existsSync(path)) return false;
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true, timeout: 0 });
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    return (error as { errcode?: number }).errcode === SQLITE_BUSY;
  } finally {
    db?.close();
  }
}

/**
 * Opens the database for reading, beside a server or without one. It may leave an empty write-ahead
 * log behind. Throws StorageRefused.
 */
export function openForReading(folder: string): DatabaseSync {
  const path = databaseIn(folder);
  if (!existsSync(path)) {
    throw new StorageRefused(
      `There is no database in ${folder}. Name the folder of the server with --data.`,
    );
  }
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
    // The first question reads the header, and recovers the log where a server was killed.
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return db;
  } catch (error) {
    db?.close();
    throw refusalOf(error, folder);
  }
}

/**
 * The disk at a path, and what of it is free for those without privileges. A file system that
 * cannot tell has room until a write fails.
 */
export function diskOf(path: string): { readonly totalBytes: number; readonly freeBytes: number } {
  try {
    const { blocks, bavail, bsize } = statfsSync(path);
    return { totalBytes: blocks * bsize, freeBytes: bavail * bsize };
  } catch {
    return { totalBytes: 0, freeBytes: Number.POSITIVE_INFINITY };
  }
}

/** Removes a database and what SQLite may have put beside it. */
export function removeDatabase(path: string): void {
  for (const end of ['', '-journal', '-wal', '-shm']) rmSync(path + end, { force: true });
}

/** Brings what a file holds to the disk. */
export const syncFile = (path: string): void => sync(path, 'r+');

/** Brings what a folder lists to the disk, so that a file renamed in it stays renamed. */
export function syncFolder(folder: string): void {
  // Windows opens no folders, and needs no such sync.
  if (process.platform !== 'win32') sync(folder, 'r');
}

function sync(path: string, flags: string): void {
  const descriptor = openSync(path, flags);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Bytes as people read them: `1.3 GiB`. */
export function sizeText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
