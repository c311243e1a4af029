/**
 * A copy of a data folder's database as it is at one instant, in one file, while a server goes on
 * or without one. It reads beside the server: what is committed when it begins is in the copy.
 * https://sqlite.org/backup.html, https://nodejs.org/api/sqlite.html
 *
 * The old state is held for as long as the copy takes, since SQLite begins a copy anew when the
 * database changes under it, which never ends beside a busy server. The write-ahead log cannot
 * start anew meanwhile, so it grows by what is written.
 */
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as sqlite from 'node:sqlite';
import { StorageRefused } from '../errors.ts';
import {
  databaseIn,
  diskOf,
  isServed,
  logIn,
  openForReading,
  removeDatabase,
  sizeText,
  syncFile,
  syncFolder,
} from './data-folder.ts';
import { marksIn, refuseForeign } from './identity.ts';
import { APPLICATION_ID } from './migrations/index.ts';
import { damageOf, isFull, refusalOf } from './refusal.ts';
import { PAGE_BYTES, RESERVE_BYTES_MAX } from './room.ts';

export interface Copying {
  /** Ends the work and removes what was written so far. */
  readonly signal?: AbortSignal | undefined;
  /** Called some times a second. */
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
}

export interface BackupOptions extends Copying {
  readonly folder: string;
  readonly file: string;
  /** Takes the place of a file that is there. */
  readonly replace: boolean;
}

/** 4 MiB: between two steps the signal is heard, and the disk looked at. */
const PAGES_PER_STEP = 1_000;
/** The copy goes to the disk in portions, or a server's own syncs would wait for all of it. */
const STEPS_PER_SYNC = 8;

/** Writes the backup; it is on disk when the promise resolves. Rejects with StorageRefused. */
export async function backUp(options: BackupOptions): Promise<{ readonly bytes: number }> {
  const { folder, file } = options;
  checkTarget(options);
  const db = openForReading(folder);
  const partial = `${file}.${process.pid}.partial`;
  try {
    refuseForeign(marksIn(db), `The database in ${folder}`);
    removeStale(file);
    await copy(db, partial, options);
    db.close();
    finish(partial, folder);
    renameSync(partial, file);
    syncFolder(dirname(file));
    return { bytes: statSync(file).size };
  } catch (error) {
    if (db.isOpen) db.close();
    removeDatabase(partial);
    throw translate(error, options);
  }
}

function checkTarget({ folder, file, replace }: BackupOptions): void {
  const parent = dirname(file);
  if (!existsSync(parent)) throw new StorageRefused(`There is no folder ${parent} to back up to.`);
  const isInside = existsSync(folder) && realpathSync(parent) === realpathSync(folder);
  if (isInside && basename(file).startsWith('waystation.')) {
    throw new StorageRefused(`${file} belongs to the data folder itself. Choose another name.`);
  }
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isFile()) throw new StorageRefused(`${file} is no file. Choose another name.`);
  if (replace) return;
  throw new StorageRefused(
    `${file} is there already. Choose another name, or add --force to replace it.`,
  );
}

/** Removes what backups to the same file left that were killed. */
function removeStale(file: string): void {
  const start = `${basename(file)}.`;
  for (const name of readdirSync(dirname(file))) {
    const [, pid] = /^(\d+)\.partial(?:-\w+)?$/.exec(name.slice(start.length)) ?? [];
    if (!name.startsWith(start) || pid === undefined || isOther(Number(pid))) continue;
    rmSync(join(dirname(file), name), { force: true });
  }
}

/** Whether a process of that number lives that is not this one. */
function isOther(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function copy(
  db: sqlite.DatabaseSync,
  partial: string,
  options: BackupOptions,
): Promise<void> {
  // Node has it since 22.16; the types know newer ones only.
  const backup: typeof sqlite.backup | undefined = sqlite.backup;
  if (backup === undefined) {
    throw new StorageRefused(
      `A backup needs Node 22.16 or newer; this is Node ${process.versions.node}.`,
    );
  }
  const { mode } = statSync(databaseIn(options.folder));
  db.exec('BEGIN');
  // The transaction begins with its first question.
  const { page_count: pages } = db.prepare('PRAGMA page_count').get() as { page_count: number };
  db.prepare('SELECT count(*) FROM sqlite_schema').get();
  const disk = new TargetDisk(options, pages * PAGE_BYTES);
  const descriptor = openSync(partial, 'wx+', mode & 0o666);
  let steps = 0;
  try {
    await backup(db, partial, {
      rate: PAGES_PER_STEP,
      progress({ totalPages, remainingPages }) {
        options.signal?.throwIfAborted();
        if (++steps % STEPS_PER_SYNC === 0) {
          fdatasyncSync(descriptor);
          disk.check();
        }
        const done = totalPages - remainingPages;
        options.onProgress?.(done * PAGE_BYTES, totalPages * PAGE_BYTES);
      },
    });
  } finally {
    // Only now: closing a file drops the locks that SQLite holds on it in this process.
    closeSync(descriptor);
  }
}

/** Makes the copy a file that stands alone, sees whether it is whole, and brings it to the disk. */
function finish(partial: string, folder: string): void {
  const db = new sqlite.DatabaseSync(partial);
  try {
    db.exec(`PRAGMA journal_mode = DELETE; PRAGMA application_id = ${APPLICATION_ID}`);
    const damage = damageOf(db, 'quick_check');
    if (damage.length > 0) {
      throw new StorageRefused(
        `The database in ${folder} is damaged (${damage[0]}), so it was not backed up. ` +
          '`waystation check` says more.',
      );
    }
  } finally {
    db.close();
  }
  syncFile(partial);
}

/** Keeps the backup from taking the room that a server needs. */
class TargetDisk {
  readonly #options: BackupOptions;
  readonly #logBytesBefore: number;
  readonly #isShared: boolean;

  /** Throws StorageRefused when there is no room. */
  constructor(options: BackupOptions, bytes: number) {
    const { folder, file } = options;
    this.#options = options;
    this.#logBytesBefore = this.#logBytes;
    this.#isShared = statSync(dirname(file)).dev === statSync(folder).dev;
    const kept = this.#isShared && isServed(folder) ? this.#keptBytes : 0;
    const freeBytes = diskOf(dirname(file)).freeBytes;
    if (freeBytes >= bytes + kept) return;
    throw new StorageRefused(
      `The disk of ${file} has ${sizeText(freeBytes)} free, and the backup needs ` +
        `${sizeText(bytes + kept)}. Make room on it, or back up to another disk.`,
    );
  }

  /** Throws StorageRefused when a server would have to refuse sends because of this backup. */
  check(): void {
    const { folder } = this.#options;
    const isOurDoing = this.#isShared || this.#logBytes > this.#logBytesBefore;
    if (!isOurDoing || !isServed(folder) || diskOf(folder).freeBytes > this.#keptBytes) return;
    throw new StorageRefused(
      `The disk of the data folder ${folder} was about to be full, so the backup was given up. ` +
        'Make room on it, back up to another disk, or back up while less is written.',
    );
  }

  get #logBytes(): number {
    return statSync(logIn(this.#options.folder), { throwIfNoEntry: false })?.size ?? 0;
  }

  /** With less than this the server refuses sends: see `room.ts`. */
  get #keptBytes(): number {
    return this.#logBytes + RESERVE_BYTES_MAX;
  }
}

function translate(error: unknown, { folder, file, signal }: BackupOptions): unknown {
  if (signal?.aborted === true) return new StorageRefused('Stopped; there is no backup.');
  if (error instanceof StorageRefused) return error;
  if (isFull(error)) {
    return new StorageRefused(
      `The disk of ${file} is full. Make room on it, or back up to another disk.`,
    );
  }
  if (error instanceof Error && 'syscall' in error) {
    return new StorageRefused(`${file} cannot be written (${error.message}).`);
  }
  return refusalOf(error, folder);
}
