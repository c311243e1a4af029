/**
 * The choice of a claim among groups: one entry after the other, each time the group that was
 * served least. An entry that is handed out again competes with its group's turn like a fresh one
 * and wins ties; entries from before the queue had groups go first.
 */
import { ENTRY_QUERY, type EntryRow } from './entry-row.ts';
import type { LaneRow, Lanes } from './lanes.ts';
import type { QueueRow } from './queue-table.ts';
import type { Session, Statement } from './session.ts';

/** A lane in the running choice: how much it will have been served, and its next fresh entry. */
interface Candidate {
  readonly lane: LaneRow;
  turn: number;
  next: EntryRow | undefined;
  served: boolean;
}

export interface FairQueries {
  readonly lanes: Lanes;
  readonly nowMs: () => number;
  readonly due: Statement<EntryRow>;
  readonly laneless: Statement<EntryRow>;
  readonly freshInLane: Statement<EntryRow>;
}

export function prepareFair(session: Session, lanes: Lanes): FairQueries {
  return {
    lanes,
    nowMs: () => session.nowMs,
    due: session.statement(
      `${ENTRY_QUERY} WHERE e.queue = ? AND (e.visible_at, e.sequence) > (?, ?)
         AND e.visible_at <= ? AND e.state > 0 ORDER BY e.visible_at, e.sequence LIMIT 1`,
    ),
    laneless: session.statement(
      `${ENTRY_QUERY} WHERE e.queue = ? AND e.sequence >= ? AND e.sequence < ?
         AND e.state = 0 AND e.lane IS NULL ORDER BY e.sequence LIMIT 1`,
    ),
    freshInLane: session.statement(
      `${ENTRY_QUERY} WHERE e.lane = ? AND e.sequence >= ? AND e.state = 0
         ORDER BY e.sequence LIMIT 1`,
    ),
  };
}

export class FairChoice {
  readonly rows: EntryRow[] = [];
  /** The queue's turn after this choice. */
  queueTurn: number;
  readonly #queue: QueueRow;
  readonly #queries: FairQueries;
  readonly #known = new Map<number, Candidate>();
  #lanesKnown = false;
  #due: EntryRow | undefined;
  #laneless: EntryRow | undefined;
  /** The lane of the row that `next` answered, if it has one. */
  #offered: Candidate | undefined;

  constructor(queue: QueueRow, queries: FairQueries) {
    this.#queue = queue;
    this.#queries = queries;
    this.queueTurn = queue.turn;
    this.#nextDue(Number.MIN_SAFE_INTEGER, 0);
    this.#nextLaneless(queue.freshFrom);
  }

  /** Where the search for fresh entries without a lane goes on. */
  get freshFrom(): number {
    return this.#laneless?.sequence ?? this.#queue.lanedFrom ?? 0;
  }

  servedLanes(): readonly Candidate[] {
    return [...this.#known.values()].filter((candidate) => candidate.served);
  }

  /** The entry that goes next; `limit` is how many lanes can matter. */
  next(limit: number): EntryRow | undefined {
    this.#offered = undefined;
    const { lanes } = this.#queries;
    if (this.#due?.lane === null) return this.#shiftDue();
    if (this.#laneless !== undefined) return this.#shiftLaneless();
    if (!this.#lanesKnown) {
      for (const lane of lanes.waiting(this.#queue, limit)) this.#candidate(lane);
      this.#lanesKnown = true;
    }
    const fresh = this.#leastServed();
    const again = this.#due && this.#candidateOf(this.#due);
    if (again !== undefined && (fresh === undefined || again.turn <= fresh.turn)) {
      this.#offered = again;
      return this.#shiftDue();
    }
    this.#offered = fresh;
    const row = fresh?.next;
    if (fresh !== undefined) this.#advance(fresh);
    return row;
  }

  /** Accepts the row that `next` answered. */
  take(row: EntryRow): void {
    this.rows.push(row);
    const candidate = this.#offered;
    if (candidate === undefined) return;
    this.queueTurn = Math.max(this.queueTurn, candidate.turn);
    candidate.turn++;
    candidate.served = true;
  }

  /** The row that `next` answered was removed: another lane may have taken its lane's place. */
  removed(): void {
    this.#lanesKnown = false;
  }

  #shiftDue(): EntryRow | undefined {
    const row = this.#due;
    if (row !== undefined) this.#nextDue(row.visible_at, row.sequence);
    return row;
  }

  #shiftLaneless(): EntryRow | undefined {
    const row = this.#laneless;
    if (row !== undefined) this.#nextLaneless(row.sequence + 1);
    return row;
  }

  #nextDue(visibleAtMs: number, sequence: number): void {
    const { due, nowMs } = this.#queries;
    this.#due = due.get(this.#queue.id, visibleAtMs, sequence, nowMs());
  }

  #nextLaneless(from: number): void {
    const { id, lanedFrom = 0 } = this.#queue;
    this.#laneless = this.#queries.laneless.get(id, from, lanedFrom);
  }

  #candidateOf(row: EntryRow): Candidate {
    const id = row.lane as number;
    return this.#known.get(id) ?? this.#candidate(this.#queries.lanes.byId(id));
  }

  #candidate(lane: LaneRow): Candidate {
    let candidate = this.#known.get(lane.id);
    if (candidate === undefined) {
      candidate = { lane, turn: lane.turn, next: undefined, served: false };
      this.#known.set(lane.id, candidate);
      this.#advance(candidate);
    }
    return candidate;
  }

  #advance(candidate: Candidate): void {
    const { lane, next } = candidate;
    const from = next === undefined ? lane.head : next.sequence + 1;
    candidate.next = from === null ? undefined : this.#queries.freshInLane.get(lane.id, from);
  }

  #leastServed(): Candidate | undefined {
    let least: Candidate | undefined;
    for (const candidate of this.#known.values()) {
      if (candidate.next === undefined) continue;
      if (least === undefined || isBefore(candidate, least)) least = candidate;
    }
    return least;
  }
}

function isBefore(a: Candidate, b: Candidate): boolean {
  if (a.turn !== b.turn) return a.turn < b.turn;
  return (a.next?.sequence ?? 0) < (b.next?.sequence ?? 0);
}
