/** A topic as it is stored, and how requests find it. */
import { formatArn } from '../../core/arn.ts';
import type { Context } from '../../core/context.ts';
import type { Document } from '../../storage/port.ts';
import { readTopicArn, type TopicAddress } from './arn.ts';
import { noSuchTopic } from './errors.ts';

/** The document of a topic. */
export interface Topic extends TopicAddress {
  /** Unique for each creation, so that a topic created anew has nothing of its predecessor. */
  readonly topicId: string;
  readonly fifo: boolean;
  readonly createdAtMs: number;
  /** Settable attributes under AWS's names, as far as they were set. */
  readonly attributes: { readonly [name: string]: string };
  readonly tags: { readonly [key: string]: string };
  /** Another with each change of the topic's subscriptions, and never used twice. */
  readonly subscriptionsVersion: string;
  /** How many subscriptions there are of each kind, or have been. */
  readonly confirmed: number;
  readonly pending: number;
  readonly deleted: number;
  readonly dataProtectionPolicy?: string;
  /** Only while the topic has an active ArchivePolicy. */
  readonly archive?: TopicArchive;
}

export interface TopicArchive {
  /** Unique for each activation: deactivating forgets what was archived. */
  readonly archiveId: string;
  readonly sinceMs: number;
}

export const topicArn = (topic: TopicAddress): string =>
  formatArn({
    service: 'sns',
    region: topic.region,
    accountId: topic.accountId,
    resource: topic.name,
  });

/** All topics' documents begin so. */
export const TOPIC_PREFIX = 'sns/topic/';

/** Documents of one account and region share this prefix. */
export const topicPrefix = (accountId: string, region: string): string =>
  `${TOPIC_PREFIX}${accountId}/${region}/`;

export const topicKey = (address: TopicAddress): string =>
  topicPrefix(address.accountId, address.region) + address.name;

/** The topic behind an ARN. Throws InvalidParameter or NotFound. */
export async function loadTopic(
  arn: string,
  context: Context,
  parameter = 'TopicArn',
): Promise<Topic> {
  return (await loadTopicDocument(arn, context, parameter)).value;
}

/** The same with its version, for those who write it back. */
export async function loadTopicDocument(
  arn: string,
  context: Context,
  parameter = 'TopicArn',
): Promise<Document<Topic>> {
  const document = await findTopic(readTopicArn(parameter, arn, context), context);
  if (document === undefined) throw noSuchTopic();
  return document;
}

export async function findTopic(
  address: TopicAddress,
  context: Context,
): Promise<Document<Topic> | undefined> {
  return context.tx.documents.get<Topic>(topicKey(address));
}

/** Writes a topic back. */
export async function saveTopic(
  context: Context,
  document: Document<Topic>,
  topic: Topic,
): Promise<void> {
  await context.tx.documents.put(document.key, topic, { expectedVersion: document.version });
}

/** Adds to one of a topic's CloudWatch counters once the transaction is durable. */
export function countFor(context: Context, topic: TopicAddress, name: string, value: number): void {
  if (value === 0) return;
  const { accountId, region } = topic;
  context.count({ service: 'sns', name, resource: topic.name, accountId, region, value });
}
