/**
 * What the checker of a crash run knows of messages and queues, and what follows from it for sure.
 * A call takes effect at some instant between its begin and its end; one without an answer at some
 * instant before the server's death, or never.
 */
import type { Call, Outcome, ReceiveCall, SeenMessage } from './history.ts';
import type { QueueSpec } from './queues.ts';

/**
 * The server compares instants of the machine's wall clock in whole milliseconds; these are of the
 * monotonic one, and the two drift.
 */
export const TOLERANCE_MS = 40;

export interface Span {
  readonly beginMs: number;
  /** After this it has no effect any more. */
  readonly latestMs: number;
  readonly outcome: Outcome;
}

export interface Attempt extends Span {
  readonly token: string;
  readonly delayMs: number;
}

export interface Change extends Span {
  readonly seconds: number;
}

export interface Removal extends Span {
  readonly queue: string;
  /** The id of the copy that it was for. */
  readonly id: string;
}

export interface Receive {
  readonly call: ReceiveCall;
  readonly message: Message;
  readonly seen: SeenMessage;
  readonly changes: Change[];
}

/** Where a message certainly was at an instant. */
export interface Sight {
  readonly beginMs: number;
  readonly endMs: number;
  readonly queue: string;
  readonly id: string;
}

/** One message, or, in a FIFO queue, all that was sent under one deduplication id. */
export class Message {
  readonly home: QueueSpec;
  readonly group: string | undefined;
  readonly attempts: Attempt[] = [];
  readonly receives: Receive[] = [];
  readonly removals: Removal[] = [];
  /** Sights by receives and snapshots, in the order of their begins. */
  readonly sights: Sight[] = [];
  /** All calls that were about it, for whoever must understand a failure. */
  readonly calls = new Set<Call>();
  /** The body that lies in the queue, once it was seen. */
  token: string | undefined;
  /** Of the first copy, as the sender was told. */
  id: string | undefined;
  sequence: string | undefined;
  /** Sequence numbers by queue and id of the copy. */
  readonly sequences = new Map<string, string>();
  /** From this instant on it is nowhere. */
  goneMs = Number.POSITIVE_INFINITY;
  /** The latest snapshot saw it; what began earlier did not remove it. */
  confirmedMs = Number.NEGATIVE_INFINITY;
  /** A snapshot saw it visible: what was received before does not hide it any more. */
  freeMs = Number.NEGATIVE_INFINITY;
  /** From when on it is certainly stored, unless something removed it. */
  storedMs = Number.POSITIVE_INFINITY;

  constructor(home: QueueSpec, group: string | undefined) {
    this.home = home;
    this.group = group;
  }

  get firstMs(): number {
    return this.attempts[0]?.beginMs ?? Number.POSITIVE_INFINITY;
  }

  /** No delay ends before. */
  get delayedMs(): number {
    const ends = this.attempts
      .filter(({ outcome }) => outcome !== 'refused')
      .map(({ beginMs, delayMs }) => beginMs + delayMs);
    return Math.min(...ends);
  }

  /** Every delay has ended by then. */
  get undelayedMs(): number {
    return Math.max(...this.attempts.map(({ latestMs, delayMs }) => latestMs + delayMs));
  }
}

/** Until when a receive hides its message at least, for somebody who looks within a span. */
export function hiddenMs(receive: Receive, fromMs: number, toMs: number): number {
  const { settled, seconds, open } = changesOf(receive, fromMs, toMs);
  const ends = open.map((change) => change.beginMs + change.seconds * 1000);
  return Math.min(settled.beginMs + seconds * 1000, ...ends);
}

/** Until when it hides it at most, for the same. */
export function hiddenMsMax(receive: Receive, fromMs: number, toMs: number): number {
  const { settled, seconds, open } = changesOf(receive, fromMs, toMs);
  const ends = open.map((change) => change.latestMs + change.seconds * 1000);
  return Math.max(settled.latestMs + seconds * 1000, ...ends);
}

/** The latest timeout that was surely set before a span, and those that may have been set since. */
function changesOf({ call, changes }: Receive, fromMs: number, toMs: number) {
  let settled = { beginMs: call.beginMs, latestMs: call.endMs };
  let seconds = call.visibilitySeconds;
  const open: Change[] = [];
  for (const change of changes) {
    if (change.outcome === 'refused' || change.beginMs >= toMs) continue;
    if (change.outcome === 'done' && change.latestMs < fromMs) {
      settled = change;
      seconds = change.seconds;
    } else {
      open.push(change);
    }
  }
  return { settled, seconds, open: open.filter(({ latestMs }) => latestMs > settled.beginMs) };
}

export const isSameAttempt = (a: ReceiveCall, b: ReceiveCall): boolean =>
  a.attempt !== undefined && a.attempt === b.attempt;

export interface Receiving extends Span {
  readonly visibilityMs: number;
}

/** A write to an attribute or a tag. */
export interface Write extends Span {
  readonly value: string | undefined;
}

export class QueueState {
  readonly spec: QueueSpec;
  readonly messages = new Set<Message>();
  readonly creates: Span[] = [];
  readonly drops: Span[] = [];
  readonly purges: Span[] = [];
  /** Receives whose answers nobody knows. */
  lostReceives: Receiving[] = [];
  readonly writes = new Map<string, Write[]>();
  calls: Call[] = [];
  tasks = 0;
  cancels = 0;
  /** The highest sequence number that was answered until an instant. */
  answered: { readonly endMs: number; readonly sequence: string }[] = [];

  constructor(spec: QueueSpec) {
    this.spec = spec;
  }

  /** It is there for the whole span. */
  surelyExists(beginMs: number, endMs: number): boolean {
    const isMade = this.creates.some(
      (create) => create.outcome === 'done' && create.latestMs < beginMs,
    );
    return isMade && !this.drops.some((drop) => drop.outcome !== 'refused' && drop.beginMs < endMs);
  }

  surelyGone(beginMs: number): boolean {
    return this.drops.some((drop) => drop.outcome === 'done' && drop.latestMs < beginMs);
  }
}
