/** https://docs.aws.amazon.com/sns/latest/api/API_ListPlatformApplications.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import { applicationArn, createApplication } from './platforms.ts';
import { invalidParameter, newHarness } from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

const list = (input: object = {}) => harness.call('ListPlatformApplications', input);

describe('ListPlatformApplications serialization', () => {
  const codecs = new Codecs(sns, 'ListPlatformApplications');

  it('reads forms', () => {
    expect(codecs.fromForm('NextToken=abc')).toEqual({ NextToken: 'abc' });
  });

  it('answers members', () => {
    const application = { PlatformApplicationArn: 'a', Attributes: { Enabled: 'true' } };
    expect(codecs.toXml({ PlatformApplications: [application], NextToken: 'n' })).toBe(
      '<ListPlatformApplicationsResult><PlatformApplications><member>' +
        '<PlatformApplicationArn>a</PlatformApplicationArn><Attributes><entry><key>Enabled</key>' +
        '<value>true</value></entry></Attributes></member></PlatformApplications>' +
        '<NextToken>n</NextToken></ListPlatformApplicationsResult>',
    );
  });
});

describe('ListPlatformApplications validation', () => {
  it('refuses a token that it did not make', async () => {
    expect(await harness.failure('ListPlatformApplications', { NextToken: 'x' })).toEqual(
      invalidParameter('NextToken Reason: Invalid or expired next token'),
    );
  });
});

describe('ListPlatformApplications behaviour', () => {
  it("answers the caller's applications in the Region, with their attributes", async () => {
    expect(await list()).toEqual({ PlatformApplications: [] });
    await createApplication(harness, {}, 'GCM', 'b');
    await createApplication(harness, {}, 'APNS', 'a');
    const input = { Name: 'c', Platform: 'GCM', Attributes: { PlatformCredential: 'k' } };
    const caller = { region: 'eu-west-1' };
    await harness.call('CreatePlatformApplication', input, { caller });
    const usual = { Enabled: 'true', SuccessFeedbackSampleRate: '100' };
    expect(await list()).toEqual({
      PlatformApplications: [
        {
          PlatformApplicationArn: applicationArn('a', 'APNS'),
          Attributes: { ...usual, AuthenticationMethod: 'certificate' },
        },
        {
          PlatformApplicationArn: applicationArn('b'),
          Attributes: { ...usual, AuthenticationMethod: 'key' },
        },
      ],
    });
  });

  it('answers a hundred at a time', async () => {
    for (let i = 0; i < 101; i++) await createApplication(harness, {}, 'GCM', `app${i}`);
    const { PlatformApplications, NextToken } = await list();
    expect(PlatformApplications).toHaveLength(100);
    const rest = await list({ NextToken });
    expect(rest.PlatformApplications).toHaveLength(1);
    expect(rest).not.toHaveProperty('NextToken');
  });
});
