/**
 * Keys and addresses of machines.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-data-protection-sensitive-data-types-credentials.html
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-data-protection-sensitive-data-types-devices.html
 */
import { isIP } from 'node:net';
import type { Format, FormatTable } from './format.ts';
import { secretKey } from './keywords.ts';

/** Random ones have capitals, small letters and digits; paths and words seldom have all three. */
const isMixed = (text: string): boolean =>
  /[A-Z]/.test(text) && /[a-z]/.test(text) && /[0-9]/.test(text);

/** Longer than any key that is in use; a key that is cut off is secret too. */
const KEY_CHARACTERS_MAX = 20_000;

/** A block of armour with the key in it, to its end or, without one, as far as a key reaches. */
const armoured = (label: string): Format => ({
  pattern: new RegExp(
    `-----BEGIN (?:${label})-----` +
      `(?:(?!-----(?:BEGIN|END) )[^]){0,${KEY_CHARACTERS_MAX}}(?:-----END (?:${label})-----)?`,
    'gu',
  ),
});

const DOTTED = '(?:\\d{1,3}\\.){3}\\d{1,3}';

/** Version 4, perhaps with a port behind it. */
const dottedAddress: Format = {
  pattern: new RegExp(
    `(?<![\\p{L}\\p{N}.:_-])${DOTTED}(?![\\p{L}\\p{N}_]|[.-][\\p{L}\\p{N}])`,
    'gu',
  ),
  isValid: (text) => isIP(text) === 4,
};

/** Version 6, without the dots and colons of the sentence around it. */
const colonAddress: Format = {
  pattern: new RegExp(
    `(?<![\\p{L}\\p{N}.:_-])[\\da-f:]{0,39}:(?:${DOTTED}|[\\da-f]{0,4})` +
      '(?![\\p{L}\\p{N}_]|[.:-][\\p{L}\\p{N}])',
    'giu',
  ),
  isValid: (text) => /[\da-f]/i.test(text) && isIP(text) === 6,
};

export const credentials: FormatTable = {
  AwsSecretKey: [
    {
      pattern: /(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g,
      isValid: isMixed,
      keywords: secretKey,
    },
  ],
  IpAddress: [dottedAddress, colonAddress],
  OpenSshPrivateKey: [armoured('OPENSSH PRIVATE KEY')],
  PgpPrivateKey: [armoured('PGP PRIVATE KEY BLOCK')],
  PkcsPrivateKey: [armoured('(?:RSA |DSA |EC |ENCRYPTED )?PRIVATE KEY')],
  PuttyPrivateKey: [
    {
      pattern: new RegExp(
        `PuTTY-User-Key-File-[1-3]:(?:(?!PuTTY-User-Key-File-|Private-(?:MAC|Hash):)[^])` +
          `{0,${KEY_CHARACTERS_MAX}}(?:Private-(?:MAC|Hash): ?[0-9a-f]{0,128})?`,
        'giu',
      ),
    },
  ],
};
