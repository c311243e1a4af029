/**
 * The judge of long polls: each ends in time and not before, nobody sleeps beside a message, and
 * nobody is woken for one that another receiver was woken for already.
 */
import type { ExpectedQueue, World } from './expected.ts';
import { type Call, titleOf } from './record.ts';

interface Wait {
  readonly queue: ExpectedQueue;
  readonly deadlineMs: number;
}

/** What happened on one queue since the last time that nothing was under way. */
interface WakeUps {
  /** Entries that became available, or of which a receiver that leaves tells the next one. */
  announced: number;
  /** Receivers that were woken and found nothing. */
  idle: number;
}

export class Waits {
  readonly #accuse: (accusation: string) => void;
  readonly #waits = new Map<Call, Wait>();
  readonly #wakeUps = new Map<ExpectedQueue, WakeUps>();
  /** The server was told to stop, which ends every wait. */
  stopping = false;

  constructor(accuse: (accusation: string) => void) {
    this.#accuse = accuse;
  }

  /** Entries became available on a queue, now or at a known instant. */
  announced(queue: ExpectedQueue, entries: number): void {
    this.#wakeUpsOf(queue).announced += entries;
  }

  /** A receive has looked and found nothing. */
  foundNothing(call: Call, queue: ExpectedQueue, nowMs: number): void {
    const waitMs = waitMsOf(call, queue);
    const wait = this.#waits.get(call);
    if (waitMs === 0) {
      // A call that waits by the queue's default ends when the queue no longer has one.
      this.#waits.delete(call);
    } else if (wait === undefined) {
      this.#waits.set(call, { queue, deadlineMs: nowMs + waitMs });
    } else if (nowMs < wait.deadlineMs && !this.stopping) {
      this.#wakeUpsOf(queue).idle += 1;
    }
  }

  /** A call was answered; `nowMs` is the instant of its last look. */
  ended(call: Call, foundAnything: boolean, nowMs: number): void {
    const wait = this.#waits.get(call);
    this.#waits.delete(call);
    if (wait === undefined || foundAnything) return;
    this.announced(wait.queue, capacityOf(call));
    const { aborted } = call.connection.signal;
    if (nowMs >= wait.deadlineMs || aborted || this.stopping) return;
    this.#accuse(`${titleOf(call)} stops waiting too early`);
  }

  /** A call ends with an error. */
  failed(call: Call): void {
    const wait = this.#waits.get(call);
    this.#waits.delete(call);
    if (wait !== undefined) this.announced(wait.queue, capacityOf(call));
  }

  /** The process is gone, and its waiting lines with it. */
  restarted(): void {
    this.#waits.clear();
    this.#wakeUps.clear();
    this.stopping = false;
  }

  /** Everybody who waits must have a reason to; called when nothing happens any more by itself. */
  quiet(world: World, nowMs: number, openCalls: Iterable<Call>): void {
    for (const call of openCalls) {
      const fault = this.#faultOf(call, world, nowMs);
      if (fault !== undefined) this.#accuse(`${titleOf(call)} ${fault}`);
    }
    for (const [{ name }, { announced, idle }] of this.#wakeUps) {
      if (idle <= announced) continue;
      this.#accuse(
        `receivers of ${name} were woken ${idle} times in vain for ${announced} entries`,
      );
    }
    this.#wakeUps.clear();
  }

  #faultOf(call: Call, world: World, nowMs: number): string | undefined {
    const wait = this.#waits.get(call);
    if (wait === undefined) return 'never ends';
    const { queue, deadlineMs } = wait;
    if (deadlineMs <= nowMs) return 'waits beyond its deadline';
    if (call.connection.signal.aborted) return 'waits for a client that is gone';
    if (this.stopping) return 'holds up a server that stops';
    if (world.queues.get(queue.name) !== queue) return 'waits on a queue that is gone';
    const message = world.deliverable(queue, nowMs).find(({ revived }) => !revived);
    return message && `sleeps although ${message.id} is available`;
  }

  /** How many entries all receivers that wait on a queue could take. */
  capacityOn(queue: ExpectedQueue): number {
    const calls = [...this.#waits].filter(([, wait]) => wait.queue === queue);
    return calls.reduce((sum, [call]) => sum + capacityOf(call), 0);
  }

  get deadlinesMs(): number[] {
    return [...this.#waits.values()].map(({ deadlineMs }) => deadlineMs);
  }

  #wakeUpsOf(queue: ExpectedQueue): WakeUps {
    let wakeUps = this.#wakeUps.get(queue);
    if (wakeUps === undefined) {
      wakeUps = { announced: 0, idle: 0 };
      this.#wakeUps.set(queue, wakeUps);
    }
    return wakeUps;
  }
}

function waitMsOf({ request }: Call, queue: ExpectedQueue): number {
  if (request.operation !== 'ReceiveMessage') return 0;
  const { WaitTimeSeconds } = request.input;
  return WaitTimeSeconds === undefined
    ? queue.milliseconds('ReceiveMessageWaitTimeSeconds')
    : WaitTimeSeconds * 1000;
}

function capacityOf({ request }: Call): number {
  return request.operation === 'ReceiveMessage' ? (request.input.MaxNumberOfMessages ?? 1) : 0;
}
