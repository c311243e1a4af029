/** https://docs.aws.amazon.com/sns/latest/api/API_TagResource.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import { createTopic, invalidParameter, missing, newHarness, topicArn } from './topics.ts';

let harness: ServiceHarness;
let arn: string;

beforeEach(async () => {
  harness = newHarness();
  arn = await createTopic(harness, 'orders');
});

afterEach(() => harness.close());

const tag = (Tags: readonly object[]) => harness.call('TagResource', { ResourceArn: arn, Tags });
const failure = (Tags: readonly object[], ResourceArn = arn) =>
  harness.failure('TagResource', { ResourceArn, Tags });
const many = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ Key: `k${i}`, Value: '' }));

async function tags(): Promise<unknown> {
  return (await harness.call('ListTagsForResource', { ResourceArn: arn })).Tags;
}

describe('TagResource serialization', () => {
  const codecs = new Codecs(sns, 'TagResource');

  it('reads forms', () => {
    expect(codecs.fromForm('ResourceArn=a&Tags.member.1.Key=k&Tags.member.1.Value=')).toEqual({
      ResourceArn: 'a',
      Tags: [{ Key: 'k', Value: '' }],
    });
  });

  it('answers an empty result', () => {
    expect(codecs.toXml({})).toBe('<TagResourceResult/>');
  });
});

describe('TagResource validation', () => {
  it('asks for an ARN, tags, keys and values', async () => {
    expect(await harness.failure('TagResource', { Tags: [] })).toEqual(missing('resourceArn'));
    expect(await harness.failure('TagResource', { ResourceArn: arn })).toEqual(missing('tags'));
    expect(await failure([{ Value: 'v' }])).toEqual(missing('tags.1.member.key'));
    expect(await failure([{ Key: 'a', Value: '' }, { Key: 'k' }])).toEqual(
      missing('tags.2.member.value'),
    );
  });

  it('asks for a topic that is there', async () => {
    expect(await failure([], topicArn('absent'))).toEqual({
      code: 'ResourceNotFoundException',
      queryCode: 'ResourceNotFound',
      status: 404,
      message: 'Resource does not exist',
    });
    expect(await failure([], 'orders')).toEqual(
      invalidParameter('ResourceArn Reason: An ARN must have at least 6 elements, not 1'),
    );
  });

  it.each([
    [[{ Key: 'x'.repeat(129), Value: '' }]],
    [[{ Key: 'a*', Value: '' }]],
    [[{ Key: 'a', Value: 'x'.repeat(257) }]],
    [[{ Key: 'a', Value: 'b\n' }]],
    [[{ Key: 'aws:a', Value: '' }]],
  ])('refuses %.60j', async (wrong) => {
    expect(await failure(wrong)).toMatchObject({ queryCode: 'InvalidParameter' });
  });

  it('refuses a key twice', async () => {
    expect(await failure([...many(1), ...many(1)])).toEqual(
      invalidParameter('Duplicated keys are not allowed.'),
    );
  });

  it('refuses a 51st tag', async () => {
    await tag(many(50));
    await tag(many(50));
    expect(await failure([{ Key: 'one more', Value: '' }])).toEqual({
      code: 'TagLimitExceededException',
      queryCode: 'TagLimitExceeded',
      status: 400,
      message: 'Could not complete request: tag quota of per resource exceeded',
    });
  });
});

describe('TagResource behaviour', () => {
  it('adds tags and replaces values', async () => {
    await tag([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '1' },
    ]);
    expect(await tag([{ Key: 'a', Value: '2' }])).toEqual({});
    expect(await tags()).toEqual([
      { Key: 'a', Value: '2' },
      { Key: 'b', Value: '1' },
    ]);
  });

  it('takes every text for a key', async () => {
    await tag([{ Key: '__proto__', Value: 'x' }]);
    expect(await tags()).toEqual([{ Key: '__proto__', Value: 'x' }]);
  });
});
