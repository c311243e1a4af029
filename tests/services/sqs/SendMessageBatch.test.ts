/** SendMessageBatch: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqs } from '../../../src/services/sqs/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import { bodies, counted, openHarness } from './messages.ts';
import { countsOf, createQueue, missingParameter, noSuchQueue, url } from './queues.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = openHarness();
});

afterEach(() => harness.close());

const send = (name: string, Entries: readonly object[]) =>
  harness.call('SendMessageBatch', { QueueUrl: url(name), Entries });

const failure = (name: string, Entries: readonly object[]) =>
  harness.failure('SendMessageBatch', { QueueUrl: url(name), Entries });

const entry = (Id: string, more: object = {}) => ({ Id, MessageBody: `body ${Id}`, ...more });

const refused = (name: string, message: string) => ({
  code: name,
  queryCode: `AWS.SimpleQueueService.${name}`,
  status: 400,
  message,
});

describe('SendMessageBatch serialization', () => {
  const codecs = new Codecs(sqs, 'SendMessageBatch');

  it('reads JSON and forms', () => {
    const Colour = { DataType: 'String', StringValue: 'red' };
    const input = {
      QueueUrl: '/000000000000/orders',
      Entries: [
        { Id: 'a', MessageBody: 'x', MessageAttributes: { Colour } },
        { Id: 'b', MessageBody: 'y', DelaySeconds: 5 },
      ],
    };
    const Entries = input.Entries.map((entry) => ({
      ...entry,
      MessageBody: { plain: entry.MessageBody },
    }));
    expect(codecs.fromJson(input)).toEqual({ ...input, Entries });
    const form =
      'SendMessageBatchRequestEntry.1.Id=a&SendMessageBatchRequestEntry.1.MessageBody=x' +
      '&SendMessageBatchRequestEntry.1.MessageAttribute.1.Name=Colour' +
      '&SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.DataType=String' +
      '&SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.StringValue=red' +
      '&SendMessageBatchRequestEntry.2.Id=b&SendMessageBatchRequestEntry.2.MessageBody=y' +
      '&SendMessageBatchRequestEntry.2.DelaySeconds=5';
    expect(codecs.fromForm(form, '/000000000000/orders')).toEqual(input);
  });

  it('takes a form without entries for an empty batch, which a form cannot say otherwise', () => {
    const empty = { QueueUrl: '/000000000000/orders', Entries: [] };
    expect(codecs.fromForm('', '/000000000000/orders')).toEqual(empty);
    expect(codecs.fromJson({ QueueUrl: empty.QueueUrl })).toEqual({ QueueUrl: empty.QueueUrl });
  });

  it('writes both lists', () => {
    const output = {
      Successful: [{ Id: 'a', MessageId: 'm', MD5OfMessageBody: 'd' }],
      Failed: [{ Id: 'b', SenderFault: true, Code: 'C', Message: 'M' }],
    };
    expect(codecs.toJson(output)).toEqual(output);
    expect(codecs.toXml(output)).toBe(
      '<SendMessageBatchResult><SendMessageBatchResultEntry><Id>a</Id><MessageId>m</MessageId>' +
        '<MD5OfMessageBody>d</MD5OfMessageBody></SendMessageBatchResultEntry>' +
        '<BatchResultErrorEntry><Id>b</Id><SenderFault>true</SenderFault><Code>C</Code>' +
        '<Message>M</Message></BatchResultErrorEntry></SendMessageBatchResult>',
    );
    expect(codecs.toJson({ Successful: [], Failed: [] })).toEqual({ Successful: [], Failed: [] });
  });
});

describe('SendMessageBatch validation', () => {
  beforeEach(() => createQueue(harness, 'orders'));

  it('asks for a queue that is there', async () => {
    const missing = await harness.failure('SendMessageBatch', { Entries: [] });
    expect(missing).toEqual(missingParameter('QueueUrl'));
    expect(await failure('absent', [])).toEqual(noSuchQueue);
  });

  const badId =
    'A batch entry id can only contain alphanumeric characters, hyphens and underscores. ' +
    'It can be at most 80 letters long.';
  const eleven = [...'abcdefghijk'].map((id) => entry(id));
  const long = (length: number) => ({ MessageBody: 'x'.repeat(length) });

  it.each<[string, string, readonly object[]]>([
    [
      'EmptyBatchRequest',
      'There should be at least one SendMessageBatchRequestEntry in the request.',
      [],
    ],
    [
      'TooManyEntriesInBatchRequest',
      'Maximum number of entries per request are 10. You have sent 11.',
      eleven,
    ],
    ['InvalidBatchEntryId', badId, [entry('a'), entry('b c')]],
    ['InvalidBatchEntryId', badId, [entry('')]],
    ['InvalidBatchEntryId', badId, [entry('a'.repeat(81))]],
    ['BatchEntryIdsNotDistinct', 'Id test repeated.', [entry('test'), entry('a'), entry('test')]],
    [
      'BatchRequestTooLong',
      'Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.',
      [entry('a', long(1_048_576)), entry('b', long(1))],
    ],
  ])('answers %s for the whole request', async (name, message, entries) => {
    expect(await failure('orders', entries)).toEqual(refused(name, message));
    expect((await countsOf(harness, 'orders')).visible).toBe('0');
  });

  it('takes ten entries, ids of 80 letters and 1,048,576 bytes', async () => {
    await send('orders', eleven.slice(1));
    await send('orders', [entry('a'.repeat(80))]);
    await send('orders', [entry('a', long(1_048_575)), entry('b', long(1))]);
    expect((await countsOf(harness, 'orders')).visible).toBe('13');
  });

  it('counts attributes towards the total', async () => {
    const MessageAttributes = { a: { DataType: 'String', StringValue: 'x' } };
    const name = 'BatchRequestTooLong';
    const message =
      'Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.';
    const entries = [entry('a', long(1_048_568)), entry('b', { ...long(1), MessageAttributes })];
    expect(await failure('orders', entries)).toEqual(refused(name, message));
  });
});

describe('SendMessageBatch behaviour', () => {
  beforeEach(async () => {
    await createQueue(harness, 'orders', { MaximumMessageSize: '1024' });
    await createQueue(harness, 'fifo.fifo');
  });

  it('answers each entry, and always both lists', async () => {
    const { Successful, Failed } = await send('orders', [entry('a'), entry('b')]);
    expect(Successful).toEqual([
      {
        Id: 'a',
        MessageId: expect.any(String),
        MD5OfMessageBody: 'dd9cbadc64b69f5b5f698ed84210a68d',
      },
      {
        Id: 'b',
        MessageId: expect.any(String),
        MD5OfMessageBody: 'fab406eae54290c8a50cb12002e3e013',
      },
    ]);
    expect(Failed).toEqual([]);
    const none = await send('orders', [entry('c', { DelaySeconds: 901 })]);
    expect(none).toMatchObject({ Successful: [] });
  });

  it('fails entries one by one, with the bare reason', async () => {
    const { Successful, Failed } = await send('orders', [
      entry('ok'),
      entry('empty', { MessageBody: '' }),
      entry('late', { DelaySeconds: 901 }),
      entry('long', { MessageBody: 'x'.repeat(1_025) }),
      entry('dedup', { MessageDeduplicationId: 'd' }),
      entry('contents', { MessageBody: '\0' }),
      entry('also-ok'),
    ]);
    expect(Successful).toMatchObject([{ Id: 'ok' }, { Id: 'also-ok' }]);
    const failed = (Id: string, Code: string, Message: string) => ({
      Id,
      SenderFault: true,
      Code,
      Message,
    });
    expect(Failed).toEqual([
      failed(
        'empty',
        'EmptyValue',
        'No Value Found for SendMessageBatchRequestEntry.2.MessageBody.',
      ),
      failed('late', 'InvalidParameterValue', 'DelaySeconds must be >= 0 and <= 900'),
      failed(
        'long',
        'InvalidParameterValue',
        'One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.',
      ),
      failed(
        'dedup',
        'InvalidParameterValue',
        'The request includes a parameter that is not valid for this queue type',
      ),
      failed(
        'contents',
        'InvalidMessageContents',
        expect.stringContaining('Invalid characters found.'),
      ),
    ]);
    expect((await bodies(harness, 'orders')).sort()).toEqual(['body also-ok', 'body ok']);
    expect(counted(harness, 'orders', 'NumberOfMessagesSent')).toBe(2);
  });

  const inGroup = (id: string, dedup = id) =>
    entry(id, { MessageGroupId: 'g', MessageDeduplicationId: dedup });

  it('keeps the order of the entries on a FIFO queue', async () => {
    const ids = ['e', 'd', 'c', 'b', 'a'];
    const { Successful } = await send(
      'fifo.fifo',
      ids.map((id) => inGroup(id)),
    );
    const numbers = (Successful as { SequenceNumber: string }[]).map((good) => good.SequenceNumber);
    expect(numbers.toSorted()).toEqual(numbers);
    expect(await bodies(harness, 'fifo.fifo')).toEqual(ids.map((id) => `body ${id}`));
  });

  it('answers duplicates inside the batch and of earlier sends like their originals', async () => {
    const first = (await send('fifo.fifo', [inGroup('a')])).Successful as object[];
    const second = await send('fifo.fifo', [
      inGroup('x', 'a'),
      inGroup('y', 'new'),
      inGroup('z', 'new'),
    ]);
    const [x, y, z] = second.Successful as { MessageId: string; SequenceNumber: string }[];
    expect(x).toMatchObject({ ...first[0], Id: 'x', MD5OfMessageBody: expect.any(String) });
    expect(z?.MessageId).toBe(y?.MessageId);
    expect(z?.SequenceNumber).toBe(y?.SequenceNumber);
    expect(await bodies(harness, 'fifo.fifo')).toEqual(['body a', 'body y']);
    expect(counted(harness, 'fifo.fifo', 'NumberOfDeduplicatedSentMessages')).toBe(2);
  });

  it('fails only the entries without a group or a deduplication id', async () => {
    const { Successful, Failed } = await send('fifo.fifo', [
      entry('a', { MessageDeduplicationId: 'a' }),
      entry('b', { MessageGroupId: 'g' }),
      inGroup('c'),
    ]);
    expect(Successful).toMatchObject([{ Id: 'c' }]);
    expect(Failed).toMatchObject([
      { Id: 'a', Code: 'MissingParameter' },
      { Id: 'b', Code: 'InvalidParameterValue' },
    ]);
  });
});
