/** Documents in memory: a map by key, with the keys and the expiry instants kept in order. */
import { VersionConflict } from '../errors.ts';
import type { Document, Documents, DocumentWrite } from '../port.ts';
import type { Journal } from './journal.ts';
import { BTree, byUtf8 } from './ordered-map.ts';

interface Expiry {
  readonly key: string;
  readonly expiresAtMs: number;
}

interface Stored extends Expiry {
  readonly document: Document<unknown>;
}

export class MemoryDocuments implements Documents {
  readonly #journal: Journal;
  readonly #byKey = new Map<string, Stored>();
  readonly #inOrder = new BTree<string, Stored>(undefined, byUtf8);
  readonly #expiring = new BTree<Expiry, undefined>(
    undefined,
    (a, b) => a.expiresAtMs - b.expiresAtMs || byUtf8(a.key, b.key),
  );

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  get<T>(key: string): Document<T> | undefined {
    return this.#live(key) as Document<T> | undefined;
  }

  put(key: string, value: unknown, options: DocumentWrite = {}): number {
    const { expectedVersion, expiresAtMs = Number.POSITIVE_INFINITY } = options;
    const version = this.#live(key)?.version ?? 0;
    if (expectedVersion !== undefined && expectedVersion !== version) {
      throw new VersionConflict(`${key} has version ${version}, not ${expectedVersion}`);
    }
    this.#write(key, { key, expiresAtMs, document: { key, value, version: version + 1 } });
    return version + 1;
  }

  delete(key: string): boolean {
    if (this.#live(key) === undefined) return false;
    this.#write(key, undefined);
    return true;
  }

  list<T>(
    prefix: string,
    page: { readonly after?: string; readonly limit: number },
  ): Document<T>[] {
    const { after, limit } = page;
    const from = after !== undefined && byUtf8(after, prefix) > 0 ? after : prefix;
    const found: Document<T>[] = [];
    if (limit < 1) return found;
    for (const [key, stored] of this.#inOrder.entries(from)) {
      if (!key.startsWith(prefix)) break;
      if (key === after || stored.expiresAtMs <= this.#journal.nowMs) continue;
      found.push(stored.document as Document<T>);
      if (found.length === limit) break;
    }
    return found;
  }

  /** Drops expired documents, at most `limit` of them. True: more are left. */
  reclaim(nowMs: number, limit: number): boolean {
    for (let dropped = 0; ; dropped += 1) {
      const first = this.#expiring.minKey();
      if (first === undefined || first.expiresAtMs > nowMs) return false;
      if (dropped === limit) return true;
      this.#replace(first.key, undefined);
    }
  }

  #live(key: string): Document<unknown> | undefined {
    const stored = this.#byKey.get(key);
    if (stored === undefined || stored.expiresAtMs <= this.#journal.nowMs) return undefined;
    return stored.document;
  }

  #write(key: string, next: Stored | undefined): void {
    const previous = this.#byKey.get(key);
    this.#replace(key, next);
    this.#journal.record(() => this.#replace(key, previous));
  }

  #replace(key: string, next: Stored | undefined): void {
    const previous = this.#byKey.get(key);
    if (previous !== undefined) {
      this.#byKey.delete(key);
      this.#inOrder.delete(key);
      if (Number.isFinite(previous.expiresAtMs)) this.#expiring.delete(previous);
    }
    if (next !== undefined) {
      this.#byKey.set(key, next);
      this.#inOrder.set(key, next);
      if (Number.isFinite(next.expiresAtMs)) this.#expiring.set(next, undefined);
    }
  }
}
