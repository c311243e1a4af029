/** Topics that exist once the server is ready, with their subscriptions. */
import { formatArn } from '../core/arn.ts';
import { AwsError } from '../core/aws-error.ts';
import { nearest, StartRefused } from '../options.ts';
import {
  type AttributesInput,
  type Call,
  changedAttributes,
  type Entry,
  isEntry,
  type Owner,
  parseAttributes,
  parseEntries,
  parseResource,
  type Resource,
  refuseTwins,
  refuseUnknownKeys,
  type TagsInput,
  type Texts,
  told,
} from './entry.ts';

/** One entry of a topic's `subscriptions:` as people write it. */
export interface SubscriptionInput {
  /** As Subscribe takes it: `sqs`, `http`, `email` and so on. */
  readonly protocol: string;
  /** As Subscribe takes it. With `sqs` the name of a queue beside the topic will do. */
  readonly endpoint: string;
  /** Its settable attributes under AWS's names; an object stands for its JSON text. */
  readonly attributes?: AttributesInput;
}

/** One entry of `topics:` as people write it. */
export interface TopicInput {
  readonly name: string;
  /** SNS's settable attributes under AWS's names; an object stands for its JSON text. */
  readonly attributes?: AttributesInput;
  readonly tags?: TagsInput;
  /** `us-east-1` unless given. */
  readonly region?: string;
  /** Twelve digits; `000000000000` unless given. */
  readonly account?: string;
  readonly subscriptions?: readonly SubscriptionInput[];
}

export interface SubscriptionDeclaration {
  readonly protocol: string;
  /** An ARN where it names a queue. */
  readonly endpoint: string;
  /** The name of the queue that the endpoint was given as. */
  readonly queueName?: string;
  readonly attributes: Texts;
}

export interface TopicDeclaration extends Resource {
  readonly subscriptions: readonly SubscriptionDeclaration[];
}

const KEYS = ['name', 'attributes', 'tags', 'region', 'account', 'subscriptions'];
const SUBSCRIPTION_KEYS = ['protocol', 'endpoint', 'attributes'];

/** What can be set on a subscription; what others depend on comes first. */
const SUBSCRIPTION_ATTRIBUTES = [
  'RawMessageDelivery',
  'FilterPolicyScope',
  'FilterPolicy',
  'RedrivePolicy',
  'DeliveryPolicy',
  'SubscriptionRoleArn',
  'ReplayPolicy',
];

/** The declarations under a `topics` key. Throws StartRefused with what is wrong, and where. */
export function parseTopicDeclarations(
  value: unknown,
  source: string,
): readonly TopicDeclaration[] {
  const place = { key: 'topics', source, noun: 'topic' };
  return refuseTwins(parseEntries(value, place, 'a name', parseTopic), 'Topic', source);
}

function parseTopic(entry: unknown, where: string): TopicDeclaration {
  const topic = parseResource(entry, where, KEYS);
  const isFifo = topic.attributes.FifoTopic === 'true';
  if (isFifo !== topic.name.endsWith('.fifo')) {
    throw new StartRefused(
      `${where} must have both or neither: a name that ends in .fifo, and the attribute ` +
        '"FifoTopic: true".',
    );
  }
  const place = { key: 'subscriptions', source: where, noun: 'subscription' };
  const subscriptions = parseEntries(
    isEntry(entry) ? entry.subscriptions : undefined,
    place,
    'a protocol and an endpoint',
    (subscription, place) => parseSubscription(subscription, place, topic),
  );
  const seen = new Set<string>();
  for (const { protocol, endpoint } of subscriptions) {
    if (seen.has(`${protocol} ${endpoint}`)) {
      throw new StartRefused(`The subscription of ${endpoint} is twice in ${where}.`);
    }
    seen.add(`${protocol} ${endpoint}`);
  }
  return { ...topic, subscriptions };
}

function parseSubscription(entry: unknown, where: string, owner: Owner): SubscriptionDeclaration {
  const read: Entry = isEntry(entry) ? entry : {};
  refuseUnknownKeys(read, where, SUBSCRIPTION_KEYS);
  const { protocol, endpoint } = read;
  if (typeof protocol !== 'string' || typeof endpoint !== 'string' || endpoint === '') {
    throw new StartRefused(
      `${where} must have a protocol and an endpoint in quotes, such as ` +
        '"protocol: sqs" and "endpoint: orders".',
    );
  }
  const attributes = parseAttributes(read.attributes, where);
  for (const name of Object.keys(attributes)) {
    if (SUBSCRIPTION_ATTRIBUTES.includes(name)) continue;
    const meant = nearest(name, SUBSCRIPTION_ATTRIBUTES) ?? SUBSCRIPTION_ATTRIBUTES.join(', ');
    throw new StartRefused(`Unknown attribute "${name}" of ${where}. Did you mean ${meant}?`);
  }
  if (protocol !== 'sqs' || endpoint.startsWith('arn:')) return { protocol, endpoint, attributes };
  const arn = formatArn({ service: 'sqs', ...owner, resource: endpoint });
  return { protocol, endpoint: arn, queueName: endpoint, attributes };
}

/**
 * Creates what is missing and gives existing topics and subscriptions the declared attributes and
 * tags. Whoever must confirm a subscription, and has not, is asked again. What the file does not
 * mention stays. Throws StartRefused when SNS refuses a declaration, or a queue is not there.
 */
export async function declareTopics(
  topics: readonly TopicDeclaration[],
  call: Call,
): Promise<void> {
  for (const topic of topics) {
    const name = `topic ${topic.name} (${topic.region})`;
    await told(name, () => declareTopic(topic, call));
    for (const subscription of topic.subscriptions) {
      const what = `subscription of ${subscription.endpoint} to the ${name}`;
      await checkQueue(subscription, topic, what, call);
      await told(what, () => declareSubscription(subscription, topic, call));
    }
  }
}

/** How SNS refuses to make again what is there with other attributes or tags. */
const OTHER = / already exists with different (attributes|tags)$/;

const isOther = (error: unknown): boolean => error instanceof AwsError && OTHER.test(error.message);

async function declareTopic(topic: TopicDeclaration, call: Call): Promise<void> {
  const { name: Name, attributes, tags } = topic;
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const { FifoTopic, ...changeable } = attributes;
  try {
    await call('sns', 'CreateTopic', { Name, Attributes: attributes, Tags }, topic);
    return;
  } catch (error) {
    if (!isOther(error)) throw error;
  }
  const TopicArn = arnOf(topic);
  const answer = await call('sns', 'GetTopicAttributes', { TopicArn }, topic);
  const current = (answer as { readonly Attributes: Texts }).Attributes;
  for (const [AttributeName, AttributeValue] of changedAttributes(changeable, current)) {
    await call('sns', 'SetTopicAttributes', { TopicArn, AttributeName, AttributeValue }, topic);
  }
  if (Tags.length > 0) await call('sns', 'TagResource', { ResourceArn: TopicArn, Tags }, topic);
}

const arnOf = ({ region, accountId, name }: TopicDeclaration): string =>
  formatArn({ service: 'sns', region, accountId, resource: name });

/** A name that is no queue's is a typing mistake; an ARN may be that of a queue yet to come. */
async function checkQueue(
  { queueName }: SubscriptionDeclaration,
  owner: Owner,
  what: string,
  call: Call,
): Promise<void> {
  if (queueName === undefined) return;
  try {
    await call('sqs', 'GetQueueUrl', { QueueName: queueName }, owner);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new StartRefused(
      `The declared ${what} names a queue that is not there. Declare ${queueName} under ` +
        '"queues", or write its ARN if it comes later.',
    );
  }
}

async function declareSubscription(
  subscription: SubscriptionDeclaration,
  topic: TopicDeclaration,
  call: Call,
): Promise<void> {
  const { protocol: Protocol, endpoint: Endpoint, attributes } = subscription;
  const input = { TopicArn: arnOf(topic), Protocol, Endpoint, ReturnSubscriptionArn: true };
  try {
    await call('sns', 'Subscribe', { ...input, Attributes: attributes }, topic);
    return;
  } catch (error) {
    if (!isOther(error)) throw error;
  }
  const present = await call('sns', 'Subscribe', input, topic);
  const { SubscriptionArn } = present as { readonly SubscriptionArn: string };
  const answer = await call('sns', 'GetSubscriptionAttributes', { SubscriptionArn }, topic);
  const current = (answer as { readonly Attributes: Texts }).Attributes;
  const set = (AttributeName: string, AttributeValue: string) =>
    call(
      'sns',
      'SetSubscriptionAttributes',
      { SubscriptionArn, AttributeName, AttributeValue },
      topic,
    );
  const wanted = new Map(changedAttributes(attributes, current));
  // The policy of one scope may be wrong in the other.
  if (wanted.has('FilterPolicyScope') && wanted.has('FilterPolicy')) await set('FilterPolicy', '');
  for (const name of SUBSCRIPTION_ATTRIBUTES) {
    const value = wanted.get(name);
    if (value !== undefined) await set(name, value);
  }
}
