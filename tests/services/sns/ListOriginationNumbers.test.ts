/** https://docs.aws.amazon.com/sns/latest/api/API_ListOriginationNumbers.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import { violation } from './texts.ts';
import { invalidParameter, newHarness } from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

describe('ListOriginationNumbers serialization', () => {
  const codecs = new Codecs(sns, 'ListOriginationNumbers');

  it('reads forms', () => {
    expect(codecs.fromForm('NextToken=n&MaxResults=30')).toEqual({
      NextToken: 'n',
      MaxResults: 30,
    });
  });

  it('answers members', () => {
    expect(codecs.toXml({ PhoneNumbers: [] })).toBe(
      '<ListOriginationNumbersResult><PhoneNumbers/></ListOriginationNumbersResult>',
    );
  });
});

describe('ListOriginationNumbers validation', () => {
  it.each([
    [0, 'greater than or equal to 1'],
    [31, 'less than or equal to 30'],
  ])('refuses %i results a page', async (MaxResults, limit) => {
    expect(await harness.failure('ListOriginationNumbers', { MaxResults })).toEqual(
      violation(String(MaxResults), 'maxResults', `have value ${limit}`),
    );
  });

  it('refuses every token, for it makes none', async () => {
    expect(await harness.failure('ListOriginationNumbers', { NextToken: 'x' })).toEqual(
      invalidParameter('NextToken Reason: Invalid or expired next token'),
    );
  });
});

describe('ListOriginationNumbers behaviour', () => {
  it('answers that the account has none', async () => {
    expect(await harness.call('ListOriginationNumbers', { MaxResults: 30 })).toEqual({
      PhoneNumbers: [],
    });
    expect(await harness.call('ListOriginationNumbers', { NextToken: '' })).toEqual({
      PhoneNumbers: [],
    });
  });
});
