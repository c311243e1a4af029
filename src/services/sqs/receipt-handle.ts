/**
 * Receipt handles: opaque text that names one receive of one message.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
 *
 *     base64 of   1:<queue id>:<sequence>:<claims>:<claimed at, ms>:<check>
 *
 *     the check is the CRC-32 of what precedes its colon
 *
 * `claims` is the receive's number, so each receive has its own handle and an older one is known
 * as such. The handle is all that is kept of a receive: nothing is stored for it, and it stays
 * readable when the message or the whole backlog is gone. The check tells a handle from other text;
 * it is no secret, because a handle gives no right that access to the queue does not give already.
 *
 * Changing the format: take the next version, and read the old one for as long as a message can be
 * in flight, which is 12 hours.
 */
import { crc32 } from 'node:zlib';
import { fail } from './errors.ts';
import type { Queue } from './queue.ts';

const VERSION = '1';
const FIELD_COUNT = 6;
const CHARACTERS_MAX = 1024;

export interface ReceiptHandle {
  readonly queueId: string;
  readonly sequence: number;
  /** The receive's number among the receives of this message in this queue; 1 for the first. */
  readonly claims: number;
  /** When ReceiveMessage handed the message out, in milliseconds. */
  readonly claimedAtMs: number;
}

export function encodeReceiptHandle(handle: ReceiptHandle): string {
  const { queueId, sequence, claims, claimedAtMs } = handle;
  const signed = `${VERSION}:${queueId}:${sequence}:${claims}:${claimedAtMs}`;
  return btoa(`${signed}:${crc32(signed)}`);
}

/** What the text says, or undefined where we never made it. */
export function decodeReceiptHandle(text: string): ReceiptHandle | undefined {
  if (text.length > CHARACTERS_MAX) return undefined;
  const fields = Buffer.from(text, 'base64').toString('latin1').split(':');
  const [version, queueId = '', sequence = '', claims = '', claimedAtMs = ''] = fields;
  if (fields.length !== FIELD_COUNT || version !== VERSION) return undefined;
  const handle = {
    queueId,
    sequence: Number(sequence),
    claims: Number(claims),
    claimedAtMs: Number(claimedAtMs),
  };
  if (!isCount(handle.sequence) || !isCount(handle.claims) || !isCount(handle.claimedAtMs)) {
    return undefined;
  }
  // Base64 and numbers have several spellings of one value; ours is the one that we would write.
  return encodeReceiptHandle(handle) === text ? handle : undefined;
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/** The handle behind the text. Throws ReceiptHandleIsInvalid unless this queue gave it out. */
export function openReceiptHandle(text: string, queue: Queue): ReceiptHandle {
  const handle = decodeReceiptHandle(text);
  if (handle?.queueId === queue.queueId) return handle;
  throw fail(
    'ReceiptHandleIsInvalid',
    `The input receipt handle "${text}" is not a valid receipt handle.`,
  );
}
