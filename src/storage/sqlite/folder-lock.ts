/**
 * One process per data folder. The lock is an SQLite file held in an exclusive transaction: the
 * operating system lets go of it when the process dies, however it dies, so no stale lock remains.
 */
import { DatabaseSync } from 'node:sqlite';
import { StorageRefused } from '../errors.ts';
import { lockIn } from './data-folder.ts';

const SQLITE_BUSY = 5;

/** Takes the lock; answers the function that gives it back. Throws StorageRefused. */
export function lockFolder(folder: string): () => void {
  const db = new DatabaseSync(lockIn(folder), { timeout: 0 });
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    throw new StorageRefused(
      `Another process is using the data folder ${folder}. ` +
        'Stop it, or choose another folder with --data.',
    );
  }
  return () => db.close();
}
