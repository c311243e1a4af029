/**
 * What a topic leaves behind when it is deleted. The topic itself is gone at once; its
 * subscriptions are removed in chunks of a durable timer, and nobody sees them meanwhile, because
 * they name a topic that is no more.
 * https://docs.aws.amazon.com/sns/latest/api/API_DeleteTopic.html
 */
import type { Context } from '../../core/context.ts';
import type { Task } from '../../scheduler/task.ts';
import type { Document } from '../../storage/port.ts';
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
}

export async function deleteTopic(context: Context, topic: Document<Topic>): Promise<void> {
  const { documents } = context.tx;
  const { topicId } = topic.value;
  await documents.delete(topic.key);
  await documents.delete(changesKey(topicId));
  await documents.delete(sequenceKey(topicId));
  await goOn(context, { topicArn: topicArn(topic.value), topicId });
}

async function goOn(context: Context, progress: Progress): Promise<void> {
  const key = `sns/remove-subscriptions/${progress.topicId}`;
  const payload = { ...progress };
  await context.schedule({ key, kind: REMOVE_KIND, dueAtMs: context.nowMs, payload });
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
    const last = found.at(-1);
    if (found.length < SUBSCRIPTIONS_PER_RUN || last === undefined) {
      await context.tx.timers.cancel(timer.key);
      return;
    }
    await goOn(context, { topicArn, topicId, after: last.key });
  },
};
