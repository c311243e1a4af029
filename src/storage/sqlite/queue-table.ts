/**
 * The row of each queue, kept in memory and written back once per commit, since every send and
 * receive changes it.
 */
import type { QueueRef } from '../port.ts';
import type { Session } from './session.ts';

export interface QueueRow {
  readonly id: number;
  readonly key: string;
  readonly ordered: boolean;
  /** Entries in the queue. */
  total: number;
  /** Entries from this sequence on belong to lanes; undefined while no entry had a group. */
  lanedFrom: number | undefined;
  /** How much the most served group had been served when it was last chosen. */
  turn: number;
  lastEnqueuedAtMs: number;
  /**
   * A hint, not stored: entries without a lane before this sequence are not fresh, so the search
   * for fresh ones begins here and a claim never walks over what is in flight.
   */
  freshFrom: number;
  /** A hint, not stored: of what is hidden, nothing becomes visible before this instant. */
  hiddenUntilMs: number;
}

interface StoredRow {
  id: number;
  key: string;
  ordered: number;
  total: number;
  laned_from: number | null;
  turn: number;
  last_enqueued_at: number;
}

export class QueueTable {
  readonly #session: Session;
  readonly #rows = new Map<string, QueueRow>();
  readonly #dirty = new Set<QueueRow>();
  readonly #find;
  readonly #create;
  readonly #update;
  readonly #discard;

  constructor(session: Session) {
    this.#session = session;
    session.onForget(() => {
      this.#rows.clear();
      this.#dirty.clear();
    });
    this.#find = session.statement<StoredRow>('SELECT * FROM queues WHERE key = ?');
    this.#create = session.statement<{ id: number }>(
      'INSERT INTO queues VALUES (NULL, ?, ?, 0, NULL, 0, 0) RETURNING id',
    );
    this.#update = session.statement(
      'UPDATE queues SET total = ?, laned_from = ?, turn = ?, last_enqueued_at = ? WHERE id = ?',
    );
    this.#discard = session.statement('UPDATE queues SET key = NULL WHERE id = ?');
  }

  find(ref: QueueRef): QueueRow | undefined {
    const known = this.#rows.get(ref.key);
    if (known !== undefined) return known;
    const stored = this.#find.get(ref.key);
    if (stored === undefined) return undefined;
    const row: QueueRow = {
      id: stored.id,
      key: stored.key,
      ordered: stored.ordered === 1,
      total: stored.total,
      lanedFrom: stored.laned_from ?? undefined,
      turn: stored.turn,
      lastEnqueuedAtMs: stored.last_enqueued_at,
      freshFrom: 0,
      hiddenUntilMs: 0,
    };
    this.#rows.set(ref.key, row);
    return row;
  }

  findOrCreate(ref: QueueRef): QueueRow {
    const found = this.find(ref);
    if (found !== undefined) return found;
    this.#session.willWrite();
    const { id } = this.#create.get(ref.key, ref.ordered ? 1 : 0) as { id: number };
    const row: QueueRow = {
      id,
      key: ref.key,
      ordered: ref.ordered,
      total: 0,
      lanedFrom: undefined,
      turn: 0,
      lastEnqueuedAtMs: 0,
      freshFrom: 0,
      hiddenUntilMs: 0,
    };
    this.#rows.set(ref.key, row);
    return row;
  }

  /** To be called when a row is changed in memory. */
  changed(row: QueueRow): void {
    this.#dirty.add(row);
  }

  /** Forgets a queue; its rows are deleted later, by `reclaim`. */
  discard(row: QueueRow): void {
    this.#session.willWrite();
    this.#discard.write(row.id);
    this.#rows.delete(row.key);
    this.#dirty.delete(row);
  }

  /** Writes changed rows back; part of every commit. */
  flush(): void {
    if (this.#dirty.size === 0) return;
    for (const row of this.#dirty) {
      this.#update.write(row.total, row.lanedFrom ?? null, row.turn, row.lastEnqueuedAtMs, row.id);
    }
    this.#dirty.clear();
  }
}

/** To be called when an entry is hidden, or will be visible at another instant. */
export function hides(queue: QueueRow, untilMs: number): void {
  if (untilMs < queue.hiddenUntilMs) queue.hiddenUntilMs = untilMs;
}
