/** https://docs.aws.amazon.com/sns/latest/api/API_SetPlatformApplicationAttributes.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
import { invalidParameter, missing, newHarness } from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

const name = 'SetPlatformApplicationAttributes';
const set = (PlatformApplicationArn: string, Attributes: object) =>
  harness.call(name, { PlatformApplicationArn, Attributes });
const failure = (PlatformApplicationArn: string, Attributes: object) =>
  harness.failure(name, { PlatformApplicationArn, Attributes });

describe('SetPlatformApplicationAttributes serialization', () => {
  const codecs = new Codecs(sns, name);

  it('reads forms', () => {
    const form =
      'PlatformApplicationArn=a&Attributes.entry.1.key=Enabled&Attributes.entry.1.value=false';
    expect(codecs.fromForm(form)).toEqual({
      PlatformApplicationArn: 'a',
      Attributes: { Enabled: 'false' },
    });
  });

  it('answers nothing', () => {
    expect(codecs.toXml({})).toBe('');
  });
});

describe('SetPlatformApplicationAttributes validation', () => {
  it('asks for an ARN and attributes', async () => {
    expect(await harness.failure(name, { Attributes: {} })).toEqual(
      missing('platformApplicationArn'),
    );
    expect(await harness.failure(name, { PlatformApplicationArn: 'a' })).toEqual(
      missing('attributes'),
    );
  });

  it.each(badApplicationArns)('refuses the ARN %j', async (arn, error) => {
    expect(await failure(arn, {})).toEqual(error);
  });

  it('does not find what is not there', async () => {
    expect(await failure(applicationArn(), {})).toEqual(noApplication);
  });

  it.each([
    [{ Colour: 'red' }, 'Invalid attribute name: Colour'],
    [{ PlatformCredential: 'c' }, 'Platform credentials are invalid'],
    [{ PlatformPrincipal: 'p' }, 'Platform credentials are invalid'],
    [{ ApplePlatformTeamID: 'T' }, 'Platform credentials are invalid'],
    [{ Enabled: '1' }, 'Invalid value for attribute: Enabled: 1'],
  ])('refuses %j and changes nothing', async (attributes, problem) => {
    const arn = await createApplication(harness, {}, 'APNS');
    const before = await applicationAttributes(harness, arn);
    expect(await failure(arn, { SuccessFeedbackSampleRate: '1', ...attributes })).toEqual(
      invalidParameter(`Attributes Reason: ${problem}`),
    );
    expect(await applicationAttributes(harness, arn)).toEqual(before);
  });
});

describe('SetPlatformApplicationAttributes behaviour', () => {
  it('changes what it names, and removes what it names as empty', async () => {
    const EventEndpointCreated = 'arn:aws:sns:us-east-1:000000000000:created';
    const EventDeliveryFailure = 'arn:aws:sns:us-east-1:000000000000:failure';
    const arn = await createApplication(harness, { EventEndpointCreated });
    expect(await set(arn, { EventDeliveryFailure, Enabled: 'FALSE' })).toEqual({});
    const usual = { SuccessFeedbackSampleRate: '100', AuthenticationMethod: 'key' };
    expect(await applicationAttributes(harness, arn)).toEqual({
      ...usual,
      Enabled: 'false',
      EventEndpointCreated,
      EventDeliveryFailure,
    });
    await set(arn, { EventEndpointCreated: '', EventDeliveryFailure: '', Enabled: 'true' });
    expect(await applicationAttributes(harness, arn)).toEqual({ ...usual, Enabled: 'true' });
  });

  it('takes new credentials', async () => {
    const arn = await createApplication(harness);
    await set(arn, { PlatformCredential: '{"type":"service_account"}' });
    expect(await applicationAttributes(harness, arn)).toMatchObject({
      AuthenticationMethod: 'token',
    });
    const Attributes = { PlatformCredential: 'a key' };
    const old = { Name: 'app', Platform: 'GCM', Attributes };
    expect(await harness.failure('CreatePlatformApplication', old)).toMatchObject({
      queryCode: 'InvalidParameter',
    });
  });
});
