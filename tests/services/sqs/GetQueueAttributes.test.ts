/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqs } from '../../../src/services/sqs/index.ts';
import { sqsTasks } from '../../../src/services/sqs/tasks.ts';
import { Codecs } from '../../support/codecs.ts';
import { ServiceHarness } from '../../support/service.ts';
import {
  arn,
  claim,
  countsOf,
  createQueue,
  fill,
  missingParameter,
  noSuchQueue,
  url,
} from './queues.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = new ServiceHarness(sqs, sqsTasks);
});

afterEach(() => harness.close());

const get = (...AttributeNames: string[]) =>
  harness.call('GetQueueAttributes', { QueueUrl: url('orders'), AttributeNames });

describe('GetQueueAttributes serialization', () => {
  const codecs = new Codecs(sqs, 'GetQueueAttributes');

  it('reads JSON and forms', () => {
    const input = { QueueUrl: '/000000000000/orders', AttributeNames: ['All', 'QueueArn'] };
    expect(codecs.fromJson({ ...input, Colour: 'red' })).toEqual(input);
    const form = 'AttributeName.1=All&AttributeName.2=QueueArn';
    expect(codecs.fromForm(form, '/000000000000/orders')).toEqual(input);
    expect(codecs.fromForm('AttributeName=All', '/000000000000/orders')).toEqual({
      ...input,
      AttributeNames: ['All'],
    });
  });

  it('writes names and values', () => {
    const output = { Attributes: { DelaySeconds: '0', Policy: '{"a":1}' } };
    expect(codecs.toJson(output)).toEqual(output);
    expect(codecs.toXml(output)).toBe(
      '<GetQueueAttributesResult>' +
        '<Attribute><Name>DelaySeconds</Name><Value>0</Value></Attribute>' +
        '<Attribute><Name>Policy</Name><Value>{&quot;a&quot;:1}</Value></Attribute>' +
        '</GetQueueAttributesResult>',
    );
  });
});

describe('GetQueueAttributes validation', () => {
  it('asks for a queue that is there', async () => {
    expect(await harness.failure('GetQueueAttributes', {})).toEqual(missingParameter('QueueUrl'));
    const absent = { QueueUrl: url('absent'), AttributeNames: ['Colour'] };
    expect(await harness.failure('GetQueueAttributes', absent)).toEqual(noSuchQueue);
  });

  it.each(['Colour', 'all', ''])('does not know an attribute %j', async (name) => {
    await createQueue(harness, 'orders');
    const input = { QueueUrl: url('orders'), AttributeNames: ['QueueArn', name] };
    expect(await harness.failure('GetQueueAttributes', input)).toMatchObject({
      code: 'InvalidAttributeName',
      message: `Unknown Attribute ${name}.`,
    });
  });
});

describe('GetQueueAttributes behaviour', () => {
  it('answers nothing when nothing is asked for', async () => {
    await createQueue(harness, 'orders');
    expect(await harness.call('GetQueueAttributes', { QueueUrl: url('orders') })).toEqual({});
    expect(await get()).toEqual({});
  });

  it('answers what is asked for, leaving out what the queue does not have', async () => {
    await createQueue(harness, 'orders', { DelaySeconds: '3' });
    expect(await get('QueueArn', 'DelaySeconds', 'Policy', 'FifoQueue')).toEqual({
      Attributes: { QueueArn: arn('orders'), DelaySeconds: '3' },
    });
    expect(await get('FifoQueue', 'KmsDataKeyReusePeriodSeconds')).toEqual({});
  });

  it('finds the queue by any form of its URL', async () => {
    await createQueue(harness, 'orders');
    for (const QueueUrl of [
      'orders',
      '/000000000000/orders',
      'https://sqs.us-east-1.amazonaws.com/000000000000/orders',
      'https://proxy.example/prefix/000000000000/orders/',
    ]) {
      const input = { QueueUrl, AttributeNames: ['QueueArn'] };
      expect(await harness.call('GetQueueAttributes', input)).toEqual({
        Attributes: { QueueArn: arn('orders') },
      });
    }
  });

  it('counts visible, delayed and claimed messages apart', async () => {
    await createQueue(harness, 'orders');
    await fill(harness, 'orders', 4);
    expect(await claim(harness, 'orders', 1)).toBe(1);
    await fill(harness, 'orders', 2, { visibleAtMs: harness.clock.nowMs() + 5_000 });
    expect(await countsOf(harness, 'orders')).toEqual({ visible: '3', claimed: '1', delayed: '2' });
    await harness.advance(5_000);
    expect(await countsOf(harness, 'orders')).toEqual({ visible: '5', claimed: '1', delayed: '0' });
  });
});
