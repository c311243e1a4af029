/** SendMessage: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqs } from '../../../src/services/sqs/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  bodies,
  counted,
  invalidParameter,
  openHarness,
  receiveOne,
  send as sendTo,
} from './messages.ts';
import { countsOf, createQueue, missingParameter, noSuchQueue, url } from './queues.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = openHarness();
});

afterEach(() => harness.close());

const HELLO_MD5 = '5d41402abc4b2a76b9719d911017c592';

const failure = (name: string, input: object) =>
  harness.failure('SendMessage', { QueueUrl: url(name), MessageBody: 'hello', ...input });

describe('SendMessage serialization', () => {
  const codecs = new Codecs(sqs, 'SendMessage');
  const input = {
    QueueUrl: url('orders'),
    MessageBody: 'a=b&c',
    DelaySeconds: 5,
    MessageAttributes: {
      Colour: { DataType: 'String', StringValue: 'red' },
      Image: { DataType: 'Binary', BinaryValue: Buffer.from([0, 255]) },
    },
    MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 't' } },
    MessageDeduplicationId: 'd',
    MessageGroupId: 'g',
  };

  it('reads JSON, with binary values in base64', () => {
    const MessageAttributes = {
      ...input.MessageAttributes,
      Image: { DataType: 'Binary', BinaryValue: 'AP8=' },
    };
    const read = codecs.fromJson({ ...input, MessageAttributes, Colour: 'red' });
    const MessageBody = { plain: input.MessageBody };
    expect(plain(read)).toEqual(plain({ ...input, MessageBody }));
  });

  it('reads a form', () => {
    const form =
      `QueueUrl=${encodeURIComponent(url('orders'))}&MessageBody=a%3Db%26c&DelaySeconds=5` +
      '&MessageAttribute.1.Name=Colour&MessageAttribute.1.Value.DataType=String' +
      '&MessageAttribute.1.Value.StringValue=red' +
      '&MessageAttribute.2.Name=Image&MessageAttribute.2.Value.DataType=Binary' +
      '&MessageAttribute.2.Value.BinaryValue=AP8%3D' +
      '&MessageSystemAttribute.1.Name=AWSTraceHeader' +
      '&MessageSystemAttribute.1.Value.DataType=String' +
      '&MessageSystemAttribute.1.Value.StringValue=t' +
      '&MessageDeduplicationId=d&MessageGroupId=g';
    expect(plain(codecs.fromForm(form))).toEqual(plain(input));
  });

  it('writes ids and digests', () => {
    const output = { MD5OfMessageBody: 'b', MessageId: 'm', SequenceNumber: '1' };
    expect(codecs.toJson(output)).toEqual(output);
    expect(codecs.toXml(output)).toBe(
      '<SendMessageResult><MD5OfMessageBody>b</MD5OfMessageBody><MessageId>m</MessageId>' +
        '<SequenceNumber>1</SequenceNumber></SendMessageResult>',
    );
  });
});

/** Bytes as lists of numbers, so that every kind of byte array compares equal. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, member) =>
      member?.type === 'Buffer'
        ? member.data
        : ArrayBuffer.isView(member)
          ? bytesOf(member)
          : member,
    ),
  );
}

const bytesOf = (view: ArrayBufferView): number[] => [
  ...new Uint8Array(view.buffer, view.byteOffset, view.byteLength),
];

describe('SendMessage validation', () => {
  beforeEach(async () => {
    await createQueue(harness, 'orders');
    await createQueue(harness, 'small', { MaximumMessageSize: '1024' });
    await createQueue(harness, 'fifo.fifo');
  });

  it('asks for a queue that is there before it looks at values', async () => {
    const missing = await harness.failure('SendMessage', { MessageBody: 'x' });
    expect(missing).toEqual(missingParameter('QueueUrl'));
    expect(await failure('absent', { MessageBody: '', DelaySeconds: -1 })).toEqual(noSuchQueue);
  });

  it('asks for a body with something in it', async () => {
    const absent = await harness.failure('SendMessage', { QueueUrl: url('orders') });
    expect(absent).toEqual(missingParameter('MessageBody'));
    const empty = await failure('orders', { MessageBody: '' });
    expect(empty).toEqual(missingParameter('MessageBody'));
  });

  it.each([
    ['a NUL', '\0'],
    ['a control character', 'ab\x0bc'],
    ['a noncharacter', 'ab\uFFFE'],
    ['half a surrogate pair', 'ab\uD83D'],
    ['surrogates in the wrong order', '\uDE00\uD83D'],
  ])('refuses %s', async (_what, MessageBody) => {
    expect(await failure('orders', { MessageBody })).toEqual({
      code: 'InvalidMessageContents',
      queryCode: 'InvalidMessageContents',
      status: 400,
      message:
        'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to ' +
        '#xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    });
  });

  it('takes every other character', async () => {
    const body = '\t\n\r \u007f\u0085\uD7FF\uE000\uFFFD\u{10000}\u{1FFFE}\u{10FFFF}';
    await sendTo(harness, 'orders', body);
    expect((await receiveOne(harness, 'orders')).Body).toBe(body);
  });

  const tooLong = (bytes: number) =>
    invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${bytes} bytes.`,
    );

  it('counts the bytes of the body against the limit of the queue', async () => {
    await sendTo(harness, 'small', 'ж'.repeat(512));
    expect(await failure('small', { MessageBody: `${'ж'.repeat(512)}x` })).toEqual(tooLong(1024));
    await sendTo(harness, 'orders', 'x'.repeat(1_048_576));
    const over = await failure('orders', { MessageBody: 'x'.repeat(1_048_577) });
    expect(over).toEqual(tooLong(1_048_576));
  });

  it('counts message attributes too, and system attributes not', async () => {
    const attribute = (DataType: string, length: number) => ({
      a: { DataType, StringValue: '1'.repeat(length) },
    });
    const MessageAttributes = attribute('String', 1024 - 1 - 6 - 5);
    const header = { DataType: 'String', StringValue: 'x'.repeat(2000) };
    const MessageSystemAttributes = { AWSTraceHeader: header };
    await sendTo(harness, 'small', 'hello', { MessageAttributes, MessageSystemAttributes });
    const over = { MessageAttributes: attribute('String', 1024 - 1 - 6 - 4) };
    expect(await failure('small', over)).toEqual(tooLong(1024));
  });

  it.each([[-1], [901], [1800]])('refuses a delay of %i', async (DelaySeconds) => {
    expect(await failure('orders', { DelaySeconds })).toEqual(
      invalidParameter(
        `Value ${DelaySeconds} for parameter DelaySeconds is invalid. ` +
          'Reason: DelaySeconds must be >= 0 and <= 900.',
      ),
    );
  });

  const notForThisQueue = (name: string, value: unknown, verb = 'includes a') =>
    invalidParameter(
      `Value ${value} for parameter ${name} is invalid. ` +
        `Reason: The request ${verb} parameter that is not valid for this queue type.`,
    );

  it('refuses a delay of its own on a FIFO queue, except none', async () => {
    const ids = { MessageGroupId: 'g', MessageDeduplicationId: 'd' };
    expect(await failure('fifo.fifo', { ...ids, DelaySeconds: 5 })).toEqual(
      notForThisQueue('DelaySeconds', 5, 'include'),
    );
    await sendTo(harness, 'fifo.fifo', 'x', { ...ids, DelaySeconds: 0 });
  });

  it('refuses a deduplication id on a standard queue', async () => {
    expect(await failure('orders', { MessageDeduplicationId: 'd' })).toEqual(
      notForThisQueue('MessageDeduplicationId', 'd'),
    );
  });

  it('asks for a group on a FIFO queue', async () => {
    const ids = { MessageDeduplicationId: 'd' };
    expect(await failure('fifo.fifo', ids)).toEqual(missingParameter('MessageGroupId'));
    const empty = await failure('fifo.fifo', { ...ids, MessageGroupId: '' });
    expect(empty).toEqual(missingParameter('MessageGroupId'));
  });

  it('asks for a deduplication id on a FIFO queue that generates none', async () => {
    expect(await failure('fifo.fifo', { MessageGroupId: 'g' })).toEqual(
      invalidParameter(
        'The queue should either have ContentBasedDeduplication enabled or ' +
          'MessageDeduplicationId provided explicitly',
      ),
    );
  });

  const ids = { MessageGroupId: 'g', MessageDeduplicationId: 'd' };

  it.each([
    ['fifo.fifo', 'MessageGroupId', 'a b'],
    ['fifo.fifo', 'MessageGroupId', 'é'],
    ['fifo.fifo', 'MessageDeduplicationId', 'x'.repeat(129)],
    ['fifo.fifo', 'MessageDeduplicationId', ''],
    ['orders', 'MessageGroupId', 'a b'],
    ['orders', 'MessageGroupId', ''],
  ])('on %s refuses the %s %j', async (name, member, value) => {
    const others = name === 'orders' ? {} : ids;
    expect(await failure(name, { ...others, [member]: value })).toEqual(
      invalidParameter(
        `Value ${value} for parameter ${member} is invalid. Reason: ${member} can only include ` +
          'alphanumeric and punctuation characters. 1 to 128 in length.',
      ),
    );
  });

  it('refuses bad message attributes and unknown system attributes', async () => {
    const value = { DataType: 'String', StringValue: 'x' };
    expect(await failure('orders', { MessageAttributes: { 'aws.a': value } })).toEqual(
      invalidParameter(
        "You can't use message attribute names beginning with 'AWS.' or 'Amazon'. " +
          'These strings are reserved for internal use.',
      ),
    );
    expect(await failure('orders', { MessageSystemAttributes: { SenderId: value } })).toEqual(
      invalidParameter("Message system attribute name 'SenderId' is invalid."),
    );
  });

  it('stores nothing of a message that it refuses', async () => {
    await failure('orders', { DelaySeconds: -1 });
    expect((await countsOf(harness, 'orders')).visible).toBe('0');
  });
});

describe('SendMessage behaviour on a standard queue', () => {
  beforeEach(() => createQueue(harness, 'orders'));

  it('answers the id and the digest of the body, and nothing that was not sent', async () => {
    const answer = await sendTo(harness, 'orders', 'hello', { MessageAttributes: {} });
    expect(answer).toEqual({
      MessageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      MD5OfMessageBody: HELLO_MD5,
    });
    expect((await receiveOne(harness, 'orders')).MessageId).toBe(answer.MessageId);
  });

  it('digests both kinds of attributes', async () => {
    const answer = await sendTo(harness, 'orders', 'hello', {
      MessageAttributes: { Hello: { DataType: 'String', StringValue: 'World' } },
      MessageSystemAttributes: {
        AWSTraceHeader: { DataType: 'String', StringValue: 'some-trace-id' },
      },
    });
    expect(answer).toMatchObject({
      MD5OfMessageAttributes: '7db7fb1ba7f41366a8ea5eb18220b26d',
      MD5OfMessageSystemAttributes: 'fdce4f2818803f2f73becc09a54792c0',
    });
  });

  it('takes the trace header of the request unless the message has its own', async () => {
    const names = { MessageSystemAttributeNames: ['AWSTraceHeader'] };
    const headers = { 'x-amzn-trace-id': 'Root=request' };
    const input = { QueueUrl: url('orders'), MessageBody: 'x' };
    const answer = await harness.call('SendMessage', input, { caller: { headers } });
    expect(answer).not.toHaveProperty('MD5OfMessageSystemAttributes');
    const { Attributes } = await receiveOne(harness, 'orders', names);
    expect(Attributes).toEqual({ AWSTraceHeader: 'Root=request' });
    const own = { DataType: 'String', StringValue: 'Root=own' };
    const withOwn = { ...input, MessageSystemAttributes: { AWSTraceHeader: own } };
    await harness.call('SendMessage', withOwn, { caller: { headers } });
    const second = await receiveOne(harness, 'orders', names);
    expect(second.Attributes).toEqual({ AWSTraceHeader: 'Root=own' });
  });

  it('delays by the message, else by the queue', async () => {
    await createQueue(harness, 'late', { DelaySeconds: '10' });
    await sendTo(harness, 'late', 'queue');
    await sendTo(harness, 'late', 'own', { DelaySeconds: 5 });
    await sendTo(harness, 'late', 'none', { DelaySeconds: 0 });
    expect(await bodies(harness, 'late')).toEqual(['none']);
    await harness.advance(4_999);
    expect(await bodies(harness, 'late')).toEqual([]);
    await harness.advance(1);
    expect(await bodies(harness, 'late')).toEqual(['own']);
    await harness.advance(5_000);
    expect(await bodies(harness, 'late')).toEqual(['queue']);
  });

  it('accepts a group, which neither orders nor blocks', async () => {
    const answer = await sendTo(harness, 'orders', '1', { MessageGroupId: 'tenant' });
    expect(answer).not.toHaveProperty('SequenceNumber');
    await sendTo(harness, 'orders', '2', { MessageGroupId: 'tenant' });
    const one = { MaxNumberOfMessages: 1 };
    const got = [
      ...(await bodies(harness, 'orders', one)),
      ...(await bodies(harness, 'orders', one)),
    ];
    expect(got.sort()).toEqual(['1', '2']);
  });

  it('counts messages and their bytes', async () => {
    await sendTo(harness, 'orders', 'hello');
    await sendTo(harness, 'orders', 'ж');
    await failure('orders', { DelaySeconds: -1 });
    expect(counted(harness, 'orders', 'NumberOfMessagesSent')).toBe(2);
    expect(counted(harness, 'orders', 'SentMessageSize')).toBe(7);
  });
});

describe('SendMessage behaviour on a FIFO queue', () => {
  beforeEach(async () => {
    await createQueue(harness, 'fifo.fifo');
    await createQueue(harness, 'content.fifo', { ContentBasedDeduplication: 'true' });
  });

  const send = (name: string, body: string, group: string, id?: string) =>
    sendTo(harness, name, body, {
      MessageGroupId: group,
      ...(id !== undefined && { MessageDeduplicationId: id }),
    });

  const stored = async (name: string) => (await countsOf(harness, name)).visible;

  it('answers sequence numbers of 20 digits that grow', async () => {
    const numbers: string[] = [];
    for (const id of ['1', '2', '3']) {
      const { SequenceNumber } = await send('fifo.fifo', 'x', 'g', id);
      expect(SequenceNumber).toMatch(/^[1-9]\d{19}$/);
      numbers.push(String(SequenceNumber));
    }
    expect(new Set(numbers).size).toBe(3);
    expect(numbers.toSorted()).toEqual(numbers);
    expect(numbers.toSorted((a, b) => Number(BigInt(a) - BigInt(b)))).toEqual(numbers);
  });

  it('answers a duplicate like its original, with its own digests, and stores it not', async () => {
    const first = await send('fifo.fifo', 'hello', 'g', 'd');
    const second = await send('fifo.fifo', 'other', 'g2', 'd');
    expect(second).toEqual({ ...first, MD5OfMessageBody: '795f3202b17cb6bc3d4b771d8c6c9eaf' });
    expect(await bodies(harness, 'fifo.fifo')).toEqual(['hello']);
    expect(counted(harness, 'fifo.fifo', 'NumberOfMessagesSent')).toBe(1);
    expect(counted(harness, 'fifo.fifo', 'NumberOfDeduplicatedSentMessages')).toBe(1);
  });

  it('remembers an id for five minutes from the first send, repeated or not', async () => {
    await send('fifo.fifo', 'x', 'g', 'd');
    await harness.advance(200_000);
    await send('fifo.fifo', 'x', 'g', 'd');
    await harness.advance(99_999);
    await send('fifo.fifo', 'x', 'g', 'd');
    expect(await stored('fifo.fifo')).toBe('1');
    await harness.advance(1);
    await send('fifo.fifo', 'x', 'g', 'd');
    expect(await stored('fifo.fifo')).toBe('2');
  });

  it('remembers an id when the message is received and deleted', async () => {
    await send('fifo.fifo', 'x', 'g', 'd');
    const { ReceiptHandle } = await receiveOne(harness, 'fifo.fifo');
    await harness.call('DeleteMessage', { QueueUrl: url('fifo.fifo'), ReceiptHandle });
    await send('fifo.fifo', 'x', 'g', 'd');
    expect(await stored('fifo.fifo')).toBe('0');
  });

  it('generates the id from the body alone, and an explicit id shares the namespace', async () => {
    const id = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
    const names = { MessageSystemAttributeNames: ['MessageDeduplicationId'] };
    const MessageAttributes = { a: { DataType: 'String', StringValue: 'x' } };
    await send('content.fifo', 'hello', 'g');
    await sendTo(harness, 'content.fifo', 'hello', { MessageGroupId: 'g', MessageAttributes });
    await send('content.fifo', 'other', 'g', id);
    await send('content.fifo', 'hello', 'g', 'explicit');
    expect(await stored('content.fifo')).toBe('2');
    const { Attributes } = await receiveOne(harness, 'content.fifo', names);
    expect(Attributes).toEqual({ MessageDeduplicationId: id });
  });

  it('tells groups apart only where the queue says so', async () => {
    await createQueue(harness, 'groups.fifo', { DeduplicationScope: 'messageGroup' });
    for (const name of ['fifo.fifo', 'groups.fifo']) {
      await send(name, 'x', 'a', 'd');
      await send(name, 'x', 'b', 'd');
      await send(name, 'x', 'a', 'd');
    }
    expect(await stored('fifo.fifo')).toBe('1');
    expect(await stored('groups.fifo')).toBe('2');
  });

  it('keeps the ids of different queues apart', async () => {
    await send('fifo.fifo', 'x', 'g', 'd');
    await send('content.fifo', 'x', 'g', 'd');
    expect(await stored('content.fifo')).toBe('1');
  });

  it('delays by the queue', async () => {
    await createQueue(harness, 'late.fifo', { DelaySeconds: '10' });
    await send('late.fifo', 'x', 'g', 'd');
    expect(await bodies(harness, 'late.fifo')).toEqual([]);
    await harness.advance(10_000);
    expect(await bodies(harness, 'late.fifo')).toEqual(['x']);
  });
});
