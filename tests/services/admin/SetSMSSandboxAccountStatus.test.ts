import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admin } from '../../../src/services/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import { callAdmin } from '../sns/texts.ts';
import { newHarness } from '../sns/topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

const set = (input: object) => callAdmin(harness, 'SetSMSSandboxAccountStatus', input);
const status = () => harness.call('GetSMSSandboxAccountStatus', {});

describe('serialization', () => {
  const codecs = new Codecs(admin, 'SetSMSSandboxAccountStatus');

  it('takes a boolean and answers nothing', () => {
    expect(codecs.fromJson({ IsInSandbox: true })).toEqual({ IsInSandbox: true });
    expect(codecs.toJson({})).toEqual({});
  });
});

describe('validation', () => {
  it('asks where the account shall be', async () => {
    await expect(set({})).rejects.toMatchObject({
      code: 'ValidationError',
      message: expect.stringContaining("Value null at 'IsInSandbox'"),
    });
  });
});

describe('behaviour', () => {
  it('moves the account into the sandbox and out of it', async () => {
    expect(await set({ IsInSandbox: true })).toEqual({});
    expect(await status()).toEqual({ IsInSandbox: true });
    await set({ IsInSandbox: false });
    expect(await status()).toEqual({ IsInSandbox: false });
  });
});
