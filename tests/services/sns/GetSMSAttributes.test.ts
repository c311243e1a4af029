/** https://docs.aws.amazon.com/sns/latest/api/API_GetSMSAttributes.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import { inIreland, ofAnother } from './texts.ts';
import { newHarness } from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

describe('GetSMSAttributes serialization', () => {
  const codecs = new Codecs(sns, 'GetSMSAttributes');

  it('reads forms', () => {
    expect(codecs.fromForm('attributes.member.1=DefaultSMSType')).toEqual({
      attributes: ['DefaultSMSType'],
    });
    expect(codecs.fromForm('')).toEqual({});
  });

  it('answers members', () => {
    expect(codecs.toXml({ attributes: { MonthlySpendLimit: '1' } })).toBe(
      '<GetSMSAttributesResult><attributes><entry><key>MonthlySpendLimit</key>' +
        '<value>1</value></entry></attributes></GetSMSAttributesResult>',
    );
  });
});

const get = async (...names: string[]) => {
  const input = names.length === 0 ? {} : { attributes: names };
  return (await harness.call('GetSMSAttributes', input)).attributes;
};

describe('GetSMSAttributes validation', () => {
  it('refuses a name that no attribute has', async () => {
    const attributes = ['DefaultSMSType', 'Colour'];
    expect(await harness.failure('GetSMSAttributes', { attributes })).toEqual({
      code: 'InvalidParameterException',
      queryCode: 'InvalidParameter',
      status: 400,
      message: 'Colour is not a valid attribute',
    });
  });
});

describe('GetSMSAttributes behaviour', () => {
  it('answers the spend limit that every account has from the start', async () => {
    expect(await get()).toEqual({ MonthlySpendLimit: '1' });
  });

  it('answers what was set, all of it or what is asked for', async () => {
    const attributes = { MonthlySpendLimit: '20', DefaultSMSType: 'Transactional' };
    await harness.call('SetSMSAttributes', { attributes });
    expect(await get()).toEqual(attributes);
    expect(await get('DefaultSMSType', 'DefaultSenderID')).toEqual({
      DefaultSMSType: 'Transactional',
    });
    expect(await get('DefaultSenderID')).toEqual({});
  });

  it('knows another account and another Region apart', async () => {
    const attributes = { DefaultSMSType: 'Transactional' };
    await harness.call('SetSMSAttributes', { attributes });
    for (const caller of [inIreland, ofAnother]) {
      const answer = await harness.call('GetSMSAttributes', {}, { caller });
      expect(answer.attributes).toEqual({ MonthlySpendLimit: '1' });
    }
  });
});
