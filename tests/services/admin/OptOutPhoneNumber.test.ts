import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admin } from '../../../src/services/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import { callAdmin, isOptedOut, ofAnother, optOut, PHONE } from '../sns/texts.ts';
import { newHarness } from '../sns/topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

describe('serialization', () => {
  const codecs = new Codecs(admin, 'OptOutPhoneNumber');

  it('takes a number and answers nothing', () => {
    expect(codecs.fromJson({ PhoneNumber: PHONE })).toEqual({ PhoneNumber: PHONE });
    expect(codecs.toJson({})).toEqual({});
  });
});

describe('validation', () => {
  it('asks for a number', async () => {
    await expect(callAdmin(harness, 'OptOutPhoneNumber', {})).rejects.toMatchObject({
      code: 'ValidationError',
      message: expect.stringContaining("Value null at 'PhoneNumber'"),
    });
  });

  it.each(['', 'me', '+0555', '+1555123456789012'])('refuses %j', async (PhoneNumber) => {
    await expect(optOut(harness, PhoneNumber)).rejects.toMatchObject({ code: 'ValidationError' });
  });
});

describe('behaviour', () => {
  it("opts a number out of the texts of the caller's account", async () => {
    expect(await optOut(harness)).toEqual({});
    expect(await isOptedOut(harness)).toBe(true);
    expect(await isOptedOut(harness, PHONE, ofAnother)).toBe(false);
  });

  it('may be repeated', async () => {
    await optOut(harness);
    await optOut(harness, PHONE.slice(1));
    const { phoneNumbers } = await harness.call('ListPhoneNumbersOptedOut', {});
    expect(phoneNumbers).toEqual([PHONE]);
  });
});
