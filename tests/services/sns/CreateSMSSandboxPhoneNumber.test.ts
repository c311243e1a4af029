/** https://docs.aws.amazon.com/sns/latest/api/API_CreateSMSSandboxPhoneNumber.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  addToSandbox,
  addVerified,
  DAY_MS,
  inIreland,
  malformedNumber,
  ofAnother,
  optOut,
  PHONE,
  sandboxNumbers,
  texts,
  userError,
  violation,
} from './texts.ts';
import { missing, newHarness } from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

describe('CreateSMSSandboxPhoneNumber serialization', () => {
  const codecs = new Codecs(sns, 'CreateSMSSandboxPhoneNumber');

  it('reads forms', () => {
    expect(codecs.fromForm('PhoneNumber=%2B15551234567&LanguageCode=de-DE')).toEqual({
      PhoneNumber: PHONE,
      LanguageCode: 'de-DE',
    });
  });

  it('answers an empty result', () => {
    expect(codecs.toXml({})).toMatch(
      /^<CreateSMSSandboxPhoneNumberResult(\/>|><\/CreateSMSSandboxPhoneNumberResult>)$/,
    );
  });
});

const create = (changes: object = {}) =>
  harness.call('CreateSMSSandboxPhoneNumber', { PhoneNumber: PHONE, ...changes });
const failure = (changes: object = {}) =>
  harness.failure('CreateSMSSandboxPhoneNumber', { PhoneNumber: PHONE, ...changes });

describe('CreateSMSSandboxPhoneNumber validation', () => {
  it('asks for a number', async () => {
    expect(await failure({ PhoneNumber: undefined })).toEqual(missing('phoneNumber'));
  });

  it.each(['+1555123', '1555123456', 'me'])('refuses the number %j', async (PhoneNumber) => {
    const pattern = '^(\\+[0-9]{8,}|[0-9]{0,9})$';
    expect(await failure({ PhoneNumber })).toEqual(
      violation(PhoneNumber, 'phoneNumber', `satisfy regular expression pattern: ${pattern}`),
    );
  });

  it('refuses a number of more than 20 characters', async () => {
    const PhoneNumber = `+${'1'.repeat(20)}`;
    expect(await failure({ PhoneNumber })).toEqual(
      violation(PhoneNumber, 'phoneNumber', 'have length less than or equal to 20'),
    );
  });

  it.each(['', '+05551234567', `+${'1'.repeat(16)}`])('refuses %j', async (PhoneNumber) => {
    expect(await failure({ PhoneNumber })).toEqual(malformedNumber);
  });

  it('refuses a language that it does not speak', async () => {
    const { message } = await failure({ LanguageCode: 'eo' });
    expect(message).toContain("Value 'eo' at 'languageCode'");
    expect(message).toContain('Member must satisfy enum value set: [en-US, en-GB, ');
  });
});

describe('CreateSMSSandboxPhoneNumber behaviour', () => {
  it('adds a pending number and sends it a one-time password', async () => {
    expect(await create()).toEqual({});
    expect(await sandboxNumbers(harness)).toEqual([{ PhoneNumber: PHONE, Status: 'Pending' }]);
    const [sent] = await texts(harness);
    expect(sent).toMatchObject({
      target: {
        phoneNumber: PHONE,
        text: expect.stringMatching(/^Your Amazon SNS verification code is \d{6}\.$/),
        smsType: 'Transactional',
      },
      about: { accountId: '000000000000', region: 'us-east-1' },
    });
  });

  it.each([
    ['de-DE', /^Ihr Amazon-SNS-Bestätigungscode lautet \d{6}\.$/],
    ['fr-CA', /^Votre code de vérification Amazon SNS est \d{6}\.$/],
    ['ja-JP', /^Amazon SNS の確認コードは \d{6} です。$/],
  ])('writes the text in %s', async (LanguageCode, form) => {
    await create({ LanguageCode });
    expect((await texts(harness))[0]?.target.text).toMatch(form);
  });

  it('keeps the numbers of each account and Region apart', async () => {
    await create();
    expect(await sandboxNumbers(harness, inIreland)).toEqual([]);
    expect(await sandboxNumbers(harness, ofAnother)).toEqual([]);
  });

  it('refuses a number that opted out', async () => {
    await optOut(harness);
    expect(await failure()).toEqual({
      code: 'OptedOutException',
      queryCode: 'OptedOut',
      status: 400,
      message: `The phone number ${PHONE} is opted out`,
    });
    expect(await texts(harness)).toEqual([]);
  });

  it('sends a pending number another password, up to five in 24 hours', async () => {
    const passwords = new Set<string>();
    for (let i = 0; i < 5; i++) passwords.add(await addToSandbox(harness));
    expect(passwords.size).toBe(5);
    const refused = userError('A phone number gets at most 5 one-time passwords in 24 hours');
    expect(await failure()).toEqual(refused);
    await harness.advance(DAY_MS - 1);
    expect(await failure()).toEqual(refused);
    await harness.advance(1);
    await create();
    expect(await texts(harness)).toHaveLength(6);
  });

  it('refuses a number that is verified', async () => {
    await addVerified(harness);
    expect(await failure()).toEqual(userError(`The phone number ${PHONE} is already verified`));
  });

  it('takes ten numbers', async () => {
    for (let i = 0; i < 10; i++) await create({ PhoneNumber: `+1555000${i}` });
    expect(await failure()).toEqual(userError('The SMS sandbox takes at most 10 phone numbers'));
    await create({ PhoneNumber: '+15550000' });
    await harness.call(
      'CreateSMSSandboxPhoneNumber',
      { PhoneNumber: PHONE },
      { caller: inIreland },
    );
  });
});
