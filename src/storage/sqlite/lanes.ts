/**
 * Lanes: the groups of a queue that have entries. They answer which group goes next without looking
 * at the entries of the others.
 *
 * Ordered queue: a lane's rank is the instant at which it becomes available, the latest of its
 * head's and its claimed entries' visibility. At most ten entries of a lane are ever claimed, and
 * they are its first, because nothing is claimed from a lane while a claimed entry is hidden.
 *
 * Other queues: a lane's rank is its turn, the number of its entries that were handed out, counted
 * from the turn at which it (re)appeared. The lane with the lowest rank goes first.
 */
import type { QueueRow } from './queue-table.ts';
import { Counter, type Session } from './session.ts';

/** The most that one claim takes from an ordered queue. */
export const ORDERED_CLAIM_MAX = 10;

export interface LaneRow {
  id: number;
  name: string;
  turn: number;
  head: number | null;
}

export class Lanes {
  readonly #session: Session;
  readonly #ids: Counter;
  readonly #find;
  readonly #create;
  readonly #available;
  readonly #waiting;
  readonly #byId;
  readonly #setRank;
  readonly #setTurn;
  readonly #firstEntries;
  readonly #firstFresh;
  readonly #anyEntry;
  readonly #delete;
  readonly #nextRank;
  /** Lanes of which entries changed or went since they were last brought up to date. */
  readonly #stale = new Map<number, QueueRow>();

  constructor(session: Session) {
    this.#session = session;
    session.onForget(() => this.#stale.clear());
    this.#ids = new Counter(session, 'lane');
    this.#find = session.statement<LaneRow>(
      'SELECT id, name, turn, head FROM lanes WHERE queue = ? AND name = ?',
    );
    this.#create = session.statement('INSERT INTO lanes VALUES (?, ?, ?, ?, ?, ?)');
    this.#available = session.statement<LaneRow>(
      `SELECT id, name, turn, head FROM lanes
         WHERE queue = ? AND rank <= ? ORDER BY rank, head, id LIMIT ?`,
    );
    this.#waiting = session.statement<LaneRow>(
      `SELECT id, name, turn, head FROM lanes
         WHERE queue = ? AND rank IS NOT NULL ORDER BY rank, head LIMIT ?`,
    );
    this.#byId = session.statement<LaneRow>('SELECT id, name, turn, head FROM lanes WHERE id = ?');
    this.#setRank = session.statement('UPDATE lanes SET rank = ? WHERE id = ? AND rank <> ?');
    this.#setTurn = session.statement('UPDATE lanes SET rank = ?, head = ?, turn = ? WHERE id = ?');
    this.#firstEntries = session.statement<{ visible_at: number; claims: number }>(
      'SELECT visible_at, claims FROM entries WHERE lane = ? ORDER BY sequence LIMIT ?',
    );
    this.#firstFresh = session.statement<{ sequence: number }>(
      `SELECT sequence FROM entries WHERE lane = ? AND sequence >= ? AND state = 0
         ORDER BY sequence LIMIT 1`,
    );
    this.#anyEntry = session.statement<{ found: number }>(
      'SELECT 1 AS found FROM entries WHERE lane = ? LIMIT 1',
    );
    this.#delete = session.statement('DELETE FROM lanes WHERE id = ?');
    this.#nextRank = session.statement<{ rank: number | null }>(
      'SELECT min(rank) AS rank FROM lanes WHERE queue = ? AND rank > ?',
    );
  }

  /** The lane that an entry joins; made, or told of its first fresh entry, where needed. */
  join(queue: QueueRow, name: string, sequence: number, visibleAtMs: number): number {
    const lane = this.#current(queue, name);
    const fresh = visibleAtMs <= this.#session.nowMs;
    if (lane === undefined) {
      const id = this.#ids.take();
      if (queue.ordered) this.#create.write(id, queue.id, name, visibleAtMs, null, 0);
      else if (fresh) this.#create.write(id, queue.id, name, queue.turn, sequence, queue.turn);
      else this.#create.write(id, queue.id, name, null, null, queue.turn);
      return id;
    }
    if (!queue.ordered && fresh && lane.head === null) {
      this.#setTurn.write(lane.turn, sequence, lane.turn, lane.id);
    }
    return lane.id;
  }

  /** A lane as its entries are now: one that has run empty ends, and takes its turn with it. */
  #current(queue: QueueRow, name: string): LaneRow | undefined {
    const lane = this.#find.get(queue.id, name);
    if (lane === undefined || !this.#stale.delete(lane.id)) return lane;
    this.refresh(queue, lane.id);
    return this.#find.get(queue.id, name);
  }

  /** Lanes of an ordered queue that can be claimed from, longest available first. */
  available(queue: QueueRow, limit: number): LaneRow[] {
    return this.#available.all(queue.id, this.#session.nowMs, limit);
  }

  /** Lanes with fresh entries, least served first. */
  waiting(queue: QueueRow, limit: number): LaneRow[] {
    return this.#waiting.all(queue.id, limit);
  }

  byId(id: number): LaneRow {
    return this.#byId.get(id) as LaneRow;
  }

  /**
   * Notes that the first entries of an ordered queue's lane were claimed. None of them was hidden
   * before, so all that the lane waits for now is this claim.
   */
  claimed(lane: LaneRow, visibleAtMs: number): void {
    this.#setRank.write(visibleAtMs, lane.id, visibleAtMs);
  }

  /** Writes back how much a lane was served, and which fresh entry is its first now. */
  served(lane: LaneRow, turn: number): void {
    const { head: before } = lane;
    const head = before === null ? null : (this.#firstFresh.get(lane.id, before)?.sequence ?? null);
    this.#setTurn.write(head === null ? null : turn, head, turn, lane.id);
  }

  /**
   * Notes that an entry of a lane changed or went. Who deletes ten messages of a group then pays
   * once for its lane.
   */
  touch(queue: QueueRow, id: number): void {
    this.#stale.set(id, queue);
  }

  /** To be called before lanes are chosen from, and by each commit. */
  settle(): void {
    if (this.#stale.size === 0) return;
    for (const [id, queue] of this.#stale) this.refresh(queue, id);
    this.#stale.clear();
  }

  /** Brings a lane up to date after one of its entries changed or went. */
  refresh(queue: QueueRow, id: number): void {
    if (queue.ordered) this.#refreshOrdered(id);
    else this.#refreshFair(id);
  }

  /** The next instant at which a lane of an ordered queue becomes available. */
  nextAvailableAtMs(queue: QueueRow): number | undefined {
    return this.#nextRank.get(queue.id, this.#session.nowMs)?.rank ?? undefined;
  }

  #refreshOrdered(id: number): void {
    const entries = this.#firstEntries.all(id, ORDERED_CLAIM_MAX);
    const [head] = entries;
    if (head === undefined) {
      this.#delete.write(id);
      return;
    }
    let rank = head.visible_at;
    for (const { visible_at, claims } of entries) {
      if (claims > 0 && visible_at > rank) rank = visible_at;
    }
    this.#setRank.write(rank, id, rank);
  }

  #refreshFair(id: number): void {
    if (this.#anyEntry.get(id) === undefined) {
      this.#delete.write(id);
      return;
    }
    const lane = this.byId(id);
    if (lane.head === null) return;
    const head = this.#firstFresh.get(id, lane.head)?.sequence ?? null;
    if (head !== lane.head)
      this.#setTurn.write(head === null ? null : lane.turn, head, lane.turn, id);
  }
}
