/**
 * A self-signed X.509 certificate for an RSA key, as verifiers of signatures want the public key.
 * https://www.rfc-editor.org/rfc/rfc5280#section-4.1
 */
import { createHash, type KeyObject, sign } from 'node:crypto';

/** The tags of DER that a certificate needs. https://www.itu.int/rec/T-REC-X.690 */
const TAG = {
  integer: 0x02,
  bitString: 0x03,
  utf8String: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
  version: 0xa0,
  extensions: 0xa3,
} as const;

/** Encoded values whole: object identifiers with their tag and length. */
const SHA256_WITH_RSA = fromHex('30 0d 06 09 2a 86 48 86 f7 0d 01 01 0b 05 00');
const COMMON_NAME = fromHex('06 03 55 04 03');
const ORGANIZATION = fromHex('06 03 55 04 0a');
/** A critical key usage that allows digital signatures, and nothing else. */
const KEY_USAGE = fromHex('30 0e 06 03 55 1d 0f 01 01 ff 04 04 03 02 07 80');

/** The widest years that the short form of a date holds; nobody renews this certificate. */
const VALID_FROM = '200101000000Z';
const VALID_TO = '491231235959Z';

/** PEM text. The same key always gets the same certificate. */
export function selfSignedCertificate(
  privateKey: KeyObject,
  publicKey: KeyObject,
  name: { readonly commonName: string; readonly organization: string },
): string {
  const keyInfo = publicKey.export({ type: 'spki', format: 'der' });
  const subject = element(TAG.sequence, [
    nameAttribute(ORGANIZATION, name.organization),
    nameAttribute(COMMON_NAME, name.commonName),
  ]);
  const body = element(TAG.sequence, [
    element(TAG.version, [element(TAG.integer, [Buffer.of(2)])]),
    element(TAG.integer, [serialOf(keyInfo)]),
    SHA256_WITH_RSA,
    subject,
    element(TAG.sequence, [
      element(TAG.utcTime, [Buffer.from(VALID_FROM)]),
      element(TAG.utcTime, [Buffer.from(VALID_TO)]),
    ]),
    subject,
    keyInfo,
    element(TAG.extensions, [element(TAG.sequence, [KEY_USAGE])]),
  ]);
  const signature = sign('sha256', body, privateKey);
  const certificate = element(TAG.sequence, [
    body,
    SHA256_WITH_RSA,
    element(TAG.bitString, [Buffer.of(0), signature]),
  ]);
  return pem(certificate);
}

/** Tag, length, contents. */
function element(tag: number, contents: readonly Buffer[]): Buffer {
  const { length } = Buffer.concat(contents);
  const head = length < 0x80 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), ...contents]);
}

function nameAttribute(type: Buffer, value: string): Buffer {
  const text = element(TAG.utf8String, [Buffer.from(value)]);
  return element(TAG.set, [element(TAG.sequence, [type, text])]);
}

/** A positive number that belongs to the key: its hash, whose first byte is made 0x40 to 0x7f. */
function serialOf(keyInfo: Buffer): Buffer {
  const serial = createHash('sha256').update(keyInfo).digest().subarray(0, 16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function fromHex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}
