/** What `waystation check` asks about topics and whatever else SNS keeps. */
import type { Problem } from '../../../core/problem.ts';
import type { Transaction } from '../../../storage/port.ts';
import { checkFanOuts } from './fan-outs.ts';
import { checkNumbers } from './numbers.ts';
import { checkPlatforms } from './platforms.ts';
import { checkSubscriptions } from './subscriptions.ts';
import { checkSequences, checkTopicDocuments, storedTopics } from './topics.ts';

export { checkArchives } from './archives.ts';

/**
 * Documents against what belongs to them. All of it must be seen at one instant. What background
 * work has yet to do, after a topic was deleted for example, is no problem as long as it is under
 * way.
 */
export async function checkTopics(tx: Transaction): Promise<Problem[]> {
  const topics = await storedTopics(tx);
  return [
    ...(await checkTopicDocuments(tx, topics)),
    ...(await checkSequences(tx, topics)),
    ...(await checkSubscriptions(tx, topics)),
    ...(await checkFanOuts(tx)),
    ...(await checkPlatforms(tx)),
    ...(await checkNumbers(tx)),
  ];
}
