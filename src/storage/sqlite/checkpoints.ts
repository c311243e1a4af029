/**
 * Keeps the write-ahead log short without holding up writers. A worker thread copies what is in the
 * log into the database and syncs it while the writer goes on; when it is done, the writer copies
 * the little that came in since. The log then holds nothing that the database lacks, and SQLite
 * starts it from the beginning again.
 */
import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { PAGE_BYTES, type Room } from './room.ts';
import { Statement } from './session.ts';

/** Pages of 4 KiB in the log that start a copy: 8 MiB, or less where the disk is small. */
const PAGES_TO_START_MAX = 2_048;
/** The share of the room's reserve that the log may hold before it is copied. */
const RESERVE_SHARE = 1 / 4;
/** The log's length is asked for only so often: it costs a few microseconds. */
const COMMITS_BETWEEN_LOOKS = 16;

/** 32 MiB: what the writer copies itself holds up its callers for some hundredths of a second. */
const PAGES_HERE_MAX = 8_192;
const TURNS_BEHIND_MAX = 3;

interface LogState {
  /** Pages in the log. */
  log: number;
  checkpointed: number;
}

export class Checkpoints {
  readonly #path: string;
  readonly #pagesToStart: number;
  readonly #look: Statement<LogState>;
  readonly #copy: Statement<LogState>;
  #worker: Worker | undefined;
  #running = false;
  #commits = 0;
  /** How far the log was copied when the worker was last done. */
  #checkpointed = 0;
  /** The worker's turns in a row that copied something and left too much. */
  #turnsBehind = 0;

  constructor(db: DatabaseSync, path: string, room: Room) {
    this.#path = path;
    const share = Math.floor((room.reserveBytes * RESERVE_SHARE) / PAGE_BYTES);
    this.#pagesToStart = share > 0 ? Math.min(share, PAGES_TO_START_MAX) : PAGES_TO_START_MAX;
    // SQLite before 3.51 takes an unknown mode for PASSIVE, which is correct too, only slower.
    this.#look = new Statement(db.prepare('PRAGMA wal_checkpoint(NOOP)'));
    this.#copy = new Statement(db.prepare('PRAGMA wal_checkpoint(PASSIVE)'));
  }

  /** Bytes of the log on disk; the file keeps its size when SQLite starts it anew. */
  get logBytes(): number {
    return statSync(`${this.#path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** To be called after each commit that wrote, outside a transaction. */
  committed(): void {
    if (this.#running || ++this.#commits < COMMITS_BETWEEN_LOOKS) return;
    this.#commits = 0;
    const state = attempt(this.#look);
    if (state === undefined || state.log - state.checkpointed < this.#pagesToStart) return;
    this.#running = true;
    this.#worker ??= this.#start();
    this.#worker.postMessage('checkpoint');
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    worker.ref();
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage('close');
    await exited;
  }

  #start(): Worker {
    const file = import.meta.filename.replace(/checkpoints(\.[jt]s)$/, 'checkpoint-worker$1');
    const worker = new Worker(file, { workerData: { path: this.#path } });
    worker.unref();
    worker.on('message', () => this.#finish());
    // Without its worker the log is still copied, by the writer itself.
    worker.on('error', () => this.#finish());
    worker.on('exit', () => {
      this.#worker = undefined;
      this.#running = false;
    });
    return worker;
  }

  /**
   * Copies what came in meanwhile. While somebody reads an old state, a backup for example, the
   * worker cannot copy what came after it, and the log grows; all of it would then be copied here.
   * So that is left to the worker's next turns, unless these do not catch up with the writer.
   */
  #finish(): void {
    const state = attempt(this.#look);
    const left = state === undefined ? 0 : state.log - state.checkpointed;
    const copied = state?.checkpointed !== this.#checkpointed;
    this.#checkpointed = state?.checkpointed ?? 0;
    if (left > PAGES_HERE_MAX && this.#turnsBehind < TURNS_BEHIND_MAX) {
      if (copied) this.#turnsBehind++;
    } else {
      this.#turnsBehind = 0;
      attempt(this.#copy);
    }
    this.#running = false;
  }
}

/**
 * A copy that fails, on a full disk for example, loses nothing: the log keeps what it holds, and
 * the next look tries again. What it means for callers they learn from their own writes.
 */
function attempt(statement: Statement<LogState>): LogState | undefined {
  try {
    return statement.get();
  } catch {
    return undefined;
  }
}
