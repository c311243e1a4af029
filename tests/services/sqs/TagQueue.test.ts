/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_TagQueue.html */
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

const tag = (Tags: object) => harness.call('TagQueue', { QueueUrl: url('orders'), Tags });

const failure = (Tags: object) => harness.failure('TagQueue', { QueueUrl: url('orders'), Tags });

const tags = () => harness.call('ListQueueTags', { QueueUrl: url('orders') });

const many = (count: number, prefix: string) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}${i}`, '']));

describe('TagQueue serialization', () => {
  const codecs = new Codecs(sqs, 'TagQueue');

  it('reads JSON and forms', () => {
    const input = { QueueUrl: '/000000000000/orders', Tags: { team: 'a', empty: '' } };
    expect(codecs.fromJson({ ...input, Colour: 'red' })).toEqual(input);
    const form = 'Tag.1.Key=team&Tag.1.Value=a&Tag.2.Key=empty&Tag.2.Value=';
    expect(codecs.fromForm(form, '/000000000000/orders')).toEqual(input);
  });

  it('answers nothing', () => {
    expect(codecs.toJson({})).toEqual({});
    expect(codecs.toXml({})).toBe('');
  });
});

describe('TagQueue validation', () => {
  beforeEach(() => createQueue(harness, 'orders'));

  it('asks for a queue that is there and for tags', async () => {
    const call = (input: object) => harness.failure('TagQueue', input);
    expect(await call({ Tags: { a: 'b' } })).toEqual(missingParameter('QueueUrl'));
    expect(await call({ QueueUrl: url('orders') })).toEqual(missingParameter('Tags'));
    expect(await call({ QueueUrl: url('absent'), Tags: { a: 'b' } })).toEqual(noSuchQueue);
    expect(await failure({})).toEqual(missingParameter('Tags'));
  });

  const keyLength = 'Tag keys must be between 1 and 128 characters in length.';
  const reserved = 'aws: prefixed tag key names are not allowed for external use.';
  it.each([
    [{ '': 'a' }, keyLength],
    [{ ['k'.repeat(129)]: 'a' }, keyLength],
    [{ key: 'v'.repeat(257) }, 'Tag values must be between 0 and 256 characters in length.'],
    [{ 'aws:key': 'a' }, reserved],
    [{ 'AWS:key': 'a' }, reserved],
    [{ 'a,b': 'a' }, 'The tag key a,b contains invalid characters.'],
    [{ key: 'a\nb' }, 'The value of tag key contains invalid characters.'],
    [many(51, 't'), 'Too many tags added for queue orders.'],
  ])('refuses %j', async (Tags, message) => {
    expect(await failure(Tags)).toMatchObject({ code: 'InvalidParameterValue', message });
  });

  it('counts the tags that are there already, but none twice', async () => {
    await tag(many(50, 't'));
    await tag({ t0: 'again' });
    expect((await failure({ another: '' })).message).toBe('Too many tags added for queue orders.');
  });
});

describe('TagQueue behaviour', () => {
  it('adds tags, and overwrites those of the same key', async () => {
    await createQueue(harness, 'orders');
    expect(await tag({ team: 'a', Team: 'b' })).toEqual({});
    await tag({ team: 'c', 'cost center/2+3=5': 'é @_.:-' });
    expect(await tags()).toEqual({
      Tags: { team: 'c', Team: 'b', 'cost center/2+3=5': 'é @_.:-' },
    });
  });

  it('takes the longest keys and values, counted in characters', async () => {
    await createQueue(harness, 'orders');
    const longest = { ['𝒌'.repeat(128)]: '𝒗'.repeat(256) };
    await tag(longest);
    expect(await tags()).toEqual({ Tags: longest });
  });

  it('takes a key that is also a member of every JavaScript object', async () => {
    await createQueue(harness, 'orders');
    await tag(JSON.parse('{"__proto__":"a","constructor":"b"}'));
    const { Tags } = await tags();
    expect(JSON.stringify(Tags)).toBe('{"__proto__":"a","constructor":"b"}');
  });
});
