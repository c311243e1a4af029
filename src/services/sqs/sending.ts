/**
 * Accepting messages: the rules of SendMessage, which each entry of SendMessageBatch obeys too.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
import type { Context } from '../../core/context.ts';
import { sequenceNumber } from '../../core/sequence-number.ts';
import type { NewEntry, QueueRef } from '../../storage/port.ts';
import { fail } from './errors.ts';
import { DEDUPLICATION_MS, deduplicationIdOf, deduplicationKey, groupIdOf } from './fifo.ts';
import { encodeMessage } from './message.ts';
import type { Outgoing } from './outgoing.ts';
import { checkRange, invalidParameter, missingParameter } from './parameter.ts';
import { countFor, isFifo, numberAttribute, type Queue, queueRef } from './queue.ts';
import type { OutgoingMessage } from './shapes.ts';

const DELAY_SECONDS = { min: 0, max: 900 };

/** What a sender is told of an accepted message. */
export interface Sent {
  MessageId: string;
  MD5OfMessageBody: string;
  MD5OfMessageAttributes?: string;
  MD5OfMessageSystemAttributes?: string;
  SequenceNumber?: string;
}

/** A message that is good to be stored. */
export interface Accepted {
  readonly entry: NewEntry;
  readonly bytes: number;
  readonly sent: Sent;
  /** Where its deduplication id is remembered; none on a standard queue. */
  readonly deduplicationKey: string | undefined;
}

/** Checks a message and makes its entry. Throws what SendMessage answers to a bad one. */
export function acceptMessage(queue: Queue, outgoing: Outgoing, context: Context): Accepted {
  const { message, body, isPlain, bytes, attributes } = outgoing;
  if (body === '') throw missingParameter('MessageBody');
  checkBytes(queue, bytes);
  outgoing.checkContents();
  const visibleAtMs = context.nowMs + delaySecondsOf(queue, message) * 1000;
  const groupId = groupIdOf(queue, message);
  const deduplicationId = deduplicationIdOf(queue, message);

  const sent: Sent = { MessageId: context.env.uuid(), ...outgoing.md5s };
  const payload = encodeMessage({
    messageId: sent.MessageId,
    body,
    isPlain,
    bodyMd5: sent.MD5OfMessageBody,
    sentAtMs: context.nowMs,
    senderId: context.caller.principalId,
    attributes,
    traceHeader: outgoing.traceHeader ?? context.caller.headers['x-amzn-trace-id'],
    groupId,
    deduplicationId,
  });
  const plain = { payload, visibleAtMs, enqueuedAtMs: context.nowMs };
  return {
    entry: groupId === undefined ? plain : { ...plain, group: groupId },
    bytes,
    sent,
    deduplicationKey:
      deduplicationId === undefined || groupId === undefined
        ? undefined
        : deduplicationKey(queue, groupId, deduplicationId),
  };
}

function checkBytes(queue: Queue, bytes: number): void {
  const bytesMax = numberAttribute(queue, 'MaximumMessageSize');
  if (bytes <= bytesMax) return;
  throw fail(
    'InvalidParameterValue',
    `One or more parameters are invalid. Reason: Message must be shorter than ${bytesMax} bytes.`,
  );
}

/** A message's own delay counts before the queue's; FIFO queues know the queue's alone. */
function delaySecondsOf(queue: Queue, { DelaySeconds }: OutgoingMessage): number {
  const queueDelaySeconds = numberAttribute(queue, 'DelaySeconds');
  if (DelaySeconds === undefined) return queueDelaySeconds;
  if (isFifo(queue)) {
    if (DelaySeconds === 0) return queueDelaySeconds;
    throw invalidParameter(
      'DelaySeconds',
      DelaySeconds,
      'The request include parameter that is not valid for this queue type.',
    );
  }
  checkRange('DelaySeconds', DelaySeconds, DELAY_SECONDS, 'DelaySeconds must be >= 0 and <= 900.');
  return DelaySeconds;
}

/** Stores accepted messages, in order and with one append; answers what their sender is told. */
export async function storeMessages(
  queue: Queue,
  accepted: readonly Accepted[],
  context: Context,
): Promise<Sent[]> {
  const ref = queueRef(queue);
  if (ref.ordered) return storeOnce(queue, ref, accepted, context);
  await append(queue, ref, accepted, context);
  return accepted.map(({ sent }) => sent);
}

/** What is remembered of an accepted send, so that a duplicate gets the same answer. */
interface Original {
  readonly messageId: string;
  readonly sequenceNumber: string;
}

/** On a FIFO queue a message whose deduplication id is remembered is answered, but not stored. */
async function storeOnce(
  queue: Queue,
  ref: QueueRef,
  accepted: readonly Accepted[],
  context: Context,
): Promise<Sent[]> {
  const { memos } = context.tx;
  const originals = new Map<string, Original>();
  const fresh = new Map<string, Accepted>();
  for (const message of accepted) {
    const key = message.deduplicationKey ?? '';
    if (originals.has(key) || fresh.has(key)) continue;
    const remembered = await memos.get<Original>(key);
    if (remembered === undefined) fresh.set(key, message);
    else originals.set(key, remembered);
  }
  const sequences = await append(queue, ref, [...fresh.values()], context);
  let index = 0;
  for (const [key, { sent }] of fresh) {
    const original: Original = {
      messageId: sent.MessageId,
      sequenceNumber: sequenceNumber(sequences[index++] ?? 0),
    };
    await memos.put(key, original, context.nowMs + DEDUPLICATION_MS);
    originals.set(key, original);
  }
  countFor(context, queue, 'NumberOfDeduplicatedSentMessages', accepted.length - fresh.size);
  return accepted.map(({ sent, deduplicationKey: key = '' }) => {
    const original = originals.get(key);
    if (original === undefined) return sent;
    const { messageId, sequenceNumber: SequenceNumber } = original;
    return { ...sent, MessageId: messageId, SequenceNumber };
  });
}

async function append(
  queue: Queue,
  ref: QueueRef,
  accepted: readonly Accepted[],
  context: Context,
): Promise<readonly number[]> {
  if (accepted.length === 0) return [];
  const sequences = await context.tx.queues.append(
    ref,
    accepted.map(({ entry }) => entry),
  );
  for (const { entry, bytes } of accepted) {
    countFor(context, queue, 'SentMessageSize', bytes);
    if (entry.visibleAtMs > context.nowMs) {
      context.wake({ key: ref.key, entries: 1, atMs: entry.visibleAtMs });
    }
  }
  const visible = accepted.filter(({ entry }) => entry.visibleAtMs <= context.nowMs).length;
  if (visible > 0) context.wake({ key: ref.key, entries: visible });
  countFor(context, queue, 'NumberOfMessagesSent', accepted.length);
  return sequences;
}
