/** The documents shape on SQLite, with the parsed values of lasting documents kept in memory. */
import { VersionConflict } from '../errors.ts';
import type { Document, Documents, DocumentWrite, Json } from '../port.ts';
import { ExpiredRows } from './expired-rows.ts';
import type { Session } from './session.ts';

/** Lasting documents are few and read by every request; expiring ones are many and read once. */
const CACHED_MAX = 20_000;

/** Sorts after every key that starts with a prefix, in the order of UTF-8 bytes. */
const LAST_CHARACTER = '\u{10FFFF}';

interface Row {
  key: string;
  version: number;
  value: string;
  expires_at: number | null;
}

export class SqliteDocuments implements Documents {
  readonly #session: Session;
  readonly #cache = new Map<string, Document>();
  readonly #get;
  readonly #put;
  readonly #delete;
  readonly #list;
  readonly #expired: ExpiredRows;

  constructor(session: Session) {
    this.#session = session;
    session.onForget(() => this.#cache.clear());
    this.#get = session.statement<Row>('SELECT * FROM documents WHERE key = ?');
    this.#put = session.statement(
      `INSERT INTO documents VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET
         version = excluded.version, value = excluded.value, expires_at = excluded.expires_at`,
    );
    this.#delete = session.statement('DELETE FROM documents WHERE key = ?');
    this.#list = session.statement<Row>(
      `SELECT * FROM documents WHERE key > ? AND key >= ? AND key < ?
         AND (expires_at IS NULL OR expires_at > ?) ORDER BY key LIMIT ?`,
    );
    this.#expired = new ExpiredRows(session, 'documents', 'key');
  }

  get<T = Json>(key: string): Document<T> | undefined {
    const cached = this.#cache.get(key);
    if (cached !== undefined) return cached as Document<T>;
    const row = this.#live(key);
    if (row === undefined) return undefined;
    const document = { key, value: JSON.parse(row.value) as Json, version: row.version };
    if (row.expires_at === null) this.#keep(document);
    return document as Document<T>;
  }

  put(key: string, value: unknown, options: DocumentWrite = {}): number {
    const { expectedVersion, expiresAtMs } = options;
    const current = this.#cache.get(key)?.version ?? this.#live(key)?.version ?? 0;
    if (expectedVersion !== undefined && expectedVersion !== current) {
      throw new VersionConflict(`${key} has version ${current}, not ${expectedVersion}`);
    }
    const version = current + 1;
    this.#session.willWrite();
    this.#put.write(key, version, JSON.stringify(value), expiresAtMs ?? null);
    this.#cache.delete(key);
    if (expiresAtMs === undefined) this.#keep({ key, value: value as Json, version });
    return version;
  }

  delete(key: string): boolean {
    const existed = this.#cache.has(key) || this.#live(key) !== undefined;
    if (!existed) return false;
    this.#session.willWrite();
    this.#delete.write(key);
    this.#cache.delete(key);
    return true;
  }

  list<T = Json>(
    prefix: string,
    page: { readonly after?: string; readonly limit: number },
  ): Document<T>[] {
    const end = prefix + LAST_CHARACTER;
    const rows = this.#list.all(page.after ?? '', prefix, end, this.#session.nowMs, page.limit);
    return rows.map(({ key, version, value }) => ({ key, version, value: JSON.parse(value) as T }));
  }

  /** Deletes expired documents; answers whether more are left. */
  reclaim(limit: number): boolean {
    return this.#expired.delete(limit);
  }

  #live(key: string): Row | undefined {
    const row = this.#get.get(key);
    if (row === undefined || row.expires_at === null) return row;
    return row.expires_at > this.#session.nowMs ? row : undefined;
  }

  #keep(document: Document): void {
    if (this.#cache.size >= CACHED_MAX) this.#cache.clear();
    this.#cache.set(document.key, document);
  }
}
