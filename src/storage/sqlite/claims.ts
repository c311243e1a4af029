/**
 * Which entries a claim takes, and the marks that it leaves.
 *
 * A queue without lanes: first what became visible again or ended its delay, by that instant; then
 * fresh entries by sequence. With lanes see `lanes.ts`.
 */
import type { Claim, Entry } from '../port.ts';
import { ENTRY_QUERY, type EntryRow, entryOf } from './entry-row.ts';
import { FairChoice, type FairQueries, prepareFair } from './fair-choice.ts';
import { type LaneRow, type Lanes, ORDERED_CLAIM_MAX } from './lanes.ts';
import type { Payloads } from './payloads.ts';
import { hides, type QueueRow, type QueueTable } from './queue-table.ts';
import type { Session } from './session.ts';

export interface ClaimParts {
  readonly table: QueueTable;
  readonly lanes: Lanes;
  readonly payloads: Payloads;
  /** Every sequence in use is lower. */
  nextSequence(): number;
  remove(queue: QueueRow, sequence: number): boolean;
}

export class Claims {
  readonly #session: Session;
  readonly #parts: ClaimParts;
  readonly #due;
  readonly #nextVisible;
  readonly #fresh;
  readonly #inLane;
  readonly #mark;
  readonly #markFresh;
  readonly #fair: FairQueries;

  constructor(session: Session, parts: ClaimParts) {
    this.#session = session;
    this.#parts = parts;
    this.#due = session.statement<EntryRow>(
      `${ENTRY_QUERY} WHERE e.queue = ? AND e.visible_at <= ? AND e.state > 0
         ORDER BY e.visible_at, e.sequence LIMIT ?`,
    );
    this.#nextVisible = session.statement<{ visible_at: number | null }>(
      `SELECT min(visible_at) AS visible_at FROM entries
         WHERE queue = ? AND visible_at > ? AND state > 0`,
    );
    this.#fresh = session.statement<FreshRow>(
      `SELECT sequence, enqueued_at FROM entries
         WHERE queue = ? AND sequence >= ? AND state = 0 ORDER BY sequence LIMIT ?`,
    );
    this.#inLane = session.statement<EntryRow>(
      `${ENTRY_QUERY} WHERE e.lane = ? ORDER BY e.sequence LIMIT ?`,
    );
    this.#mark = session.statement(
      `UPDATE entries SET state = 2, visible_at = ?, claims = ?, first_claimed_at = ?
         WHERE queue = ? AND sequence = ?`,
    );
    this.#markFresh = session.statement(
      `UPDATE entries SET state = 2, visible_at = ?, claims = 1, first_claimed_at = ?
         WHERE queue = ? AND sequence BETWEEN ? AND ? AND state = 0`,
    );
    this.#fair = prepareFair(session, parts.lanes);
  }

  claim(queue: QueueRow, claim: Claim): Entry[] {
    if (queue.ordered) return this.#claimOrdered(queue, claim);
    if (queue.lanedFrom !== undefined) return this.#claimFair(queue, claim);
    return this.#claimPlain(queue, claim);
  }

  #claimPlain(queue: QueueRow, claim: Claim): Entry[] {
    const { nowMs } = this.#session;
    for (;;) {
      const isDue = queue.hiddenUntilMs <= nowMs;
      const due = isDue ? this.#due.all(queue.id, nowMs, claim.limit) : [];
      const room = claim.limit - due.length;
      const fresh = room > 0 ? this.#fresh.all(queue.id, queue.freshFrom, room) : [];
      if (this.#removeExpired(queue, [...due, ...fresh], claim)) continue;
      if (room > 0) {
        if (isDue) queue.hiddenUntilMs = this.nextVisibleAtMs(queue) ?? Number.POSITIVE_INFINITY;
        const end = this.#parts.nextSequence();
        this.#parts.table.changed(queue);
        queue.freshFrom = after(fresh, room, end);
      }
      return [...this.#take(queue, due, claim), ...this.#takeFresh(queue, fresh, claim)];
    }
  }

  /** The next instant at which an entry of a queue without lanes becomes visible again. */
  nextVisibleAtMs(queue: QueueRow): number | undefined {
    return this.#nextVisible.get(queue.id, this.#session.nowMs)?.visible_at ?? undefined;
  }

  #claimOrdered(queue: QueueRow, claim: Claim): Entry[] {
    if (claim.limit < 1 || claim.limit > ORDERED_CLAIM_MAX) {
      throw new RangeError(`an ordered claim takes 1 to ${ORDERED_CLAIM_MAX} entries`);
    }
    const taken: Entry[] = [];
    const seen = new Set<number>();
    while (taken.length < claim.limit) {
      const lanes = this.#parts.lanes.available(queue, claim.limit + seen.size);
      const unseen = lanes.filter((lane) => !seen.has(lane.id));
      if (unseen.length === 0) break;
      for (const lane of unseen) {
        seen.add(lane.id);
        const rows = this.#visibleHeads(queue, lane, claim.limit - taken.length, claim);
        taken.push(...this.#take(queue, rows, claim));
        if (rows.length > 0) this.#parts.lanes.claimed(lane, claim.visibleAtMs);
        if (taken.length === claim.limit) break;
      }
    }
    return taken;
  }

  /** The first entries of a lane up to one that is hidden, expired ones removed. */
  #visibleHeads(queue: QueueRow, lane: LaneRow, limit: number, claim: Claim): EntryRow[] {
    const { nowMs } = this.#session;
    for (;;) {
      const rows = this.#inLane.all(lane.id, limit);
      const hidden = rows.findIndex((row) => row.visible_at > nowMs);
      const heads = hidden < 0 ? rows : rows.slice(0, hidden);
      if (!this.#removeExpired(queue, heads, claim)) return heads;
    }
  }

  #claimFair(queue: QueueRow, claim: Claim): Entry[] {
    const choice = new FairChoice(queue, this.#fair);
    const { expiredAtMs = Number.NEGATIVE_INFINITY } = claim;
    while (choice.rows.length < claim.limit) {
      const row = choice.next(claim.limit);
      if (row === undefined) break;
      if (row.enqueued_at > expiredAtMs) {
        choice.take(row);
      } else {
        this.#parts.remove(queue, row.sequence);
        choice.removed();
      }
    }
    this.#parts.table.changed(queue);
    queue.freshFrom = choice.freshFrom;
    if (choice.rows.length === 0) return [];
    const taken = this.#take(queue, choice.rows, claim);
    queue.turn = choice.queueTurn;
    for (const { lane, turn } of choice.servedLanes()) this.#parts.lanes.served(lane, turn);
    return taken;
  }

  /** Removes what is too old from a choice; answers whether there was any. */
  #removeExpired(queue: QueueRow, rows: readonly FreshRow[], claim: Claim): boolean {
    const { expiredAtMs } = claim;
    if (expiredAtMs === undefined) return false;
    let removed = false;
    for (const row of rows) {
      if (row.enqueued_at <= expiredAtMs) removed = this.#parts.remove(queue, row.sequence);
    }
    return removed;
  }

  #take(queue: QueueRow, rows: readonly EntryRow[], claim: Claim): Entry[] {
    if (rows.length === 0) return [];
    const { nowMs } = this.#session;
    const { payloads } = this.#parts;
    this.#session.willWrite();
    hides(queue, claim.visibleAtMs);
    const found = payloads.getAll(rows.map(({ sequence }) => sequence));
    return rows.map((row, i) => {
      row.visible_at = claim.visibleAtMs;
      row.claims++;
      row.first_claimed_at ??= nowMs;
      const { visible_at, claims, first_claimed_at, sequence } = row;
      this.#mark.write(visible_at, claims, first_claimed_at, queue.id, sequence);
      return entryOf(row, found[i] as string);
    });
  }

  /** All the fresh entries between the first and the last of them: one statement marks them. */
  #takeFresh(queue: QueueRow, rows: readonly FreshRow[], claim: Claim): Entry[] {
    const [first] = rows;
    const last = rows.at(-1);
    if (first === undefined || last === undefined) return [];
    const { nowMs } = this.#session;
    const { visibleAtMs } = claim;
    this.#session.willWrite();
    hides(queue, visibleAtMs);
    this.#markFresh.write(visibleAtMs, nowMs, queue.id, first.sequence, last.sequence);
    const payloads = this.#parts.payloads.getAll(rows.map(({ sequence }) => sequence));
    return rows.map(({ sequence, enqueued_at }, i) => ({
      ...{ sequence, visibleAtMs, enqueuedAtMs: enqueued_at, claims: 1 },
      ...{ firstClaimedAtMs: nowMs, payload: payloads[i] as string },
    }));
  }
}

/** What tells fresh entries without a lane apart. */
interface FreshRow {
  sequence: number;
  enqueued_at: number;
}

/** Where the search for fresh entries goes on, when `fresh` of `wanted` were found before `end`. */
function after(fresh: readonly FreshRow[], wanted: number, end: number): number {
  const last = fresh.at(-1);
  return last === undefined || fresh.length < wanted ? end : last.sequence + 1;
}
