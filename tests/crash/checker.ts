/**
 * Judges the history of a crash run, one life of the server after the other, by what SQS promises.
 * It claims nothing that an unanswered call could explain.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-basic-architecture.html
 */
import { checkGroups } from './check-groups.ts';
import { checkQueueCalls } from './check-queues.ts';
import { checkEmpty, checkHandles, checkReceives } from './check-receives.ts';
import { checkSends } from './check-sends.ts';
import { checkSnapshot } from './check-snapshot.ts';
import type { Call, HandleCall, Life, ReceiveCall, SendCall, Snapshot } from './history.ts';
import { tellLife } from './life.ts';
import { hiddenMs, Message, QueueState, type Receive, type Span } from './model.ts';
import { specOf } from './queues.ts';

/** Messages that are gone are kept for a while, to tell their lives should they come back. */
const GONE_KEPT = 50_000;
/** Of a queue, for the same. */
const CALLS_KEPT = 1_000;
const DEDUPLICATION_MS = 300_000;

export interface Breach {
  readonly what: string;
  /** The calls and deaths that matter. */
  readonly life: string;
}

export class Checker {
  readonly breaches: Breach[] = [];
  readonly messages = new Map<string, Message>();
  readonly queues = new Map<string, QueueState>();
  readonly deaths: number[] = [];
  readonly tally = {
    calls: 0,
    unanswered: 0,
    sends: 0,
    receives: 0,
    deletes: 0,
    moved: 0,
    snapshots: 0,
  };
  readonly #handles = new Map<string, Receive>();
  /** Messages by token: of a FIFO queue several tokens may mean one. */
  readonly #byToken = new Map<string, Message>();
  readonly #gone: Message[] = [];

  /** Takes in what happened until the server died, and judges it. */
  add({ calls, endMs, isKilled }: Life): void {
    const sorted = calls.toSorted((a, b) => a.beginMs - b.beginMs);
    const sends = sorted.filter((call) => call.operation === 'send');
    // A long poll may begin before what it brings is sent.
    for (const call of sends) this.#takeIn(call, endMs);
    for (const call of sorted) if (call.operation !== 'send') this.#takeIn(call, endMs);
    const receives = sorted.filter((call) => call.operation === 'receive');
    const uses = sorted.filter(
      (call): call is HandleCall => call.operation === 'delete' || call.operation === 'change',
    );
    checkSends(this, sends);
    checkReceives(this, receives);
    checkHandles(this, uses);
    checkGroups(this, receives);
    checkEmpty(this, receives);
    checkQueueCalls(this, sorted, endMs);
    if (isKilled) this.deaths.push(endMs);
  }

  /** Judges what is stored while nobody calls the server. */
  look(snapshot: Snapshot): void {
    this.tally.snapshots += 1;
    checkSnapshot(this, snapshot);
    this.#forget(snapshot.beginMs);
  }

  breach(what: string, message?: Message, ...calls: readonly Call[]): void {
    this.breaches.push({ what, life: tellLife(this, message, calls) });
  }

  queue(name: string): QueueState {
    let queue = this.queues.get(name);
    if (queue === undefined) {
      queue = new QueueState(specOf(name));
      this.queues.set(name, queue);
    }
    return queue;
  }

  messageOf(token: string | undefined): Message | undefined {
    return token === undefined ? undefined : this.#byToken.get(token);
  }

  receiveOf(handle: string): Receive | undefined {
    return this.#handles.get(handle);
  }

  /** The message is nowhere from an instant on. */
  gone(message: Message, atMs: number): void {
    message.goneMs = Math.min(message.goneMs, atMs);
  }

  /** Whether something that began before an instant may have taken the message away. */
  mayBeRemoved(message: Message, beforeMs: number): boolean {
    if (message.goneMs < Number.POSITIVE_INFINITY) return true;
    const counts = (span: Span): boolean =>
      span.outcome !== 'refused' &&
      span.beginMs < beforeMs &&
      span.beginMs > message.confirmedMs &&
      span.latestMs >= message.firstMs;
    if (message.removals.some(counts)) return true;
    return message.home.reach.some((name) => {
      const { purges, drops } = this.queue(name);
      return purges.some(counts) || drops.some(counts);
    });
  }

  // ---------------------------------------------------------------- taking in

  #takeIn(call: Call, lifeEndMs: number): void {
    this.tally.calls += 1;
    if (call.outcome === 'unknown') this.tally.unanswered += 1;
    const latestMs = call.outcome === 'unknown' ? Math.max(lifeEndMs, call.beginMs) : call.endMs;
    const span = { beginMs: call.beginMs, latestMs, outcome: call.outcome };
    const queue = this.queue(call.queue);
    switch (call.operation) {
      case 'send':
        this.#takeSend(call, queue, latestMs);
        return;
      case 'receive':
        this.#takeReceive(call, queue, span);
        return;
      case 'delete':
      case 'change':
        this.#takeHandles(call, latestMs);
        return;
      case 'create':
        queue.creates.push(span);
        break;
      case 'drop':
        queue.drops.push(span);
        if (call.outcome === 'done') this.#emptied(queue, span);
        break;
      case 'purge':
        queue.purges.push(span);
        if (call.outcome === 'done' && !queue.spec.isLeft) this.#emptied(queue, span);
        break;
      case 'start-task':
        if (call.outcome !== 'refused') queue.tasks += 1;
        break;
      case 'cancel-task':
        if (call.outcome !== 'refused') queue.cancels += 1;
        break;
      case 'write': {
        const writes = queue.writes.get(call.name) ?? [];
        writes.push({ ...span, value: call.value });
        queue.writes.set(call.name, writes);
        break;
      }
      case 'read':
        return;
    }
    queue.calls.push(call);
  }

  /** Whatever was acknowledged before is gone. What came back from another queue counts as well. */
  #emptied(queue: QueueState, span: Span): void {
    for (const message of queue.messages) {
      const isSent = message.attempts.some(
        ({ outcome, latestMs }) => outcome === 'done' && latestMs < span.beginMs,
      );
      if (isSent && message.home === queue.spec) this.gone(message, span.latestMs);
    }
  }

  #takeSend(call: SendCall, queue: QueueState, latestMs: number): void {
    const { spec } = queue;
    for (const entry of call.entries) {
      this.tally.sends += 1;
      const { token, group, deduplicationId, delaySeconds, outcome } = entry;
      const scope = spec.deduplicatesBy === 'messageGroup' ? group : '';
      const key =
        deduplicationId === undefined ? token : `${spec.name} ${scope} ${deduplicationId}`;
      let message = this.messages.get(key);
      if (message === undefined) {
        message = new Message(spec, group);
        this.messages.set(key, message);
        queue.messages.add(message);
      }
      message.calls.add(call);
      this.#byToken.set(token, message);
      const delayMs = delaySeconds * 1000;
      message.attempts.push({ token, delayMs, beginMs: call.beginMs, latestMs, outcome });
      if (outcome === 'done') message.storedMs = Math.min(message.storedMs, call.endMs);
    }
  }

  #takeReceive(call: ReceiveCall, queue: QueueState, span: Span): void {
    if (call.outcome === 'unknown') {
      queue.lostReceives.push({ ...span, visibilityMs: call.visibilitySeconds * 1000 });
      queue.calls.push(call);
    }
    for (const seen of call.messages) {
      this.tally.receives += 1;
      const message = this.messageOf(seen.token);
      if (message === undefined) continue;
      const receive = { call, message, seen, changes: [] };
      message.calls.add(call);
      message.receives.push(receive);
      this.#handles.set(seen.handle, receive);
    }
  }

  #takeHandles(call: HandleCall, latestMs: number): void {
    for (const { handle, outcome } of call.entries) {
      const receive = this.#handles.get(handle);
      if (receive === undefined) continue;
      const { message, seen } = receive;
      message.calls.add(call);
      const span = { beginMs: call.beginMs, latestMs, outcome };
      if (call.operation === 'change') {
        receive.changes.push({ ...span, seconds: call.seconds });
        continue;
      }
      message.removals.push({ ...span, queue: call.queue, id: seen.id });
      if (outcome !== 'done') continue;
      this.tally.deletes += 1;
      // Somebody else may have moved it elsewhere, unless it could not leave or was hidden.
      const isHidden = call.endMs < hiddenMs(receive, call.beginMs, call.endMs);
      if (isHidden || !this.queue(call.queue).spec.isLeft) this.gone(message, call.endMs);
    }
  }

  // ---------------------------------------------------------------- forgetting

  /** Drops what can play no part any more. */
  #forget(nowMs: number): void {
    for (const [key, message] of this.messages) {
      if (message.goneMs === Number.POSITIVE_INFINITY) continue;
      this.queue(message.home.name).messages.delete(message);
      for (const { seen } of message.receives) this.#handles.delete(seen.handle);
      // Repeated sends find it by its key for as long as its deduplication id counts.
      const lastMs = message.attempts.at(-1)?.latestMs ?? 0;
      if (message.group !== undefined && lastMs > nowMs - DEDUPLICATION_MS) continue;
      this.messages.delete(key);
      this.#gone.push(message);
    }
    this.#forgetCalls();
    for (const message of this.#gone.splice(0, this.#gone.length - GONE_KEPT)) {
      message.calls.clear();
      message.receives.length = 0;
      message.sights.length = 0;
    }
  }

  /** Calls about a queue that ended before any message that is left was sent. */
  #forgetCalls(): void {
    const left = [...this.messages.values()].filter(
      ({ goneMs }) => goneMs === Number.POSITIVE_INFINITY,
    );
    const oldestMs = Math.min(...left.map(({ firstMs }) => firstMs));
    for (const queue of this.queues.values()) {
      queue.lostReceives = queue.lostReceives.filter(({ latestMs }) => latestMs >= oldestMs);
      queue.calls = queue.calls.slice(-CALLS_KEPT);
    }
  }
}
