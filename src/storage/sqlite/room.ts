/**
 * Keeps the last of the disk for those who take messages away. Claiming and removing write too:
 * first to the write-ahead log, and what the log holds must fit into the database when it is copied
 * there. A store that let its senders fill the disk to the last byte could not be emptied again.
 *
 *     free on the disk   |<-- for additions -->|<-- as much as the log holds -->|<-- reserve -->|
 */
import { statSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { StorageFull } from '../errors.ts';
import { diskOf } from './data-folder.ts';

export const PAGE_BYTES = 4_096;
export const RESERVE_BYTES_MAX = 64 * 1024 * 1024;
/** A small disk gives a share of it. */
const RESERVE_SHARE = 1 / 8;
/** What an addition writes beside its payload: pages of indexes, in the log and the database. */
const OVERHEAD_BYTES = 4 * PAGE_BYTES;
/** A payload goes to the log and the database; a character of it may have three bytes. */
const BYTES_PER_CHARACTER = 6;

/** With more than this, what others write in the meantime does not matter. */
const PLENTY_BYTES = 1024 * 1024 * 1024;
const COMMITS_BETWEEN_LOOKS = 64;

export class Room {
  readonly reserveBytes: number;
  readonly #path: string;
  readonly #pagesMax: number | undefined;
  readonly #pages: StatementSync;
  readonly #freePages: StatementSync;
  /** What may still be added, in bytes; undefined: to be measured. */
  #left: number | undefined;
  #commits = 0;

  /** `pagesMax`: a ceiling on the database's size, beside the disk's. */
  constructor(db: DatabaseSync, path: string, pagesMax: number | undefined) {
    this.#path = path;
    this.#pagesMax = pagesMax;
    this.#pages = db.prepare('PRAGMA page_count');
    this.#freePages = db.prepare('PRAGMA freelist_count');
    const totalBytes = pagesMax === undefined ? diskOf(path).totalBytes : pagesMax * PAGE_BYTES;
    this.reserveBytes = Math.min(RESERVE_BYTES_MAX, Math.floor(totalBytes * RESERVE_SHARE));
  }

  /** To be called before a payload is added. Throws StorageFull when there is no room for it. */
  take(payload: string): void {
    this.#left ??= this.#measure();
    const needed = payload.length * BYTES_PER_CHARACTER + OVERHEAD_BYTES;
    if (needed > this.#left) {
      throw new StorageFull('what is left of the disk is kept for taking messages away');
    }
    this.#left -= needed;
  }

  /** To be called after each commit, a failed one included. */
  committed(): void {
    const plenty = this.#left !== undefined && this.#left > PLENTY_BYTES;
    if (!plenty || ++this.#commits % COMMITS_BETWEEN_LOOKS === 0) this.#left = undefined;
  }

  /** About ten microseconds, which is a tenth of a commit that serves one caller. */
  #measure(): number {
    const freeInside = count(this.#freePages) * PAGE_BYTES;
    const onDisk = this.#leftOnDisk(freeInside);
    if (this.#pagesMax === undefined) return onDisk;
    const unused = (this.#pagesMax - count(this.#pages)) * PAGE_BYTES;
    return Math.min(onDisk, unused + freeInside - this.reserveBytes);
  }

  #leftOnDisk(freeInside: number): number {
    const { freeBytes } = diskOf(this.#path);
    const logBytes = statSync(`${this.#path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    // Pages that are free inside the database need no disk, but the way there, through the log,
    // does.
    return Math.min(
      freeBytes + freeInside - logBytes - this.reserveBytes,
      freeBytes - this.reserveBytes / 2,
    );
  }
}

function count(pragma: StatementSync): number {
  return Number(Object.values(pragma.get() ?? {})[0]);
}
