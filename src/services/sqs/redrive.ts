/**
 * Dead-letter queues: a message that was received as often as the queue allows moves there when the
 * next receive meets it. Nothing moves when a visibility timeout ends.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
 */
import type { Context } from '../../core/context.ts';
import type { Claim, Entry, NewEntry } from '../../storage/port.ts';
import { decodeMessage, encodeMessage } from './message.ts';
import { findQueueByArn } from './move-task.ts';
import { isFifo, type Queue, queueArn, queueRef } from './queue.ts';
import { type RedrivePolicy, redrivePolicyOf } from './redrive-policy.ts';
import { expectExpiry } from './tasks.ts';

/** One receive moves no more than this, so that a backlog of dead letters cannot hold it up. */
const MOVES_MAX = 100;

/**
 * Claims what may be handed out, and moves to the dead-letter queue what was received too often.
 * Without that queue, messages are handed out on and on.
 */
export async function claimOrMove(queue: Queue, claim: Claim, context: Context): Promise<Entry[]> {
  const { queues } = context.tx;
  const ref = queueRef(queue);
  const policy = redrivePolicyOf(queue);
  if (policy === undefined) return queues.claim(ref, claim);

  const way = new WayOut(queue, policy, context);
  const kept: Entry[] = [];
  // With a timeout of 0 a second look would find again what the first one took.
  const hidden = { ...claim, visibleAtMs: Math.max(claim.visibleAtMs, context.nowMs + 1) };
  while (kept.length < claim.limit && way.moved < MOVES_MAX) {
    const movedBefore = way.moved;
    const shortage = claim.limit - kept.length;
    for (const entry of await queues.claim(ref, { ...hidden, limit: shortage })) {
      if (!(await way.take(entry))) kept.push(entry);
    }
    if (way.moved === movedBefore) break;
  }
  if (hidden.visibleAtMs !== claim.visibleAtMs) {
    for (const { sequence } of kept) await queues.extend(ref, sequence, claim.visibleAtMs);
  }
  await way.announce();
  // There may be more behind the ones that were moved.
  if (way.moved >= MOVES_MAX) context.wake({ key: ref.key, entries: claim.limit });
  return kept;
}

/** The way to the dead-letter queue, which is looked up when the first message must go there. */
class WayOut {
  moved = 0;
  readonly #source: Queue;
  readonly #policy: RedrivePolicy;
  readonly #context: Context;
  #target: Promise<Queue | undefined> | undefined;
  #oldestAtMs = Number.POSITIVE_INFINITY;

  constructor(source: Queue, policy: RedrivePolicy, context: Context) {
    this.#source = source;
    this.#policy = policy;
    this.#context = context;
  }

  /** Moves a claimed entry if it was received often enough before; answers whether it did. */
  async take(entry: Entry): Promise<boolean> {
    if (entry.claims - 1 < this.#policy.maxReceiveCount) return false;
    const context = this.#context;
    this.#target ??= findQueueByArn(context, this.#policy.deadLetterTargetArn);
    const target = await this.#target;
    if (target === undefined) return false;
    const letter = deadLetter(this.#source, entry, context.nowMs);
    const from = queueRef(this.#source);
    await context.tx.queues.move(from, entry.sequence, queueRef(target), letter);
    this.#oldestAtMs = Math.min(this.#oldestAtMs, letter.enqueuedAtMs);
    this.moved += 1;
    return true;
  }

  async announce(): Promise<void> {
    const target = await this.#target;
    if (target === undefined || this.moved === 0) return;
    await expectExpiry(this.#context, target, this.#oldestAtMs);
    this.#context.wake({ key: queueRef(target).key, entries: this.moved });
  }
}

/**
 * What becomes of an entry on its way to the dead-letter queue. It keeps its id, its group and its
 * count of receives. A standard queue keeps its age too; a FIFO queue starts it anew and replaces
 * the deduplication id by the message id.
 */
export function deadLetter(source: Queue, entry: Entry, nowMs: number): NewEntry {
  const message = decodeMessage(entry.payload);
  const fifo = isFifo(source);
  const letter = {
    payload: encodeMessage({
      ...message,
      deduplicationId: fifo ? message.messageId : message.deduplicationId,
      deadLetterSourceArn: queueArn(source),
      receivesBefore: (message.receivesBefore ?? 0) + entry.claims - 1,
    }),
    visibleAtMs: nowMs,
    enqueuedAtMs: fifo ? nowMs : entry.enqueuedAtMs,
  };
  return entry.group === undefined ? letter : { ...letter, group: entry.group };
}
