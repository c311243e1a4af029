/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqs } from '../../../src/services/sqs/index.ts';
import { sqsTasks } from '../../../src/services/sqs/tasks.ts';
import { Codecs } from '../../support/codecs.ts';
import { ServiceHarness, START_MS } from '../../support/service.ts';
import {
  arn,
  attributesOf,
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

const set = (name: string, Attributes: object) =>
  harness.call('SetQueueAttributes', { QueueUrl: url(name), Attributes });

const failure = (name: string, Attributes: object) =>
  harness.failure('SetQueueAttributes', { QueueUrl: url(name), Attributes });

describe('SetQueueAttributes serialization', () => {
  const codecs = new Codecs(sqs, 'SetQueueAttributes');
  const input = { QueueUrl: '/000000000000/orders', Attributes: { DelaySeconds: '5', Policy: '' } };

  it('reads JSON and forms', () => {
    const Attributes = { DelaySeconds: 5, Policy: '', VisibilityTimeout: null };
    expect(codecs.fromJson({ ...input, Attributes, Colour: 'red' })).toEqual(input);
    const form =
      'Attribute.1.Name=DelaySeconds&Attribute.1.Value=5' +
      '&Attribute.2.Name=Policy&Attribute.2.Value=';
    expect(codecs.fromForm(form, '/000000000000/orders')).toEqual(input);
  });

  it('answers nothing', () => {
    expect(codecs.toJson({})).toEqual({});
    expect(codecs.toXml({})).toBe('');
  });
});

describe('SetQueueAttributes validation', () => {
  beforeEach(async () => {
    await createQueue(harness, 'orders');
    await createQueue(harness, 'orders.fifo');
  });

  it('asks for a queue that is there, and for attributes', async () => {
    const call = (input: object) => harness.failure('SetQueueAttributes', input);
    expect(await call({ Attributes: {} })).toEqual(missingParameter('QueueUrl'));
    expect(await call({ QueueUrl: url('orders') })).toEqual(missingParameter('Attributes'));
    expect(await failure('absent', { Colour: 'red' })).toEqual(noSuchQueue);
  });

  it.each([
    [
      'orders',
      'VisibilityTimeout',
      '43201',
      'InvalidAttributeValue',
      'Invalid value for the parameter VisibilityTimeout.',
    ],
    [
      'orders',
      'DelaySeconds',
      '',
      'InvalidAttributeValue',
      'Invalid value for the parameter DelaySeconds.',
    ],
    ['orders', 'QueueArn', 'x', 'InvalidAttributeName', 'Unknown Attribute QueueArn.'],
    ['orders', 'Colour', 'red', 'InvalidAttributeName', 'Unknown Attribute Colour.'],
    ['orders', 'FifoQueue', 'true', 'InvalidAttributeName', 'Unknown Attribute FifoQueue.'],
    [
      'orders.fifo',
      'FifoQueue',
      'false',
      'InvalidAttributeValue',
      'Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.',
    ],
    ['orders', 'Policy', '{', 'InvalidAttributeValue', 'Invalid value for the parameter Policy.'],
    [
      'orders',
      'RedrivePolicy',
      '{}',
      'InvalidParameterValue',
      'Value {} for parameter RedrivePolicy is invalid. Reason: ' +
        'Redrive policy does not contain mandatory attribute: maxReceiveCount.',
    ],
  ])('refuses on %s: %s=%j', async (queue, name, value, code, message) => {
    expect(await failure(queue, { [name]: value })).toMatchObject({ code, message });
  });

  it('refuses its own encryption while there is a KMS key', async () => {
    await set('orders', { KmsMasterKeyId: 'alias/key' });
    expect((await failure('orders', { SqsManagedSseEnabled: 'true' })).message).toBe(
      'You can use one type of server-side encryption (SSE) at one time. ' +
        'You can either enable KMS SSE or SQS SSE.',
    );
    await set('orders', { KmsMasterKeyId: '', SqsManagedSseEnabled: 'true' });
  });

  it('refuses to keep throughput by group without deduplication by group', async () => {
    const group = { DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' };
    await set('orders.fifo', group);
    expect((await failure('orders.fifo', { DeduplicationScope: 'queue' })).code).toBe(
      'InvalidAttributeValue',
    );
  });

  it('changes nothing when one of several attributes is refused', async () => {
    expect((await failure('orders', { DelaySeconds: '5', Colour: 'red' })).code).toBe(
      'InvalidAttributeName',
    );
    expect((await attributesOf(harness, 'orders')).DelaySeconds).toBe('0');
  });

  it('wants a dead-letter queue that is there', async () => {
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: arn('absent'),
      maxReceiveCount: 1,
    });
    expect((await failure('orders', { RedrivePolicy })).message).toBe(
      `Value ${RedrivePolicy} for parameter RedrivePolicy is invalid. ` +
        'Reason: Dead letter target does not exist.',
    );
  });
});

describe('SetQueueAttributes behaviour', () => {
  beforeEach(() => createQueue(harness, 'orders'));

  it('changes what is given, keeps the rest and the time of creation', async () => {
    await set('orders', { VisibilityTimeout: '60' });
    await harness.advance(2_500);
    expect(await set('orders', { DelaySeconds: '5' })).toEqual({});
    expect(await attributesOf(harness, 'orders')).toMatchObject({
      VisibilityTimeout: '60',
      DelaySeconds: '5',
      CreatedTimestamp: String(START_MS / 1000),
      LastModifiedTimestamp: String(START_MS / 1000 + 2),
    });
  });

  it.each([
    ['Policy', JSON.stringify({ Statement: { Effect: 'Deny', Principal: '*', Action: 'sqs:*' } })],
    ['RedrivePolicy', JSON.stringify({ deadLetterTargetArn: arn('dead'), maxReceiveCount: 1 })],
    ['RedriveAllowPolicy', '{"redrivePermission":"denyAll"}'],
    ['KmsMasterKeyId', 'alias/key'],
  ])('sets %s and removes it again', async (name, value) => {
    await createQueue(harness, 'dead');
    await set('orders', { [name]: value });
    expect(await attributesOf(harness, 'orders')).toHaveProperty(name, value);
    await set('orders', { [name]: '' });
    expect(await attributesOf(harness, 'orders')).not.toHaveProperty(name);
  });

  it('turns its own encryption off for a KMS key', async () => {
    await set('orders', { KmsMasterKeyId: 'alias/key' });
    expect((await attributesOf(harness, 'orders')).SqsManagedSseEnabled).toBe('false');
  });

  it('removes stored messages that are older than a lowered retention', async () => {
    await fill(harness, 'orders', 1500);
    await harness.advance(30_000);
    await fill(harness, 'orders', 2);
    await harness.advance(40_000);
    await set('orders', { MessageRetentionPeriod: '60' });
    await harness.scheduler.runDue();
    expect((await countsOf(harness, 'orders')).visible).toBe('2');
    await harness.advance(20_000);
    expect((await countsOf(harness, 'orders')).visible).toBe('0');
    expect(harness.taskErrors).toEqual([]);
  });

  it('keeps messages longer from a raised retention on', async () => {
    await set('orders', { MessageRetentionPeriod: '60' });
    await fill(harness, 'orders', 1);
    await set('orders', { MessageRetentionPeriod: '120' });
    await harness.advance(119_999);
    expect((await countsOf(harness, 'orders')).visible).toBe('1');
    await harness.advance(1);
    expect((await countsOf(harness, 'orders')).visible).toBe('0');
  });

  it('leaves the delay of messages of a standard queue as it was', async () => {
    await fill(harness, 'orders', 1, { visibleAtMs: START_MS + 10_000 });
    await set('orders', { DelaySeconds: '900' });
    await harness.advance(10_000);
    expect((await countsOf(harness, 'orders')).visible).toBe('1');
  });

  it('applies a changed delay to messages of a FIFO queue that are there', async () => {
    await createQueue(harness, 'orders.fifo', { DelaySeconds: '10' });
    await fill(harness, 'orders.fifo', 2, { visibleAtMs: START_MS + 10_000 });
    await set('orders.fifo', { DelaySeconds: '20' });
    await harness.advance(10_000);
    expect(await countsOf(harness, 'orders.fifo')).toMatchObject({ visible: '0', delayed: '2' });
    await set('orders.fifo', { DelaySeconds: '5' });
    expect(await countsOf(harness, 'orders.fifo')).toMatchObject({ visible: '2', delayed: '0' });
  });

  it('lets those who wait have messages that a lowered delay shows', async () => {
    await createQueue(harness, 'orders.fifo', { DelaySeconds: '900' });
    const QueueUrl = url('orders.fifo');
    const message = { MessageBody: 'a', MessageGroupId: 'g', MessageDeduplicationId: 'd' };
    await harness.call('SendMessage', { QueueUrl, ...message });
    const waiting = harness.call('ReceiveMessage', { QueueUrl, WaitTimeSeconds: 20 });
    await harness.advance(1_000);
    await set('orders.fifo', { DelaySeconds: '3' });
    await harness.advance(2_000);
    expect(await waiting).toMatchObject({ Messages: [{ Body: 'a' }] });
  });

  it('wakes those who wait at once when the delay is over already', async () => {
    await createQueue(harness, 'orders.fifo', { DelaySeconds: '900' });
    const QueueUrl = url('orders.fifo');
    const message = { MessageBody: 'a', MessageGroupId: 'g', MessageDeduplicationId: 'd' };
    await harness.call('SendMessage', { QueueUrl, ...message });
    const waiting = harness.call('ReceiveMessage', { QueueUrl, WaitTimeSeconds: 20 });
    await harness.advance(1_000);
    await set('orders.fifo', { DelaySeconds: '0' });
    expect(await waiting).toMatchObject({ Messages: [{ Body: 'a' }] });
  });

  it('does not hide a received message of a FIFO queue for the queue’s delay', async () => {
    await createQueue(harness, 'orders.fifo');
    await fill(harness, 'orders.fifo', 1);
    expect(await claim(harness, 'orders.fifo', 1)).toBe(1);
    await set('orders.fifo', { DelaySeconds: '900' });
    await harness.advance(60_000);
    expect((await countsOf(harness, 'orders.fifo')).visible).toBe('1');
  });
});
