/**
 * An endpoint of a platform application, a device's app, as it is stored, and how requests find it.
 * Its key has the application's id, so that it is gone with the application.
 * https://docs.aws.amazon.com/sns/latest/dg/mobile-platform-endpoint.html
 */
import { hash } from 'node:crypto';
import type { Context } from '../../core/context.ts';
import type { Document } from '../../storage/port.ts';
import { fail, invalid } from './errors.ts';
import { findApplication, type PlatformApplication } from './platform-application.ts';
import { applicationArn, type EndpointAddress, endpointArn } from './platform-arn.ts';

export interface PlatformEndpoint {
  readonly endpointId: string;
  readonly createdAtMs: number;
  /** Token, Enabled, and CustomUserData where there is any. */
  readonly attributes: EndpointAttributes;
}

export interface EndpointAttributes {
  readonly Token: string;
  /** `true` or `false`. */
  readonly Enabled: string;
  readonly [name: string]: string;
}

/** An endpoint together with its application. */
export interface FoundEndpoint {
  readonly application: PlatformApplication;
  readonly document: Document<PlatformEndpoint>;
}

/** Everything of all endpoints begins so. */
export const PLATFORM_PREFIX = 'sns/platform/';

/** The same of one application's. */
export const endpointsPrefix = (applicationId: string): string =>
  `${PLATFORM_PREFIX}${applicationId}/`;

/** Endpoints in the order of their ids. */
export const endpointFolder = ({ applicationId }: PlatformApplication): string =>
  `${endpointsPrefix(applicationId)}endpoint/`;

export const endpointKey = (application: PlatformApplication, endpointId: string): string =>
  endpointFolder(application) + endpointId;

/** The endpoint's id under a hash of its token, which may be too long for a key. */
export const tokenKey = ({ applicationId }: PlatformApplication, token: string): string =>
  `${endpointsPrefix(applicationId)}token/${hash('sha256', token, 'hex')}`;

export interface TokenOwner {
  readonly endpointId: string;
}

export const arnOfEndpoint = (application: PlatformApplication, endpointId: string): string =>
  endpointArn({ ...application, endpointId });

export const isEndpointEnabled = ({ attributes }: PlatformEndpoint): boolean =>
  attributes.Enabled === 'true';

export async function findEndpoint(
  address: EndpointAddress,
  context: Context,
): Promise<FoundEndpoint | undefined> {
  const application = (await findApplication(address, context))?.value;
  if (application === undefined) return undefined;
  const key = endpointKey(application, address.endpointId);
  const document = await context.tx.documents.get<PlatformEndpoint>(key);
  return document && { application, document };
}

/** Throws NotFound. */
export async function loadEndpoint(
  address: EndpointAddress,
  context: Context,
): Promise<FoundEndpoint> {
  const found = await findEndpoint(address, context);
  if (found === undefined) throw fail('NotFoundException', 'Endpoint does not exist');
  return found;
}

export async function findByToken(
  context: Context,
  application: PlatformApplication,
  token: string,
): Promise<PlatformEndpoint | undefined> {
  const { documents } = context.tx;
  const owner = (await documents.get<TokenOwner>(tokenKey(application, token)))?.value;
  if (owner === undefined) return undefined;
  const key = endpointKey(application, owner.endpointId);
  return (await documents.get<PlatformEndpoint>(key))?.value;
}

export const tokenTaken = (application: PlatformApplication, endpointId: string): Error =>
  invalid(
    `Token Reason: Endpoint ${arnOfEndpoint(application, endpointId)} already exists with the ` +
      'same Token, but different attributes.',
  );

export async function addEndpoint(
  context: Context,
  application: PlatformApplication,
  attributes: EndpointAttributes,
): Promise<PlatformEndpoint> {
  const { documents } = context.tx;
  const usual = idFor(application, attributes.Token);
  const isTaken = (await documents.get(endpointKey(application, usual))) !== undefined;
  const endpointId = isTaken ? context.env.uuid() : usual;
  const endpoint: PlatformEndpoint = { endpointId, createdAtMs: context.nowMs, attributes };
  await documents.put(endpointKey(application, endpointId), endpoint, { expectedVersion: 0 });
  await documents.put(tokenKey(application, attributes.Token), { endpointId });
  return endpoint;
}

/**
 * Observed: AWS's ids are UUIDs of version 3, made of a name, so that a device that is registered
 * anew has its old ARN again. An endpoint that has another token by now keeps its id.
 */
function idFor(application: PlatformApplication, token: string): string {
  const digest = hash('md5', `${applicationArn(application)}/${token}`, 'buffer');
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x30;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  return digest.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Writes new attributes. Throws InvalidParameter where another endpoint has the token. */
export async function changeEndpoint(
  context: Context,
  { application, document }: FoundEndpoint,
  attributes: EndpointAttributes,
): Promise<void> {
  const { documents } = context.tx;
  const { endpointId, attributes: current } = document.value;
  if (attributes.Token !== current.Token) {
    const owner = await findByToken(context, application, attributes.Token);
    // Whether AWS refuses that is not known; two endpoints of one token get everything twice.
    if (owner !== undefined) throw tokenTaken(application, owner.endpointId);
    await documents.delete(tokenKey(application, current.Token));
    await documents.put(tokenKey(application, attributes.Token), { endpointId });
  }
  const changed: PlatformEndpoint = { ...document.value, attributes };
  await documents.put(document.key, changed, { expectedVersion: document.version });
}

export async function removeEndpoint(
  context: Context,
  { application, document }: FoundEndpoint,
): Promise<void> {
  const { documents } = context.tx;
  await documents.delete(document.key);
  await documents.delete(tokenKey(application, document.value.attributes.Token));
}
