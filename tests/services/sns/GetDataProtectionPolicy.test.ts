/** https://docs.aws.amazon.com/sns/latest/api/API_GetDataProtectionPolicy.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  attributesOf,
  createTopic,
  invalidParameter,
  missing,
  newHarness,
  notFound,
  protectionPolicy,
  protectionStatement,
  topicArn,
} from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

const get = (ResourceArn: string) => harness.call('GetDataProtectionPolicy', { ResourceArn });

describe('GetDataProtectionPolicy serialization', () => {
  const codecs = new Codecs(sns, 'GetDataProtectionPolicy');

  it('reads forms', () => {
    expect(codecs.fromForm('ResourceArn=a')).toEqual({ ResourceArn: 'a' });
  });

  it('answers the policy', () => {
    expect(codecs.toXml({ DataProtectionPolicy: '{}' })).toBe(
      '<GetDataProtectionPolicyResult><DataProtectionPolicy>{}</DataProtectionPolicy>' +
        '</GetDataProtectionPolicyResult>',
    );
  });
});

describe('GetDataProtectionPolicy validation', () => {
  it('asks for the ARN of a topic that is there', async () => {
    expect(await harness.failure('GetDataProtectionPolicy', {})).toEqual(missing('resourceArn'));
    expect(await harness.failure('GetDataProtectionPolicy', { ResourceArn: 'x' })).toEqual(
      invalidParameter('ResourceArn Reason: An ARN must have at least 6 elements, not 1'),
    );
    expect(
      await harness.failure('GetDataProtectionPolicy', { ResourceArn: topicArn('absent') }),
    ).toEqual(notFound('Topic does not exist'));
  });
});

describe('GetDataProtectionPolicy behaviour', () => {
  it('answers nothing where there is no policy', async () => {
    expect(await get(await createTopic(harness, 'orders'))).toEqual({});
  });

  it('answers the policy as it was put; the attributes do not show it', async () => {
    const ResourceArn = await createTopic(harness, 'orders');
    const before = await attributesOf(harness, ResourceArn);
    const DataProtectionPolicy = ` ${protectionPolicy(protectionStatement())}\n`;
    await harness.call('PutDataProtectionPolicy', { ResourceArn, DataProtectionPolicy });
    expect(await get(ResourceArn)).toEqual({ DataProtectionPolicy });
    expect(await attributesOf(harness, ResourceArn)).toEqual(before);
  });
});
