/**
 * When a delivery that failed is tried again: the four phases and four backoff functions of SNS's
 * retry policies. Pure.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
 * https://docs.aws.amazon.com/sns/latest/dg/creating-delivery-policy.html
 */

export type BackoffFunction = 'linear' | 'arithmetic' | 'geometric' | 'exponential';

/** A `healthyRetryPolicy` in AWS's own members; delays in seconds. */
export interface RetryPolicy {
  readonly minDelayTarget: number;
  readonly maxDelayTarget: number;
  /** Retries in all; those that no other member counts are spread over the backoff phase. */
  readonly numRetries: number;
  readonly numNoDelayRetries: number;
  readonly numMinDelayRetries: number;
  readonly numMaxDelayRetries: number;
  readonly backoffFunction: BackoffFunction;
  /** A retry whose delays add up to more than this is not made. */
  readonly totalDelaySecondsMax?: number;
}

/** SNS's hard limit on all retries of one delivery over HTTP. */
export const HTTP_TOTAL_DELAY_SECONDS_MAX = 3_600;

export const httpRetryPolicy: RetryPolicy = {
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  numMaxDelayRetries: 0,
  backoffFunction: 'linear',
  totalDelaySecondsMax: HTTP_TOTAL_DELAY_SECONDS_MAX,
};

/** SQS, Lambda and Firehose: 100,015 retries over 23 days. */
export const awsRetryPolicy: RetryPolicy = {
  minDelayTarget: 1,
  maxDelayTarget: 20,
  numRetries: 100_015,
  numNoDelayRetries: 3,
  numMinDelayRetries: 2,
  numMaxDelayRetries: 100_000,
  backoffFunction: 'exponential',
};

/** Mail, SMS and mobile push: 50 retries over 6 hours. */
export const customerManagedRetryPolicy: RetryPolicy = {
  minDelayTarget: 10,
  maxDelayTarget: 600,
  numRetries: 50,
  numNoDelayRetries: 0,
  numMinDelayRetries: 2,
  numMaxDelayRetries: 38,
  backoffFunction: 'exponential',
};

/** How much a delay is shortened at the most, so that what failed together comes back apart. */
const JITTER = 0.1;

/**
 * When to try again after `attempt` attempts (1 after the first), in milliseconds since the epoch;
 * undefined when the policy allows no more. `random` lies in [0, 1); 0 means no jitter.
 */
export function nextAttemptAtMs(
  policy: RetryPolicy,
  attempt: number,
  nowMs: number,
  random: number,
): number | undefined {
  const delaySeconds = retryDelaySeconds(policy, attempt);
  if (delaySeconds === undefined) return undefined;
  return nowMs + Math.round(delaySeconds * 1000 * (1 - JITTER * random));
}

/** The pause before a retry (1 is the first), without jitter; undefined when it is not made. */
export function retryDelaySeconds(policy: RetryPolicy, retry: number): number | undefined {
  if (retry < 1 || retry > policy.numRetries) return undefined;
  const max = policy.totalDelaySecondsMax;
  if (max !== undefined) {
    let total = 0;
    for (let each = 1; each <= retry; each++) total += delayOf(policy, each);
    if (total > max) return undefined;
  }
  return delayOf(policy, retry);
}

function delayOf(policy: RetryPolicy, retry: number): number {
  const { numNoDelayRetries, numMinDelayRetries, numMaxDelayRetries, numRetries } = policy;
  const beforeBackoff = numNoDelayRetries + numMinDelayRetries;
  if (retry <= numNoDelayRetries) return 0;
  if (retry <= beforeBackoff) return policy.minDelayTarget;
  const backoffRetries = numRetries - beforeBackoff - numMaxDelayRetries;
  const index = retry - beforeBackoff - 1;
  if (index >= backoffRetries) return policy.maxDelayTarget;
  return backoffSeconds(policy, index, backoffRetries);
}

/**
 * The pause at `index` of `count`. AWS shows these functions as curves only; they begin at the
 * smallest delay and rise to the largest.
 */
function backoffSeconds(policy: RetryPolicy, index: number, count: number): number {
  const { minDelayTarget: min, maxDelayTarget: max, backoffFunction } = policy;
  if (count === 1) return min;
  const progress = index / (count - 1);
  switch (backoffFunction) {
    case 'linear':
      return min + (max - min) * progress;
    case 'arithmetic':
      return min + ((max - min) * index * (index + 1)) / ((count - 1) * count);
    case 'geometric':
      return min * (max / min) ** progress;
    case 'exponential':
      return Math.min(max, min * 2 ** index);
  }
}
