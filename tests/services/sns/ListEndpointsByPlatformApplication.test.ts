/** https://docs.aws.amazon.com/sns/latest/api/API_ListEndpointsByPlatformApplication.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  applicationArn,
  badApplicationArns,
  createApplication,
  createEndpoint,
  noApplication,
} from './platforms.ts';
import { invalidParameter, missing, newHarness } from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

const name = 'ListEndpointsByPlatformApplication';
const list = (PlatformApplicationArn: string, more: object = {}) =>
  harness.call(name, { PlatformApplicationArn, ...more });

describe('ListEndpointsByPlatformApplication serialization', () => {
  const codecs = new Codecs(sns, name);

  it('reads forms', () => {
    expect(codecs.fromForm('PlatformApplicationArn=a&NextToken=n')).toEqual({
      PlatformApplicationArn: 'a',
      NextToken: 'n',
    });
  });

  it('answers members', () => {
    const endpoint = { EndpointArn: 'e', Attributes: { Token: 't' } };
    expect(codecs.toXml({ Endpoints: [endpoint], NextToken: 'n' })).toBe(
      '<ListEndpointsByPlatformApplicationResult><Endpoints><member><EndpointArn>e</EndpointArn>' +
        '<Attributes><entry><key>Token</key><value>t</value></entry></Attributes></member>' +
        '</Endpoints><NextToken>n</NextToken></ListEndpointsByPlatformApplicationResult>',
    );
  });
});

describe('ListEndpointsByPlatformApplication validation', () => {
  it('asks for an ARN', async () => {
    expect(await harness.failure(name, {})).toEqual(missing('platformApplicationArn'));
  });

  it.each(badApplicationArns)('refuses the ARN %j', async (PlatformApplicationArn, error) => {
    expect(await harness.failure(name, { PlatformApplicationArn })).toEqual(error);
  });

  it('does not find what is not there', async () => {
    const input = { PlatformApplicationArn: applicationArn() };
    expect(await harness.failure(name, input)).toEqual(noApplication);
  });

  it('refuses a token that it did not make', async () => {
    const PlatformApplicationArn = await createApplication(harness);
    expect(await harness.failure(name, { PlatformApplicationArn, NextToken: 'x' })).toEqual(
      invalidParameter('NextToken Reason: Invalid or expired next token'),
    );
  });
});

describe('ListEndpointsByPlatformApplication behaviour', () => {
  it("answers the application's endpoints with their attributes", async () => {
    const application = await createApplication(harness);
    expect(await list(application)).toEqual({ Endpoints: [] });
    const other = await createApplication(harness, {}, 'GCM', 'app2');
    await createEndpoint(harness, other, 'other');
    const EndpointArn = await createEndpoint(harness, application, 't', { CustomUserData: 'd' });
    expect(await list(application)).toEqual({
      Endpoints: [
        { EndpointArn, Attributes: { Token: 't', Enabled: 'true', CustomUserData: 'd' } },
      ],
    });
  });

  it('answers a hundred at a time', async () => {
    const application = await createApplication(harness);
    for (let i = 0; i < 101; i++) await createEndpoint(harness, application, `token ${i}`);
    const { Endpoints, NextToken } = await list(application);
    const rest = await list(application, { NextToken });
    expect(rest).not.toHaveProperty('NextToken');
    const all = [...(Endpoints as object[]), ...(rest.Endpoints as object[])];
    expect((Endpoints as object[]).length).toBe(100);
    expect(new Set(all.map((endpoint) => JSON.stringify(endpoint))).size).toBe(101);
  });
});
