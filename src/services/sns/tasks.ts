/** Background work of SNS, and what is forgotten when time has passed. */
import type { Task } from '../../scheduler/task.ts';
import { trimArchiveTask } from './archive.ts';
import type { SubscriptionAddress } from './arn.ts';
import { fanOutTask } from './fan-out.ts';
import { removeEndpointsTask } from './platform-removal.ts';
import { replayTask } from './replay.ts';
import { findSubscription, PENDING_KIND, removeSubscription } from './subscription.ts';
import { removeSubscriptionsTask } from './topic-removal.ts';

/** Removes a subscription that nobody confirmed in time. */
const expirePendingTask: Task = {
  kind: PENDING_KIND,
  async run(timer, context) {
    const address = timer.payload as unknown as SubscriptionAddress; // as subscription.ts wrote it
    const found = await findSubscription(address, context);
    if (found !== undefined && !found.subscription.value.confirmed) {
      await removeSubscription(context, found);
    }
    await context.tx.timers.cancel(timer.key);
  },
};

export const snsTasks: readonly Task[] = [
  expirePendingTask,
  fanOutTask,
  removeEndpointsTask,
  removeSubscriptionsTask,
  replayTask,
  trimArchiveTask,
];
