/**
 * The attributes of a queue: names, ranges, defaults, and what a request may do to them.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
 */
import { isDeepStrictEqual } from 'node:util';
import { map, string } from '../../schema/shapes.ts';
import type { QueueCounts } from '../../storage/port.ts';
import { fail } from './errors.ts';
import { parsePolicy } from './policy.ts';
import { type Queue, queueArn } from './queue.ts';
import { parseRedriveAllowPolicy, parseRedrivePolicy } from './redrive-policy.ts';

export type Attributes = { readonly [name: string]: string };

export const attributeMap = map(string(), {
  flattened: true,
  keyName: 'Name',
  valueName: 'Value',
});

interface Rule {
  /** What a queue has that was created without it. */
  readonly fallback?: string;
  readonly fifoOnly?: boolean;
  /** The refusal on a standard queue, where it is not that of an unknown name. */
  readonly onStandard?: (name: string) => Error;
  /** `""` removes it. */
  readonly removable?: boolean;
  /** The value in the form in which it is stored; throws where it is invalid. */
  readonly read: (value: string, name: string) => string;
  /** What the text means, where one meaning has several texts. */
  readonly parse?: (value: string) => unknown;
}

const unknownAttribute = (name: string): Error =>
  fail('InvalidAttributeName', `Unknown Attribute ${name}.`);

const invalidValue = (name: string): Error =>
  fail('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);

const onlyOnFifo = (name: string): Error =>
  fail('InvalidAttributeName', `You can specify the ${name} only when FifoQueue is set to true.`);

function number(min: number, max: number, fallback: number): Rule {
  return {
    fallback: String(fallback),
    read(value, name) {
      const amount = Number(value);
      if (!/^\d+$/.test(value) || amount < min || amount > max) throw invalidValue(name);
      return String(amount);
    },
  };
}

function choice(values: readonly string[], fallback: string, traits: Partial<Rule> = {}): Rule {
  return {
    fallback,
    read(value, name) {
      if (!values.includes(value)) throw invalidValue(name);
      return value;
    },
    ...traits,
  };
}

function document(parse: (value: string) => unknown): Rule {
  return {
    removable: true,
    parse,
    read(value) {
      parse(value);
      return value;
    },
  };
}

const fifoQueue: Rule = {
  fallback: 'true',
  fifoOnly: true,
  read(value, name) {
    if (value === 'true') return value;
    if (value !== 'false') throw invalidValue(name);
    throw fail(
      'InvalidAttributeValue',
      `Invalid value for the parameter ${name}. Reason: Modifying queue type is not supported.`,
    );
  },
};

const kmsMasterKeyId: Rule = {
  removable: true,
  read(value, name) {
    if (value.length > 2_048 || /\s/.test(value)) throw invalidValue(name);
    return value;
  },
};

/** The settable attributes, in the order in which they are returned. */
const rules: ReadonlyMap<string, Rule> = new Map(
  Object.entries({
    VisibilityTimeout: number(0, 43_200, 30),
    MaximumMessageSize: number(1_024, 1_048_576, 1_048_576),
    MessageRetentionPeriod: number(60, 1_209_600, 345_600),
    DelaySeconds: number(0, 900, 0),
    ReceiveMessageWaitTimeSeconds: number(0, 20, 0),
    Policy: document(parsePolicy),
    RedrivePolicy: document(parseRedrivePolicy),
    RedriveAllowPolicy: document(parseRedriveAllowPolicy),
    KmsMasterKeyId: kmsMasterKeyId,
    KmsDataKeyReusePeriodSeconds: number(60, 86_400, 300),
    SqsManagedSseEnabled: choice(['true', 'false'], 'true'),
    FifoQueue: fifoQueue,
    ContentBasedDeduplication: choice(['true', 'false'], 'false', { fifoOnly: true }),
    DeduplicationScope: choice(['queue', 'messageGroup'], 'queue', {
      fifoOnly: true,
      onStandard: onlyOnFifo,
    }),
    FifoThroughputLimit: choice(['perQueue', 'perMessageGroupId'], 'perQueue', {
      fifoOnly: true,
      onStandard: onlyOnFifo,
    }),
  }),
);

const COUNT_NAMES: readonly string[] = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
];

const READABLE: ReadonlySet<string> = new Set([
  'All',
  'QueueArn',
  ...COUNT_NAMES,
  'CreatedTimestamp',
  'LastModifiedTimestamp',
  ...rules.keys(),
]);

/**
 * The attributes of a request in the form in which they are stored; `""` stands for "without it".
 * Throws InvalidAttributeName, InvalidAttributeValue, InvalidParameterValue or OverLimit.
 */
export function readAttributes(supplied: Attributes, fifo: boolean): Attributes {
  const read: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(supplied)) {
    const rule = rules.get(name);
    if (rule === undefined) throw unknownAttribute(name);
    if (rule.fifoOnly && !fifo) throw (rule.onStandard ?? unknownAttribute)(name);
    read[name] = value === '' && rule.removable ? '' : rule.read(value, name);
  }
  return read;
}

/** The attributes of a new queue. `supplied` comes from readAttributes. */
export function initialAttributes(supplied: Attributes, fifo: boolean): Attributes {
  const defaults: { [name: string]: string } = {};
  for (const [name, rule] of rules) {
    if (rule.fallback !== undefined && (fifo || !rule.fifoOnly)) defaults[name] = rule.fallback;
  }
  return changedAttributes(defaults, supplied);
}

/**
 * The attributes of a queue after a change. `supplied` comes from readAttributes. Throws
 * InvalidAttributeValue where the result contradicts itself.
 */
export function changedAttributes(current: Attributes, supplied: Attributes): Attributes {
  const changed: { [name: string]: string } = { ...current };
  for (const [name, value] of Object.entries(supplied)) {
    if (value === '') delete changed[name];
    else changed[name] = value;
  }
  const newKey = supplied.KmsMasterKeyId !== undefined && supplied.KmsMasterKeyId !== '';
  if (newKey && supplied.SqsManagedSseEnabled === undefined) {
    changed.SqsManagedSseEnabled = 'false';
  }
  if (changed.KmsMasterKeyId !== undefined && changed.SqsManagedSseEnabled === 'true') {
    throw fail(
      'InvalidAttributeValue',
      'You can use one type of server-side encryption (SSE) at one time. ' +
        'You can either enable KMS SSE or SQS SSE.',
    );
  }
  const highThroughput = changed.FifoThroughputLimit === 'perMessageGroupId';
  if (highThroughput && changed.DeduplicationScope !== 'messageGroup') {
    throw fail(
      'InvalidAttributeValue',
      'The perMessageGroupId value for FifoThroughputLimit is allowed only when the value for ' +
        'DeduplicationScope is messageGroup.',
    );
  }
  return changed;
}

/** The first supplied attribute that an existing queue has otherwise, if there is one. */
export function differingAttribute(current: Attributes, supplied: Attributes): string | undefined {
  for (const [name, value] of Object.entries(supplied)) {
    const parse = rules.get(name)?.parse ?? String;
    const present = current[name] ?? '';
    if (present === value) continue;
    if (present === '' || value === '') return name;
    if (!isDeepStrictEqual(parse(present), parse(value))) return name;
  }
  return undefined;
}

/** Throws InvalidAttributeName where a name is none that GetQueueAttributes knows. */
export function checkReadable(names: readonly string[]): void {
  for (const name of names) {
    if (!READABLE.has(name)) throw unknownAttribute(name);
  }
}

export const asksForCounts = (names: readonly string[]): boolean =>
  names.some((name) => name === 'All' || COUNT_NAMES.includes(name));

/** What GetQueueAttributes shows; names without a value on this queue are left out. */
export function describeAttributes(
  queue: Queue,
  counts: QueueCounts | undefined,
  names: readonly string[],
): Attributes {
  const shown: { [name: string]: string } = {};
  const show = (name: string, value: string | number | undefined): void => {
    if (value !== undefined && (names.includes('All') || names.includes(name))) {
      shown[name] = String(value);
    }
  };
  const { attributes } = queue;
  show('QueueArn', queueArn(queue));
  show('ApproximateNumberOfMessages', counts?.visible);
  show('ApproximateNumberOfMessagesNotVisible', counts?.claimed);
  show('ApproximateNumberOfMessagesDelayed', counts?.delayed);
  show('CreatedTimestamp', Math.floor(queue.createdAtMs / 1000));
  show('LastModifiedTimestamp', Math.floor(queue.modifiedAtMs / 1000));
  for (const name of rules.keys()) {
    if (name === 'KmsDataKeyReusePeriodSeconds' && attributes.KmsMasterKeyId === undefined)
      continue;
    show(name, attributes[name]);
  }
  return shown;
}
