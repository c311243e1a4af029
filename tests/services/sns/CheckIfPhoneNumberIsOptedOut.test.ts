/** https://docs.aws.amazon.com/sns/latest/api/API_CheckIfPhoneNumberIsOptedOut.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import { inIreland, isOptedOut, malformedNumber, ofAnother, optOut, PHONE } from './texts.ts';
import { missing, newHarness } from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

describe('CheckIfPhoneNumberIsOptedOut serialization', () => {
  const codecs = new Codecs(sns, 'CheckIfPhoneNumberIsOptedOut');

  it('reads forms', () => {
    expect(codecs.fromForm('phoneNumber=%2B15551234567')).toEqual({ phoneNumber: PHONE });
  });

  it('answers members', () => {
    expect(codecs.toXml({ isOptedOut: true })).toBe(
      '<CheckIfPhoneNumberIsOptedOutResult><isOptedOut>true</isOptedOut></CheckIfPhoneNumberIsOptedOutResult>',
    );
  });
});

describe('CheckIfPhoneNumberIsOptedOut validation', () => {
  it('asks for a number', async () => {
    expect(await harness.failure('CheckIfPhoneNumberIsOptedOut', {})).toEqual(
      missing('phoneNumber'),
    );
  });

  it.each(['', '+', '0555', '+1555123456789012', '555-1234'])('refuses %j', async (phoneNumber) => {
    expect(await harness.failure('CheckIfPhoneNumberIsOptedOut', { phoneNumber })).toEqual(
      malformedNumber,
    );
  });
});

describe('CheckIfPhoneNumberIsOptedOut behaviour', () => {
  it('says no of a number that never opted out', async () => {
    expect(await isOptedOut(harness)).toBe(false);
  });

  it('says yes of a number that opted out, with or without its plus', async () => {
    await optOut(harness);
    expect(await isOptedOut(harness)).toBe(true);
    expect(await isOptedOut(harness, PHONE.slice(1))).toBe(true);
    expect(await isOptedOut(harness, `${PHONE}8`)).toBe(false);
  });

  it('says the same in every Region of the account, and nothing of others', async () => {
    await optOut(harness);
    expect(await isOptedOut(harness, PHONE, inIreland)).toBe(true);
    expect(await isOptedOut(harness, PHONE, ofAnother)).toBe(false);
  });
});
