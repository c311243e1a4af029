/**
 * The log of attempts: AWS's delivery status records, kept here instead of in CloudWatch.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-topic-attributes.html
 */
import { formatArn, parseArn } from '../core/arn.ts';
import type { Store, Transaction } from '../storage/port.ts';
import type { Delivery, DeliveryAbout, DeliveryTarget } from './delivery.ts';
import { appendToTail, readTail } from './log-tail.ts';
import type { Outcome } from './outcome.ts';

const RECORDS_MAX = 1_000;
/** What stands in the place of a topic's name where there is no topic. */
const WITHOUT_TOPIC = 'DirectPublishToPhoneNumber';

/** Whether the topic or platform application of an ARN is still there to have a log. */
export type IsKept = (arn: string) => Promise<boolean>;

/**
 * Keeps a failure always, a success as often as its topic asks for. A push stands in the log of its
 * application too, which has a rate of its own. `random` lies in [0, 1).
 */
export async function logAttempt(
  tx: Transaction,
  delivery: Delivery,
  outcome: Outcome,
  attempts: number,
  random: number,
  isKept: IsKept,
): Promise<void> {
  const isSuccess = outcome.result === 'delivered';
  for (const { name, arn, successSampleRate = 0 } of logsOf(delivery)) {
    if (isSuccess && random * 100 >= successSampleRate) continue;
    // A delivery may be tried for weeks after its topic was deleted, and the log with it.
    if (arn !== undefined && !(await isKept(arn))) continue;
    await appendToTail(tx, name, recordOf(delivery, outcome, attempts, tx.nowMs), RECORDS_MAX);
  }
}

/** A delivery that the worker never sees: done at once, or not even tried. */
export interface Immediate extends Pick<Delivery, 'deliveryId' | 'about'> {
  readonly target: { readonly kind: 'immediate'; readonly endpoint: string };
}

/** Keeps what became of a delivery, by the same rules as `logAttempt`. */
export async function logImmediate(
  tx: Transaction,
  immediate: Immediate,
  outcome: Outcome,
  random: number,
): Promise<void> {
  const { about } = immediate;
  const { successSampleRate = 0 } = about;
  if (outcome.result === 'delivered' && random * 100 >= successSampleRate) return;
  const record = recordOf(immediate, outcome, 1, tx.nowMs);
  await appendToTail(tx, logName(about, topicName(about)), record, RECORDS_MAX);
}

interface Log {
  readonly name: string;
  /** Of the topic or application that has it; absent where there is none. */
  readonly arn?: string;
  readonly successSampleRate: number | undefined;
}

function logsOf({ about, target }: Delivery): Log[] {
  const { successSampleRate, topicArn } = about;
  const own: Log = {
    name: logName(about, topicName(about)),
    ...(topicArn !== undefined && { arn: topicArn }),
    successSampleRate,
  };
  const application = target.kind === 'push' ? parseArn(target.applicationArn) : undefined;
  if (target.kind !== 'push' || application === undefined) return [own];
  const ofApplication: Log = {
    name: logName(application, application.resource),
    arn: target.applicationArn,
    successSampleRate: target.successSampleRate,
  };
  return about.topicArn === undefined ? [ofApplication] : [own, ofApplication];
}

/**
 * The records of a topic or platform application, newest first. Those of messages that went
 * straight to a phone number stand under the ARN of a topic called `DirectPublishToPhoneNumber`.
 */
export async function readAttempts(
  store: Store,
  topicArn: string,
  limit: number,
): Promise<object[]> {
  const log = attemptLog(topicArn);
  return log === undefined ? [] : readTail<object>(store, log, limit, (record) => record);
}

/** The log of a topic or platform application; undefined where the text is no ARN. */
export function attemptLog(text: string): string | undefined {
  const arn = parseArn(text);
  return arn && logName(arn, arn.resource);
}

/** A topic's name, or what stands in its place. */
function topicName({ topicArn }: DeliveryAbout): string {
  return (topicArn && parseArn(topicArn)?.resource) ?? WITHOUT_TOPIC;
}

/** Whose delivery it is: a topic's or, without one, a platform application's or nobody's. */
export function resourceName({ about, target }: Delivery): string {
  const arn = target.kind === 'push' && !about.topicArn ? target.applicationArn : undefined;
  return (arn && parseArn(arn)?.resource) ?? topicName(about);
}

function logName(
  owner: { readonly region: string; readonly accountId: string },
  name: string,
): string {
  return `sns/delivery-log/${owner.region}/${owner.accountId}/${name}`;
}

function recordOf(
  { deliveryId, target, about }: Delivery | Immediate,
  { result, statusCode, providerResponse }: Outcome,
  attempts: number,
  nowMs: number,
): object {
  const { messageId, publishedAtMs, messageMd5, accountId, region } = about;
  const standIn = formatArn({ service: 'sns', region, accountId, resource: WITHOUT_TOPIC });
  const topicArn = about.topicArn ?? (target.kind === 'push' ? undefined : standIn);
  return {
    notification: {
      ...(messageMd5 !== undefined && { messageMD5Sum: messageMd5 }),
      messageId,
      ...(topicArn !== undefined && { topicArn }),
      timestamp: new Date(publishedAtMs).toISOString().replace('T', ' ').replace('Z', ''),
    },
    delivery: {
      deliveryId,
      destination: destinationOf(target),
      ...(target.kind === 'push' && { token: target.token }),
      ...(target.kind === 'sms' && target.smsType !== undefined && { smsType: target.smsType }),
      providerResponse,
      dwellTimeMs: nowMs - publishedAtMs,
      attempts,
      ...(statusCode !== undefined && { statusCode }),
    },
    status: result === 'delivered' ? 'SUCCESS' : 'FAILURE',
  };
}

function destinationOf(target: DeliveryTarget | Immediate['target']): string {
  switch (target.kind) {
    case 'immediate':
      return withoutCredentials(target.endpoint);
    case 'http':
      return withoutCredentials(target.url);
    case 'email':
      return target.to;
    case 'sms':
      return target.phoneNumber;
    case 'push':
      return target.endpointArn;
    case 'function':
      return target.functionArn;
    case 'firehose':
      return target.streamArn;
  }
}

/** An endpoint for people to read: whoever does need not learn the password in its URL. */
export const withoutCredentials = (url: string): string => url.replace(/^(\w+:\/\/)[^/?#]*@/, '$1');
