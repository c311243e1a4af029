/** https://docs.aws.amazon.com/sns/latest/api/API_ListTagsForResource.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import { createTopic, missing, newHarness, topicArn } from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

describe('ListTagsForResource serialization', () => {
  const codecs = new Codecs(sns, 'ListTagsForResource');

  it('reads forms', () => {
    expect(codecs.fromForm('ResourceArn=a')).toEqual({ ResourceArn: 'a' });
  });

  it('answers members', () => {
    expect(codecs.toXml({ Tags: [{ Key: 'a', Value: '1' }] })).toBe(
      '<ListTagsForResourceResult><Tags><member><Key>a</Key><Value>1</Value></member></Tags>' +
        '</ListTagsForResourceResult>',
    );
  });
});

describe('ListTagsForResource validation', () => {
  it('asks for an ARN', async () => {
    expect(await harness.failure('ListTagsForResource', {})).toEqual(missing('resourceArn'));
  });

  it('asks for a topic that is there', async () => {
    const input = { ResourceArn: topicArn('absent') };
    expect(await harness.failure('ListTagsForResource', input)).toMatchObject({
      queryCode: 'ResourceNotFound',
      message: 'Resource does not exist',
    });
  });
});

describe('ListTagsForResource behaviour', () => {
  it('answers an empty list for a topic without tags', async () => {
    const ResourceArn = await createTopic(harness, 'orders');
    expect(await harness.call('ListTagsForResource', { ResourceArn })).toEqual({ Tags: [] });
  });

  it('answers the tags of the creation', async () => {
    const Tags = [{ Key: 'team', Value: 'blue' }];
    await harness.call('CreateTopic', { Name: 'orders', Tags });
    const input = { ResourceArn: topicArn('orders') };
    expect(await harness.call('ListTagsForResource', input)).toEqual({ Tags });
  });
});
