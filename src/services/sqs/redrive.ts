/**
 * Dead-letter queues: a message that was received as often as the queue allows moves there when the
 * next receive meets it. Nothing moves when a visibility timeout ends.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
 */
import { parseArn } from '../../core/arn.ts';
import type { Context } from '../../core/context.ts';
import type { Claim, Entry, NewEntry } from '../../storage/port.ts';
import { decodeMessage, encodeMessage } from './message.ts';
import { isFifo, type Queue, queueArn, queueKey, queueRef } from './queue.ts';

/** One receive moves no more than this, so that a backlog of dead letters cannot hold it up. */
const MOVES_MAX = 100;

export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

/** The queue's policy; the attribute was checked when it was set. */
export function redrivePolicyOf(queue: Queue): RedrivePolicy | undefined {
  const text = queue.attributes.RedrivePolicy;
  if (!text) return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(text);
  return { deadLetterTargetArn, maxReceiveCount: Number(maxReceiveCount) };
}

/** The queue under that ARN, or undefined where it was deleted since. */
async function targetOf(policy: RedrivePolicy, context: Context): Promise<Queue | undefined> {
  const arn = parseArn(policy.deadLetterTargetArn);
  if (arn === undefined) return undefined;
  const { region, accountId, resource: name } = arn;
  const key = queueKey({ region, accountId, name });
  return (await context.tx.documents.get<Queue>(key))?.value;
}

/**
 * Claims what may be handed out, and moves to the dead-letter queue what was received too often.
 * Without that queue, messages are handed out on and on.
 */
export async function claimOrMove(queue: Queue, claim: Claim, context: Context): Promise<Entry[]> {
  const { queues } = context.tx;
  const ref = queueRef(queue);
  const policy = redrivePolicyOf(queue);
  if (policy === undefined) return queues.claim(ref, claim);

  let target: Queue | undefined | null = null;
  const kept: Entry[] = [];
  let moves = 0;
  while (kept.length < claim.limit && moves < MOVES_MAX) {
    const entries = await queues.claim(ref, { ...claim, limit: claim.limit - kept.length });
    const movesBefore = moves;
    for (const entry of entries) {
      const receives = entry.claims - 1;
      if (receives >= policy.maxReceiveCount && target === null) {
        target = (await targetOf(policy, context)) ?? undefined;
      }
      if (receives < policy.maxReceiveCount || !target) {
        kept.push(entry);
        continue;
      }
      const letter = deadLetter(queue, entry, context.nowMs);
      await queues.move(ref, entry.sequence, queueRef(target), letter);
      moves += 1;
    }
    if (moves === movesBefore) break;
  }
  if (target && moves > 0) context.wake({ key: queueRef(target).key, entries: moves });
  // There may be more behind the ones that were moved.
  if (moves >= MOVES_MAX) context.wake({ key: ref.key, entries: claim.limit });
  return kept;
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
