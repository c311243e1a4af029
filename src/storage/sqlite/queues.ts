/** The queues shape on SQLite. Which entries a claim takes is decided in `claims.ts`. */
import type {
  Claim,
  Entry,
  EntryPhase,
  EntryState,
  NewEntry,
  QueueCounts,
  QueueRef,
  Queues,
} from '../port.ts';
import { Appends } from './appends.ts';
import { Claims } from './claims.ts';
import { ENTRY_QUERY, type EntryRow, entryOf, entryStateOf, FRESH } from './entry-row.ts';
import { Lanes } from './lanes.ts';
import { Payloads } from './payloads.ts';
import { hides, type QueueRow, QueueTable } from './queue-table.ts';
import type { Room } from './room.ts';
import { Counter, type Session, type Statement } from './session.ts';

export class SqliteQueues implements Queues {
  readonly #session: Session;
  readonly #room: Room;
  readonly #table: QueueTable;
  readonly #lanes: Lanes;
  readonly #claims: Claims;
  readonly #sequences: Counter;
  readonly #appends: Appends;
  readonly #payloads: Payloads;
  readonly #sql;
  /** Who removes an entry has looked at it before, as a rule. An entry never changes its lane. */
  #lastFound: { readonly sequence: number; readonly lane: number | null } | undefined;

  constructor(session: Session, room: Room) {
    this.#session = session;
    this.#room = room;
    this.#table = new QueueTable(session);
    this.#lanes = new Lanes(session);
    this.#sequences = new Counter(session, 'sequence');
    this.#appends = new Appends(session);
    this.#payloads = new Payloads(session);
    this.#claims = new Claims(session, {
      ...{ table: this.#table, lanes: this.#lanes, payloads: this.#payloads },
      nextSequence: () => this.#sequences.next,
      remove: (queue, sequence) => {
        const removed = this.#remove(queue, sequence);
        this.#lanes.settle();
        return removed;
      },
    });
    this.#sql = prepare(session);
  }

  append(ref: QueueRef, entries: readonly NewEntry[]): number[] {
    for (const { payload } of entries) this.#room.take(payload);
    return this.#appendAll(ref, entries);
  }

  #appendAll(ref: QueueRef, entries: readonly NewEntry[]): number[] {
    const queue = this.#table.findOrCreate(ref);
    this.#session.willWrite();
    this.#table.changed(queue);
    return entries.map((entry) => this.#append(queue, entry));
  }

  claim(ref: QueueRef, claim: Claim): Entry[] {
    const queue = this.#find(ref);
    if (queue === undefined || queue.total === 0) return [];
    this.#lanes.settle();
    return this.#claims.claim(queue, claim);
  }

  find(ref: QueueRef, sequence: number): EntryState | undefined {
    const queue = this.#find(ref);
    const row = queue && this.#sql.find.get(queue.id, sequence);
    if (row === undefined) return undefined;
    this.#lastFound = { sequence, lane: row.lane };
    return entryStateOf(row);
  }

  extend(ref: QueueRef, sequence: number, visibleAtMs: number): boolean {
    return this.#change(ref, sequence, visibleAtMs, this.#sql.extend);
  }

  release(ref: QueueRef, sequence: number): boolean {
    return this.#change(ref, sequence, this.#session.nowMs, this.#sql.release);
  }

  remove(ref: QueueRef, sequence: number): boolean {
    const queue = this.#find(ref);
    return queue !== undefined && this.#remove(queue, sequence);
  }

  move(from: QueueRef, sequence: number, to: QueueRef, entry: NewEntry): number | undefined {
    if (!this.remove(from, sequence)) return undefined;
    // No question of room: it adds no more than it took away.
    return this.#appendAll(to, [entry])[0];
  }

  count(ref: QueueRef): QueueCounts {
    const queue = this.#find(ref);
    if (queue === undefined) return { visible: 0, claimed: 0, delayed: 0 };
    const hidden = this.#sql.countHidden.get(queue.id, this.#session.nowMs);
    const claimed = hidden?.claimed ?? 0;
    const delayed = hidden?.delayed ?? 0;
    return { visible: queue.total - claimed - delayed, claimed, delayed };
  }

  countClaimed(ref: QueueRef, limit: number): number {
    const queue = this.#find(ref);
    if (queue === undefined) return 0;
    return this.#sql.countClaimed.get(queue.id, this.#session.nowMs, limit)?.claimed ?? 0;
  }

  peek(
    ref: QueueRef,
    page: { readonly phase?: EntryPhase; readonly after?: number; readonly limit: number },
  ): Entry[] {
    const queue = this.#find(ref);
    if (queue === undefined) return [];
    const statement = this.#sql.peek[page.phase ?? 'any'];
    const after = page.after ?? 0;
    return statement
      .all(queue.id, after, this.#session.nowMs, page.limit)
      .map((row) => entryOf(row, this.#payloads.get(row.sequence)));
  }

  /**
   * The first entry is the oldest, except for entries that were moved here with an earlier enqueue
   * time; those have an index of their own.
   */
  oldestEnqueuedAtMs(ref: QueueRef): number | undefined {
    const queue = this.#find(ref);
    return queue && this.#oldest(queue)?.enqueued_at;
  }

  nextVisibleAtMs(ref: QueueRef): number | undefined {
    const queue = this.#find(ref);
    if (queue === undefined) return undefined;
    if (queue.ordered) {
      this.#lanes.settle();
      return this.#lanes.nextAvailableAtMs(queue);
    }
    return this.#claims.nextVisibleAtMs(queue);
  }

  redelay(ref: QueueRef, delayMs: number, withinMs: number): void {
    const queue = this.#find(ref);
    if (queue === undefined) return;
    const { nowMs } = this.#session;
    this.#session.willWrite();
    const sinceMs = nowMs - withinMs;
    const before = this.#sql.lastBefore.get(queue.id, sinceMs)?.sequence ?? 0;
    const lanes = this.#sql.redelayedLanes.all(queue.id, before, sinceMs);
    queue.hiddenUntilMs = 0;
    this.#sql.redelay.write(delayMs, delayMs, nowMs, queue.id, before, sinceMs);
    for (const { lane } of lanes) this.#lanes.touch(queue, lane);
  }

  expire(ref: QueueRef, enqueuedAtMs: number, limit: number): boolean {
    const queue = this.#find(ref);
    if (queue === undefined) return false;
    for (let looked = 0; ; looked++) {
      const oldest = this.#oldest(queue);
      if (oldest === undefined || oldest.enqueued_at > enqueuedAtMs) return false;
      if (looked === limit) return true;
      this.#remove(queue, oldest.sequence);
    }
  }

  purge(ref: QueueRef): void {
    const queue = this.#find(ref);
    if (queue === undefined) return;
    this.#lanes.settle();
    this.#table.discard(queue);
  }

  /** Part of every commit. */
  flush(): void {
    this.#appends.settle();
    this.#lanes.settle();
    this.#table.flush();
  }

  /** Deletes rows of purged queues; answers whether more are left. */
  reclaim(limit: number): boolean {
    this.#appends.settle();
    const purged = this.#sql.purged.get();
    if (purged === undefined) return false;
    this.#session.willWrite();
    this.#sql.deletePayloads.write(purged.id, limit);
    if (this.#sql.deleteEntries.run(purged.id, limit) === limit) return true;
    if (this.#sql.deleteLanes.run(purged.id, limit) === limit) return true;
    this.#sql.deleteQueue.write(purged.id);
    return true;
  }

  /** A queue whose entries are all in the database. */
  #find(ref: QueueRef): QueueRow | undefined {
    this.#appends.settle();
    return this.#table.find(ref);
  }

  #append(queue: QueueRow, entry: NewEntry): number {
    const { visibleAtMs, enqueuedAtMs, group } = entry;
    if (queue.ordered && group === undefined) {
      throw new TypeError('an entry of an ordered queue needs a group');
    }
    const sequence = this.#sequences.take();
    const state = visibleAtMs <= this.#session.nowMs ? FRESH : 1;
    if (group !== undefined) queue.lanedFrom ??= sequence;
    const laned = queue.lanedFrom !== undefined;
    const lane = laned ? this.#lanes.join(queue, group ?? '', sequence, visibleAtMs) : null;
    const aged = enqueuedAtMs < queue.lastEnqueuedAtMs;
    if (!aged) queue.lastEnqueuedAtMs = enqueuedAtMs;
    this.#appends.add({
      queue: queue.id,
      sequence,
      state,
      visibleAtMs,
      lane,
      enqueuedAtMs,
      aged: aged ? 1 : null,
      payload: entry.payload,
    });
    this.#payloads.remember(sequence, entry.payload);
    if (state !== FRESH) hides(queue, visibleAtMs);
    queue.total++;
    return sequence;
  }

  #remove(queue: QueueRow, sequence: number): boolean {
    this.#session.willWrite();
    const lane = this.#laneOf(queue, sequence);
    if (this.#sql.removeEntry.run(queue.id, sequence) === 0) return false;
    this.#payloads.remove(sequence);
    this.#table.changed(queue);
    queue.total--;
    if (lane !== null) this.#lanes.touch(queue, lane);
    return true;
  }

  /** Gives an entry another instant at which it is visible. */
  #change(
    ref: QueueRef,
    sequence: number,
    visibleAtMs: number,
    update: Statement<unknown>,
  ): boolean {
    const queue = this.#find(ref);
    if (queue === undefined) return false;
    this.#session.willWrite();
    if (update.run(visibleAtMs, queue.id, sequence) === 0) return false;
    hides(queue, visibleAtMs);
    const lane = this.#laneOf(queue, sequence);
    if (lane !== null) this.#lanes.touch(queue, lane);
    return true;
  }

  /** A look of its own: RETURNING costs more than a DELETE or an UPDATE itself. */
  #laneOf(queue: QueueRow, sequence: number): number | null {
    if (queue.lanedFrom === undefined) return null;
    if (this.#lastFound?.sequence === sequence) return this.#lastFound.lane;
    return this.#sql.laneOf.get(queue.id, sequence)?.lane ?? null;
  }

  #oldest(queue: QueueRow): { sequence: number; enqueued_at: number } | undefined {
    const first = this.#sql.first.get(queue.id);
    const aged = this.#sql.oldestAged.get(queue.id);
    if (first === undefined || aged === undefined) return first;
    return aged.enqueued_at < first.enqueued_at ? aged : first;
  }
}

type Age = { sequence: number; enqueued_at: number };

function prepare(session: Session) {
  const peek = (condition: string) =>
    session.statement<EntryRow>(
      `${ENTRY_QUERY} WHERE e.queue = ? AND e.sequence > ? AND ${condition}
         ORDER BY e.sequence LIMIT ?`,
    );
  return {
    removeEntry: session.statement('DELETE FROM entries WHERE queue = ? AND sequence = ?'),
    laneOf: session.statement<{ lane: number | null }>(
      'SELECT lane FROM entries WHERE queue = ? AND sequence = ?',
    ),
    find: session.statement<EntryRow>(`${ENTRY_QUERY} WHERE e.queue = ? AND e.sequence = ?`),
    extend: session.statement(
      `UPDATE entries SET visible_at = ?, state = CASE WHEN claims > 0 THEN 2 ELSE 1 END
         WHERE queue = ? AND sequence = ?`,
    ),
    release: session.statement(
      `UPDATE entries SET visible_at = ?, claims = max(claims - 1, 0),
           state = CASE WHEN claims > 1 THEN 2 ELSE 1 END,
           first_claimed_at = CASE WHEN claims > 1 THEN first_claimed_at END
         WHERE queue = ? AND sequence = ?`,
    ),
    countHidden: session.statement<{ claimed: number | null; delayed: number | null }>(
      `SELECT sum(state = 2) AS claimed, sum(state = 1) AS delayed FROM entries
         WHERE queue = ? AND visible_at > ? AND state > 0`,
    ),
    countClaimed: session.statement<{ claimed: number }>(
      `SELECT count(*) AS claimed FROM (SELECT 1 FROM entries
         WHERE queue = ? AND visible_at > ? AND state > 0 AND state = 2 LIMIT ?)`,
    ),
    peek: {
      any: peek('? IS NOT NULL'),
      visible: peek('(e.state = 0 OR e.visible_at <= ?)'),
      delayed: peek('e.visible_at > ? AND e.state > 0 AND e.state = 1'),
      claimed: peek('e.visible_at > ? AND e.state > 0 AND e.state = 2'),
    },
    first: session.statement<Age>(
      'SELECT sequence, enqueued_at FROM entries WHERE queue = ? ORDER BY sequence LIMIT 1',
    ),
    oldestAged: session.statement<Age>(
      `SELECT sequence, enqueued_at FROM entries WHERE queue = ? AND aged = 1
         ORDER BY enqueued_at, sequence LIMIT 1`,
    ),
    lastBefore: session.statement<{ sequence: number }>(
      `SELECT sequence FROM entries WHERE queue = ? AND enqueued_at <= ? AND aged IS NULL
         ORDER BY sequence DESC LIMIT 1`,
    ),
    redelayedLanes: session.statement<{ lane: number }>(
      `SELECT DISTINCT lane FROM entries WHERE queue = ? AND sequence > ? AND claims = 0
         AND enqueued_at > ? AND lane IS NOT NULL`,
    ),
    redelay: session.statement(
      `UPDATE entries SET visible_at = enqueued_at + ?,
           state = CASE WHEN enqueued_at + ? > ? THEN 1 ELSE state END
         WHERE queue = ? AND sequence > ? AND claims = 0 AND enqueued_at > ?`,
    ),
    purged: session.statement<{ id: number }>('SELECT id FROM queues WHERE key IS NULL LIMIT 1'),
    deletePayloads: session.statement(
      `DELETE FROM payloads WHERE sequence IN
         (SELECT sequence FROM entries WHERE queue = ? ORDER BY sequence LIMIT ?)`,
    ),
    deleteEntries: session.statement(
      `DELETE FROM entries WHERE (queue, sequence) IN
         (SELECT queue, sequence FROM entries WHERE queue = ? ORDER BY sequence LIMIT ?)`,
    ),
    deleteLanes: session.statement(
      'DELETE FROM lanes WHERE id IN (SELECT id FROM lanes WHERE queue = ? LIMIT ?)',
    ),
    deleteQueue: session.statement('DELETE FROM queues WHERE id = ?'),
  };
}
