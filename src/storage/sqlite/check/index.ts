/**
 * Looks at a data folder without changing it, beside a server or without one. Each question is a
 * statement of its own and sees one instant, so none of them holds an old state for long.
 */
import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../../core/environment.ts';
import { type Problem, RESTORE_REMEDY } from '../../../core/problem.ts';
import type { QueueRef, Transaction } from '../../port.ts';
import { databaseIn, isServed, logIn, openForReading, sizeText } from '../data-folder.ts';
import { SqliteDocuments } from '../documents.ts';
import { marksIn, refuseForeign, schemaDifferences } from '../identity.ts';
import { SqliteLogs } from '../logs.ts';
import { FINGERPRINT_BYTES } from '../memo-index.ts';
import { SqliteMemos } from '../memos.ts';
import { SCHEMA_VERSION } from '../migrations/index.ts';
import { SqliteQueues } from '../queues.ts';
import { damageOf, refusalOf } from '../refusal.ts';
import { PAGE_BYTES, Room } from '../room.ts';
import { Session } from '../session.ts';
import { SqliteTimers } from '../timers.ts';
import { damageProblem } from './damage.ts';
import { type Invariant, type InvariantRow, invariants } from './invariants.ts';
import { readLog } from './log-file.ts';
import { memoProblems } from './memos.ts';

const CACHE_KIB = 65_536;

const OLD_SCHEMA =
  'An earlier version wrote this: what queues and topics keep is not looked at. Start the server ' +
  'on the folder once, which brings it to the present schema, and check again.';

/** What the port does not list: which queues there are, and which sequences were given out. */
export interface StoredKeys {
  queues(): QueueRef[];
  /** Every sequence in use is lower. */
  nextSequence(): number;
}

export interface Check {
  /** All that is stored, for reading; undefined where the schema is old or lacks something. */
  readonly tx: Transaction | undefined;
  readonly keys: StoredKeys;
  /** Lines about what is there. */
  facts(): string[];
  /** What is wrong with the tables. `nameOf` tells what users call the queue of a key. */
  problems(nameOf: (key: string) => string): Problem[];
  /** Runs what asks several questions and must get one answer, in a transaction. */
  atOneInstant<T>(run: () => Promise<T>): Promise<T>;
  close(): void;
}

/** `note` is told of each step. Throws StorageRefused when there is nothing that can be checked. */
export function openForCheck(folder: string, clock: Clock, note: (text: string) => void): Check {
  const served = isServed(folder);
  // While a server writes the log, its file and the header in memory are never of one instant.
  const logProblems = served ? [] : readLog(logIn(folder));
  const db = openForReading(folder);
  try {
    const marks = marksIn(db);
    refuseForeign(marks, `The database in ${folder}`);
    const isCurrent = marks.schema === SCHEMA_VERSION;
    db.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
    const differences = differencesIn(db);
    return {
      tx:
        isCurrent && differences.length === 0
          ? transactionOf(db, folder, clock.nowMs())
          : undefined,
      keys: keysOf(db),
      facts: () => factsOf(db, folder, served),
      problems: (nameOf) => [
        ...logProblems,
        ...differences.map(schemaProblem),
        ...problemsOf(db, isCurrent, nameOf, note),
      ],
      async atOneInstant(run) {
        db.exec('BEGIN');
        try {
          return await run();
        } finally {
          db.exec('COMMIT');
        }
      },
      close: () => db.close(),
    };
  } catch (error) {
    db.close();
    throw refusalOf(error, folder);
  }
}

function differencesIn(db: DatabaseSync): string[] {
  const empty = new DatabaseSync(':memory:');
  try {
    return schemaDifferences(db, empty);
  } finally {
    empty.close();
  }
}

function transactionOf(db: DatabaseSync, folder: string, nowMs: number): Transaction {
  const session = new Session(db);
  session.beginFunction(nowMs);
  const room = new Room(db, databaseIn(folder), undefined);
  return {
    nowMs,
    documents: new SqliteDocuments(session),
    memos: new SqliteMemos(session),
    queues: new SqliteQueues(session, room),
    logs: new SqliteLogs(session, room),
    timers: new SqliteTimers(session),
  };
}

function keysOf(db: DatabaseSync): StoredKeys {
  const queues = 'SELECT key, ordered FROM queues WHERE key IS NOT NULL ORDER BY key';
  const reserved = "SELECT reserved FROM counters WHERE name = 'sequence'";
  return {
    queues: () =>
      db
        .prepare(queues)
        .all()
        .map(({ key, ordered }) => ({ key: String(key), ordered: ordered === 1 })),
    nextSequence: () => Number(db.prepare(reserved).get()?.reserved ?? 1),
  };
}

function factsOf(db: DatabaseSync, folder: string, served: boolean): string[] {
  const number = (sql: string): number => Number(Object.values(db.prepare(sql).get() ?? {})[0]);
  const count = (table: string, what = 'count(*)'): string => {
    try {
      return number(`SELECT ${what} FROM ${table}`).toLocaleString('en-US');
    } catch {
      return 'unreadable';
    }
  };
  const { schema } = marksIn(db);
  const isCurrent = schema === SCHEMA_VERSION;
  const fingerprints = `coalesce(sum(length(fingerprints)), 0) / ${FINGERPRINT_BYTES}`;
  const memos = isCurrent ? count('memos', fingerprints) : '0';
  const logBytes = statSync(logIn(folder), { throwIfNoEntry: false })?.size ?? 0;
  const freeBytes = number('PRAGMA freelist_count') * PAGE_BYTES;
  return [
    `${folder}: schema ${schema}, ${served ? 'a server is using it' : 'no server is using it'}.`,
    `Database: ${sizeText(number('PRAGMA page_count') * PAGE_BYTES)}, ` +
      `${sizeText(freeBytes)} of it free for reuse. Write-ahead log: ${sizeText(logBytes)}` +
      (logBytes > 0 && !served ? ', which the next start reads.' : '.'),
    `Queues: ${count('queues WHERE key IS NOT NULL')}, entries: ${count('entries')}, ` +
      `documents: ${count('documents')}, ` +
      `memos: ${memos}, timers: ${count('timers')}, ` +
      `logs: ${count('logs')} with ${count('records')} records.`,
    ...(isCurrent ? [] : [OLD_SCHEMA]),
  ];
}

function problemsOf(
  db: DatabaseSync,
  isCurrent: boolean,
  nameOf: (key: string) => string,
  note: (text: string) => void,
): Problem[] {
  note('Reading every page of the database');
  const damage = damageOf(db, 'integrity_check');
  const problems = [...new Set(damage)].map(damageProblem);
  note('Comparing the tables with each other');
  const looks = invariants.map((invariant) => () => breachesOf(db, invariant, nameOf));
  if (isCurrent) looks.push(() => memoProblems(db));
  for (const look of looks) {
    try {
      problems.push(...look());
    } catch (error) {
      // A statement that damage stops finds nothing that was not told already.
      if (problems.length === 0 && differencesIn(db).length === 0) throw error;
    }
  }
  return problems;
}

function breachesOf(
  db: DatabaseSync,
  { sql, problem }: Invariant,
  nameOf: (key: string) => string,
): Problem[] {
  const rows = db.prepare(sql).all() as unknown;
  // The columns are those that every statement of the table answers.
  return (rows as InvariantRow[]).map((row) =>
    problem(row, row.key === null ? 'that was deleted' : nameOf(row.key)),
  );
}

const schemaProblem = (difference: string): Problem => ({
  what: `The schema is not the one of its number: ${difference}.`,
  meaning: 'Another program changed the tables. Calls may fail, be slow or answer wrongly.',
  remedy: RESTORE_REMEDY,
});
