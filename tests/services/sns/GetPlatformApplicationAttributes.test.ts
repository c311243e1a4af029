/** https://docs.aws.amazon.com/sns/latest/api/API_GetPlatformApplicationAttributes.html */
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { selfSignedCertificate } from '../../../src/delivery/certificate.ts';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  applicationArn,
  applicationAttributes,
  badApplicationArns,
  createApplication,
  noApplication,
} from './platforms.ts';
import { missing, newHarness } from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

describe('GetPlatformApplicationAttributes serialization', () => {
  const codecs = new Codecs(sns, 'GetPlatformApplicationAttributes');

  it('reads forms', () => {
    expect(codecs.fromForm('PlatformApplicationArn=a')).toEqual({ PlatformApplicationArn: 'a' });
  });

  it('answers entries', () => {
    expect(codecs.toXml({ Attributes: { Enabled: 'true' } })).toBe(
      '<GetPlatformApplicationAttributesResult><Attributes><entry><key>Enabled</key>' +
        '<value>true</value></entry></Attributes></GetPlatformApplicationAttributesResult>',
    );
  });
});

describe('GetPlatformApplicationAttributes validation', () => {
  const failure = (PlatformApplicationArn?: string) =>
    harness.failure('GetPlatformApplicationAttributes', { PlatformApplicationArn });

  it('asks for an ARN', async () => {
    expect(await failure()).toEqual(missing('platformApplicationArn'));
  });

  it.each(badApplicationArns)('refuses the ARN %j', async (arn, error) => {
    expect(await failure(arn)).toEqual(error);
  });

  it('does not find what is not there', async () => {
    expect(await failure(applicationArn())).toEqual(noApplication);
  });
});

describe('GetPlatformApplicationAttributes behaviour', () => {
  const usual = { Enabled: 'true', SuccessFeedbackSampleRate: '100' };

  it('answers what was set', async () => {
    const attributes = {
      EventEndpointCreated: 'arn:aws:sns:us-east-1:000000000000:created',
      EventEndpointDeleted: 'arn:aws:sns:us-east-1:000000000000:deleted',
      EventEndpointUpdated: 'arn:aws:sns:us-east-1:000000000000:updated',
      EventDeliveryFailure: 'arn:aws:sns:us-east-1:000000000000:failure',
      SuccessFeedbackRoleArn: 'arn:aws:iam::000000000000:role/r',
      FailureFeedbackRoleArn: 'arn:aws:iam::000000000000:role/r',
      SuccessFeedbackSampleRate: '25',
    };
    const arn = await createApplication(harness, attributes, 'ADM');
    expect(await applicationAttributes(harness, arn)).toEqual({ ...usual, ...attributes });
  });

  it('tells how messages are authenticated at Google', async () => {
    const byKey = await createApplication(harness);
    expect(await applicationAttributes(harness, byKey)).toEqual({
      ...usual,
      AuthenticationMethod: 'key',
    });
    const file = { PlatformCredential: '{"type":"service_account"}' };
    const byToken = await createApplication(harness, file, 'GCM', 'other');
    expect(await applicationAttributes(harness, byToken)).toMatchObject({
      AuthenticationMethod: 'token',
    });
  });

  it('tells how messages are authenticated at Apple', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const owner = { commonName: 'com.example', organization: 'Example' };
    const PlatformPrincipal = selfSignedCertificate(privateKey, publicKey, owner);
    const byCertificate = await createApplication(harness, { PlatformPrincipal }, 'APNS');
    expect(await applicationAttributes(harness, byCertificate)).toEqual({
      ...usual,
      AuthenticationMethod: 'certificate',
      AppleCertificateExpiryDate: '2049-12-31T23:59:59.000Z',
    });
    const team = { ApplePlatformTeamID: 'TEAM', ApplePlatformBundleID: 'com.example' };
    const byToken = await createApplication(harness, team, 'APNS_SANDBOX');
    expect(await applicationAttributes(harness, byToken)).toEqual({
      ...usual,
      ...team,
      AuthenticationMethod: 'token',
    });
  });
});
