/** https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServiceHarness } from '../../support/service.ts';
import { bodies, counted, createTopic, newHarness, raw, subscribeQueue } from './topics.ts';

let harness: ServiceHarness;
let arn: string;

beforeEach(async () => {
  harness = newHarness();
  arn = await createTopic(harness, 'orders');
});

afterEach(() => harness.close());

const publish = (Message: string, MessageAttributes: object = {}, changes: object = {}) =>
  harness.call('Publish', { TopicArn: arn, Message, MessageAttributes, ...changes });

const text = (value: string) => ({ DataType: 'String', StringValue: value });
const array = (value: string) => ({ DataType: 'String.Array', StringValue: value });
const number = (value: string) => ({ DataType: 'Number', StringValue: value });
const binary = { DataType: 'Binary', BinaryValue: Buffer.from('b') };

describe('a filter policy on attributes', () => {
  it.each([
    [{ a: ['b'] }, { a: text('b') }, true],
    [{ a: ['b'] }, { a: text('B') }, false],
    [{ a: ['b'] }, { c: text('b') }, false],
    [{ a: ['b'] }, {}, false],
    [{ a: ['b'], c: ['d', 'e'] }, { a: text('b'), c: text('e') }, true],
    [{ a: ['b'], c: ['d', 'e'] }, { a: text('b') }, false],
    [{ a: [{ prefix: 'b' }] }, { a: text('bc') }, true],
    [{ a: [{ 'anything-but': ['b'] }] }, { a: text('c') }, true],
    [{ a: [{ 'anything-but': ['b'] }] }, {}, false],
    [{ a: [{ exists: false }] }, {}, true],
    [{ a: [{ exists: true }] }, { a: binary }, false],
    [{ a: [{ numeric: ['>', 1, '<=', 2] }] }, { a: number('2.0') }, true],
    [{ a: [{ numeric: ['>', 1] }] }, { a: number('1') }, false],
    [{ a: [{ numeric: ['=', 1] }] }, { a: text('1') }, false],
    [{ a: ['b'] }, { a: array('["x","b"]') }, true],
    [{ a: ['b'] }, { a: array('["x"]') }, false],
    [{ a: [1, true] }, { a: array('[true]') }, true],
    [{}, {}, true],
  ])('%j on %j: %s', async (policy, attributes, expected) => {
    const FilterPolicy = JSON.stringify(policy);
    await subscribeQueue(harness, arn, 'q', { ...raw, FilterPolicy });
    await publish('m', attributes);
    expect(await bodies(harness, 'q')).toEqual(expected ? ['m'] : []);
  });
});

describe('a filter policy on the body', () => {
  it.each([
    [{ a: ['b'] }, '{"a":"b"}', true],
    [{ a: ['b'] }, '{"a":"c"}', false],
    [{ a: { b: ['c'] } }, '{"a":{"b":"c"}}', true],
    [{ a: { b: ['c'] } }, '{"a":[{"b":"x"},{"b":"c"}]}', true],
    [{ 'a.b': ['c'] }, '{"a":{"b":"c"}}', true],
    [{ a: [1] }, '{"a":1.0}', true],
    [{ a: [null] }, '{"a":null}', true],
    [{ a: [{ exists: false }] }, '{}', true],
    [{ a: [{ exists: false }] }, '[]', false],
    [{ a: [{ exists: false }] }, 'text', false],
    [{ $or: [{ a: ['1'] }, { b: ['2'] }] }, '{"b":"2"}', true],
    [{}, '{}', true],
  ])('%j on %s: %s', async (policy, body, expected) => {
    const scope = { FilterPolicy: JSON.stringify(policy), FilterPolicyScope: 'MessageBody' };
    await subscribeQueue(harness, arn, 'q', { ...raw, ...scope });
    await publish(body);
    expect(await bodies(harness, 'q')).toEqual(expected ? [body] : []);
  });

  it('looks at the text of the protocol', async () => {
    const scope = { FilterPolicy: '{"a":["b"]}', FilterPolicyScope: 'MessageBody' };
    await subscribeQueue(harness, arn, 'q', { ...raw, ...scope });
    const structured = (sqs: string) => JSON.stringify({ default: '{"a":"b"}', sqs });
    const json = { MessageStructure: 'json' };
    await publish(structured('{"a":"c"}'), {}, json);
    await publish(structured('{"a":"b","yes":1}'), {}, json);
    expect(await bodies(harness, 'q')).toEqual(['{"a":"b","yes":1}']);
  });
});

describe('filtering', () => {
  it('counts what it leaves out, and why', async () => {
    const FilterPolicy = '{"a":["b"]}';
    await subscribeQueue(harness, arn, 'everything', raw);
    await subscribeQueue(harness, arn, 'q1', { FilterPolicy });
    await subscribeQueue(harness, arn, 'q2', { FilterPolicy, FilterPolicyScope: 'MessageBody' });
    const reasons = [
      '',
      '-MessageAttributes',
      '-NoMessageAttributes',
      '-InvalidAttributes',
      '-MessageBody',
      '-InvalidMessageBody',
    ];
    const publishAndCount = async (message: string, attributes: object): Promise<number[]> => {
      harness.counts.length = 0;
      await publish(message, attributes);
      return reasons.map((reason) => counted(harness, `NumberOfNotificationsFilteredOut${reason}`));
    };
    expect(await publishAndCount('text', {})).toEqual([2, 0, 1, 0, 0, 1]);
    expect(await publishAndCount('{}', { a: text('c') })).toEqual([2, 1, 0, 0, 1, 0]);
    expect(await publishAndCount('{"a":"b"}', { a: array('[') })).toEqual([1, 0, 0, 1, 0, 0]);
    expect(await publishAndCount('{"a":"b"}', { a: text('b') })).toEqual([0, 0, 0, 0, 0, 0]);
    expect(counted(harness, 'NumberOfNotificationsDelivered')).toBe(3);
  });

  it.each(['MessageAttributes', 'MessageBody'])(
    'forgets a policy on %s that was taken away',
    async (FilterPolicyScope) => {
      const attributes = { ...raw, FilterPolicy: '{"a":["b"]}', FilterPolicyScope };
      const SubscriptionArn = await subscribeQueue(harness, arn, 'q', attributes);
      await subscribeQueue(harness, arn, 'other', attributes);
      await publish('{"a":"b"}', { a: text('b') });
      await harness.call('SetSubscriptionAttributes', {
        SubscriptionArn,
        AttributeName: 'FilterPolicy',
      });
      await publish('{"a":"b"}', { a: text('b') });
      await harness.call('Unsubscribe', { SubscriptionArn });
      await publish('{"a":"b"}', { a: text('b') });
      expect(await bodies(harness, 'q')).toHaveLength(2);
      expect(await bodies(harness, 'other')).toHaveLength(3);
    },
  );

  it('chooses among many subscriptions', async () => {
    for (let i = 0; i < 50; i++) {
      const FilterPolicy = JSON.stringify({ shard: [`s${i % 10}`] });
      await subscribeQueue(harness, arn, `q${i}`, { ...raw, FilterPolicy });
    }
    await publish('m', { shard: text('s3') });
    expect(counted(harness, 'NumberOfNotificationsDelivered')).toBe(5);
    expect(await bodies(harness, 'q13')).toEqual(['m']);
    expect(await bodies(harness, 'q14')).toEqual([]);
  });
});
