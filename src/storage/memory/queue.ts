/**
 * One queue in memory: its entries, and for each question that the port asks an index that answers
 * it without a scan.
 *
 * An entry is fresh until it is hidden or claimed for the first time. Fresh entries are handed out
 * by sequence; all others by (visibleAtMs, sequence). A lane holds the entries of one group.
 */
import type { Claim, NewEntry, QueueCounts } from '../port.ts';
import type { Journal } from './journal.ts';
import { BTree, byNumber, firstValue } from './ordered-map.ts';

/** An ordered claim takes no more than this, so no entry further back in a lane is ever claimed. */
export const ORDERED_CLAIM_MAX = 10;

/** What of an entry changes. */
interface EntryPlace {
  visibleAtMs: number;
  claims: number;
  firstClaimedAtMs: number | undefined;
  /** False while the entry is fresh. */
  wasHidden: boolean;
}

export interface StoredEntry extends EntryPlace {
  readonly sequence: number;
  readonly payload: string;
  readonly group: string | undefined;
  readonly enqueuedAtMs: number;
  readonly lane: Lane | undefined;
}

/** Where something stands in an order: by rank, then by tie. */
interface Rank {
  readonly rank: number;
  readonly tie: number;
}

interface Lane {
  readonly name: string;
  /** Grows with each lane made in the store. */
  readonly id: number;
  /** What may be handed out by sequence: all entries of an ordered queue, else the fresh ones. */
  readonly line: BTree<number, StoredEntry>;
  size: number;
  /** How far this lane has been served, in the queue's virtual time. Not on ordered queues. */
  turn: number;
  /** The lane's key among the lanes that have something in line. */
  rank: Rank | undefined;
}

type HiddenKey = Pick<StoredEntry, 'visibleAtMs' | 'sequence'>;
type AgeKey = Pick<StoredEntry, 'enqueuedAtMs' | 'sequence'>;

const AFTER_ALL = Number.POSITIVE_INFINITY;

export class StoredQueue {
  readonly entries = new BTree<number, StoredEntry>(undefined, byNumber);
  readonly #ordered: boolean;
  readonly #journal: Journal;
  /** Every entry, the longest enqueued first. */
  readonly #byAge = new BTree<AgeKey, StoredEntry>(
    undefined,
    (a, b) => a.enqueuedAtMs - b.enqueuedAtMs || a.sequence - b.sequence,
  );
  /** The entries that are not fresh. */
  readonly #hidden = new BTree<HiddenKey, StoredEntry>(
    undefined,
    (a, b) => a.visibleAtMs - b.visibleAtMs || a.sequence - b.sequence,
  );
  /** Fresh entries without a lane. */
  readonly #laneless = new BTree<number, StoredEntry>(undefined, byNumber);
  readonly #lanes = new Map<string, Lane>();
  readonly #ranked = new BTree<Rank, Lane>(undefined, (a, b) => a.rank - b.rank || a.tie - b.tie);
  /** Once an entry with a group came, entries without one share the lane named ''. */
  #laned = false;
  #turn = 0;
  /** The instant for which the two numbers below hold; `count` moves it to the present. */
  #countedAtMs = 0;
  #claimedCount = 0;
  #delayedCount = 0;

  constructor(ordered: boolean, journal: Journal) {
    this.#ordered = ordered;
    this.#journal = journal;
  }

  append(entry: NewEntry, sequence: number, newLaneId: () => number): void {
    const stored: StoredEntry = {
      sequence,
      payload: entry.payload,
      group: entry.group,
      enqueuedAtMs: entry.enqueuedAtMs,
      lane: this.#laneOf(entry.group, newLaneId),
      visibleAtMs: entry.visibleAtMs,
      claims: 0,
      firstClaimedAtMs: undefined,
      wasHidden: entry.visibleAtMs > this.#journal.nowMs,
    };
    this.#insert(stored);
    this.#journal.record(() => this.#erase(stored));
  }

  remove(entry: StoredEntry): void {
    this.#erase(entry);
    this.#journal.record(() => this.#insert(entry));
  }

  hide(entry: StoredEntry, visibleAtMs: number): void {
    this.#withdraw(entry);
    this.#putBack(entry, { ...entry, visibleAtMs, wasHidden: true });
  }

  release(entry: StoredEntry): void {
    const claims = Math.max(0, entry.claims - 1);
    this.#withdraw(entry);
    this.#putBack(entry, {
      visibleAtMs: this.#journal.nowMs,
      claims,
      firstClaimedAtMs: claims === 0 ? undefined : entry.firstClaimedAtMs,
      wasHidden: true,
    });
  }

  claim(claim: Claim): StoredEntry[] {
    const { nowMs } = this.#journal;
    const picked = this.#ordered ? this.#pickInOrder(claim) : this.#pickFairly(claim);
    for (const entry of picked) {
      this.#putBack(entry, {
        visibleAtMs: claim.visibleAtMs,
        claims: entry.claims + 1,
        firstClaimedAtMs: entry.firstClaimedAtMs ?? nowMs,
        wasHidden: true,
      });
    }
    return picked;
  }

  redelay(delayMs: number, withinMs: number): void {
    const { nowMs } = this.#journal;
    const young = this.#byAge.getRange(
      { enqueuedAtMs: nowMs - withinMs, sequence: AFTER_ALL },
      { enqueuedAtMs: AFTER_ALL, sequence: AFTER_ALL },
    );
    for (const [, entry] of young) {
      if (entry.claims > 0) continue;
      const visibleAtMs = entry.enqueuedAtMs + delayMs;
      const wasHidden = entry.wasHidden || visibleAtMs > nowMs;
      this.#withdraw(entry);
      this.#putBack(entry, { ...entry, visibleAtMs, wasHidden });
    }
  }

  count(): QueueCounts {
    this.#countAt(this.#journal.nowMs);
    const claimed = this.#claimedCount;
    const delayed = this.#delayedCount;
    return { visible: this.entries.size - claimed - delayed, claimed, delayed };
  }

  /** The entry that was enqueued first. */
  oldest(): StoredEntry | undefined {
    return firstValue(this.#byAge);
  }

  nextVisibleAtMs(): number | undefined {
    const { nowMs } = this.#journal;
    return this.#ordered
      ? this.#ranked.nextHigherKey({ rank: nowMs, tie: AFTER_ALL })?.rank
      : this.#hidden.nextHigherKey({ visibleAtMs: nowMs, sequence: AFTER_ALL })?.visibleAtMs;
  }

  // ------------------------------------------------------------ claiming

  /** Available lanes from the one that became available first; of each all that is visible. */
  #pickInOrder(claim: Claim): StoredEntry[] {
    const { nowMs } = this.#journal;
    const picked: StoredEntry[] = [];
    let rank = this.#ranked.minKey();
    while (rank !== undefined && rank.rank <= nowMs && picked.length < claim.limit) {
      const lane = this.#ranked.get(rank);
      // Removing what has expired can move a lane back to where it is met again.
      if (lane !== undefined && !picked.some((entry) => entry.lane === lane)) {
        this.#pickFromLane(lane, claim, picked);
      }
      rank = this.#ranked.nextHigherKey(rank);
    }
    for (const entry of picked) this.#withdraw(entry);
    return picked;
  }

  #pickFromLane(lane: Lane, claim: Claim, picked: StoredEntry[]): void {
    let entry = firstValue(lane.line);
    while (
      entry !== undefined &&
      entry.visibleAtMs <= this.#journal.nowMs &&
      picked.length < claim.limit
    ) {
      if (isExpired(entry, claim)) this.remove(entry);
      else picked.push(entry);
      entry = lane.line.nextHigherPair(entry.sequence)?.[1];
    }
  }

  #pickFairly(claim: Claim): StoredEntry[] {
    const picked: StoredEntry[] = [];
    while (picked.length < claim.limit) {
      const entry = this.#next();
      if (entry === undefined) break;
      if (isExpired(entry, claim)) {
        this.remove(entry);
        continue;
      }
      if (entry.lane !== undefined) this.#takeTurn(entry.lane);
      this.#withdraw(entry);
      picked.push(entry);
    }
    return picked;
  }

  /** The entry to hand out next. What has no lane goes first; between lanes the turn decides. */
  #next(): StoredEntry | undefined {
    const hidden = firstValue(this.#hidden);
    const due = hidden !== undefined && hidden.visibleAtMs <= this.#journal.nowMs;
    if (due && hidden.lane === undefined) return hidden;
    const laneless = firstValue(this.#laneless);
    if (laneless !== undefined) return laneless;
    const lane = firstValue(this.#ranked);
    if (due && (lane === undefined || (hidden.lane?.turn ?? 0) <= lane.turn)) return hidden;
    return lane === undefined ? undefined : firstValue(lane.line);
  }

  #takeTurn(lane: Lane): void {
    const queueTurn = this.#turn;
    const laneTurn = lane.turn;
    this.#turn = Math.max(queueTurn, laneTurn);
    lane.turn += 1;
    this.#journal.record(() => {
      this.#turn = queueTurn;
      lane.turn = laneTurn;
      this.#rank(lane);
    });
  }

  // ------------------------------------------------------------ entries in their indexes

  #insert(entry: StoredEntry): void {
    this.entries.set(entry.sequence, entry);
    this.#byAge.set(entry, entry);
    const lane = entry.lane;
    if (lane !== undefined) {
      if (lane.size === 0) this.#lanes.set(lane.name, lane);
      lane.size += 1;
    }
    this.#place(entry);
  }

  #erase(entry: StoredEntry): void {
    this.entries.delete(entry.sequence);
    this.#byAge.delete(entry);
    const lane = entry.lane;
    if (lane !== undefined) {
      lane.size -= 1;
      if (lane.size === 0) this.#lanes.delete(lane.name);
    }
    this.#displace(entry);
  }

  /** Takes an entry out of the indexes by place, until `#putBack`. */
  #withdraw(entry: StoredEntry): void {
    const { visibleAtMs, claims, firstClaimedAtMs, wasHidden } = entry;
    this.#displace(entry);
    this.#journal.record(() => {
      this.#displace(entry);
      this.#putBack(entry, { visibleAtMs, claims, firstClaimedAtMs, wasHidden });
    });
  }

  #putBack(entry: StoredEntry, place: EntryPlace): void {
    entry.visibleAtMs = place.visibleAtMs;
    entry.claims = place.claims;
    entry.firstClaimedAtMs = place.firstClaimedAtMs;
    entry.wasHidden = place.wasHidden;
    this.#place(entry);
  }

  #place(entry: StoredEntry): void {
    if (entry.wasHidden) {
      this.#hidden.set(entry, entry);
      if (entry.visibleAtMs > this.#countedAtMs) this.#tally(entry, 1);
    }
    if (!entry.wasHidden || this.#ordered) this.#lineOf(entry).set(entry.sequence, entry);
    if (entry.lane !== undefined) this.#rank(entry.lane);
  }

  #displace(entry: StoredEntry): void {
    if (entry.wasHidden) {
      this.#hidden.delete(entry);
      if (entry.visibleAtMs > this.#countedAtMs) this.#tally(entry, -1);
    }
    if (!entry.wasHidden || this.#ordered) this.#lineOf(entry).delete(entry.sequence);
    if (entry.lane !== undefined) this.#rank(entry.lane);
  }

  #lineOf(entry: StoredEntry): BTree<number, StoredEntry> {
    return entry.lane === undefined ? this.#laneless : entry.lane.line;
  }

  #laneOf(group: string | undefined, newLaneId: () => number): Lane | undefined {
    if (group !== undefined && !this.#laned) {
      this.#laned = true;
      this.#journal.record(() => {
        this.#laned = false;
      });
    }
    if (!this.#laned) return undefined;
    const name = group ?? '';
    return (
      this.#lanes.get(name) ?? {
        name,
        id: newLaneId(),
        line: new BTree<number, StoredEntry>(undefined, byNumber),
        size: 0,
        turn: this.#turn,
        rank: undefined,
      }
    );
  }

  /** Brings a lane to its place among the lanes. */
  #rank(lane: Lane): void {
    const head = firstValue(lane.line);
    const next = head === undefined ? undefined : this.#rankOf(lane, head);
    const { rank } = lane;
    if (rank?.rank === next?.rank && rank?.tie === next?.tie) return;
    if (rank !== undefined) this.#ranked.delete(rank);
    lane.rank = next;
    if (next !== undefined) this.#ranked.set(next, lane);
  }

  #rankOf(lane: Lane, head: StoredEntry): Rank {
    if (!this.#ordered) return { rank: lane.turn, tie: head.sequence };
    let readyAtMs = head.visibleAtMs;
    let looked = 0;
    for (const entry of lane.line.values()) {
      if (looked === ORDERED_CLAIM_MAX) break;
      if (entry.claims > 0) readyAtMs = Math.max(readyAtMs, entry.visibleAtMs);
      looked += 1;
    }
    return { rank: readyAtMs, tie: lane.id };
  }

  // ------------------------------------------------------------ counting

  /** Moves the counts to another instant: each entry is met once per time that it was hidden. */
  #countAt(nowMs: number): void {
    const step = nowMs > this.#countedAtMs ? -1 : 1;
    this.#hidden.forRange(
      { visibleAtMs: Math.min(nowMs, this.#countedAtMs), sequence: AFTER_ALL },
      { visibleAtMs: Math.max(nowMs, this.#countedAtMs), sequence: AFTER_ALL },
      true,
      (_, entry) => this.#tally(entry, step),
    );
    this.#countedAtMs = nowMs;
  }

  #tally(entry: StoredEntry, step: 1 | -1): void {
    if (entry.claims > 0) this.#claimedCount += step;
    else this.#delayedCount += step;
  }
}

function isExpired(entry: StoredEntry, claim: Claim): boolean {
  return claim.expiredAtMs !== undefined && entry.enqueuedAtMs <= claim.expiredAtMs;
}
