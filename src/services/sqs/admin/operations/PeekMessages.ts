/**
 * PeekMessages: looks at the messages of a queue without receiving them: nothing is hidden, nothing
 * counted, and a FIFO group stays as free as it was. Ours alone: AWS can only receive.
 */
import { operation } from '../../../../core/operation.ts';
import { decodePageToken, encodePageToken } from '../../../../core/page-token.ts';
import {
  type Infer,
  integer,
  list,
  long,
  map,
  required,
  string,
  stringOf,
  structure,
} from '../../../../schema/shapes.ts';
import type { Entry, EntryPhase } from '../../../../storage/port.ts';
import { invalidParameter } from '../../parameter.ts';
import { loadQueue, numberAttribute, type Queue, queueRef } from '../../queue.ts';
import { receivedMessage, selectionOf } from '../../received-message.ts';
import { messageAttributeValue } from '../../shapes.ts';

const PAGE_SIZE = 10;
const PAGE_SIZE_MAX = 100;

type State = 'visible' | 'delayed' | 'inflight';

const phaseOf: { readonly [S in State]: EntryPhase } = {
  visible: 'visible',
  delayed: 'delayed',
  inflight: 'claimed',
};

const peekedMessage = structure({
  MessageId: string(),
  Body: string(),
  MD5OfBody: string(),
  /** Only on a FIFO queue. */
  SequenceNumber: string(),
  /** `visible`, `delayed` or `inflight`. */
  State: string(),
  /** In milliseconds; when it was or will be visible. */
  VisibleAt: long(),
  /** In milliseconds. */
  SentTimestamp: long(),
  ApproximateReceiveCount: integer(),
  /** In milliseconds; absent before the first receive from this queue. */
  ApproximateFirstReceiveTimestamp: long(),
  MessageGroupId: string(),
  MessageDeduplicationId: string(),
  MessageAttributes: map(messageAttributeValue),
  /** System attributes, as ReceiveMessage answers them. */
  Attributes: map(string()),
});

type PeekedMessage = Infer<typeof peekedMessage>;

export const PeekMessages = operation({
  name: 'PeekMessages',
  input: structure({
    QueueUrl: required(string()),
    State: string({ enum: Object.keys(phaseOf) }),
    MaxResults: integer({ min: 1, max: PAGE_SIZE_MAX }),
    NextToken: string(),
  }),
  output: structure({ Messages: list(peekedMessage), NextToken: string() }),
  errors: ['InvalidAddress', 'QueueDoesNotExist'],
  ownerOnly: true,
  async handler(input, context) {
    const { State, MaxResults: limit = PAGE_SIZE, NextToken } = input;
    const after = NextToken === undefined ? undefined : sequenceIn(NextToken);
    const queue = await loadQueue(input.QueueUrl, context);
    const entries = await context.tx.queues.peek(queueRef(queue), {
      limit: limit + 1,
      ...(State !== undefined && { phase: phaseOf[State as State] }),
      ...(after !== undefined && { after }),
    });
    const page = entries.slice(0, limit);
    const last = page.at(-1);
    const isCut = entries.length > limit && last !== undefined;
    const expiredAtMs = context.nowMs - numberAttribute(queue, 'MessageRetentionPeriod') * 1000;
    return {
      // What is past its retention but not swept yet is gone for everybody.
      Messages: page
        .filter((entry) => entry.enqueuedAtMs > expiredAtMs)
        .map((entry) => peekedMessageOf(queue, entry, context.nowMs)),
      ...(isCut && { NextToken: encodePageToken(String(last.sequence)) }),
    };
  },
});

/** Pages follow sequences: what is removed or added between two calls moves no page. */
function sequenceIn(token: string): number {
  const text = decodePageToken(token);
  if (text !== undefined && /^\d{1,16}$/.test(text)) return Number(text);
  throw invalidParameter('NextToken', token, 'Invalid or expired next token.');
}

const everything = selectionOf({
  MessageSystemAttributeNames: ['All'],
  MessageAttributeNames: ['All'],
});

function peekedMessageOf(queue: Queue, entry: Entry, nowMs: number): PeekedMessage {
  // The receipt handle stays here: a look gives no right to delete.
  const { ReceiptHandle: _, ...received } = receivedMessage(queue, entry, nowMs, everything);
  const { ApproximateFirstReceiveTimestamp: firstReceive, ...system } = received.Attributes ?? {};
  const wasReceived = entry.firstClaimedAtMs !== undefined && firstReceive !== undefined;
  const { MessageId = '', Body = '', MD5OfBody = '', MessageAttributes } = received;
  const { SequenceNumber, MessageGroupId, MessageDeduplicationId } = system;
  return {
    MessageId,
    Body: stringOf(Body),
    MD5OfBody,
    State: stateOf(entry, nowMs),
    VisibleAt: entry.visibleAtMs,
    SentTimestamp: Number(system.SentTimestamp),
    ApproximateReceiveCount: Number(system.ApproximateReceiveCount),
    ...(wasReceived && { ApproximateFirstReceiveTimestamp: Number(firstReceive) }),
    ...(SequenceNumber !== undefined && { SequenceNumber }),
    ...(MessageGroupId !== undefined && { MessageGroupId }),
    ...(MessageDeduplicationId !== undefined && { MessageDeduplicationId }),
    ...(MessageAttributes !== undefined && { MessageAttributes }),
    Attributes: wasReceived
      ? { ...system, ApproximateFirstReceiveTimestamp: firstReceive }
      : system,
  };
}

function stateOf(entry: Entry, nowMs: number): State {
  if (entry.visibleAtMs <= nowMs) return 'visible';
  return entry.claims > 0 ? 'inflight' : 'delayed';
}
