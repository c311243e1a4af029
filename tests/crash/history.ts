/**
 * What the clients of a crash run write down: every call with the instants at which it was asked
 * and answered, and what the answer said. Instants are those of the machine's monotonic clock,
 * which is one for all processes.
 */

/** Milliseconds. */
export const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** `unknown`: no answer came, so it happened or it did not. */
export type Outcome = 'done' | 'refused' | 'unknown';

interface Timed {
  readonly client: number;
  readonly queue: string;
  readonly beginMs: number;
  /** When the answer was there, or when it was clear that none would come. */
  readonly endMs: number;
  readonly outcome: Outcome;
  /** The error's code, where it was refused. */
  readonly code?: string;
  /** The client itself cut the connection. */
  readonly aborted?: boolean;
}

export interface SendEntry {
  /** Names the body. */
  readonly token: string;
  readonly delaySeconds: number;
  readonly group?: string;
  readonly deduplicationId?: string;
  readonly outcome: Outcome;
  readonly code?: string;
  readonly id?: string;
  readonly sequence?: string;
}

export interface SendCall extends Timed {
  readonly operation: 'send';
  readonly entries: readonly SendEntry[];
}

export interface SeenMessage {
  /** Undefined: the body is not one that was sent. */
  readonly token: string | undefined;
  readonly id: string;
  readonly handle: string;
  readonly count: number;
  readonly sequence?: string;
}

export interface ReceiveCall extends Timed {
  readonly operation: 'receive';
  readonly visibilitySeconds: number;
  readonly waitSeconds: number;
  readonly attempt?: string;
  readonly messages: readonly SeenMessage[];
}

export interface HandleEntry {
  readonly token: string;
  readonly handle: string;
  readonly outcome: Outcome;
  readonly code?: string;
}

export interface HandleCall extends Timed {
  readonly operation: 'delete' | 'change';
  /** The new visibility timeout. */
  readonly seconds: number;
  readonly entries: readonly HandleEntry[];
}

export interface QueueCall extends Timed {
  readonly operation: 'create' | 'drop' | 'purge' | 'start-task' | 'cancel-task';
}

/** An attribute or a tag gets a value; undefined takes a tag away. */
export interface WriteCall extends Timed {
  readonly operation: 'write';
  readonly name: string;
  readonly value: string | undefined;
}

/** What some attributes and tags were; a tag that is not there has no value. */
export interface ReadCall extends Timed {
  readonly operation: 'read';
  readonly values: { readonly [name: string]: string | undefined };
}

export type Call = SendCall | ReceiveCall | HandleCall | QueueCall | WriteCall | ReadCall;

/** A queue as it was while nobody called the server. */
export interface QueueSnapshot {
  readonly queue: string;
  readonly beginMs: number;
  readonly endMs: number;
  readonly found: readonly Found[];
  /** Visible, in flight, delayed: before the messages were looked at, and after. */
  readonly counts: readonly [Counts, Counts];
  readonly values: { readonly [name: string]: string | undefined };
}

export type Counts = readonly [visible: number, inflight: number, delayed: number];

export interface Found {
  readonly token: string | undefined;
  readonly id: string;
  readonly state: 'visible' | 'delayed' | 'inflight';
  readonly sequence?: string;
}

/** All queues while nobody called the server. */
export interface Snapshot {
  readonly beginMs: number;
  readonly queues: readonly QueueSnapshot[];
  /** Queues whose messages a task was moving: what is in them is not compared. */
  readonly moving: readonly string[];
}

/** What was asked of the server until it was killed, or until everything was answered. */
export interface Life {
  readonly calls: readonly Call[];
  /** No call of this life has an effect later. */
  readonly endMs: number;
  readonly isKilled: boolean;
}
