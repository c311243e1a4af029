/** What a handler sees beside its input: never a socket, a system clock or the process. */
import type { Awaitable, Timer, Transaction } from '../storage/port.ts';
import type { Environment } from './environment.ts';

/** Who calls, and how they reached us. */
export interface Caller {
  readonly accountId: string;
  readonly region: string;
  /** The access key of the request, or `anonymous`. */
  readonly accessKeyId: string;
  /** What `SenderId` shows: the unique id of the calling principal. */
  readonly principalId: string;
  /** Scheme, host and port by which the client reached us, without a trailing slash. */
  readonly endpoint: string;
  /** Request headers that a service documents as input, such as `x-amzn-trace-id`; lower case. */
  readonly headers: { readonly [name: string]: string | undefined };
}

/** A long poll's wish to be asked again. */
export interface Wait {
  /** What it waits for, such as a queue's key. */
  readonly key: string;
  /** How long at the most, counted from the call's arrival. */
  readonly seconds: number;
  /** How many entries it can take: wake-ups are dealt out by this. */
  readonly capacity: number;
  /** When something becomes available by the passing of time alone, if that is known. */
  readonly nextAtMs?: number;
}

/** News for those who wait on a key, given out once the transaction is durable. */
export interface Wake {
  readonly key: string;
  /** How many entries became available. */
  readonly entries: number;
  /** When they do, if later than now. */
  readonly atMs?: number;
}

export interface Context {
  readonly tx: Transaction;
  /** The instant of this transaction in milliseconds since the epoch; the same as `tx.nowMs`. */
  readonly nowMs: number;
  readonly env: Environment;
  readonly caller: Caller;
  /**
   * Runs another service's operation inside this transaction, as `caller`: a topic hands a message
   * to a queue, and both are there or neither is. Rejects with AwsError; nothing waits in here.
   */
  invoke(service: string, operation: string, input: object, caller: Caller): Promise<unknown>;
  /** Sets a durable timer, and lets the scheduler know of it after the commit. */
  schedule(timer: Timer): Awaitable<void>;
  /** Tells those who wait, after the commit. */
  wake(news: Wake): void;
  /** Ends every wait on a key with whatever the handler then answers, after the commit. */
  endWaits(key: string): void;
  /**
   * Called by a long-poll handler that found nothing: the call is parked after the transaction and
   * the handler runs again on a wake-up and at the deadline. Its answer counts when the deadline
   * has come.
   */
  waitFor(wait: Wait): void;
  /** Adds to a counter once the transaction is durable. */
  count(metric: Count): void;
}

/** One observation for `observability/metrics`: what happened to which resource. */
export interface Count {
  /** AWS's metric name, such as `NumberOfMessagesSent`. */
  readonly name: string;
  readonly service: string;
  /** The resource's name as metrics show it. */
  readonly resource: string;
  readonly accountId: string;
  readonly region: string;
  readonly value: number;
}

/** Where parked calls wait. `scheduler/waiters.ts` is the implementation. */
export interface WaitingRoom {
  /**
   * Takes a place in line at once. `parked` tells the line that the call is now asleep: it resolves
   * with why it was woken. A wake-up between `join` and `parked` is not lost.
   */
  join(wait: Omit<Wait, 'seconds'>, deadlineMs: number): Place;
  wake(news: Wake, nowMs: number): void;
  endWaits(key: string): void;
}

export interface Place {
  parked(nextAtMs: number | undefined): Promise<'woken' | 'deadline' | 'cancelled' | 'ended'>;
  /** Gives the place up. `taken` is false when the call leaves without what it was woken for. */
  leave(taken: boolean): void;
  /** The client is gone: wakes the call so that it can leave. */
  cancel(): void;
}

export interface CountSink {
  count(observation: Count): void;
}
