/** Subscriptions: against their topics, what finds them, what counts them and what ends them. */
import { type Problem, RESTORE_REMEDY } from '../../../core/problem.ts';
import { allDocuments } from '../../../core/read-all.ts';
import type { Document, Transaction } from '../../../storage/port.ts';
import { subscriptionAddressOf } from '../arn.ts';
import { Audience } from '../audience.ts';
import { standsStill } from '../replay.ts';
import {
  ENDPOINT_PREFIX,
  endpointKey,
  OWNED_PREFIX,
  ownedKey,
  PENDING_COUNT_PREFIX,
  pendingCountKey,
  pendingTimerKey,
  SUBSCRIPTION_PREFIX,
  type Subscription,
  subscriptionKey,
} from '../subscription.ts';
import { type Topic, topicArn } from '../topic.ts';
import { removalTimerKey } from '../topic-removal.ts';
import { Findings, type Wrong } from './tally.ts';

/** A topic, and how many subscriptions it turns out to have. */
interface Counted {
  readonly topic: Topic;
  confirmed: number;
  pending: number;
}

/** By the ARNs of their topics. */
type SubscriptionFindings = Findings<keyof typeof FAULTS>;

export async function checkSubscriptions(
  tx: Transaction,
  topics: readonly Document<Topic>[],
): Promise<Problem[]> {
  const byId = new Map<string, Counted>();
  for (const { value: topic } of topics) {
    byId.set(topic.topicId, { topic, confirmed: 0, pending: 0 });
  }
  const findings = new Findings(FAULTS, subject);
  /** How many wait for their confirmation, by the key of the document that says so. */
  const pending = new Map<string, number>();
  for await (const document of allDocuments<Subscription>(tx, SUBSCRIPTION_PREFIX)) {
    const subscription = document.value;
    const { topicId, arn } = subscription;
    if (!isInPlace(document)) findings.add('misfiled', subscription.topicArn, arn);
    if (!subscription.confirmed) {
      const key = pendingCountKey(subscription);
      pending.set(key, (pending.get(key) ?? 0) + 1);
    }
    const counted = byId.get(topicId);
    if (counted === undefined || topicArn(counted.topic) !== subscription.topicArn) {
      // Those of a topic that was deleted are removed in the background.
      const isRemoved = (await tx.timers.get(removalTimerKey(topicId))) !== undefined;
      if (!isRemoved) findings.add('topicless', subscription.topicArn, arn);
      continue;
    }
    counted[subscription.confirmed ? 'confirmed' : 'pending'] += 1;
    await checkSubscription(tx, subscription, findings);
  }
  await checkPointers(tx, findings);
  const wrongTopics = [...byId.values()].filter(
    ({ topic, confirmed, pending }) => topic.confirmed !== confirmed || topic.pending !== pending,
  );
  return [
    ...findings.told(),
    ...wrongTopics.map(miscounted),
    ...(await checkPendingCounts(tx, pending)),
  ];
}

const isInPlace = ({ key, value }: Document<Subscription>): boolean =>
  key === subscriptionKey(value.topicArn, value.subscriptionId) &&
  value.arn === `${value.topicArn}:${value.subscriptionId}`;

/** One of a topic that is there. */
async function checkSubscription(
  tx: Transaction,
  subscription: Subscription,
  findings: SubscriptionFindings,
): Promise<void> {
  const { topicArn, subscriptionId, protocol, endpoint, arn, confirmed } = subscription;
  const pointer = await tx.documents.get<string>(endpointKey(topicArn, protocol, endpoint));
  if (pointer?.value !== subscriptionId) findings.add('twice', topicArn, arn);
  if ((await tx.documents.get(ownedKey(subscription))) === undefined) {
    findings.add('unlisted', topicArn, arn);
  }
  if (!isReadable(subscription)) findings.add('unreadable', topicArn, arn);
  if (!confirmed && (await tx.timers.get(pendingTimerKey(arn))) === undefined) {
    findings.add('neverEnding', topicArn, arn);
  }
  if (await standsStill(tx, subscription)) findings.add('standingStill', topicArn, arn);
}

function isReadable(subscription: Subscription): boolean {
  try {
    const { replay: _, ...receiving } = subscription;
    new Audience('').update(subscription.subscriptionId, { ...receiving, confirmed: true });
    return true;
  } catch {
    return false;
  }
}

/** What names a subscription must name one that is there, and that it belongs to. */
async function checkPointers(tx: Transaction, findings: SubscriptionFindings): Promise<void> {
  const find = (topicArn: string, id: string) =>
    tx.documents.get<Subscription>(subscriptionKey(topicArn, id));
  for await (const { key, value: id } of allDocuments<string>(tx, ENDPOINT_PREFIX)) {
    const [topicArn = ''] = key.slice(ENDPOINT_PREFIX.length).split('/', 1);
    const found = (await find(topicArn, id))?.value;
    if (found === undefined) findings.add('lost', topicArn, `${topicArn}:${id}`);
    else if (endpointKey(found.topicArn, found.protocol, found.endpoint) !== key) {
      findings.add('misfiled', topicArn, found.arn);
    }
  }
  for await (const { key } of allDocuments(tx, OWNED_PREFIX)) {
    const arn = key.slice(key.lastIndexOf('/') + 1);
    const { subscriptionId } = subscriptionAddressOf(arn);
    const topicArn = arn.slice(0, arn.lastIndexOf(':'));
    const found = (await find(topicArn, subscriptionId))?.value;
    if (found === undefined) findings.add('lost', topicArn, arn);
    else if (ownedKey(found) !== key) findings.add('misfiled', topicArn, arn);
  }
}

async function checkPendingCounts(
  tx: Transaction,
  pending: ReadonlyMap<string, number>,
): Promise<Problem[]> {
  const left = new Map(pending);
  const problems: Problem[] = [];
  for await (const { key, value } of allDocuments<number>(tx, PENDING_COUNT_PREFIX)) {
    const found = left.get(key) ?? 0;
    left.delete(key);
    if (value !== found) problems.push(pendingMiscounted(key, value, found));
  }
  for (const [key, found] of left) problems.push(pendingMiscounted(key, 0, found));
  return problems;
}

// ---------------------------------------------------------------- what is told

const ANEW =
  'End them with Unsubscribe, and subscribe anew. One that waits for its confirmation ends by ' +
  'itself three days after it was made.';

const FAULTS = {
  misfiled: {
    what: "are stored under another subscription's name.",
    meaning: 'Requests may reach the wrong subscription.',
    remedy: RESTORE_REMEDY,
  },
  topicless: {
    what: 'belong to a topic that is not there.',
    meaning: 'They get no messages, and nothing removes them: the topic is lost.',
    remedy: RESTORE_REMEDY,
  },
  twice: {
    what: 'are not found by their endpoints.',
    meaning: 'Who subscribes such an endpoint again gets each message twice.',
    remedy: ANEW,
  },
  unlisted: {
    what: 'are not in the list of their owner.',
    meaning: 'They get their messages, but ListSubscriptions does not show them.',
    remedy: ANEW,
  },
  unreadable: {
    what: 'have a filter policy that cannot be read.',
    meaning: 'Each publish to the topic fails once they are confirmed.',
    remedy: 'Set their FilterPolicy anew with SetSubscriptionAttributes.',
  },
  neverEnding: {
    what: 'wait for their confirmation, and nothing ends that.',
    meaning: 'They count for ever among those that wait.',
    remedy: 'Subscribe their endpoints again for a new token, confirm them, then unsubscribe.',
  },
  standingStill: {
    what: 'are in the midst of a replay that nothing carries on.',
    meaning: 'They get no messages any more.',
    remedy: 'Set their ReplayPolicy again with SetSubscriptionAttributes, which begins it anew.',
  },
  lost: {
    what: 'are named where others are found, and are not there.',
    meaning: 'The subscriptions are lost: their endpoints get no messages.',
    remedy: `${RESTORE_REMEDY} Or subscribe the endpoints that miss messages anew.`,
  },
};

const subject = (topicArn: string, { count, example }: Wrong): string =>
  `${count} subscriptions of the topic ${topicArn}, ${example} among them,`;

const miscounted = ({ topic, confirmed, pending }: Counted): Problem => ({
  what:
    `The topic ${topicArn(topic)} counts ${topic.confirmed} confirmed and ${topic.pending} ` +
    `pending subscriptions, and has ${confirmed} and ${pending}.`,
  meaning: 'GetTopicAttributes answers wrongly, and limits of subscriptions come early or late.',
  remedy: `${RESTORE_REMEDY} Or delete the topic, and make it anew with its subscriptions.`,
});

function pendingMiscounted(key: string, value: number, found: number): Problem {
  const [accountId = '', region = ''] = key.slice(PENDING_COUNT_PREFIX.length).split('/');
  return {
    what:
      `The account ${accountId} in ${region} counts ${value} subscriptions that wait for their ` +
      `confirmation, and has ${found}.`,
    meaning: 'The limit of 5,000 such subscriptions comes early or late.',
    remedy: `${RESTORE_REMEDY} It does no harm as long as Subscribe is not refused for the limit.`,
  };
}
