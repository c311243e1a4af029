/**
 * Protocols, and the endpoints that each of them takes.
 * https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
 */
import { type Arn, parseArn } from '../../core/arn.ts';
import type { Context } from '../../core/context.ts';
import { fail, invalid } from './errors.ts';
import { isPhoneNumber } from './phone-number.ts';
import { endpointExists } from './platform-target.ts';
import type { Protocol } from './subscription.ts';
import type { Topic } from './topic.ts';

const PROTOCOLS: readonly string[] = [
  'http',
  'https',
  'email',
  'email-json',
  'sms',
  'sqs',
  'application',
  'lambda',
  'firehose',
] satisfies Protocol[];

const isProtocol = (text: string): text is Protocol => PROTOCOLS.includes(text);

/** Throws InvalidParameter unless a topic of this kind can have subscriptions of the protocol. */
export function readProtocol(topic: Topic, protocol: string): Protocol {
  if (!isProtocol(protocol)) {
    throw invalid(`Amazon SNS does not support this protocol string: ${protocol}`);
  }
  if (topic.fifo && protocol !== 'sqs') throw invalid(`Invalid protocol type: ${protocol}`);
  return protocol;
}

/** Throws InvalidParameter unless the endpoint is one of the protocol and fits the topic. */
export async function checkEndpoint(
  context: Context,
  topic: Topic,
  protocol: Protocol,
  endpoint: string,
): Promise<void> {
  switch (protocol) {
    case 'http':
    case 'https': {
      const matches = endpoint.startsWith(`${protocol}://`) && URL.canParse(endpoint);
      if (!matches) throw invalid('Endpoint must match the specified protocol');
      return;
    }
    case 'email':
    case 'email-json':
      if (!EMAIL.test(endpoint)) throw invalid('Email address');
      return;
    case 'sms':
      if (!isPhoneNumber(endpoint)) {
        throw fail('InvalidParameterException', `Invalid SMS endpoint: ${endpoint}`);
      }
      return;
    case 'sqs':
      return checkQueue(topic, endpoint);
    case 'lambda':
      if (arnOf(endpoint, 'lambda')?.resource.startsWith('function:') === true) return;
      throw invalid('Lambda endpoint ARN');
    case 'firehose':
      if (arnOf(endpoint, 'firehose')?.resource.startsWith('deliverystream/') === true) return;
      throw invalid('Firehose endpoint ARN');
    case 'application':
      if (await endpointExists(context, endpoint)) return;
      throw invalid(`Endpoint Reason: Endpoint does not exist for endpoint arn${endpoint}`);
  }
}

const EMAIL = /^[^\s@]+@[^\s@]+$/;
const ACCOUNT_ID = /^\d{12}$/;

/** The parts of an ARN of that service, as far as we can reach it. */
export function arnOf(text: string, service: string): Arn | undefined {
  const arn = parseArn(text);
  if (arn === undefined || arn.service !== service || !ACCOUNT_ID.test(arn.accountId)) {
    return undefined;
  }
  return arn;
}

const QUEUE_NAME = /^[A-Za-z0-9_.-]{1,80}$/;

/** The parts of a queue's ARN. */
export function queueArnOf(text: string): Arn | undefined {
  const arn = arnOf(text, 'sqs');
  return arn !== undefined && arn.region !== '' && QUEUE_NAME.test(arn.resource) ? arn : undefined;
}

export const isFifoQueue = (arn: string): boolean => arn.endsWith('.fifo');

function checkQueue(topic: Topic, endpoint: string): void {
  if (queueArnOf(endpoint) === undefined) throw invalid('SQS endpoint ARN');
  if (!isFifoQueue(endpoint) || topic.fifo) return;
  // The doubled prefix is AWS's.
  throw invalid(
    'Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS ' +
      'topics',
  );
}
