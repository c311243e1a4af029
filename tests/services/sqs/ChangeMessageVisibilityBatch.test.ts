/** ChangeMessageVisibilityBatch: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqs } from '../../../src/services/sqs/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import { bodies, openHarness, receive, remove, send, sendInGroup } from './messages.ts';
import { createQueue, missingParameter, noSuchQueue, url } from './queues.ts';

let harness: ServiceHarness;

beforeEach(async () => {
  harness = openHarness();
  await createQueue(harness, 'orders');
});

afterEach(() => harness.close());

const change = (name: string, Entries: readonly object[]) =>
  harness.call('ChangeMessageVisibilityBatch', { QueueUrl: url(name), Entries });

const entry = (Id: string, ReceiptHandle = 'x', VisibilityTimeout: number | undefined = 10) => ({
  Id,
  ReceiptHandle,
  VisibilityTimeout,
});

describe('ChangeMessageVisibilityBatch serialization', () => {
  const codecs = new Codecs(sqs, 'ChangeMessageVisibilityBatch');

  it('reads JSON and forms', () => {
    const input = { QueueUrl: '/000000000000/orders', Entries: [entry('a', 'h', 0)] };
    expect(codecs.fromJson(input)).toEqual(input);
    const form =
      'ChangeMessageVisibilityBatchRequestEntry.1.Id=a' +
      '&ChangeMessageVisibilityBatchRequestEntry.1.ReceiptHandle=h' +
      '&ChangeMessageVisibilityBatchRequestEntry.1.VisibilityTimeout=0';
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
      '<ChangeMessageVisibilityBatchResult><ChangeMessageVisibilityBatchResultEntry><Id>a</Id>' +
        '</ChangeMessageVisibilityBatchResultEntry></ChangeMessageVisibilityBatchResult>',
    );
  });
});

describe('ChangeMessageVisibilityBatch validation', () => {
  it('asks for a queue that is there', async () => {
    const name = 'ChangeMessageVisibilityBatch';
    expect(await harness.failure(name, { Entries: [] })).toEqual(missingParameter('QueueUrl'));
    const absent = { QueueUrl: url('absent'), Entries: [] };
    expect(await harness.failure(name, absent)).toEqual(noSuchQueue);
  });

  it.each<[string, string, readonly object[]]>([
    [
      'EmptyBatchRequest',
      'There should be at least one ChangeMessageVisibilityBatchRequestEntry in the request.',
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
      [entry('a/b')],
    ],
    ['BatchEntryIdsNotDistinct', 'Id a repeated.', [entry('a'), entry('a')]],
  ])('answers %s for the whole request', async (code, message, Entries) => {
    const input = { QueueUrl: url('orders'), Entries };
    expect(await harness.failure('ChangeMessageVisibilityBatch', input)).toEqual({
      code,
      queryCode: `AWS.SimpleQueueService.${code}`,
      status: 400,
      message,
    });
  });
});

describe('ChangeMessageVisibilityBatch behaviour', () => {
  it('changes what it can, each entry by its own timeout, and fails the rest', async () => {
    for (const body of ['1', '2', '3']) await send(harness, 'orders', body);
    const messages = await receive(harness, 'orders');
    const handle = (body: string) =>
      messages.find(({ Body }) => Body === body)?.ReceiptHandle ?? '';
    await remove(harness, 'orders', handle('3'));
    const failed = (Id: string, Code: string, Message: string) => ({
      Id,
      SenderFault: true,
      Code,
      Message,
    });
    expect(
      await change('orders', [
        entry('shown', handle('1'), 0),
        entry('deleted', handle('3')),
        entry('range', handle('2'), 43_201),
        entry('limit', handle('2'), 43_200),
        entry('bad', 'x'),
        { Id: 'none', ReceiptHandle: handle('2') },
        entry('again', handle('1'), 5),
        entry('hidden', handle('2'), 60),
      ]),
    ).toEqual({
      Successful: [{ Id: 'shown' }, { Id: 'hidden' }],
      Failed: [
        failed(
          'deleted',
          'InvalidParameterValue',
          'Message does not exist or is not available for visibility timeout change',
        ),
        failed(
          'range',
          'InvalidParameterValue',
          'VisibilityTimeout must be an integer between 0 and 43200',
        ),
        failed(
          'limit',
          'InvalidParameterValue',
          'Total VisibilityTimeout for the message is beyond the limit [43200 seconds]',
        ),
        failed(
          'bad',
          'ReceiptHandleIsInvalid',
          'The input receipt handle "x" is not a valid receipt handle.',
        ),
        failed(
          'none',
          'EmptyValue',
          'No Value Found for ChangeMessageVisibilityBatchRequestEntry.6.VisibilityTimeout.',
        ),
        failed(
          'again',
          'AWS.SimpleQueueService.MessageNotInflight',
          'The specified message is not in flight.',
        ),
      ],
    });
    expect(await bodies(harness, 'orders')).toEqual(['1']);
    await harness.advance(59_999);
    expect(await bodies(harness, 'orders')).not.toContain('2');
    await harness.advance(1);
    expect(await bodies(harness, 'orders')).toContain('2');
  });

  it('works on a FIFO queue entry by entry', async () => {
    await createQueue(harness, 'fifo.fifo');
    await sendInGroup(harness, 'fifo.fifo', 'a', ['a1']);
    await sendInGroup(harness, 'fifo.fifo', 'b', ['b1']);
    const messages = await receive(harness, 'fifo.fifo');
    await change(
      'fifo.fifo',
      messages.map(({ Body, ReceiptHandle }) => entry(Body, ReceiptHandle, Body === 'a1' ? 0 : 60)),
    );
    expect(await bodies(harness, 'fifo.fifo')).toEqual(['a1']);
  });
});
