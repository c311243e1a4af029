/**
 * Handing messages to queues of the same store: as a send inside the transaction of the publish, so
 * that both are there or neither is.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html
 */
import { AwsError } from '../../core/aws-error.ts';
import type { Caller, Context } from '../../core/context.ts';
import { type QueueAddress, queueAddressOf, type Recipient } from './audience.ts';
import type { MessageForms } from './envelope.ts';
import type { Notification } from './notification.ts';
import type { Topic } from './topic.ts';

/** The principal under which topics send to queues; receivers see it as SenderId. */
const PRINCIPAL_ID = 'AIDAIT2UOQQY3AUEKVGXU';

/** More attributes than a queue takes; a raw delivery then fails as a client-side error. */
const RAW_ATTRIBUTES_MAX = 10;

/** What SQS's SendMessage takes beside the queue. */
export interface QueueMessage {
  readonly MessageBody: string;
  readonly MessageAttributes?: object;
  readonly MessageGroupId?: string;
  readonly MessageDeduplicationId?: string;
}

/** What became of a message for one queue. */
export type QueueOutcome = 'delivered' | 'dropped' | 'dead-lettered' | 'not dead-lettered';

/** Sends a message to the queue of a subscription, or else to its dead-letter queue. */
export async function deliverToQueue(
  context: Context,
  topic: Topic,
  notification: Notification,
  recipient: Recipient,
  forms: MessageForms,
): Promise<QueueOutcome> {
  const { queue, deadLetterArn, raw } = recipient;
  const isTooMuch = raw && countAttributes(notification) > RAW_ATTRIBUTES_MAX;
  if (queue !== undefined && !isTooMuch) {
    const body = bodyFor(recipient, forms);
    const message = { ...body, ...idsFor(topic, queue, notification, forms) };
    if (await send(context, queue, message, notification)) return 'delivered';
  }
  const deadLetterQueue = queueAddressOf(deadLetterArn ?? '');
  if (deadLetterQueue === undefined) return 'dropped';
  const dead = deadLetterFor(recipient, deadLetterQueue, notification, forms);
  const isKept = await send(context, deadLetterQueue, dead, notification);
  return isKept ? 'dead-lettered' : 'not dead-lettered';
}

/** The envelope, or the text itself with its attributes. */
function bodyFor({ raw, subscription }: Recipient, forms: MessageForms): QueueMessage {
  const { protocol, arn } = subscription;
  if (!raw) return { MessageBody: forms.envelope(protocol, arn) };
  const { rawAttributes } = forms;
  const MessageBody = forms.text(protocol);
  return rawAttributes === undefined
    ? { MessageBody }
    : { MessageBody, MessageAttributes: rawAttributes };
}

/** Observed: from a FIFO topic a standard queue gets no group. */
function idsFor(
  topic: Topic,
  queue: QueueAddress,
  notification: Notification,
  forms: MessageForms,
): Partial<QueueMessage> | undefined {
  if (queue.fifo) return fifoIds(notification, forms);
  const { groupId } = notification;
  return topic.fifo || groupId === undefined ? undefined : { MessageGroupId: groupId };
}

const fifoIds = ({ groupId, messageId }: Notification, forms: MessageForms) => ({
  MessageGroupId: groupId ?? messageId,
  MessageDeduplicationId: forms.deduplicationId,
});

/** What a dead-letter queue gets: what the subscriber would have got. */
export function deadLetterFor(
  recipient: Recipient,
  queue: QueueAddress,
  notification: Notification,
  forms: MessageForms,
): QueueMessage {
  // No queue takes that many attributes, but in an envelope they are not the queue's.
  const isTooMuch = countAttributes(notification) > RAW_ATTRIBUTES_MAX;
  const body = bodyFor(isTooMuch ? { ...recipient, raw: false } : recipient, forms);
  return queue.fifo ? { ...body, ...fifoIds(notification, forms) } : body;
}

function countAttributes({ attributes }: Notification): number {
  return attributes === undefined ? 0 : Object.keys(attributes).length;
}

/** Whether the queue took the message. It checks everything before it stores anything. */
export async function send(
  context: Context,
  queue: QueueAddress,
  message: QueueMessage,
  from: Pick<Notification, 'endpoint' | 'traceHeader'>,
): Promise<boolean> {
  const { accountId, region, name } = queue;
  const caller: Caller = {
    accountId,
    region,
    accessKeyId: 'sns.amazonaws.com',
    principalId: PRINCIPAL_ID,
    endpoint: from.endpoint,
    headers: from.traceHeader === undefined ? {} : { 'x-amzn-trace-id': from.traceHeader },
  };
  const input = { QueueUrl: `/${accountId}/${name}`, ...message };
  try {
    await context.invoke('sqs', 'SendMessage', input, caller);
    return true;
  } catch (error) {
    if (error instanceof AwsError && error.row.fault === 'client') return false;
    throw error;
  }
}
