/** https://docs.aws.amazon.com/sns/latest/api/API_ListSMSSandboxPhoneNumbers.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import { addToSandbox, addVerified, PHONE, violation } from './texts.ts';
import { invalidParameter, newHarness } from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

describe('ListSMSSandboxPhoneNumbers serialization', () => {
  const codecs = new Codecs(sns, 'ListSMSSandboxPhoneNumbers');

  it('reads forms', () => {
    expect(codecs.fromForm('NextToken=n&MaxResults=100')).toEqual({
      NextToken: 'n',
      MaxResults: 100,
    });
  });

  it('answers members', () => {
    const PhoneNumbers = [{ PhoneNumber: PHONE, Status: 'Pending' }];
    expect(codecs.toXml({ PhoneNumbers, NextToken: 'n' })).toBe(
      '<ListSMSSandboxPhoneNumbersResult><PhoneNumbers><member>' +
        '<PhoneNumber>+15551234567</PhoneNumber><Status>Pending</Status></member></PhoneNumbers>' +
        '<NextToken>n</NextToken></ListSMSSandboxPhoneNumbersResult>',
    );
    expect(codecs.toXml({ PhoneNumbers: [] })).toBe(
      '<ListSMSSandboxPhoneNumbersResult><PhoneNumbers/></ListSMSSandboxPhoneNumbersResult>',
    );
  });
});

const list = (input: object = {}) => harness.call('ListSMSSandboxPhoneNumbers', input);

describe('ListSMSSandboxPhoneNumbers validation', () => {
  it.each([
    [0, 'greater than or equal to 1'],
    [101, 'less than or equal to 100'],
  ])('refuses %i results a page', async (MaxResults, limit) => {
    expect(await harness.failure('ListSMSSandboxPhoneNumbers', { MaxResults })).toEqual(
      violation(String(MaxResults), 'maxResults', `have value ${limit}`),
    );
  });

  it('refuses a token that it did not make', async () => {
    expect(await harness.failure('ListSMSSandboxPhoneNumbers', { NextToken: 'x' })).toEqual(
      invalidParameter('NextToken Reason: Invalid or expired next token'),
    );
  });
});

describe('ListSMSSandboxPhoneNumbers behaviour', () => {
  it('answers an empty list', async () => {
    expect(await list()).toEqual({ PhoneNumbers: [] });
  });

  it('answers pending and verified numbers, with their plus', async () => {
    await addToSandbox(harness, '+15550002');
    await harness.call('CreateSMSSandboxPhoneNumber', { PhoneNumber: '15550001' });
    await addVerified(harness, '+15550003');
    expect(await list()).toEqual({
      PhoneNumbers: [
        { PhoneNumber: '+15550001', Status: 'Pending' },
        { PhoneNumber: '+15550002', Status: 'Pending' },
        { PhoneNumber: '+15550003', Status: 'Verified' },
      ],
    });
  });

  it('answers as many as are wanted, and the rest behind a token', async () => {
    for (let i = 0; i < 3; i++) await addToSandbox(harness, `+1555000${i}`);
    const { PhoneNumbers, NextToken } = await list({ MaxResults: 2 });
    expect(PhoneNumbers).toMatchObject([
      { PhoneNumber: '+15550000' },
      { PhoneNumber: '+15550001' },
    ]);
    expect(await list({ MaxResults: 2, NextToken })).toEqual({
      PhoneNumbers: [{ PhoneNumber: '+15550002', Status: 'Pending' }],
    });
    expect(await list({ MaxResults: 3 })).not.toHaveProperty('NextToken');
  });
});
