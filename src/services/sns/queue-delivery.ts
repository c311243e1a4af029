/**
 * Handing messages to queues of the same store: as a send inside the transaction of the publish, so
 * that both are there or neither is.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html
 */
import type { Caller, Context } from '../../core/context.ts';
import { randomOf } from '../../core/environment.ts';
import { logImmediate } from '../../delivery/attempt-log.ts';
import { type QueueAddress, queueAddressOf, type Recipient } from './audience.ts';
import { aboutOf } from './delivery-about.ts';
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

/** A subscription to a queue. */
export type QueueRecipient = Recipient & { readonly queue: QueueAddress };

/** Sends a message to the queues of subscriptions, or else to their dead-letter queues. */
export async function deliverToQueues(
  context: Context,
  topic: Topic,
  notification: Notification,
  recipients: readonly QueueRecipient[],
  forms: MessageForms,
): Promise<QueueOutcome[]> {
  const outcomes: QueueOutcome[] = [];
  for (const alike of groupAlike(recipients)) {
    const [first] = alike;
    const message = {
      ...bodyFor(first, forms),
      ...idsFor(topic, first.queue, notification, forms),
    };
    const queues = alike.map(({ queue }) => queue);
    const isTooMuch = first.raw && countAttributes(notification) > RAW_ATTRIBUTES_MAX;
    const sent = isTooMuch ? [] : await sendToAll(context, queues, message, notification);
    for (const [index, recipient] of alike.entries()) {
      const outcome = sent[index] ?? TOO_MANY_ATTRIBUTES;
      await logDelivery(context, topic, notification, recipient, forms, outcome);
      outcomes.push(
        outcome.MessageId !== undefined
          ? 'delivered'
          : await deliverToDeadLetterQueue(context, notification, recipient, forms),
      );
    }
  }
  return outcomes;
}

/** In the words that SQS would have; it is not asked. */
const TOO_MANY_ATTRIBUTES: QueueAnswer = {
  Code: 'InvalidParameterValue',
  Message: `Number of message attributes exceeds the allowed maximum [${RAW_ATTRIBUTES_MAX}].`,
  StatusCode: 400,
};

/** Keeps a failure always, a success as often as the topic asks for. */
async function logDelivery(
  context: Context,
  topic: Topic,
  notification: Notification,
  { subscription }: QueueRecipient,
  forms: MessageForms,
  { MessageId, Code, Message, StatusCode }: QueueAnswer,
): Promise<void> {
  const isSuccess = MessageId !== undefined;
  if (isSuccess && topic.attributes.SQSSuccessFeedbackRoleArn === undefined) return;
  const { tx, env } = context;
  const answer = isSuccess
    ? { sqsMessageId: MessageId }
    : { ErrorCode: Code, ErrorMessage: Message };
  await logImmediate(
    tx,
    {
      deliveryId: env.uuid(),
      target: { kind: 'immediate', endpoint: subscription.endpoint },
      about: aboutOf(topic, notification, subscription, forms),
    },
    {
      result: isSuccess ? 'delivered' : 'refused',
      statusCode: StatusCode ?? 200,
      providerResponse: JSON.stringify({ ...answer, sqsRequestId: env.uuid() }),
    },
    randomOf(env),
  );
}

/** Those that get the very same message together: raw ones, by the kind of their queue. */
function groupAlike(
  recipients: readonly QueueRecipient[],
): (readonly [QueueRecipient, ...QueueRecipient[]])[] {
  const groups: [QueueRecipient, ...QueueRecipient[]][] = [];
  const raw = new Map<boolean, [QueueRecipient, ...QueueRecipient[]]>();
  for (const recipient of recipients) {
    const alike = recipient.raw ? raw.get(recipient.queue.fifo) : undefined;
    if (alike !== undefined) {
      alike.push(recipient);
      continue;
    }
    const group: [QueueRecipient, ...QueueRecipient[]] = [recipient];
    groups.push(group);
    if (recipient.raw) raw.set(recipient.queue.fifo, group);
  }
  return groups;
}

async function deliverToDeadLetterQueue(
  context: Context,
  notification: Notification,
  recipient: Recipient,
  forms: MessageForms,
): Promise<QueueOutcome> {
  const deadLetterQueue = queueAddressOf(recipient.deadLetterArn ?? '');
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

/** Whether the queue took the message. */
export async function send(
  context: Context,
  queue: QueueAddress,
  message: QueueMessage,
  from: Pick<Notification, 'endpoint' | 'traceHeader'>,
): Promise<boolean> {
  const [outcome] = await sendToAll(context, [queue], message, from);
  return outcome?.MessageId !== undefined;
}

/** What SQS says of a message for one queue: its id, or why it was not taken. */
interface QueueAnswer {
  readonly MessageId?: string | undefined;
  readonly Code?: string | undefined;
  readonly Message?: string | undefined;
  readonly StatusCode?: number | undefined;
}

/** What each of the queues says. */
async function sendToAll(
  context: Context,
  queues: readonly QueueAddress[],
  message: QueueMessage,
  from: Pick<Notification, 'endpoint' | 'traceHeader'>,
): Promise<readonly QueueAnswer[]> {
  const caller: Caller = {
    ...context.caller,
    accessKeyId: 'sns.amazonaws.com',
    principalId: PRINCIPAL_ID,
    endpoint: from.endpoint,
    headers: from.traceHeader === undefined ? {} : { 'x-amzn-trace-id': from.traceHeader },
  };
  const answer = await context.invoke(
    'sqs',
    'SendToQueues',
    { Queues: queues, ...message },
    caller,
  );
  return (answer as { readonly Outcomes: readonly QueueAnswer[] }).Outcomes;
}
