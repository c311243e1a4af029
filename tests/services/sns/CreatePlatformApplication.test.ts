/** https://docs.aws.amazon.com/sns/latest/api/API_CreatePlatformApplication.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import { applicationArn, applicationAttributes, createApplication } from './platforms.ts';
import { invalidParameter, missing, newHarness } from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

const create = (changes: object = {}) => harness.call('CreatePlatformApplication', input(changes));
const failure = (changes: object) => harness.failure('CreatePlatformApplication', input(changes));
const input = (changes: object) => ({
  Name: 'app',
  Platform: 'GCM',
  Attributes: { PlatformCredential: 'a key' },
  ...changes,
});

describe('CreatePlatformApplication serialization', () => {
  const codecs = new Codecs(sns, 'CreatePlatformApplication');

  it('reads forms', () => {
    const form =
      'Name=app&Platform=GCM&Attributes.entry.1.key=PlatformCredential' +
      '&Attributes.entry.1.value=k&Attributes.entry.2.key=Enabled&Attributes.entry.2.value=true';
    expect(codecs.fromForm(form)).toEqual({
      Name: 'app',
      Platform: 'GCM',
      Attributes: { PlatformCredential: 'k', Enabled: 'true' },
    });
  });

  it('answers the ARN', () => {
    expect(codecs.toXml({ PlatformApplicationArn: 'a' })).toBe(
      '<CreatePlatformApplicationResult><PlatformApplicationArn>a</PlatformApplicationArn>' +
        '</CreatePlatformApplicationResult>',
    );
  });
});

describe('CreatePlatformApplication validation', () => {
  it('asks for a name, a platform and attributes', async () => {
    expect(await failure({ Name: undefined })).toEqual(missing('name'));
    expect(await failure({ Platform: undefined })).toEqual(missing('platform'));
    expect(await failure({ Attributes: undefined })).toEqual(missing('attributes'));
  });

  it.each(['', 'a b', 'a/b', 'ä', 'x'.repeat(257)])('refuses the name %.10j', async (Name) => {
    expect(await failure({ Name })).toEqual(
      invalidParameter(`Name Reason: ${Name} is not a valid application name`),
    );
  });

  it.each(['', 'FCM', 'gcm', 'APNS_'])('refuses the platform %j', async (Platform) => {
    expect(await failure({ Platform })).toEqual(
      invalidParameter(`Platform Reason: ${Platform} is not supported`),
    );
  });

  const badCredentials = 'Platform credentials are invalid';
  const apple = { PlatformCredential: 'c', PlatformPrincipal: 'p' };
  it.each([
    ['GCM', {}, badCredentials],
    ['GCM', { PlatformCredential: '' }, badCredentials],
    ['APNS', { PlatformCredential: 'c' }, badCredentials],
    ['APNS', { PlatformPrincipal: 'p' }, badCredentials],
    ['ADM', { PlatformCredential: 'c', PlatformPrincipal: '' }, badCredentials],
    ['APNS', { ...apple, ApplePlatformTeamID: 'T' }, badCredentials],
    ['APNS_SANDBOX', { ...apple, ApplePlatformBundleID: 'b' }, badCredentials],
    ['ADM', { ...apple, ApplePlatformTeamID: 'T' }, 'Invalid attribute name: ApplePlatformTeamID'],
    ['APNS', { ...apple, Colour: 'red' }, 'Invalid attribute name: Colour'],
    [
      'APNS',
      { ...apple, AuthenticationMethod: 'token' },
      'Invalid attribute name: AuthenticationMethod',
    ],
    ['APNS', { ...apple, Enabled: 'yes' }, 'Invalid value for attribute: Enabled: yes'],
    [
      'APNS',
      { ...apple, EventEndpointCreated: 'topic' },
      'Invalid value for attribute: EventEndpointCreated: topic',
    ],
    [
      'APNS',
      { ...apple, EventDeliveryFailure: 'arn:aws:sns:us-east-1:000000000000:t.fifo' },
      'Invalid value for attribute: EventDeliveryFailure: arn:aws:sns:us-east-1:000000000000:t.fifo',
    ],
    [
      'APNS',
      { ...apple, EventEndpointUpdated: 'arn:aws:sqs:us-east-1:000000000000:q' },
      'Invalid value for attribute: EventEndpointUpdated: arn:aws:sqs:us-east-1:000000000000:q',
    ],
    [
      'APNS',
      { ...apple, SuccessFeedbackRoleArn: 'role' },
      'Invalid value for attribute: SuccessFeedbackRoleArn: role',
    ],
    [
      'APNS',
      { ...apple, SuccessFeedbackSampleRate: '101' },
      'Invalid value for attribute: SuccessFeedbackSampleRate: 101',
    ],
  ])('refuses an application of %s with %.90j', async (Platform, Attributes, problem) => {
    expect(await failure({ Platform, Attributes })).toEqual(
      invalidParameter(`Attributes Reason: ${problem}`),
    );
  });
});

describe('CreatePlatformApplication behaviour', () => {
  it.each([
    'ADM',
    'APNS',
    'APNS_SANDBOX',
    'APNS_VOIP',
    'APNS_VOIP_SANDBOX',
    'BAIDU',
    'GCM',
    'MACOS',
    'MACOS_SANDBOX',
    'MPNS',
    'WNS',
  ])('makes applications of %s', async (platform) => {
    const name = 'Com.example-App_1';
    const arn = await createApplication(harness, {}, platform, name);
    expect(arn).toBe(applicationArn(name, platform));
  });

  it('answers the same application when nothing asked for differs', async () => {
    const Attributes = { PlatformCredential: 'a key', SuccessFeedbackSampleRate: '10' };
    const { PlatformApplicationArn } = await create({ Attributes });
    expect(await create()).toEqual({ PlatformApplicationArn });
    expect(await create({ Attributes })).toEqual({ PlatformApplicationArn });
  });

  it.each([
    { PlatformCredential: 'another key' },
    { PlatformCredential: 'a key', SuccessFeedbackSampleRate: '11' },
  ])('refuses what differs: %j', async (Attributes) => {
    await create();
    const differs = 'Attributes Reason: Application already exists with different attributes';
    expect(await failure({ Attributes })).toEqual(invalidParameter(differs));
  });

  it('keeps platforms, Regions and accounts apart', async () => {
    await createApplication(harness);
    await createApplication(harness, {}, 'ADM');
    const other = { Attributes: { PlatformCredential: 'another key' } };
    for (const caller of [{ region: 'eu-west-1' }, { accountId: '111111111111' }]) {
      await harness.call('CreatePlatformApplication', input(other), { caller });
    }
  });

  it('keeps no credentials', async () => {
    const secrets = { PlatformPrincipal: 'principal-4711', PlatformCredential: 'credential-4711' };
    const arn = await createApplication(harness, secrets, 'ADM');
    expect(JSON.stringify(await applicationAttributes(harness, arn))).not.toContain('4711');
    const stored = await harness.store.transact((tx) => tx.documents.list('', { limit: 1_000 }));
    expect(stored).not.toEqual([]);
    expect(JSON.stringify(stored)).not.toContain('4711');
  });
});
