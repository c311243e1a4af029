/**
 * What a topic leaves behind when it is deleted. The topic itself is gone at once; its
 * subscriptions and its logs are removed in chunks of a durable timer. Nobody sees the
 * subscriptions meanwhile, because they name a topic that is no more.
 * https://docs.aws.amazon.com/sns/latest/api/API_DeleteTopic.html
 */
import type { Context } from '../../core/context.ts';
import { attemptLog } from '../../delivery/attempt-log.ts';
import { everythingIn, type Forgotten, forget } from '../../delivery/log-tail.ts';
import { afterRestMs } from '../../scheduler/pace.ts';
import type { Task } from '../../scheduler/task.ts';
import type { Document } from '../../storage/port.ts';
import { auditLog } from './audit-log.ts';
import { sequenceKey } from './fifo.ts';
import {
  changesKey,
  forgetSubscription,
  type Subscription,
  subscriptionPrefix,
} from './subscription.ts';
import { type Topic, topicArn } from './topic.ts';

const REMOVE_KIND = 'sns.remove-subscriptions';
/** Subscriptions that one run removes: a few milliseconds' work. */
const SUBSCRIPTIONS_PER_RUN = 200;

interface Progress {
  readonly topicArn: string;
  readonly topicId: string;
  /** The document key behind which the rest stands. */
  readonly after?: string;
  /** What a topic of the same name logs later is not among it. */
  readonly logs?: readonly Forgotten[];
}

export const removalTimerKey = (topicId: string): string => `sns/remove-subscriptions/${topicId}`;

export async function deleteTopic(context: Context, topic: Document<Topic>): Promise<void> {
  const { documents } = context.tx;
  const { topicId } = topic.value;
  const arn = topicArn(topic.value);
  await documents.delete(topic.key);
  await documents.delete(changesKey(topicId));
  await documents.delete(sequenceKey(topicId));
  const names = [attemptLog(arn), auditLog(topic.value)].filter((name) => name !== undefined);
  const logs = await everythingIn(context.tx, names);
  await goOn(context, { topicArn: arn, topicId, logs });
}

async function goOn(context: Context, progress: Progress): Promise<void> {
  const key = removalTimerKey(progress.topicId);
  const payload = { ...progress };
  await context.schedule({ key, kind: REMOVE_KIND, dueAtMs: afterRestMs(context), payload });
}

export const removeSubscriptionsTask: Task = {
  kind: REMOVE_KIND,
  async run(timer, context) {
    const progress = timer.payload as unknown as Progress; // as goOn wrote it
    const { topicArn, topicId, after } = progress;
    const found = await context.tx.documents.list<Subscription>(subscriptionPrefix(topicArn), {
      limit: SUBSCRIPTIONS_PER_RUN,
      ...(after !== undefined && { after }),
    });
    // A topic that was created anew under the name may have subscriptions of its own.
    for (const { value } of found) {
      if (value.topicId === topicId) await forgetSubscription(context, value);
    }
    const logs = await forget(context.tx, progress.logs ?? []);
    const last = found.at(-1)?.key ?? after;
    if (found.length < SUBSCRIPTIONS_PER_RUN && logs.length === 0) {
      await context.tx.timers.cancel(timer.key);
      return;
    }
    await goOn(context, { topicArn, topicId, ...(last !== undefined && { after: last }), logs });
  },
};
