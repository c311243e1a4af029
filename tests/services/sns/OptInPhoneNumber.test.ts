/** https://docs.aws.amazon.com/sns/latest/api/API_OptInPhoneNumber.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import { DAY_MS, isOptedOut, malformedNumber, ofAnother, optOut, PHONE } from './texts.ts';
import { invalidParameter, missing, newHarness } from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

describe('OptInPhoneNumber serialization', () => {
  const codecs = new Codecs(sns, 'OptInPhoneNumber');

  it('reads forms', () => {
    expect(codecs.fromForm('phoneNumber=%2B15551234567')).toEqual({ phoneNumber: PHONE });
  });

  it('answers an empty result', () => {
    expect(codecs.toXml({})).toMatch(/^<OptInPhoneNumberResult(\/>|><\/OptInPhoneNumberResult>)$/);
  });
});

const optIn = (phoneNumber: string = PHONE) => harness.call('OptInPhoneNumber', { phoneNumber });

describe('OptInPhoneNumber validation', () => {
  it('asks for a number', async () => {
    expect(await harness.failure('OptInPhoneNumber', {})).toEqual(missing('phoneNumber'));
  });

  it('refuses what is no number', async () => {
    expect(await harness.failure('OptInPhoneNumber', { phoneNumber: 'me' })).toEqual(
      malformedNumber,
    );
  });
});

describe('OptInPhoneNumber behaviour', () => {
  it('takes a number off the list', async () => {
    await optOut(harness);
    expect(await optIn(PHONE.slice(1))).toEqual({});
    expect(await isOptedOut(harness)).toBe(false);
  });

  it('leaves a number alone that is not on the list, which counts for nothing', async () => {
    expect(await optIn()).toEqual({});
    await optOut(harness);
    expect(await optIn()).toEqual({});
  });

  it('does so once in 30 days', async () => {
    await optOut(harness);
    await optIn();
    await optOut(harness);
    await harness.advance(30 * DAY_MS - 1);
    expect(await harness.failure('OptInPhoneNumber', { phoneNumber: PHONE })).toEqual(
      invalidParameter(
        'PhoneNumber Reason: A phone number can be opted in only once every 30 days',
      ),
    );
    expect(await isOptedOut(harness)).toBe(true);
    await harness.advance(1);
    await optIn();
    expect(await isOptedOut(harness)).toBe(false);
  });

  it('counts the days of each account and number', async () => {
    await optOut(harness);
    await optIn();
    await optOut(harness, PHONE, ofAnother);
    await harness.call('OptInPhoneNumber', { phoneNumber: PHONE }, { caller: ofAnother });
    await optOut(harness, '+15550001');
    await optIn('+15550001');
    expect(await isOptedOut(harness, '+15550001')).toBe(false);
  });
});
