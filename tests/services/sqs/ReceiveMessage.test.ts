/** ReceiveMessage: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sqs } from '../../../src/services/sqs/index.ts';
import { ReceiveMessage } from '../../../src/services/sqs/operations/ReceiveMessage.ts';
import { Codecs } from '../../support/codecs.ts';
import { defaultCaller, type ServiceHarness, START_MS } from '../../support/service.ts';
import {
  bodies,
  bodiesOf,
  changeVisibility,
  counted,
  invalidParameter,
  openHarness,
  parked,
  type Received,
  receive,
  receiveOne,
  remove,
  send,
  sendInGroup,
} from './messages.ts';
import { countsOf, createQueue, missingParameter, noSuchQueue, url } from './queues.ts';

let harness: ServiceHarness;

beforeEach(async () => {
  harness = openHarness();
  await createQueue(harness, 'orders');
  await createQueue(harness, 'fifo.fifo');
});

afterEach(() => harness.close());

const failure = (name: string, input: object) =>
  harness.failure('ReceiveMessage', { QueueUrl: url(name), ...input });

const text = (StringValue: string) => ({ DataType: 'String', StringValue });

describe('ReceiveMessage serialization', () => {
  const codecs = new Codecs(sqs, 'ReceiveMessage');

  it('reads JSON', () => {
    const input = {
      QueueUrl: url('orders'),
      AttributeNames: ['All'],
      MessageSystemAttributeNames: ['SenderId'],
      MessageAttributeNames: ['a', 'b.*'],
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 0,
      WaitTimeSeconds: 20,
      ReceiveRequestAttemptId: 'r',
    };
    expect(codecs.fromJson({ ...input, Colour: 'red' })).toEqual(input);
  });

  it('reads a form', () => {
    const form =
      'AttributeName.1=SenderId&AttributeName.2=SentTimestamp&MessageAttributeName.1=a' +
      '&MaxNumberOfMessages=10&VisibilityTimeout=0&WaitTimeSeconds=20&ReceiveRequestAttemptId=r';
    expect(codecs.fromForm(form, '/000000000000/orders')).toMatchObject({
      QueueUrl: '/000000000000/orders',
      AttributeNames: ['SenderId', 'SentTimestamp'],
      MessageAttributeNames: ['a'],
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 0,
      WaitTimeSeconds: 20,
      ReceiveRequestAttemptId: 'r',
    });
  });

  const message = {
    MessageId: 'm',
    ReceiptHandle: 'h',
    MD5OfBody: 'd',
    Body: '<a>\r\n',
    Attributes: { SenderId: 'AIDATEST' },
    MD5OfMessageAttributes: 'e',
    MessageAttributes: {
      Colour: text('red'),
      Image: { DataType: 'Binary', BinaryValue: Buffer.from([0, 255]) },
    },
  };

  it('writes JSON, with binary values in base64', () => {
    const { MessageAttributes, ...rest } = message;
    expect(codecs.toJson({ Messages: [message] })).toEqual({
      Messages: [
        {
          ...rest,
          MessageAttributes: {
            ...MessageAttributes,
            Image: { DataType: 'Binary', BinaryValue: 'AP8=' },
          },
        },
      ],
    });
    expect(codecs.toJson({})).toEqual({});
  });

  it('writes XML that brings a carriage return through', () => {
    expect(codecs.toXml({ Messages: [message] })).toBe(
      '<ReceiveMessageResult><Message><MessageId>m</MessageId><ReceiptHandle>h</ReceiptHandle>' +
        '<MD5OfBody>d</MD5OfBody><Body>&lt;a&gt;&#xD;\n</Body>' +
        '<Attribute><Name>SenderId</Name><Value>AIDATEST</Value></Attribute>' +
        '<MD5OfMessageAttributes>e</MD5OfMessageAttributes>' +
        '<MessageAttribute><Name>Colour</Name><Value><DataType>String</DataType>' +
        '<StringValue>red</StringValue></Value></MessageAttribute>' +
        '<MessageAttribute><Name>Image</Name><Value><DataType>Binary</DataType>' +
        '<BinaryValue>AP8=</BinaryValue></Value></MessageAttribute>' +
        '</Message></ReceiveMessageResult>',
    );
    expect(codecs.toXml({})).toMatch(/^<ReceiveMessageResult(\/>|><\/ReceiveMessageResult>)$/);
  });
});

describe('ReceiveMessage validation', () => {
  it('asks for a queue that is there before it looks at values', async () => {
    expect(await harness.failure('ReceiveMessage', {})).toEqual(missingParameter('QueueUrl'));
    expect(await failure('absent', { MaxNumberOfMessages: 0 })).toEqual(noSuchQueue);
  });

  it.each([
    ['MaxNumberOfMessages', 0, 'Must be between 1 and 10, if provided.'],
    ['MaxNumberOfMessages', 11, 'Must be between 1 and 10, if provided.'],
    ['WaitTimeSeconds', -1, 'Must be >= 0 and <= 20, if provided.'],
    ['WaitTimeSeconds', 21, 'Must be >= 0 and <= 20, if provided.'],
    ['VisibilityTimeout', -1, 'Must be >= 0 and <= 43200, if provided.'],
    ['VisibilityTimeout', 43_201, 'Must be >= 0 and <= 43200, if provided.'],
  ])('refuses a %s of %i', async (name, value, reason) => {
    expect(await failure('orders', { [name]: value })).toEqual(
      invalidParameter(`Value ${value} for parameter ${name} is invalid. Reason: ${reason}`),
    );
  });

  it('takes an attempt id of 128 characters on FIFO queues only', async () => {
    const attempt = (ReceiveRequestAttemptId: string) => ({ ReceiveRequestAttemptId });
    expect(await bodies(harness, 'fifo.fifo', attempt('x'.repeat(128)))).toEqual([]);
    const long = 'x'.repeat(129);
    expect(await failure('fifo.fifo', attempt(long))).toEqual(
      invalidParameter(
        `Value ${long} for parameter ReceiveRequestAttemptId is invalid. ` +
          'Reason: ReceiveRequestAttemptId can only include alphanumeric and punctuation ' +
          'characters. 1 to 128 in length.',
      ),
    );
    expect(await failure('orders', attempt('r'))).toEqual(
      invalidParameter(
        'Value r for parameter ReceiveRequestAttemptId is invalid. ' +
          'Reason: The request include parameter that is not valid for this queue type.',
      ),
    );
  });

  it.each([
    ['AttributeNames', 'senderid'],
    ['AttributeNames', 'toString'],
    ['MessageSystemAttributeNames', 'Colour'],
    ['MessageSystemAttributeNames', 'QueueArn'],
  ])('refuses an unknown name in %s: %s', async (member, name) => {
    expect(await failure('orders', { [member]: ['SenderId', name] })).toEqual({
      code: 'InvalidAttributeName',
      queryCode: 'InvalidAttributeName',
      status: 400,
      message: `Unknown Attribute ${name}.`,
    });
  });

  it('takes names of queue attributes in AttributeNames, for what they are worth', async () => {
    await send(harness, 'orders', 'x');
    const message = await receiveOne(harness, 'orders', { AttributeNames: ['QueueArn', 'Policy'] });
    expect(message).not.toHaveProperty('Attributes');
  });
});

describe('ReceiveMessage behaviour', () => {
  it('answers no Messages member when there is nothing', async () => {
    expect(await harness.call('ReceiveMessage', { QueueUrl: url('orders') })).toEqual({});
    expect(counted(harness, 'orders', 'NumberOfEmptyReceives')).toBe(1);
  });

  it('answers what was sent, and nothing that was not asked for', async () => {
    const { MessageId } = await send(harness, 'orders', 'hello', {
      MessageAttributes: { a: text('x') },
    });
    expect(await receive(harness, 'orders')).toEqual([
      {
        MessageId,
        ReceiptHandle: expect.any(String),
        MD5OfBody: '5d41402abc4b2a76b9719d911017c592',
        Body: 'hello',
      },
    ]);
    expect(counted(harness, 'orders', 'NumberOfMessagesReceived')).toBe(1);
    expect(counted(harness, 'orders', 'NumberOfEmptyReceives')).toBe(0);
  });

  it('hands out one message unless more are asked for', async () => {
    for (const body of ['1', '2', '3']) await send(harness, 'orders', body);
    const { Messages } = await harness.call('ReceiveMessage', { QueueUrl: url('orders') });
    expect(Messages).toHaveLength(1);
    expect(await bodies(harness, 'orders', { MaxNumberOfMessages: 10 })).toHaveLength(2);
  });

  it('hides messages for the timeout of the call, else of the queue', async () => {
    await createQueue(harness, 'short', { VisibilityTimeout: '5' });
    await send(harness, 'short', 'x');
    await receive(harness, 'short');
    await harness.advance(4_999);
    expect(await bodies(harness, 'short')).toEqual([]);
    await harness.advance(1);
    await receive(harness, 'short', { VisibilityTimeout: 10 });
    await harness.advance(9_999);
    expect(await bodies(harness, 'short')).toEqual([]);
    await harness.advance(1);
    expect(await bodies(harness, 'short')).toEqual(['x']);
  });

  it('gives each receive its own handle, also with a timeout of 0', async () => {
    await send(harness, 'orders', 'x');
    const handles = new Set<string>();
    for (let count = 1; count <= 3; count += 1) {
      const message = await receiveOne(harness, 'orders', {
        VisibilityTimeout: 0,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      });
      expect(message.Attributes).toEqual({ ApproximateReceiveCount: String(count) });
      handles.add(message.ReceiptHandle);
    }
    expect(handles.size).toBe(3);
  });

  it('does not hand out what is older than the retention period, shortened or not', async () => {
    await send(harness, 'orders', 'old');
    await harness.advance(60_000);
    await send(harness, 'orders', 'new');
    await harness.call('SetQueueAttributes', {
      QueueUrl: url('orders'),
      Attributes: { MessageRetentionPeriod: '60' },
    });
    expect(await bodies(harness, 'orders')).toEqual(['new']);
  });

  it('counts expiry from the send, whatever receives came between', async () => {
    await send(harness, 'orders', 'x');
    await harness.advance(345_599_999);
    expect(await bodies(harness, 'orders', { VisibilityTimeout: 0 })).toEqual(['x']);
    await harness.advance(1);
    expect(await bodies(harness, 'orders')).toEqual([]);
  });
});

describe('ReceiveMessage system attributes', () => {
  it('are all there on a FIFO queue when all are asked for', async () => {
    const { SequenceNumber } = await harness.call(
      'SendMessage',
      {
        QueueUrl: url('fifo.fifo'),
        MessageBody: 'x',
        MessageGroupId: 'g',
        MessageDeduplicationId: 'd',
        MessageSystemAttributes: { AWSTraceHeader: text('t') },
      },
      { caller: { principalId: 'AIDASENDER' } },
    );
    await harness.advance(1_000);
    const all = { AttributeNames: ['All'] };
    const first = await receiveOne(harness, 'fifo.fifo', { ...all, VisibilityTimeout: 1 });
    const expected = {
      SenderId: 'AIDASENDER',
      SentTimestamp: String(START_MS),
      ApproximateReceiveCount: '1',
      ApproximateFirstReceiveTimestamp: String(START_MS + 1_000),
      SequenceNumber,
      MessageDeduplicationId: 'd',
      MessageGroupId: 'g',
      AWSTraceHeader: 't',
    };
    expect(first.Attributes).toEqual(expected);
    await harness.advance(1_000);
    const second = await receiveOne(harness, 'fifo.fifo', all);
    expect(second.Attributes).toEqual({ ...expected, ApproximateReceiveCount: '2' });
  });

  it('of a standard queue are fewer, the group included', async () => {
    await send(harness, 'orders', 'x', { MessageGroupId: 'tenant' });
    const { Attributes } = await receiveOne(harness, 'orders', {
      MessageSystemAttributeNames: ['All'],
    });
    expect(Object.keys(Attributes ?? {})).toEqual([
      'SenderId',
      'SentTimestamp',
      'ApproximateReceiveCount',
      'ApproximateFirstReceiveTimestamp',
      'MessageGroupId',
    ]);
    expect(Attributes?.MessageGroupId).toBe('tenant');
  });

  it('are those that either member names', async () => {
    await send(harness, 'orders', 'x');
    const { Attributes } = await receiveOne(harness, 'orders', {
      AttributeNames: ['SenderId', 'AWSTraceHeader'],
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    });
    expect(Attributes).toEqual({
      SenderId: defaultCaller.principalId,
      ApproximateReceiveCount: '1',
    });
  });
});

describe('ReceiveMessage message attributes', () => {
  const stored = {
    Hello: text('World'),
    'app.one': { DataType: 'Number.int', StringValue: '1' },
    Image: { DataType: 'Binary', BinaryValue: Buffer.from([0, 10, 255]) },
  };

  beforeEach(() => send(harness, 'orders', 'x', { MessageAttributes: stored }));

  it('come back as they were sent, with the digest that the sender was told', async () => {
    const sent = await send(harness, 'fifo.fifo', 'x', {
      MessageAttributes: stored,
      MessageGroupId: 'g',
      MessageDeduplicationId: 'd',
    });
    const message = await receiveOne(harness, 'fifo.fifo', { MessageAttributeNames: ['All'] });
    expect(message.MessageAttributes).toEqual(stored);
    expect(message.MD5OfMessageAttributes).toBe(sent.MD5OfMessageAttributes);
  });

  it('are digested only as far as they are returned', async () => {
    const message = await receiveOne(harness, 'orders', { MessageAttributeNames: ['Hell.*'] });
    expect(message.MessageAttributes).toEqual({ Hello: text('World') });
    expect(message.MD5OfMessageAttributes).toBe('7db7fb1ba7f41366a8ea5eb18220b26d');
  });

  it('leave both members out when none matches', async () => {
    const message = await receiveOne(harness, 'orders', { MessageAttributeNames: ['hello'] });
    expect(message).not.toHaveProperty('MessageAttributes');
    expect(message).not.toHaveProperty('MD5OfMessageAttributes');
  });
});

describe('ReceiveMessage on a FIFO queue', () => {
  it('hands out a group in order, and nothing more of it while any is in flight', async () => {
    await sendInGroup(harness, 'fifo.fifo', 'a', ['a1', 'a2', 'a3']);
    await sendInGroup(harness, 'fifo.fifo', 'b', ['b1']);
    const first = await receive(harness, 'fifo.fifo', { MaxNumberOfMessages: 2 });
    expect(bodiesOf(first)).toEqual(['a1', 'a2']);
    expect(await bodies(harness, 'fifo.fifo')).toEqual(['b1']);
    for (const { ReceiptHandle } of first) await remove(harness, 'fifo.fifo', ReceiptHandle);
    expect(await bodies(harness, 'fifo.fifo')).toEqual(['a3']);
  });

  it('fills up from other groups', async () => {
    await sendInGroup(harness, 'fifo.fifo', 'a', ['a1', 'a2']);
    await sendInGroup(harness, 'fifo.fifo', 'b', ['b1', 'b2']);
    expect(await bodies(harness, 'fifo.fifo', { MaxNumberOfMessages: 3 })).toEqual([
      'a1',
      'a2',
      'b1',
    ]);
  });

  it('hands expired messages out again from the front of their group', async () => {
    await sendInGroup(harness, 'fifo.fifo', 'a', ['a1', 'a2', 'a3']);
    await receive(harness, 'fifo.fifo', { MaxNumberOfMessages: 2 });
    await harness.advance(30_000);
    expect(await bodies(harness, 'fifo.fifo')).toEqual(['a1', 'a2', 'a3']);
  });

  it('holds later messages back while an earlier one is still in flight', async () => {
    await sendInGroup(harness, 'fifo.fifo', 'a', ['a1', 'a2']);
    const [first] = await receive(harness, 'fifo.fifo');
    await changeVisibility(harness, 'fifo.fifo', first?.ReceiptHandle ?? '', 60);
    await harness.advance(30_000);
    expect(await bodies(harness, 'fifo.fifo')).toEqual([]);
    await harness.advance(30_000);
    expect(await bodies(harness, 'fifo.fifo')).toEqual(['a1', 'a2']);
  });
});

describe('ReceiveMessage with an attempt id', () => {
  const attempt = (id: string, more: object = {}) =>
    receive(harness, 'fifo.fifo', { ReceiveRequestAttemptId: id, ...more });

  const names = (messages: readonly Received[]) =>
    messages.map(({ Body, ReceiptHandle }) => ({ Body, ReceiptHandle }));

  beforeEach(() => sendInGroup(harness, 'fifo.fifo', 'g', ['1', '2', '3']));

  it('repeats the same messages with the same handles, and hides them anew', async () => {
    const first = await attempt('r', { MaxNumberOfMessages: 2 });
    await harness.advance(20_000);
    const second = await attempt('r', { MaxNumberOfMessages: 2 });
    expect(names(second)).toEqual(names(first));
    await harness.advance(29_999);
    expect(await bodies(harness, 'fifo.fifo')).toEqual([]);
    for (const { ReceiptHandle } of first) await remove(harness, 'fifo.fifo', ReceiptHandle);
    expect(await bodies(harness, 'fifo.fifo')).toEqual(['3']);
  });

  it('does not count the repetition as a receive of its own', async () => {
    const asked = { MessageSystemAttributeNames: ['ApproximateReceiveCount'] };
    await attempt('r', asked);
    const [again] = await attempt('r', asked);
    expect(again?.Attributes).toEqual({ ApproximateReceiveCount: '1' });
  });

  it('says nothing to another attempt, nor on another queue', async () => {
    await attempt('r');
    expect(await attempt('s')).toEqual([]);
    await createQueue(harness, 'other.fifo');
    const more = { ReceiveRequestAttemptId: 'r' };
    expect(await bodies(harness, 'other.fifo', more)).toEqual([]);
  });

  it('is a new receive once the visibility timeout is over', async () => {
    const first = await attempt('r');
    await harness.advance(30_000);
    const second = await attempt('r');
    expect(bodiesOf(second)).toEqual(bodiesOf(first));
    expect(names(second)).not.toEqual(names(first));
  });

  it('is a new receive once a message was deleted', async () => {
    const [first] = await attempt('r', { MaxNumberOfMessages: 2 });
    await remove(harness, 'fifo.fifo', first?.ReceiptHandle ?? '');
    expect(await attempt('r')).toEqual([]);
  });

  it('is a new receive once the visibility of a message was changed', async () => {
    const [first] = await attempt('r');
    await changeVisibility(harness, 'fifo.fifo', first?.ReceiptHandle ?? '', 10);
    expect(await attempt('r')).toEqual([]);
  });

  it('is a new receive once a message is too old, removed or not', async () => {
    await createQueue(harness, 'brief.fifo', { MessageRetentionPeriod: '60' });
    await sendInGroup(harness, 'brief.fifo', 'g', ['old']);
    const more = { ReceiveRequestAttemptId: 'r', VisibilityTimeout: 600 };
    expect(await bodies(harness, 'brief.fifo', more)).toEqual(['old']);
    // The receive comes before the background work of that instant.
    harness.clock.advance(60_000);
    expect(await bodies(harness, 'brief.fifo', more)).toEqual([]);
  });

  it('is a new receive once another consumer has a message, at whatever time', async () => {
    const [first] = await attempt('r', { MaxNumberOfMessages: 1 });
    await changeVisibility(harness, 'fifo.fifo', first?.ReceiptHandle ?? '', 0);
    await receive(harness, 'fifo.fifo');
    expect(await attempt('r')).toEqual([]);
  });

  it('is forgotten five minutes after the receive', async () => {
    const long = { VisibilityTimeout: 1_000 };
    await attempt('r', long);
    await harness.advance(299_999);
    expect(await attempt('r', long)).toHaveLength(3);
    await harness.advance(1);
    expect(await attempt('r', long)).toEqual([]);
  });
});

describe('ReceiveMessage with as much in flight as is allowed', () => {
  /** Has the store say that so many messages are in flight, which takes seconds to make true. */
  async function inFlight(count: number): Promise<void> {
    const queues = await harness.store.transact((tx) => tx.queues);
    vi.spyOn(queues, 'countClaimed').mockImplementation((_queue, limit) => Math.min(count, limit));
  }

  beforeEach(async () => {
    await inFlight(120_000);
    await send(harness, 'orders', 'more');
    await sendInGroup(harness, 'fifo.fifo', 'g', ['more']);
  });

  it('is refused on a standard queue, until some are done with', async () => {
    expect(await failure('orders', {})).toEqual({
      code: 'OverLimit',
      queryCode: 'OverLimit',
      status: 403,
      message: 'The maximum number of messages in flight has been reached.',
    });
    await inFlight(119_999);
    await harness.advance(100);
    expect(await bodies(harness, 'orders')).toEqual(['more']);
  });

  it('is no error for a long poll, which finds nothing', async () => {
    const waiting = bodies(harness, 'orders', { WaitTimeSeconds: 1 });
    await parked(harness, 1);
    await harness.advance(1_000);
    expect(await waiting).toEqual([]);
  });

  it('lets a long poll look again every second, since no delete announces itself', async () => {
    const waiting = bodies(harness, 'orders', { WaitTimeSeconds: 20 });
    await parked(harness, 1);
    await inFlight(119_999);
    await harness.advance(1_000);
    expect(await waiting).toEqual(['more']);
  });

  it('is no error on a FIFO queue, which has nothing to hand out', async () => {
    expect(await bodies(harness, 'fifo.fifo')).toEqual([]);
  });

  it('hands out no more than is left', async () => {
    await send(harness, 'orders', 'another');
    await inFlight(119_999);
    expect(await bodies(harness, 'orders')).toHaveLength(1);
  });
});

describe('ReceiveMessage whose answer cannot be written', () => {
  const counts = { MessageSystemAttributeNames: ['ApproximateReceiveCount'] };

  /** Tells the invoker that these never arrived. */
  function lose(name: string, Messages: readonly Received[], more: object = {}): Promise<void> {
    const input = { QueueUrl: url(name), ...more };
    return harness.invoker.undelivered(sqs, ReceiveMessage, input, { Messages }, defaultCaller);
  }

  async function receiveInVain(name: string, more: object = {}): Promise<Received[]> {
    const Messages = await receive(harness, name, more);
    await lose(name, Messages, more);
    return Messages;
  }

  it('gives its messages back without counting a receive', async () => {
    await send(harness, 'orders', 'x');
    await receiveInVain('orders');
    const message = await receiveOne(harness, 'orders', counts);
    expect(message.Attributes).toEqual({ ApproximateReceiveCount: '1' });
  });

  it('gives them back in order on a FIFO queue, and forgets the attempt', async () => {
    await sendInGroup(harness, 'fifo.fifo', 'g', ['1', '2', '3']);
    const attempt = { ReceiveRequestAttemptId: 'r' };
    await receiveInVain('fifo.fifo', { ...attempt, MaxNumberOfMessages: 2 });
    expect(await bodies(harness, 'fifo.fifo', attempt)).toEqual(['1', '2', '3']);
  });

  it('keeps a repeated attempt from what another consumer has by then', async () => {
    await sendInGroup(harness, 'fifo.fifo', 'g', ['1']);
    const attempt = { ReceiveRequestAttemptId: 'r' };
    await receiveInVain('fifo.fifo', attempt);
    expect(await bodies(harness, 'fifo.fifo')).toEqual(['1']);
    expect(await bodies(harness, 'fifo.fifo', attempt)).toEqual([]);
  });

  it('leaves to the repetition of its attempt what that has received', async () => {
    await sendInGroup(harness, 'fifo.fifo', 'g', ['1']);
    const attempt = { ReceiveRequestAttemptId: 'r' };
    const Messages = await receive(harness, 'fifo.fifo', attempt);
    const repeated = await receiveOne(harness, 'fifo.fifo', attempt);
    await lose('fifo.fifo', Messages, attempt);
    expect(await bodies(harness, 'fifo.fifo')).toEqual([]);
    await remove(harness, 'fifo.fifo', repeated.ReceiptHandle);
    expect((await countsOf(harness, 'fifo.fifo')).claimed).toBe('0');
  });

  it('leaves a message alone that another consumer has by now, or that is gone', async () => {
    await send(harness, 'orders', 'x');
    const Messages = await receive(harness, 'orders', { VisibilityTimeout: 0 });
    const other = await receiveOne(harness, 'orders');
    await lose('orders', Messages);
    expect((await countsOf(harness, 'orders')).claimed).toBe('1');
    await remove(harness, 'orders', other.ReceiptHandle);
    await lose('orders', [other]);
    await harness.call('DeleteQueue', { QueueUrl: url('orders') });
    await lose('orders', [other]);
  });
});

describe('ReceiveMessage from a fair queue', () => {
  it('does not let a group with 1,000 messages hold up the one message of another', async () => {
    for (let index = 0; index < 100; index += 1) {
      await harness.call('SendMessageBatch', {
        QueueUrl: url('orders'),
        Entries: Array.from({ length: 10 }, (_, at) => ({
          Id: String(at),
          MessageBody: `noisy ${index}-${at}`,
          MessageGroupId: 'noisy',
        })),
      });
    }
    await receive(harness, 'orders');
    await send(harness, 'orders', 'quiet', { MessageGroupId: 'quiet' });
    const next = [...(await bodies(harness, 'orders')), ...(await bodies(harness, 'orders'))];
    expect(next).toContain('quiet');
    expect(next.length).toBeGreaterThan(1);
  });
});
