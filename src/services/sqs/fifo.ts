/**
 * What FIFO queues add to sending: groups, deduplication, sequence numbers.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
import { hash } from 'node:crypto';
import { stringOf } from '../../schema/shapes.ts';
import { fail } from './errors.ts';
import { invalidParameter, missingParameter } from './parameter.ts';
import { isFifo, type Queue } from './queue.ts';
import type { OutgoingMessage } from './shapes.ts';

/** How long a deduplication id is remembered, counted from the first accepted send. */
export const DEDUPLICATION_MS = 5 * 60 * 1000;

/** Alphanumeric characters and ASCII punctuation, which is all that is printable but the space. */
const ID = /^[!-~]{1,128}$/;

/** Throws InvalidParameterValue. `name` is the member that carries the id. */
export function checkId(name: string, value: string): void {
  if (ID.test(value)) return;
  throw invalidParameter(
    name,
    value,
    `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
  );
}

/** The message's group; none only on a standard queue. Throws MissingParameter. */
export function groupIdOf(queue: Queue, message: OutgoingMessage): string | undefined {
  const { MessageGroupId } = message;
  if (isFifo(queue) && !MessageGroupId) throw missingParameter('MessageGroupId');
  if (MessageGroupId !== undefined) checkId('MessageGroupId', MessageGroupId);
  return MessageGroupId;
}

/** The id, given or generated; none on a standard queue. Throws InvalidParameterValue. */
export function deduplicationIdOf(queue: Queue, message: OutgoingMessage): string | undefined {
  const { MessageDeduplicationId } = message;
  if (!isFifo(queue)) {
    if (MessageDeduplicationId === undefined) return undefined;
    throw invalidParameter(
      'MessageDeduplicationId',
      MessageDeduplicationId,
      'The request includes a parameter that is not valid for this queue type.',
    );
  }
  if (MessageDeduplicationId !== undefined) {
    checkId('MessageDeduplicationId', MessageDeduplicationId);
    return MessageDeduplicationId;
  }
  if (queue.attributes.ContentBasedDeduplication === 'true') {
    return hash('sha256', stringOf(message.MessageBody), 'hex');
  }
  throw fail(
    'InvalidParameterValue',
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId ' +
      'provided explicitly',
  );
}

/** Where an accepted send is remembered. Ids hold no spaces: the parts stay apart. */
export function deduplicationKey(queue: Queue, groupId: string, id: string): string {
  const scope = queue.attributes.DeduplicationScope === 'messageGroup' ? `${groupId} ` : '';
  return `${DEDUPLICATION_PREFIX}${queue.queueId}/${scope}${id}`;
}

/** What all keys of remembered sends start with. */
export const DEDUPLICATION_PREFIX = 'sqs/deduplication/';
