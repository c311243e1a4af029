/** Waystation inside a program, a test run for example. See docs/start.md. */
import { configOf, type EmbeddedOptions } from './config.ts';
import type { QueueInput, SubscriptionInput, TopicInput } from './declarations/index.ts';
import { createWaystation, type Waystation } from './main.ts';
import { openLog } from './observability/log.ts';
import { StartRefused } from './options.ts';
import { admin } from './services/index.ts';

export type { QueueInput, SubscriptionInput, TopicInput };
/** What `startWaystation` rejects with when the options or the machine do not allow a start. */
export { StartRefused };

/**
 * The options of the command line as values, and queues and topics to exist from the start.
 * Neither the environment nor waystation.yaml is read. Defaults that differ from the command
 * line's: `store` is `memory`, `port` is 0 (any free port), `logLevel` is `silent`.
 */
export type WaystationOptions = EmbeddedOptions;

/** A message as it lies in a queue. Looking at it hides nothing and counts as no receive. */
export interface PeekedMessage {
  readonly MessageId: string;
  readonly Body: string;
  readonly MD5OfBody: string;
  /**
   * `visible`: the next receive may get it; `delayed`: not yet; `inflight`: received and hidden.
   */
  readonly State: 'visible' | 'delayed' | 'inflight';
  /** When it was or will be visible, in milliseconds since the epoch. */
  readonly VisibleAt: number;
  /** In milliseconds since the epoch. */
  readonly SentTimestamp: number;
  readonly ApproximateReceiveCount: number;
  /** In milliseconds since the epoch; absent before the first receive. */
  readonly ApproximateFirstReceiveTimestamp?: number;
  readonly MessageGroupId?: string;
  /** On FIFO queues only. */
  readonly MessageDeduplicationId?: string;
  /** On FIFO queues only. */
  readonly SequenceNumber?: string;
  readonly MessageAttributes?: {
    readonly [name: string]: {
      readonly DataType: string;
      readonly StringValue?: string;
      readonly BinaryValue?: Uint8Array;
    };
  };
  /** System attributes, as ReceiveMessage answers them. */
  readonly Attributes?: { readonly [name: string]: string };
}

export interface PeekOptions {
  /** Where a bare queue name is looked up; `us-east-1` unless given. */
  readonly region?: string;
  /** Where a bare queue name is looked up; `000000000000` unless given. */
  readonly accountId?: string;
  /** How many messages at the most, oldest first; 100 unless given. */
  readonly limit?: number;
}

/** Time that moves only when told. Every method fails unless `testClock` is on. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Moves forward by so many milliseconds. Resolves when everything has happened that became due:
   * visibility timeouts, delays, retention, deduplication windows, waits of long polls.
   */
  advance(ms: number): Promise<void>;
  /** Moves to an instant, in milliseconds since the epoch, that is not in the past. */
  set(ms: number): Promise<void>;
}

export interface RunningWaystation {
  /** For `AWS_ENDPOINT_URL`, or the `endpoint` of an SDK client: `http://localhost:<port>`. */
  readonly endpoint: string;
  readonly clock: Clock;
  /**
   * The messages of a queue, by its name or URL, without receiving them. Rejects with an error
   * whose `code` is `QueueDoesNotExist` when there is no such queue.
   */
  peek(queue: string, options?: PeekOptions): Promise<PeekedMessage[]>;
  /** Answers what is under way, long polls included, and frees the port and the data folder. */
  stop(): Promise<void>;
}

/** Starts a server in this process. Rejects with StartRefused, whose message says what to do. */
export async function startWaystation(options: WaystationOptions = {}): Promise<RunningWaystation> {
  const defaults = { store: 'memory', port: 0, logLevel: 'silent' } as const;
  const config = configOf({ ...defaults, ...given(options) }, '.');
  const waystation = await createWaystation(config, { log: openLog(config.logLevel) });
  return {
    endpoint: waystation.endpoint,
    clock: clockOf(waystation),
    peek: (queue, peekOptions = {}) => peek(waystation, queue, peekOptions),
    stop: () => waystation.stop(),
  };
}

/** Without the members that are undefined, so that these take the default. */
function given(options: WaystationOptions): WaystationOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function clockOf({ clock }: Waystation): Clock {
  if (clock === undefined) {
    const refuse = () => {
      throw new Error('The time moves by itself. Start Waystation with { testClock: true }.');
    };
    return { now: refuse, advance: async () => refuse(), set: async () => refuse() };
  }
  const { clock: testClock, runDue } = clock;
  return {
    now: () => testClock.nowMs(),
    async advance(ms) {
      testClock.advance(ms);
      await runDue();
    },
    async set(ms) {
      testClock.set(ms);
      await runDue();
    },
  };
}

const PAGE_SIZE_MAX = 100;

async function peek(
  waystation: Waystation,
  queue: string,
  options: PeekOptions,
): Promise<PeekedMessage[]> {
  const { region = 'us-east-1', accountId = '000000000000', limit = 100 } = options;
  const owner = { region, accountId };
  const messages: PeekedMessage[] = [];
  let token: string | undefined;
  do {
    const MaxResults = Math.min(limit - messages.length, PAGE_SIZE_MAX);
    const input = { QueueUrl: queue, MaxResults, ...(token !== undefined && { NextToken: token }) };
    // The admin service's own row describes this answer; tests hold the two together.
    const page = (await waystation.call(admin, 'PeekMessages', input, owner)) as {
      readonly Messages: readonly PeekedMessage[];
      readonly NextToken?: string;
    };
    messages.push(...page.Messages);
    token = page.NextToken;
  } while (token !== undefined && messages.length < limit);
  return messages;
}
