/**
 * Parked long polls, in line by what they wait for. A wake-up for n entries wakes, from the front
 * of the line, just enough calls to take n entries, so one entry never wakes two receivers.
 *
 * A place's life: running (the handler looks) -> parked -> running -> ... -> gone. A running place
 * may have looked before an entry came, so none is dealt to it; entries that find nobody parked are
 * kept for whoever is about to be, and looks again instead. A place keeps its position in line
 * through its reruns.
 */
import type { Place, Wait, WaitingRoom, Wake } from '../core/context.ts';
import type { Alarm, Alarms } from './alarms.ts';

type Farewell = 'deadline' | 'cancelled' | 'ended';
type Reason = 'woken' | Farewell;

/**
 * A place and the alarm of its deadline in one object, because ten thousand calls may be parked:
 * methods take no memory there, closures do.
 */
class Waiter implements Place, Alarm {
  readonly atMs: number;
  readonly id: number;
  readonly line: Line;
  readonly capacity: number;
  readonly #room: Waiters;
  /** Set while the place is parked. */
  resume: ((reason: Reason) => void) | undefined = undefined;
  /** What a running place is told when it wants to be parked. */
  pending: Farewell | undefined;
  /** Entries that the last wake-up counted on this place to take. */
  credit = 0;

  constructor(
    room: Waiters,
    line: Line,
    capacity: number,
    deadline: Pick<Alarm, 'atMs' | 'id'>,
    pending: Farewell | undefined,
  ) {
    this.atMs = deadline.atMs;
    this.id = deadline.id;
    this.line = line;
    this.capacity = capacity;
    this.#room = room;
    this.pending = pending;
  }

  ring(): void {
    sendAway(this, 'deadline');
  }

  parked(nextAtMs: number | undefined): Promise<Reason> {
    return this.#room.park(this, nextAtMs);
  }

  leave(taken: boolean): void {
    this.#room.leave(this, taken);
  }

  cancel(): void {
    sendAway(this, 'cancelled');
  }
}

interface Line {
  readonly key: string;
  /** Set order is arrival order. */
  readonly waiters: Set<Waiter>;
  /** Rings when time alone makes something available, if that is known. */
  next: Alarm | undefined;
  /** Entries that found nobody parked. */
  missed: number;
}

/** What stands behind a key. */
export interface Available {
  /** How many entries are available now. May be too high, never too low. */
  readonly entries: number;
  /** When, later than now, time alone makes the next one available. */
  readonly nextAtMs?: number;
}

export class Waiters implements WaitingRoom {
  readonly #lines = new Map<string, Line>();
  readonly #alarms: Alarms;
  #waiterCount = 0;
  #ending = false;
  /** Asked when time has made something available under a key. Set by the composition root. */
  available: (key: string) => Promise<Available> = async () => ({ entries: 1 });

  constructor(alarms: Alarms) {
    this.#alarms = alarms;
  }

  /** Calls in line, running ones included. */
  get waiterCount(): number {
    return this.#waiterCount;
  }

  join(wait: Omit<Wait, 'seconds'>, deadlineMs: number): Place {
    const line = this.#lineOf(wait.key);
    const deadline = { atMs: deadlineMs, id: this.#alarms.newId() };
    const pending = this.#ending ? 'ended' : undefined;
    const waiter = new Waiter(this, line, wait.capacity, deadline, pending);
    this.#alarms.add(waiter);
    line.waiters.add(waiter);
    this.#waiterCount++;
    return waiter;
  }

  wake(news: Wake, nowMs: number): void {
    const line = this.#lines.get(news.key);
    if (line === undefined) return;
    if (news.atMs !== undefined && news.atMs > nowMs) this.#expect(line, news.atMs);
    else deal(line, news.entries);
  }

  endWaits(key: string): void {
    const line = this.#lines.get(key);
    if (line === undefined) return;
    for (const waiter of [...line.waiters]) sendAway(waiter, 'ended');
  }

  /**
   * Answers every parked call with what there is, and from now on every call that would park; used
   * when the server stops.
   */
  endAll(): void {
    this.#ending = true;
    for (const key of [...this.#lines.keys()]) this.endWaits(key);
  }

  #lineOf(key: string): Line {
    let line = this.#lines.get(key);
    if (line === undefined) {
      line = { key, waiters: new Set(), next: undefined, missed: 0 };
      this.#lines.set(key, line);
    }
    return line;
  }

  /** For its places. */
  park(waiter: Waiter, nextAtMs: number | undefined): Promise<Reason> {
    if (nextAtMs !== undefined) this.#expect(waiter.line, nextAtMs);
    const { pending } = waiter;
    if (pending !== undefined) {
      waiter.pending = undefined;
      return Promise.resolve(pending);
    }
    const { line } = waiter;
    waiter.credit = Math.min(line.missed, waiter.capacity);
    line.missed -= waiter.credit;
    if (waiter.credit > 0) return Promise.resolve('woken');
    return new Promise((resolve) => {
      waiter.resume = resolve;
    });
  }

  /** For its places. */
  leave(waiter: Waiter, taken: boolean): void {
    const { line } = waiter;
    if (!line.waiters.delete(waiter)) return;
    this.#waiterCount--;
    this.#alarms.clear(waiter);
    if (!taken && waiter.credit > 0) deal(line, waiter.credit);
    if (line.waiters.size > 0) return;
    if (line.next !== undefined) this.#alarms.clear(line.next);
    this.#lines.delete(line.key);
  }

  #expect(line: Line, atMs: number): void {
    if (line.next !== undefined) {
      if (line.next.atMs <= atMs) return;
      this.#alarms.clear(line.next);
    }
    line.next = this.#alarms.set(atMs, () => {
      line.next = undefined;
      void this.#look(line);
    });
  }

  /**
   * A line knows only the next instant, so that a busy key costs no more than a quiet one; what
   * comes after it is asked for when it has come. The waiters themselves may be asleep since before
   * any of these instants were known.
   */
  async #look(line: Line): Promise<void> {
    try {
      const { entries, nextAtMs } = await this.available(line.key);
      deal(line, entries);
      if (nextAtMs !== undefined && line.waiters.size > 0) this.#expect(line, nextAtMs);
    } catch {
      // The store cannot be asked. Each call tries by itself, and tells its client if it fails too.
      deal(line, capacityOf(line));
    }
  }
}

/** Wakes parked calls from the front until the woken can take that many entries. */
function deal(line: Line, entries: number): void {
  let left = entries;
  for (const waiter of line.waiters) {
    if (left <= 0) return;
    const wakeUp = waiter.resume;
    if (wakeUp === undefined) continue;
    waiter.resume = undefined;
    waiter.credit = Math.min(left, waiter.capacity);
    left -= waiter.credit;
    wakeUp('woken');
  }
  line.missed = Math.min(line.missed + left, capacityOf(line));
}

function capacityOf({ waiters }: Line): number {
  let capacity = 0;
  for (const waiter of waiters) capacity += waiter.capacity;
  return capacity;
}

/** The last word that a running place hears wins. */
function sendAway(waiter: Waiter, reason: Farewell): void {
  const wakeUp = waiter.resume;
  waiter.resume = undefined;
  if (wakeUp === undefined) waiter.pending = reason;
  else wakeUp(reason);
}
