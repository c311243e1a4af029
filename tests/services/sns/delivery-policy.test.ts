/** https://docs.aws.amazon.com/sns/latest/dg/creating-delivery-policy.html */
import { describe, expect, it } from 'vitest';
import {
  effectivePolicy,
  problemOfSubscriptionPolicy,
  problemOfTopicPolicy,
} from '../../../src/services/sns/delivery-policy.ts';

const base = { numRetries: 10, minDelayTarget: 1, maxDelayTarget: 100 };
const retry = (changes: object) => ({ healthyRetryPolicy: { ...base, ...changes } });
const problemOf = (policy: object, raw = false) =>
  problemOfSubscriptionPolicy(JSON.stringify(policy), raw);

describe("a subscription's delivery policy", () => {
  it.each([
    {},
    retry({}),
    retry({ numNoDelayRetries: 3, numMinDelayRetries: 3, numMaxDelayRetries: 4 }),
    retry({ backoffFunction: 'geometric', numRetries: 0 }),
    { healthyRetryPolicy: null, sicklyRetryPolicy: null, throttlePolicy: null, guaranteed: false },
    { throttlePolicy: { maxReceivesPerSecond: 1 } },
    { requestPolicy: { headerContentType: 'application/json' } },
    { requestPolicy: { headerContentType: 'text/plain; charset=UTF-8' } },
    retry({ numRetries: 60, minDelayTarget: 60, maxDelayTarget: 60 }),
  ])('can be %j', (policy) => {
    expect(problemOf(policy)).toBeUndefined();
  });

  const path = 'healthyRetryPolicy';
  it.each([
    [{ healthyRetryPolicy: {} }, `${path}.numRetries must be specified`],
    [retry({ minDelayTarget: undefined }), `${path}.minDelayTarget must be specified`],
    [retry({ maxDelayTarget: null }), `${path}.maxDelayTarget must be specified`],
    [retry({ minDelayTarget: 0 }), `${path}.minDelayTarget must be greater than or equal to 1`],
    [retry({ maxDelayTarget: 3_601 }), `${path}.maxDelayTarget must be less than or equal to 3600`],
    [retry({ numRetries: 101 }), `${path}.numRetries must be less than or equal to 100`],
    [retry({ numRetries: 1.5 }), `${path}.numRetries must be an integer`],
    [retry({ numRetries: '1' }), `${path}.numRetries must be an integer`],
    [
      retry({ numNoDelayRetries: -1 }),
      `${path}.numNoDelayRetries must be greater than or equal to 0`,
    ],
    [
      retry({ minDelayTarget: 101 }),
      `${path}.maxDelayTarget must be greater than or equal to minDelayTarget`,
    ],
    [
      retry({ numMaxDelayRetries: 11 }),
      `${path}.numRetries must be greater than or equal to the sum of numMinDelayRetries, ` +
        'numNoDelayRetries and numMaxDelayRetries',
    ],
    [
      retry({ numRetries: 61, minDelayTarget: 60 }),
      `${path} total retry time must not exceed 3600 seconds`,
    ],
    [
      retry({ backoffFunction: 'square' }),
      `${path}.backoffFunction must be one of linear, arithmetic, geometric, exponential`,
    ],
    [{ healthyRetryPolicy: [] }, `${path} must be an object`],
    [{ colour: 'red' }, 'invalid JSON. Attribute colour is unknown.'],
    [retry({ colour: 'red' }), 'invalid JSON. Attribute colour is unknown.'],
    [{ constructor: 1 }, 'invalid JSON. Attribute constructor is unknown.'],
    [
      { throttlePolicy: { maxReceivesPerSecond: 0 } },
      'throttlePolicy.maxReceivesPerSecond must be greater than or equal to 1',
    ],
    [
      { requestPolicy: { headerContentType: 'text/html' } },
      'requestPolicy.headerContentType is not a supported content type',
    ],
    [{ guaranteed: 'no' }, 'guaranteed must be true or false'],
  ])('cannot be %j', (policy, problem) => {
    expect(problemOf(policy)).toBe(`DeliveryPolicy: ${problem}`);
  });

  it.each(['text/plain; a\r\nX: y', 'text/plain;\0', 'text/plain; charset=ü', 7])(
    'cannot have the content type %j, which no header can hold',
    (headerContentType) => {
      expect(problemOf({ requestPolicy: { headerContentType } }, true)).toBe(
        'DeliveryPolicy: requestPolicy.headerContentType is not a supported content type',
      );
    },
  );

  it('can have parameters in a content type', () => {
    const headerContentType = 'Application/JSON; charset="utf-8"';
    expect(problemOf({ requestPolicy: { headerContentType } })).toBeUndefined();
  });

  it('can have more content types where delivery is raw', () => {
    const html = { requestPolicy: { headerContentType: 'text/html' } };
    expect(problemOf(html, true)).toBeUndefined();
    const none = { requestPolicy: { headerContentType: 'image/png' } };
    expect(problemOf(none, true)).toBeDefined();
  });
});

describe("a topic's delivery policy", () => {
  it('has names of its own', () => {
    const http = {
      defaultHealthyRetryPolicy: base,
      defaultSicklyRetryPolicy: null,
      disableSubscriptionOverrides: true,
      defaultThrottlePolicy: { maxReceivesPerSecond: 5 },
      defaultRequestPolicy: { headerContentType: 'application/json' },
    };
    expect(problemOfTopicPolicy(JSON.stringify({ http }))).toBeUndefined();
    expect(problemOfTopicPolicy(JSON.stringify(http))).toBe(
      'DeliveryPolicy: invalid JSON. Attribute defaultHealthyRetryPolicy is unknown.',
    );
    const wrong = { http: { defaultHealthyRetryPolicy: { ...base, minDelayTarget: 0 } } };
    expect(problemOfTopicPolicy(JSON.stringify(wrong))).toBe(
      'DeliveryPolicy: http.defaultHealthyRetryPolicy.minDelayTarget must be greater than or ' +
        'equal to 1',
    );
    expect(problemOfTopicPolicy('no')).toBe('DeliveryPolicy: failed to parse JSON.');
  });
});

describe('the policy in force', () => {
  const topic = JSON.stringify({
    http: {
      defaultHealthyRetryPolicy: { ...base, numRetries: 7 },
      defaultThrottlePolicy: { maxReceivesPerSecond: 5 },
      defaultRequestPolicy: { headerContentType: 'application/json' },
    },
  });

  it('is the usual one where there is none', () => {
    expect(effectivePolicy(undefined, undefined)).toMatchObject({
      healthyRetryPolicy: { numRetries: 3 },
      headerContentType: 'text/plain; charset=UTF-8',
    });
  });

  it('takes each part from the subscription, or else from the topic', () => {
    const own = JSON.stringify({ throttlePolicy: { maxReceivesPerSecond: 9 } });
    expect(effectivePolicy(topic, own)).toMatchObject({
      healthyRetryPolicy: { numRetries: 7, backoffFunction: 'linear', numNoDelayRetries: 0 },
      maxReceivesPerSecond: 9,
      headerContentType: 'application/json',
    });
    expect(effectivePolicy(topic, undefined)).toMatchObject({ maxReceivesPerSecond: 5 });
  });
});
