/** What tests of topics use again and again. */
import type { Caller } from '../../../src/core/context.ts';
import type { Delivery } from '../../../src/delivery/delivery.ts';
import { outletQueue, TOKENS } from '../../../src/delivery/outlet.ts';
import { sns } from '../../../src/services/sns/index.ts';
import { snsTasks } from '../../../src/services/sns/tasks.ts';
import { sqs } from '../../../src/services/sqs/index.ts';
import { type Answer, defaultCaller, ServiceHarness } from '../../support/service.ts';

export const ACCOUNT = '000000000000';
export const OTHER_ACCOUNT = '111111111111';

/** Whoever follows a link, without a signature. */
export const anonymous: Partial<Caller> = { accessKeyId: 'anonymous', principalId: 'anonymous' };

export const topicArn = (name: string, accountId = ACCOUNT): string =>
  `arn:aws:sns:us-east-1:${accountId}:${name}`;

export const queueArn = (name: string, accountId = ACCOUNT): string =>
  `arn:aws:sqs:us-east-1:${accountId}:${name}`;

export const newHarness = (): ServiceHarness => new ServiceHarness(sns, snsTasks, [sqs]);

type Attributes = { readonly [name: string]: string };

export async function createTopic(
  harness: ServiceHarness,
  name: string,
  attributes: Attributes = {},
): Promise<string> {
  const Attributes = name.endsWith('.fifo') ? { FifoTopic: 'true', ...attributes } : attributes;
  const { TopicArn } = await harness.call('CreateTopic', { Name: name, Attributes });
  return String(TopicArn);
}

/** Calls SQS on the same store. */
export async function callSqs(
  harness: ServiceHarness,
  operation: string,
  input: object,
  caller: Partial<Caller> = {},
): Promise<Answer> {
  const row = sqs.operations.get(operation);
  if (row === undefined) throw new Error(`no operation ${operation}`);
  const who = { ...defaultCaller, ...caller };
  return (await harness.invoker.invoke(sqs, row, input, who)) as Answer;
}

export async function createQueue(
  harness: ServiceHarness,
  name: string,
  attributes: Attributes = {},
  accountId = ACCOUNT,
): Promise<string> {
  const Attributes = name.endsWith('.fifo') ? { FifoQueue: 'true', ...attributes } : attributes;
  await callSqs(harness, 'CreateQueue', { QueueName: name, Attributes }, { accountId });
  return queueArn(name, accountId);
}

export async function subscribe(
  harness: ServiceHarness,
  topic: string,
  protocol: string,
  endpoint: string,
  attributes: Attributes = {},
): Promise<string> {
  const { SubscriptionArn } = await harness.call('Subscribe', {
    TopicArn: topic,
    Protocol: protocol,
    Endpoint: endpoint,
    Attributes: attributes,
    ReturnSubscriptionArn: true,
  });
  return String(SubscriptionArn);
}

/** Makes a queue and subscribes it; answers the subscription's ARN. */
export async function subscribeQueue(
  harness: ServiceHarness,
  topic: string,
  name: string,
  attributes: Attributes = {},
): Promise<string> {
  return subscribe(harness, topic, 'sqs', await createQueue(harness, name), attributes);
}

export const raw = { RawMessageDelivery: 'true' };

export interface Received {
  readonly Body: string;
  readonly Attributes: { readonly [name: string]: string };
  readonly MessageAttributes?: { readonly [name: string]: object };
}

/** Takes what is in a queue, up to ten messages; what was taken stays hidden for long. */
export async function receive(
  harness: ServiceHarness,
  name: string,
  accountId = ACCOUNT,
): Promise<Received[]> {
  const { Messages = [] } = await callSqs(harness, 'ReceiveMessage', {
    QueueUrl: `http://localhost/${accountId}/${name}`,
    MaxNumberOfMessages: 10,
    VisibilityTimeout: 43_200,
    MessageAttributeNames: ['All'],
    AttributeNames: ['All'],
  });
  return Messages as Received[];
}

export async function bodies(harness: ServiceHarness, name: string): Promise<string[]> {
  return (await receive(harness, name)).map(({ Body }) => Body);
}

/** How many messages a queue holds. */
export async function depth(harness: ServiceHarness, name: string): Promise<number> {
  const { Attributes } = await callSqs(harness, 'GetQueueAttributes', {
    QueueUrl: `http://localhost/${ACCOUNT}/${name}`,
    AttributeNames: ['All'],
  });
  return Number((Attributes as Attributes).ApproximateNumberOfMessages);
}

/** What was handed to the delivery worker so far. */
export function deliveries(harness: ServiceHarness): Promise<Delivery[]> {
  return harness.store.transact(async (tx) => {
    const found: Delivery[] = [];
    for (const { payload: outlet } of await tx.queues.peek(TOKENS, { limit: 100 })) {
      const entries = await tx.queues.peek(outletQueue(outlet), { limit: 1_000 });
      found.push(...entries.map(({ payload }): Delivery => JSON.parse(payload)));
    }
    return found;
  });
}

export async function attributesOf(harness: ServiceHarness, arn: string): Promise<Attributes> {
  const isTopic = arn.split(':').length === 6;
  const { Attributes } = isTopic
    ? await harness.call('GetTopicAttributes', { TopicArn: arn })
    : await harness.call('GetSubscriptionAttributes', { SubscriptionArn: arn });
  return Attributes as Attributes;
}

/** The sum of a counter's observations. */
export const counted = (harness: ServiceHarness, name: string): number =>
  harness.counts.filter((count) => count.name === name).reduce((sum, { value }) => sum + value, 0);

export const invalidParameter = (problem: string) => ({
  code: 'InvalidParameterException',
  queryCode: 'InvalidParameter',
  status: 400,
  message: `Invalid parameter: ${problem}`,
});

export const notFound = (message: string) => ({
  code: 'NotFoundException',
  queryCode: 'NotFound',
  status: 404,
  message,
});

export const missing = (member: string) => ({
  code: 'ValidationError',
  queryCode: 'ValidationError',
  status: 400,
  message:
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: ` +
    'Member must not be null',
});

/** What an operation on a topic answers to an ARN that is none of a topic here. */
export const badTopicArns: readonly [string, ReturnType<typeof invalidParameter>][] = [
  ['orders', invalidParameter('TopicArn Reason: An ARN must have at least 6 elements, not 1')],
  ['', invalidParameter('TopicArn Reason: An ARN must have at least 6 elements, not 1')],
  ['a:b:c:d:e:f', invalidParameter('TopicArn Reason: a:b:c:d:e:f does not start with arn')],
  ['arn:aws:sqs:us-east-1:000000000000:orders', invalidParameter('TopicArn')],
  ['arn:aws:sns:eu-west-1:000000000000:orders', invalidParameter('TopicArn')],
  ['arn:aws:sns:us-east-1:000000000000:', invalidParameter('TopicArn')],
  [`${topicArn('orders')}:id`, invalidParameter('TopicArn')],
  [topicArn('absent'), notFound('Topic does not exist')],
];

/** A data protection policy. */
export const protectionPolicy = (...Statement: object[]): string =>
  JSON.stringify({ Name: 'protection', Version: '2021-06-01', Statement });

/** The statement of such a policy that refuses mail addresses, or one with changes to it. */
export const protectionStatement = (changes: object = {}): object => ({
  DataDirection: 'Inbound',
  Principal: ['*'],
  DataIdentifier: [managed('EmailAddress')],
  Operation: { Deny: {} },
  ...changes,
});

export const managed = (name: string): string =>
  `arn:aws:dataprotection::aws:data-identifier/${name}`;
