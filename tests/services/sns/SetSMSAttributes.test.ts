/** https://docs.aws.amazon.com/sns/latest/api/API_SetSMSAttributes.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import { invalidParameter, missing, newHarness } from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

describe('SetSMSAttributes serialization', () => {
  const codecs = new Codecs(sns, 'SetSMSAttributes');

  it('reads forms', () => {
    const form = 'attributes.entry.1.key=DefaultSenderID&attributes.entry.1.value=Shop';
    expect(codecs.fromForm(form)).toEqual({ attributes: { DefaultSenderID: 'Shop' } });
  });

  it('answers an empty result', () => {
    expect(codecs.toXml({})).toMatch(/^<SetSMSAttributesResult(\/>|><\/SetSMSAttributesResult>)$/);
  });
});

const set = (attributes: object) => harness.call('SetSMSAttributes', { attributes });
const get = async () => (await harness.call('GetSMSAttributes', {})).attributes;

describe('SetSMSAttributes validation', () => {
  it('asks for attributes', async () => {
    expect(await harness.failure('SetSMSAttributes', {})).toEqual(missing('attributes'));
  });

  it('refuses a name that no attribute has, and sets nothing then', async () => {
    const attributes = { DefaultSenderID: 'Shop', Colour: 'red' };
    expect(await harness.failure('SetSMSAttributes', { attributes })).toEqual({
      code: 'InvalidParameterException',
      queryCode: 'InvalidParameter',
      status: 400,
      message: 'Colour is not a valid attribute',
    });
    expect(await get()).toEqual({ MonthlySpendLimit: '1' });
  });

  it.each([
    ['MonthlySpendLimit', '-1'],
    ['MonthlySpendLimit', 'much'],
    ['DeliveryStatusIAMRole', 'texts'],
    ['DeliveryStatusIAMRole', 'arn:aws:iam::000000000000:user/texts'],
    ['DeliveryStatusSuccessSamplingRate', '101'],
    ['DeliveryStatusSuccessSamplingRate', '1.5'],
    ['DefaultSenderID', '12345'],
    ['DefaultSenderID', 'My Shop'],
    ['DefaultSenderID', 'a'.repeat(12)],
    ['DefaultSMSType', 'promotional'],
    ['UsageReportS3Bucket', 'Reports'],
    ['UsageReportS3Bucket', 'ab'],
  ])('refuses %s = %j', async (name, value) => {
    expect(await harness.failure('SetSMSAttributes', { attributes: { [name]: value } })).toEqual(
      invalidParameter(`attributes Reason: ${name}: Invalid value [${value}].`),
    );
  });
});

describe('SetSMSAttributes behaviour', () => {
  it('takes every attribute', async () => {
    const attributes = {
      MonthlySpendLimit: '0.5',
      DeliveryStatusIAMRole: 'arn:aws:iam::000000000000:role/path/texts',
      DeliveryStatusSuccessSamplingRate: '100',
      DefaultSenderID: 'MyBusiness1',
      DefaultSMSType: 'Promotional',
      UsageReportS3Bucket: 'sms.reports-2026',
    };
    expect(await set(attributes)).toEqual({});
    expect(await get()).toEqual(attributes);
  });

  it('leaves alone what is not mentioned', async () => {
    await set({ DefaultSenderID: 'Shop', DefaultSMSType: 'Promotional' });
    await set({ DefaultSMSType: 'Transactional' });
    expect(await get()).toMatchObject({
      DefaultSenderID: 'Shop',
      DefaultSMSType: 'Transactional',
    });
  });

  it('takes an attribute back with an empty text', async () => {
    await set({ DefaultSenderID: 'Shop', MonthlySpendLimit: '9' });
    await set({ DefaultSenderID: '', MonthlySpendLimit: '', UsageReportS3Bucket: '' });
    expect(await get()).toEqual({ MonthlySpendLimit: '1' });
  });
});
