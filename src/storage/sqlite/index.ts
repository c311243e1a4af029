/**
 * The durable engine: one SQLite database in a data folder, one writer, write-ahead log.
 * https://sqlite.org/wal.html
 */
import { accessSync, constants, fdatasync, mkdirSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../core/environment.ts';
import { StorageRefused } from '../errors.ts';
import type { Awaitable, Store, StoreStats, Transaction } from '../port.ts';
import { Checkpoints } from './checkpoints.ts';
import { CommitLoop } from './commit-loop.ts';
import { databaseIn, logIn } from './data-folder.ts';
import { SqliteDocuments } from './documents.ts';
import { lockFolder } from './folder-lock.ts';
import { SqliteLogs } from './logs.ts';
import { SqliteMemos } from './memos.ts';
import { migrate, schemaVersionOf } from './migrations/index.ts';
import { SqliteQueues } from './queues.ts';
import { refusalOf } from './refusal.ts';
import { Room } from './room.ts';
import { Session, type Statement } from './session.ts';
import { SqliteTimers } from './timers.ts';
import { type SyncFile, WalSync } from './wal-sync.ts';

export interface SqliteOptions {
  /** Made if it is not there. */
  readonly folder: string;
  readonly clock: Clock;
  /**
   * `full`: an answer leaves after the commit is on disk. `relaxed`: it leaves after the commit,
   * and the disk follows within a second; a crash of the process loses nothing, a power cut up to
   * that second.
   */
  readonly durability?: 'full' | 'relaxed';
  /**
   * A ceiling on the database's size in pages of 4 KiB; beyond it writes reject with StorageFull.
   */
  readonly pagesMax?: number;
  /** How a file gets to the disk, for tests of disks that fail; `fdatasync` unless given. */
  readonly syncFile?: SyncFile;
}

const RELAXED_SYNC_MS = 1_000;
/** Rows that one `reclaim` deletes at most: a millisecond or two, which callers wait. */
const RECLAIM_ROWS = 100;
/**
 * A commit that split pages out of their order walks over the whole table of the cache (SQLite has
 * parked a page behind the file's end): 60 µs with 32 MiB. With 8 MiB everything measured was as
 * fast or up to a tenth faster: what is not here is in the operating system's cache.
 */
const PAGE_CACHE_KIB = 8_192;
/** A log that grew beyond it, behind a backup for example, is cut to it when it starts anew. */
const LOG_BYTES_KEPT = 64 * 1024 * 1024;
/** Free pages that stay for reuse; what is beyond goes back to the file system, some at a time. */
const FREE_PAGES_KEPT = 4_096;
const FREE_PAGES_RETURNED = 128;
/** Observations kept between two calls of `stats`. */
const OBSERVATIONS_MAX = 10_000;

/** Opens the data folder. Rejects with StorageRefused and a sentence that says what to do. */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  const { folder } = options;
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new StorageRefused(
      `The data folder ${folder} cannot be written (${(error as Error).message}). ` +
        'Choose another one with --data, or use --store memory.',
    );
  }
  let unlock = (): void => {};
  try {
    unlock = lockFolder(folder);
    return new SqliteStore(options, unlock);
  } catch (error) {
    unlock();
    throw refusalOf(error, folder);
  }
}

class SqliteStore implements Store {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #session: Session;
  readonly #room: Room;
  readonly #documents: SqliteDocuments;
  readonly #memos: SqliteMemos;
  readonly #queues: SqliteQueues;
  readonly #logs: SqliteLogs;
  readonly #timers: SqliteTimers;
  readonly #sync: WalSync;
  readonly #checkpoints: Checkpoints;
  readonly #loop: CommitLoop;
  readonly #freePages: Statement<{ freelist_count: number }>;
  readonly #unlock: () => void;
  readonly #relaxedTimer: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;
  #batchSizes: number[] = [];
  #commitSeconds: number[] = [];

  constructor(options: SqliteOptions, unlock: () => void) {
    this.#path = databaseIn(options.folder);
    this.#db = openDatabase(this.#path, options);
    this.#unlock = unlock;
    this.#session = new Session(this.#db);
    this.#documents = new SqliteDocuments(this.#session);
    this.#memos = new SqliteMemos(this.#session);
    this.#freePages = this.#session.statement('PRAGMA freelist_count');
    this.#room = new Room(this.#db, this.#path, options.pagesMax);
    this.#session.onForget(() => this.#room.committed());
    this.#queues = new SqliteQueues(this.#session, this.#room);
    this.#logs = new SqliteLogs(this.#session, this.#room);
    this.#timers = new SqliteTimers(this.#session);
    this.#sync = new WalSync(logIn(options.folder), options.syncFile ?? fdatasync);
    this.#checkpoints = new Checkpoints(this.#db, this.#path, this.#room);
    const relaxed = options.durability === 'relaxed';
    this.#loop = new CommitLoop({
      session: this.#session,
      nowMs: () => options.clock.nowMs(),
      transaction: () => this.#transaction(),
      flush: () => {
        this.#queues.flush();
        this.#memos.flush();
      },
      durable: (done, failed) => (relaxed ? done() : this.#sync.after(done, failed)),
      pending: () => !relaxed && this.#sync.busy,
      broken: () => this.#sync.broken,
      onCommit: (callers, wrote) => this.#committed(callers, wrote),
      onDurable: (seconds) => keep(this.#commitSeconds, seconds),
    });
    if (relaxed) this.#relaxedTimer = this.#syncEachSecond();
  }

  transact<T>(run: (tx: Transaction) => Awaitable<T>): Promise<T> {
    // The loop keeps results untyped; each comes back to the caller that handed the function in.
    return this.#loop.submit(run) as Promise<T>;
  }

  async reclaim(): Promise<boolean> {
    return this.transact(() => {
      const documents = this.#documents.reclaim(RECLAIM_ROWS);
      const memos = this.#memos.reclaim(RECLAIM_ROWS);
      const queues = this.#queues.reclaim(RECLAIM_ROWS);
      return this.#returnFreePages() || documents || memos || queues;
    });
  }

  stats(): StoreStats {
    const commitBatchSizes = this.#batchSizes;
    const commitSeconds = this.#commitSeconds;
    this.#batchSizes = [];
    this.#commitSeconds = [];
    const databaseBytes = statSync(this.#path).size + this.#checkpoints.logBytes;
    return { engine: 'sqlite', databaseBytes, commitBatchSizes, commitSeconds };
  }

  failure(): Error | undefined {
    return this.#sync.broken;
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    await this.#loop.close();
    clearInterval(this.#relaxedTimer);
    await this.#checkpoints.close();
    try {
      this.#sync.close();
    } finally {
      this.#db.close();
      this.#unlock();
    }
  }

  #transaction(): Transaction {
    return {
      nowMs: this.#session.nowMs,
      documents: this.#documents,
      memos: this.#memos,
      queues: this.#queues,
      logs: this.#logs,
      timers: this.#timers,
    };
  }

  #committed(callers: number, wrote: boolean): void {
    this.#room.committed();
    if (!wrote) return;
    keep(this.#batchSizes, callers);
    this.#checkpoints.committed();
  }

  #returnFreePages(): boolean {
    const freePages = this.#freePages.get()?.freelist_count ?? 0;
    if (freePages <= FREE_PAGES_KEPT + FREE_PAGES_RETURNED) return false;
    this.#session.willWrite();
    this.#db.exec(`PRAGMA incremental_vacuum(${FREE_PAGES_RETURNED})`);
    return true;
  }

  #syncEachSecond(): NodeJS.Timeout {
    const ignore = () => {};
    return setInterval(() => this.#sync.after(ignore, ignore), RELAXED_SYNC_MS).unref();
  }
}

function openDatabase(path: string, options: SqliteOptions): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 5_000 });
  try {
    // First of all: even setting a mode writes, and a newer version's data is not ours to write.
    const found = schemaVersionOf(db, options.folder);
    db.exec(`
      PRAGMA auto_vacuum = INCREMENTAL;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA wal_autocheckpoint = 0;
      PRAGMA journal_size_limit = ${LOG_BYTES_KEPT};
      PRAGMA cache_size = -${PAGE_CACHE_KIB};
      PRAGMA temp_store = MEMORY;
    `);
    if (options.pagesMax !== undefined) db.exec(`PRAGMA max_page_count = ${options.pagesMax}`);
    migrate(db, found);
    // The log's file exists from the first write on, and `WalSync` opens it; this also finds out
    // at start whether the folder can be written.
    db.exec(`INSERT INTO counters VALUES ('opened', 1)
      ON CONFLICT (name) DO UPDATE SET reserved = reserved + 1`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function keep(observations: number[], observation: number): void {
  if (observations.length < OBSERVATIONS_MAX) observations.push(observation);
}
