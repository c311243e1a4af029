import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { admin, sqs } from '../../../src/services/index.ts';
import { PeekMessages } from '../../../src/services/sqs/admin/operations/PeekMessages.ts';
import { sqsTasks } from '../../../src/services/sqs/tasks.ts';
import { defaultCaller, ServiceHarness, START_MS } from '../../support/service.ts';

const QueueUrl = 'http://localhost:4566/000000000000/orders';

let harness: ServiceHarness;

beforeEach(async () => {
  harness = new ServiceHarness(sqs, sqsTasks);
  await harness.call('CreateQueue', { QueueName: 'orders' });
});

afterEach(async () => {
  expect(harness.taskErrors).toEqual([]);
  await harness.close();
});

interface Page {
  readonly Messages: ReadonlyArray<{ readonly [member: string]: unknown }>;
  readonly NextToken?: string;
}

async function peek(input: object = {}): Promise<Page> {
  const request = { QueueUrl, ...input };
  return (await harness.invoker.invoke(admin, PeekMessages, request, defaultCaller)) as Page;
}

async function bodies(input: object = {}): Promise<unknown[]> {
  return (await peek(input)).Messages.map((message) => message.Body);
}

async function send(body: string, more: object = {}): Promise<void> {
  await harness.call('SendMessage', { QueueUrl, MessageBody: body, ...more });
}

async function receive(more: object = {}): Promise<void> {
  await harness.call('ReceiveMessage', { QueueUrl, VisibilityTimeout: 60, ...more });
}

describe('serialization', () => {
  test('a message has its text, state, times and attributes, and no receipt handle', async () => {
    const MessageAttributes = {
      kind: { DataType: 'String', StringValue: 'x' },
      raw: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2]) },
    };
    await send('hello', { MessageAttributes, MessageGroupId: 'g' });
    expect(await peek()).toEqual({
      Messages: [
        {
          MessageId: expect.any(String),
          Body: 'hello',
          MD5OfBody: '5d41402abc4b2a76b9719d911017c592',
          State: 'visible',
          VisibleAt: START_MS,
          SentTimestamp: START_MS,
          ApproximateReceiveCount: 0,
          MessageGroupId: 'g',
          MessageAttributes,
          Attributes: {
            SenderId: 'AIDATEST',
            SentTimestamp: String(START_MS),
            ApproximateReceiveCount: '0',
            MessageGroupId: 'g',
          },
        },
      ],
    });
  });

  test('a message of a FIFO queue has its sequence number and deduplication id', async () => {
    await harness.call('CreateQueue', {
      QueueName: 'orders.fifo',
      Attributes: { FifoQueue: 'true' },
    });
    const sent = await harness.call('SendMessage', {
      QueueUrl: `${QueueUrl}.fifo`,
      MessageBody: 'a',
      MessageGroupId: 'g',
      MessageDeduplicationId: 'd',
    });
    expect((await peek({ QueueUrl: `${QueueUrl}.fifo` })).Messages).toMatchObject([
      {
        SequenceNumber: sent.SequenceNumber,
        MessageGroupId: 'g',
        MessageDeduplicationId: 'd',
        Attributes: { SequenceNumber: sent.SequenceNumber, MessageDeduplicationId: 'd' },
      },
    ]);
  });

  test('a received message shows how often and since when', async () => {
    await send('a');
    await harness.advance(1_000);
    await receive({ VisibilityTimeout: 0 });
    await harness.advance(1_000);
    await receive();
    expect((await peek()).Messages).toMatchObject([
      {
        State: 'inflight',
        VisibleAt: START_MS + 62_000,
        ApproximateReceiveCount: 2,
        ApproximateFirstReceiveTimestamp: START_MS + 1_000,
        Attributes: {
          ApproximateReceiveCount: '2',
          ApproximateFirstReceiveTimestamp: String(START_MS + 1_000),
        },
      },
    ]);
  });
});

describe('validation', () => {
  async function refusal(input: object): Promise<unknown> {
    return peek(input).then(
      () => 'no refusal',
      (error) => ({ code: error.code, message: error.message }),
    );
  }

  test('QueueUrl is required', async () => {
    expect(await refusal({ QueueUrl: undefined })).toEqual({
      code: 'ValidationError',
      message:
        "1 validation error detected: Value null at 'QueueUrl' failed to satisfy constraint: " +
        'Member must not be null',
    });
  });

  test('names every violation at once', async () => {
    expect(await refusal({ State: 'gone', MaxResults: 101 })).toEqual({
      code: 'ValidationError',
      message:
        "2 validation errors detected: Value 'gone' at 'State' failed to satisfy constraint: " +
        'Member must satisfy enum value set: [visible, delayed, inflight]; ' +
        "Value '101' at 'MaxResults' failed to satisfy constraint: " +
        'Member must have value less than or equal to 100',
    });
    expect(await refusal({ MaxResults: 0 })).toMatchObject({
      message: expect.stringContaining('greater than or equal to 1'),
    });
  });

  test('a queue that does not exist', async () => {
    expect(await refusal({ QueueUrl: `${QueueUrl}-no` })).toMatchObject({
      code: 'QueueDoesNotExist',
    });
  });

  test.each(['', 'x', Buffer.from('1:word').toString('base64url')])(
    'the token %j is none of ours',
    async (NextToken) => {
      expect(await refusal({ NextToken })).toMatchObject({ code: 'InvalidParameterValue' });
    },
  );
});

describe('behaviour', () => {
  test('shows each state alone when asked to, and all of them otherwise', async () => {
    await send('flying');
    await receive();
    await send('waiting');
    await send('later', { DelaySeconds: 30 });
    expect(await bodies({ State: 'visible' })).toEqual(['waiting']);
    expect(await bodies({ State: 'inflight' })).toEqual(['flying']);
    expect(await bodies({ State: 'delayed' })).toEqual(['later']);
    expect(await bodies()).toEqual(['flying', 'waiting', 'later']);
    expect((await peek()).Messages.map((message) => message.State)).toEqual([
      'inflight',
      'visible',
      'delayed',
    ]);
  });

  test('a look hides nothing and counts nothing', async () => {
    await send('a');
    await peek();
    await peek();
    expect((await peek()).Messages).toMatchObject([{ ApproximateReceiveCount: 0 }]);
    const answer = await harness.call('ReceiveMessage', {
      QueueUrl,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    });
    expect(answer.Messages).toMatchObject([{ Attributes: { ApproximateReceiveCount: '1' } }]);
  });

  test('shows ten unless told otherwise, and goes on where the last page ended', async () => {
    for (let index = 1; index <= 25; index += 1) await send(`m${index}`);
    const first = await peek();
    expect(first.Messages).toHaveLength(10);
    const second = await peek({ NextToken: first.NextToken });
    expect(second.Messages[0]).toMatchObject({ Body: 'm11' });
    const third = await peek({ NextToken: second.NextToken, MaxResults: 100 });
    expect(third.Messages.map((message) => message.Body)).toEqual([
      'm21',
      'm22',
      'm23',
      'm24',
      'm25',
    ]);
    expect(third).not.toHaveProperty('NextToken');
  });

  test('a page that holds exactly what is left has no token', async () => {
    for (let index = 1; index <= 10; index += 1) await send(`m${index}`);
    expect(await peek()).not.toHaveProperty('NextToken');
  });

  test('an empty queue shows an empty list', async () => {
    expect(await peek()).toEqual({ Messages: [] });
  });

  test('what is past its retention is gone, swept or not', async () => {
    await harness.scheduler.stop();
    await send('old');
    harness.clock.advance(345_600_000);
    await send('young');
    expect(await bodies()).toEqual(['young']);
  });
});
