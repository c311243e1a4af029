/**
 * A first queue, step by step as courses teach it: the AWS CLI, then boto3. The steps depend on
 * each other, and the server is killed on the way.
 */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Server, serverStarter } from '../../support/server.ts';
import { awsCli, awsSqs, outputOf, python, startPython, titled } from '../programs.ts';

const start = serverStarter(afterAll);
let server: Server;
let endpoint: string;
let url: string;

beforeAll(async () => {
  server = start();
  endpoint = await server.ready();
});

interface Received {
  readonly Messages: readonly { readonly [member: string]: unknown }[];
}

const missing = awsCli.missing === undefined ? python : awsCli;
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

describe.skipIf(missing.missing)(titled('a first queue', missing), () => {
  const body = 'I bought a coffee for Zoë';
  let messageId: unknown;

  it('is created with encryption and a tag', async () => {
    const { QueueUrl } = await awsSqs(
      endpoint,
      ...['create-queue', '--queue-name', 'zoe-coffee-sales-queue'],
      ...['--attributes', 'SqsManagedSseEnabled=true', '--tags', 'Name=zoe-coffee-sales-queue'],
    );
    url = String(QueueUrl);
    expect(url).toBe(`${endpoint}/000000000000/zoe-coffee-sales-queue`);
  });

  it('takes a message, and answers its MD5 and id', async () => {
    const sent = await awsSqs(
      endpoint,
      ...['send-message', '--queue-url', url, '--message-body', body],
    );
    expect(sent).toEqual({
      MD5OfMessageBody: md5(body),
      MessageId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    });
    messageId = sent.MessageId;
  });

  it('is all there after a kill -9 and a new start', async () => {
    await server.stop('SIGKILL');
    server = start({ folder: server.folder });
    endpoint = await server.ready();
    const { QueueUrl } = await awsSqs(
      endpoint,
      ...['get-queue-url', '--queue-name', 'zoe-coffee-sales-queue'],
    );
    url = String(QueueUrl);
    const { Attributes } = await awsSqs(
      endpoint,
      ...['get-queue-attributes', '--queue-url', url, '--attribute-names', 'All'],
    );
    expect(Attributes).toMatchObject({
      SqsManagedSseEnabled: 'true',
      ApproximateNumberOfMessages: '1',
    });
    expect(await awsSqs(endpoint, 'list-queue-tags', '--queue-url', url)).toEqual({
      Tags: { Name: 'zoe-coffee-sales-queue' },
    });
  });

  it('shows id, body and receive count of its message, and deletes it', async () => {
    const { Messages } = (await awsSqs(
      endpoint,
      ...['receive-message', '--queue-url', url, '--attribute-names', 'All'],
    )) as unknown as Received;
    expect(Messages).toMatchObject([
      { MessageId: messageId, Body: body, Attributes: { ApproximateReceiveCount: '1' } },
    ]);
    const handle = String(Messages[0]?.ReceiptHandle);
    await awsSqs(endpoint, ...['delete-message', '--queue-url', url, '--receipt-handle', handle]);
  });

  it('takes JSON and an attribute from boto3, and shows both', async () => {
    const [sent] = await outputOf(startPython('producer.py', endpoint, [url]));
    const { Messages } = (await awsSqs(
      endpoint,
      ...['receive-message', '--queue-url', url, '--message-attribute-names', 'All'],
    )) as unknown as Received;
    expect(Messages).toMatchObject([
      { MessageAttributes: { Author: { StringValue: 'Zoë', DataType: 'String' } } },
    ]);
    expect(sent).toEqual({
      MessageId: Messages[0]?.MessageId,
      MD5OfMessageBody: Messages[0]?.MD5OfBody,
    });
    expect(JSON.parse(String(Messages[0]?.Body))).toEqual({
      product: 'Latte',
      size: 'large',
      price: 4.5,
    });
  });

  it('is empty once it is purged', async () => {
    await awsSqs(endpoint, 'purge-queue', '--queue-url', url);
    const { Attributes } = await awsSqs(
      endpoint,
      ...['get-queue-attributes', '--queue-url', url, '--attribute-names'],
      ...['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    );
    expect(Attributes).toEqual({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
    });
  });
});
