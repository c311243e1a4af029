/** What `waystation check` asks about queues and messages. */
import { hash } from 'node:crypto';
import { type Problem, RESTORE_REMEDY } from '../../core/problem.ts';
import { allDocuments, allMemos } from '../../core/read-all.ts';
import { sequenceNumber } from '../../core/sequence-number.ts';
import type { QueueRef, Transaction } from '../../storage/port.ts';
import { DEDUPLICATION_PREFIX } from './fifo.ts';
import { decodeMessage } from './message.ts';
import { isFifo, type Queue, queueArn, queueKey, queueRef } from './queue.ts';
import { expiryTimerKey } from './tasks.ts';

const PAGE_SIZE = 500;
const QUEUE_PREFIX = 'sqs/queue/';
const STORED_PREFIX = 'sqs/';

/** Runs what asks several questions and must get one answer. */
type AtOneInstant = <T>(run: () => Promise<T>) => Promise<T>;

interface Stored {
  queues(): readonly QueueRef[];
  nextSequence(): number;
}

/** The ARN of each queue, by the key of its messages. */
export async function storedQueueNames(tx: Transaction): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for await (const { value } of allDocuments<Queue>(tx, QUEUE_PREFIX)) {
    names.set(queueRef(value).key, queueArn(value));
  }
  return names;
}

/** Queues against what belongs to them. All of it must be seen at one instant. */
export async function checkQueues(tx: Transaction, stored: Stored): Promise<Problem[]> {
  const refs = new Map(stored.queues().map((ref) => [ref.key, ref]));
  const problems: Problem[] = [];
  const known = new Set<string>();
  for await (const document of allDocuments<Queue>(tx, QUEUE_PREFIX)) {
    const queue = document.value;
    const { key } = queueRef(queue);
    if (known.has(key) || document.key !== queueKey(queue)) problems.push(misfiled(queue));
    known.add(key);
    if (refs.get(key)?.ordered === !isFifo(queue)) problems.push(otherKind(queue));
    if ((await tx.timers.get(expiryTimerKey(queue.queueId))) === undefined) {
      problems.push(neverExpires(queue));
    }
  }
  for (const { key } of refs.values()) {
    if (key.startsWith(STORED_PREFIX) && !known.has(key)) problems.push(queueless(key));
  }
  return [...problems, ...(await checkDeduplication(tx, stored))];
}

/**
 * Each message must be readable, and its body that which was sent. Pages are instants of their own:
 * one for all messages would keep a server from copying its log meanwhile.
 */
export async function checkMessages(
  tx: Transaction,
  atOneInstant: AtOneInstant,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for await (const { value } of allDocuments<Queue>(tx, QUEUE_PREFIX)) {
    problems.push(...(await checkMessagesOf(tx, value, atOneInstant)));
  }
  return problems;
}

async function checkMessagesOf(
  tx: Transaction,
  queue: Queue,
  atOneInstant: AtOneInstant,
): Promise<Problem[]> {
  let unreadable = 0;
  let changed = 0;
  for (let after = 0; ; ) {
    const page = { after, limit: PAGE_SIZE };
    const entries = await atOneInstant(async () => tx.queues.peek(queueRef(queue), page));
    for (const { payload, sequence } of entries) {
      after = sequence;
      try {
        const { body, bodyMd5 } = decodeMessage(payload);
        if (hash('md5', body) !== bodyMd5) changed++;
      } catch {
        unreadable++;
      }
    }
    if (entries.length < PAGE_SIZE) break;
  }
  return [
    ...(changed > 0 ? [otherBodies(queue, changed)] : []),
    ...(unreadable > 0 ? [unreadableMessages(queue, unreadable)] : []),
  ];
}

async function checkDeduplication(tx: Transaction, stored: Stored): Promise<Problem[]> {
  let count = 0;
  const next = sequenceNumber(stored.nextSequence());
  const sends = allMemos<{ sequenceNumber?: string }>(tx, DEDUPLICATION_PREFIX);
  for await (const { value } of sends) {
    if ((value.sequenceNumber ?? '') < next) continue;
    count++;
  }
  return count > 0 ? [futureSends(count)] : [];
}

const misfiled = (queue: Queue): Problem => ({
  what: `The queue ${queueArn(queue)} is stored under another queue's name, or twice.`,
  meaning: 'Requests may reach the wrong queue.',
  remedy: RESTORE_REMEDY,
});

const otherKind = (queue: Queue): Problem => ({
  what: `The queue ${queueArn(queue)} keeps its messages as the other kind of queue would.`,
  meaning: 'The order of its messages, or the freedom from it, is not what its name says.',
  remedy: RESTORE_REMEDY,
});

const neverExpires = (queue: Queue): Problem => ({
  what: `Nothing removes the old messages of the queue ${queueArn(queue)}.`,
  meaning: 'Its messages are not handed out past their retention, and take room for ever.',
  remedy: 'Set MessageRetentionPeriod with SetQueueAttributes to another value, and back.',
});

const queueless = (key: string): Problem => ({
  what: `There are messages under "${key}", and no queue that they belong to.`,
  meaning: 'No call reaches them: the queue is lost.',
  remedy: RESTORE_REMEDY,
});

const otherBodies = (queue: Queue, count: number): Problem => ({
  what: `${count} messages of the queue ${queueArn(queue)} have another body than was sent.`,
  meaning: 'Their MD5 does not fit: the disk or another program changed them. SDKs refuse them.',
  remedy: `${RESTORE_REMEDY} Look at the disk before you use it again.`,
});

const unreadableMessages = (queue: Queue, count: number): Problem => ({
  what: `${count} messages of the queue ${queueArn(queue)} cannot be read.`,
  meaning: 'Receives that meet them fail.',
  remedy: RESTORE_REMEDY,
});

const futureSends = (count: number): Problem => ({
  what: `${count} deduplication ids stand for messages that were never stored.`,
  meaning: 'A send with such an id is answered as a duplicate, and the message is not stored.',
  remedy: `${RESTORE_REMEDY} Or wait five minutes: that is how long an id is remembered.`,
});
