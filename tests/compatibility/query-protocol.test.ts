/**
 * The Query protocol as programs without an SDK and SDKs from before November 2023 speak it: forms
 * posted to `/` or to a queue's own address, and links to open. The AWS SDK's XML parser reads the
 * answers. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-xml.html
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serverStarter } from '../support/server.ts';
import { type Parameters, type QueryAnswer, readAnswer, resultIn, UUID } from './query-answer.ts';

const start = serverStarter(afterAll);
let endpoint: string;
let queueCount = 0;
/** A queue of its own for each test; the server is shared. */
let queuePath: string;

beforeAll(async () => {
  endpoint = await start({ flags: ['--test-clock'] }).ready();
});

beforeEach(async () => {
  const QueueName = `q${++queueCount}`;
  await result({ Action: 'CreateQueue', QueueName });
  queuePath = `/000000000000/${QueueName}`;
});

const encoded = (parameters: Parameters): string =>
  new URLSearchParams({ Version: '2012-11-05', ...parameters }).toString();

/** Signed as SDKs do; who signed is read, not checked. */
const authorization =
  'AWS4-HMAC-SHA256 Credential=test/20231101/us-east-1/sqs/aws4_request, ' +
  'SignedHeaders=content-type;host;x-amz-date, Signature=00ff';

async function post(parameters: Parameters, path = '/'): Promise<QueryAnswer> {
  const answer = await fetch(endpoint + path, {
    method: 'POST',
    headers: {
      authorization,
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      'user-agent': 'aws-sdk-java/1.12.100',
    },
    body: encoded(parameters),
  });
  return readAnswer(answer);
}

const open = async (parameters: Parameters, path = '/'): Promise<QueryAnswer> =>
  readAnswer(await fetch(`${endpoint}${path}?${encoded(parameters)}`));

const NAMESPACE = 'http://queue.amazonaws.com/doc/2012-11-05/';

const resultOf = (action: string, answer: QueryAnswer): unknown =>
  resultIn(NAMESPACE, action, answer);

const result = async (parameters: Parameters, path?: string): Promise<unknown> =>
  resultOf(parameters.Action ?? '', await post(parameters, path));

describe('a form', () => {
  it('posted to / names its queue by QueueUrl', async () => {
    const QueueUrl = `${endpoint}${queuePath}`;
    const sent = await result({ Action: 'SendMessage', QueueUrl, MessageBody: 'hello' });
    expect(sent).toEqual({
      MessageId: expect.stringMatching(UUID),
      MD5OfMessageBody: '5d41402abc4b2a76b9719d911017c592',
    });
    expect(await result({ Action: 'ReceiveMessage', QueueUrl })).toMatchObject({
      Message: { Body: 'hello', MD5OfBody: '5d41402abc4b2a76b9719d911017c592' },
    });
  });

  it('posted to the address of a queue needs no QueueUrl', async () => {
    await result({ Action: 'SendMessage', MessageBody: 'one + two % &=' }, queuePath);
    const { Message } = (await result({ Action: 'ReceiveMessage' }, queuePath)) as {
      Message: { Body: string; ReceiptHandle: string };
    };
    expect(Message.Body).toBe('one + two % &=');
    const { ReceiptHandle } = Message;
    expect(await result({ Action: 'DeleteMessage', ReceiptHandle }, queuePath)).toBeUndefined();
  });

  it('carries attributes, tags and settings in numbered parameters', async () => {
    const QueueName = `with-everything-${queueCount}`;
    const created = await result({
      Action: 'CreateQueue',
      QueueName,
      'Attribute.1.Name': 'VisibilityTimeout',
      'Attribute.1.Value': '60',
      'Attribute.2.Name': 'DelaySeconds',
      'Attribute.2.Value': '0',
      'Tag.1.Key': 'Name',
      'Tag.1.Value': 'coffee + tea = 2',
    });
    const path = `/000000000000/${QueueName}`;
    expect(created).toEqual({ QueueUrl: `${endpoint}${path}` });
    expect(await result({ Action: 'ListQueueTags' }, path)).toEqual({
      Tag: { Key: 'Name', Value: 'coffee + tea = 2' },
    });
    const asked = {
      Action: 'GetQueueAttributes',
      'AttributeName.1': 'VisibilityTimeout',
      'AttributeName.2': 'QueueArn',
    };
    expect(await result(asked, path)).toEqual({
      Attribute: expect.arrayContaining([
        { Name: 'VisibilityTimeout', Value: '60' },
        { Name: 'QueueArn', Value: `arn:aws:sqs:us-east-1:000000000000:${QueueName}` },
      ]),
    });
    await result(
      {
        Action: 'SendMessage',
        MessageBody: 'typed',
        'MessageAttribute.1.Name': 'binaryAttribute',
        'MessageAttribute.1.Value.DataType': 'Binary',
        'MessageAttribute.1.Value.BinaryValue': 'SGVsbG8gYmluYXJ5IHdvcmxkIQ==',
      },
      path,
    );
    const received = await result(
      { Action: 'ReceiveMessage', AttributeName: 'All', 'MessageAttributeName.1': 'All' },
      path,
    );
    expect(received).toMatchObject({
      Message: {
        MD5OfMessageAttributes: '31a92b15d92f8db860eda32aceb656c3',
        MessageAttribute: {
          Name: 'binaryAttribute',
          Value: { DataType: 'Binary', BinaryValue: 'SGVsbG8gYmluYXJ5IHdvcmxkIQ==' },
        },
        Attribute: expect.arrayContaining([{ Name: 'ApproximateReceiveCount', Value: '1' }]),
      },
    });
  });

  it('carries a batch, whose entries fail one by one', async () => {
    const entry = 'SendMessageBatchRequestEntry';
    const outcome = await result(
      {
        Action: 'SendMessageBatch',
        [`${entry}.1.Id`]: 'good',
        [`${entry}.1.MessageBody`]: 'one',
        [`${entry}.2.Id`]: 'late',
        [`${entry}.2.MessageBody`]: 'two',
        [`${entry}.2.DelaySeconds`]: '901',
        [`${entry}.3.Id`]: 'also-good',
        [`${entry}.3.MessageBody`]: 'three',
      },
      queuePath,
    );
    expect(outcome).toMatchObject({
      SendMessageBatchResultEntry: [{ Id: 'good' }, { Id: 'also-good' }],
      BatchResultErrorEntry: { Id: 'late', SenderFault: 'true', Code: 'InvalidParameterValue' },
    });
  });

  it('gets control characters back in a form that XML parsers leave alone', async () => {
    const MessageBody = ' \r\n\t "quoted" <a>&amp;</a> ]]> 𝄞\r';
    await result({ Action: 'SendMessage', MessageBody }, queuePath);
    const answer = await post({ Action: 'ReceiveMessage' }, queuePath);
    expect(answer.text).not.toContain('\r');
    expect(resultOf('ReceiveMessage', answer)).toMatchObject({ Message: { Body: MessageBody } });
  });

  it('gets an empty result where there is nothing', async () => {
    expect(await result({ Action: 'ReceiveMessage' }, queuePath)).toBe('');
    expect(await result({ Action: 'ListQueues', QueueNamePrefix: 'nothing' })).toBe('');
    expect(await result({ Action: 'ListQueueTags' }, queuePath)).toBe('');
  });

  it('gets no result element from what has no result', async () => {
    for (const parameters of [
      { Action: 'SetQueueAttributes', 'Attribute.Name': 'DelaySeconds', 'Attribute.Value': '1' },
      { Action: 'TagQueue', 'Tag.1.Key': 'a', 'Tag.1.Value': 'b' },
      { Action: 'UntagQueue', 'TagKey.1': 'a' },
      {
        Action: 'AddPermission',
        Label: 'l',
        'AWSAccountId.1': '111122223333',
        'ActionName.1': 'SendMessage',
      },
      { Action: 'RemovePermission', Label: 'l' },
      { Action: 'PurgeQueue' },
      { Action: 'DeleteQueue' },
    ]) {
      expect(await result(parameters, queuePath), parameters.Action).toBeUndefined();
    }
  });
});

describe('a link', () => {
  it('sends and receives', async () => {
    const sent = await open({ Action: 'SendMessage', MessageBody: 'by link ☕' }, queuePath);
    resultOf('SendMessage', sent);
    const received = await open({ Action: 'ReceiveMessage', 'AttributeName.1': 'All' }, queuePath);
    expect(resultOf('ReceiveMessage', received)).toMatchObject({ Message: { Body: 'by link ☕' } });
  });

  it('lists queues of the account and region that it is presigned for', async () => {
    const presigned = {
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': '123456789012/20231101/eu-west-1/sqs/aws4_request',
      'X-Amz-Date': '20231101T000000Z',
      'X-Amz-Expires': '60',
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Signature': '00ff',
    };
    const created = await open({ Action: 'CreateQueue', QueueName: 'presigned', ...presigned });
    const QueueUrl = `${endpoint}/123456789012/presigned`;
    expect(resultOf('CreateQueue', created)).toEqual({ QueueUrl });
    const listed = await open({ Action: 'ListQueues', ...presigned });
    expect(resultOf('ListQueues', listed)).toEqual({ QueueUrl });
    const elsewhere = await open({ Action: 'ListQueues', QueueNamePrefix: 'presigned' });
    expect(resultOf('ListQueues', elsewhere)).toBe('');
  });
});

describe('a refusal', () => {
  const refusals: readonly [
    what: string,
    status: number,
    code: string,
    message: string,
    parameters: Parameters,
    path: string | undefined,
  ][] = [
    [
      'of a queue that is not there',
      400,
      'AWS.SimpleQueueService.NonExistentQueue',
      'The specified queue does not exist for this wsdl version.',
      { Action: 'SendMessage', MessageBody: 'x' },
      '/000000000000/nowhere',
    ],
    [
      'of a missing parameter',
      400,
      'MissingParameter',
      'The request must contain the parameter QueueName.',
      { Action: 'CreateQueue' },
      '/',
    ],
    [
      'of an unknown action',
      400,
      'InvalidAction',
      'The action Dance is not valid for this endpoint.',
      { Action: 'Dance' },
      '/',
    ],
    [
      'of an action that no queue has',
      400,
      'InvalidAction',
      'The action CreateQueue is not valid for this endpoint.',
      { Action: 'CreateQueue', QueueName: 'x' },
      undefined,
    ],
    [
      'of a handle that is none',
      404,
      'ReceiptHandleIsInvalid',
      'The input receipt handle "a<b" is not a valid receipt handle.',
      { Action: 'DeleteMessage', ReceiptHandle: 'a<b' },
      undefined,
    ],
  ];

  it.each(refusals)('%s', async (_what, status, code, message, parameters, path = queuePath) => {
    for (const answer of [await post(parameters, path), await open(parameters, path)]) {
      expect(answer).toMatchObject({
        status,
        contentType: 'text/xml',
        document: {
          ErrorResponse: {
            Error: { Type: 'Sender', Code: code, Message: message },
            RequestId: answer.requestId,
          },
        },
      });
    }
  });

  it('of an address without an action is that of nothing there', async () => {
    const answer = await fetch(endpoint + queuePath);
    expect([answer.status, await answer.text()]).toEqual([404, '<UnknownOperationException/>\n']);
  });
});
