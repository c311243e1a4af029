/** The ARNs of requests, and how SNS words its refusal of one. */
import type { Context } from '../../core/context.ts';
import { invalid } from './errors.ts';

const ELEMENTS_MIN = 6;
const TOPIC_ELEMENTS = 6;
const SUBSCRIPTION_ELEMENTS = 7;

/** Where a topic lives: what makes it unique. */
export interface TopicAddress {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

export interface SubscriptionAddress extends TopicAddress {
  /** What stands behind the topic's ARN in that of the subscription. */
  readonly subscriptionId: string;
}

/** The parts between the colons. `parameter` names the member. Throws InvalidParameter. */
export function readElements(parameter: string, arn: string): readonly string[] {
  const elements = arn.split(':');
  if (elements.length < ELEMENTS_MIN) {
    throw invalid(
      `${parameter} Reason: An ARN must have at least ${ELEMENTS_MIN} elements, ` +
        `not ${elements.length}`,
    );
  }
  if (elements[0] !== 'arn') throw invalid(`${parameter} Reason: ${arn} does not start with arn`);
  return elements;
}

/**
 * The address in a topic's ARN. A signed call reaches its own Region alone. Throws
 * InvalidParameter.
 */
export function readTopicArn(parameter: string, arn: string, context: Context): TopicAddress {
  const elements = readElements(parameter, arn);
  const [, , service, region = '', accountId = '', name = ''] = elements;
  if (service !== 'sns' || elements.length !== TOPIC_ELEMENTS || name === '') {
    throw invalid(parameter);
  }
  if (!reaches(context, region)) throw invalid(parameter);
  return { accountId, region, name };
}

/** The address in a subscription's ARN. Throws InvalidParameter. */
export function readSubscriptionArn(arn: string, context: Context): SubscriptionAddress {
  const elements = readElements('SubscriptionArn', arn);
  if (elements.length < SUBSCRIPTION_ELEMENTS) throw invalid('SubscriptionId');
  const address = subscriptionAddressOf(arn);
  const isOne = elements[2] === 'sns' && elements.length === SUBSCRIPTION_ELEMENTS;
  if (!isOne || !reaches(context, address.region)) throw invalid('SubscriptionArn');
  return address;
}

/** The address in an ARN of our own. */
export function subscriptionAddressOf(arn: string): SubscriptionAddress {
  const [, , , region = '', accountId = '', name = '', subscriptionId = ''] = arn.split(':');
  return { accountId, region, name, subscriptionId };
}

/** Whoever follows a link signs nothing, so that no Region is known of the call. */
export const isAnonymous = (context: Context): boolean =>
  context.caller.accessKeyId === 'anonymous';

/** Whether a call may name what lives in a Region. */
export const reaches = (context: Context, region: string): boolean =>
  region === context.caller.region || isAnonymous(context);
