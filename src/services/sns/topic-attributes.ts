/**
 * The attributes of a topic: names, values, defaults, and what a request may do to them.
 * https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
 */

import { isRoleArn } from '../../core/arn.ts';
import { meanTheSame } from '../../core/json-object.ts';
import { problemOfArchivePolicy } from './archive-policy.ts';
import { describeTopicPolicy, problemOfTopicPolicy } from './delivery-policy.ts';
import { type Topic, topicArn } from './topic.ts';
import { defaultPolicy, problemOfPolicy } from './topic-policy.ts';

export type Attributes = { readonly [name: string]: string };

interface Rule {
  /** The kind of topic that has it; both unless given. */
  readonly only?: 'fifo' | 'standard';
  /** What a topic answers that nobody set it on; without one it answers nothing. */
  readonly fallback?: string;
  /** `""` removes it. */
  readonly removable?: boolean;
  /** What is wrong with a value, in AWS's words. */
  readonly problem: (value: string, name: string) => string | undefined;
}

/** The size of a message where its topic says nothing else, in bytes. */
export const MESSAGE_BYTES_MAX = 262_144;
const MESSAGE_BYTES = { min: 1_024, max: 1_048_576 };
const DISPLAY_NAME_CHARACTERS_MAX = 100;

const invalidValue = (name: string, value: string): string => `${name}: Invalid value [${value}].`;

function choice(values: readonly string[], traits: Partial<Rule> = {}): Rule {
  return {
    problem: (value, name) =>
      values.includes(value)
        ? undefined
        : `${invalidValue(name, value)} Must be ${values.join(' or ')}.`,
    ...traits,
  };
}

function number(min: number, max: number): Rule {
  return {
    removable: true,
    problem(value, name) {
      const amount = Number(value);
      const isRight = /^\d{1,9}$/.test(value) && amount >= min && amount <= max;
      return isRight ? undefined : `${invalidValue(name, value)} Must be ${min} to ${max}.`;
    },
  };
}

const text: Rule = { removable: true, problem: () => undefined };

const roleArn: Rule = {
  removable: true,
  problem: (value, name) => (isRoleArn(value) ? undefined : invalidValue(name, value)),
};

const displayName: Rule = {
  fallback: '',
  problem: (value, name) =>
    value.length <= DISPLAY_NAME_CHARACTERS_MAX ? undefined : invalidValue(name, value),
};

function feedback(protocol: string): [string, Rule][] {
  return [
    [`${protocol}SuccessFeedbackRoleArn`, roleArn],
    [`${protocol}SuccessFeedbackSampleRate`, number(0, 100)],
    [`${protocol}FailureFeedbackRoleArn`, roleArn],
  ];
}

/** The settable attributes. */
const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['Policy', { removable: true, problem: problemOfPolicy }],
  ['DisplayName', displayName],
  ['DeliveryPolicy', { removable: true, problem: problemOfTopicPolicy }],
  ['KmsMasterKeyId', text],
  ['SignatureVersion', choice(['1', '2'])],
  ['TracingConfig', choice(['PassThrough', 'Active'], { only: 'standard' })],
  ['MaximumMessageSize', number(MESSAGE_BYTES.min, MESSAGE_BYTES.max)],
  ...['HTTP', 'Firehose', 'Lambda', 'Application', 'SQS'].flatMap(feedback),
  ['ContentBasedDeduplication', choice(['true', 'false'], { only: 'fifo', fallback: 'false' })],
  ['FifoThroughputScope', choice(['Topic', 'MessageGroup'], { only: 'fifo', fallback: 'Topic' })],
  ['ArchivePolicy', { only: 'fifo', problem: problemOfArchivePolicy }],
]);

/** Whether SetTopicAttributes knows the name; some are settable at creation alone. */
export const isSettable = (name: string): boolean => rules.has(name);

/** What is wrong with a value for a settable attribute, in the words behind the usual prefix. */
export function problemOfAttribute(name: string, value: string, fifo: boolean): string | undefined {
  const rule = rules.get(name);
  if (rule === undefined) return 'AttributeName';
  if (rule.only === 'fifo' && !fifo) return `${name}: only FIFO topics have this attribute.`;
  if (rule.only === 'standard' && fifo) return `${name}: only standard topics have this attribute.`;
  return value === '' && rule.removable ? undefined : rule.problem(value, name);
}

/** A topic's attributes once one of them has another value. */
export function withAttribute(current: Attributes, name: string, value: string): Attributes {
  if (value !== '' || !rules.get(name)?.removable) return { ...current, [name]: value };
  const { [name]: _, ...rest } = current;
  return rest;
}

/** Whether a topic has all these values, be it because that is what it has unless it is set. */
export function hasAttributes(topic: Topic, supplied: Attributes): boolean {
  const present: Attributes = { FifoTopic: 'false', ...describeTopic(topic) };
  return Object.entries(supplied).every(([name, value]) => {
    const current = present[name] ?? IMPLICIT[name] ?? '';
    return meanTheSame(current, value);
  });
}

/** What stands for attributes that are not answered unless they were set. */
const IMPLICIT: Attributes = {
  SignatureVersion: '1',
  TracingConfig: 'PassThrough',
  MaximumMessageSize: String(MESSAGE_BYTES_MAX),
  ArchivePolicy: '{}',
};

/** What GetTopicAttributes answers. `beginningArchiveTime`: where the archive begins, if any. */
export function describeTopic(topic: Topic, beginningArchiveTime?: string): Attributes {
  const { attributes, fifo } = topic;
  const shown: { [name: string]: string } = {
    TopicArn: topicArn(topic),
    Owner: topic.accountId,
    Policy: attributes.Policy ?? defaultPolicy(topic),
    SubscriptionsConfirmed: String(topic.confirmed),
    SubscriptionsPending: String(topic.pending),
    SubscriptionsDeleted: String(topic.deleted),
    EffectiveDeliveryPolicy: describeTopicPolicy(attributes.DeliveryPolicy),
  };
  if (fifo) shown.FifoTopic = 'true';
  for (const [name, { fallback, only }] of rules) {
    const value = attributes[name] ?? (fifo || only !== 'fifo' ? fallback : undefined);
    if (value !== undefined) shown[name] = value;
  }
  if (beginningArchiveTime !== undefined) shown.BeginningArchiveTime = beginningArchiveTime;
  return shown;
}

/** How large a message to the topic may be, with its attributes, in bytes. */
export const messageBytesMax = (topic: Topic): number =>
  Number(topic.attributes.MaximumMessageSize ?? MESSAGE_BYTES_MAX);
