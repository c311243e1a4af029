/**
 * The attributes of a platform application: names, values, credentials, and what is answered.
 * https://docs.aws.amazon.com/sns/latest/api/API_SetPlatformApplicationAttributes.html
 */

import { hash, X509Certificate } from 'node:crypto';
import { isRoleArn, parseArn } from '../../core/arn.ts';
import { parseJsonObject } from '../../core/json-object.ts';
import { invalid } from './errors.ts';
import type { Credentials, PlatformApplication } from './platform-application.ts';
import { readPlatform } from './platforms.ts';
import type { Attributes } from './topic-attributes.ts';

interface Rule {
  /** Only Apple's platforms have it. */
  readonly appleOnly?: true;
  /** `""` removes it. */
  readonly removable?: true;
  /** What an application answers that nobody set it on. */
  readonly fallback?: string;
  readonly isRight: (value: string) => boolean;
}

const TOPIC_NAME = /^[A-Za-z0-9_-]+$/;

/** Events have no message group, so that FIFO topics cannot take them. */
function isStandardTopic(value: string): boolean {
  const arn = parseArn(value);
  return arn?.service === 'sns' && TOPIC_NAME.test(arn.resource);
}

const eventTopic: Rule = { removable: true, isRight: isStandardTopic };
const role: Rule = { removable: true, isRight: (value) => isRoleArn(value) };
const appleId: Rule = { appleOnly: true, isRight: (value) => value !== '' };

const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['ApplePlatformBundleID', appleId],
  ['ApplePlatformTeamID', appleId],
  // AWS answers it and turns it off itself; its list of settable attributes does not have it.
  ['Enabled', { fallback: 'true', isRight: (value) => /^(true|false)$/.test(value) }],
  ['EventDeliveryFailure', eventTopic],
  ['EventEndpointCreated', eventTopic],
  ['EventEndpointDeleted', eventTopic],
  ['EventEndpointUpdated', eventTopic],
  ['FailureFeedbackRoleArn', role],
  ['SuccessFeedbackRoleArn', role],
  [
    'SuccessFeedbackSampleRate',
    { fallback: '100', isRight: (value) => /^\d{1,3}$/.test(value) && Number(value) <= 100 },
  ],
]);

type Subject = Pick<PlatformApplication, 'platform' | 'attributes'> & {
  /** Undefined before the first are given. */
  readonly credentials: Credentials | undefined;
};

type Changed = Pick<PlatformApplication, 'attributes' | 'credentials'>;

const refuse = (problem: string): Error => invalid(`Attributes Reason: ${problem}`);

/** An application's attributes and credentials once these are supplied. Throws InvalidParameter. */
export function withApplicationAttributes(subject: Subject, supplied: Attributes): Changed {
  const { PlatformCredential, PlatformPrincipal, ...others } = supplied;
  const attributes: { [name: string]: string } = { ...subject.attributes };
  for (const [name, given] of Object.entries(others)) {
    const rule = rules.get(name);
    if (rule === undefined || (rule.appleOnly && !readPlatform(subject.platform).isApple)) {
      throw refuse(`Invalid attribute name: ${name}`);
    }
    const value = name === 'Enabled' ? given.toLowerCase() : given;
    if (value === '' && rule.removable) delete attributes[name];
    // AWS documents that it refuses such values; the text is assumed.
    else if (!rule.isRight(value)) throw refuse(`Invalid value for attribute: ${name}: ${value}`);
    else attributes[name] = value;
  }
  const areGiven = PlatformCredential !== undefined || PlatformPrincipal !== undefined;
  const credentials =
    areGiven || subject.credentials === undefined
      ? readCredentials(subject.platform, PlatformPrincipal, PlatformCredential)
      : subject.credentials;
  if (!readPlatform(subject.platform).isApple) return { attributes, credentials };
  return { attributes, credentials: { ...credentials, ...appleMethod(attributes) } };
}

/** Whether they are right, the push service alone could tell. */
function readCredentials(
  platform: string,
  principal: string | undefined,
  credential: string | undefined,
): Credentials {
  const { hasPrincipal, isApple } = readPlatform(platform);
  if (!credential || (hasPrincipal && !principal)) {
    throw refuse('Platform credentials are invalid');
  }
  const digest = hash('sha256', JSON.stringify([principal, credential]), 'hex');
  if (platform === 'GCM') {
    return { digest, method: parseJsonObject(credential) === undefined ? 'key' : 'token' };
  }
  const expiryDate = isApple ? expiryDateOf(principal ?? '') : undefined;
  return { digest, ...(expiryDate !== undefined && { expiryDate }) };
}

/** With a signing key comes a team, with a certificate none. */
function appleMethod(attributes: Attributes): { readonly method: string } {
  const { ApplePlatformTeamID: team, ApplePlatformBundleID: bundle } = attributes;
  if ((team === undefined) !== (bundle === undefined)) {
    throw refuse('Platform credentials are invalid');
  }
  return { method: team === undefined ? 'certificate' : 'token' };
}

function expiryDateOf(principal: string): string | undefined {
  try {
    return new X509Certificate(principal).validToDate.toISOString();
  } catch {
    // A signing key's id, or what a test gives for a certificate.
    return undefined;
  }
}

/** What GetPlatformApplicationAttributes answers: never the credentials. */
export function describeApplication({ attributes, credentials }: PlatformApplication): Attributes {
  const shown: { [name: string]: string } = {};
  for (const [name, { fallback }] of rules) {
    const value = attributes[name] ?? fallback;
    if (value !== undefined) shown[name] = value;
  }
  const { method, expiryDate } = credentials;
  if (method !== undefined) shown.AuthenticationMethod = method;
  if (method === 'certificate' && expiryDate !== undefined) {
    shown.AppleCertificateExpiryDate = expiryDate;
  }
  return shown;
}

/** Which successes the log of attempts keeps for the application: a percentage. */
export const applicationSampleRate = ({ attributes }: PlatformApplication): number =>
  attributes.SuccessFeedbackRoleArn === undefined
    ? 0
    : Number(attributes.SuccessFeedbackSampleRate ?? 100);
