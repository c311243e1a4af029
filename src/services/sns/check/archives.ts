/** What is archived must be readable, each message of it. */
import { type Problem, RESTORE_REMEDY } from '../../../core/problem.ts';
import type { Transaction } from '../../../storage/port.ts';
import { archiveLog } from '../archive.ts';
import type { Notification } from '../notification.ts';
import { type Topic, topicArn } from '../topic.ts';
import { storedTopics } from './topics.ts';

const PAGE_SIZE = 500;

export async function checkArchives(tx: Transaction): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const { value: topic } of await storedTopics(tx)) {
    if (topic.archive === undefined) continue;
    const count = await countUnreadable(tx, archiveLog(topic.archive));
    if (count > 0) problems.push(unreadable(topic, count));
  }
  return problems;
}

async function countUnreadable(tx: Transaction, log: string): Promise<number> {
  let count = 0;
  let { first: position } = await tx.logs.bounds(log);
  for (;;) {
    const records = await tx.logs.read(log, position, PAGE_SIZE);
    for (const { payload } of records) if (!isReadable(payload)) count++;
    const last = records.at(-1);
    if (last === undefined || records.length < PAGE_SIZE) return count;
    position = last.position + 1;
  }
}

function isReadable(payload: string): boolean {
  try {
    const { messageId, message }: Partial<Notification> = JSON.parse(payload);
    return typeof messageId === 'string' && typeof message === 'string';
  } catch {
    return false;
  }
}

const unreadable = (topic: Topic, count: number): Problem => ({
  what: `${count} messages in the archive of the topic ${topicArn(topic)} cannot be read.`,
  meaning: 'Replays that meet them stop there.',
  remedy: RESTORE_REMEDY,
});
