/** SNS through the AWS SDK for JavaScript as users set it up, and what its tests use beside it. */
import { SNS, type SNSClientConfig } from '@aws-sdk/client-sns';
import type { SQS } from '@aws-sdk/client-sqs';
import { credentials, drain } from './sdk-client.ts';

export interface SnsOptions extends SNSClientConfig {
  /** Twelve digits of it are the account. */
  readonly accessKeyId?: string;
}

/** A client with the SDK's defaults for one server. */
export function snsClient(endpoint: string, options: SnsOptions = {}): SNS {
  const { accessKeyId = 'test', ...config } = options;
  return new SNS({
    endpoint,
    region: 'us-east-1',
    credentials: credentials(accessKeyId),
    ...config,
  });
}

export const topicArn = (name: string): string => `arn:aws:sns:us-east-1:000000000000:${name}`;
export const queueArn = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;

/** The owner of a queue lets a topic send to it, as tutorials do. */
export const letTopicSend = (queue: string, topic: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queue,
        Condition: { ArnEquals: { 'aws:SourceArn': topic } },
      },
    ],
  });

/** What a topic posts, or puts into a queue, around a message or a question. */
export interface Envelope {
  readonly Type: string;
  readonly MessageId: string;
  readonly Message: string;
  readonly SubscribeURL: string;
  readonly UnsubscribeURL: string;
  readonly [member: string]: unknown;
}

/** The envelopes that a queue hands out now, in order, each message deleted. */
export async function drainEnvelopes(sqs: SQS, QueueUrl: string): Promise<Envelope[]> {
  return (await drain(sqs, QueueUrl)).map((body) => JSON.parse(body));
}

/** The `Message` of each of them. */
export const drainMessages = async (sqs: SQS, QueueUrl: string): Promise<string[]> =>
  (await drainEnvelopes(sqs, QueueUrl)).map(({ Message }) => Message);

/** Opens a link as a person or an endpoint does: unsigned. Rejects unless it works. */
export async function visit(link: string): Promise<string> {
  const answer = await fetch(link);
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${link} answered ${answer.status}: ${text}`);
  return text;
}

/** One delivery status record. */
export interface Attempt {
  readonly notification: { readonly [member: string]: unknown };
  readonly delivery: { readonly [member: string]: unknown };
  readonly status: string;
}

/** The delivery status records of a topic, newest first. */
export async function attemptsOf(endpoint: string, topic: string): Promise<Attempt[]> {
  const answer = await fetch(`${endpoint}/_waystation/deliveries?topic=${topic}`);
  return ((await answer.json()) as { readonly attempts: Attempt[] }).attempts;
}
