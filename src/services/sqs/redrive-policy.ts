/**
 * Which queue is whose dead-letter queue: the attributes RedrivePolicy and RedriveAllowPolicy, and
 * the index from a dead-letter queue to its sources.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
 */
import { parseArn } from '../../core/arn.ts';
import type { Context } from '../../core/context.ts';
import { type JsonObject, parseJsonObject } from '../../core/json-object.ts';
import { fail } from './errors.ts';
import { invalidParameter } from './parameter.ts';
import { isFifo, type Queue, type QueueAddress, queueArn, queueKey } from './queue.ts';

export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

export interface RedriveAllowPolicy {
  readonly redrivePermission: 'allowAll' | 'denyAll' | 'byQueue';
  readonly sourceQueueArns: readonly string[];
}

const RECEIVE_COUNT_MAX = 1_000;
const SOURCE_QUEUE_ARNS_MAX = 10;
const REDRIVE_KEYS: readonly string[] = ['maxReceiveCount', 'deadLetterTargetArn'];
const REDRIVE_ALLOW_KEYS: readonly string[] = ['redrivePermission', 'sourceQueueArns'];

// ---------------------------------------------------------------- RedrivePolicy

/** Reads the attribute. Throws InvalidAttributeValue or InvalidParameterValue. */
export function parseRedrivePolicy(text: string): RedrivePolicy {
  const policy = parseJsonObject(text);
  if (policy === undefined) {
    throw fail(
      'InvalidAttributeValue',
      'Invalid value for the parameter RedrivePolicy. ' +
        'Reason: Redrive policy is not a valid JSON map.',
    );
  }
  for (const key of REDRIVE_KEYS) {
    if (policy[key] === undefined) {
      throw refused(text, `Redrive policy does not contain mandatory attribute: ${key}.`);
    }
  }
  if (Object.keys(policy).some((key) => !REDRIVE_KEYS.includes(key))) {
    const supported = REDRIVE_KEYS.join(', ');
    throw refused(text, `Only following attributes are supported: [${supported}].`);
  }
  const { deadLetterTargetArn } = policy;
  const maxReceiveCount = readMaxReceiveCount(text, policy.maxReceiveCount);
  if (
    typeof deadLetterTargetArn !== 'string' ||
    queueAddressOf(deadLetterTargetArn) === undefined
  ) {
    throw refused(text, 'Only SQS queues are valid resources for deadLetterTargetArn.');
  }
  return { deadLetterTargetArn, maxReceiveCount };
}

function readMaxReceiveCount(text: string, value: unknown): number {
  const digits = typeof value === 'number' ? String(value) : value;
  const count = typeof digits === 'string' && /^\d+$/.test(digits) ? Number(digits) : 0;
  if (count >= 1 && count <= RECEIVE_COUNT_MAX) return count;
  const shown = typeof value === 'object' ? JSON.stringify(value) : value;
  throw refused(
    text,
    `Invalid value for maxReceiveCount: ${shown}, ` +
      `valid values are from 1 to ${RECEIVE_COUNT_MAX} both inclusive.`,
  );
}

function refused(text: string, reason: string): Error {
  return invalidParameter('RedrivePolicy', text, reason);
}

/** The redrive policy of a queue that is stored, and therefore valid. */
export function redrivePolicyOf(queue: Pick<Queue, 'attributes'>): RedrivePolicy | undefined {
  const text = queue.attributes.RedrivePolicy;
  return text === undefined ? undefined : parseRedrivePolicy(text);
}

/** The address behind a queue's ARN, or undefined where the text is none. */
export function queueAddressOf(arn: string): QueueAddress | undefined {
  const parts = parseArn(arn);
  if (parts?.service !== 'sqs' || parts.accountId === '' || parts.region === '') return undefined;
  return { accountId: parts.accountId, region: parts.region, name: parts.resource };
}

/**
 * The rules that need other queues: the target must exist beside the source, be of its kind and
 * allow it. Throws InvalidParameterValue.
 */
export async function checkDeadLetterTarget(
  context: Context,
  source: QueueAddress,
  text: string,
): Promise<void> {
  const { deadLetterTargetArn } = parseRedrivePolicy(text);
  const target = queueAddressOf(deadLetterTargetArn);
  if (target === undefined || target.region !== source.region) throw noTarget(text);
  if (target.accountId !== source.accountId) {
    throw refused(text, 'Dead letter target owner should be same as the source.');
  }
  if (isFifo(target) !== isFifo(source)) {
    throw refused(text, 'Dead-letter queue must be same type of queue as the source..');
  }
  const document = await context.tx.documents.get<Queue>(queueKey(target));
  if (document === undefined) throw noTarget(text);
  if (!allowsSource(document.value, queueArn(source))) {
    throw refused(text, 'Dead letter target does not allow this queue as a source queue.');
  }
}

const noTarget = (text: string): Error => refused(text, 'Dead letter target does not exist.');

// ---------------------------------------------------------------- RedriveAllowPolicy

/** Reads the attribute. Throws InvalidAttributeValue or InvalidParameterValue. */
export function parseRedriveAllowPolicy(text: string): RedriveAllowPolicy {
  const policy = parseJsonObject(text);
  if (policy === undefined) throw malformedAllowPolicy();
  const redrivePermission = readPermission(policy);
  const { sourceQueueArns = [] } = policy;
  if (!isStringList(sourceQueueArns)) throw malformedAllowPolicy();
  if (redrivePermission !== 'byQueue') {
    if (policy.sourceQueueArns === undefined) return { redrivePermission, sourceQueueArns };
    throw refusedAllowPolicy(
      text,
      'To specify one or more source queue ARNs, you must set redrivePermission to byQueue.',
    );
  }
  if (sourceQueueArns.length === 0) {
    throw refusedAllowPolicy(
      text,
      'When you specify the byQueue permission type, you must also specify one or more ' +
        'sourceQueueArns values.',
    );
  }
  if (sourceQueueArns.length > SOURCE_QUEUE_ARNS_MAX) {
    throw refusedAllowPolicy(
      text,
      `The maximum number of source queue ARNs you can specify is ${SOURCE_QUEUE_ARNS_MAX}.`,
    );
  }
  if (sourceQueueArns.some((arn) => queueAddressOf(arn) === undefined)) {
    throw malformedAllowPolicy();
  }
  return { redrivePermission, sourceQueueArns };
}

function readPermission(policy: JsonObject): RedriveAllowPolicy['redrivePermission'] {
  const { redrivePermission } = policy;
  const known =
    redrivePermission === 'allowAll' ||
    redrivePermission === 'denyAll' ||
    redrivePermission === 'byQueue';
  if (!known || Object.keys(policy).some((key) => !REDRIVE_ALLOW_KEYS.includes(key))) {
    throw malformedAllowPolicy();
  }
  return redrivePermission;
}

function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function malformedAllowPolicy(): Error {
  return fail(
    'InvalidAttributeValue',
    'Invalid value for the parameter RedriveAllowPolicy. ' +
      "Reason: Amazon SQS can't create the redrive allow policy, as it’s in an unsupported format.",
  );
}

function refusedAllowPolicy(text: string, reason: string): Error {
  return invalidParameter(
    'RedriveAllowPolicy',
    text,
    `Amazon SQS can't create the redrive allow policy. ${reason}`,
  );
}

function allowsSource(target: Queue, sourceArn: string): boolean {
  const text = target.attributes.RedriveAllowPolicy;
  if (text === undefined) return true;
  const { redrivePermission, sourceQueueArns } = parseRedriveAllowPolicy(text);
  if (redrivePermission === 'byQueue') return sourceQueueArns.includes(sourceArn);
  return redrivePermission === 'allowAll';
}

// ---------------------------------------------------------------- the reverse index

/** The documents below this prefix are the source queues of a dead-letter queue, by name. */
export const deadLetterSourceKeyPrefix = (dlqArn: string): string =>
  `sqs/dead-letter-source/${dlqArn}/`;

/** Keeps the index in step when a queue's redrive policy goes from one text to another. */
export async function indexDeadLetterSource(
  context: Context,
  source: QueueAddress,
  before: string | undefined,
  after: string | undefined,
): Promise<void> {
  const keyOf = (text: string) =>
    deadLetterSourceKeyPrefix(parseRedrivePolicy(text).deadLetterTargetArn) + source.name;
  const keyBefore = before === undefined ? undefined : keyOf(before);
  const keyAfter = after === undefined ? undefined : keyOf(after);
  if (keyBefore === keyAfter) return;
  if (keyBefore !== undefined) await context.tx.documents.delete(keyBefore);
  if (keyAfter !== undefined) await context.tx.documents.put(keyAfter, {});
}
