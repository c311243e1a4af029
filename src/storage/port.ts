/**
 * The storage port: five shapes (documents, memos, queues, logs, timers) and one transaction that
 * spans them. It knows no AWS word. Engines live in sibling folders; the contract that they all
 * keep is executable: `tests/contract/*.suite.ts`.
 *
 * Time is a predicate. Every transaction has one instant, `tx.nowMs`; an entry is visible when
 * `visibleAtMs <= tx.nowMs`, a document or a memo is gone when `expiresAtMs <= tx.nowMs`, a timer
 * is due when `dueAtMs <= tx.nowMs`. Nothing has to run for any of that to become true. Instants
 * are milliseconds, and an engine keeps their fractions.
 */

export type Awaitable<T> = T | Promise<T>;

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

export interface Store {
  /**
   * Runs `run` in a transaction and resolves with its result once the outcome is as durable as the
   * store promises. When `run` throws, nothing of it stays and the promise rejects with what it
   * threw. `run` may await nothing but `tx`: an engine commits several callers' work together, so
   * whoever waits for a socket in here holds up all of them.
   * Rejects with StorageFull or StorageUnavailable when the commit fails.
   */
  transact<T>(run: (tx: Transaction) => Awaitable<T>): Promise<T>;

  /**
   * Gives back the space of what no call can reach any more (expired documents, purged queues), at
   * most a few milliseconds' worth. Resolves with true when there is more to do.
   */
  reclaim(): Promise<boolean>;

  stats(): StoreStats;

  /** Why no write can succeed until the store is opened anew, if that is so. */
  failure(): Error | undefined;

  /** Finishes what was accepted, then lets go of files and connections. */
  close(): Promise<void>;
}

export interface StoreStats {
  readonly engine: string;
  /** Bytes on disk, write-ahead log included; 0 for an engine without a disk. */
  readonly databaseBytes: number;
  /** The commits since the last call of `stats`: how many callers each of them served. */
  readonly commitBatchSizes: readonly number[];
  /** The same commits: seconds from beginning the transaction until it was durable. */
  readonly commitSeconds: readonly number[];
}

export interface Transaction {
  /** The instant of this transaction in milliseconds since the epoch. */
  readonly nowMs: number;
  readonly documents: Documents;
  readonly memos: Memos;
  readonly queues: Queues;
  readonly logs: Logs;
  readonly timers: Timers;
}

// ---------------------------------------------------------------- documents

export interface Document<T = Json> {
  readonly key: string;
  /** Read-only: it may be shared with other readers. */
  readonly value: T;
  /** 1 for the first write of a key; one more for each write after that. */
  readonly version: number;
}

export interface DocumentWrite {
  /** Throws VersionConflict unless the stored version is this one; 0 means "must not exist". */
  readonly expectedVersion?: number;
  /** From this instant on the document is gone. */
  readonly expiresAtMs?: number;
}

/** Small JSON values under string keys. Keys are ordered by their UTF-8 bytes. */
export interface Documents {
  get<T = Json>(key: string): Awaitable<Document<T> | undefined>;
  /** Writes and answers the new version. The value must not be changed afterwards. */
  put(key: string, value: unknown, options?: DocumentWrite): Awaitable<number>;
  /** Answers whether the document was there. */
  delete(key: string): Awaitable<boolean>;
  /** At most `limit` documents whose key starts with `prefix` and lies after `after`, in order. */
  list<T = Json>(
    prefix: string,
    page: { readonly after?: string; readonly limit: number },
  ): Awaitable<Document<T>[]>;
}

// ---------------------------------------------------------------- memos

/**
 * JSON values that are remembered under keys for a while: as many as there are messages, and hardly
 * ever asked for again. They are neither changed nor taken back before their time.
 */
export interface Memos {
  /** What was remembered last under the key. Read-only. */
  get<T = Json>(key: string): Awaitable<T | undefined>;
  /**
   * The value must not be changed afterwards. It may take the place of one that ends no later; one
   * that ends later could come back.
   */
  put(key: string, value: unknown, expiresAtMs: number): Awaitable<void>;
  /**
   * Looks through those whose key starts with `prefix`, a page at a time, in no order; one that was
   * replaced may come too. Slow: for those who check what is stored.
   */
  scan<T = Json>(prefix: string, after?: number): Awaitable<MemoPage<T>>;
}

export interface Memo<T> {
  readonly key: string;
  readonly value: T;
}

export interface MemoPage<T> {
  readonly memos: readonly Memo<T>[];
  /** What the next page comes `after`; undefined: there is none. */
  readonly next?: number;
}

// ---------------------------------------------------------------- queues

/**
 * Which queue. `ordered` never changes for a key. An ordered queue hands a group's entries out in
 * sequence, and none of a group while another of it is claimed and hidden. A queue that is not
 * ordered hands out any visible entry; where entries have groups, the group that was served least
 * recently goes first, so that one group's backlog does not hold up another's.
 */
export interface QueueRef {
  readonly key: string;
  readonly ordered: boolean;
}

export interface NewEntry {
  readonly payload: string;
  /** Mandatory on an ordered queue. */
  readonly group?: string;
  readonly visibleAtMs: number;
  /** Age counts from here. */
  readonly enqueuedAtMs: number;
}

/** What is known of an entry without its payload. */
export interface EntryState {
  /** Grows with each append to the store; never used twice, restarts included. */
  readonly sequence: number;
  readonly group?: string;
  readonly visibleAtMs: number;
  readonly enqueuedAtMs: number;
  /** How often it was claimed and not released. */
  readonly claims: number;
  readonly firstClaimedAtMs?: number;
}

export interface Entry extends EntryState {
  readonly payload: string;
}

export interface Claim {
  /** At most this many; 1 to 10 on an ordered queue. */
  readonly limit: number;
  /** The claimed entries are hidden until this instant. */
  readonly visibleAtMs: number;
  /** Entries enqueued at or before this instant are removed in passing instead of claimed. */
  readonly expiredAtMs?: number;
}

export type EntryPhase = 'visible' | 'delayed' | 'claimed';

export interface QueueCounts {
  /** Visible now. Entries of a blocked group count as visible. */
  readonly visible: number;
  /** Claimed and still hidden. */
  readonly claimed: number;
  /** Never claimed and not visible yet. */
  readonly delayed: number;
}

export interface Queues {
  /** Adds the entries at the end, in the order given; answers their sequences. */
  append(queue: QueueRef, entries: readonly NewEntry[]): Awaitable<number[]>;
  /** Hides and answers visible entries, each with its claims one higher. */
  claim(queue: QueueRef, claim: Claim): Awaitable<Entry[]>;
  find(queue: QueueRef, sequence: number): Awaitable<EntryState | undefined>;
  /** Hides an entry until another instant, or shows it at once (`tx.nowMs`). False: not there. */
  extend(queue: QueueRef, sequence: number, visibleAtMs: number): Awaitable<boolean>;
  /** Shows a claimed entry at once and takes its last claim back. False: not there. */
  release(queue: QueueRef, sequence: number): Awaitable<boolean>;
  /** False: not there. */
  remove(queue: QueueRef, sequence: number): Awaitable<boolean>;
  /** Removes an entry here and appends `entry` to another queue; answers the new sequence. */
  move(
    from: QueueRef,
    sequence: number,
    to: QueueRef,
    entry: NewEntry,
  ): Awaitable<number | undefined>;
  count(queue: QueueRef): Awaitable<QueueCounts>;
  /** Entries claimed and still hidden, counted no further than `limit`. */
  countClaimed(queue: QueueRef, limit: number): Awaitable<number>;
  /** Looks without claiming: in sequence order, after `after`, at most `limit`. */
  peek(
    queue: QueueRef,
    page: { readonly phase?: EntryPhase; readonly after?: number; readonly limit: number },
  ): Awaitable<Entry[]>;
  /** The smallest enqueue instant in the queue (or a lower bound of it); undefined when empty. */
  oldestEnqueuedAtMs(queue: QueueRef): Awaitable<number | undefined>;
  /** The next instant at which a hidden entry or a blocked group becomes available, if any. */
  nextVisibleAtMs(queue: QueueRef): Awaitable<number | undefined>;
  /**
   * Sets entries that were never claimed and are younger than `withinMs` to enqueue time +
   * `delayMs`.
   */
  redelay(queue: QueueRef, delayMs: number, withinMs: number): Awaitable<void>;
  /**
   * Removes entries enqueued at or before this instant, oldest first, at most `limit` of them.
   * True: more are left.
   */
  expire(queue: QueueRef, enqueuedAtMs: number, limit: number): Awaitable<boolean>;
  /** Forgets every entry. Its cost does not depend on how many there are. */
  purge(queue: QueueRef): Awaitable<void>;
}

// ---------------------------------------------------------------- logs

export interface LogRecord {
  /** 1 for the first record ever appended to the log; no gaps, never used twice. */
  readonly position: number;
  readonly appendedAtMs: number;
  readonly payload: string;
}

/** Append-only records, read by position. `appendedAtMs` never decreases along a log. */
export interface Logs {
  /** Answers the position of the first of them; the rest follow without a gap. */
  append(log: string, payloads: readonly string[]): Awaitable<number>;
  /** Records from `position` on. */
  read(log: string, position: number, limit: number): Awaitable<LogRecord[]>;
  /**
   * The position of the first record appended at or after the instant; the end where there is none.
   */
  seek(log: string, appendedAtMs: number): Awaitable<number>;
  /** Forgets records before `position`, at most `limit` of them. True: more are left to forget. */
  trim(log: string, position: number, limit: number): Awaitable<boolean>;
  /** First kept position, and the position that the next record will get. */
  bounds(log: string): Awaitable<{ readonly first: number; readonly next: number }>;
}

// ---------------------------------------------------------------- timers

export interface Timer {
  readonly key: string;
  readonly kind: string;
  readonly dueAtMs: number;
  readonly payload: Json;
}

/**
 * Things to do at an instant. A claimed timer comes due again when its lease ends, or when the
 * store is opened anew by a process that nobody shares it with: whoever held the lease is gone.
 */
export interface Timers {
  /** Replaces a timer of the same key, and any lease on it. */
  set(timer: Timer): Awaitable<void>;
  cancel(key: string): Awaitable<boolean>;
  get(key: string): Awaitable<Timer | undefined>;
  /** Due timers, earliest first; each is set to come due again at `leaseUntilMs`. */
  claimDue(page: { readonly limit: number; readonly leaseUntilMs: number }): Awaitable<Timer[]>;
  /** The instant of the earliest timer. */
  nextDueAtMs(): Awaitable<number | undefined>;
}
