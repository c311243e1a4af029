/** https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  attributesOf,
  createTopic,
  invalidParameter,
  missing,
  newHarness,
  protectionPolicy,
  protectionStatement,
  topicArn,
} from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

const create = (input: object) => harness.call('CreateTopic', { Name: 'orders', ...input });
const failure = (input: object) => harness.failure('CreateTopic', { Name: 'orders', ...input });

/** A policy that masks mail addresses. */
const protection = (mask: string) =>
  protectionPolicy(
    protectionStatement({ Operation: { Deidentify: { MaskConfig: { MaskWithCharacter: mask } } } }),
  );

describe('CreateTopic serialization', () => {
  const codecs = new Codecs(sns, 'CreateTopic');

  it('reads forms', () => {
    const form =
      'Name=orders&Attributes.entry.1.key=DisplayName&Attributes.entry.1.value=Orders' +
      '&Tags.member.1.Key=team&Tags.member.1.Value=blue&DataProtectionPolicy=%7B%7D';
    expect(codecs.fromForm(form)).toEqual({
      Name: 'orders',
      Attributes: { DisplayName: 'Orders' },
      Tags: [{ Key: 'team', Value: 'blue' }],
      DataProtectionPolicy: '{}',
    });
  });

  it('answers the ARN', () => {
    expect(codecs.toXml({ TopicArn: topicArn('orders') })).toBe(
      `<CreateTopicResult><TopicArn>${topicArn('orders')}</TopicArn></CreateTopicResult>`,
    );
  });
});

describe('CreateTopic validation', () => {
  it('asks for a name', async () => {
    expect(await harness.failure('CreateTopic', {})).toEqual(missing('name'));
  });

  it.each(['', 'a b', 'orders.fifo', 'ä', 'a/b', 'x'.repeat(257)])(
    'refuses the name %j',
    async (Name) => {
      expect(await failure({ Name })).toEqual(invalidParameter('Topic Name'));
    },
  );

  it.each(['orders', '.fifo', 'a.b.fifo'])('refuses the FIFO name %j', async (Name) => {
    const Attributes = { FifoTopic: 'true' };
    expect(await failure({ Name, Attributes })).toEqual(invalidParameter('Topic Name'));
  });

  it.each([
    [{ Colour: 'red' }, 'Unknown attribute Colour'],
    [{ TopicArn: 'x' }, 'Unknown attribute TopicArn'],
    [{ FifoTopic: 'yes' }, 'FifoTopic: Invalid value [yes]. Must be true or false.'],
    [{ SignatureVersion: '3' }, 'SignatureVersion: Invalid value [3]. Must be 1 or 2.'],
    [{ DisplayName: 'x'.repeat(101) }, `DisplayName: Invalid value [${'x'.repeat(101)}].`],
    [
      { MaximumMessageSize: '1023' },
      'MaximumMessageSize: Invalid value [1023]. Must be 1024 to 1048576.',
    ],
    [{ TracingConfig: 'On' }, 'TracingConfig: Invalid value [On]. Must be PassThrough or Active.'],
    [
      { SQSSuccessFeedbackSampleRate: '101' },
      'SQSSuccessFeedbackSampleRate: Invalid value [101]. Must be 0 to 100.',
    ],
    [
      { ContentBasedDeduplication: 'true' },
      'ContentBasedDeduplication: only FIFO topics have this attribute.',
    ],
    [{ Policy: 'x' }, 'Policy Error: null'],
    [{ DeliveryPolicy: 'x' }, 'DeliveryPolicy: failed to parse JSON.'],
  ])('refuses the attributes %j', async (Attributes, problem) => {
    expect(await failure({ Attributes })).toEqual(
      invalidParameter(`Attributes Reason: ${problem}`),
    );
  });

  it('refuses tags that come twice, are malformed or are too many', async () => {
    const twice = [
      { Key: 'a', Value: '1' },
      { Key: 'a', Value: '2' },
    ];
    expect(await failure({ Tags: twice })).toEqual(
      invalidParameter('Duplicated keys are not allowed.'),
    );
    expect(await failure({ Tags: [{ Key: '', Value: '' }] })).toMatchObject({ status: 400 });
    const many = Array.from({ length: 51 }, (_, i) => ({ Key: `k${i}`, Value: '' }));
    expect(await failure({ Tags: many })).toMatchObject({ queryCode: 'TagLimitExceeded' });
  });

  it('refuses a data protection policy that is none, or stands on a FIFO topic', async () => {
    const refused = (reason: string) => invalidParameter(`DataProtectionPolicy Reason: ${reason}`);
    expect(await failure({ DataProtectionPolicy: 'x'.repeat(30_721) })).toEqual(
      refused('it is longer than 30720 characters'),
    );
    expect(await failure({ DataProtectionPolicy: 'x' })).toEqual(refused('it is no JSON object'));
    const fifo = { Name: 'orders.fifo', Attributes: { FifoTopic: 'true' } };
    expect(await failure({ ...fifo, DataProtectionPolicy: protection('#') })).toEqual(
      refused('only standard topics have a data protection policy'),
    );
  });
});

describe('CreateTopic behaviour', () => {
  it('makes a topic and answers its ARN', async () => {
    expect(await create({})).toEqual({ TopicArn: topicArn('orders') });
    expect(await attributesOf(harness, topicArn('orders'))).toMatchObject({
      Owner: '000000000000',
    });
  });

  it('answers the same for a topic that is there', async () => {
    const Attributes = { DisplayName: 'Orders' };
    const Tags = [{ Key: 'team', Value: 'blue' }];
    await create({ Attributes, Tags });
    expect(await create({})).toEqual({ TopicArn: topicArn('orders') });
    expect(await create({ Attributes, Tags })).toEqual({ TopicArn: topicArn('orders') });
    const defaults = { FifoTopic: 'false', SignatureVersion: '1', TracingConfig: 'PassThrough' };
    expect(await create({ Attributes: defaults })).toEqual({ TopicArn: topicArn('orders') });
  });

  it('takes policies of the same content for the same', async () => {
    const policy = (indent: number) =>
      JSON.stringify({ http: { disableSubscriptionOverrides: true } }, null, indent);
    await create({ Attributes: { DeliveryPolicy: policy(0) } });
    await create({ Attributes: { DeliveryPolicy: policy(2) } });
  });

  it('makes topics with a data protection policy', async () => {
    await create({ DataProtectionPolicy: protection('#') });
    const ResourceArn = topicArn('orders');
    expect(await harness.call('GetDataProtectionPolicy', { ResourceArn })).toEqual({
      DataProtectionPolicy: protection('#'),
    });
    await create({});
    await create({ DataProtectionPolicy: ` ${protection('#')}` });
    for (const DataProtectionPolicy of [protection('*'), '']) {
      expect(await failure({ DataProtectionPolicy })).toEqual(
        invalidParameter('Attributes Reason: Topic already exists with different attributes'),
      );
    }
  });

  it('takes defaults for the same as nothing', async () => {
    await create({});
    await create({
      Attributes: {
        FifoTopic: 'false',
        SignatureVersion: '1',
        TracingConfig: 'PassThrough',
        MaximumMessageSize: '262144',
      },
    });
    expect(await failure({ Attributes: { MaximumMessageSize: '262143' } })).toEqual(
      invalidParameter('Attributes Reason: Topic already exists with different attributes'),
    );
    await createTopic(harness, 'orders.fifo');
    await createTopic(harness, 'orders.fifo', { ArchivePolicy: '{}' });
  });

  it('refuses to make a topic again with something else', async () => {
    await create({ Tags: [{ Key: 'team', Value: 'blue' }] });
    expect(await failure({ Attributes: { DisplayName: 'Orders' } })).toEqual(
      invalidParameter('Attributes Reason: Topic already exists with different attributes'),
    );
    expect(await failure({ Tags: [{ Key: 'team', Value: 'red' }] })).toEqual(
      invalidParameter('Tags Reason: Topic already exists with different tags'),
    );
    expect(await failure({ Tags: [] })).toEqual(
      invalidParameter('Tags Reason: Topic already exists with different tags'),
    );
  });

  it('keeps accounts and Regions apart', async () => {
    await create({});
    const elsewhere = { accountId: '111111111111', region: 'eu-west-1' };
    expect(await harness.call('CreateTopic', { Name: 'orders' }, { caller: elsewhere })).toEqual({
      TopicArn: 'arn:aws:sns:eu-west-1:111111111111:orders',
    });
  });

  it('makes FIFO topics', async () => {
    const arn = await createTopic(harness, 'orders.fifo', { ContentBasedDeduplication: 'true' });
    expect(await attributesOf(harness, arn)).toMatchObject({
      FifoTopic: 'true',
      ContentBasedDeduplication: 'true',
      FifoThroughputScope: 'Topic',
    });
  });
});
