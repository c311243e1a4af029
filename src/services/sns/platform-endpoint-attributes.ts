/**
 * The attributes of a platform endpoint.
 * https://docs.aws.amazon.com/sns/latest/api/API_SetEndpointAttributes.html
 */
import { invalid } from './errors.ts';
import type { EndpointAttributes } from './platform-endpoint.ts';
import { readPlatform } from './platforms.ts';
import type { Attributes } from './topic-attributes.ts';

const CUSTOM_USER_DATA_BYTES_MAX = 2_048;
const TOKEN_BYTES_MAX = 8_192;
const APPLE_TOKEN = /^[0-9a-f]{1,400}$/;

/** A token as it is kept. Throws InvalidParameter; the texts are assumed, Apple's too. */
export function readToken(platform: string, given: string): string {
  const { isApple } = readPlatform(platform);
  if (given === '') throw invalid('Token Reason: cannot be empty');
  checkSize('Token', given, TOKEN_BYTES_MAX);
  if (!isApple) return given;
  // AWS answers the tokens of Apple's devices in lower case.
  const token = given.toLowerCase();
  if (!APPLE_TOKEN.test(token)) {
    throw invalid(
      'Token Reason: iOS device tokens must be no more than 400 hexadecimal characters',
    );
  }
  return token;
}

function checkSize(name: string, value: string, bytesMax: number): void {
  if (Buffer.byteLength(value) <= bytesMax) return;
  throw invalid(`${name} Reason: must be at most ${bytesMax} bytes long in UTF-8 encoding`);
}

/** Attributes once these are supplied; `""` removes what need not be. Throws InvalidParameter. */
export function withEndpointAttributes(
  platform: string,
  current: EndpointAttributes,
  supplied: Attributes,
): EndpointAttributes {
  let attributes = current;
  for (const [name, value] of Object.entries(supplied)) {
    if (name === 'Token') attributes = { ...attributes, Token: readToken(platform, value) };
    else if (name === 'Enabled') attributes = { ...attributes, Enabled: readEnabled(value) };
    else attributes = withOptional(platform, attributes, name, value);
  }
  return attributes;
}

/** AWS documents a flag; the text is assumed. */
function readEnabled(value: string): string {
  const flag = value.toLowerCase();
  if (flag === 'true' || flag === 'false') return flag;
  throw invalid(`Attributes Reason: Invalid value for attribute: Enabled: ${value}`);
}

function withOptional(
  platform: string,
  attributes: EndpointAttributes,
  name: string,
  value: string,
): EndpointAttributes {
  const isKnown =
    name === 'CustomUserData' || readPlatform(platform).endpointAttributes.includes(name);
  if (!isKnown) throw invalid(`Attributes Reason: Invalid attribute name: ${name}`);
  checkSize(name, value, CUSTOM_USER_DATA_BYTES_MAX);
  if (value !== '') return { ...attributes, [name]: value };
  const { Token, Enabled, [name]: _, ...rest } = attributes;
  return { Token, Enabled, ...rest };
}

/**
 * Whether an endpoint has all that was asked for when its token is registered again. Data that the
 * caller does not name counts as none; a device that was turned off stays so.
 */
export function isAsAsked(
  present: EndpointAttributes,
  asked: EndpointAttributes,
  supplied: Attributes,
): boolean {
  const names = new Set([...Object.keys(present), ...Object.keys(asked)]);
  if (supplied.Enabled === undefined) names.delete('Enabled');
  return [...names].every((name) => present[name] === asked[name]);
}
