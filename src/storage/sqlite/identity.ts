/**
 * Whose data a database is: the mark in its header, the schema's number, and the schema itself.
 * https://sqlite.org/fileformat2.html#the_database_header
 */
import type { DatabaseSync } from 'node:sqlite';
import { StorageRefused } from '../errors.ts';
import { APPLICATION_ID, createSchema, SCHEMA_VERSION } from './migrations/index.ts';

const HEADER_BYTES = 100;
const MAGIC = 'SQLite format 3\0';
const USER_VERSION_OFFSET = 60;
const APPLICATION_ID_OFFSET = 68;

interface Marks {
  readonly applicationId: number;
  readonly schema: number;
}

/** Reads the marks of a file's first bytes, without opening it. Throws StorageRefused. */
export function marksOf(header: Uint8Array, name: string): Marks {
  const isDatabase =
    header.length >= HEADER_BYTES &&
    new TextDecoder('latin1').decode(header.subarray(0, MAGIC.length)) === MAGIC;
  if (!isDatabase) throw new StorageRefused(`${name} is no database, so it is no backup.`);
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  return {
    applicationId: view.getInt32(APPLICATION_ID_OFFSET),
    schema: view.getInt32(USER_VERSION_OFFSET),
  };
}

export function marksIn(db: DatabaseSync): Marks {
  const number = (pragma: string): number =>
    Number(Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
  return { applicationId: number('application_id'), schema: number('user_version') };
}

/**
 * Throws StorageRefused when this version cannot use data with these marks. Data from before there
 * was a mark has 0 for it. `name` begins a sentence, such as `The database in …`.
 */
export function refuseForeign({ applicationId, schema }: Marks, name: string): void {
  if ((applicationId !== 0 && applicationId !== APPLICATION_ID) || schema < 1) {
    throw new StorageRefused(`${name} was not written by Waystation.`);
  }
  if (schema <= SCHEMA_VERSION) return;
  throw new StorageRefused(
    `${name} was written by a newer Waystation (schema ${schema}; this one knows ` +
      `${SCHEMA_VERSION}). Use that version.`,
  );
}

interface SchemaRow {
  type: string;
  name: string;
  sql: string | null;
}

/** Tables and indexes that the schema's number promises and the database has not, or has others. */
export function schemaDifferences(db: DatabaseSync, empty: DatabaseSync): string[] {
  const found = readSchema(db);
  createSchema(empty, marksIn(db).schema);
  const differences: string[] = [];
  for (const [name, sql] of readSchema(empty)) {
    const other = found.get(name);
    if (other === undefined) differences.push(`${name} is missing`);
    else if (other !== sql) differences.push(`${name} is another`);
  }
  return differences;
}

function readSchema(db: DatabaseSync): Map<string, string> {
  const rows = db.prepare('SELECT type, name, sql FROM sqlite_schema').all() as unknown;
  // The shape is that of the columns in the line above.
  return new Map(
    (rows as SchemaRow[]).map(({ type, name, sql }) => [`${type} ${name}`, sql ?? '']),
  );
}
