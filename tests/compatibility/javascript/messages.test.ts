/**
 * What a message carries there and back, batches that fail in part, and long polls. The SDK checks
 * the MD5 of each body, of what it sent and of what it receives.
 */
import type { MessageAttributeValue, SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serverStarter } from '../../support/server.ts';
import { advanceSeconds, counts, drain, protocols, sdkClient, untilParked } from '../sdk-client.ts';

const start = serverStarter(afterAll);
let endpoint: string;
let sqs: SQS;
let queueCount = 0;
/** A queue of its own for each test; the server is shared. */
let QueueUrl: string;

beforeEach(async () => {
  ({ QueueUrl = '' } = await sqs.createQueue({ QueueName: `q${++queueCount}` }));
});

interface Attributes {
  readonly [name: string]: MessageAttributeValue;
}

async function sendAndReceive(MessageBody: string, MessageAttributes: Attributes = {}) {
  const sent = await sqs.sendMessage({ QueueUrl, MessageBody, MessageAttributes });
  const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, MessageAttributeNames: ['All'] });
  expect(Messages).toHaveLength(1);
  return { sent, received: Messages[0] };
}

describe.each(protocols)('over $name', ({ settings }) => {
  beforeAll(async () => {
    endpoint = await start({ flags: ['--test-clock'] }).ready();
    sqs = sdkClient(endpoint, settings);
  });

  describe('a body', () => {
    it.each([
      ['beyond the basic plane', 'caffè ☕ \u{1F468}\u200d\u{1F469}\u200d\u{1F467} \u{10FFFF} 𝄞'],
      ['with every control character that SQS allows', 'tab\t lf\n cr\r crlf\r\n end\r'],
      ['of white space alone', ' \t\r '],
      ['that looks like XML and a form', '<Body>&amp;"\'</Body>]]>&a=b%20c+d'],
      ['that looks like JSON', JSON.stringify({ a: ['\u2028', '\\u0000', '"'] })],
      ['with the last characters before the forbidden ones', '\uD7FF\uE000\uFFFD\u{10000}'],
      ['of a long line of ASCII', "Letters, digits 0-9, and `it's` <all> &c. ".repeat(500)],
      ['of a long text with one quote', `${'a'.repeat(1_000)}"`],
      ['with characters that some rewrite', '\u0085\u00a0\ufeffa\u0301\u00e1\u007f'],
    ])('%s comes back as it was sent', async (_what, body) => {
      const { received } = await sendAndReceive(body);
      expect(received?.Body).toBe(body);
    });

    it('of each kind comes back beside the others, in one answer', async () => {
      const bodies = ['plain '.repeat(100), 'a\\b"'.repeat(100), '☕'.repeat(100), '\t', 'short'];
      for (const MessageBody of bodies) await sqs.sendMessage({ QueueUrl, MessageBody });
      expect(await drain(sqs, QueueUrl)).toEqual(bodies);
    });

    it('of 1 MiB comes back as it was sent, and a byte more is refused', async () => {
      const body = `${'☕'.repeat(349_525)}x`;
      expect(Buffer.byteLength(body)).toBe(1_048_576);
      const { received } = await sendAndReceive(body);
      expect(received?.Body === body).toBe(true);
      await expect(sqs.sendMessage({ QueueUrl, MessageBody: `${body}x` })).rejects.toMatchObject({
        Code: 'InvalidParameterValue',
        message:
          'One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.',
      });
    });
  });

  describe('message attributes', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);

    it('of every type and label come back as they were sent', async () => {
      const attributes: Attributes = {
        Author: { DataType: 'String', StringValue: 'Zoë \u{1F600}\r\n\t' },
        price: { DataType: 'Number', StringValue: '-12.5' },
        'big.one': { DataType: 'Number.bigint', StringValue: '1234567890123456789012' },
        'Content-Type': { DataType: 'String.mime', StringValue: 'text/plain' },
        'picture_1.png': { DataType: 'Binary.png', BinaryValue: bytes },
        raw: { DataType: 'Binary', BinaryValue: new Uint8Array([0]) },
      };
      const { sent, received } = await sendAndReceive('with attributes', attributes);
      expect(received?.MessageAttributes).toEqual(attributes);
      expect(sent.MD5OfMessageAttributes).toMatch(/^[0-9a-f]{32}$/);
      expect(received?.MD5OfMessageAttributes).toBe(sent.MD5OfMessageAttributes);
    });

    it.each<[string, MessageAttributeValue, string]>([
      ['Hello', { DataType: 'String', StringValue: 'World' }, '7db7fb1ba7f41366a8ea5eb18220b26d'],
      [
        'UserId',
        { DataType: 'Number.bigint', StringValue: '1234567890123456789012' },
        '797ab158d73dcb5242dedc4412c8e855',
      ],
      [
        'binaryAttribute',
        { DataType: 'Binary', BinaryValue: Buffer.from('Hello binary world!') },
        '31a92b15d92f8db860eda32aceb656c3',
      ],
    ])('have the MD5 that Java clients compute: %s', async (name, value, md5) => {
      const { sent, received } = await sendAndReceive('digest', { [name]: value });
      expect(sent.MD5OfMessageAttributes).toBe(md5);
      expect(received?.MD5OfMessageAttributes).toBe(md5);
    });

    it('are handed out by name, by prefix or not at all, with the MD5 of what is handed out', async () => {
      const MessageAttributes: Attributes = {
        Hello: { DataType: 'String', StringValue: 'World' },
        'trace.id': { DataType: 'String', StringValue: '1' },
        'trace.parent': { DataType: 'String', StringValue: '2' },
      };
      await sqs.sendMessage({ QueueUrl, MessageBody: 'x', MessageAttributes });
      const receive = async (MessageAttributeNames?: string[]) => {
        const { Messages: [message] = [] } = await sqs.receiveMessage({
          QueueUrl,
          VisibilityTimeout: 0,
          ...(MessageAttributeNames !== undefined && { MessageAttributeNames }),
        });
        return {
          names: message?.MessageAttributes && Object.keys(message.MessageAttributes),
          md5: message?.MD5OfMessageAttributes,
        };
      };
      expect(await receive()).toEqual({ names: undefined, md5: undefined });
      expect(await receive(['Hello', 'None'])).toEqual({
        names: ['Hello'],
        md5: '7db7fb1ba7f41366a8ea5eb18220b26d',
      });
      expect((await receive(['trace.*'])).names?.toSorted()).toEqual(['trace.id', 'trace.parent']);
    });

    it('are ten at the most', async () => {
      const MessageAttributes = Object.fromEntries(
        Array.from({ length: 11 }, (_, i) => [`a${i}`, { DataType: 'String', StringValue: 'x' }]),
      );
      await expect(
        sqs.sendMessage({ QueueUrl, MessageBody: 'x', MessageAttributes }),
      ).rejects.toMatchObject({
        Code: 'InvalidParameterValue',
        message: 'Number of message attributes [11] exceeds the allowed maximum [10].',
      });
    });

    it('of the system carry the trace header', async () => {
      const { MD5OfMessageSystemAttributes } = await sqs.sendMessage({
        QueueUrl,
        MessageBody: 'x',
        MessageSystemAttributes: {
          AWSTraceHeader: { DataType: 'String', StringValue: 'some-trace-id' },
        },
      });
      expect(MD5OfMessageSystemAttributes).toBe('fdce4f2818803f2f73becc09a54792c0');
      const { Messages } = await sqs.receiveMessage({
        QueueUrl,
        MessageSystemAttributeNames: ['AWSTraceHeader'],
      });
      expect(Messages?.[0]?.Attributes).toEqual({ AWSTraceHeader: 'some-trace-id' });
    });
  });

  describe('a batch', () => {
    it('of ten keeps bodies, attributes and ids apart', async () => {
      const Entries = Array.from({ length: 10 }, (_, i) => ({
        Id: `id_${i}`,
        MessageBody: `body ${i}`,
        MessageAttributes: { n: { DataType: 'Number', StringValue: `${i}` } },
      }));
      const { Successful = [], Failed } = await sqs.sendMessageBatch({ QueueUrl, Entries });
      expect(Failed ?? []).toEqual([]);
      const idOf = new Map(Successful.map(({ Id, MessageId }) => [MessageId, Id]));
      const { Messages = [] } = await sqs.receiveMessage({
        QueueUrl,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['n'],
      });
      expect(Messages).toHaveLength(10);
      for (const { MessageId, Body, MessageAttributes } of Messages) {
        const n = MessageAttributes?.n?.StringValue;
        expect([idOf.get(MessageId), Body]).toEqual([`id_${n}`, `body ${n}`]);
      }
    });

    it('fails entry by entry, each for its own reason', async () => {
      await sqs.setQueueAttributes({ QueueUrl, Attributes: { MaximumMessageSize: '1024' } });
      const { Successful, Failed = [] } = await sqs.sendMessageBatch({
        QueueUrl,
        Entries: [
          { Id: 'good', MessageBody: 'good' },
          { Id: 'long', MessageBody: 'x'.repeat(1025) },
          { Id: 'bell', MessageBody: '\u0007' },
          { Id: 'late', MessageBody: 'x', DelaySeconds: -1 },
          {
            Id: 'type',
            MessageBody: 'x',
            MessageAttributes: { a: { DataType: 'Text', StringValue: 'x' } },
          },
        ],
      });
      expect(Successful?.map(({ Id }) => Id)).toEqual(['good']);
      expect(Failed.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault])).toEqual([
        ['long', 'InvalidParameterValue', true],
        ['bell', 'InvalidMessageContents', true],
        ['late', 'InvalidParameterValue', true],
        ['type', 'InvalidParameterValue', true],
      ]);
      expect(await drain(sqs, QueueUrl)).toEqual(['good']);
    });
  });

  describe('a long poll', () => {
    it('is answered when a message arrives', async () => {
      const polled = sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 20 });
      await untilParked(endpoint, 1);
      await sqs.sendMessage({ QueueUrl, MessageBody: 'awaited' });
      expect((await polled).Messages).toMatchObject([{ Body: 'awaited' }]);
    });

    it('is answered with nothing when its time is over', async () => {
      const polled = sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 20 });
      await untilParked(endpoint, 1);
      await advanceSeconds(endpoint, 20);
      expect((await polled).Messages).toBeUndefined();
    });

    it('is answered when a delayed message becomes visible', async () => {
      await sqs.sendMessage({ QueueUrl, MessageBody: 'delayed', DelaySeconds: 10 });
      expect(await counts(sqs, QueueUrl)).toEqual([0, 0, 1]);
      const polled = sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 20 });
      await untilParked(endpoint, 1);
      await advanceSeconds(endpoint, 10);
      expect((await polled).Messages).toMatchObject([{ Body: 'delayed' }]);
    });

    it('is the default of a queue that says so', async () => {
      const Attributes = { ReceiveMessageWaitTimeSeconds: '20' };
      await sqs.setQueueAttributes({ QueueUrl, Attributes });
      const polled = sqs.receiveMessage({ QueueUrl });
      await untilParked(endpoint, 1);
      await sqs.sendMessage({ QueueUrl, MessageBody: 'awaited' });
      expect((await polled).Messages).toMatchObject([{ Body: 'awaited' }]);
      expect((await sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 0 })).Messages).toBeUndefined();
    });

    it('of many clients gives each message to one of them', async () => {
      const polls = Array.from({ length: 20 }, () =>
        sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 20 }),
      );
      await untilParked(endpoint, 20);
      const bodies = Array.from({ length: 20 }, (_, i) => `${i}`);
      await Promise.all(bodies.map((MessageBody) => sqs.sendMessage({ QueueUrl, MessageBody })));
      const received = (await Promise.all(polls)).flatMap(({ Messages = [] }) =>
        Messages.map(({ Body }) => Body),
      );
      expect(received.toSorted()).toEqual(bodies.toSorted());
    });
  });
});
