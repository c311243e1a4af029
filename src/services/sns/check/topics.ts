/** Topics: each under its own name, with what it needs to forget, to count and to refuse. */
import { type Problem, RESTORE_REMEDY } from '../../../core/problem.ts';
import { allDocuments, allMemos } from '../../../core/read-all.ts';
import { sequenceNumber } from '../../../core/sequence-number.ts';
import type { Document, Transaction } from '../../../storage/port.ts';
import { archiveLog, trimTimerKey } from '../archive.ts';
import { archiveRetentionMs } from '../archive-policy.ts';
import { PolicyProblem, readProtectionPolicy } from '../data-protection-policy.ts';
import { DEDUPLICATION_PREFIX, SEQUENCE_PREFIX, sequenceKey } from '../fifo.ts';
import type { Notification } from '../notification.ts';
import { CHANGES_PREFIX, changesKey, type SubscriptionChange } from '../subscription.ts';
import { TOPIC_PREFIX, type Topic, topicArn, topicKey } from '../topic.ts';

/** All topics, as they are stored. */
export async function storedTopics(tx: Transaction): Promise<readonly Document<Topic>[]> {
  const topics: Document<Topic>[] = [];
  for await (const document of allDocuments<Topic>(tx, TOPIC_PREFIX)) topics.push(document);
  return topics;
}

export async function checkTopicDocuments(
  tx: Transaction,
  topics: readonly Document<Topic>[],
): Promise<Problem[]> {
  const problems: Problem[] = [];
  const known = new Set<string>();
  for (const { key, value: topic } of topics) {
    if (known.has(topic.topicId) || key !== topicKey(topic)) problems.push(misfiled(topic));
    known.add(topic.topicId);
    if (topic.fifo !== topic.name.endsWith('.fifo')) problems.push(otherKind(topic));
    problems.push(...(await checkArchive(tx, topic)));
    if (!hasReadablePolicy(topic)) problems.push(unreadablePolicy(topic));
    if (!(await knowsItsChanges(tx, topic))) problems.push(staleAudience(topic));
  }
  for (const [prefix, what] of LEFT_OF_TOPICS) {
    let count = 0;
    for await (const { key } of allDocuments(tx, prefix)) {
      if (!known.has(key.slice(prefix.length))) count++;
    }
    if (count > 0) problems.push(lostTopics(count, what));
  }
  return problems;
}

/** What is stored under the id of a topic, and goes with it at once. */
const LEFT_OF_TOPICS = [
  [CHANGES_PREFIX, 'list of changed subscriptions'],
  [SEQUENCE_PREFIX, 'last sequence number'],
] as const;

async function checkArchive(tx: Transaction, topic: Topic): Promise<Problem[]> {
  const { archive, attributes } = topic;
  const isWanted = archiveRetentionMs(attributes.ArchivePolicy) !== undefined;
  if (isWanted !== (archive !== undefined)) return [otherArchive(topic)];
  if (archive === undefined) return [];
  return (await tx.timers.get(trimTimerKey(archive))) === undefined ? [neverTrimmed(topic)] : [];
}

function hasReadablePolicy({ dataProtectionPolicy: text }: Topic): boolean {
  if (text === undefined) return true;
  try {
    readProtectionPolicy(text);
    return true;
  } catch (error) {
    if (error instanceof PolicyProblem) return false;
    throw error;
  }
}

/** Whoever keeps a topic's subscriptions in memory learns from the list what to read again. */
async function knowsItsChanges(tx: Transaction, topic: Topic): Promise<boolean> {
  const changes = await tx.documents.get<SubscriptionChange[]>(changesKey(topic.topicId));
  if (changes === undefined) return topic.confirmed === 0;
  return changes.value.at(-1)?.version === topic.subscriptionsVersion;
}

// ---------------------------------------------------------------- sequence numbers

/** No topic may have given out a number that it would give out again. */
export async function checkSequences(
  tx: Transaction,
  topics: readonly Document<Topic>[],
): Promise<Problem[]> {
  const given = new Map<string, string>();
  const note = (topicId: string, number = ''): void => {
    if (number > (given.get(topicId) ?? '')) given.set(topicId, number);
  };
  const prefix = DEDUPLICATION_PREFIX;
  for await (const { key, value } of allMemos<{ sequenceNumber?: string }>(tx, prefix)) {
    note(key.slice(prefix.length).split('/', 1)[0] ?? '', value.sequenceNumber);
  }
  const problems: Problem[] = [];
  for (const { value: topic } of topics) {
    const { topicId, archive } = topic;
    if (archive !== undefined) note(topicId, await lastNumberIn(tx, archiveLog(archive)));
    const last = (await tx.documents.get<number>(sequenceKey(topicId)))?.value ?? 0;
    if ((given.get(topicId) ?? '') > sequenceNumber(last)) problems.push(numbersAgain(topic));
  }
  return problems;
}

async function lastNumberIn(tx: Transaction, log: string): Promise<string | undefined> {
  const { next } = await tx.logs.bounds(log);
  const [last] = await tx.logs.read(log, next - 1, 1);
  try {
    const notification: Notification | undefined = last && JSON.parse(last.payload);
    return notification?.sequenceNumber;
  } catch {
    // Those who look at all records tell of it.
    return undefined;
  }
}

// ---------------------------------------------------------------- what is told

const misfiled = (topic: Topic): Problem => ({
  what: `The topic ${topicArn(topic)} is stored under another topic's name, or twice.`,
  meaning: 'Requests may reach the wrong topic.',
  remedy: RESTORE_REMEDY,
});

const otherKind = (topic: Topic): Problem => ({
  what: `The topic ${topicArn(topic)} is stored as the other kind of topic than its name says.`,
  meaning: 'The order of its messages, or the freedom from it, is not what its name says.',
  remedy: RESTORE_REMEDY,
});

const otherArchive = (topic: Topic): Problem => ({
  what: `The topic ${topicArn(topic)} has an archive and no policy for it, or the reverse.`,
  meaning: 'Its messages are not archived as the policy says, or it cannot be deleted.',
  remedy: 'Set its ArchivePolicy with SetTopicAttributes to what it should be.',
});

const neverTrimmed = (topic: Topic): Problem => ({
  what: `Nothing removes the old messages of the archive of the topic ${topicArn(topic)}.`,
  meaning: 'They are not replayed past their retention, and take room for ever.',
  remedy: 'Set its ArchivePolicy with SetTopicAttributes once more, to the value that it has.',
});

const unreadablePolicy = (topic: Topic): Problem => ({
  what: `The data protection policy of the topic ${topicArn(topic)} cannot be read.`,
  meaning: 'Each publish to the topic fails.',
  remedy: 'Set the policy anew with PutDataProtectionPolicy.',
});

const staleAudience = (topic: Topic): Problem => ({
  what: `The last change of the topic ${topicArn(topic)}'s subscriptions is not noted.`,
  meaning: 'A server that runs may deliver by subscriptions as they were before.',
  remedy: 'Restart the server: it reads them anew. The next change of one of them is noted again.',
});

const lostTopics = (count: number, what: string): Problem => ({
  what: `There is the ${what} of ${count} topics, and no topic that it belongs to.`,
  meaning: 'The topics are lost.',
  remedy: RESTORE_REMEDY,
});

const numbersAgain = (topic: Topic): Problem => ({
  what: `The topic ${topicArn(topic)} has given out sequence numbers that are yet to come.`,
  meaning: 'They will be given out again, and subscribers that go by them go wrong.',
  remedy: RESTORE_REMEDY,
});
