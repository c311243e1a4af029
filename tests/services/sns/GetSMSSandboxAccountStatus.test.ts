/** https://docs.aws.amazon.com/sns/latest/api/API_GetSMSSandboxAccountStatus.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../../src/core/context.ts';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import { callAdmin, inIreland, ofAnother } from './texts.ts';
import { newHarness } from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

describe('GetSMSSandboxAccountStatus serialization', () => {
  const codecs = new Codecs(sns, 'GetSMSSandboxAccountStatus');

  it('reads forms', () => {
    expect(codecs.fromForm('')).toEqual({});
  });

  it('answers members', () => {
    expect(codecs.toXml({ IsInSandbox: false })).toBe(
      '<GetSMSSandboxAccountStatusResult><IsInSandbox>false</IsInSandbox></GetSMSSandboxAccountStatusResult>',
    );
  });
});

const status = (caller: Partial<Caller> = {}) =>
  harness.call('GetSMSSandboxAccountStatus', {}, { caller });

describe('GetSMSSandboxAccountStatus validation', () => {
  it('ignores members that it does not know', async () => {
    expect(await harness.call('GetSMSSandboxAccountStatus', { IsInSandbox: true })).toEqual({
      IsInSandbox: false,
    });
  });
});

describe('GetSMSSandboxAccountStatus behaviour', () => {
  it('says that an account is outside from the start', async () => {
    expect(await status()).toEqual({ IsInSandbox: false });
  });

  it('says where an account was moved to, in that Region', async () => {
    await callAdmin(harness, 'SetSMSSandboxAccountStatus', { IsInSandbox: true });
    expect(await status()).toEqual({ IsInSandbox: true });
    expect(await status(inIreland)).toEqual({ IsInSandbox: false });
    expect(await status(ofAnother)).toEqual({ IsInSandbox: false });
  });
});
