/**
 * Signature Version 4: who signed a request, for which region and service. Reads the Authorization
 * header or the query parameters of a presigned URL.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { type AwsError, failCommon } from '../core/aws-error.ts';

/** What a request says about its signer. */
export interface Claim {
  readonly accessKeyId: string;
  /** `YYYYMMDD`, as in the credential scope. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  /** Lower case, in the order given. */
  readonly signedHeaders: readonly string[];
  /** Hexadecimal. */
  readonly signature: string;
}

export const DEFAULT_REGION = 'us-east-1';
export const DEFAULT_ACCOUNT_ID = '000000000000';

const ALGORITHM = 'AWS4-HMAC-SHA256';
const TERMINATOR = 'aws4_request';

/** The parts of a claim that stay the same from request to request of one client in one day. */
type Scope = Omit<Claim, 'signature'>;

/**
 * Scopes by the text before `Signature=`: clients repeat it with each request. Forgotten as a
 * whole when full, which costs one more reading per client.
 */
const scopes = new Map<string, Scope>();
const SCOPES_MAX = 1000;

/** The last of them: to compare a text is cheaper than to look it up. */
let lastText = '';
let lastScope: Scope | undefined;

/**
 * The claim of a request; undefined when it is not signed. `query` is the URL's query string.
 * Throws IncompleteSignature when it is signed in a form that cannot be read.
 */
export function readClaim(authorization: string | undefined, query: string): Claim | undefined {
  const presigned = query.includes('X-Amz-Algorithm=') || query.includes('X-Amz-Credential=');
  if (authorization === undefined) return presigned ? readPresigned(query) : undefined;
  if (presigned) {
    throw incomplete(
      "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
    );
  }
  return readHeader(authorization);
}

/** An access key of 12 digits is an account id; any other belongs to the default account. */
export function accountOf(accessKeyId: string): string {
  return /^\d{12}$/.test(accessKeyId) ? accessKeyId : DEFAULT_ACCOUNT_ID;
}

const SIGNATURE_FIELD = 'Signature=';
const SIGNATURE = /^Signature=[0-9a-f]+$/;

function readHeader(header: string): Claim {
  if (lastScope !== undefined && header.startsWith(lastText)) {
    const rest = header.slice(lastText.length);
    if (SIGNATURE.test(rest)) return claimOf(lastScope, rest.slice(SIGNATURE_FIELD.length));
  }
  const signatureAt = header.lastIndexOf(SIGNATURE_FIELD);
  const signature = header.slice(signatureAt + SIGNATURE_FIELD.length);
  if (signatureAt === -1 || signature === '' || signature.includes(',')) return readFields(header);
  const constantPart = header.slice(0, signatureAt);
  const scope = scopes.get(constantPart) ?? keepScope(constantPart, readFields(header));
  [lastText, lastScope] = [constantPart, scope];
  return claimOf(scope, signature);
}

function keepScope(constantPart: string, scope: Scope): Scope {
  if (scopes.size >= SCOPES_MAX) scopes.clear();
  scopes.set(constantPart, scope);
  return scope;
}

function claimOf(scope: Scope, signature: string): Claim {
  const { accessKeyId, date, region, service, signedHeaders } = scope;
  return { accessKeyId, date, region, service, signedHeaders, signature };
}

function readFields(header: string): Claim {
  const space = header.indexOf(' ');
  const algorithm = space === -1 ? header : header.slice(0, space);
  if (algorithm !== ALGORITHM) throw incomplete(`Unsupported AWS 'algorithm': '${algorithm}'.`);
  const fields = new Map<string, string>();
  for (const field of header.slice(space + 1).split(',')) {
    const equals = field.indexOf('=');
    if (equals > 0) fields.set(field.slice(0, equals).trim(), field.slice(equals + 1).trim());
  }
  const required = ['Credential', 'Signature', 'SignedHeaders'].filter((name) => !fields.get(name));
  if (required.length > 0) {
    const complaints = required.map((name) => `Authorization header requires '${name}' parameter.`);
    throw incomplete(`${complaints.join(' ')} Authorization=${header}`);
  }
  return claimFrom(
    fields.get('Credential') ?? '',
    fields.get('SignedHeaders') ?? '',
    fields.get('Signature') ?? '',
  );
}

function readPresigned(query: string): Claim {
  const parameters = new URLSearchParams(query);
  const algorithm = parameters.get('X-Amz-Algorithm');
  if (algorithm !== ALGORITHM) {
    throw incomplete(`Unsupported AWS 'algorithm': '${algorithm ?? ''}'.`);
  }
  const [credential, signedHeaders, signature] = [
    'X-Amz-Credential',
    'X-Amz-SignedHeaders',
    'X-Amz-Signature',
  ].map((name) => {
    const value = parameters.get(name);
    if (!value) throw incomplete(`AWS query-string parameters must include '${name}'.`);
    return value;
  });
  return claimFrom(credential ?? '', signedHeaders ?? '', signature ?? '');
}

const REGION = /^[A-Za-z0-9-]{1,64}$/;

function claimFrom(credential: string, signedHeaders: string, signature: string): Claim {
  const parts = credential.split('/');
  const [accessKeyId = '', date = '', region = '', service = '', terminator] = parts;
  if (parts.length !== 5 || accessKeyId === '') {
    throw incomplete(
      'Credential must have exactly 5 slash-delimited elements, ' +
        `e.g. keyid/date/region/service/term, got '${credential}'.`,
    );
  }
  if (terminator !== TERMINATOR) {
    throw incomplete(`Credential should be scoped with a valid terminator: '${TERMINATOR}'.`);
  }
  if (!REGION.test(region)) throw incomplete('Credential should be scoped to a valid region.');
  return {
    accessKeyId,
    date,
    region,
    service,
    signedHeaders: signedHeaders.toLowerCase().split(';'),
    signature,
  };
}

function incomplete(message: string): AwsError {
  return failCommon('IncompleteSignature', message);
}
