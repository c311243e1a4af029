/** https://docs.aws.amazon.com/sns/latest/api/API_ListPhoneNumbersOptedOut.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../../src/core/context.ts';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import { ofAnother, optOut, PHONE } from './texts.ts';
import { invalidParameter, newHarness } from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

describe('ListPhoneNumbersOptedOut serialization', () => {
  const codecs = new Codecs(sns, 'ListPhoneNumbersOptedOut');

  it('reads forms', () => {
    expect(codecs.fromForm('nextToken=abc')).toEqual({ nextToken: 'abc' });
  });

  it('answers members', () => {
    expect(codecs.toXml({ phoneNumbers: [PHONE], nextToken: 'n' })).toBe(
      '<ListPhoneNumbersOptedOutResult><phoneNumbers><member>+15551234567</member>' +
        '</phoneNumbers><nextToken>n</nextToken></ListPhoneNumbersOptedOutResult>',
    );
    expect(codecs.toXml({ phoneNumbers: [] })).toBe(
      '<ListPhoneNumbersOptedOutResult><phoneNumbers/></ListPhoneNumbersOptedOutResult>',
    );
  });
});

interface Page {
  readonly phoneNumbers: readonly string[];
  readonly nextToken?: string;
}

const list = async (input: object = {}, caller: Partial<Caller> = {}) =>
  (await harness.call('ListPhoneNumbersOptedOut', input, { caller })) as unknown as Page;

describe('ListPhoneNumbersOptedOut validation', () => {
  it('refuses a token that it did not make', async () => {
    expect(await harness.failure('ListPhoneNumbersOptedOut', { nextToken: 'x' })).toEqual(
      invalidParameter('NextToken Reason: Invalid or expired next token'),
    );
  });
});

describe('ListPhoneNumbersOptedOut behaviour', () => {
  it('answers an empty list', async () => {
    expect(await list()).toEqual({ phoneNumbers: [] });
  });

  it('answers the numbers that opted out of texts of the account', async () => {
    await optOut(harness, '+15550002');
    await optOut(harness, '15550001');
    await optOut(harness, '+15550003', ofAnother);
    expect(await list()).toEqual({ phoneNumbers: ['+15550001', '+15550002'] });
    expect(await list({}, ofAnother)).toEqual({ phoneNumbers: ['+15550003'] });
  });

  it('forgets a number that is opted in', async () => {
    await optOut(harness);
    await harness.call('OptInPhoneNumber', { phoneNumber: PHONE });
    expect(await list()).toEqual({ phoneNumbers: [] });
  });

  it('answers a hundred at a time', async () => {
    for (let i = 0; i < 101; i++) await optOut(harness, `+1555${1_000 + i}`);
    const { phoneNumbers, nextToken } = await list();
    expect(phoneNumbers).toHaveLength(100);
    expect(await list({ nextToken })).toEqual({ phoneNumbers: ['+15551100'] });
  });
});
