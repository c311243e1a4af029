/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operation } from '../../../src/core/operation.ts';
import { required, string, structure } from '../../../src/schema/shapes.ts';
import { sqs } from '../../../src/services/sqs/index.ts';
import { loadQueue, queueRef } from '../../../src/services/sqs/queue.ts';
import { sqsTasks } from '../../../src/services/sqs/tasks.ts';
import { Codecs } from '../../support/codecs.ts';
import { defaultCaller, ServiceHarness } from '../../support/service.ts';
import { arn, countsOf, createQueue, fill, missingParameter, noSuchQueue, url } from './queues.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = new ServiceHarness(sqs, sqsTasks);
});

afterEach(() => harness.close());

const remove = (name: string) => harness.call('DeleteQueue', { QueueUrl: url(name) });

describe('DeleteQueue serialization', () => {
  const codecs = new Codecs(sqs, 'DeleteQueue');

  it('reads the URL from JSON, from a form and from the path', () => {
    const input = { QueueUrl: '/000000000000/orders' };
    expect(codecs.fromJson({ ...input, Force: true })).toEqual(input);
    expect(codecs.fromForm('QueueUrl=%2F000000000000%2Forders')).toEqual(input);
    expect(codecs.fromForm('Action=DeleteQueue', '/000000000000/orders')).toEqual(input);
  });

  it('answers nothing', () => {
    expect(codecs.toJson({})).toEqual({});
    expect(codecs.toXml({})).toBe('');
  });
});

describe('DeleteQueue validation', () => {
  it('asks for a queue that is there', async () => {
    expect(await harness.failure('DeleteQueue', {})).toEqual(missingParameter('QueueUrl'));
    expect(await harness.failure('DeleteQueue', { QueueUrl: url('absent') })).toEqual(noSuchQueue);
    expect(await harness.failure('DeleteQueue', { QueueUrl: 'http://a/b?c' })).toMatchObject({
      code: 'InvalidAddress',
      status: 404,
    });
  });
});

describe('DeleteQueue behaviour', () => {
  it('removes the queue from every view', async () => {
    await createQueue(harness, 'orders');
    expect(await remove('orders')).toEqual({});
    expect(await harness.failure('GetQueueUrl', { QueueName: 'orders' })).toEqual(noSuchQueue);
    expect(await harness.call('ListQueues', {})).toEqual({});
    expect(await harness.failure('DeleteQueue', { QueueUrl: url('orders') })).toEqual(noSuchQueue);
  });

  it('leaves no message to a queue that is created under the same name', async () => {
    await createQueue(harness, 'orders');
    await fill(harness, 'orders', 3);
    await remove('orders');
    await harness.advance(60_000);
    await createQueue(harness, 'orders');
    expect(await countsOf(harness, 'orders')).toEqual({ visible: '0', claimed: '0', delayed: '0' });
  });

  it('leaves nothing to do in the background', async () => {
    await createQueue(harness, 'orders');
    await remove('orders');
    expect(await harness.store.transact((tx) => tx.timers.nextDueAtMs())).toBeUndefined();
  });

  it('takes the queue off the sources of its dead-letter queue', async () => {
    await createQueue(harness, 'dead');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn('dead'), maxReceiveCount: 1 });
    await createQueue(harness, 'orders', { RedrivePolicy });
    await remove('orders');
    expect(await harness.call('ListDeadLetterSourceQueues', { QueueUrl: url('dead') })).toEqual({
      queueUrls: [],
    });
  });

  it('answers QueueDoesNotExist to those who wait for its messages', async () => {
    const Wait = operation({
      name: 'Wait',
      input: structure({ QueueUrl: required(string()) }),
      output: structure({}),
      errors: [],
      handler: async (input, context) => {
        const { key } = queueRef(await loadQueue(input.QueueUrl, context));
        context.waitFor({ key, seconds: 20, capacity: 1 });
        return {};
      },
    });
    await createQueue(harness, 'orders');
    const waiting = harness.invoker.invoke(sqs, Wait, { QueueUrl: url('orders') }, defaultCaller);
    const answer = expect(waiting).rejects.toMatchObject({ code: 'QueueDoesNotExist' });
    await harness.call('GetQueueUrl', { QueueName: 'orders' });
    await remove('orders');
    await answer;
    expect(harness.waiters.waiterCount).toBe(0);
  });
});
