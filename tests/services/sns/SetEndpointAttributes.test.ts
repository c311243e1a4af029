/** https://docs.aws.amazon.com/sns/latest/api/API_SetEndpointAttributes.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  absentEndpoint,
  badEndpointArns,
  createApplication,
  createEndpoint,
  createEventTopic,
  endpointAttributes,
  noEndpoint,
} from './platforms.ts';
import { bodies, invalidParameter, missing, newHarness } from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

const set = (EndpointArn: string, Attributes: object) =>
  harness.call('SetEndpointAttributes', { EndpointArn, Attributes });
const failure = (EndpointArn: string, Attributes: object) =>
  harness.failure('SetEndpointAttributes', { EndpointArn, Attributes });

describe('SetEndpointAttributes serialization', () => {
  const codecs = new Codecs(sns, 'SetEndpointAttributes');

  it('reads forms', () => {
    const form = 'EndpointArn=a&Attributes.entry.1.key=Token&Attributes.entry.1.value=t';
    expect(codecs.fromForm(form)).toEqual({ EndpointArn: 'a', Attributes: { Token: 't' } });
  });

  it('answers nothing', () => {
    expect(codecs.toXml({})).toBe('');
  });
});

describe('SetEndpointAttributes validation', () => {
  it('asks for an ARN and attributes', async () => {
    expect(await harness.failure('SetEndpointAttributes', { Attributes: {} })).toEqual(
      missing('endpointArn'),
    );
    expect(await harness.failure('SetEndpointAttributes', { EndpointArn: 'a' })).toEqual(
      missing('attributes'),
    );
  });

  it.each(badEndpointArns)('refuses the ARN %j', async (arn, error) => {
    expect(await failure(arn, {})).toEqual(error);
  });

  it('does not find what is not there', async () => {
    expect(await failure(absentEndpoint, {})).toEqual(noEndpoint);
  });

  it.each([
    [{ Token: '' }, 'Token Reason: cannot be empty'],
    [
      { CustomUserData: 'x'.repeat(2_049) },
      'CustomUserData Reason: must be at most 2048 bytes long in UTF-8 encoding',
    ],
    [{ Colour: 'red' }, 'Attributes Reason: Invalid attribute name: Colour'],
    [{ Enabled: '' }, 'Attributes Reason: Invalid value for attribute: Enabled: '],
  ])('refuses %.60j and changes nothing', async (attributes, problem) => {
    const arn = await createEndpoint(harness, await createApplication(harness), 'token');
    expect(await failure(arn, { Enabled: 'false', ...attributes })).toEqual(
      invalidParameter(problem),
    );
    expect(await endpointAttributes(harness, arn)).toEqual({ Token: 'token', Enabled: 'true' });
  });

  it('refuses the token of another endpoint', async () => {
    const application = await createApplication(harness);
    const first = await createEndpoint(harness, application, 'first');
    const second = await createEndpoint(harness, application, 'second');
    expect(await failure(second, { Token: 'first' })).toEqual(
      invalidParameter(
        `Token Reason: Endpoint ${first} already exists with the same Token, but different attributes.`,
      ),
    );
    expect(await endpointAttributes(harness, second)).toMatchObject({ Token: 'second' });
  });
});

describe('SetEndpointAttributes behaviour', () => {
  it('changes what it names', async () => {
    const application = await createApplication(harness);
    const arn = await createEndpoint(harness, application, 'old', { CustomUserData: 'me' });
    expect(await set(arn, { Token: 'new', Enabled: 'False' })).toEqual({});
    const changed = { Token: 'new', Enabled: 'false', CustomUserData: 'me' };
    expect(await endpointAttributes(harness, arn)).toEqual(changed);
    await set(arn, { CustomUserData: '' });
    const { CustomUserData: _, ...rest } = changed;
    expect(await endpointAttributes(harness, arn)).toEqual(rest);
  });

  it('tells the topic of the application of each change', async () => {
    const EventEndpointUpdated = await createEventTopic(harness);
    const application = await createApplication(harness, { EventEndpointUpdated });
    const EndpointArn = await createEndpoint(harness, application, 'token');
    await set(EndpointArn, { Enabled: 'true', Token: 'token' });
    expect(await bodies(harness, 'events')).toEqual([]);
    await set(EndpointArn, { Enabled: 'false' });
    const events = (await bodies(harness, 'events')).map((body) => JSON.parse(body));
    expect(events).toMatchObject([{ EndpointArn, EventType: 'EndpointUpdated' }]);
  });
});
