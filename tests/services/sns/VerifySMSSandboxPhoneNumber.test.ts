/** https://docs.aws.amazon.com/sns/latest/api/API_VerifySMSSandboxPhoneNumber.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { awsQuery } from '../../../src/protocol/aws-query/index.ts';
import { verificationFailed } from '../../../src/services/sns/errors.ts';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  addToSandbox,
  addVerified,
  malformedNumber,
  noSuchNumber,
  PHONE,
  sandboxNumbers,
  violation,
} from './texts.ts';
import { missing, newHarness } from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

describe('VerifySMSSandboxPhoneNumber serialization', () => {
  const codecs = new Codecs(sns, 'VerifySMSSandboxPhoneNumber');

  it('reads forms', () => {
    expect(codecs.fromForm('PhoneNumber=%2B15551234567&OneTimePassword=012345')).toEqual({
      PhoneNumber: PHONE,
      OneTimePassword: '012345',
    });
  });

  it('answers an empty result', () => {
    expect(codecs.toXml({})).toMatch(
      /^<VerifySMSSandboxPhoneNumberResult(\/>|><\/VerifySMSSandboxPhoneNumberResult>)$/,
    );
  });

  it('has a status in its error', () => {
    const { body } = awsQuery.encodeError(sns, verificationFailed('Pending'), 'r-1');
    expect(body).toContain(
      '<Error><Type>Sender</Type><Code>VerificationException</Code>' +
        '<Message>The one-time password is not valid</Message><Status>Pending</Status></Error>',
    );
  });
});

const verify = (OneTimePassword: string) =>
  harness.call('VerifySMSSandboxPhoneNumber', { PhoneNumber: PHONE, OneTimePassword });
const failure = (changes: object) =>
  harness.failure('VerifySMSSandboxPhoneNumber', {
    PhoneNumber: PHONE,
    OneTimePassword: '999999',
    ...changes,
  });

const verified = [{ PhoneNumber: PHONE, Status: 'Verified' }];
const pending = [{ PhoneNumber: PHONE, Status: 'Pending' }];

const wrongPassword = {
  code: 'VerificationException',
  queryCode: 'VerificationException',
  status: 400,
  message: 'The one-time password is not valid',
};

describe('VerifySMSSandboxPhoneNumber validation', () => {
  it('asks for a number and a password', async () => {
    expect(await failure({ PhoneNumber: undefined })).toEqual(missing('phoneNumber'));
    expect(await failure({ OneTimePassword: undefined })).toEqual(missing('oneTimePassword'));
  });

  it.each([
    ['1234', 'have length greater than or equal to 5'],
    ['123456789', 'have length less than or equal to 8'],
    ['12345x', 'satisfy regular expression pattern: ^[0-9]+$'],
  ])('refuses the password %j', async (OneTimePassword, constraint) => {
    expect(await failure({ OneTimePassword })).toEqual(
      violation(OneTimePassword, 'oneTimePassword', constraint),
    );
  });

  it('refuses a number that is not in the sandbox', async () => {
    expect(await failure({})).toEqual(noSuchNumber);
    expect(await failure({ PhoneNumber: '' })).toEqual(malformedNumber);
  });
});

describe('VerifySMSSandboxPhoneNumber behaviour', () => {
  it('verifies a number with the password that it got', async () => {
    expect(await verify(await addToSandbox(harness))).toEqual({});
    expect(await sandboxNumbers(harness)).toEqual(verified);
  });

  it('refuses another password', async () => {
    await addToSandbox(harness);
    expect(await failure({})).toEqual(wrongPassword);
    expect(await sandboxNumbers(harness)).toEqual(pending);
  });

  it('takes the newest password alone', async () => {
    const OneTimePassword = await addToSandbox(harness);
    const newest = await addToSandbox(harness);
    expect(await failure({ OneTimePassword })).toEqual(wrongPassword);
    await verify(newest);
    expect(await sandboxNumbers(harness)).toEqual(verified);
  });

  it('may be repeated', async () => {
    const password = await addVerified(harness);
    expect(await verify(password)).toEqual({});
    expect(await failure({})).toEqual(wrongPassword);
    expect(await sandboxNumbers(harness)).toEqual(verified);
  });
});
