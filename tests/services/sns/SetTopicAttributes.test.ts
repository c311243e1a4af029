/** https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  attributesOf,
  badTopicArns,
  createTopic,
  invalidParameter,
  missing,
  newHarness,
  subscribe,
  subscribeQueue,
} from './topics.ts';

let harness: ServiceHarness;
let arn: string;

beforeEach(async () => {
  harness = newHarness();
  arn = await createTopic(harness, 'orders');
});

afterEach(() => harness.close());

const set = (AttributeName: string, AttributeValue?: string, TopicArn = arn) =>
  harness.call('SetTopicAttributes', { TopicArn, AttributeName, AttributeValue });
const failure = (AttributeName: string, AttributeValue: string, TopicArn = arn) =>
  harness.failure('SetTopicAttributes', { TopicArn, AttributeName, AttributeValue });

const statement = (changes: object = {}) => ({
  Sid: 'mine',
  Effect: 'Allow',
  Principal: { AWS: '*' },
  Action: 'SNS:Publish',
  Resource: arn,
  ...changes,
});
const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });

describe('SetTopicAttributes serialization', () => {
  const codecs = new Codecs(sns, 'SetTopicAttributes');

  it('reads forms', () => {
    expect(codecs.fromForm('TopicArn=a&AttributeName=DisplayName&AttributeValue=x')).toEqual({
      TopicArn: 'a',
      AttributeName: 'DisplayName',
      AttributeValue: 'x',
    });
  });

  it('answers nothing', () => {
    expect(codecs.toXml({})).toBe('');
  });
});

describe('SetTopicAttributes validation', () => {
  it('asks for an ARN and a name', async () => {
    expect(await harness.failure('SetTopicAttributes', { AttributeName: 'x' })).toEqual(
      missing('topicArn'),
    );
    expect(await harness.failure('SetTopicAttributes', { TopicArn: arn })).toEqual(
      missing('attributeName'),
    );
  });

  it.each(badTopicArns)('refuses the ARN %j', async (TopicArn, error) => {
    expect(await failure('DisplayName', 'x', TopicArn)).toEqual(error);
  });

  it.each(['Colour', 'FifoTopic', 'TopicArn', 'Owner', 'SubscriptionsConfirmed', ''])(
    'refuses to set %j',
    async (name) => {
      expect(await failure(name, 'x')).toEqual(invalidParameter('AttributeName'));
    },
  );

  it.each([
    ['SignatureVersion', '', 'SignatureVersion: Invalid value []. Must be 1 or 2.'],
    ['HTTPFailureFeedbackRoleArn', 'me', 'HTTPFailureFeedbackRoleArn: Invalid value [me].'],
    ['ArchivePolicy', '{}', 'ArchivePolicy: only FIFO topics have this attribute.'],
    [
      'MaximumMessageSize',
      '1048577',
      'MaximumMessageSize: Invalid value [1048577]. Must be 1024 to 1048576.',
    ],
  ])('refuses %s of %j', async (name, value, problem) => {
    expect(await failure(name, value)).toEqual(invalidParameter(problem));
  });

  it('knows attributes of FIFO topics, and those that they lack', async () => {
    const fifo = await createTopic(harness, 'orders.fifo');
    expect(await failure('TracingConfig', 'Active', fifo)).toEqual(
      invalidParameter('TracingConfig: only standard topics have this attribute.'),
    );
    expect(await failure('FifoThroughputScope', 'x', fifo)).toEqual(
      invalidParameter('FifoThroughputScope: Invalid value [x]. Must be Topic or MessageGroup.'),
    );
    expect(await failure('ArchivePolicy', '{"MessageRetentionPeriod":"366"}', fifo)).toEqual(
      invalidParameter(
        'ArchivePolicy: MessageRetentionPeriod must be a number of days from 1 to 365.',
      ),
    );
    expect(await failure('ArchivePolicy', '', fifo)).toEqual(
      invalidParameter('ArchivePolicy: failed to parse JSON.'),
    );
  });

  it.each([
    ['{', 'Policy Error: null'],
    ['[]', 'Policy Error: null'],
    ['{"Version":"1999-01-01","Statement":[]}', 'Policy Error: null'],
    ['{"Statement":[]}', 'Policy Error: null'],
    ['{"Statement":[{"Effect":"Maybe"}]}', 'Policy Error: null'],
    ['x'.repeat(30_721), 'Policy is larger than 30720 bytes'],
  ])('refuses the policy %.40j', async (text, problem) => {
    expect(await failure('Policy', text)).toEqual(invalidParameter(problem));
  });

  it('refuses statements that name what is not of the topic', async () => {
    expect(await failure('Policy', policy(statement(), statement()))).toEqual(
      invalidParameter('Every policy statement must have a unique ID'),
    );
    expect(await failure('Policy', policy(statement({ Resource: [arn, arn] })))).toEqual(
      invalidParameter('Policy statement must apply to a single resource!'),
    );
    for (const Action of ['SQS:SendMessage', 'SNS:Fly', 'Publish']) {
      expect(await failure('Policy', policy(statement({ Action })))).toEqual(
        invalidParameter('Policy statement action out of service scope!'),
      );
    }
    const AWS = Array.from({ length: 201 }, (_, i) => String(100_000_000_000 + i));
    expect(await failure('Policy', policy(statement({ Principal: { AWS } })))).toEqual(
      invalidParameter('Policy Error: null'),
    );
  });

  it('refuses large messages where subscribers cannot take them', async () => {
    await subscribe(harness, arn, 'https', 'https://example.com/');
    expect(await failure('MaximumMessageSize', '262145')).toMatchObject({
      queryCode: 'InvalidParameter',
    });
    expect(await set('MaximumMessageSize', '262144')).toEqual({});
  });

  it('refuses large messages with more than a hundred subscriptions', async () => {
    for (let i = 0; i < 101; i++) {
      await subscribe(harness, arn, 'sqs', `arn:aws:sqs:us-east-1:000000000000:q${i}`);
    }
    expect(await failure('MaximumMessageSize', '262145')).toMatchObject({
      queryCode: 'InvalidParameter',
    });
  });
});

describe('SetTopicAttributes behaviour', () => {
  it('sets an attribute, and takes it away', async () => {
    await set('KmsMasterKeyId', 'alias/k');
    expect(await attributesOf(harness, arn)).toMatchObject({ KmsMasterKeyId: 'alias/k' });
    await set('KmsMasterKeyId', '');
    expect(await attributesOf(harness, arn)).not.toHaveProperty('KmsMasterKeyId');
    await set('DisplayName', 'Orders');
    await set('DisplayName');
    expect(await attributesOf(harness, arn)).toMatchObject({ DisplayName: '' });
  });

  it('sets a policy, and the usual one again', async () => {
    const text = policy(statement({ Action: ['sns:*', 'SNS:Publish'] }));
    const { Policy: usual } = await attributesOf(harness, arn);
    await set('Policy', text);
    expect(await attributesOf(harness, arn)).toMatchObject({ Policy: text });
    await set('Policy', '');
    expect(await attributesOf(harness, arn)).toMatchObject({ Policy: usual });
  });

  it('shows a delivery policy, and what is in force because of it', async () => {
    const text =
      '{"http":{"defaultHealthyRetryPolicy":{"numRetries":5,"minDelayTarget":1,' +
      '"maxDelayTarget":60,"backoffFunction":"geometric"},"disableSubscriptionOverrides":true}}';
    await set('DeliveryPolicy', text);
    const { DeliveryPolicy, EffectiveDeliveryPolicy = '' } = await attributesOf(harness, arn);
    expect(DeliveryPolicy).toBe(text);
    expect(JSON.parse(EffectiveDeliveryPolicy)).toEqual({
      http: {
        defaultHealthyRetryPolicy: {
          minDelayTarget: 1,
          maxDelayTarget: 60,
          numRetries: 5,
          numMaxDelayRetries: 0,
          numNoDelayRetries: 0,
          numMinDelayRetries: 0,
          backoffFunction: 'geometric',
        },
        disableSubscriptionOverrides: true,
        defaultRequestPolicy: { headerContentType: 'text/plain; charset=UTF-8' },
      },
    });
  });

  it('allows large messages to queues', async () => {
    await subscribeQueue(harness, arn, 'q');
    await set('MaximumMessageSize', '1048576');
    expect(await attributesOf(harness, arn)).toMatchObject({ MaximumMessageSize: '1048576' });
  });
});
