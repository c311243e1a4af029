/** What a message keeps and what it loses on its way to a dead-letter queue. */
import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage, type Message } from '../../../src/services/sqs/message.ts';
import type { Queue } from '../../../src/services/sqs/queue.ts';
import { deadLetter } from '../../../src/services/sqs/redrive.ts';
import type { Entry } from '../../../src/storage/port.ts';
import { arn } from './queues.ts';

const NOW_MS = 1_767_225_600_000;
const ENQUEUED_AT_MS = NOW_MS - 86_400_000;

const message: Message = {
  messageId: 'm-1',
  body: 'hello\nworld',
  bodyMd5: 'md5',
  sentAtMs: ENQUEUED_AT_MS,
  senderId: 'AIDATEST',
  attributes: { Colour: { DataType: 'String', StringValue: 'red' } },
  traceHeader: 't',
  groupId: 'g',
};

const source = (name: string): Queue => ({
  queueId: 'q',
  name,
  accountId: '000000000000',
  region: 'us-east-1',
  createdAtMs: 0,
  modifiedAtMs: 0,
  attributes: {},
  tags: {},
});

/** Claimed for the fourth time by the receive that finds it received too often. */
const entry = (changes: Partial<Message> = {}): Entry => ({
  sequence: 7,
  group: 'g',
  payload: encodeMessage({ ...message, ...changes }),
  visibleAtMs: NOW_MS + 30_000,
  enqueuedAtMs: ENQUEUED_AT_MS,
  claims: 4,
});

describe('a dead letter of a standard queue', () => {
  const letter = deadLetter(source('orders'), entry(), NOW_MS);

  it('is the same message, with its source and its count', () => {
    expect(decodeMessage(letter.payload)).toEqual({
      ...message,
      deadLetterSourceArn: arn('orders'),
      receivesBefore: 3,
    });
  });

  it('is visible now, and as old as it was', () => {
    const { payload: _payload, ...rest } = letter;
    expect(rest).toEqual({ group: 'g', visibleAtMs: NOW_MS, enqueuedAtMs: ENQUEUED_AT_MS });
  });

  it('of a message that came from another queue counts the receives there too', () => {
    const changes = { receivesBefore: 10, deadLetterSourceArn: arn('first') };
    const second = deadLetter(source('orders-dlq'), entry(changes), NOW_MS);
    expect(decodeMessage(second.payload)).toMatchObject({
      receivesBefore: 13,
      deadLetterSourceArn: arn('orders-dlq'),
    });
  });

  it('has a group only where the message had one', () => {
    const { group: _group, ...without } = entry();
    expect(deadLetter(source('orders'), without, NOW_MS)).not.toHaveProperty('group');
  });
});

describe('a dead letter of a FIFO queue', () => {
  const letter = deadLetter(source('orders.fifo'), entry({ deduplicationId: 'd' }), NOW_MS);

  it('takes its message id for its deduplication id', () => {
    expect(decodeMessage(letter.payload).deduplicationId).toBe('m-1');
  });

  it('starts its age anew and keeps its send time', () => {
    expect(letter.enqueuedAtMs).toBe(NOW_MS);
    expect(decodeMessage(letter.payload).sentAtMs).toBe(ENQUEUED_AT_MS);
  });
});
