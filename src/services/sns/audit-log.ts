/**
 * What audits of messages found. CloudWatch Logs, Firehose and S3 are not here, so the records are
 * kept in a log of the topic, each with the destinations that its policy names.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-data-protection-operations.html
 */
import { parseArn } from '../../core/arn.ts';
import type { Context } from '../../core/context.ts';
import { randomOf } from '../../core/environment.ts';
import type { DataIdentifier, Examination } from '../../data-protection/examination.ts';
import { appendToTail, readTail } from '../../delivery/log-tail.ts';
import type { Store } from '../../storage/port.ts';
import type { TopicAddress } from './arn.ts';
import type { AuditStatement } from './data-protection-policy.ts';
import { countFor, type Topic, topicArn } from './topic.ts';

const RECORDS_MAX = 1_000;

/** Whether the next message is one of those that are audited. */
export function isSampled(context: Context, { sampleRate }: AuditStatement): boolean {
  return randomOf(context.env) * 100 < sampleRate;
}

/** Keeps what was found, or that nothing was, where the policy names a destination for it. */
export async function logFindings(
  context: Context,
  topic: Topic,
  audit: AuditStatement,
  about: { readonly messageId: string; readonly principal: string },
  examinations: readonly Examination[],
): Promise<void> {
  const dataIdentifiers = audit.identifiers
    .map((identifier) => findingOf(identifier, examinations))
    .filter(({ count }) => count > 0);
  const isClean = dataIdentifiers.length === 0;
  const destination = isClean ? audit.noFindingsDestination : audit.findingsDestination;
  if (destination === undefined) return;
  const finding = {
    messageId: about.messageId,
    auditTimestamp: new Date(context.nowMs).toISOString().replace(/\.\d+Z$/, 'Z'),
    callerPrincipal: about.principal,
    resourceArn: topicArn(topic),
    dataIdentifiers,
  };
  countFor(context, topic, isClean ? 'MessagesWithNoFindings' : 'MessagesWithFindings', 1);
  await appendToTail(context.tx, auditLog(topic), { destination, finding }, RECORDS_MAX);
}

function findingOf(identifier: DataIdentifier, examinations: readonly Examination[]) {
  const detections = examinations.flatMap((examination) => examination.find(identifier));
  return { name: identifier.name, count: detections.length, detections };
}

/** The records of a topic, newest first, each with its destinations. */
export async function readFindings(
  store: Store,
  topicArn: string,
  limit: number,
): Promise<object[]> {
  const arn = parseArn(topicArn);
  if (arn === undefined) return [];
  const log = auditLog({ ...arn, name: arn.resource });
  return readTail<object>(store, log, limit, (record) => record);
}

export const auditLog = ({ region, accountId, name }: TopicAddress): string =>
  `sns/data-protection-log/${region}/${accountId}/${name}`;
