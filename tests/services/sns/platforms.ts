/** What tests of platform applications and their endpoints use again and again. */
import type { ServiceHarness } from '../../support/service.ts';
import { ACCOUNT, createTopic, invalidParameter, raw, subscribeQueue } from './topics.ts';

type Attributes = { readonly [name: string]: string };

export const applicationArn = (name = 'app', platform = 'GCM'): string =>
  `arn:aws:sns:us-east-1:${ACCOUNT}:app/${platform}/${name}`;

/** An ARN in the form of one; no endpoint has it. */
export const absentEndpoint = `arn:aws:sns:us-east-1:${ACCOUNT}:endpoint/GCM/app/absent`;

export const credentialsFor = (platform: string): Attributes => ({
  PlatformCredential: 'a key',
  ...(platform !== 'GCM' && { PlatformPrincipal: 'a principal' }),
});

export async function createApplication(
  harness: ServiceHarness,
  attributes: Attributes = {},
  platform = 'GCM',
  name = 'app',
): Promise<string> {
  const { PlatformApplicationArn } = await harness.call('CreatePlatformApplication', {
    Name: name,
    Platform: platform,
    Attributes: { ...credentialsFor(platform), ...attributes },
  });
  return String(PlatformApplicationArn);
}

export async function createEndpoint(
  harness: ServiceHarness,
  application: string,
  token: string,
  more: object = {},
): Promise<string> {
  const { EndpointArn } = await harness.call('CreatePlatformEndpoint', {
    PlatformApplicationArn: application,
    Token: token,
    ...more,
  });
  return String(EndpointArn);
}

export async function endpointAttributes(
  harness: ServiceHarness,
  endpoint: string,
): Promise<unknown> {
  const { Attributes } = await harness.call('GetEndpointAttributes', { EndpointArn: endpoint });
  return Attributes;
}

export async function applicationAttributes(
  harness: ServiceHarness,
  application: string,
): Promise<unknown> {
  const input = { PlatformApplicationArn: application };
  return (await harness.call('GetPlatformApplicationAttributes', input)).Attributes;
}

/** A topic for events, with the queue `events` that gets them raw. */
export async function createEventTopic(harness: ServiceHarness): Promise<string> {
  const topic = await createTopic(harness, 'events');
  await subscribeQueue(harness, topic, 'events', raw);
  return topic;
}

const slashes = 'Reason: Wrong number of slashes in relative portion of the ARN.';
const elements = 'Reason: An ARN must have at least 6 elements, not 1';

/** What an operation on an application answers to an ARN that is none. */
export const badApplicationArns: readonly [string, ReturnType<typeof invalidParameter>][] = [
  ['app', invalidParameter(`PlatformApplicationArn ${elements}`)],
  [`${applicationArn()}/more`, invalidParameter(`PlatformApplicationArn ${slashes}`)],
  [applicationArn('').slice(0, -1), invalidParameter(`PlatformApplicationArn ${slashes}`)],
  [applicationArn(''), invalidParameter('PlatformApplicationArn')],
  [`${applicationArn()}:more`, invalidParameter('PlatformApplicationArn')],
  [absentEndpoint, invalidParameter('PlatformApplicationArn')],
  ['arn:aws:sns:eu-west-1:000000000000:app/GCM/app', invalidParameter('PlatformApplicationArn')],
  ['arn:aws:sqs:us-east-1:000000000000:app/GCM/app', invalidParameter('PlatformApplicationArn')],
];

/** The same of operations on endpoints. */
export const badEndpointArns: readonly [string, ReturnType<typeof invalidParameter>][] = [
  ['endpoint', invalidParameter(`EndpointArn ${elements}`)],
  [`${absentEndpoint}/more`, invalidParameter(`EndpointArn ${slashes}`)],
  [absentEndpoint.replace('/absent', ''), invalidParameter(`EndpointArn ${slashes}`)],
  [absentEndpoint.replace('absent', ''), invalidParameter('EndpointArn')],
  [applicationArn(), invalidParameter('EndpointArn')],
  [absentEndpoint.replace('us-east-1', 'eu-west-1'), invalidParameter('EndpointArn')],
];

export const noApplication = {
  code: 'NotFoundException',
  queryCode: 'NotFound',
  status: 404,
  message: 'PlatformApplication does not exist',
};

export const noEndpoint = { ...noApplication, message: 'Endpoint does not exist' };
