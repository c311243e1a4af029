/** DeleteMessageBatch: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqs } from '../../../src/services/sqs/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  bodies,
  counted,
  invalidHandle,
  openHarness,
  type Received,
  receive,
  send,
  sendInGroup,
} from './messages.ts';
import { countsOf, createQueue, missingParameter, noSuchQueue, url } from './queues.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = openHarness();
});

afterEach(() => harness.close());

const remove = (name: string, Entries: readonly object[]) =>
  harness.call('DeleteMessageBatch', { QueueUrl: url(name), Entries });

const entry = (Id: string, ReceiptHandle = 'x') => ({ Id, ReceiptHandle });

const entriesOf = (messages: readonly Received[]) =>
  messages.map(({ ReceiptHandle }, index) => entry(String(index), ReceiptHandle));

describe('DeleteMessageBatch serialization', () => {
  const codecs = new Codecs(sqs, 'DeleteMessageBatch');

  it('reads JSON and forms', () => {
    const input = { QueueUrl: '/000000000000/orders', Entries: [entry('a', 'h'), entry('b', 'i')] };
    expect(codecs.fromJson(input)).toEqual(input);
    const form =
      'DeleteMessageBatchRequestEntry.1.Id=a&DeleteMessageBatchRequestEntry.1.ReceiptHandle=h' +
      '&DeleteMessageBatchRequestEntry.2.Id=b&DeleteMessageBatchRequestEntry.2.ReceiptHandle=i';
    expect(codecs.fromForm(form, '/000000000000/orders')).toEqual(input);
  });

  it('takes a form without entries for an empty batch, which a form cannot say otherwise', () => {
    const empty = { QueueUrl: '/000000000000/orders', Entries: [] };
    expect(codecs.fromForm('', '/000000000000/orders')).toEqual(empty);
    expect(codecs.fromJson({ QueueUrl: empty.QueueUrl })).toEqual({ QueueUrl: empty.QueueUrl });
  });

  it('writes both lists', () => {
    const output = { Successful: [{ Id: 'a' }], Failed: [] };
    expect(codecs.toJson(output)).toEqual(output);
    expect(codecs.toXml(output)).toBe(
      '<DeleteMessageBatchResult><DeleteMessageBatchResultEntry><Id>a</Id>' +
        '</DeleteMessageBatchResultEntry></DeleteMessageBatchResult>',
    );
  });
});

describe('DeleteMessageBatch validation', () => {
  beforeEach(() => createQueue(harness, 'orders'));

  it('asks for a queue that is there', async () => {
    const missing = await harness.failure('DeleteMessageBatch', { Entries: [] });
    expect(missing).toEqual(missingParameter('QueueUrl'));
    const absent = { QueueUrl: url('absent'), Entries: [] };
    expect(await harness.failure('DeleteMessageBatch', absent)).toEqual(noSuchQueue);
  });

  it.each<[string, string, readonly object[]]>([
    [
      'EmptyBatchRequest',
      'There should be at least one DeleteMessageBatchRequestEntry in the request.',
      [],
    ],
    [
      'TooManyEntriesInBatchRequest',
      'Maximum number of entries per request are 10. You have sent 11.',
      [...'abcdefghijk'].map((id) => entry(id)),
    ],
    [
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. ' +
        'It can be at most 80 letters long.',
      [entry('a.b')],
    ],
    ['BatchEntryIdsNotDistinct', 'Id a repeated.', [entry('a'), entry('a')]],
  ])('answers %s for the whole request', async (name, message, Entries) => {
    const input = { QueueUrl: url('orders'), Entries };
    expect(await harness.failure('DeleteMessageBatch', input)).toEqual({
      code: name,
      queryCode: `AWS.SimpleQueueService.${name}`,
      status: 400,
      message,
    });
  });
});

describe('DeleteMessageBatch behaviour', () => {
  beforeEach(async () => {
    await createQueue(harness, 'orders');
    await createQueue(harness, 'fifo.fifo');
  });

  it('deletes what it can, and fails the rest', async () => {
    for (const body of ['1', '2']) await send(harness, 'orders', body);
    const [first, second] = entriesOf(await receive(harness, 'orders'));
    const again = { ...first, Id: 'again' };
    expect(await remove('orders', [first ?? {}, entry('bad', 'x'), again, second ?? {}])).toEqual({
      Successful: [{ Id: '0' }, { Id: 'again' }, { Id: '1' }],
      Failed: [
        {
          Id: 'bad',
          SenderFault: true,
          Code: 'ReceiptHandleIsInvalid',
          Message: invalidHandle('x').message,
        },
      ],
    });
    expect(await countsOf(harness, 'orders')).toEqual({ visible: '0', claimed: '0', delayed: '0' });
    expect(counted(harness, 'orders', 'NumberOfMessagesDeleted')).toBe(3);
  });

  it('fails an expired handle of a FIFO queue alone', async () => {
    await sendInGroup(harness, 'fifo.fifo', 'a', ['a1']);
    const late = entriesOf(await receive(harness, 'fifo.fifo', { VisibilityTimeout: 1 }));
    await harness.advance(1_001);
    await sendInGroup(harness, 'fifo.fifo', 'b', ['b1', 'b2']);
    await receive(harness, 'fifo.fifo', { MaxNumberOfMessages: 1 });
    const good = entriesOf(await receive(harness, 'fifo.fifo', { MaxNumberOfMessages: 2 }));
    const answer = await remove('fifo.fifo', [
      ...late.map((old) => ({ ...old, Id: 'late' })),
      ...good,
    ]);
    expect(answer).toEqual({
      Successful: [{ Id: '0' }, { Id: '1' }],
      Failed: [
        {
          Id: 'late',
          SenderFault: true,
          Code: 'ReceiptHandleIsInvalid',
          Message: 'The receipt handle has expired',
        },
      ],
    });
    expect((await countsOf(harness, 'fifo.fifo')).claimed).toBe('1');
  });

  it('lets a group go on when all of it that was in flight is deleted', async () => {
    await sendInGroup(harness, 'fifo.fifo', 'a', ['1', '2', '3']);
    await remove(
      'fifo.fifo',
      entriesOf(await receive(harness, 'fifo.fifo', { MaxNumberOfMessages: 2 })),
    );
    expect(await bodies(harness, 'fifo.fifo')).toEqual(['3']);
  });
});
