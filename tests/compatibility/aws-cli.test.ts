/** The AWS CLI against the real program: every operation, `--query`, exit codes, error texts. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverStarter, temporaryFolder } from '../support/server.ts';
import { awsCli, awsSqs, type Json, runAws, titled } from './programs.ts';
import { sdkClient } from './sdk-client.ts';

const start = serverStarter(afterAll);
let endpoint: string;

beforeAll(async () => {
  endpoint = await start({ flags: ['--test-clock'] }).ready();
});

const sqs = (...words: readonly string[]): Promise<Json> => awsSqs(endpoint, ...words);
const urlOf = (name: string): string => `${endpoint}/000000000000/${name}`;
const arnOf = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;

/** What a test needs that is not its subject is quicker with the SDK. */
const create = (QueueName: string, Attributes: { [name: string]: string } = {}) =>
  sdkClient(endpoint).createQueue({ QueueName, Attributes });

const send = (name: string, MessageBody: string) =>
  sdkClient(endpoint).sendMessage({ QueueUrl: urlOf(name), MessageBody });

async function receiveHandle(name: string): Promise<string> {
  const { Messages = [] } = await sdkClient(endpoint).receiveMessage({ QueueUrl: urlOf(name) });
  return Messages[0]?.ReceiptHandle ?? '';
}

const available = async (name: string): Promise<unknown> => {
  const { Attributes } = await sdkClient(endpoint).getQueueAttributes({
    QueueUrl: urlOf(name),
    AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
  });
  return Object.values(Attributes ?? {}).map(Number);
};

describe.skipIf(awsCli.missing)(titled('aws sqs', awsCli), () => {
  it('create-queue, get-queue-url, list-queues and delete-queue', async () => {
    const created = await sqs(
      ...['create-queue', '--queue-name', 'orders', '--tags', 'Name=orders,Team=coffee'],
      ...['--attributes', 'VisibilityTimeout=60,SqsManagedSseEnabled=true'],
    );
    expect(created).toEqual({ QueueUrl: urlOf('orders') });
    expect(await sqs('get-queue-url', '--queue-name', 'orders')).toEqual(created);
    await create('orders-2');
    expect(await sqs('list-queues', '--queue-name-prefix', 'orders')).toEqual({
      QueueUrls: [urlOf('orders'), urlOf('orders-2')],
    });
    expect(await sqs('delete-queue', '--queue-url', urlOf('orders-2'))).toEqual({});
    const page = ['--page-size', '1', '--max-items', '1'];
    expect(await sqs('list-queues', '--queue-name-prefix', 'orders', ...page)).toMatchObject({
      QueueUrls: [urlOf('orders')],
    });
  });

  it('set-queue-attributes and get-queue-attributes', async () => {
    await create('settings');
    const url = ['--queue-url', urlOf('settings')];
    const attributes = JSON.stringify({ DelaySeconds: '5', ReceiveMessageWaitTimeSeconds: '10' });
    expect(await sqs('set-queue-attributes', ...url, '--attributes', attributes)).toEqual({});
    const all = ['--attribute-names', 'All'];
    expect(await sqs('get-queue-attributes', ...url, ...all)).toMatchObject({
      Attributes: {
        DelaySeconds: '5',
        ReceiveMessageWaitTimeSeconds: '10',
        QueueArn: arnOf('settings'),
      },
    });
  });

  it('tag-queue, list-queue-tags and untag-queue', async () => {
    await create('tagged');
    const url = ['--queue-url', urlOf('tagged')];
    expect(await sqs('tag-queue', ...url, '--tags', 'a=1,b=2')).toEqual({});
    expect(await sqs('untag-queue', ...url, '--tag-keys', 'a')).toEqual({});
    expect(await sqs('list-queue-tags', ...url)).toEqual({ Tags: { b: '2' } });
  });

  it('send-message and receive-message, with attributes of each type', async () => {
    await create('typed');
    const url = ['--queue-url', urlOf('typed')];
    const attributes = {
      Author: { DataType: 'String', StringValue: 'Zoë ☕' },
      Price: { DataType: 'Number.eur', StringValue: '2.5' },
      Picture: { DataType: 'Binary', BinaryValue: 'aGVsbG8=' },
    };
    const sent = await sqs(
      ...['send-message', ...url, '--message-body', 'I bought a coffee ☕'],
      ...['--message-attributes', JSON.stringify(attributes), '--delay-seconds', '0'],
    );
    expect(sent).toEqual({
      MD5OfMessageBody: expect.stringMatching(/^[0-9a-f]{32}$/),
      MD5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
      MessageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const received = await sqs(
      ...['receive-message', ...url, '--wait-time-seconds', '5', '--max-number-of-messages', '10'],
      ...['--attribute-names', 'ApproximateReceiveCount', '--message-attribute-names', 'All'],
    );
    expect(received).toEqual({
      Messages: [
        {
          MessageId: sent.MessageId,
          ReceiptHandle: expect.any(String),
          MD5OfBody: sent.MD5OfMessageBody,
          Body: 'I bought a coffee ☕',
          Attributes: { ApproximateReceiveCount: '1' },
          MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
          MessageAttributes: {
            ...attributes,
            // Version 1 takes binary values as they are, version 2 in base64; both print base64.
            Picture: {
              DataType: 'Binary',
              BinaryValue: expect.stringMatching(/^(aGVsbG8=|YUdWc2JHOD0=)$/),
            },
          },
        },
      ],
    });
  });

  it('send-message-batch, change-message-visibility-batch and delete-message-batch', async () => {
    await create('batched');
    const url = ['--queue-url', urlOf('batched')];
    const entries = join(temporaryFolder(), 'entries.json');
    const bodies = ['one', 'two'].map((MessageBody) => ({ Id: MessageBody, MessageBody }));
    writeFileSync(entries, JSON.stringify(bodies));
    const sent = await sqs('send-message-batch', ...url, '--entries', `file://${entries}`);
    expect(sent).toMatchObject({ Successful: [{ Id: 'one' }, { Id: 'two' }] });

    const handle = await receiveHandle('batched');
    const show = [
      { Id: 'good', ReceiptHandle: handle, VisibilityTimeout: 0 },
      { Id: 'bad', ReceiptHandle: 'nonsense', VisibilityTimeout: 0 },
    ];
    const shown = await sqs(
      ...['change-message-visibility-batch', ...url, '--entries', JSON.stringify(show)],
    );
    expect(shown).toMatchObject({
      Successful: [{ Id: 'good' }],
      Failed: [{ Id: 'bad', SenderFault: true, Code: 'ReceiptHandleIsInvalid' }],
    });
    expect(await available('batched')).toEqual([2, 0]);

    const remove = JSON.stringify([{ Id: 'good', ReceiptHandle: handle }]);
    const removed = await sqs('delete-message-batch', ...url, '--entries', remove);
    expect(removed).toMatchObject({ Successful: [{ Id: 'good' }] });
    expect(await available('batched')).toEqual([1, 0]);
  });

  it('change-message-visibility, delete-message and purge-queue', async () => {
    await create('handled');
    const url = ['--queue-url', urlOf('handled')];
    await send('handled', 'one');
    const handle = ['--receipt-handle', await receiveHandle('handled')];
    const seconds = ['--visibility-timeout', '0'];
    expect(await sqs('change-message-visibility', ...url, ...handle, ...seconds)).toEqual({});
    expect(await available('handled')).toEqual([1, 0]);
    expect(await sqs('delete-message', ...url, ...handle)).toEqual({});
    expect(await available('handled')).toEqual([0, 0]);
    await send('handled', 'two');
    expect(await sqs('purge-queue', ...url)).toEqual({});
    expect(await available('handled')).toEqual([0, 0]);
  });

  it('add-permission and remove-permission', async () => {
    await create('shared');
    const url = ['--queue-url', urlOf('shared')];
    const added = await sqs(
      ...['add-permission', ...url, '--label', 'partners', '--aws-account-ids', '111122223333'],
      ...['--actions', 'SendMessage', 'ReceiveMessage'],
    );
    expect(added).toEqual({});
    const { Attributes } = await sdkClient(endpoint).getQueueAttributes({
      QueueUrl: urlOf('shared'),
      AttributeNames: ['Policy'],
    });
    expect(JSON.parse(Attributes?.Policy ?? '')).toMatchObject({
      Statement: [{ Sid: 'partners', Action: ['SQS:SendMessage', 'SQS:ReceiveMessage'] }],
    });
    expect(await sqs('remove-permission', ...url, '--label', 'partners')).toEqual({});
  });

  it('list-dead-letter-source-queues and the message move tasks', async () => {
    await create('dead');
    const RedrivePolicy = { deadLetterTargetArn: arnOf('dead'), maxReceiveCount: 1 };
    await create('source', {
      VisibilityTimeout: '0',
      RedrivePolicy: JSON.stringify(RedrivePolicy),
    });
    expect(await sqs('list-dead-letter-source-queues', '--queue-url', urlOf('dead'))).toEqual({
      queueUrls: [urlOf('source')],
    });
    for (const body of ['1', '2', '3']) await send('source', body);
    while (String(await available('dead')) !== '3,0') await receiveHandle('source');

    const source = ['--source-arn', arnOf('dead')];
    const slow = ['--max-number-of-messages-per-second', '1'];
    const { TaskHandle } = await sqs('start-message-move-task', ...source, ...slow);
    const running = {
      TaskHandle,
      Status: 'RUNNING',
      SourceArn: arnOf('dead'),
      MaxNumberOfMessagesPerSecond: 1,
      ApproximateNumberOfMessagesToMove: 3,
    };
    expect(await sqs('list-message-move-tasks', ...source)).toMatchObject({ Results: [running] });
    const cancel = ['cancel-message-move-task', '--task-handle', String(TaskHandle)];
    expect(await sqs(...cancel)).toEqual({ ApproximateNumberOfMessagesMoved: 1 });
    expect(await available('dead')).toEqual([2, 0]);
  });

  it('prints what --query asks for', async () => {
    await create('asked');
    const { exitCode, stdout } = await runAws(endpoint, [
      ...['sqs', 'get-queue-attributes', '--queue-url', urlOf('asked')],
      ...['--attribute-names', 'All', '--output', 'text'],
      ...['--query', 'Attributes.[QueueArn,VisibilityTimeout]'],
    ]);
    expect([exitCode, stdout]).toEqual([0, `${arnOf('asked')}\t30\n`]);
  });

  it('prints nothing for an empty queue', async () => {
    await create('empty');
    const { exitCode, stdout, stderr } = await runAws(endpoint, [
      ...['sqs', 'receive-message', '--queue-url', urlOf('empty')],
    ]);
    expect([exitCode, stdout, stderr]).toEqual([0, '', '']);
  });

  const failures: readonly [what: string, error: string, words: readonly string[]][] = [
    [
      'a queue that is not there',
      '(AWS.SimpleQueueService.NonExistentQueue) when calling the SendMessage operation: ' +
        'The specified queue does not exist.',
      ['send-message', '--queue-url', 'nowhere', '--message-body', 'x'],
    ],
    [
      'a receipt handle that is none',
      '(ReceiptHandleIsInvalid) when calling the DeleteMessage operation: ' +
        'The input receipt handle "nonsense" is not a valid receipt handle.',
      ['delete-message', '--queue-url', 'failing', '--receipt-handle', 'nonsense'],
    ],
    [
      'a value out of range',
      '(InvalidParameterValue) when calling the ReceiveMessage operation: ' +
        'Value 21 for parameter WaitTimeSeconds is invalid. ' +
        'Reason: Must be >= 0 and <= 20, if provided.',
      ['receive-message', '--queue-url', 'failing', '--wait-time-seconds', '21'],
    ],
  ];

  it.each(failures)('fails on %s', async (_what, error, words) => {
    await create('failing');
    const { exitCode, stdout, stderr } = await runAws(endpoint, ['sqs', ...words]);
    expect(stderr).toContain(`An error occurred ${error}`);
    // Version 1 ends with 255, version 2 with 254.
    expect([254, 255]).toContain(exitCode);
    expect(stdout).toBe('');
  });
});
