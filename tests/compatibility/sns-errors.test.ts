/** Refusals of SNS as the AWS SDK for JavaScript shows them: classes, statuses, request ids. */
import * as sdk from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverStarter } from '../support/server.ts';
import { snsClient, topicArn } from './sns-client.ts';

const start = serverStarter(afterAll);
let sns: sdk.SNS;
let TopicArn: string;
let FifoArn: string;

beforeAll(async () => {
  sns = snsClient(await start({ flags: ['--test-clock', '--store', 'memory'] }).ready());
  TopicArn = (await sns.createTopic({ Name: 'orders' })).TopicArn ?? '';
  const Attributes = { FifoTopic: 'true' };
  FifoArn = (await sns.createTopic({ Name: 'orders.fifo', Attributes })).TopicArn ?? '';
});

interface Refusal {
  readonly status: number;
  readonly message: string | RegExp;
  readonly provoke: () => Promise<unknown>;
}

type Row = readonly [what: string, Refusal];

const entries = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ Id: `e${n}`, Message: 'x' }));

const batch = (PublishBatchRequestEntries: sdk.PublishBatchRequestEntry[]) =>
  sns.publishBatch({ TopicArn, PublishBatchRequestEntries });

const attribute = (name: string, value: sdk.MessageAttributeValue) =>
  sns.publish({ TopicArn, Message: 'x', MessageAttributes: { [name]: value } });

const subscribe = (Protocol: string, Endpoint: string, Attributes = {}, arn = TopicArn) =>
  sns.subscribe({ TopicArn: arn, Protocol, Endpoint, Attributes });

const queue = 'arn:aws:sqs:us-east-1:000000000000:q';

/** By the name of the SDK's class. */
const modelled: { readonly [name: string]: readonly Row[] } = {
  NotFoundException: (
    [
      ['publishing', () => sns.publish({ TopicArn: topicArn('absent'), Message: 'x' })],
      ['subscribing', () => subscribe('sqs', queue, {}, topicArn('absent'))],
      ['reading', () => sns.getTopicAttributes({ TopicArn: topicArn('absent') })],
      ['listing', () => sns.listSubscriptionsByTopic({ TopicArn: topicArn('absent') })],
    ] as const
  ).map(([what, provoke]) => [
    `${what}, of a topic`,
    { status: 404, message: 'Topic does not exist', provoke },
  ]),

  ResourceNotFoundException: [
    [
      'tags of a topic',
      {
        status: 404,
        message: 'Resource does not exist',
        provoke: () => sns.listTagsForResource({ ResourceArn: topicArn('absent') }),
      },
    ],
  ],

  InvalidParameterException: [
    [
      'a name of a topic',
      {
        status: 400,
        message: 'Invalid parameter: Topic Name',
        provoke: () => sns.createTopic({ Name: 'no spaces' }),
      },
    ],
    [
      'an attribute of a topic',
      {
        status: 400,
        message: 'Invalid parameter: AttributeName',
        provoke: () =>
          sns.setTopicAttributes({ TopicArn, AttributeName: 'Owner', AttributeValue: 'me' }),
      },
    ],
    [
      'other attributes of a topic that there is',
      {
        status: 400,
        message:
          'Invalid parameter: Attributes Reason: Topic already exists with different attributes',
        provoke: () => sns.createTopic({ Name: 'orders', Attributes: { DisplayName: 'other' } }),
      },
    ],
    [
      'an ARN',
      {
        status: 400,
        message: 'Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1',
        provoke: () => sns.publish({ TopicArn: 'orders', Message: 'x' }),
      },
    ],
    [
      'an empty message',
      {
        status: 400,
        message: 'Invalid parameter: Empty message',
        provoke: () => sns.publish({ TopicArn, Message: '' }),
      },
    ],
    [
      'a message that is too long',
      {
        status: 400,
        message: 'Invalid parameter: Message too long',
        provoke: () => sns.publish({ TopicArn, Message: 'x'.repeat(262_145) }),
      },
    ],
    [
      'a structure without default',
      {
        status: 400,
        message: 'Invalid parameter: Message Structure - No default entry in JSON message body',
        provoke: () => sns.publish({ TopicArn, Message: '{"sqs":"x"}', MessageStructure: 'json' }),
      },
    ],
    [
      'a protocol',
      {
        status: 400,
        message: 'Invalid parameter: Amazon SNS does not support this protocol string: pigeon',
        provoke: () => subscribe('pigeon', 'loft'),
      },
    ],
    [
      'a FIFO queue behind a standard topic',
      {
        status: 400,
        message:
          'Invalid parameter: Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be ' +
          'subscribed to standard SNS topics',
        provoke: () => subscribe('sqs', `${queue}.fifo`),
      },
    ],
    [
      'a filter policy',
      {
        status: 400,
        message: /^Invalid parameter: Attributes Reason: FilterPolicy: failed to parse JSON\./,
        provoke: () => subscribe('sqs', queue, { FilterPolicy: '{' }),
      },
    ],
    [
      'a message without a group for a FIFO topic',
      {
        status: 400,
        message: 'Invalid parameter: The MessageGroupId parameter is required for FIFO topics',
        provoke: () => sns.publish({ TopicArn: FifoArn, Message: 'x' }),
      },
    ],
    [
      'a token',
      {
        status: 400,
        message: 'Invalid parameter: Token',
        provoke: () => sns.confirmSubscription({ TopicArn, Token: 'ab' }),
      },
    ],
    [
      'a token of a page',
      {
        status: 400,
        message: /^Invalid parameter: NextToken/,
        provoke: () => sns.listTopics({ NextToken: 'nonsense' }),
      },
    ],
    [
      'a subscription whose ARN is that of a topic',
      {
        status: 400,
        message: 'Invalid parameter: SubscriptionId',
        provoke: () => sns.unsubscribe({ SubscriptionArn: TopicArn }),
      },
    ],
  ],

  InvalidParameterValueException: [
    [
      'a type of an attribute',
      {
        status: 400,
        message:
          "The message attribute 'a' has an invalid message attribute type, the set of supported " +
          'type prefixes is Binary, Number, and String.',
        provoke: () => attribute('a', { DataType: 'Text', StringValue: 'x' }),
      },
    ],
    [
      'a number',
      {
        status: 400,
        message: "Could not cast message attribute 'a' value to number.",
        provoke: () => attribute('a', { DataType: 'Number', StringValue: 'x' }),
      },
    ],
  ],

  EmptyBatchRequestException: [
    ['a batch', { status: 400, message: /./, provoke: () => batch([]) }],
  ],

  TooManyEntriesInBatchRequestException: [
    [
      'a batch',
      {
        status: 400,
        message: 'The batch request contains more entries than permissible.',
        provoke: () => batch(entries(11)),
      },
    ],
  ],

  BatchEntryIdsNotDistinctException: [
    [
      'a batch',
      {
        status: 400,
        message: 'Two or more batch entries in the request have the same Id.',
        provoke: () => batch([...entries(1), ...entries(1)]),
      },
    ],
  ],

  InvalidBatchEntryIdException: [
    [
      'a batch',
      { status: 400, message: /: a b$/, provoke: () => batch([{ Id: 'a b', Message: 'x' }]) },
    ],
  ],

  BatchRequestTooLongException: [
    [
      'a batch',
      {
        status: 400,
        message: 'The length of all the messages put together is more than the limit.',
        provoke: () => batch(['a', 'b'].map((Id) => ({ Id, Message: 'x'.repeat(131_073) }))),
      },
    ],
  ],

  TagLimitExceededException: [
    [
      'tags',
      {
        status: 400,
        message: /tag quota/,
        provoke: () =>
          sns.tagResource({
            ResourceArn: TopicArn,
            Tags: Array.from({ length: 51 }, (_, n) => ({ Key: `k${n}`, Value: 'v' })),
          }),
      },
    ],
  ],

  InvalidStateException: [
    [
      'the end of a topic with an archive',
      {
        status: 400,
        message: /ArchivePolicy/,
        async provoke() {
          const archived = await sns.createTopic({
            Name: 'archived.fifo',
            Attributes: { FifoTopic: 'true', ArchivePolicy: '{"MessageRetentionPeriod":"1"}' },
          });
          await sns.deleteTopic({ TopicArn: archived.TopicArn });
        },
      },
    ],
  ],

  SubscriptionLimitExceededException: [
    [
      'a hundred and first queue behind a FIFO topic',
      {
        status: 403,
        message: /./,
        async provoke() {
          const some = Array.from({ length: 100 }, (_, n) => `${queue}${n}`);
          await Promise.all(some.map((arn) => subscribe('sqs', arn, {}, FifoArn)));
          await subscribe('sqs', `${queue}100`, {}, FifoArn);
        },
      },
    ],
  ],
};

const rows = Object.entries(modelled).flatMap(([name, refusals]) =>
  refusals.map(([what, refusal]) => ({ name, what, ...refusal })),
);

/** Neither the SDK nor AWS's model knows it. */
const NOT_MODELLED = 'ValidationError';

async function refusalOf(provoke: Refusal['provoke']): Promise<sdk.SNSServiceException> {
  const outcome: unknown = await provoke().then(
    () => new Error('nothing was refused'),
    (error: unknown) => error,
  );
  if (outcome instanceof sdk.SNSServiceException) return outcome;
  throw outcome;
}

describe('an error that the SDK models', () => {
  it.each(rows)('$name is thrown for $what', async ({ name, status, message, provoke }) => {
    const error = await refusalOf(provoke);
    expect(error.name).toBe(name);
    const errorClass = Object.entries(sdk).find(([exported]) => exported === name)?.[1];
    expect(error.constructor).toBe(errorClass);
    expect(error).toMatchObject({
      Type: 'Sender',
      $fault: 'client',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
      $metadata: {
        httpStatusCode: status,
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        attempts: 1,
      },
    });
  });
});

describe('an error that the SDK does not model', () => {
  it('says what is missing', async () => {
    // What a program without types may send.
    const input = { TopicArn } as unknown as sdk.PublishCommandInput;
    const error = await refusalOf(() => sns.publish(input));
    expect(error.constructor).toBe(sdk.SNSServiceException);
    expect(error).toMatchObject({
      name: NOT_MODELLED,
      message:
        "1 validation error detected: Value null at 'message' failed to satisfy constraint: " +
        'Member must not be null',
      $metadata: { httpStatusCode: 400, attempts: 1 },
    });
  });
});
