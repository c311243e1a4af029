/** https://docs.aws.amazon.com/sns/latest/api/API_GetEndpointAttributes.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  absentEndpoint,
  badEndpointArns,
  createApplication,
  createEndpoint,
  endpointAttributes,
  noEndpoint,
} from './platforms.ts';
import { missing, newHarness } from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

describe('GetEndpointAttributes serialization', () => {
  const codecs = new Codecs(sns, 'GetEndpointAttributes');

  it('reads forms', () => {
    expect(codecs.fromForm('EndpointArn=a')).toEqual({ EndpointArn: 'a' });
  });

  it('answers entries', () => {
    expect(codecs.toXml({ Attributes: { Enabled: 'true' } })).toBe(
      '<GetEndpointAttributesResult><Attributes><entry><key>Enabled</key><value>true</value>' +
        '</entry></Attributes></GetEndpointAttributesResult>',
    );
  });
});

describe('GetEndpointAttributes validation', () => {
  const failure = (EndpointArn?: string) =>
    harness.failure('GetEndpointAttributes', { EndpointArn });

  it('asks for an ARN', async () => {
    expect(await failure()).toEqual(missing('endpointArn'));
  });

  it.each(badEndpointArns)('refuses the ARN %j', async (arn, error) => {
    expect(await failure(arn)).toEqual(error);
  });

  it('does not find what is not there', async () => {
    expect(await failure(absentEndpoint)).toEqual(noEndpoint);
    await createApplication(harness);
    expect(await failure(absentEndpoint)).toEqual(noEndpoint);
  });
});

describe('GetEndpointAttributes behaviour', () => {
  it('answers token and state, and data where there is any', async () => {
    const application = await createApplication(harness);
    const without = await createEndpoint(harness, application, 'a');
    expect(await endpointAttributes(harness, without)).toEqual({ Token: 'a', Enabled: 'true' });
    const CustomUserData = '{"user":1}';
    const endpoint = await createEndpoint(harness, application, 'b', { CustomUserData });
    expect(await endpointAttributes(harness, endpoint)).toEqual({
      Token: 'b',
      Enabled: 'true',
      CustomUserData,
    });
  });
});
