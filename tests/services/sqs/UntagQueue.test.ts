/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_UntagQueue.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqs } from '../../../src/services/sqs/index.ts';
import { sqsTasks } from '../../../src/services/sqs/tasks.ts';
import { Codecs } from '../../support/codecs.ts';
import { ServiceHarness } from '../../support/service.ts';
import { createQueue, missingParameter, noSuchQueue, url } from './queues.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = new ServiceHarness(sqs, sqsTasks);
});

afterEach(() => harness.close());

const untag = (...TagKeys: string[]) =>
  harness.call('UntagQueue', { QueueUrl: url('orders'), TagKeys });

const tags = () => harness.call('ListQueueTags', { QueueUrl: url('orders') });

describe('UntagQueue serialization', () => {
  const codecs = new Codecs(sqs, 'UntagQueue');

  it('reads JSON and forms', () => {
    const input = { QueueUrl: '/000000000000/orders', TagKeys: ['team', 'stage'] };
    expect(codecs.fromJson({ ...input, Colour: 'red' })).toEqual(input);
    expect(codecs.fromForm('TagKey.1=team&TagKey.2=stage', '/000000000000/orders')).toEqual(input);
  });

  it('takes a form without keys for an empty list, which a form cannot say otherwise', () => {
    const input = { QueueUrl: '/000000000000/orders', TagKeys: [] };
    expect(codecs.fromForm('', '/000000000000/orders')).toEqual(input);
  });

  it('answers nothing', () => {
    expect(codecs.toJson({})).toEqual({});
    expect(codecs.toXml({})).toBe('');
  });
});

describe('UntagQueue validation', () => {
  it('asks for a queue that is there and for keys', async () => {
    const call = (input: object) => harness.failure('UntagQueue', input);
    expect(await call({ TagKeys: ['a'] })).toEqual(missingParameter('QueueUrl'));
    expect(await call({ QueueUrl: url('orders') })).toEqual(missingParameter('TagKeys'));
    expect(await call({ QueueUrl: url('absent'), TagKeys: ['a'] })).toEqual(noSuchQueue);
  });

  it.each([[[]], [['']], [['team', '']]])('refuses the keys %j', async (TagKeys) => {
    await createQueue(harness, 'orders');
    const input = { QueueUrl: url('orders'), TagKeys };
    expect(await harness.failure('UntagQueue', input)).toMatchObject({
      code: 'InvalidParameterValue',
      message: 'Tag keys must be between 1 and 128 characters in length.',
    });
  });
});

describe('UntagQueue behaviour', () => {
  it('removes the tags of these keys and ignores keys that are not there', async () => {
    await harness.call('CreateQueue', { QueueName: 'orders', tags: { a: '1', b: '2', A: '3' } });
    expect(await untag('a', 'x')).toEqual({});
    expect(await tags()).toEqual({ Tags: { b: '2', A: '3' } });
    await untag('b', 'A');
    expect(await tags()).toEqual({});
  });
});
