/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  badTopicArns,
  bodies,
  counted,
  createTopic,
  deliveries,
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

const publish = (changes: object = {}) =>
  harness.call('Publish', { TopicArn: arn, Message: 'm', ...changes });
const failure = (changes: object) =>
  harness.failure('Publish', { TopicArn: arn, Message: 'm', ...changes });

const text = (value: string) => ({ DataType: 'String', StringValue: value });

describe('Publish serialization', () => {
  const codecs = new Codecs(sns, 'Publish');

  it('reads forms', () => {
    const form =
      'TopicArn=a&Message=m&Subject=s&MessageStructure=json&MessageGroupId=g' +
      '&MessageDeduplicationId=d&MessageAttributes.entry.1.Name=n' +
      '&MessageAttributes.entry.1.Value.DataType=String' +
      '&MessageAttributes.entry.1.Value.StringValue=v' +
      '&MessageAttributes.entry.2.Name=b&MessageAttributes.entry.2.Value.DataType=Binary' +
      '&MessageAttributes.entry.2.Value.BinaryValue=AQI%3D';
    expect(codecs.fromForm(form)).toEqual({
      TopicArn: 'a',
      Message: 'm',
      Subject: 's',
      MessageStructure: 'json',
      MessageGroupId: 'g',
      MessageDeduplicationId: 'd',
      MessageAttributes: {
        n: text('v'),
        b: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2]) },
      },
    });
    expect(codecs.fromForm('TargetArn=t&PhoneNumber=p&Message=')).toEqual({
      TargetArn: 't',
      PhoneNumber: 'p',
      Message: '',
    });
  });

  it('answers ids', () => {
    expect(codecs.toXml({ MessageId: 'm', SequenceNumber: '1' })).toBe(
      '<PublishResult><MessageId>m</MessageId><SequenceNumber>1</SequenceNumber></PublishResult>',
    );
  });
});

describe('Publish validation', () => {
  it('asks for a message', async () => {
    expect(await failure({ Message: undefined })).toEqual(missing('message'));
    expect(await failure({ Message: '' })).toEqual(invalidParameter('Empty message'));
  });

  it('asks for exactly one target', async () => {
    const nowhere = 'TopicArn or TargetArn Reason: no value for required parameter';
    expect(await failure({ TopicArn: undefined })).toEqual(invalidParameter(nowhere));
    expect(await failure({ TopicArn: '' })).toEqual(invalidParameter(nowhere));
    for (const second of [{ TargetArn: arn }, { PhoneNumber: '+15551234567' }]) {
      expect(await failure(second)).toMatchObject({ queryCode: 'InvalidParameter' });
    }
  });

  it.each(badTopicArns.filter(([wrong]) => wrong !== ''))(
    'refuses the ARN %j',
    async (TopicArn, error) => {
      expect(await failure({ TopicArn })).toEqual(error);
    },
  );

  it.each([
    ['x', 'TargetArn Reason: An ARN must have at least 6 elements, not 1'],
    ['arn:aws:sqs:us-east-1:000000000000:q', 'TargetArn'],
    [
      'arn:aws:sns:us-east-1:000000000000:endpoint/GCM/app/id',
      'TargetArn Reason: No endpoint found for the target arn specified',
    ],
  ])('refuses the target %j', async (TargetArn, problem) => {
    expect(await failure({ TopicArn: undefined, TargetArn })).toEqual(invalidParameter(problem));
  });

  it('refuses what is no phone number, and texts that are too long for one', async () => {
    const PhoneNumber = '+x';
    expect(await failure({ TopicArn: undefined, PhoneNumber })).toEqual(
      invalidParameter('PhoneNumber Reason: +x is not valid to publish to'),
    );
    const long = { TopicArn: undefined, PhoneNumber: '+15551234567', Message: 'x'.repeat(1_601) };
    expect(await failure(long)).toEqual(invalidParameter('Message too long'));
  });

  it.each(['', 'x'.repeat(101), 'a\nb', 'a\u0007b', 'a\u009fb'])(
    'refuses the subject %j',
    async (Subject) => {
      expect(await failure({ Subject })).toEqual(invalidParameter('Subject'));
    },
  );

  it('refuses more than 256 KiB, attributes included', async () => {
    const MessageAttributes = { name: text('value') };
    const bytes = 'name'.length + 'String'.length + 'value'.length;
    const Message = 'x'.repeat(262_144 - bytes);
    await publish({ Message, MessageAttributes });
    expect(await failure({ Message: `${Message}x`, MessageAttributes })).toEqual(
      invalidParameter('Message too long'),
    );
    expect(await failure({ Message: 'ä'.repeat(131_073) })).toEqual(
      invalidParameter('Message too long'),
    );
  });

  it("refuses more than the topic's own limit", async () => {
    arn = await createTopic(harness, 'large', { MaximumMessageSize: '1048576' });
    await publish({ Message: 'x'.repeat(1_048_576) });
    expect(await failure({ Message: 'x'.repeat(1_048_577) })).toEqual(
      invalidParameter('Message too long'),
    );
    arn = await createTopic(harness, 'small', { MaximumMessageSize: '1024' });
    expect(await failure({ Message: 'x'.repeat(1_025) })).toEqual(
      invalidParameter('Message too long'),
    );
  });

  it.each([
    ['[]', 'JSON message body failed to parse'],
    ['{', 'JSON message body failed to parse'],
    ['{"default":"a","default":"b"}', 'JSON message body failed to parse'],
    ['{"sqs":"a"}', 'No default entry in JSON message body'],
    ['{"default":1}', 'No default entry in JSON message body'],
  ])('refuses the structured message %s', async (Message, problem) => {
    expect(await failure({ Message, MessageStructure: 'json' })).toEqual(
      invalidParameter(`Message Structure - ${problem}`),
    );
  });

  it('refuses a structure that does not exist', async () => {
    expect(await failure({ MessageStructure: 'xml' })).toEqual(
      invalidParameter('MessageStructure'),
    );
  });

  it('refuses a deduplication id on a standard topic', async () => {
    expect(await failure({ MessageDeduplicationId: 'd' })).toEqual(
      invalidParameter(
        'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter ' +
          'that is not valid for this topic type',
      ),
    );
  });

  it.each(['', 'a b', 'x'.repeat(129)])('refuses the group %j', async (MessageGroupId) => {
    expect(await failure({ MessageGroupId })).toMatchObject({ queryCode: 'InvalidParameter' });
  });

  const label = "The message attribute 'X'";
  it.each([
    [
      { 'a b': text('v') },
      "Invalid non-alphanumeric character '#x20' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.",
    ],
    [{ '.a': text('v') }, "Invalid message attribute name starting with character '.' was found."],
    [{ 'a.': text('v') }, "Invalid message attribute name ending with character '.' was found."],
    [{ 'a..b': text('v') }, "Message attribute name can not have successive '.' character."],
    [
      { ['x'.repeat(257)]: text('v') },
      'Length of message attribute name must be less than 256 bytes.',
    ],
    [{ '': text('v') }, 'Length of message attribute name must be less than 256 bytes.'],
    [{ X: { DataType: '' } }, `${label} must contain non-empty message attribute type.`],
    [
      { X: { DataType: 'Boolean', StringValue: 'v' } },
      `${label} has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    ],
    [
      { X: { DataType: 'Strings', StringValue: 'v' } },
      `${label} has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    ],
    [
      { X: { DataType: 'String', BinaryValue: Buffer.from('v') } },
      `${label} with type 'String' must use field 'String'.`,
    ],
    [
      { X: { DataType: 'Binary.png', StringValue: 'v' } },
      `${label} with type 'Binary.png' must use field 'Binary'.`,
    ],
    [
      { X: { DataType: 'String' } },
      `${label} must contain non-empty message attribute value for message attribute type 'String'.`,
    ],
    [
      { X: text('') },
      `${label} must contain non-empty message attribute value for message attribute type 'String'.`,
    ],
    [
      { X: { DataType: 'Binary', BinaryValue: new Uint8Array() } },
      `${label} must contain non-empty message attribute value for message attribute type 'Binary'.`,
    ],
    [
      { X: { DataType: 'Number', StringValue: 'one' } },
      "Could not cast message attribute 'X' value to number.",
    ],
    [
      { X: { DataType: 'Number.int', StringValue: '1 ' } },
      "Could not cast message attribute 'X' value to number.",
    ],
    [{ X: text('\u{1F600}') }, 'Invalid attribute value was passed in for message attribute'],
  ])('refuses the attributes %.60j', async (MessageAttributes, message) => {
    expect(await failure({ MessageAttributes })).toEqual({
      code: 'InvalidParameterValueException',
      queryCode: 'ParameterValueInvalid',
      status: 400,
      message,
    });
  });

  it('asks for the type of an attribute', async () => {
    expect(await failure({ MessageAttributes: { X: { StringValue: 'v' } } })).toEqual(
      missing('messageAttributes.x.dataType'),
    );
  });

  it.each(['1', '-1.5', '.5', '1e3', '00', '+7.'])('takes the number %s', async (StringValue) => {
    await publish({ MessageAttributes: { X: { DataType: 'Number', StringValue } } });
  });
});

describe('Publish behaviour', () => {
  it('answers an id', async () => {
    expect(await publish()).toEqual({ MessageId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  });

  it('takes the ARN of a topic as a target', async () => {
    await subscribeQueue(harness, arn, 'q', raw);
    await publish({ TopicArn: undefined, TargetArn: arn });
    expect(await bodies(harness, 'q')).toEqual(['m']);
  });

  it("publishes to another account's topic", async () => {
    await subscribeQueue(harness, arn, 'q', raw);
    const caller = { accountId: '111111111111' };
    await harness.call('Publish', { TopicArn: arn, Message: 'm' }, { caller });
    expect(await bodies(harness, 'q')).toEqual(['m']);
  });

  it('sends a text to a phone number', async () => {
    const { MessageId } = await harness.call('Publish', {
      PhoneNumber: '+15551234567',
      Message: 'hello',
      MessageAttributes: { 'AWS.SNS.SMS.SenderID': text('me') },
    });
    expect(await deliveries(harness)).toMatchObject([
      {
        target: { kind: 'sms', phoneNumber: '+15551234567', text: 'hello', senderId: 'me' },
        retry: { numRetries: 50 },
        about: { messageId: MessageId, accountId: '000000000000', region: 'us-east-1' },
      },
    ]);
  });

  it('counts messages and their bytes', async () => {
    await publish({ Message: 'four', MessageAttributes: { n: text('v') } });
    await publish();
    expect(counted(harness, 'NumberOfMessagesPublished')).toBe(2);
    expect(counted(harness, 'PublishSize')).toBe('four'.length + 'nStringv'.length + 'm'.length);
    expect(harness.counts[0]).toMatchObject({
      service: 'sns',
      resource: 'orders',
      accountId: '000000000000',
      region: 'us-east-1',
    });
  });

  it('takes a subject of a hundred characters', async () => {
    await publish({ Subject: 'x'.repeat(100) });
  });
});
