/**
 * Brings a data folder to this version's schema. `PRAGMA user_version` holds the number of the last
 * migration; each runs in a transaction of its own, and a number that we do not know is refused.
 * To change the schema: add the next numbered file and list it here.
 */
import type { DatabaseSync } from 'node:sqlite';
import { StorageRefused } from '../../errors.ts';
import { sql as shapes } from './0001-shapes.ts';
import { sql as memos } from './0002-memos.ts';

const migrations: readonly string[] = [shapes, memos];

export const SCHEMA_VERSION = migrations.length;

/** Marks a database as ours in its header: "WayS". Data from before there was a mark has 0. */
export const APPLICATION_ID = 0x57617953;

/**
 * The schema that the data has; 0 for a new database. Throws StorageRefused for a newer one, and
 * for what is no data of ours.
 */
export function schemaVersionOf(db: DatabaseSync, folder: string): number {
  const marked = db.prepare('PRAGMA application_id').get() as { application_id: number };
  if (![0, APPLICATION_ID].includes(marked.application_id)) {
    throw new StorageRefused(
      `The database in ${folder} was not written by Waystation. Choose another folder with --data.`,
    );
  }
  const row = db.prepare('PRAGMA user_version').get() as { user_version: number };
  const found = row.user_version;
  if (found > SCHEMA_VERSION) {
    throw new StorageRefused(
      `The data in ${folder} was written by a newer Waystation (schema ${found}; this one knows ` +
        `${SCHEMA_VERSION}). Start that version, or choose another folder with --data.`,
    );
  }
  return found;
}

export function migrate(db: DatabaseSync, found: number): void {
  for (let number = found; number < SCHEMA_VERSION; number++) {
    db.exec('BEGIN IMMEDIATE');
    try {
      db.exec(migrations[number] as string);
      db.exec(`PRAGMA user_version = ${number + 1}`);
      db.exec('COMMIT');
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  }
  const marked = db.prepare('PRAGMA application_id').get() as { application_id: number };
  if (marked.application_id === 0) db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
}

/** Makes the tables of a schema in an empty database, to compare others with. */
export function createSchema(db: DatabaseSync, schema: number): void {
  for (const sql of migrations.slice(0, schema)) db.exec(sql);
}
