/** https://docs.aws.amazon.com/sns/latest/api/API_UntagResource.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import { missing, newHarness, topicArn } from './topics.ts';

let harness: ServiceHarness;

beforeEach(async () => {
  harness = newHarness();
  const Tags = [
    { Key: 'a', Value: '1' },
    { Key: 'b', Value: '2' },
  ];
  await harness.call('CreateTopic', { Name: 'orders', Tags });
});

afterEach(() => harness.close());

const ResourceArn = topicArn('orders');

describe('UntagResource serialization', () => {
  const codecs = new Codecs(sns, 'UntagResource');

  it('reads forms', () => {
    expect(codecs.fromForm('ResourceArn=a&TagKeys.member.1=k')).toEqual({
      ResourceArn: 'a',
      TagKeys: ['k'],
    });
  });

  it('answers an empty result', () => {
    expect(codecs.toXml({})).toBe('<UntagResourceResult/>');
  });
});

describe('UntagResource validation', () => {
  it('asks for an ARN and keys', async () => {
    expect(await harness.failure('UntagResource', { TagKeys: [] })).toEqual(missing('resourceArn'));
    expect(await harness.failure('UntagResource', { ResourceArn })).toEqual(missing('tagKeys'));
  });

  it('asks for a topic that is there', async () => {
    const input = { ResourceArn: topicArn('absent'), TagKeys: ['a'] };
    expect(await harness.failure('UntagResource', input)).toMatchObject({
      queryCode: 'ResourceNotFound',
      status: 404,
    });
  });
});

describe('UntagResource behaviour', () => {
  it('removes tags, and does not mind those that are not there', async () => {
    expect(await harness.call('UntagResource', { ResourceArn, TagKeys: ['a', 'x'] })).toEqual({});
    expect(await harness.call('ListTagsForResource', { ResourceArn })).toEqual({
      Tags: [{ Key: 'b', Value: '2' }],
    });
  });
});
