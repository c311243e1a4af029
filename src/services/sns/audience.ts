/**
 * Who receives a topic's messages: its confirmed subscriptions, with their filter policies compiled
 * into an index. Kept in memory from one message to the next, and brought up to date by reading
 * what changed since.
 */

import type { Context } from '../../core/context.ts';
import type { Environment } from '../../core/environment.ts';
import { type JsonObject, parseJsonObject } from '../../core/json-object.ts';
import { PatternIndex } from '../../matching/pattern-index.ts';
import { queueArnOf } from './endpoint.ts';
import { readFilterPolicy } from './filter.ts';
import { KeptAudiences } from './kept-audiences.ts';
import { type Notification, textFor } from './notification.ts';
import {
  changesKey,
  type Subscription,
  type SubscriptionChange,
  subscriptionKey,
  subscriptionPrefix,
} from './subscription.ts';
import { type Topic, topicArn } from './topic.ts';

/** A subscription, read once for many messages. */
export interface Recipient {
  readonly subscription: Subscription;
  readonly raw: boolean;
  /** The queue behind a subscription of the protocol sqs. */
  readonly queue?: QueueAddress;
  readonly deadLetterArn?: string;
}

export interface QueueAddress {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  readonly fifo: boolean;
}

/** The address in a queue's ARN; undefined where it is none. */
export function queueAddressOf(arn: string): QueueAddress | undefined {
  const parts = queueArnOf(arn);
  if (parts === undefined) return undefined;
  const { accountId, region, resource: name } = parts;
  return { accountId, region, name, fifo: name.endsWith('.fifo') };
}

/** How many subscriptions a message did not reach, by CloudWatch's names for the reasons. */
export type FilteredOut = { readonly [reason: string]: number };

export interface Reached {
  /** In order of their ids. */
  readonly recipients: readonly Recipient[];
  readonly filteredOut: FilteredOut;
}

const NOTHING: FilteredOut = {};

export class Audience {
  /** The topic's `subscriptionsVersion` that this is the audience of. */
  version: string;
  readonly #all = new Map<string, Recipient>();
  readonly #unfiltered: Recipient[] = [];
  readonly #byAttributes = new PatternIndex<Recipient>();
  /** A message may have a text of its own for each protocol. */
  readonly #byBody = new Map<string, PatternIndex<Recipient>>();

  constructor(version: string) {
    this.version = version;
  }

  get size(): number {
    return this.#all.size;
  }

  /** A subscription that receives messages. */
  find(subscriptionId: string): Recipient | undefined {
    return this.#all.get(subscriptionId);
  }

  /** Takes a subscription in, or out where it is gone or receives nothing. */
  update(subscriptionId: string, subscription: Subscription | undefined): void {
    const former = this.#all.get(subscriptionId);
    if (former !== undefined) this.#remove(former);
    if (subscription?.confirmed !== true || subscription.replay?.paused === true) return;
    this.#add(recipientOf(subscription));
  }

  #add(recipient: Recipient): void {
    const { subscriptionId, protocol, attributes } = recipient.subscription;
    this.#all.set(subscriptionId, recipient);
    const { FilterPolicy: policy, FilterPolicyScope: scope } = attributes;
    if (policy === undefined) {
      this.#unfiltered.splice(placeOf(this.#unfiltered, subscriptionId), 0, recipient);
    } else if (scope === 'MessageBody') {
      let index = this.#byBody.get(protocol);
      if (index === undefined) {
        index = new PatternIndex();
        this.#byBody.set(protocol, index);
      }
      index.add(recipient, readFilterPolicy(policy, 'MessageBody'));
    } else {
      this.#byAttributes.add(recipient, readFilterPolicy(policy, 'MessageAttributes'));
    }
  }

  #remove(recipient: Recipient): void {
    const { subscriptionId, protocol } = recipient.subscription;
    this.#all.delete(subscriptionId);
    const place = placeOf(this.#unfiltered, subscriptionId);
    if (this.#unfiltered[place] === recipient) this.#unfiltered.splice(place, 1);
    this.#byAttributes.remove(recipient);
    this.#byBody.get(protocol)?.remove(recipient);
  }

  /** The subscriptions that a message reaches. */
  reachedBy(notification: Notification): Reached {
    if (this.#unfiltered.length === this.#all.size) {
      return { recipients: this.#unfiltered, filteredOut: NOTHING };
    }
    const filteredOut: { [reason: string]: number } = {};
    const filtered = [
      ...this.#matchAttributes(notification, filteredOut),
      ...this.#matchBody(notification, filteredOut),
    ];
    const recipients = [...this.#unfiltered, ...filtered].sort((a, b) =>
      a.subscription.subscriptionId < b.subscription.subscriptionId ? -1 : 1,
    );
    return { recipients, filteredOut };
  }

  #matchAttributes(
    { attributes }: Notification,
    filteredOut: { [reason: string]: number },
  ): readonly Recipient[] {
    const index = this.#byAttributes;
    if (index.size === 0) return [];
    const entries = Object.entries(attributes ?? {});
    const matches = index.matchAttributes(entries);
    const isReadable = entries.every(
      ([, { type, value }]) => type !== 'String.Array' || isJsonArray(value),
    );
    const reason =
      entries.length === 0
        ? '-NoMessageAttributes'
        : isReadable
          ? '-MessageAttributes'
          : '-InvalidAttributes';
    addTo(filteredOut, reason, index.size - matches.length);
    return matches;
  }

  #matchBody(
    notification: Notification,
    filteredOut: { [reason: string]: number },
  ): readonly Recipient[] {
    const bodies = new Map<string, JsonObject | undefined>();
    const found: Recipient[] = [];
    for (const [protocol, index] of this.#byBody) {
      if (index.size === 0) continue;
      const text = textFor(notification, protocol);
      if (!bodies.has(text)) bodies.set(text, parseJsonObject(text));
      const body = bodies.get(text);
      const matches = body === undefined ? [] : index.matchJson(body);
      const reason = body === undefined ? '-InvalidMessageBody' : '-MessageBody';
      addTo(filteredOut, reason, index.size - matches.length);
      for (const match of matches) found.push(match);
    }
    return found;
  }
}

function addTo(counts: { [reason: string]: number }, reason: string, count: number): void {
  if (count > 0) counts[reason] = (counts[reason] ?? 0) + count;
}

function isJsonArray(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}

/** Where a subscription stands in a list that is in order of ids, or would stand. */
function placeOf(recipients: readonly Recipient[], subscriptionId: string): number {
  let low = 0;
  let high = recipients.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const id = recipients[middle]?.subscription.subscriptionId ?? '';
    if (id < subscriptionId) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What a subscription says, read. */
export function recipientOf(subscription: Subscription): Recipient {
  const { protocol, endpoint, attributes } = subscription;
  const queue = protocol === 'sqs' ? queueAddressOf(endpoint) : undefined;
  const { deadLetterTargetArn } = parseJsonObject(attributes.RedrivePolicy ?? '{}') ?? {};
  return {
    subscription,
    raw: attributes.RawMessageDelivery === 'true',
    ...(queue !== undefined && { queue }),
    ...(typeof deadLetterTargetArn === 'string' && { deadLetterArn: deadLetterTargetArn }),
  };
}

// ---------------------------------------------------------------- what is kept in memory

/** Subscriptions kept in memory, of all topics together. */
const KEPT_MAX = 200_000;
const DOCUMENTS_PER_PAGE = 1_000;

/** By server. */
const kept = new WeakMap<Environment, KeptAudiences<Audience>>();

/** The audience of a topic as this transaction sees it. */
export async function audienceOf(context: Context, topic: Topic): Promise<Audience> {
  const audiences = kept.get(context.env) ?? new KeptAudiences<Audience>(KEPT_MAX);
  kept.set(context.env, audiences);
  const known = audiences.get(topic.topicId);
  const isCurrent = known?.version === topic.subscriptionsVersion;
  const audience = isCurrent
    ? known
    : ((known && (await catchUp(context, topic, known))) ?? (await readAudience(context, topic)));
  audiences.keep(topic.topicId, audience);
  return audience;
}

/** Brings an audience up to date; undefined where it is not known what has changed. */
async function catchUp(
  context: Context,
  topic: Topic,
  audience: Audience,
): Promise<Audience | undefined> {
  const { documents } = context.tx;
  const from = audience.version;
  const changes = await documents.get<SubscriptionChange[]>(changesKey(topic.topicId));
  const versions = changes?.value.map(({ version }) => version) ?? [];
  const first = versions.indexOf(from) + 1;
  if (first === 0) return undefined;
  const arn = topicArn(topic);
  const ids = new Set(changes?.value.slice(first).map(({ subscriptionId }) => subscriptionId));
  const changed = new Map<string, Subscription | undefined>();
  for (const id of ids) {
    changed.set(id, (await documents.get<Subscription>(subscriptionKey(arn, id)))?.value);
  }
  // On a store that runs transactions side by side, another may have done the same meanwhile.
  if (audience.version !== from) return undefined;
  for (const [id, subscription] of changed) audience.update(id, subscription);
  audience.version = topic.subscriptionsVersion;
  return audience;
}

async function readAudience(context: Context, topic: Topic): Promise<Audience> {
  const audience = new Audience(topic.subscriptionsVersion);
  const prefix = subscriptionPrefix(topicArn(topic));
  let after: string | undefined;
  do {
    const page = await context.tx.documents.list<Subscription>(prefix, {
      limit: DOCUMENTS_PER_PAGE,
      ...(after !== undefined && { after }),
    });
    for (const { value } of page) {
      if (value.topicId === topic.topicId) audience.update(value.subscriptionId, value);
    }
    after = page.length < DOCUMENTS_PER_PAGE ? undefined : page.at(-1)?.key;
  } while (after !== undefined);
  return audience;
}
