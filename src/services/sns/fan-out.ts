/**
 * A message on its way to its topic's subscriptions. The first few hundred get it in the
 * transaction of the publish, the rest in chunks of a durable timer: what a chunk sends and how far
 * it came are stored together, so that a process that is killed goes on where it was, and nobody
 * gets it twice.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
 */
import type { Context } from '../../core/context.ts';
import type { Task } from '../../scheduler/task.ts';
import type { TopicAddress } from './arn.ts';
import { audienceOf, type FilteredOut, type Recipient } from './audience.ts';
import { formsOf } from './envelope.ts';
import type { Notification } from './notification.ts';
import { enqueueFor } from './outgoing.ts';
import { deliverToQueue, type QueueOutcome } from './queue-delivery.ts';
import { countFor, findTopic, type Topic } from './topic.ts';

/** Subscriptions that one transaction serves: a few milliseconds' work. */
const CHUNK = 500;

const FAN_OUT_KIND = 'sns.fan-out';

/** What is kept of a message while it is on its way. */
interface Underway extends TopicAddress {
  readonly topicId: string;
  readonly notification: Notification;
}

/** How far it came, in order of subscription ids. */
interface Cursor {
  readonly messageId: string;
  readonly after: string;
}

const underwayKey = (messageId: string): string => `sns/fan-out/${messageId}`;

/** Delivers a message to a topic's subscriptions, or begins to. */
export async function fanOut(
  context: Context,
  topic: Topic,
  notification: Notification,
): Promise<void> {
  const audience = await audienceOf(context, topic);
  const { recipients, filteredOut } = audience.reachedBy(notification);
  countFilteredOut(context, topic, filteredOut);
  if (recipients.length <= CHUNK) {
    await deliver(context, topic, notification, recipients);
    return;
  }
  await deliver(context, topic, notification, recipients.slice(0, CHUNK));
  const { messageId } = notification;
  const { accountId, region, name, topicId } = topic;
  const underway: Underway = { accountId, region, name, topicId, notification };
  await context.tx.documents.put(underwayKey(messageId), underway);
  await goOnLater(context, messageId, recipients[CHUNK - 1]);
}

async function goOnLater(
  context: Context,
  messageId: string,
  last: Recipient | undefined,
): Promise<void> {
  const cursor: Cursor = { messageId, after: last?.subscription.subscriptionId ?? '' };
  await context.schedule({
    key: `sns/fan-out/${messageId}`,
    kind: FAN_OUT_KIND,
    dueAtMs: context.nowMs,
    payload: { ...cursor },
  });
}

/** Delivers the next chunk of a message that is on its way. */
export const fanOutTask: Task = {
  kind: FAN_OUT_KIND,
  async run(timer, context) {
    const { messageId, after } = timer.payload as unknown as Cursor; // as goOnLater wrote it
    const { documents, timers } = context.tx;
    const underway = (await documents.get<Underway>(underwayKey(messageId)))?.value;
    const topic = underway && (await findTopic(underway, context))?.value;
    const rest =
      topic?.topicId === underway?.topicId
        ? await recipientsAfter(context, topic, underway?.notification, after)
        : [];
    if (topic !== undefined && underway !== undefined) {
      await deliver(context, topic, underway.notification, rest.slice(0, CHUNK));
    }
    if (rest.length > CHUNK) return goOnLater(context, messageId, rest[CHUNK - 1]);
    await documents.delete(underwayKey(messageId));
    await timers.cancel(timer.key);
  },
};

/** Those still to be served; whoever subscribed after the publish is not among them. */
async function recipientsAfter(
  context: Context,
  topic: Topic | undefined,
  notification: Notification | undefined,
  after: string,
): Promise<readonly Recipient[]> {
  if (topic === undefined || notification === undefined) return [];
  const audience = await audienceOf(context, topic);
  return audience
    .reachedBy(notification)
    .recipients.filter(
      ({ subscription }) =>
        subscription.subscriptionId > after &&
        subscription.createdAtMs <= notification.publishedAtMs,
    );
}

/** Delivers a message to these subscriptions. */
export async function deliver(
  context: Context,
  topic: Topic,
  notification: Notification,
  recipients: readonly Recipient[],
): Promise<void> {
  if (recipients.length === 0) return;
  const isSigned = recipients.some(needsSignature);
  const forms = await formsOf(context, topic, notification, isSigned);
  const counts = { delivered: 0, dropped: 0, 'dead-lettered': 0, 'not dead-lettered': 0 };
  for (const recipient of recipients) {
    if (recipient.queue === undefined) {
      await enqueueFor(context, topic, notification, recipient, forms);
    } else {
      counts[await deliverToQueue(context, topic, notification, recipient, forms)] += 1;
    }
  }
  countOutcomes(context, topic, counts, notification.replayed ? 'NumberOfReplayed' : 'NumberOf');
}

/** What cannot be delivered raw may go to the dead-letter queue in an envelope. */
const needsSignature = ({ raw, deadLetterArn }: Recipient): boolean =>
  !raw || deadLetterArn !== undefined;

function countFilteredOut(context: Context, topic: Topic, filteredOut: FilteredOut): void {
  let total = 0;
  for (const [reason, count] of Object.entries(filteredOut)) {
    countFor(context, topic, `NumberOfNotificationsFilteredOut${reason}`, count);
    total += count;
  }
  countFor(context, topic, 'NumberOfNotificationsFilteredOut', total);
}

function countOutcomes(
  context: Context,
  topic: Topic,
  counts: { readonly [O in QueueOutcome]: number },
  prefix: string,
): void {
  const saved = counts['dead-lettered'];
  const lost = counts['not dead-lettered'];
  countFor(context, topic, `${prefix}NotificationsDelivered`, counts.delivered);
  countFor(context, topic, `${prefix}NotificationsFailed`, counts.dropped + saved + lost);
  countFor(context, topic, 'NumberOfNotificationsRedrivenToDlq', saved);
  countFor(context, topic, 'NumberOfNotificationsFailedToRedriveToDlq', lost);
}
