/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqs } from '../../../src/services/sqs/index.ts';
import { sqsTasks } from '../../../src/services/sqs/tasks.ts';
import { Codecs } from '../../support/codecs.ts';
import { ServiceHarness } from '../../support/service.ts';
import {
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

const purge = (name: string) => harness.call('PurgeQueue', { QueueUrl: url(name) });

describe('PurgeQueue serialization', () => {
  const codecs = new Codecs(sqs, 'PurgeQueue');

  it('reads the URL from JSON, from a form and from the path', () => {
    const input = { QueueUrl: '/000000000000/orders' };
    expect(codecs.fromJson({ ...input, Colour: 'red' })).toEqual(input);
    expect(codecs.fromForm('QueueUrl=%2F000000000000%2Forders')).toEqual(input);
    expect(codecs.fromForm('Action=PurgeQueue', '/000000000000/orders')).toEqual(input);
  });

  it('answers nothing', () => {
    expect(codecs.toJson({})).toEqual({});
    expect(codecs.toXml({})).toBe('');
  });
});

describe('PurgeQueue validation', () => {
  it('asks for a queue that is there', async () => {
    expect(await harness.failure('PurgeQueue', {})).toEqual(missingParameter('QueueUrl'));
    expect(await harness.failure('PurgeQueue', { QueueUrl: url('absent') })).toEqual(noSuchQueue);
  });
});

describe('PurgeQueue behaviour', () => {
  beforeEach(() => createQueue(harness, 'orders'));

  it('removes visible, delayed and claimed messages, and only of this queue', async () => {
    await createQueue(harness, 'bills');
    await fill(harness, 'bills', 1);
    await fill(harness, 'orders', 3);
    expect(await claim(harness, 'orders', 1)).toBe(1);
    await fill(harness, 'orders', 2, { visibleAtMs: harness.clock.nowMs() + 5_000 });
    expect(await purge('orders')).toEqual({});
    expect(await countsOf(harness, 'orders')).toEqual({ visible: '0', claimed: '0', delayed: '0' });
    expect((await countsOf(harness, 'bills')).visible).toBe('1');
  });

  it('keeps what comes after it', async () => {
    await purge('orders');
    await fill(harness, 'orders', 2);
    expect((await countsOf(harness, 'orders')).visible).toBe('2');
  });

  it('refuses a second purge for 60 seconds', async () => {
    await purge('orders');
    await fill(harness, 'orders', 1);
    await harness.advance(59_999);
    expect(await harness.failure('PurgeQueue', { QueueUrl: url('orders') })).toEqual({
      code: 'PurgeQueueInProgress',
      queryCode: 'AWS.SimpleQueueService.PurgeQueueInProgress',
      status: 403,
      message: 'Only one PurgeQueue operation on orders is allowed every 60 seconds.',
    });
    expect((await countsOf(harness, 'orders')).visible).toBe('1');
    await harness.advance(1);
    await purge('orders');
    expect((await countsOf(harness, 'orders')).visible).toBe('0');
  });
});
