/**
 * Message attributes that shape pushes: `AWS.SNS.MOBILE.<platform>.<name>`.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-ttl.html
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
 */
import type { PushTarget } from '../../delivery/delivery.ts';
import { fail } from './errors.ts';
import type { MessageAttributes } from './message-attributes.ts';
import { readPlatform } from './platforms.ts';

const PREFIX = 'AWS.SNS.MOBILE.';
const NAME = /^AWS\.SNS\.MOBILE\.[A-Z_]+\.(\w+)$/;
const COLLAPSE_ID_BYTES_MAX = 64;

const TTL = /^\d{1,9}$/;
const PRIORITY = /^(1|5|10)$/;
/** Apple's, of the header `apns-push-type`. */
const PUSH_TYPES: readonly string[] = [
  'alert',
  'background',
  'complication',
  'fileprovider',
  'liveactivity',
  'location',
  'mdm',
  'pushtotalk',
  'voip',
];

const checks: { readonly [name: string]: ((value: string) => boolean) | undefined } = {
  TTL: (value) => TTL.test(value),
  PRIORITY: (value) => PRIORITY.test(value),
  PUSH_TYPE: (value) => PUSH_TYPES.includes(value),
  COLLAPSE_ID: (value) => Buffer.byteLength(value) <= COLLAPSE_ID_BYTES_MAX,
};

/** Throws ParameterValueInvalid for values that no push service takes. The text is assumed. */
export function checkPushAttributes(attributes: MessageAttributes | undefined): void {
  for (const [name, { type, value }] of Object.entries(attributes ?? {})) {
    const check = checks[NAME.exec(name)?.[1] ?? ''];
    if (check === undefined || (!type.startsWith('Binary') && check(value))) continue;
    throw fail(
      'InvalidParameterValueException',
      `Invalid attribute value was passed in for message attribute ${name}`,
    );
  }
}

/** What a platform is told of a message beside its payload. */
export function pushOptions(
  platform: string,
  attributes: MessageAttributes | undefined,
): Pick<PushTarget, 'ttlSeconds' | 'attributes'> {
  if (attributes === undefined) return {};
  const { attributeNames, ttlNames, takesZeroTtl } = readPlatform(platform);
  const found: { [name: string]: string } = {};
  for (const own of attributeNames) {
    const prefix = `${PREFIX}${own}.`;
    for (const [name, { value }] of Object.entries(attributes)) {
      const rest = name.slice(prefix.length);
      if (name.startsWith(prefix) && rest !== 'TTL') found[rest] ??= value;
    }
  }
  const ttl = ttlNames.map((own) => attributes[`${PREFIX}${own}.TTL`]?.value).find(Boolean);
  return {
    // Where 0 has no meaning of its own, AWS drops the message.
    ...(ttl !== undefined && { ttlSeconds: ttl === '0' && !takesZeroTtl ? -1 : Number(ttl) }),
    ...(Object.keys(found).length > 0 && { attributes: found }),
  };
}
