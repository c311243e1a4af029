/** https://docs.aws.amazon.com/sns/latest/api/API_DeleteSMSSandboxPhoneNumber.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  addToSandbox,
  DAY_MS,
  inIreland,
  malformedNumber,
  noSuchNumber,
  PHONE,
  sandboxNumbers,
  userError,
} from './texts.ts';
import { missing, newHarness } from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

describe('DeleteSMSSandboxPhoneNumber serialization', () => {
  const codecs = new Codecs(sns, 'DeleteSMSSandboxPhoneNumber');

  it('reads forms', () => {
    expect(codecs.fromForm('PhoneNumber=%2B15551234567')).toEqual({ PhoneNumber: PHONE });
  });

  it('answers an empty result', () => {
    expect(codecs.toXml({})).toMatch(
      /^<DeleteSMSSandboxPhoneNumberResult(\/>|><\/DeleteSMSSandboxPhoneNumberResult>)$/,
    );
  });
});

const remove = (PhoneNumber: string = PHONE) =>
  harness.call('DeleteSMSSandboxPhoneNumber', { PhoneNumber });
const failure = (PhoneNumber: string = PHONE) =>
  harness.failure('DeleteSMSSandboxPhoneNumber', { PhoneNumber });

describe('DeleteSMSSandboxPhoneNumber validation', () => {
  it('asks for a number', async () => {
    expect(await harness.failure('DeleteSMSSandboxPhoneNumber', {})).toEqual(
      missing('phoneNumber'),
    );
  });

  it('refuses what is no number', async () => {
    expect(await failure('me')).toMatchObject({ code: 'ValidationError' });
    expect(await failure('')).toEqual(malformedNumber);
  });

  it('refuses a number that is not in the sandbox', async () => {
    await addToSandbox(harness, PHONE, inIreland);
    expect(await failure()).toEqual(noSuchNumber);
  });
});

describe('DeleteSMSSandboxPhoneNumber behaviour', () => {
  const refused = userError(
    'A phone number can be deleted 24 hours after its verification or the last attempt at it',
  );

  it('removes a number 24 hours after the last password was sent', async () => {
    await addToSandbox(harness);
    await harness.advance(DAY_MS / 2);
    await addToSandbox(harness);
    await harness.advance(DAY_MS - 1);
    expect(await failure()).toEqual(refused);
    await harness.advance(1);
    expect(await remove()).toEqual({});
    expect(await sandboxNumbers(harness)).toEqual([]);
    expect(await failure()).toEqual(noSuchNumber);
  });

  it('removes a number 24 hours after it was verified', async () => {
    const OneTimePassword = await addToSandbox(harness);
    await harness.advance(DAY_MS);
    await harness.call('VerifySMSSandboxPhoneNumber', { PhoneNumber: PHONE, OneTimePassword });
    expect(await failure()).toEqual(refused);
    await harness.advance(DAY_MS);
    await remove(PHONE);
    expect(await sandboxNumbers(harness)).toEqual([]);
  });
});
