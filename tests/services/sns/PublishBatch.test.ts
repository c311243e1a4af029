/** https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  badTopicArns,
  bodies,
  counted,
  createTopic,
  invalidParameter,
  missing,
  newHarness,
  raw,
  subscribeQueue,
} from './topics.ts';

let harness: ServiceHarness;
let arn: string;

beforeEach(async () => {
  harness = newHarness();
  arn = await createTopic(harness, 'orders');
});

afterEach(() => harness.close());

const request = (PublishBatchRequestEntries: readonly object[], changes: object = {}) => ({
  TopicArn: arn,
  PublishBatchRequestEntries,
  ...changes,
});
const publish = (entries: readonly object[]) => harness.call('PublishBatch', request(entries));
const failure = (entries: readonly object[], changes?: object) =>
  harness.failure('PublishBatch', request(entries, changes));
const entry = (Id: string, changes: object = {}) => ({ Id, Message: `m-${Id}`, ...changes });

describe('PublishBatch serialization', () => {
  const codecs = new Codecs(sns, 'PublishBatch');

  it('reads forms', () => {
    const entries = 'PublishBatchRequestEntries.member';
    const form =
      `TopicArn=a&${entries}.1.Id=x&${entries}.1.Message=m` +
      `&${entries}.1.MessageAttributes.entry.1.Name=n` +
      `&${entries}.1.MessageAttributes.entry.1.Value.DataType=String` +
      `&${entries}.1.MessageAttributes.entry.1.Value.StringValue=v&${entries}.2.Id=y` +
      `&${entries}.2.Message=n`;
    expect(codecs.fromForm(form)).toEqual({
      TopicArn: 'a',
      PublishBatchRequestEntries: [
        {
          Id: 'x',
          Message: 'm',
          MessageAttributes: { n: { DataType: 'String', StringValue: 'v' } },
        },
        { Id: 'y', Message: 'n' },
      ],
    });
    expect(codecs.fromForm('TopicArn=a&PublishBatchRequestEntries=')).toEqual({
      TopicArn: 'a',
      PublishBatchRequestEntries: [],
    });
  });

  it('answers members', () => {
    const output = {
      Successful: [{ Id: 'x', MessageId: 'm' }],
      Failed: [{ Id: 'y', Code: 'c', Message: 't', SenderFault: true }],
    };
    expect(codecs.toXml(output)).toBe(
      '<PublishBatchResult><Successful><member><Id>x</Id><MessageId>m</MessageId></member>' +
        '</Successful><Failed><member><Id>y</Id><Code>c</Code><Message>t</Message>' +
        '<SenderFault>true</SenderFault></member></Failed></PublishBatchResult>',
    );
  });
});

describe('PublishBatch validation', () => {
  it('asks for an ARN, entries, ids and messages', async () => {
    expect(await failure([], { TopicArn: undefined })).toEqual(missing('topicArn'));
    expect(await harness.failure('PublishBatch', { TopicArn: arn })).toEqual(
      missing('publishBatchRequestEntries'),
    );
    expect(await failure([{ Message: 'm' }])).toEqual(
      missing('publishBatchRequestEntries.1.member.id'),
    );
    expect(await failure([entry('a'), { Id: 'b' }])).toEqual(
      missing('publishBatchRequestEntries.2.member.message'),
    );
  });

  it.each(badTopicArns)('refuses the ARN %j', async (TopicArn, error) => {
    expect(await failure([entry('a')], { TopicArn })).toEqual(error);
  });

  const eleven = Array.from({ length: 11 }, (_, i) => entry(`e${i}`));
  const long = 'x'.repeat(81);
  it.each([
    [[], 'EmptyBatchRequest', "The batch request doesn't contain any entries."],
    [
      eleven,
      'TooManyEntriesInBatchRequest',
      'The batch request contains more entries than permissible.',
    ],
    [
      [entry('a'), entry('a')],
      'BatchEntryIdsNotDistinct',
      'Two or more batch entries in the request have the same Id.',
    ],
    [
      [entry(long)],
      'InvalidBatchEntryId',
      `The Id of a batch entry in the batch request is too long: ${long}`,
    ],
    [
      [entry('a b')],
      'InvalidBatchEntryId',
      'The Id of a batch entry in the batch request contains an impermissible character: a b',
    ],
    [
      [entry('')],
      'InvalidBatchEntryId',
      'The Id of a batch entry in the batch request contains an impermissible character: ',
    ],
    [
      [entry('a', { Message: 'x'.repeat(262_144) }), entry('b')],
      'BatchRequestTooLong',
      'The length of all the messages put together is more than the limit.',
    ],
  ])('refuses %.40j', async (entries, queryCode, message) => {
    expect(await failure(entries)).toMatchObject({ queryCode, status: 400, message });
  });

  it.each([
    [{ Message: '' }, 'Empty message'],
    [{ Subject: '' }, 'Subject'],
    [{ MessageStructure: 'json' }, 'Message Structure - JSON message body failed to parse'],
  ])('refuses the whole for an entry with %j', async (changes, problem) => {
    await subscribeQueue(harness, arn, 'q', raw);
    expect(await failure([entry('a'), entry('b', changes)])).toEqual(invalidParameter(problem));
    expect(await bodies(harness, 'q')).toEqual([]);
  });
});

describe('PublishBatch behaviour', () => {
  it('publishes each entry, in order', async () => {
    await subscribeQueue(harness, arn, 'q', raw);
    const answer = await publish(['c', 'a', 'b'].map((id) => entry(id)));
    expect(answer).toEqual({
      Successful: ['c', 'a', 'b'].map((Id) => ({ Id, MessageId: expect.any(String) })),
      Failed: [],
    });
    expect(await bodies(harness, 'q')).toEqual(['m-c', 'm-a', 'm-b']);
    expect(counted(harness, 'NumberOfMessagesPublished')).toBe(3);
  });

  it('takes as much as one message may have', async () => {
    await publish([entry('a', { Message: 'x'.repeat(262_143) }), entry('b', { Message: 'x' })]);
  });

  it('numbers the entries for a FIFO topic, and drops those that repeat another', async () => {
    arn = await createTopic(harness, 'orders.fifo', { ContentBasedDeduplication: 'true' });
    await subscribeQueue(harness, arn, 'q.fifo', raw);
    const MessageGroupId = 'g';
    const answer = await publish([
      entry('a', { MessageGroupId }),
      entry('b', { MessageGroupId }),
      entry('c', { MessageGroupId, Message: 'm-a' }),
    ]);
    const [a, b, c] = answer.Successful as readonly { [member: string]: string }[];
    expect(a?.SequenceNumber).toMatch(/^\d{20}$/);
    expect(b?.SequenceNumber && a?.SequenceNumber && b.SequenceNumber > a.SequenceNumber).toBe(
      true,
    );
    expect(c).toEqual({ ...a, Id: 'c' });
    expect(await bodies(harness, 'q.fifo')).toEqual(['m-a', 'm-b']);
  });
});
