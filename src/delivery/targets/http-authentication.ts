/**
 * The answer to a 401: Digest with SHA-256 or MD5, or else Basic.
 * https://www.rfc-editor.org/rfc/rfc7616 https://www.rfc-editor.org/rfc/rfc7617
 */
import { createHash } from 'node:crypto';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** The request that was refused and is sent again. */
export interface Challenged {
  readonly method: string;
  /** Path and query. */
  readonly uri: string;
  readonly body: string;
}

interface Challenge {
  /** Lower case. */
  readonly scheme: string;
  /** By lower-case name. */
  readonly parameters: Map<string, string>;
}

/** In the order of preference; names as challenges give them, in lower case. */
const ALGORITHMS: readonly { readonly name: string; readonly hash: string }[] = [
  { name: 'sha-256', hash: 'sha256' },
  { name: 'sha-256-sess', hash: 'sha256' },
  { name: 'md5', hash: 'md5' },
  { name: 'md5-sess', hash: 'md5' },
];
const DEFAULT_ALGORITHM = 'md5';

/**
 * The `Authorization` for a `WWW-Authenticate`; undefined where it asks for nothing that we know.
 * `clientNonce` is any text that was not used before.
 */
export function authorizationFor(
  header: string,
  credentials: Credentials,
  request: Challenged,
  clientNonce: string,
): string | undefined {
  const challenges = readChallenges(header);
  for (const algorithm of ALGORITHMS) {
    const challenge = challenges.find(
      ({ scheme, parameters }) =>
        scheme === 'digest' &&
        algorithmOf(parameters) === algorithm.name &&
        hasKnownQop(parameters),
    );
    if (challenge === undefined) continue;
    return digest(challenge.parameters, algorithm.hash, credentials, request, clientNonce);
  }
  return challenges.some(({ scheme }) => scheme === 'basic') ? basic(credentials) : undefined;
}

function basic({ user, password }: Credentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
}

const algorithmOf = (parameters: Map<string, string>): string =>
  (parameters.get('algorithm') ?? DEFAULT_ALGORITHM).toLowerCase();

/** Qualities of protection offered; empty in the oldest form of Digest, which has none. */
const qopsOf = (parameters: Map<string, string>): string[] =>
  (parameters.get('qop') ?? '')
    .toLowerCase()
    .split(',')
    .map((qop) => qop.trim())
    .filter((qop) => qop !== '');

const KNOWN_QOPS = ['auth', 'auth-int'];

function hasKnownQop(parameters: Map<string, string>): boolean {
  const qops = qopsOf(parameters);
  return qops.length === 0 || qops.some((qop) => KNOWN_QOPS.includes(qop));
}

function digest(
  parameters: Map<string, string>,
  hashName: string,
  { user, password }: Credentials,
  { method, uri, body }: Challenged,
  clientNonce: string,
): string {
  const hash = (text: string) => createHash(hashName).update(text, 'utf8').digest('hex');
  const realm = parameters.get('realm') ?? '';
  const nonce = parameters.get('nonce') ?? '';
  const qops = qopsOf(parameters);
  const qop = KNOWN_QOPS.find((known) => qops.includes(known));
  const owner = hash(`${user}:${realm}:${password}`);
  const isSession = algorithmOf(parameters).endsWith('-sess');
  const secret = isSession ? hash(`${owner}:${nonce}:${clientNonce}`) : owner;
  const action = hash(`${method}:${uri}${qop === 'auth-int' ? `:${hash(body)}` : ''}`);
  const count = '00000001';
  const response =
    qop === undefined
      ? hash(`${secret}:${nonce}:${action}`)
      : hash(`${secret}:${nonce}:${count}:${clientNonce}:${qop}:${action}`);
  const fields = [
    ['username', quoted(user)],
    ['realm', quoted(realm)],
    ['nonce', quoted(nonce)],
    ['uri', quoted(uri)],
    ['response', quoted(response)],
    ['algorithm', parameters.get('algorithm')],
    ['opaque', parameters.has('opaque') ? quoted(parameters.get('opaque') ?? '') : undefined],
    ['qop', qop],
    ['nc', qop && count],
    ['cnonce', qop === undefined && !isSession ? undefined : quoted(clientNonce)],
  ];
  const given = fields.filter(([, value]) => value !== undefined);
  return `Digest ${given.map(([name, value]) => `${name}=${value}`).join(', ')}`;
}

/** A quoted string whose bytes are the text's UTF-8, as headers are written byte by byte. */
function quoted(text: string): string {
  const escaped = text.replace(/["\\]/g, '\\$&');
  return `"${Buffer.from(escaped, 'utf8').toString('latin1')}"`;
}

/** A word, and the value behind its equals sign if it has one. */
const WORD = /([^\s,="]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,"]*))?/g;

/** A word without a value begins the next challenge; the others are parameters of the last. */
function readChallenges(header: string): Challenge[] {
  const challenges: Challenge[] = [];
  for (const [, word = '', value] of header.matchAll(WORD)) {
    if (value === undefined) {
      challenges.push({ scheme: word.toLowerCase(), parameters: new Map() });
    } else {
      const plain = value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;
      challenges.at(-1)?.parameters.set(word.toLowerCase(), plain);
    }
  }
  return challenges;
}
