/** A subscription as it is stored, and what else is stored because of it. */
import type { Context } from '../../core/context.ts';
import type { Document } from '../../storage/port.ts';
import {
  subscriptionAddressOf as addressOf,
  readSubscriptionArn,
  type SubscriptionAddress,
} from './arn.ts';
import { fail, noSuchSubscription } from './errors.ts';
import { saveTopic, type Topic, topicArn, topicKey } from './topic.ts';

export type Protocol =
  | 'http'
  | 'https'
  | 'email'
  | 'email-json'
  | 'sms'
  | 'sqs'
  | 'application'
  | 'lambda'
  | 'firehose';

/** The document of a subscription. */
export interface Subscription {
  /** The topic's ARN, a colon and `subscriptionId`. */
  readonly arn: string;
  readonly subscriptionId: string;
  readonly topicArn: string;
  readonly topicId: string;
  readonly protocol: Protocol;
  readonly endpoint: string;
  /** The account that subscribed. */
  readonly ownerId: string;
  /** The ARN of whoever subscribed. */
  readonly principal: string;
  readonly confirmed: boolean;
  readonly confirmationWasAuthenticated: boolean;
  /** Only a signed call of the subscription's or the topic's owner may end it. */
  readonly ownerMustUnsubscribe: boolean;
  /** Settable attributes under AWS's names, as far as they were set. */
  readonly attributes: { readonly [name: string]: string };
  readonly createdAtMs: number;
  /** Only of a subscription that a ReplayPolicy was set on. */
  readonly replay?: Replay;
}

export interface Replay {
  readonly status: 'Pending' | 'In progress' | 'Completed' | 'Failed';
  /** The next archived message to deliver. */
  readonly position: number;
  /** Nothing is delivered to it but what is replayed. */
  readonly paused: boolean;
}

/** What all documents of a kind begin with. */
export const SUBSCRIPTION_PREFIX = 'sns/subscription/';
export const ENDPOINT_PREFIX = 'sns/endpoint/';
export const OWNED_PREFIX = 'sns/subscriptions-of/';
export const CHANGES_PREFIX = 'sns/subscription-changes/';
export const PENDING_COUNT_PREFIX = 'sns/pending-count/';

/** Documents of one topic's subscriptions share this prefix. */
export const subscriptionPrefix = (topicArn: string): string =>
  `${SUBSCRIPTION_PREFIX}${topicArn}/`;

export const subscriptionKey = (topicArn: string, subscriptionId: string): string =>
  subscriptionPrefix(topicArn) + subscriptionId;

const POINTERS_PER_PAGE = 100;

/** Names the subscription of an endpoint, so that subscribing twice makes one. */
export const endpointKey = (topicArn: string, protocol: string, endpoint: string): string =>
  `${ENDPOINT_PREFIX}${topicArn}/${protocol}/${endpoint}`;

/** Documents that list an account's subscriptions in a Region share this prefix. */
export const ownedPrefix = (accountId: string, region: string): string =>
  `${OWNED_PREFIX}${accountId}/${region}/`;

export const ownedKey = ({ ownerId, arn }: Subscription): string =>
  ownedPrefix(ownerId, addressOf(arn).region) + arn;

/** How listings show a subscription. */
export const listed = ({
  arn,
  ownerId,
  protocol,
  endpoint,
  topicArn,
  confirmed,
}: Subscription) => ({
  SubscriptionArn: confirmed ? arn : 'PendingConfirmation',
  Owner: ownerId,
  Protocol: protocol,
  Endpoint: endpoint,
  TopicArn: topicArn,
});

/** A subscription with its topic, both as they are stored. */
export interface Found {
  readonly topic: Document<Topic>;
  readonly subscription: Document<Subscription>;
}

/** The subscription behind an ARN. Throws InvalidParameter or NotFound. */
export async function loadSubscription(arn: string, context: Context): Promise<Found> {
  const found = await findSubscription(readSubscriptionArn(arn, context), context);
  if (found === undefined) throw noSuchSubscription();
  return found;
}

export async function findSubscription(
  address: SubscriptionAddress,
  context: Context,
): Promise<Found | undefined> {
  const { documents } = context.tx;
  const topic = await documents.get<Topic>(topicKey(address));
  if (topic === undefined) return undefined;
  const key = subscriptionKey(topicArn(address), address.subscriptionId);
  const subscription = await documents.get<Subscription>(key);
  // That of a topic which was deleted and created anew is on its way out.
  if (subscription?.value.topicId !== topic.value.topicId) return undefined;
  return { topic, subscription };
}

/** The subscription of an endpoint to a topic, if there is one. */
export async function findByEndpoint(
  context: Context,
  topic: Topic,
  protocol: string,
  endpoint: string,
): Promise<Document<Subscription> | undefined> {
  const arn = topicArn(topic);
  const { documents } = context.tx;
  const pointer = await documents.get<string>(endpointKey(arn, protocol, endpoint));
  if (pointer === undefined) return undefined;
  const found = await documents.get<Subscription>(subscriptionKey(arn, pointer.value));
  return found?.value.topicId === topic.topicId ? found : undefined;
}

/** How many subscriptions of a protocol an account has to a topic. Reads all of the protocol. */
export async function countOwned(
  context: Context,
  topic: Topic,
  protocol: Protocol,
  ownerId: string,
): Promise<number> {
  const { documents } = context.tx;
  const arn = topicArn(topic);
  const prefix = endpointKey(arn, protocol, '');
  let count = 0;
  let after: string | undefined;
  do {
    const page = await documents.list<string>(prefix, {
      limit: POINTERS_PER_PAGE,
      ...(after !== undefined && { after }),
    });
    for (const { value: id } of page) {
      const found = await documents.get<Subscription>(subscriptionKey(arn, id));
      if (found?.value.topicId === topic.topicId && found.value.ownerId === ownerId) count++;
    }
    after = page.length < POINTERS_PER_PAGE ? undefined : page.at(-1)?.key;
  } while (after !== undefined);
  return count;
}

/** Stores a new subscription. Throws SubscriptionLimitExceeded. */
export async function addSubscription(
  context: Context,
  topic: Document<Topic>,
  subscription: Subscription,
): Promise<void> {
  const { documents } = context.tx;
  const { topicArn, subscriptionId, protocol, endpoint } = subscription;
  await documents.put(subscriptionKey(topicArn, subscriptionId), subscription, {
    expectedVersion: 0,
  });
  await documents.put(endpointKey(topicArn, protocol, endpoint), subscriptionId);
  await documents.put(ownedKey(subscription), {});
  const { confirmed, pending } = topic.value;
  if (subscription.confirmed) {
    const changed = await noteChange(context, topic.value, subscriptionId);
    await saveTopic(context, topic, { ...changed, confirmed: confirmed + 1 });
    return;
  }
  await countPending(context, subscription, 1);
  await schedulePendingExpiry(context, subscription);
  await saveTopic(context, topic, { ...topic.value, pending: pending + 1 });
}

/** Lets a subscription that waited for it receive messages. */
export async function confirmSubscription(
  context: Context,
  { topic, subscription }: Found,
  confirmation: Pick<Subscription, 'confirmationWasAuthenticated' | 'ownerMustUnsubscribe'>,
): Promise<void> {
  const confirmed: Subscription = { ...subscription.value, ...confirmation, confirmed: true };
  await putSubscription(context, subscription, confirmed);
  await context.tx.timers.cancel(pendingTimerKey(confirmed.arn));
  await countPending(context, confirmed, -1);
  const changed = await noteChange(context, topic.value, confirmed.subscriptionId);
  await saveTopic(context, topic, {
    ...changed,
    confirmed: changed.confirmed + 1,
    pending: changed.pending - 1,
  });
}

/** Writes a subscription back; its topic's messages obey it from now on. */
export async function changeSubscription(
  context: Context,
  { topic, subscription }: Found,
  changed: Subscription,
): Promise<void> {
  await putSubscription(context, subscription, changed);
  if (!changed.confirmed) return;
  await saveTopic(context, topic, await noteChange(context, topic.value, changed.subscriptionId));
}

/** Notes how far a replay came, which changes nothing for the topic's messages. */
export async function saveReplay(
  context: Context,
  subscription: Document<Subscription>,
  replay: Replay,
): Promise<void> {
  await putSubscription(context, subscription, { ...subscription.value, replay });
}

async function putSubscription(
  context: Context,
  document: Document<Subscription>,
  subscription: Subscription,
): Promise<void> {
  const { key, version } = document;
  await context.tx.documents.put(key, subscription, { expectedVersion: version });
}

/** Forgets a subscription of a topic that stays. */
export async function removeSubscription(context: Context, found: Found): Promise<void> {
  const { topic, subscription } = found;
  const { confirmed, subscriptionId } = subscription.value;
  await forgetSubscription(context, subscription.value);
  const changed = confirmed ? await noteChange(context, topic.value, subscriptionId) : topic.value;
  await saveTopic(context, topic, {
    ...changed,
    confirmed: changed.confirmed - (confirmed ? 1 : 0),
    pending: changed.pending - (confirmed ? 0 : 1),
    deleted: changed.deleted + 1,
  });
}

/** Deletes whatever is stored because of a subscription, but leaves its topic alone. */
export async function forgetSubscription(
  context: Context,
  subscription: Subscription,
): Promise<void> {
  const { documents, timers } = context.tx;
  const { topicArn, subscriptionId, protocol, endpoint, arn } = subscription;
  await documents.delete(subscriptionKey(topicArn, subscriptionId));
  const pointerKey = endpointKey(topicArn, protocol, endpoint);
  const pointer = await documents.get<string>(pointerKey);
  if (pointer?.value === subscriptionId) await documents.delete(pointerKey);
  await documents.delete(ownedKey(subscription));
  await timers.cancel(pendingTimerKey(arn));
  if (!subscription.confirmed) await countPending(context, subscription, -1);
}

// ---------------------------------------------------------------- what changed

/** The last changes of a topic's subscriptions, so that nobody has to read all of them again. */
export interface SubscriptionChange {
  /** The topic's `subscriptionsVersion` since the change. */
  readonly version: string;
  readonly subscriptionId: string;
}

const CHANGES_KEPT = 64;

export const changesKey = (topicId: string): string => `${CHANGES_PREFIX}${topicId}`;

/** The topic as it is after a change to one of its confirmed subscriptions. */
async function noteChange(context: Context, topic: Topic, subscriptionId: string): Promise<Topic> {
  const version = context.env.uuid();
  const key = changesKey(topic.topicId);
  const known = (await context.tx.documents.get<SubscriptionChange[]>(key))?.value ?? [];
  await context.tx.documents.put(key, [...known, { version, subscriptionId }].slice(-CHANGES_KEPT));
  return { ...topic, subscriptionsVersion: version };
}

// ---------------------------------------------------------------- waiting for confirmation

/** How long a subscription may wait for its confirmation. */
const PENDING_MS = 3 * 24 * 60 * 60 * 1000;
/** Per account and Region. */
const PENDING_MAX = 5_000;

export const PENDING_KIND = 'sns.expire-pending-subscription';

export const pendingTimerKey = (arn: string): string => `sns/pending/${arn}`;

async function schedulePendingExpiry(context: Context, { arn }: Subscription): Promise<void> {
  const dueAtMs = context.nowMs + PENDING_MS;
  const payload = { ...addressOf(arn) };
  await context.schedule({ key: pendingTimerKey(arn), kind: PENDING_KIND, dueAtMs, payload });
}

/** Where it is counted how many subscriptions of an account wait in a Region. */
export const pendingCountKey = ({ ownerId, arn }: Subscription): string =>
  `${PENDING_COUNT_PREFIX}${ownerId}/${addressOf(arn).region}`;

/** Throws SubscriptionLimitExceeded. */
async function countPending(
  context: Context,
  subscription: Subscription,
  change: number,
): Promise<void> {
  const key = pendingCountKey(subscription);
  const count = ((await context.tx.documents.get<number>(key))?.value ?? 0) + change;
  if (change > 0 && count > PENDING_MAX) {
    throw fail(
      'SubscriptionLimitExceededException',
      'Subscription limit exceeded: too many subscriptions are pending confirmation',
    );
  }
  await context.tx.documents.put(key, count);
}
