/**
 * Delivery policies of topics and HTTP(S) subscriptions: what is accepted, and what is in force
 * once the policies of both are put together.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
 */

import { isJsonObject, type JsonObject, parseJsonObject } from '../../core/json-object.ts';
import type { RetryPolicy } from '../../delivery/backoff.ts';

export type HealthyRetryPolicy = Omit<RetryPolicy, 'totalDelaySecondsMax'>;

/** What is in force for one subscription. */
export interface EffectivePolicy {
  readonly healthyRetryPolicy: HealthyRetryPolicy;
  readonly maxReceivesPerSecond?: number;
  readonly headerContentType: string;
}

/** The order is that of AWS's answers. */
const defaultRetryPolicy: HealthyRetryPolicy = {
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numMaxDelayRetries: 0,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  backoffFunction: 'linear',
};

const DEFAULT_CONTENT_TYPE = 'text/plain; charset=UTF-8';

const DELAY_SECONDS_MAX = 3_600;
const RETRIES_MAX = 100;
/** All delays of a policy together. */
const TOTAL_SECONDS_MAX = 3_600;

const BACKOFF_FUNCTIONS: readonly unknown[] = ['linear', 'arithmetic', 'geometric', 'exponential'];

const ENVELOPE_CONTENT_TYPES = ['application/json', 'text/plain'];
const RAW_CONTENT_TYPES = [
  ...ENVELOPE_CONTENT_TYPES,
  'text/css',
  'text/csv',
  'text/html',
  'text/xml',
  'application/atom+xml',
  'application/octet-stream',
  'application/soap+xml',
  'application/x-www-form-urlencoded',
  'application/xhtml+xml',
  'application/xml',
];

type Check = (value: unknown, path: string) => string | undefined;

// ---------------------------------------------------------------- what is accepted

/** What is wrong with a topic's policy, in AWS's words; undefined where nothing is. */
export function problemOfTopicPolicy(text: string): string | undefined {
  return problemOf(text, {
    http: object({
      defaultHealthyRetryPolicy: retryPolicy,
      defaultSicklyRetryPolicy: anything,
      disableSubscriptionOverrides: truthValue,
      defaultThrottlePolicy: object({ maxReceivesPerSecond: number(1) }),
      defaultRequestPolicy: object({ headerContentType: contentType(ENVELOPE_CONTENT_TYPES) }),
    }),
  });
}

/** The same of a subscription's policy. `raw`: it has raw message delivery. */
export function problemOfSubscriptionPolicy(text: string, raw: boolean): string | undefined {
  const types = raw ? RAW_CONTENT_TYPES : ENVELOPE_CONTENT_TYPES;
  return problemOf(text, {
    healthyRetryPolicy: retryPolicy,
    sicklyRetryPolicy: anything,
    throttlePolicy: object({ maxReceivesPerSecond: number(1) }),
    requestPolicy: object({ headerContentType: contentType(types) }),
    guaranteed: truthValue,
  });
}

function problemOf(text: string, checks: { readonly [member: string]: Check }): string | undefined {
  const policy = parseJsonObject(text);
  if (policy === undefined) return 'DeliveryPolicy: failed to parse JSON.';
  const problem = object(checks)(policy, '');
  return problem === undefined ? undefined : `DeliveryPolicy: ${problem}`;
}

const anything: Check = () => undefined;

const truthValue: Check = (value, path) =>
  typeof value === 'boolean' ? undefined : `${path} must be true or false`;

/** An object of these members; any of them may be absent or null. */
function object(checks: { readonly [member: string]: Check }): Check {
  return (value, path) => {
    if (!isJsonObject(value)) return `${path} must be an object`;
    for (const [name, member] of Object.entries(value)) {
      const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
      if (check === undefined) return `invalid JSON. Attribute ${name} is unknown.`;
      const problem = member === null ? undefined : check(member, path ? `${path}.${name}` : name);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

function number(min: number, max = Number.MAX_SAFE_INTEGER): Check {
  return (value, path) => {
    if (!Number.isInteger(value)) return `${path} must be an integer`;
    if (Number(value) < min) return `${path} must be greater than or equal to ${min}`;
    if (Number(value) > max) return `${path} must be less than or equal to ${max}`;
    return undefined;
  };
}

/** What a header can hold: a line break, for example, would make every delivery fail. */
const HEADER_TEXT = /^[ -~]*$/;

function contentType(types: readonly string[]): Check {
  return (value, path) => {
    const text = typeof value === 'string' && HEADER_TEXT.test(value) ? value : '';
    const type = text.split(';')[0]?.trim().toLowerCase();
    return types.includes(type ?? '') ? undefined : `${path} is not a supported content type`;
  };
}

const retryMembers = object({
  minDelayTarget: number(1, DELAY_SECONDS_MAX),
  maxDelayTarget: number(1, DELAY_SECONDS_MAX),
  numRetries: number(0, RETRIES_MAX),
  numMaxDelayRetries: number(0),
  numNoDelayRetries: number(0),
  numMinDelayRetries: number(0),
  backoffFunction: (value, path) =>
    BACKOFF_FUNCTIONS.includes(value)
      ? undefined
      : `${path} must be one of linear, arithmetic, geometric, exponential`,
});

const RETRY_MEMBERS_REQUIRED = ['numRetries', 'minDelayTarget', 'maxDelayTarget'];

function retryPolicy(value: unknown, path: string): string | undefined {
  const problem = retryMembers(value, path);
  if (problem !== undefined || !isJsonObject(value)) return problem;
  const missing = RETRY_MEMBERS_REQUIRED.find((name) => (value[name] ?? null) === null);
  if (missing !== undefined) return `${path}.${missing} must be specified`;
  const policy = completeRetryPolicy(value);
  if (policy.minDelayTarget > policy.maxDelayTarget) {
    return `${path}.maxDelayTarget must be greater than or equal to minDelayTarget`;
  }
  if (backoffRetries(policy) < 0) {
    return (
      `${path}.numRetries must be greater than or equal to the sum of numMinDelayRetries, ` +
      'numNoDelayRetries and numMaxDelayRetries'
    );
  }
  return retrySeconds(policy) > TOTAL_SECONDS_MAX
    ? `${path} total retry time must not exceed ${TOTAL_SECONDS_MAX} seconds`
    : undefined;
}

const backoffRetries = (policy: HealthyRetryPolicy): number =>
  policy.numRetries -
  policy.numNoDelayRetries -
  policy.numMinDelayRetries -
  policy.numMaxDelayRetries;

/** How long all retries take; those that back off are taken to be half way between the delays. */
function retrySeconds(policy: HealthyRetryPolicy): number {
  const { minDelayTarget, maxDelayTarget, numMinDelayRetries, numMaxDelayRetries } = policy;
  const middle = (minDelayTarget + maxDelayTarget) / 2;
  return (
    numMinDelayRetries * minDelayTarget +
    backoffRetries(policy) * middle +
    numMaxDelayRetries * maxDelayTarget
  );
}

// ---------------------------------------------------------------- what is in force

/** An accepted policy with its defaults. */
function completeRetryPolicy(given: JsonObject): HealthyRetryPolicy {
  const policy: { [name: string]: unknown } = { ...defaultRetryPolicy };
  for (const name of Object.keys(policy)) {
    const value = given[name];
    if (value !== undefined && value !== null) policy[name] = value;
  }
  return policy as unknown as HealthyRetryPolicy; // each member was checked when it was set
}

const memberOf = (value: unknown, name: string): JsonObject | undefined => {
  const member = isJsonObject(value) ? value[name] : undefined;
  return isJsonObject(member) ? member : undefined;
};

/** What a topic's policy says about HTTP(S); nothing while it has none. */
const httpOf = (topicPolicy: string | undefined): JsonObject =>
  memberOf(parseJsonObject(topicPolicy ?? '{}'), 'http') ?? {};

/** The attribute EffectiveDeliveryPolicy of a topic. */
export function describeTopicPolicy(topicPolicy: string | undefined): string {
  const http = httpOf(topicPolicy);
  const throttle = memberOf(http, 'defaultThrottlePolicy');
  const { headerContentType } = effectivePolicy(topicPolicy, undefined);
  return JSON.stringify({
    http: {
      defaultHealthyRetryPolicy: effectivePolicy(topicPolicy, undefined).healthyRetryPolicy,
      disableSubscriptionOverrides: http.disableSubscriptionOverrides === true,
      ...(throttle !== undefined && { defaultThrottlePolicy: throttle }),
      defaultRequestPolicy: { headerContentType },
    },
  });
}

/** The attribute EffectiveDeliveryPolicy of a subscription. */
export function describeSubscriptionPolicy(
  topicPolicy: string | undefined,
  subscriptionPolicy: string | undefined,
): string {
  const policy = effectivePolicy(topicPolicy, subscriptionPolicy);
  const { healthyRetryPolicy, maxReceivesPerSecond, headerContentType } = policy;
  return JSON.stringify({
    healthyRetryPolicy,
    sicklyRetryPolicy: null,
    throttlePolicy: maxReceivesPerSecond === undefined ? null : { maxReceivesPerSecond },
    requestPolicy: { headerContentType },
    guaranteed: false,
  });
}

/** A subscription's own policy counts before the topic's, unless the topic forbids that. */
export function effectivePolicy(
  topicPolicy: string | undefined,
  subscriptionPolicy: string | undefined,
): EffectivePolicy {
  const http = httpOf(topicPolicy);
  const overrides = http.disableSubscriptionOverrides !== true;
  const own = (overrides ? parseJsonObject(subscriptionPolicy ?? '{}') : undefined) ?? {};
  const retry =
    memberOf(own, 'healthyRetryPolicy') ?? memberOf(http, 'defaultHealthyRetryPolicy') ?? {};
  const throttle = memberOf(own, 'throttlePolicy') ?? memberOf(http, 'defaultThrottlePolicy') ?? {};
  const request = memberOf(own, 'requestPolicy') ?? memberOf(http, 'defaultRequestPolicy') ?? {};
  const { maxReceivesPerSecond } = throttle;
  const { headerContentType } = request;
  return {
    healthyRetryPolicy: completeRetryPolicy(retry),
    ...(typeof maxReceivesPerSecond === 'number' && { maxReceivesPerSecond }),
    headerContentType:
      typeof headerContentType === 'string' ? headerContentType : DEFAULT_CONTENT_TYPE,
  };
}
