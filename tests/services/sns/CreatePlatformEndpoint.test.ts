/** https://docs.aws.amazon.com/sns/latest/api/API_CreatePlatformEndpoint.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  applicationArn,
  badApplicationArns,
  createApplication,
  createEndpoint,
  createEventTopic,
  endpointAttributes,
  noApplication,
} from './platforms.ts';
import { bodies, invalidParameter, missing, newHarness, receive } from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

const failure = (changes: object) =>
  harness.failure('CreatePlatformEndpoint', {
    PlatformApplicationArn: applicationArn(),
    Token: 'token',
    ...changes,
  });

describe('CreatePlatformEndpoint serialization', () => {
  const codecs = new Codecs(sns, 'CreatePlatformEndpoint');

  it('reads forms', () => {
    const form =
      'PlatformApplicationArn=a&Token=t&CustomUserData=d&Attributes.entry.1.key=Enabled' +
      '&Attributes.entry.1.value=true';
    expect(codecs.fromForm(form)).toEqual({
      PlatformApplicationArn: 'a',
      Token: 't',
      CustomUserData: 'd',
      Attributes: { Enabled: 'true' },
    });
  });

  it('answers the ARN', () => {
    expect(codecs.toXml({ EndpointArn: 'a' })).toBe(
      '<CreatePlatformEndpointResult><EndpointArn>a</EndpointArn></CreatePlatformEndpointResult>',
    );
  });
});

describe('CreatePlatformEndpoint validation', () => {
  it('asks for an application and a token', async () => {
    expect(await failure({ PlatformApplicationArn: undefined })).toEqual(
      missing('platformApplicationArn'),
    );
    expect(await failure({ Token: undefined })).toEqual(missing('token'));
  });

  it.each(badApplicationArns)('refuses the ARN %j', async (PlatformApplicationArn, error) => {
    expect(await failure({ PlatformApplicationArn })).toEqual(error);
  });

  it('does not find what is not there', async () => {
    expect(await failure({})).toEqual(noApplication);
  });

  const attributes = 'Attributes Reason:';
  it.each([
    [{ Token: '' }, 'Token Reason: cannot be empty'],
    [
      { Token: 'x'.repeat(8_193) },
      'Token Reason: must be at most 8192 bytes long in UTF-8 encoding',
    ],
    [
      { CustomUserData: 'ä'.repeat(1_025) },
      'CustomUserData Reason: must be at most 2048 bytes long in UTF-8 encoding',
    ],
    [{ Attributes: { Colour: 'red' } }, `${attributes} Invalid attribute name: Colour`],
    [{ Attributes: { ChannelId: 'c' } }, `${attributes} Invalid attribute name: ChannelId`],
    [{ Attributes: { Enabled: 'on' } }, `${attributes} Invalid value for attribute: Enabled: on`],
  ])('refuses %.60j', async (changes, problem) => {
    await createApplication(harness);
    expect(await failure(changes)).toEqual(invalidParameter(problem));
  });

  it.each(['xyz', 'a'.repeat(401)])('refuses the token %.10j of an Apple device', async (Token) => {
    const PlatformApplicationArn = await createApplication(harness, {}, 'APNS');
    expect(await failure({ PlatformApplicationArn, Token })).toEqual(
      invalidParameter(
        'Token Reason: iOS device tokens must be no more than 400 hexadecimal characters',
      ),
    );
  });
});

describe('CreatePlatformEndpoint behaviour', () => {
  it('makes an endpoint', async () => {
    const application = await createApplication(harness);
    const arn = await createEndpoint(harness, application, 'token', { CustomUserData: 'me' });
    expect(arn).toMatch(
      /^arn:aws:sns:us-east-1:000000000000:endpoint\/GCM\/app\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    );
    expect(await endpointAttributes(harness, arn)).toEqual({
      Token: 'token',
      Enabled: 'true',
      CustomUserData: 'me',
    });
  });

  it('takes the largest data and tokens', async () => {
    const application = await createApplication(harness);
    const CustomUserData = 'ä'.repeat(1_024);
    await createEndpoint(harness, application, 'x'.repeat(8_192), { CustomUserData });
  });

  it('keeps the tokens of Apple devices in lower case', async () => {
    const application = await createApplication(harness, {}, 'APNS_SANDBOX');
    const arn = await createEndpoint(harness, application, 'ABcd01');
    expect(await endpointAttributes(harness, arn)).toMatchObject({ Token: 'abcd01' });
    expect(await createEndpoint(harness, application, 'abCD01')).toBe(arn);
  });

  it('takes what Baidu needs', async () => {
    const application = await createApplication(harness, {}, 'BAIDU');
    const Attributes = { ChannelId: 'c', UserId: 'u' };
    const arn = await createEndpoint(harness, application, 'c', { Attributes });
    expect(await endpointAttributes(harness, arn)).toMatchObject(Attributes);
  });

  it('answers the same endpoint for the same token and attributes', async () => {
    const application = await createApplication(harness);
    const more = { CustomUserData: 'me', Attributes: { Enabled: 'true' } };
    const arn = await createEndpoint(harness, application, 'token', more);
    expect(await createEndpoint(harness, application, 'token', more)).toBe(arn);
    expect(await createEndpoint(harness, application, 'other')).not.toBe(arn);
  });

  it.each([
    {},
    { CustomUserData: 'you' },
    { CustomUserData: 'me', Attributes: { Enabled: 'false' } },
  ])('refuses the same token with other attributes: %j', async (more) => {
    const application = await createApplication(harness);
    const arn = await createEndpoint(harness, application, 'token', { CustomUserData: 'me' });
    expect(await failure(more)).toEqual(
      invalidParameter(
        `Token Reason: Endpoint ${arn} already exists with the same Token, but different attributes.`,
      ),
    );
  });

  it('answers an endpoint that is turned off, and leaves it so', async () => {
    const application = await createApplication(harness);
    const off = { Attributes: { Enabled: 'false' } };
    const arn = await createEndpoint(harness, application, 'token', off);
    expect(await createEndpoint(harness, application, 'token')).toBe(arn);
    expect(await endpointAttributes(harness, arn)).toMatchObject({ Enabled: 'false' });
  });

  it('gives a device that comes back its old ARN', async () => {
    const application = await createApplication(harness);
    const EndpointArn = await createEndpoint(harness, application, 'token');
    await harness.call('DeleteEndpoint', { EndpointArn });
    expect(await createEndpoint(harness, application, 'token')).toBe(EndpointArn);
  });

  it('gives a token that an endpoint no longer has to another endpoint', async () => {
    const application = await createApplication(harness);
    const EndpointArn = await createEndpoint(harness, application, 'old');
    await harness.call('SetEndpointAttributes', { EndpointArn, Attributes: { Token: 'new' } });
    const other = await createEndpoint(harness, application, 'old');
    expect(other).not.toBe(EndpointArn);
    expect(await createEndpoint(harness, application, 'new')).toBe(EndpointArn);
    expect(await endpointAttributes(harness, other)).toMatchObject({ Token: 'old' });
  });

  it('tells the topic of the application, once', async () => {
    const EventEndpointCreated = await createEventTopic(harness);
    const application = await createApplication(harness, { EventEndpointCreated });
    const arn = await createEndpoint(harness, application, 'token');
    await createEndpoint(harness, application, 'token');
    const [body, ...more] = await bodies(harness, 'events');
    expect(more).toEqual([]);
    expect(body).toBe(
      JSON.stringify({
        EndpointArn: arn,
        EventType: 'EndpointCreated',
        Resource: application,
        Service: 'SNS',
        Time: '2026-01-01T00:00:00.000Z',
      }),
    );
  });

  it('names the event and the application in the subject', async () => {
    const EventEndpointCreated = await createEventTopic(harness);
    const { Subscriptions } = await harness.call('ListSubscriptions', {});
    const [{ SubscriptionArn }] = Subscriptions as [{ SubscriptionArn: string }];
    const off = { AttributeName: 'RawMessageDelivery', AttributeValue: 'false' };
    await harness.call('SetSubscriptionAttributes', { SubscriptionArn, ...off });
    const long = 'x'.repeat(256);
    for (const name of ['app', long]) {
      const application = await createApplication(harness, { EventEndpointCreated }, 'GCM', name);
      await createEndpoint(harness, application, 'token');
    }
    const subjects = (await receive(harness, 'events')).map(({ Body }) => JSON.parse(Body).Subject);
    expect(subjects.toSorted()).toEqual(
      [
        'EndpointCreated event for app app (GCM)',
        `EndpointCreated event for app ${long}`.slice(0, 100),
      ].toSorted(),
    );
  });

  it('succeeds although the topic is gone', async () => {
    const EventEndpointCreated = 'arn:aws:sns:us-east-1:000000000000:absent';
    const application = await createApplication(harness, { EventEndpointCreated });
    await createEndpoint(harness, application, 'token');
  });
});
