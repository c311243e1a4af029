/**
 * What becomes of a delivery after an attempt, in one transaction: it is removed, tried again
 * later, or given up and put into its dead-letter queue.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
 */
import { parseArn } from '../core/arn.ts';
import type { Caller, Context } from '../core/context.ts';
import type { Entry, QueueRef } from '../storage/port.ts';
import { logAttempt, resourceName } from './attempt-log.ts';
import { nextAttemptAtMs } from './backoff.ts';
import type { DeadLetter, Delivery } from './delivery.ts';
import { keepInInbox } from './inbox.ts';
import type { Outcome } from './outcome.ts';

export interface Settlement {
  readonly queue: QueueRef;
  readonly entry: Entry;
  readonly delivery: Delivery;
  readonly outcome: Outcome;
  /** Whether a delivery that is given up goes to its dead-letter queue; `failed`: it could not. */
  readonly redrive: 'wanted' | 'failed';
  /** A number in [0, 1), a new one each time. */
  readonly random: () => number;
}

/**
 * Hears of deliveries that are given up, after so many attempts, in the transaction that does, and
 * is asked what is still there.
 */
export interface DeliveryObserver {
  gaveUp(context: Context, delivery: Delivery, outcome: Outcome, attempts: number): Promise<void>;
  /** Whether a topic or platform application still has a log of attempts. Without it all have. */
  hasLog?(context: Context, arn: string): Promise<boolean>;
}

/** The principal that sends to dead-letter queues; their receivers see it as SenderId. */
const PRINCIPAL_ID = 'AIDAIT2UOQQY3AUEKVGXU';

/** Whom the work on an account's deliveries runs as. */
export const deliverer = (accountId: string, region: string): Caller => ({
  accountId,
  region,
  accessKeyId: 'sns.amazonaws.com',
  principalId: PRINCIPAL_ID,
  endpoint: '',
  headers: {},
});

/**
 * Does nothing when another worker has settled the delivery. Rejects with AwsError when the
 * dead-letter queue does not take it; nothing is changed then.
 */
export async function settle(
  context: Context,
  settlement: Settlement,
  observer: DeliveryObserver | undefined,
): Promise<void> {
  const { tx, nowMs } = context;
  const { queue, entry, delivery, outcome, random } = settlement;
  const isDelivered = outcome.result === 'delivered';
  const retryAtMs =
    outcome.result === 'failed'
      ? nextAttemptAtMs(delivery.retry, entry.claims, nowMs, random())
      : undefined;
  const isMine = await (retryAtMs === undefined
    ? tx.queues.remove(queue, entry.sequence)
    : tx.queues.extend(queue, entry.sequence, retryAtMs));
  if (!isMine) return;
  const isKept = async (arn: string) => (await observer?.hasLog?.(context, arn)) ?? true;
  await logAttempt(tx, delivery, outcome, entry.claims, random(), isKept);
  if (isDelivered) {
    if (outcome.kept !== undefined) await keepInInbox(tx, outcome.kept, delivery.about);
    return count(context, delivery, 'NumberOfNotificationsDelivered');
  }
  // Of HTTP every failed attempt counts, of the others a delivery that failed in the end.
  if (retryAtMs === undefined || delivery.target.kind === 'http') {
    count(context, delivery, 'NumberOfNotificationsFailed');
  }
  if (retryAtMs === undefined) await giveUp(context, settlement, observer);
}

async function giveUp(
  context: Context,
  { entry, delivery, outcome, redrive }: Settlement,
  observer: DeliveryObserver | undefined,
): Promise<void> {
  const { deadLetter } = delivery;
  if (deadLetter !== undefined) {
    if (redrive === 'wanted') await sendToDeadLetters(context, deadLetter);
    const name = redrive === 'wanted' ? 'RedrivenToDlq' : 'FailedToRedriveToDlq';
    count(context, delivery, `NumberOfNotifications${name}`);
  }
  await observer?.gaveUp(context, delivery, outcome, entry.claims);
}

async function sendToDeadLetters(context: Context, { queueArn, input }: DeadLetter): Promise<void> {
  const { accountId = '', region = '', resource = '' } = parseArn(queueArn) ?? {};
  const QueueUrl = `/${accountId}/${resource}`;
  const caller = deliverer(accountId, region);
  await context.invoke('sqs', 'SendMessage', { ...input, QueueUrl }, caller);
}

function count(context: Context, delivery: Delivery, name: string): void {
  const { accountId, region } = delivery.about;
  const resource = resourceName(delivery);
  context.count({ service: 'sns', name, resource, accountId, region, value: 1 });
}
