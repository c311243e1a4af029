/**
 * ReceiveMessage: hands out up to ten messages and hides them from other receivers for a while.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 *
 * A long poll never waits in here: a run that finds nothing asks to be run again and answers what
 * it would answer now.
 */
import type { Context } from '../../../core/context.ts';
import { operation } from '../../../core/operation.ts';
import {
  type Infer,
  integer,
  list,
  named,
  required,
  string,
  structure,
} from '../../../schema/shapes.ts';
import { fail } from '../errors.ts';
import { checkId } from '../fifo.ts';
import { inFlightLimit } from '../in-flight.ts';
import { checkRange, invalidParameter } from '../parameter.ts';
import {
  addressOf,
  countFor,
  isFifo,
  loadQueue,
  numberAttribute,
  type Queue,
  queueKey,
  queueRef,
} from '../queue.ts';
import { decodeReceiptHandle } from '../receipt-handle.ts';
import {
  type Claimed,
  forgetAttempt,
  isRepeated,
  rememberAttempt,
  repeatAttempt,
} from '../receive-attempt.ts';
import { receivedMessage, selectionOf } from '../received-message.ts';
import { claimOrMove } from '../redrive.ts';
import { receivedMessage as receivedMessageShape } from '../shapes.ts';
import { VISIBILITY_SECONDS } from '../visibility.ts';

const MESSAGES = { min: 1, max: 10 };
const WAIT_SECONDS = { min: 0, max: 20 };
/** No delete announces itself to those who wait for fewer to be in flight: they look again. */
const FULL_RECHECK_MS = 1000;

const input = structure({
  QueueUrl: required(string()),
  AttributeNames: named('AttributeName', list(string(), { flattened: true })),
  MessageSystemAttributeNames: named('AttributeName', list(string(), { flattened: true })),
  MessageAttributeNames: named('MessageAttributeName', list(string(), { flattened: true })),
  MaxNumberOfMessages: integer(),
  VisibilityTimeout: integer(),
  WaitTimeSeconds: integer(),
  ReceiveRequestAttemptId: string(),
});

export const ReceiveMessage = operation({
  name: 'ReceiveMessage',
  input,
  output: structure({
    Messages: named('Message', list(receivedMessageShape, { flattened: true })),
  }),
  errors: [
    'InvalidAddress',
    'InvalidSecurity',
    'KmsAccessDenied',
    'KmsDisabled',
    'KmsInvalidKeyUsage',
    'KmsInvalidState',
    'KmsNotFound',
    'KmsOptInRequired',
    'KmsThrottled',
    'OverLimit',
    'QueueDoesNotExist',
    'RequestThrottled',
    'UnsupportedOperation',
  ],

  async handler(request, context) {
    const queue = await loadQueue(request.QueueUrl, context);
    const wish = wishOf(queue, request);
    const selection = selectionOf(request);
    const claimed = await claim(queue, wish, context);
    if (claimed === undefined || claimed.entries.length === 0) {
      await waitOrGiveUp(queue, wish, claimed === undefined, context);
      return {};
    }
    const { entries, claimedAtMs } = claimed;
    const ref = queueRef(queue);
    // Receivers that are parked already must learn when these come back.
    const atMs = context.nowMs + wish.visibilityMs;
    context.wake({ key: ref.key, entries: entries.length, atMs });
    countFor(context, queue, 'NumberOfMessagesReceived', entries.length);
    return {
      Messages: entries.map((entry) => receivedMessage(queue, entry, claimedAtMs, selection)),
    };
  },

  async undelivered(request, { Messages = [] }, context) {
    const key = queueKey(addressOf(request.QueueUrl, context));
    const queue = (await context.tx.documents.get<Queue>(key))?.value;
    if (queue === undefined) return;
    const { ReceiveRequestAttemptId: attemptId } = request;
    if (attemptId !== undefined && (await isRepeated(queue, attemptId, context))) return;
    const ref = queueRef(queue);
    let released = 0;
    for (const { ReceiptHandle = '' } of Messages) {
      const handle = decodeReceiptHandle(ReceiptHandle);
      if (handle?.queueId !== queue.queueId) continue;
      const state = await context.tx.queues.find(ref, handle.sequence);
      if (state?.claims !== handle.claims || state.visibleAtMs <= context.nowMs) continue;
      await context.tx.queues.release(ref, handle.sequence);
      released += 1;
    }
    if (attemptId !== undefined) await forgetAttempt(queue, attemptId, context);
    if (released > 0) context.wake({ key: ref.key, entries: released });
  },
});

/** What a request asks for once the queue's defaults are filled in. */
interface Wish {
  readonly messages: number;
  readonly visibilityMs: number;
  readonly waitSeconds: number;
  readonly attemptId: string | undefined;
}

/** Throws InvalidParameterValue. */
function wishOf(queue: Queue, request: Infer<typeof input>): Wish {
  const {
    MaxNumberOfMessages = 1,
    VisibilityTimeout = numberAttribute(queue, 'VisibilityTimeout'),
    WaitTimeSeconds = numberAttribute(queue, 'ReceiveMessageWaitTimeSeconds'),
    ReceiveRequestAttemptId: attemptId,
  } = request;
  const between = 'Must be between 1 and 10, if provided.';
  checkRange('MaxNumberOfMessages', MaxNumberOfMessages, MESSAGES, between);
  const visibility = 'Must be >= 0 and <= 43200, if provided.';
  checkRange('VisibilityTimeout', VisibilityTimeout, VISIBILITY_SECONDS, visibility);
  const wait = 'Must be >= 0 and <= 20, if provided.';
  checkRange('WaitTimeSeconds', WaitTimeSeconds, WAIT_SECONDS, wait);
  if (attemptId !== undefined) {
    if (!isFifo(queue)) {
      const reason = 'The request include parameter that is not valid for this queue type.';
      throw invalidParameter('ReceiveRequestAttemptId', attemptId, reason);
    }
    checkId('ReceiveRequestAttemptId', attemptId);
  }
  return {
    messages: MaxNumberOfMessages,
    visibilityMs: VisibilityTimeout * 1000,
    waitSeconds: WaitTimeSeconds,
    attemptId,
  };
}

/**
 * Undefined when the queue has as many messages in flight as it may. Throws OverLimit instead on a
 * standard queue when nobody would wait.
 */
async function claim(queue: Queue, wish: Wish, context: Context): Promise<Claimed | undefined> {
  const { nowMs } = context;
  const { attemptId } = wish;
  const ref = queueRef(queue);
  const visibleAtMs = nowMs + wish.visibilityMs;
  if (attemptId !== undefined) {
    const repeated = await repeatAttempt(queue, attemptId, visibleAtMs, context);
    if (repeated !== undefined) {
      // It takes nothing new, so what woke this call, if anything did, is still there for others.
      context.wake({ key: ref.key, entries: wish.messages });
      return repeated;
    }
  }
  const limit = inFlightLimit(context.env);
  const room = await limit.room(ref, wish.messages, context.tx);
  if (room === 0) {
    if (isFifo(queue) || wish.waitSeconds > 0) return undefined;
    throw fail('OverLimit', 'The maximum number of messages in flight has been reached.');
  }
  const retentionMs = numberAttribute(queue, 'MessageRetentionPeriod') * 1000;
  const entries = await claimOrMove(
    queue,
    { limit: room, visibleAtMs, expiredAtMs: nowMs - retentionMs },
    context,
  );
  limit.claimed(ref, entries.length);
  const claimed = { entries, claimedAtMs: nowMs };
  if (attemptId !== undefined && entries.length > 0) {
    await rememberAttempt(queue, attemptId, claimed, visibleAtMs, context);
  }
  return claimed;
}

/** `full`: nothing was looked for, because as much is in flight as may be. */
async function waitOrGiveUp(
  queue: Queue,
  wish: Wish,
  full: boolean,
  context: Context,
): Promise<void> {
  countFor(context, queue, 'NumberOfEmptyReceives', 1);
  if (wish.waitSeconds === 0) return;
  const ref = queueRef(queue);
  const nextAtMs = full
    ? context.nowMs + FULL_RECHECK_MS
    : await context.tx.queues.nextVisibleAtMs(ref);
  const wait = { key: ref.key, seconds: wish.waitSeconds, capacity: wish.messages };
  context.waitFor(nextAtMs === undefined ? wait : { ...wait, nextAtMs });
}
