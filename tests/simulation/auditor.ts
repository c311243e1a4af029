/**
 * The judge. It hears of every transaction at the moment in which the engine has committed it,
 * keeps the expected state of all queues and topics by rules of its own (`rules.ts`), and compares:
 * each answer with that state, what the client hears with what was committed, and, whenever nothing
 * is under way, the parked calls with what they could receive (`waits.ts`).
 *
 * A client whose call dies with the process does not know its outcome; the judge does, and either
 * outcome is right as long as everything after it agrees.
 */
import { AwsError } from '../../src/core/aws-error.ts';
import { StorageFull, StorageUnavailable } from '../../src/storage/errors.ts';
import type { Timer } from '../../src/storage/port.ts';
import { auditRun } from './audit-moves.ts';
import { auditFanOut } from './audit-publishes.ts';
import { auditUndelivered } from './audit-receives.ts';
import { World } from './expected.ts';
import type { StoreObserver } from './faults.ts';
import { isRefusal } from './product.ts';
import { type Call, type Output, type TransactionRecord, titleOf, type Work } from './record.ts';
import { rules } from './rules.ts';
import { Scene } from './scene.ts';
import { Waits } from './waits.ts';

/** How the latest transaction of a call ended. */
type Ending =
  | { readonly kind: 'output'; readonly output: unknown }
  | { readonly kind: 'error'; readonly error: AwsError }
  /** The store did not take it. */
  | { readonly kind: 'refused' };

export class Auditor implements StoreObserver {
  readonly world = new World();
  /** What is wrong; the simulation ends at the first. */
  readonly accusations: string[] = [];
  readonly waits = new Waits((accusation) => this.accuse(accusation));
  readonly #endings = new Map<Call, Ending>();
  readonly #note: (line: () => string) => void;
  readonly #show: (value: unknown) => string;
  #lastNowMs = 0;

  /** `note` keeps a line of what happens; `show` puts a value into words. */
  constructor(note: (line: () => string) => void, show: (value: unknown) => string) {
    this.#note = note;
    this.#show = show;
  }

  accuse(accusation: string): void {
    this.accusations.push(accusation);
  }

  // ---------------------------------------------------------------- transactions

  committed(record: TransactionRecord): void {
    const { work } = record;
    const output = work !== undefined && 'output' in work ? work.output : undefined;
    this.#note(() => `at ${record.nowMs} ${describeWork(work)} commits: ${this.#show(output)}`);
    const scene = this.#scene(record, describeWork(work));
    if (work?.kind === 'look') this.#auditLook(scene, work.key, work.entries);
    if (work?.kind === 'task') this.#auditTask(scene, work.timer);
    if (work?.kind === 'undelivered') this.#auditUndelivered(scene, work.call, work.output);
    if (work?.kind === 'call') this.#auditCall(scene, work.call, { kind: 'output', output });
    scene.end();
  }

  undone(record: TransactionRecord, error: unknown): void {
    const { work } = record;
    this.#note(() => `at ${record.nowMs} ${describeWork(work)} is undone: ${String(error)}`);
    const isRefused = error instanceof StorageFull || error instanceof StorageUnavailable;
    if (isRefused) {
      if (work?.kind === 'call') this.#endings.set(work.call, { kind: 'refused' });
      if (work?.kind === 'look') this.#lookFailed(work.key);
    } else if (work?.kind === 'call' && error instanceof AwsError) {
      const scene = this.#scene({ ...record, effects: [] }, describeWork(work));
      this.#auditCall(scene, work.call, { kind: 'error', error });
    } else {
      this.accuse(`${describeWork(work)} throws ${String(error)}`);
    }
  }

  agedIn(queueKey: string, enqueuedAtMs: number): readonly number[] {
    const messages = this.world.byKey(queueKey)?.messages ?? [];
    return messages
      .filter((message) => message.enqueuedAtMs <= enqueuedAtMs)
      .map(({ sequence }) => sequence);
  }

  #scene({ nowMs, effects }: TransactionRecord, title: string): Scene {
    if (nowMs < this.#lastNowMs) this.accuse('time runs backwards');
    this.#lastNowMs = nowMs;
    return new Scene({
      world: this.world,
      nowMs,
      title,
      effects,
      accuse: (accusation) => this.accuse(accusation),
      announced: (queue, entries, atMs) => this.waits.announced(queue, entries, atMs),
    });
  }

  #auditLook(scene: Scene, key: string, entries: number): void {
    const queue = this.world.byKey(key);
    if (queue !== undefined) scene.announce(queue, entries);
  }

  /** Where nobody knows what is available, every receiver may look for itself. */
  #lookFailed(key: string): void {
    const queue = this.world.byKey(key);
    if (queue !== undefined) this.waits.announced(queue, Number.POSITIVE_INFINITY);
  }

  #auditTask(scene: Scene, timer: Timer): void {
    if (timer.kind === 'sns.fan-out') auditFanOut(scene, timer);
    if (timer.kind.startsWith('sns.')) return;
    const { queueId } = timer.payload as { readonly queueId: string };
    const key = `sqs/${queueId}`;
    if (timer.kind === 'sqs.move-messages') auditRun(scene, key);
    for (const { queue: expiredKey, enqueuedAtMs } of scene.take('expire')) {
      scene.check(expiredKey === key, 'expires another queue');
      const queue = this.world.byKey(expiredKey);
      if (queue === undefined) continue;
      for (const message of queue.messages) {
        if (message.enqueuedAtMs > enqueuedAtMs) continue;
        const isOver = queue.isExpired(message, scene.nowMs);
        scene.check(isOver, `expires ${message.id} before its time`);
        queue.remove(message);
      }
      // What stood behind them in their groups may be available now.
      if (queue.fifo) scene.announce(queue, queue.messages.length);
    }
  }

  #auditUndelivered(scene: Scene, { request }: Call, output: Output<'ReceiveMessage'>): void {
    if (request.operation !== 'ReceiveMessage') return;
    const queue = this.world.at(request.input.QueueUrl);
    if (queue === undefined) return;
    auditUndelivered(scene, queue, request.input, output.Messages ?? []);
  }

  #auditCall(scene: Scene, call: Call, ending: Exclude<Ending, { kind: 'refused' }>): void {
    this.#endings.set(call, ending);
    const { operation, input } = call.request;
    const outcome = ending.kind === 'error' ? { error: ending.error.code } : ending;
    // Each rule takes what its operation takes and answers; the table is checked where it stands.
    const rule = rules[operation] as (scene: Scene, input: unknown, outcome: unknown) => void;
    rule(scene, input, outcome);
    if (call.request.operation !== 'ReceiveMessage' || ending.kind === 'error') return;
    const queue = this.world.at(call.request.input.QueueUrl);
    if (queue === undefined) return;
    this.waits.looked(call, queue, hasMessages(ending.output), scene.nowMs);
  }

  // ---------------------------------------------------------------- what clients hear

  /** A call was answered: with what its latest transaction said, and no sooner than due. */
  heard(call: Call, answer: { readonly output: unknown } | { readonly error: unknown }): void {
    const ending = this.#endings.get(call);
    this.#endings.delete(call);
    if ('output' in answer) {
      const isCommitted = ending?.kind === 'output' && ending.output === answer.output;
      if (!isCommitted) this.accuse(`${titleOf(call)} hears of what was not committed`);
      this.waits.ended(call, hasMessages(answer.output), this.#lastNowMs);
    } else {
      const isKnown = ending?.kind === 'error' && ending.error === answer.error;
      const isRefused = ending?.kind === 'refused' && isRefusal(answer.error);
      if (!isKnown && !isRefused) {
        this.accuse(`${titleOf(call)} fails with ${String(answer.error)}`);
      }
      this.waits.failed(call);
    }
  }

  /** The process is gone; what it had not answered stays unanswered. */
  restarted(): void {
    this.#endings.clear();
    this.waits.restarted();
  }

  // ---------------------------------------------------------------- time

  /** Nothing is under way. Background work may be late by `graceMs`. */
  quiet(nowMs: number, openCalls: Iterable<Call>, graceMs: number): void {
    this.waits.quiet(this.world, nowMs, openCalls);
    for (const queue of this.world.queues.values()) {
      const old = queue.messages.find(
        (message) => !message.revived && queue.isExpired(message, nowMs - graceMs),
      );
      if (old !== undefined) this.accuse(`${old.id} is still stored, long after its retention`);
    }
    for (const { id, publishedAtMs } of this.world.topics.underway.values()) {
      if (publishedAtMs < nowMs - graceMs) this.accuse(`${id} is still on its way`);
    }
  }

  /** Instants after this one at which something changes by itself, the earliest first. */
  nextInstants(nowMs: number): number[] {
    const instants = this.waits.deadlinesMs;
    for (const queue of this.world.queues.values()) {
      const retentionMs = queue.milliseconds('MessageRetentionPeriod');
      for (const message of queue.messages) {
        instants.push(message.visibleAtMs, message.enqueuedAtMs + retentionMs);
      }
      for (const send of queue.remembered.values()) instants.push(send.untilMs);
      for (const attempt of queue.attempts.values()) instants.push(attempt.untilMs);
    }
    for (const topic of this.world.topics.all) {
      for (const { untilMs } of topic.remembered.values()) instants.push(untilMs);
    }
    return instants.filter((instant) => instant > nowMs).sort((a, b) => a - b);
  }
}

function hasMessages(output: unknown): boolean {
  const { Messages = [] } = output as Output<'ReceiveMessage'>;
  return Messages.length > 0;
}

function describeWork(work: Work | undefined): string {
  switch (work?.kind) {
    case 'look':
      return 'a look at what is available';
    case 'task':
      return `the task ${work.timer.kind}`;
    case 'undelivered':
      return `taking back the answer of ${titleOf(work.call)}`;
    case 'call':
      return titleOf(work.call);
    default:
      return 'the scheduler';
  }
}
