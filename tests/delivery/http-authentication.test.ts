/** Answers to challenges, with the examples of the standards. */
import { describe, expect, it } from 'vitest';
import { authorizationFor } from '../../src/delivery/targets/http-authentication.ts';

/** https://www.rfc-editor.org/rfc/rfc7616#section-3.9.1 */
const MUFASA = { user: 'Mufasa', password: 'Circle of Life' };
const REQUEST = { method: 'GET', uri: '/dir/index.html', body: '' };
const CLIENT_NONCE = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';
const challenge = (algorithm: string) =>
  'Digest realm="http-auth@example.org", qop="auth, auth-int", ' +
  `algorithm=${algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", ` +
  'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';

const answer = (header: string, request = REQUEST, credentials = MUFASA) =>
  authorizationFor(header, credentials, request, CLIENT_NONCE);

describe('Digest', () => {
  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('with %s answers as in the standard', (algorithm, response) => {
    expect(answer(challenge(algorithm))).toBe(
      'Digest username="Mufasa", realm="http-auth@example.org", ' +
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", uri="/dir/index.html", ' +
        `response="${response}", algorithm=${algorithm}, ` +
        'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", qop=auth, nc=00000001, ' +
        `cnonce="${CLIENT_NONCE}"`,
    );
  });

  it('prefers SHA-256 where both are offered, in whatever order', () => {
    const both = `${challenge('MD5')}, ${challenge('SHA-256')}`;
    expect(answer(both)).toContain('algorithm=SHA-256');
    expect(answer(`${challenge('SHA-256')}, ${challenge('MD5')}`)).toContain('algorithm=SHA-256');
  });

  /** https://www.rfc-editor.org/rfc/rfc2069#section-2.4 with its published correction. */
  it('answers challenges of the oldest form', () => {
    const credentials = { user: 'Mufasa', password: 'CircleOfLife' };
    const header =
      'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
      'opaque="5ccc069c403ebaf9f0171e9517f40e41"';
    expect(answer(header, REQUEST, credentials)).toBe(
      'Digest username="Mufasa", realm="testrealm@host.com", ' +
        'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", ' +
        'response="1949323746fe6a43ef61f9606e7febea", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
    );
  });

  it('covers the body where nothing less is offered', () => {
    const header = 'Digest realm="r", nonce="n", qop="auth-int"';
    const first = answer(header, { ...REQUEST, body: 'a' });
    expect(first).toContain('qop=auth-int');
    expect(answer(header, { ...REQUEST, body: 'b' })).not.toBe(first);
  });

  it('is told apart by user, password, realm, nonce and address', () => {
    const answers = [
      answer('Digest realm="r", nonce="n", qop="auth"'),
      answer('Digest realm="r2", nonce="n", qop="auth"'),
      answer('Digest realm="r", nonce="n2", qop="auth"'),
      answer('Digest realm="r", nonce="n", qop="auth", algorithm=MD5-sess'),
      answer('Digest realm="r", nonce="n", qop="auth"', { ...REQUEST, uri: '/' }),
      answer('Digest realm="r", nonce="n", qop="auth"', REQUEST, { ...MUFASA, password: 'x' }),
      answer('Digest realm="r", nonce="n", qop="auth"', REQUEST, { ...MUFASA, user: 'x' }),
    ];
    const responses = answers.map((text) => /response="(\w+)"/.exec(text ?? '')?.[1]);
    expect(new Set(responses).size).toBe(answers.length);
  });

  it('quotes what a header would misread', () => {
    const credentials = { user: 'a"b\\c', password: '' };
    expect(answer('Digest realm="q\\"r", nonce="n"', REQUEST, credentials)).toMatch(
      /^Digest username="a\\"b\\\\c", realm="q\\"r", /,
    );
  });
});

describe('Basic', () => {
  it('is the answer where Digest is not offered, or only in a form that nobody knows', () => {
    const basic = `Basic ${Buffer.from('Mufasa:Circle of Life').toString('base64')}`;
    expect(answer('Basic realm="r"')).toBe(basic);
    expect(answer(`${challenge('SHA-512-256')}, BASIC realm="r"`)).toBe(basic);
    expect(answer('Digest realm="r", nonce="n", qop="other", Basic realm="r"')).toBe(basic);
    expect(answer(`Basic realm="r", ${challenge('MD5')}`)).toContain('Digest ');
  });

  it.each(['', 'Bearer', 'Negotiate TlRM==', '=', ',,,', '"'])('is no answer to %j', (header) => {
    expect(answer(header)).toBeUndefined();
  });
});
