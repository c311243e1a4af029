/**
 * Makes commits durable without holding up the event loop: SQLite writes the write-ahead log, and
 * this syncs it from the thread pool. Everything committed before a sync begins is covered by it,
 * so while one runs the next commits gather behind it.
 *
 * The write-ahead log is a file of its own, on which SQLite takes no locks; opening and closing it
 * here therefore does not disturb SQLite's locks, as it would on the database file.
 */
import { closeSync, fdatasyncSync, openSync } from 'node:fs';
import { StorageUnavailable } from '../errors.ts';

/** Writes what a file holds to the disk, such as Node's `fdatasync`. */
export type SyncFile = (descriptor: number, done: (error: Error | null) => void) => void;

interface Waiting {
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

export class WalSync {
  readonly #descriptor: number;
  readonly #syncFile: SyncFile;
  #waiting: Waiting[] = [];
  #syncing = false;
  #broken: Error | undefined;

  constructor(walPath: string, syncFile: SyncFile) {
    this.#descriptor = openSync(walPath, 'r+');
    this.#syncFile = syncFile;
  }

  /** Why no commit can be made durable any more, if that is so. */
  get broken(): Error | undefined {
    return this.#broken;
  }

  get busy(): boolean {
    return this.#syncing;
  }

  /** Calls `done` when everything committed so far is on disk. */
  after(done: () => void, failed: (error: Error) => void): void {
    this.#waiting.push({ done, failed });
    if (!this.#syncing) this.#sync();
  }

  close(): void {
    if (this.#broken === undefined) fdatasyncSync(this.#descriptor);
    closeSync(this.#descriptor);
  }

  #sync(): void {
    const covered = this.#waiting;
    this.#waiting = [];
    this.#syncing = true;
    this.#syncFile(this.#descriptor, (error) => {
      this.#syncing = false;
      // After a failed sync the operating system may have dropped the pages: a later sync that
      // succeeds proves nothing, so no write is acknowledged until the data is opened anew.
      if (error !== null) this.#broken ??= new StorageUnavailable(`sync failed: ${error.message}`);
      const broken = this.#broken;
      for (const waiting of covered) {
        if (broken === undefined) waiting.done();
        else waiting.failed(broken);
      }
      if (this.#waiting.length > 0) this.#sync();
    });
  }
}
