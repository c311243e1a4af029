/**
 * The attributes of a subscription: names, values, and what a request may do to them.
 * https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html
 */
import { isRoleArn } from '../../core/arn.ts';
import type { AwsError } from '../../core/aws-error.ts';
import { meanTheSame, parseJsonObject } from '../../core/json-object.ts';
import { problemOfReplayPolicy } from './archive-policy.ts';
import { describeSubscriptionPolicy, problemOfSubscriptionPolicy } from './delivery-policy.ts';
import { isFifoQueue, queueArnOf } from './endpoint.ts';
import { type FilterPolicyScope, isFilterPolicyScope, problemOfFilterPolicy } from './filter.ts';
import type { Protocol, Subscription } from './subscription.ts';
import type { Topic } from './topic.ts';
import type { Attributes } from './topic-attributes.ts';

/** Whose attributes they are. */
export interface Subject {
  readonly topic: Topic;
  readonly protocol: Protocol;
  readonly endpoint: string;
  /** The account that subscribes. */
  readonly ownerId: string;
  /** What it has already. */
  readonly attributes: Attributes;
}

/** How the operation words a refusal: what stands before the problem. */
export type Refuse = (problem: string) => AwsError;

interface Rule {
  /** `""` removes it. */
  readonly removable?: boolean;
  /** What is wrong with a value, in AWS's words. `all` has the value among the others. */
  readonly problem: (value: string, subject: Subject, all: Attributes) => string | undefined;
  /** The form in which it is stored. */
  readonly read?: (value: string) => string;
}

const RAW_PROTOCOLS: readonly Protocol[] = ['sqs', 'http', 'https', 'firehose'];

const rawMessageDelivery: Rule = {
  read: (value) => value.toLowerCase(),
  problem(value, { protocol }) {
    if (!['true', 'false'].includes(value.toLowerCase())) {
      return `RawMessageDelivery: Invalid value [${value}]. Must be true or false.`;
    }
    if (RAW_PROTOCOLS.includes(protocol)) return undefined;
    return `Delivery protocol [${protocol}] does not support raw message delivery.`;
  },
};

/** The scope in force, which decides what a policy may hold. */
const scopeOf = ({ FilterPolicyScope: scope = '' }: Attributes): FilterPolicyScope =>
  isFilterPolicyScope(scope) ? scope : 'MessageAttributes';

const filterPolicy: Rule = {
  removable: true,
  problem: (value, _subject, all) => problemOfFilterPolicy(value, scopeOf(all)),
};

const filterPolicyScope: Rule = {
  removable: true,
  problem(value, _subject, { FilterPolicy: policy }) {
    if (!isFilterPolicyScope(value)) {
      return (
        `FilterPolicyScope: Invalid value [${value}]. ` +
        'Please use either MessageBody or MessageAttributes'
      );
    }
    return policy === undefined ? undefined : problemOfFilterPolicy(policy, value);
  },
};

const redrivePolicy: Rule = {
  removable: true,
  problem(value, { topic, protocol, endpoint, ownerId }) {
    const policy = parseJsonObject(value);
    if (policy === undefined) return 'RedrivePolicy: failed to parse JSON.';
    const unknown = Object.keys(policy).find((name) => name !== 'deadLetterTargetArn');
    if (unknown !== undefined) {
      return `RedrivePolicy: invalid JSON. Attribute ${unknown} is unknown.`;
    }
    const queue = queueArnOf(String(policy.deadLetterTargetArn));
    if (queue === undefined) return 'RedrivePolicy: deadLetterTargetArn is an invalid arn';
    if (queue.region !== topic.region) {
      return 'RedrivePolicy: deadLetterTargetArn must be in the Region of the subscription';
    }
    if (queue.accountId !== ownerId) {
      return 'RedrivePolicy: deadLetterTargetArn must be in the account of the subscription';
    }
    const isFifo = topic.fifo && protocol === 'sqs' && isFifoQueue(endpoint);
    return isFifo && !isFifoQueue(queue.resource)
      ? 'RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.'
      : undefined;
  },
};

const deliveryPolicy: Rule = {
  removable: true,
  problem: (value, _subject, all) =>
    problemOfSubscriptionPolicy(value, all.RawMessageDelivery === 'true'),
};

const subscriptionRoleArn: Rule = {
  problem: (value) =>
    isRoleArn(value) ? undefined : `SubscriptionRoleArn: Invalid value [${value}].`,
};

const replayPolicy: Rule = {
  removable: true,
  problem(value, { topic }) {
    if (topic.archive === undefined) {
      return 'ReplayPolicy: the topic has no active ArchivePolicy.';
    }
    return problemOfReplayPolicy(value);
  },
};

/** The settable attributes; what others depend on comes first. */
const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['RawMessageDelivery', rawMessageDelivery],
  ['FilterPolicyScope', filterPolicyScope],
  ['FilterPolicy', filterPolicy],
  ['RedrivePolicy', redrivePolicy],
  ['DeliveryPolicy', deliveryPolicy],
  ['SubscriptionRoleArn', subscriptionRoleArn],
  ['ReplayPolicy', replayPolicy],
]);

/** The attributes of a subscription once `supplied` is among them. Throws InvalidParameter. */
export function withSubscriptionAttributes(
  subject: Subject,
  supplied: Attributes,
  refuse: Refuse,
): Attributes {
  if (Object.keys(supplied).some((name) => !rules.has(name))) throw refuse('AttributeName');
  const all: { [name: string]: string } = { ...subject.attributes };
  for (const [name, { removable, problem, read }] of rules) {
    const value = supplied[name];
    if (value === undefined) continue;
    if (value === '' && removable) {
      delete all[name];
      continue;
    }
    const found = problem(value, subject, all);
    if (found !== undefined) throw refuse(found);
    all[name] = read === undefined ? value : read(value);
  }
  return all;
}

/** What nobody set. */
const FALLBACKS: Attributes = {
  RawMessageDelivery: 'false',
  FilterPolicyScope: 'MessageAttributes',
};

/** Whether a subscription has all these values; those that are not mentioned don't count. */
export const hasSubscriptionAttributes = (present: Attributes, supplied: Attributes): boolean =>
  Object.entries(supplied).every(([name, value]) => {
    const wanted = rules.get(name)?.read?.(value) ?? value;
    return meanTheSame(present[name] ?? FALLBACKS[name] ?? '', wanted);
  });

const isHttp = (protocol: Protocol): boolean => protocol === 'http' || protocol === 'https';

/** What GetSubscriptionAttributes answers. */
export function describeSubscription(topic: Topic, subscription: Subscription): Attributes {
  const { attributes, protocol, replay } = subscription;
  const { FilterPolicyScope: scope, ...others } = attributes;
  const shown: { [name: string]: string } = {
    SubscriptionArn: subscription.arn,
    TopicArn: subscription.topicArn,
    Owner: subscription.ownerId,
    Protocol: protocol,
    Endpoint: subscription.endpoint,
    PendingConfirmation: String(!subscription.confirmed),
    ConfirmationWasAuthenticated: String(subscription.confirmationWasAuthenticated),
    SubscriptionPrincipal: subscription.principal,
    RawMessageDelivery: 'false',
    ...others,
  };
  if (attributes.FilterPolicy !== undefined) {
    shown.FilterPolicyScope = scope ?? 'MessageAttributes';
  }
  if (isHttp(protocol)) {
    shown.EffectiveDeliveryPolicy = describeSubscriptionPolicy(
      topic.attributes.DeliveryPolicy,
      attributes.DeliveryPolicy,
    );
  }
  if (replay !== undefined) shown.ReplayStatus = replay.status;
  return shown;
}
