/** CreateQueue: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqs } from '../../../src/services/sqs/index.ts';
import { sqsTasks } from '../../../src/services/sqs/tasks.ts';
import { Codecs } from '../../support/codecs.ts';
import { ServiceHarness, START_MS } from '../../support/service.ts';
import { arn, attributesOf as attributesIn, missingParameter, url } from './queues.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = new ServiceHarness(sqs, sqsTasks);
});

afterEach(() => harness.close());

const create = (name: string, Attributes: object = {}) =>
  harness.call('CreateQueue', { QueueName: name, Attributes });

const failure = (name: string, Attributes: object = {}) =>
  harness.failure('CreateQueue', { QueueName: name, Attributes });

const attributesOf = (name: string) => attributesIn(harness, name);

describe('CreateQueue serialization', () => {
  const codecs = new Codecs(sqs, 'CreateQueue');
  const input = {
    QueueName: 'orders',
    Attributes: { DelaySeconds: '5', Policy: '{}' },
    tags: { team: 'a' },
  };

  it('reads JSON, where numbers and booleans may stand for strings', () => {
    const body = { ...input, Attributes: { DelaySeconds: 5, Policy: '{}', FifoQueue: null } };
    expect(codecs.fromJson({ ...body, Colour: 'red' })).toEqual(input);
    expect(codecs.fromJson({ QueueName: 'a', Attributes: { FifoQueue: true } })).toEqual({
      QueueName: 'a',
      Attributes: { FifoQueue: 'true' },
    });
  });

  it('reads a form', () => {
    const form =
      'QueueName=orders&Attribute.1.Name=DelaySeconds&Attribute.1.Value=5' +
      '&Attribute.2.Name=Policy&Attribute.2.Value=%7B%7D&Tag.1.Key=team&Tag.1.Value=a';
    expect(codecs.fromForm(form)).toEqual(input);
  });

  it('makes no sense on a queue', () => {
    expect(() => codecs.fromForm('QueueName=a', '/000000000000/a')).toThrow(
      'The action CreateQueue is not valid for this endpoint.',
    );
  });

  it('writes the URL', () => {
    const output = { QueueUrl: url('orders') };
    expect(codecs.toJson(output)).toEqual(output);
    expect(codecs.toXml(output)).toBe(
      `<CreateQueueResult><QueueUrl>${url('orders')}</QueueUrl></CreateQueueResult>`,
    );
  });
});

describe('CreateQueue validation', () => {
  it('asks for a name', async () => {
    expect(await harness.failure('CreateQueue', {})).toEqual(missingParameter('QueueName'));
  });

  const standardText =
    'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length';
  it.each(['', 'a b', 'a.b', 'orders.fifo', 'a/b', 'é', 'x'.repeat(81), 'line\n'])(
    'refuses %j as the name of a standard queue',
    async (name) => {
      const { code, message } = await failure(name);
      expect([code, message]).toEqual(['InvalidParameterValue', standardText]);
    },
  );

  const fifoText =
    'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, ' +
    'must end with .fifo suffix and be 1 to 80 in length';
  it.each(['orders', '.fifo', 'a.b.fifo', 'a.FIFO', `${'x'.repeat(76)}.fifo`])(
    'refuses %j as the name of a FIFO queue',
    async (name) => {
      const { code, message } = await failure(name, { FifoQueue: 'true' });
      expect([code, message]).toEqual(['InvalidParameterValue', fifoText]);
    },
  );

  it('takes the longest names', async () => {
    const standard = 'x'.repeat(80);
    const fifo = `${'x'.repeat(75)}.fifo`;
    expect(await create(standard)).toEqual({ QueueUrl: url(standard) });
    expect(await create(fifo, { FifoQueue: 'true' })).toEqual({ QueueUrl: url(fifo) });
  });

  it.each([
    ['DelaySeconds', '0', '900'],
    ['MaximumMessageSize', '1024', '1048576'],
    ['MessageRetentionPeriod', '60', '1209600'],
    ['ReceiveMessageWaitTimeSeconds', '0', '20'],
    ['VisibilityTimeout', '0', '43200'],
    ['KmsDataKeyReusePeriodSeconds', '60', '86400'],
  ])('takes %s from %s to %s and nothing beside it', async (name, min, max) => {
    await create('lowest', { [name]: min });
    await create('highest', { [name]: max });
    const below = String(Number(min) - 1);
    const above = String(Number(max) + 1);
    for (const value of [below, above, '', 'ten', ' 60', '60 ', '60.5', '6e1', '0x60']) {
      const { code, message } = await failure('refused', { [name]: value });
      expect([value, code, message]).toEqual([
        value,
        'InvalidAttributeValue',
        `Invalid value for the parameter ${name}.`,
      ]);
    }
  });

  it.each([
    ['SqsManagedSseEnabled', 'yes'],
    ['ContentBasedDeduplication', 'TRUE'],
    ['DeduplicationScope', 'group'],
    ['FifoThroughputLimit', 'none'],
    ['KmsMasterKeyId', 'two words'],
    ['Policy', 'no JSON'],
  ])('refuses %s=%s', async (name, value) => {
    const { code, message } = await failure('a.fifo', { FifoQueue: 'true', [name]: value });
    expect([code, message]).toEqual([
      'InvalidAttributeValue',
      `Invalid value for the parameter ${name}.`,
    ]);
  });

  it.each(['All', 'QueueArn', 'CreatedTimestamp', 'ApproximateNumberOfMessages', 'Colour'])(
    'does not know an attribute %s that could be set',
    async (name) => {
      const { code, message } = await failure('orders', { [name]: '1' });
      expect([code, message]).toEqual(['InvalidAttributeName', `Unknown Attribute ${name}.`]);
    },
  );

  it.each([
    ['FifoQueue', 'false', 'Unknown Attribute FifoQueue.'],
    ['ContentBasedDeduplication', 'true', 'Unknown Attribute ContentBasedDeduplication.'],
    [
      'DeduplicationScope',
      'queue',
      'You can specify the DeduplicationScope only when FifoQueue is set to true.',
    ],
    [
      'FifoThroughputLimit',
      'perQueue',
      'You can specify the FifoThroughputLimit only when FifoQueue is set to true.',
    ],
  ])('refuses %s=%s on a standard queue', async (name, value, text) => {
    const { code, message } = await failure('orders', { [name]: value });
    expect([code, message]).toEqual(['InvalidAttributeName', text]);
  });

  it('wants deduplication by group for throughput by group', async () => {
    const throughput = { FifoQueue: 'true', FifoThroughputLimit: 'perMessageGroupId' };
    expect((await failure('a.fifo', throughput)).code).toBe('InvalidAttributeValue');
    await create('a.fifo', { ...throughput, DeduplicationScope: 'messageGroup' });
  });

  it('refuses two kinds of encryption at once', async () => {
    const both = { KmsMasterKeyId: 'alias/key', SqsManagedSseEnabled: 'true' };
    expect(await failure('orders', both)).toMatchObject({
      code: 'InvalidAttributeValue',
      message:
        'You can use one type of server-side encryption (SSE) at one time. ' +
        'You can either enable KMS SSE or SQS SSE.',
    });
  });

  it('checks tags', async () => {
    const { message } = await harness.failure('CreateQueue', {
      QueueName: 'orders',
      tags: { '': 'x' },
    });
    expect(message).toBe('Tag keys must be between 1 and 128 characters in length.');
  });
});

describe('CreateQueue with a RedrivePolicy', () => {
  beforeEach(async () => {
    await create('dead');
    await create('dead.fifo', { FifoQueue: 'true' });
  });

  const policy = (target: string, maxReceiveCount: unknown = 3) =>
    JSON.stringify({ deadLetterTargetArn: target, maxReceiveCount });

  it.each(['5', 'null', '[]', '"x"', '{', 'arn:aws:sqs:us-east-1:000000000000:dead'])(
    'refuses %s, which is no JSON object',
    async (RedrivePolicy) => {
      expect(await failure('orders', { RedrivePolicy })).toMatchObject({
        code: 'InvalidAttributeValue',
        message:
          'Invalid value for the parameter RedrivePolicy. ' +
          'Reason: Redrive policy is not a valid JSON map.',
      });
    },
  );

  const range = (value: unknown) =>
    `Invalid value for maxReceiveCount: ${value}, valid values are from 1 to 1000 both inclusive.`;
  const missing = (key: string) => `Redrive policy does not contain mandatory attribute: ${key}.`;
  it.each([
    ['{}', missing('maxReceiveCount')],
    ['{"maxReceiveCount":1}', missing('deadLetterTargetArn')],
    [policy(arn('dead'), 0), range(0)],
    [policy(arn('dead'), 1001), range(1001)],
    [policy(arn('dead'), '4023'), range('4023')],
    [policy(arn('dead'), 1.5), range(1.5)],
    [policy(arn('dead'), 'many'), range('many')],
    [
      policy('arn:aws:sns:us-east-1:000000000000:topic'),
      'Only SQS queues are valid resources for deadLetterTargetArn.',
    ],
    [policy('dead'), 'Only SQS queues are valid resources for deadLetterTargetArn.'],
    [policy(arn('dead.fifo')), 'Dead-letter queue must be same type of queue as the source..'],
    [policy(arn('absent')), 'Dead letter target does not exist.'],
    [policy('arn:aws:sqs:eu-west-1:000000000000:dead'), 'Dead letter target does not exist.'],
    [
      policy('arn:aws:sqs:us-east-1:111111111111:dead'),
      'Dead letter target owner should be same as the source.',
    ],
    [
      JSON.stringify({ deadLetterTargetArn: arn('dead'), maxReceiveCount: 1, more: 1 }),
      'Only following attributes are supported: [maxReceiveCount, deadLetterTargetArn].',
    ],
  ])('refuses %s', async (RedrivePolicy, reason) => {
    expect(await failure('orders', { RedrivePolicy })).toMatchObject({
      code: 'InvalidParameterValue',
      message: `Value ${RedrivePolicy} for parameter RedrivePolicy is invalid. Reason: ${reason}`,
    });
  });

  it.each([1, 1000, '5'])('takes a maxReceiveCount of %j', async (maxReceiveCount) => {
    const RedrivePolicy = policy(arn('dead'), maxReceiveCount);
    await create('orders', { RedrivePolicy });
    expect((await attributesOf('orders')).RedrivePolicy).toBe(RedrivePolicy);
  });

  it('obeys what the dead-letter queue allows', async () => {
    const allow = (RedriveAllowPolicy: object) =>
      harness.call('SetQueueAttributes', {
        QueueUrl: url('dead'),
        Attributes: { RedriveAllowPolicy: JSON.stringify(RedriveAllowPolicy) },
      });
    const RedrivePolicy = policy(arn('dead'));
    await allow({ redrivePermission: 'denyAll' });
    expect((await failure('orders', { RedrivePolicy })).code).toBe('InvalidParameterValue');
    await allow({ redrivePermission: 'byQueue', sourceQueueArns: [arn('bills')] });
    expect((await failure('orders', { RedrivePolicy })).code).toBe('InvalidParameterValue');
    await create('bills', { RedrivePolicy });
    await allow({ redrivePermission: 'allowAll' });
    await create('orders', { RedrivePolicy });
  });
});

describe('CreateQueue with a RedriveAllowPolicy', () => {
  it.each([
    'x',
    '[]',
    '{}',
    '{"redrivePermission":"some"}',
    '{"redrivePermission":"allowAll","more":1}',
    '{"redrivePermission":"byQueue","sourceQueueArns":"all"}',
    '{"redrivePermission":"byQueue","sourceQueueArns":["orders"]}',
  ])('refuses %s', async (RedriveAllowPolicy) => {
    expect(await failure('dead', { RedriveAllowPolicy })).toMatchObject({
      code: 'InvalidAttributeValue',
      message:
        "Invalid value for the parameter RedriveAllowPolicy. Reason: Amazon SQS can't create " +
        'the redrive allow policy, as it’s in an unsupported format.',
    });
  });

  it.each([
    [
      { redrivePermission: 'byQueue' },
      'When you specify the byQueue permission type, you must also specify one or more ' +
        'sourceQueueArns values.',
    ],
    [
      {
        redrivePermission: 'byQueue',
        sourceQueueArns: Array.from({ length: 11 }, (_, i) => arn(`source-${i}`)),
      },
      'The maximum number of source queue ARNs you can specify is 10.',
    ],
    [
      { redrivePermission: 'denyAll', sourceQueueArns: [arn('orders')] },
      'To specify one or more source queue ARNs, you must set redrivePermission to byQueue.',
    ],
  ])('refuses %j', async (policy, reason) => {
    const RedriveAllowPolicy = JSON.stringify(policy);
    expect(await failure('dead', { RedriveAllowPolicy })).toMatchObject({
      code: 'InvalidParameterValue',
      message:
        `Value ${RedriveAllowPolicy} for parameter RedriveAllowPolicy is invalid. ` +
        `Reason: Amazon SQS can't create the redrive allow policy. ${reason}`,
    });
  });
});

describe('CreateQueue with a Policy', () => {
  const statement = (changes: object = {}) => ({
    Effect: 'Allow',
    Principal: '*',
    Action: 'sqs:SendMessage',
    Resource: arn('orders'),
    ...changes,
  });
  const text = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
  const names = (count: number) => Array.from({ length: count }, (_, i) => `${i}`);

  it.each([
    '[]',
    '{}',
    '{"Statement":[]}',
    '{"Statement":"Allow"}',
    JSON.stringify({ Version: '2020-01-01', Statement: [statement()] }),
    text(statement({ Effect: 'Maybe' })),
    text(statement({ Action: undefined })),
    text(statement({ Action: [] })),
    text(statement({ Principal: undefined })),
    text(statement({ Principal: 'someone' })),
    text(statement({ Condition: 'always' })),
  ])('refuses %s', async (Policy) => {
    expect(await failure('orders', { Policy })).toMatchObject({
      code: 'InvalidAttributeValue',
      message: 'Invalid value for the parameter Policy.',
    });
  });

  it.each([
    [
      '21 statements',
      text(...names(21).map(() => statement())),
      '21 statements were found in the submitted policy, max allowed is 20',
    ],
    [
      '51 principals',
      text(
        statement({ Principal: { AWS: names(30) } }),
        statement({ Principal: { AWS: names(21) } }),
      ),
      '51 principals were found in the submitted policy, max allowed is 50',
    ],
    [
      '8 actions in a statement',
      text(statement({ Action: Array(8).fill('sqs:SendMessage') })),
      '8 actions were found in a statement from the submitted policy, max allowed is 7',
    ],
    [
      '11 conditions in a statement',
      text(
        statement({
          Condition: {
            StringEquals: Object.fromEntries(names(6).map((name) => [name, ''])),
            StringLike: Object.fromEntries(names(5).map((name) => [name, ''])),
          },
        }),
      ),
      '11 conditions were found in a statement from the submitted policy, max allowed is 10',
    ],
    [
      'more than 8,192 bytes',
      text(statement({ Sid: 'é'.repeat(4_096) })),
      'Submitted policy is over max allowed size.',
    ],
  ])('refuses %s', async (_what, Policy, message) => {
    expect(await failure('orders', { Policy })).toMatchObject({
      code: 'OverLimit',
      status: 403,
      message,
    });
  });

  it.each(['sqs:SendMessageBatch', 'SQS:Fly', 's3:GetObject', 'SendMessage'])(
    'refuses the action %s',
    async (Action) => {
      expect(await failure('orders', { Policy: text(statement({ Action })) })).toMatchObject({
        code: 'InvalidParameterValue',
        message:
          `Value ${Action} for parameter ActionName is invalid. ` +
          'Reason: Please refer to the appropriate WSDL for a list of valid actions.',
      });
    },
  );

  it.each(['*', 'sqs:*', 'SQS:sendmessage', 'sqs:Get*'])('takes the action %s', async (Action) => {
    const Policy = text(statement({ Action }));
    await create('orders', { Policy });
    expect((await attributesOf('orders')).Policy).toBe(Policy);
  });

  it('takes a single statement that is not in a list, and ignores an empty policy', async () => {
    await create('orders', { Policy: JSON.stringify({ Statement: statement() }) });
    await create('bills', { Policy: '' });
    expect(await attributesOf('bills')).not.toHaveProperty('Policy');
  });
});

describe('CreateQueue behaviour', () => {
  it('fills in the defaults of a standard queue', async () => {
    expect(await create('orders')).toEqual({ QueueUrl: url('orders') });
    expect(await attributesOf('orders')).toEqual({
      QueueArn: arn('orders'),
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      ApproximateNumberOfMessagesDelayed: '0',
      CreatedTimestamp: String(START_MS / 1000),
      LastModifiedTimestamp: String(START_MS / 1000),
      VisibilityTimeout: '30',
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
      DelaySeconds: '0',
      ReceiveMessageWaitTimeSeconds: '0',
      SqsManagedSseEnabled: 'true',
    });
  });

  it('fills in the defaults of a FIFO queue', async () => {
    await create('orders.fifo', { FifoQueue: 'true', DelaySeconds: '007' });
    expect(await attributesOf('orders.fifo')).toMatchObject({
      DelaySeconds: '7',
      FifoQueue: 'true',
      ContentBasedDeduplication: 'false',
      DeduplicationScope: 'queue',
      FifoThroughputLimit: 'perQueue',
    });
  });

  it('turns its own encryption off for a KMS key, and then shows how long data keys live', async () => {
    await create('orders', { KmsMasterKeyId: 'alias/key' });
    expect(await attributesOf('orders')).toMatchObject({
      KmsMasterKeyId: 'alias/key',
      KmsDataKeyReusePeriodSeconds: '300',
      SqsManagedSseEnabled: 'false',
    });
  });

  it('keeps the tags', async () => {
    await harness.call('CreateQueue', { QueueName: 'orders', tags: { team: 'a' } });
    expect(await harness.call('ListQueueTags', { QueueUrl: url('orders') })).toEqual({
      Tags: { team: 'a' },
    });
  });

  it('keeps queues of different accounts and regions apart', async () => {
    await create('orders', { DelaySeconds: '1' });
    const others = [{ accountId: '111111111111' }, { region: 'eu-west-1' }];
    for (const caller of others) {
      const input = { QueueName: 'orders', Attributes: { DelaySeconds: '2' } };
      await harness.call('CreateQueue', input, { caller });
    }
    expect((await attributesOf('orders')).DelaySeconds).toBe('1');
  });

  it('answers an existing queue as long as every attribute asked for is the same', async () => {
    await create('dead');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn('dead'), maxReceiveCount: 3 });
    await create('orders', { VisibilityTimeout: '60', DelaySeconds: '5', RedrivePolicy });
    const otherText = `{ "maxReceiveCount": "3", "deadLetterTargetArn": "${arn('dead')}" }`;
    for (const same of [
      {},
      { VisibilityTimeout: '60' },
      { DelaySeconds: '05' },
      { RedrivePolicy: otherText },
      { Policy: '' },
    ]) {
      expect(await create('orders', same)).toEqual({ QueueUrl: url('orders') });
    }
    expect(await attributesOf('orders')).toMatchObject({ DelaySeconds: '5', RedrivePolicy });
  });

  it.each([
    ['VisibilityTimeout', '61'],
    ['RedrivePolicy', ''],
    ['KmsMasterKeyId', 'alias/key'],
  ])('refuses an existing name with another %s', async (name, value) => {
    await create('dead');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn('dead'), maxReceiveCount: 3 });
    await create('orders', { VisibilityTimeout: '60', RedrivePolicy });
    expect(await failure('orders', { [name]: value })).toEqual({
      code: 'QueueNameExists',
      queryCode: 'QueueAlreadyExists',
      status: 400,
      message: `A queue already exists with the same name and a different value for attribute ${name}`,
    });
  });

  it('refuses the name of a deleted queue for 60 seconds', async () => {
    await create('orders');
    await harness.call('DeleteQueue', { QueueUrl: url('orders') });
    await harness.advance(59_999);
    expect(await failure('orders')).toEqual({
      code: 'QueueDeletedRecently',
      queryCode: 'AWS.SimpleQueueService.QueueDeletedRecently',
      status: 400,
      message:
        'You must wait 60 seconds after deleting a queue before you can create another with the ' +
        'same name.',
    });
    await harness.advance(1);
    expect(await create('orders')).toEqual({ QueueUrl: url('orders') });
  });
});
