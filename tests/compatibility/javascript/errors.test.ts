/** Refusals as the AWS SDK for JavaScript shows them: classes, both codes, status, request id. */
import * as sdk from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverStarter } from '../../support/server.ts';
import { advanceSeconds, protocols, sdkClient } from '../sdk-client.ts';

const start = serverStarter(afterAll);
let endpoint: string;
let sqs: sdk.SQS;

let queueCount = 0;

async function newQueue(Attributes: { [name: string]: string } = {}): Promise<string> {
  const { QueueUrl = '' } = await sqs.createQueue({ QueueName: `q${++queueCount}`, Attributes });
  return QueueUrl;
}

async function handleOf(QueueUrl: string): Promise<string> {
  await sqs.sendMessage({ QueueUrl, MessageBody: 'x' });
  const { Messages = [] } = await sqs.receiveMessage({ QueueUrl });
  return Messages[0]?.ReceiptHandle ?? '';
}

const arnOf = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;

const entries = (count: number, MessageBody = 'x') =>
  Array.from({ length: count }, (_, i) => ({ Id: `e${i}`, MessageBody }));

interface Refusal {
  /** The code of the older Query protocol, which programs compare. */
  readonly code: string;
  readonly status: number;
  readonly message: string | RegExp;
  readonly provoke: (QueueUrl: string) => Promise<unknown>;
}

const legacy = (name: string): string => `AWS.SimpleQueueService.${name}`;

/** By the name of the SDK's class; each is provoked on a queue of its own. */
const modelled: { readonly [name: string]: Refusal } = {
  QueueDoesNotExist: {
    code: legacy('NonExistentQueue'),
    status: 400,
    message: /^The specified queue does not exist( for this wsdl version)?\.$/,
    provoke: (QueueUrl) => sqs.sendMessage({ QueueUrl: `${QueueUrl}-not`, MessageBody: 'x' }),
  },
  QueueNameExists: {
    code: 'QueueAlreadyExists',
    status: 400,
    message:
      /^A queue already exists with the same name and a different value for attribute VisibilityTimeout/,
    provoke: (QueueUrl) =>
      sqs.createQueue({
        QueueName: QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1),
        Attributes: { VisibilityTimeout: '31' },
      }),
  },
  QueueDeletedRecently: {
    code: legacy('QueueDeletedRecently'),
    status: 400,
    message:
      'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
    async provoke(QueueUrl) {
      await sqs.deleteQueue({ QueueUrl });
      await advanceSeconds(endpoint, 59);
      await sqs.createQueue({ QueueName: QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1) });
    },
  },
  PurgeQueueInProgress: {
    code: legacy('PurgeQueueInProgress'),
    status: 403,
    message: /^Only one PurgeQueue operation on q\d+ is allowed every 60 seconds\.$/,
    async provoke(QueueUrl) {
      await sqs.purgeQueue({ QueueUrl });
      await sqs.purgeQueue({ QueueUrl });
    },
  },
  ReceiptHandleIsInvalid: {
    code: 'ReceiptHandleIsInvalid',
    status: 404,
    message: 'The input receipt handle "nonsense" is not a valid receipt handle.',
    provoke: (QueueUrl) => sqs.deleteMessage({ QueueUrl, ReceiptHandle: 'nonsense' }),
  },
  MessageNotInflight: {
    code: legacy('MessageNotInflight'),
    status: 400,
    message: /./,
    async provoke(QueueUrl) {
      const ReceiptHandle = await handleOf(QueueUrl);
      await advanceSeconds(endpoint, 30);
      await sqs.changeMessageVisibility({ QueueUrl, ReceiptHandle, VisibilityTimeout: 5 });
    },
  },
  InvalidAttributeName: {
    code: 'InvalidAttributeName',
    status: 400,
    message: 'Unknown Attribute QueueArn.',
    provoke: (QueueUrl) => sqs.setQueueAttributes({ QueueUrl, Attributes: { QueueArn: 'arn' } }),
  },
  InvalidAttributeValue: {
    code: 'InvalidAttributeValue',
    status: 400,
    message: 'Invalid value for the parameter VisibilityTimeout.',
    provoke: (QueueUrl) =>
      sqs.setQueueAttributes({ QueueUrl, Attributes: { VisibilityTimeout: '43201' } }),
  },
  InvalidMessageContents: {
    code: 'InvalidMessageContents',
    status: 400,
    message: /^Invalid characters found\. Valid unicode characters are #x9 \| #xA \| #xD \| /,
    provoke: (QueueUrl) => sqs.sendMessage({ QueueUrl, MessageBody: 'bell \u0007' }),
  },
  EmptyBatchRequest: {
    code: legacy('EmptyBatchRequest'),
    status: 400,
    message: 'There should be at least one SendMessageBatchRequestEntry in the request.',
    provoke: (QueueUrl) => sqs.sendMessageBatch({ QueueUrl, Entries: [] }),
  },
  TooManyEntriesInBatchRequest: {
    code: legacy('TooManyEntriesInBatchRequest'),
    status: 400,
    message: 'Maximum number of entries per request are 10. You have sent 11.',
    provoke: (QueueUrl) => sqs.sendMessageBatch({ QueueUrl, Entries: entries(11) }),
  },
  BatchEntryIdsNotDistinct: {
    code: legacy('BatchEntryIdsNotDistinct'),
    status: 400,
    message: 'Id e0 repeated.',
    provoke: (QueueUrl) =>
      sqs.sendMessageBatch({ QueueUrl, Entries: [...entries(1), ...entries(1)] }),
  },
  InvalidBatchEntryId: {
    code: legacy('InvalidBatchEntryId'),
    status: 400,
    message:
      /^A batch entry id can only contain alphanumeric characters, hyphens and underscores\./,
    provoke: (QueueUrl) =>
      sqs.sendMessageBatch({ QueueUrl, Entries: [{ Id: 'no spaces', MessageBody: 'x' }] }),
  },
  BatchRequestTooLong: {
    code: legacy('BatchRequestTooLong'),
    status: 400,
    message: /^Batch requests cannot be longer than 1048576 bytes\. You have sent 1048577 bytes\.$/,
    provoke: (QueueUrl) =>
      sqs.sendMessageBatch({
        QueueUrl,
        Entries: [
          { Id: 'a', MessageBody: 'x'.repeat(1_048_576) },
          { Id: 'b', MessageBody: 'x' },
        ],
      }),
  },
  OverLimit: {
    code: 'OverLimit',
    status: 403,
    message: '8 Actions were found, maximum allowed is 7.',
    provoke: (QueueUrl) =>
      sqs.addPermission({
        QueueUrl,
        Label: 'many',
        AWSAccountIds: ['111122223333'],
        Actions: [
          'ChangeMessageVisibility',
          'DeleteMessage',
          'GetQueueAttributes',
          'GetQueueUrl',
          'ListDeadLetterSourceQueues',
          'PurgeQueue',
          'ReceiveMessage',
          'SendMessage',
        ],
      }),
  },
  InvalidAddress: {
    code: 'InvalidAddress',
    status: 404,
    message: /^The address .* is not valid for this endpoint\.$/,
    provoke: () => sqs.getQueueAttributes({ QueueUrl: 'https://example.com/no/queue/here' }),
  },
  ResourceNotFoundException: {
    code: 'ResourceNotFoundException',
    status: 404,
    message: "The resource that you specified for the SourceArn parameter doesn't exist.",
    provoke: () => sqs.startMessageMoveTask({ SourceArn: arnOf('nowhere') }),
  },
  UnsupportedOperation: {
    code: legacy('UnsupportedOperation'),
    status: 400,
    message:
      'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
    async provoke(dead) {
      const SourceArn = arnOf(dead.slice(dead.lastIndexOf('/') + 1));
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: SourceArn, maxReceiveCount: 1 });
      const source = await newQueue({ RedrivePolicy });
      await sqs.sendMessageBatch({ QueueUrl: source, Entries: entries(5) });
      for (let receives = 0; receives < 2; receives++) {
        await sqs.receiveMessage({
          QueueUrl: source,
          MaxNumberOfMessages: 10,
          VisibilityTimeout: 0,
        });
      }
      await sqs.startMessageMoveTask({ SourceArn, MaxNumberOfMessagesPerSecond: 1 });
      await sqs.startMessageMoveTask({ SourceArn });
    },
  },
};

/** The SDK has no class for these. */
const unmodelled: { readonly [name: string]: Refusal } = {
  InvalidParameterValue: {
    code: 'InvalidParameterValue',
    status: 400,
    message:
      'Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.',
    provoke: (QueueUrl) => sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 11 }),
  },
  MissingParameter: {
    code: 'MissingParameter',
    status: 400,
    message: 'The request must contain the parameter MessageBody.',
    provoke: (QueueUrl) => sqs.sendMessage({ QueueUrl, MessageBody: '' }),
  },
};

async function refusalOf({ provoke }: Refusal): Promise<sdk.SQSServiceException> {
  const outcome = provoke(await newQueue()).then(
    () => new Error('nothing was refused'),
    (error: unknown) => error,
  );
  const error = await outcome;
  if (error instanceof sdk.SQSServiceException) return error;
  throw error;
}

function expectRefusal(error: sdk.SQSServiceException, refusal: Refusal): void {
  const { code, status, message } = refusal;
  expect(error).toMatchObject({
    Code: code,
    Type: 'Sender',
    $fault: 'client',
    message: typeof message === 'string' ? message : expect.stringMatching(message),
    $metadata: {
      httpStatusCode: status,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      attempts: 1,
    },
  });
}

describe.each(protocols)('over $name', ({ settings }) => {
  beforeAll(async () => {
    endpoint = await start({ flags: ['--test-clock'] }).ready();
    sqs = sdkClient(endpoint, settings);
  });

  describe('an error that the SDK models', () => {
    it.each(Object.entries(modelled))('%s', async (name, refusal) => {
      const error = await refusalOf(refusal);
      expect(error.name).toBe(name);
      const errorClass = Object.entries(sdk).find(([exported]) => exported === name)?.[1];
      expect(error.constructor).toBe(errorClass);
      expectRefusal(error, refusal);
    });
  });

  describe('an error that the SDK does not model', () => {
    it.each(Object.entries(unmodelled))('%s', async (_name, refusal) => {
      const error = await refusalOf(refusal);
      expect(error.constructor).toBe(sdk.SQSServiceException);
      expectRefusal(error, refusal);
    });
  });

  it('a refusal changes nothing, and is not tried again', async () => {
    const QueueUrl = await newQueue();
    await expect(
      sqs.sendMessageBatch({ QueueUrl, Entries: [...entries(2), ...entries(1)] }),
    ).rejects.toMatchObject({ $metadata: { attempts: 1 } });
    expect((await sqs.receiveMessage({ QueueUrl })).Messages).toBeUndefined();
  });
});
