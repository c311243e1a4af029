/**
 * How many subscriptions a topic may have, and of what kind.
 * https://docs.aws.amazon.com/general/latest/gr/sns.html
 */
import type { Context } from '../../core/context.ts';
import { fail, invalid } from './errors.ts';
import {
  countOwned,
  type Protocol,
  type Subscription,
  subscriptionPrefix,
} from './subscription.ts';
import { type Topic, topicArn } from './topic.ts';
import { MESSAGE_BYTES_MAX, messageBytesMax } from './topic-attributes.ts';

const FIFO_SUBSCRIPTIONS_MAX = 100;
/** Delivery streams per topic and owner of the subscriptions. */
const FIREHOSE_SUBSCRIPTIONS_MAX = 5;

/** Of topics that take messages of more than 256 KiB. */
const LARGE_SUBSCRIPTIONS_MAX = 100;
const LARGE_PROTOCOLS: readonly Protocol[] = ['sqs', 'firehose', 'lambda'];

const takesLargeMessages = (topic: Topic): boolean => messageBytesMax(topic) > MESSAGE_BYTES_MAX;

const badLimit = () =>
  invalid(
    `MaximumMessageSize: a topic with more than ${MESSAGE_BYTES_MAX} bytes can have at most ` +
      `${LARGE_SUBSCRIPTIONS_MAX} subscriptions, all of them of the protocols sqs, firehose or ` +
      'lambda.',
  );

/**
 * Throws SubscriptionLimitExceeded or InvalidParameter where a topic takes no more of these. AWS
 * documents no text.
 */
export async function checkRoom(
  context: Context,
  topic: Topic,
  { protocol, ownerId }: Pick<Subscription, 'protocol' | 'ownerId'>,
): Promise<void> {
  const count = topic.confirmed + topic.pending;
  if (topic.fifo && count >= FIFO_SUBSCRIPTIONS_MAX) {
    throw fail(
      'SubscriptionLimitExceededException',
      `Subscription limit exceeded: a FIFO topic can have ${FIFO_SUBSCRIPTIONS_MAX} subscriptions`,
    );
  }
  if (protocol === 'firehose') {
    const present = await countOwned(context, topic, protocol, ownerId);
    if (present >= FIREHOSE_SUBSCRIPTIONS_MAX) {
      throw fail(
        'SubscriptionLimitExceededException',
        `Subscription limit exceeded: a topic can have ${FIREHOSE_SUBSCRIPTIONS_MAX} firehose ` +
          'subscriptions of one owner',
      );
    }
  }
  if (!takesLargeMessages(topic)) return;
  if (count >= LARGE_SUBSCRIPTIONS_MAX || !LARGE_PROTOCOLS.includes(protocol)) throw badLimit();
}

/** Throws InvalidParameter where a topic has subscriptions that large messages cannot reach. */
export async function checkLargeMessages(context: Context, topic: Topic): Promise<void> {
  if (!takesLargeMessages(topic)) return;
  const limit = LARGE_SUBSCRIPTIONS_MAX;
  if (topic.confirmed + topic.pending > limit) throw badLimit();
  const prefix = subscriptionPrefix(topicArn(topic));
  const found = await context.tx.documents.list<Subscription>(prefix, { limit });
  const isFit = found.every(
    ({ value }) => value.topicId !== topic.topicId || LARGE_PROTOCOLS.includes(value.protocol),
  );
  if (!isFit) throw badLimit();
}
