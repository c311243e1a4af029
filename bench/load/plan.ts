/** What the bench's own process and its load generator tell each other. */

export type Kind =
  | 'bare'
  | 'send'
  | 'batch'
  | 'one-by-one'
  | 'cycle'
  | 'drain'
  | 'polls'
  | 'queues';

/** One load, as the generator is told it. */
export interface Plan {
  readonly kind: Kind;
  readonly port: number;
  readonly connections: number;
  readonly bodyBytes: number;
  /** How long a round lasts, without its warm-up. */
  readonly seconds: number;
  /** How long `prepare` may take. */
  readonly prepareSeconds: number;
  readonly protocol?: 'json' | 'query';
  /** Messages that wait before the first round; they still wait after the last one. */
  readonly waiting?: number;
  /** Message groups. None makes the queue a standard one. */
  readonly groups?: number;
  readonly queues?: number;
}

/** One round. */
export interface Figure {
  /** Messages, or requests where no message is meant, per second. */
  readonly perSecond: number;
  /** Milliseconds of one step: median and 99th percentile. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** `verify` ends the load: it looks for messages that are missing. */
export type Step = 'prepare' | 'measure' | 'verify';

export type Reply =
  | { readonly status: 'done'; readonly figure?: Figure }
  | { readonly status: 'wrong' | 'not reached' | 'failed'; readonly reason: string };

/** The steps of one kind of load, in the generator's process. */
export interface Load {
  prepare(): Promise<void>;
  measure(): Promise<Figure>;
  verify(): Promise<void>;
}

/** The server answered what a correct one does not, or lost or repeated a message. */
export class WrongAnswer extends Error {}

/** The server was too slow to get to where the measurement begins. */
export class NotReached extends Error {}
