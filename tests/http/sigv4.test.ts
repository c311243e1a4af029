/** Signature Version 4, as far as it is read. */
import { describe, expect, test } from 'vitest';
import { accountOf, readClaim } from '../../src/auth/sigv4.ts';
import { principalIdOf } from '../../src/http/caller.ts';

const SCOPE = '20260101/eu-west-1/sqs/aws4_request';
const header = (
  credential = `AKIA/${SCOPE}`,
  rest = 'SignedHeaders=Host;X-Amz-Date, Signature=ab',
) => `AWS4-HMAC-SHA256 Credential=${credential}, ${rest}`;

const claim = {
  accessKeyId: 'AKIA',
  date: '20260101',
  region: 'eu-west-1',
  service: 'sqs',
  signedHeaders: ['host', 'x-amz-date'],
  signature: 'ab',
};

const presigned = (overrides: { readonly [name: string]: string | undefined } = {}) => {
  const parameters = new URLSearchParams({ Action: 'ListQueues' });
  for (const [name, value] of Object.entries({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `AKIA/${SCOPE}`,
    'X-Amz-SignedHeaders': 'host;x-amz-date',
    'X-Amz-Signature': 'ab',
    ...overrides,
  })) {
    if (value !== undefined) parameters.set(name, value);
  }
  return String(parameters);
};

describe('a claim', () => {
  test('is read from the header', () => {
    expect(readClaim(header(), '')).toEqual(claim);
  });

  test('of a repeated scope has its own signature', () => {
    expect(readClaim(header(undefined, 'SignedHeaders=host, Signature=one'), '')).toMatchObject({
      accessKeyId: 'AKIA',
      signature: 'one',
    });
    expect(readClaim(header(undefined, 'SignedHeaders=host, Signature=two'), '')).toMatchObject({
      accessKeyId: 'AKIA',
      signature: 'two',
    });
    expect(
      readClaim(header(`OTHER/${SCOPE}`, 'SignedHeaders=host, Signature=two'), ''),
    ).toMatchObject({ accessKeyId: 'OTHER', signature: 'two' });
  });

  test('may have its fields without spaces and in another order', () => {
    const fields = `Signature=ab,SignedHeaders=host;x-amz-date,Credential=AKIA/${SCOPE}`;
    expect(readClaim(`AWS4-HMAC-SHA256 ${fields}`, '')).toEqual(claim);
  });

  test('is read from a presigned query string', () => {
    expect(readClaim(undefined, presigned())).toEqual(claim);
  });

  test('is absent where nothing is signed', () => {
    expect(readClaim(undefined, 'Action=ListQueues')).toBeUndefined();
  });
});

describe('refused with IncompleteSignature', () => {
  const elements = (credential: string) =>
    'Credential must have exactly 5 slash-delimited elements, ' +
    `e.g. keyid/date/region/service/term, got '${credential}'.`;
  const vectors: readonly [
    what: string,
    authorization: string | undefined,
    query: string,
    text: string,
  ][] = [
    ['another scheme', 'Basic dXNlcjpwYXNz', '', "Unsupported AWS 'algorithm': 'Basic'."],
    ['an empty header', '', '', "Unsupported AWS 'algorithm': ''."],
    [
      'the algorithm alone',
      'AWS4-HMAC-SHA256 ',
      '',
      "Authorization header requires 'Credential' parameter. " +
        "Authorization header requires 'Signature' parameter. " +
        "Authorization header requires 'SignedHeaders' parameter. " +
        'Authorization=AWS4-HMAC-SHA256 ',
    ],
    [
      'no signature',
      header(undefined, 'SignedHeaders=host'),
      '',
      `Authorization header requires 'Signature' parameter. Authorization=${header(undefined, 'SignedHeaders=host')}`,
    ],
    [
      'an empty signature',
      header(undefined, 'SignedHeaders=host, Signature='),
      '',
      `Authorization header requires 'Signature' parameter. Authorization=${header(undefined, 'SignedHeaders=host, Signature=')}`,
    ],
    ['a credential without scope', header('AKIA'), '', elements('AKIA')],
    ['a credential without key', header(`/${SCOPE}`), '', elements(`/${SCOPE}`)],
    ['a scope with more parts', header(`AKIA/x/${SCOPE}`), '', elements(`AKIA/x/${SCOPE}`)],
    [
      'another terminator',
      header('AKIA/20260101/eu-west-1/sqs/aws5'),
      '',
      "Credential should be scoped with a valid terminator: 'aws4_request'.",
    ],
    [
      'a region that is none',
      header('AKIA/20260101/eu west:1/sqs/aws4_request'),
      '',
      'Credential should be scoped to a valid region.',
    ],
    [
      'an empty region',
      header('AKIA/20260101//sqs/aws4_request'),
      '',
      'Credential should be scoped to a valid region.',
    ],
    [
      'both forms',
      header(),
      presigned(),
      "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
    ],
    [
      'a link of another algorithm',
      undefined,
      presigned({ 'X-Amz-Algorithm': 'AWS3' }),
      "Unsupported AWS 'algorithm': 'AWS3'.",
    ],
    [
      'a link without credential',
      undefined,
      presigned({ 'X-Amz-Credential': undefined }),
      "AWS query-string parameters must include 'X-Amz-Credential'.",
    ],
    [
      'a link without signature',
      undefined,
      presigned({ 'X-Amz-Signature': undefined }),
      "AWS query-string parameters must include 'X-Amz-Signature'.",
    ],
  ];
  test.each(vectors)('%s', (_what, authorization, query, message) => {
    expect(() => readClaim(authorization, query)).toThrow(
      expect.objectContaining({ code: 'IncompleteSignature', message }),
    );
    // Once more: a refusal is not remembered as a claim.
    expect(() => readClaim(authorization, query)).toThrow(message);
  });
});

test('a key of 12 digits is its account, any other belongs to the default one', () => {
  expect(accountOf('123456789012')).toBe('123456789012');
  for (const key of ['test', '12345678901', '1234567890123', 'AKIAIOSFODNN7EXAMPLE', '']) {
    expect(accountOf(key)).toBe('000000000000');
  }
});

test('a principal’s id has the form of AWS’s and depends on the key alone', () => {
  expect(principalIdOf('AKIAIOSFODNN7EXAMPLE')).toBe('AIDAIOSFODNN7EXAMPLEA');
  expect(principalIdOf('test')).toBe('AIDATESTAAAAAAAAAAAAA');
  expect(principalIdOf('a-very/long+key.with-signs-in-it')).toBe('AIDAAVERYLONGKEYWITHS');
  expect(principalIdOf('test')).toBe('AIDATESTAAAAAAAAAAAAA');
  expect(principalIdOf('123456789012')).toBe('123456789012');
});
