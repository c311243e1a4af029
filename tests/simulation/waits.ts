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
  /** Entries that become available, or of which a receiver that leaves tells the next one. */
  announced: { readonly entries: number; readonly atMs: number }[];
  /** Receivers that were woken. */
  woken: number;
}

export class Waits {
  readonly #accuse: (accusation: string) => void;
  readonly #waits = new Map<Call, Wait>();
  readonly #hungUp = new WeakSet<Call>();
  readonly #wakeUps = new Map<ExpectedQueue, WakeUps>();
  /** The server was told to stop, which ends every wait. */
  stopping = false;

  constructor(accuse: (accusation: string) => void) {
    this.#accuse = accuse;
  }

  /** Entries become available on a queue; without an instant, at once. */
  announced(queue: ExpectedQueue, entries: number, atMs = 0): void {
    this.#wakeUpsOf(queue).announced.push({ entries, atMs });
  }

  /** A receive has looked. */
  looked(call: Call, queue: ExpectedQueue, foundAnything: boolean, nowMs: number): void {
    const waitMs = waitMsOf(call, queue);
    const wait = this.#waits.get(call);
    if (this.#hungUp.has(call)) this.#accuse(`${titleOf(call)} goes on for a client that is gone`);
    if (wait !== undefined && nowMs < wait.deadlineMs && !this.stopping) {
      this.#wakeUpsOf(queue).woken += 1;
    }
    // A call that waits by the queue's default ends when the queue no longer has one.
    if (waitMs === 0) this.#waits.delete(call);
    else if (wait === undefined && !foundAnything) {
      this.#waits.set(call, { queue, deadlineMs: nowMs + waitMs });
    }
  }

  /** The client of a call goes away while the call is parked, so it must look no more. */
  hungUp(call: Call): void {
    this.#hungUp.add(call);
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
    for (const [{ name }, { announced, woken }] of this.#wakeUps) {
      // What becomes available later wakes nobody yet; then it is looked for again.
      const now = announced.filter(({ atMs }) => atMs <= nowMs);
      const available = now.reduce((sum, { entries }) => sum + entries, 0);
      if (woken <= available) continue;
      this.#accuse(`receivers of ${name} were woken ${woken} times for ${available} entries`);
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

  get deadlinesMs(): number[] {
    return [...this.#waits.values()].map(({ deadlineMs }) => deadlineMs);
  }

  #wakeUpsOf(queue: ExpectedQueue): WakeUps {
    let wakeUps = this.#wakeUps.get(queue);
    if (wakeUps === undefined) {
      wakeUps = { announced: [], woken: 0 };
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
