/** What keeps a data folder from being opened, in a sentence for whoever starts the server. */
import type { DatabaseSync } from 'node:sqlite';
import { StorageRefused } from '../errors.ts';

/** https://sqlite.org/rescode.html */
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;
const PRIMARY_CODE_MASK = 0xff;

/** The error itself where it is no refusal of SQLite's. */
export function refusalOf(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || !('errcode' in error)) return error;
  const other = 'or choose another folder with --data.';
  switch (Number(error.errcode) & PRIMARY_CODE_MASK) {
    case SQLITE_BUSY:
      return new StorageRefused(
        `Another program holds the database in ${folder}, a backup or a shell perhaps. ` +
          `Let it end, ${other}`,
      );
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return new StorageRefused(
        `The database in ${folder} is damaged (${error.message}). ` +
          `Put a backup in its place, ${other}`,
      );
    case SQLITE_FULL:
      return new StorageRefused(
        `The disk of the data folder ${folder} is full. Make room on it, ${other}`,
      );
    default:
      return new StorageRefused(
        `The data folder ${folder} cannot be used (${error.message}). ` +
          `Check its disk and its permissions, ${other}`,
      );
  }
}

/** Whether a disk, or a quota on it, has no room. */
export function isFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('errcode' in error) return (Number(error.errcode) & PRIMARY_CODE_MASK) === SQLITE_FULL;
  return 'code' in error && ['ENOSPC', 'EDQUOT'].includes(String(error.code));
}

const DAMAGE_LINES_MAX = 20;

/** What SQLite finds damaged, one thing a line. https://sqlite.org/pragma.html */
export function damageOf(db: DatabaseSync, look: 'quick_check' | 'integrity_check'): string[] {
  try {
    const rows = db.prepare(`PRAGMA ${look}(${DAMAGE_LINES_MAX})`).all();
    return rows
      .flatMap((row) => String(Object.values(row)[0]).split('\n'))
      .filter((line) => line !== 'ok' && !line.startsWith('***'))
      .slice(0, DAMAGE_LINES_MAX);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
