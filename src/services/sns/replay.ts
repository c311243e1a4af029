/**
 * Replaying archived messages to one subscription. Meanwhile it gets nothing else; when it has
 * caught up it goes on with what is published, or is paused where its policy has an end.
 * https://docs.aws.amazon.com/sns/latest/dg/message-archiving-and-replay-subscriber.html
 */
import type { Context } from '../../core/context.ts';
import type { Task } from '../../scheduler/task.ts';
import type { LogRecord, Transaction } from '../../storage/port.ts';
import { archivedSinceMs, archiveLog } from './archive.ts';
import { readReplayPolicy } from './archive-policy.ts';
import { type SubscriptionAddress, subscriptionAddressOf } from './arn.ts';
import { Audience } from './audience.ts';
import { deliver } from './fan-out.ts';
import type { Notification } from './notification.ts';
import {
  changeSubscription,
  type Found,
  findSubscription,
  type Replay,
  type Subscription,
  saveReplay,
} from './subscription.ts';
import type { Topic } from './topic.ts';

const REPLAY_KIND = 'sns.replay';
const RECORDS_PER_RUN = 100;
/** How often a replay looks for new messages whose end is yet to come. */
const PAUSE_MS = 1_000;

/** A subscription whose ReplayPolicy was just set, or taken away. */
export async function withReplay(
  context: Context,
  topic: Topic,
  subscription: Subscription,
): Promise<Subscription> {
  const { replay: _, ...others } = subscription;
  const policy = subscription.attributes.ReplayPolicy;
  const sinceMs = archivedSinceMs(context, topic);
  if (policy === undefined || topic.archive === undefined || sinceMs === undefined) return others;
  const startMs = Math.max(readReplayPolicy(policy).startMs, sinceMs);
  const position = await context.tx.logs.seek(archiveLog(topic.archive), startMs);
  if (subscription.confirmed) await scheduleReplay(context, subscription, context.nowMs);
  return { ...others, replay: { status: 'Pending', position, paused: true } };
}

const replayTimerKey = (arn: string): string => `sns/replay/${arn}`;

/** Whether messages of the archive are yet to come, once the subscription is confirmed. */
const isUnderWay = (replay: Replay | undefined): boolean =>
  replay?.status === 'Pending' || replay?.status === 'In progress';

/** A subscription that ended in the midst of a replay, and was made again, goes on with it. */
export async function resumeReplay(context: Context, subscription: Subscription): Promise<void> {
  if (isUnderWay(subscription.replay)) await scheduleReplay(context, subscription, context.nowMs);
}

/** Whether nothing carries on a replay that is under way. */
export async function standsStill(
  tx: Transaction,
  { arn, confirmed, replay, attributes }: Subscription,
): Promise<boolean> {
  if (!confirmed || !isUnderWay(replay)) return false;
  if (attributes.ReplayPolicy === undefined) return true;
  return (await tx.timers.get(replayTimerKey(arn))) === undefined;
}

/** Lets a replay begin, or go on. */
export async function scheduleReplay(
  context: Context,
  { arn }: Subscription,
  dueAtMs: number,
): Promise<void> {
  const payload = { ...subscriptionAddressOf(arn) };
  await context.schedule({ key: replayTimerKey(arn), kind: REPLAY_KIND, dueAtMs, payload });
}

export const replayTask: Task = {
  kind: REPLAY_KIND,
  async run(timer, context) {
    const address = timer.payload as unknown as SubscriptionAddress; // as scheduleReplay wrote it
    const found = await findSubscription(address, context);
    const { replay, attributes } = found?.subscription.value ?? {};
    const policy = attributes?.ReplayPolicy;
    if (found === undefined || replay === undefined || policy === undefined) {
      await context.tx.timers.cancel(timer.key);
      return;
    }
    if (found.topic.value.archive === undefined) {
      await end(context, timer.key, found, { ...replay, status: 'Failed', paused: false });
      return;
    }
    const { endMs } = readReplayPolicy(policy);
    const log = archiveLog(found.topic.value.archive);
    const records = await context.tx.logs.read(log, replay.position, RECORDS_PER_RUN);
    const wanted = records.filter(({ appendedAtMs }) => appendedAtMs <= (endMs ?? appendedAtMs));
    await deliverAgain(context, found, wanted);
    const position = (wanted.at(-1)?.position ?? replay.position - 1) + 1;
    const isFull = records.length === RECORDS_PER_RUN;
    const isAtEnd = wanted.length < records.length || (!isFull && (endMs ?? 0) < context.nowMs);
    if (isAtEnd) {
      const paused = endMs !== undefined;
      await end(context, timer.key, found, { status: 'Completed', position, paused });
      return;
    }
    await saveReplay(context, found.subscription, {
      status: 'In progress',
      position,
      paused: true,
    });
    const dueAtMs = isFull ? context.nowMs : context.nowMs + PAUSE_MS;
    await scheduleReplay(context, found.subscription.value, dueAtMs);
  },
};

async function end(context: Context, timerKey: string, found: Found, replay: Replay) {
  await context.tx.timers.cancel(timerKey);
  await changeSubscription(context, found, { ...found.subscription.value, replay });
}

/** Its filter policy counts for archived messages too. */
async function deliverAgain(
  context: Context,
  { topic, subscription }: Found,
  records: readonly LogRecord[],
): Promise<void> {
  const { replay: _, ...subscriber } = subscription.value;
  const audience = new Audience('');
  audience.update(subscriber.subscriptionId, subscriber);
  for (const { payload } of records) {
    const notification: Notification = { ...JSON.parse(payload), replayed: true };
    const { recipients } = audience.reachedBy(notification);
    await deliver(context, topic.value, notification, recipients);
  }
}
