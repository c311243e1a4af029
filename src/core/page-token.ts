/**
 * The opaque NextToken of a paged listing: base64url of `1:` and the key after which the next
 * page begins. A client must send it back unread; one that we did not make is refused.
 */

const VERSION_PREFIX = '1:';

export function encodePageToken(afterKey: string): string {
  return Buffer.from(VERSION_PREFIX + afterKey, 'utf8').toString('base64url');
}

/** The key inside a token, or undefined where the token is not one of ours. */
export function decodePageToken(token: string): string | undefined {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  if (!text.startsWith(VERSION_PREFIX)) return undefined;
  return encodePageToken(text.slice(VERSION_PREFIX.length)) === token
    ? text.slice(VERSION_PREFIX.length)
    : undefined;
}
