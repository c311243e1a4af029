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
