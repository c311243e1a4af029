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

/** Keeps a failure always, a success as often as its topic asks for. `random` lies in [0, 1). */
export async function logAttempt(
  tx: Transaction,
  delivery: Delivery,
  outcome: Outcome,
  attempts: number,
  random: number,
): Promise<void> {
  const { about } = delivery;
  const isSuccess = outcome.result === 'delivered';
  if (isSuccess && random * 100 >= (about.successSampleRate ?? 0)) return;
  const record = recordOf(delivery, outcome, attempts, tx.nowMs);
  await appendToTail(tx, logName(about, topicName(about)), record, RECORDS_MAX);
}

/**
 * The records of a topic, newest first. Those of messages that went straight to a phone number or
 * an endpoint stand under the ARN of a topic called `DirectPublishToPhoneNumber`.
 */
export async function readAttempts(
  store: Store,
  topicArn: string,
  limit: number,
): Promise<object[]> {
  const arn = parseArn(topicArn);
  if (arn === undefined) return [];
  return readTail<object>(store, logName(arn, arn.resource), limit, (record) => record);
}

/** A topic's name, or what stands in its place. */
export function topicName({ topicArn }: DeliveryAbout): string {
  return (topicArn && parseArn(topicArn)?.resource) ?? WITHOUT_TOPIC;
}

function logName(
  owner: { readonly region: string; readonly accountId: string },
  name: string,
): string {
  return `sns/delivery-log/${owner.region}/${owner.accountId}/${name}`;
}

function recordOf(
  { deliveryId, target, about }: Delivery,
  { result, statusCode, providerResponse }: Outcome,
  attempts: number,
  nowMs: number,
): object {
  const { messageId, publishedAtMs, messageMd5, accountId, region } = about;
  const topicArn =
    about.topicArn ?? formatArn({ service: 'sns', region, accountId, resource: WITHOUT_TOPIC });
  return {
    notification: {
      ...(messageMd5 !== undefined && { messageMD5Sum: messageMd5 }),
      messageId,
      topicArn,
      timestamp: new Date(publishedAtMs).toISOString().replace('T', ' ').replace('Z', ''),
    },
    delivery: {
      deliveryId,
      destination: destinationOf(target),
      ...(target.kind === 'push' && { token: target.token }),
      providerResponse,
      dwellTimeMs: nowMs - publishedAtMs,
      attempts,
      ...(statusCode !== undefined && { statusCode }),
    },
    status: result === 'delivered' ? 'SUCCESS' : 'FAILURE',
  };
}

function destinationOf(target: DeliveryTarget): string {
  switch (target.kind) {
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

/** Whoever reads the log need not learn the password. */
const withoutCredentials = (url: string): string => url.replace(/^(\w+:\/\/)[^/?#]*@/, '$1');
