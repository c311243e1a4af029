/**
 * A message on its way to its topic's subscriptions. The first few hundred get it in the
 * transaction of the publish, the rest in steps of a durable timer. Who gets it is settled at the
 * publish, and what a step sends and how far it came are stored together, so that a process that is
 * killed goes on where it was, and nobody gets it twice.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
 */
import type { Context } from '../../core/context.ts';
import type { Environment } from '../../core/environment.ts';
import type { Task } from '../../scheduler/task.ts';
import type { TopicAddress } from './arn.ts';
import { audienceOf, type FilteredOut, type Recipient } from './audience.ts';
import { formsOf } from './envelope.ts';
import type { Notification } from './notification.ts';
import { outboundProtection, type View } from './outbound-protection.ts';
import { enqueueFor } from './outgoing.ts';
import { deliverToQueues, type QueueOutcome, type QueueRecipient } from './queue-delivery.ts';
import { countFor, findTopic, type Topic } from './topic.ts';

/** Subscriptions that one step serves: a few milliseconds' work. */
const CHUNK = 500;
/** The same of large messages, each copy counted; nobody else is served meanwhile. */
const CHUNK_CHARACTERS = 16 * 1024 * 1024;
/** The same of servers that were told otherwise. */
const limits = new WeakMap<Environment, number>();

/** Makes a server's steps smaller, so that simulations see many of them. */
export function limitFanOut(env: Environment, chunk: number): void {
  limits.set(env, chunk);
}

function chunkOf({ env }: Context, notification: Notification): number {
  const fitting = Math.ceil(CHUNK_CHARACTERS / charactersOf(notification));
  return Math.min(limits.get(env) ?? CHUNK, fitting);
}

function charactersOf({ message, attributes = {} }: Notification): number {
  let characters = message.length;
  for (const { value } of Object.values(attributes)) characters += value.length;
  return characters;
}

const FAN_OUT_KIND = 'sns.fan-out';

/** What is kept of a message while it is on its way. */
export interface Underway extends TopicAddress {
  readonly topicId: string;
  readonly notification: Notification;
  readonly steps: number;
}

export interface Progress {
  readonly messageId: string;
  /** The step to be made next. */
  readonly step: number;
}

export const UNDERWAY_PREFIX = 'sns/fan-out/';

export const underwayKey = (messageId: string): string => UNDERWAY_PREFIX + messageId;

export const fanOutTimerKey = (messageId: string): string => `sns/fan-out/${messageId}`;

/** The ids of the subscriptions that a step serves; gone once it has. */
export const stepKey = ({ messageId, step }: Progress): string =>
  `${underwayKey(messageId)}/${step}`;

/** Delivers a message to a topic's subscriptions, or begins to. */
export async function fanOut(
  context: Context,
  topic: Topic,
  notification: Notification,
): Promise<void> {
  const audience = await audienceOf(context, topic);
  const { recipients, filteredOut } = audience.reachedBy(notification);
  countFilteredOut(context, topic, filteredOut);
  // The few subscriptions that a FIFO topic can have are served at once, which keeps the order.
  const chunk = topic.fifo ? recipients.length : chunkOf(context, notification);
  await deliver(context, topic, notification, recipients.slice(0, chunk));
  if (recipients.length > chunk) {
    await keepForLater(context, topic, notification, recipients.slice(chunk), chunk);
  }
}

async function keepForLater(
  context: Context,
  { accountId, region, name, topicId }: Topic,
  notification: Notification,
  rest: readonly Recipient[],
  chunk: number,
): Promise<void> {
  const { documents } = context.tx;
  const { messageId } = notification;
  const steps = Math.ceil(rest.length / chunk);
  for (let step = 0; step < steps; step++) {
    const served = rest.slice(step * chunk, (step + 1) * chunk);
    const ids = served.map(({ subscription }) => subscription.subscriptionId);
    await documents.put(stepKey({ messageId, step }), ids);
  }
  const underway: Underway = { accountId, region, name, topicId, notification, steps };
  await documents.put(underwayKey(messageId), underway);
  await goOnLater(context, { messageId, step: 0 });
}

async function goOnLater(context: Context, progress: Progress): Promise<void> {
  await context.schedule({
    key: fanOutTimerKey(progress.messageId),
    kind: FAN_OUT_KIND,
    dueAtMs: context.nowMs,
    payload: { ...progress },
  });
}

/** Makes the next step of a message that is on its way. */
export const fanOutTask: Task = {
  kind: FAN_OUT_KIND,
  async run(timer, context) {
    const progress = timer.payload as unknown as Progress; // as goOnLater wrote it
    const { messageId, step } = progress;
    const { documents, timers } = context.tx;
    const underway = (await documents.get<Underway>(underwayKey(messageId)))?.value;
    if (underway !== undefined) {
      await serve(context, underway, (await documents.get<string[]>(stepKey(progress)))?.value);
      await documents.delete(stepKey(progress));
      if (step + 1 < underway.steps) return goOnLater(context, { messageId, step: step + 1 });
      await documents.delete(underwayKey(messageId));
    }
    await timers.cancel(timer.key);
  },
};

/** Whoever has unsubscribed since the publish gets nothing, and nobody does of a deleted topic. */
async function serve(
  context: Context,
  underway: Underway,
  subscriptionIds: readonly string[] = [],
): Promise<void> {
  const topic = (await findTopic(underway, context))?.value;
  if (topic?.topicId !== underway.topicId) return;
  const audience = await audienceOf(context, topic);
  const recipients = subscriptionIds.flatMap((id) => audience.find(id) ?? []);
  await deliver(context, topic, underway.notification, recipients);
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
  const published: View = { notification, forms };
  const protection = outboundProtection(context, topic, published);
  const counts = { delivered: 0, dropped: 0, 'dead-lettered': 0, 'not dead-lettered': 0 };
  const toQueues = new Map<View, QueueRecipient[]>();
  for (const recipient of recipients) {
    const view = protection ? await protection.viewOf(recipient.subscription, isSigned) : published;
    if (view === undefined) {
      counts.dropped += 1;
    } else if (!isQueue(recipient)) {
      await enqueueFor(context, topic, view.notification, recipient, view.forms);
    } else {
      const alike = toQueues.get(view);
      if (alike === undefined) toQueues.set(view, [recipient]);
      else alike.push(recipient);
    }
  }
  for (const [{ notification: seen, forms: its }, queues] of toQueues) {
    const outcomes = await deliverToQueues(context, topic, seen, queues, its);
    for (const outcome of outcomes) counts[outcome] += 1;
  }
  countOutcomes(context, topic, counts, notification.replayed ? 'NumberOfReplayed' : 'NumberOf');
}

const isQueue = (recipient: Recipient): recipient is QueueRecipient =>
  recipient.queue !== undefined;

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
