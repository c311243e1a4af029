/** The HTTP target against real endpoints that misbehave in every way. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { selfSignedCertificate } from '../../src/delivery/certificate.ts';
import type { HttpTarget } from '../../src/delivery/delivery.ts';
import type { Outcome } from '../../src/delivery/outcome.ts';
import { deliverByHttp, HttpClient } from '../../src/delivery/targets/http.ts';
import { deadPort, Endpoint, RawEndpoint } from './endpoints.ts';

const client = new HttpClient(() => 'client-nonce');
const closing: { close(): void }[] = [];

afterEach(() => {
  for (const each of closing.splice(0)) each.close();
});

async function endpoint(answer: RequestListener): Promise<{ url: string; endpoint: Endpoint }> {
  const opened = new Endpoint(answer);
  closing.push(opened);
  return { url: await opened.open(), endpoint: opened };
}

async function rawEndpoint(behave: (socket: Socket) => void): Promise<string> {
  const opened = new RawEndpoint(behave);
  closing.push(opened);
  return opened.open();
}

const HEADERS = [
  ['x-amz-sns-message-type', 'Notification'],
  ['x-amz-sns-message-id', 'm-1'],
  ['x-amz-sns-topic-arn', 'arn:aws:sns:us-east-1:000000000000:t'],
  ['Content-Type', 'text/plain; charset=UTF-8'],
] as const;

function deliver(
  url: string,
  { body = 'grüße', signal = new AbortController().signal } = {},
): Promise<Outcome> {
  const target: HttpTarget = { kind: 'http', url, headers: HEADERS, body };
  return deliverByHttp(client, target, signal);
}

describe('the request', () => {
  it('has exactly the headers that SNS documents', async () => {
    const { url, endpoint: at } = await endpoint((_request, response) => response.end('ok'));
    await deliver(`${url}/hook?x=1`);
    const [received] = at.received;
    expect(received).toMatchObject({ method: 'POST', url: '/hook?x=1', body: 'grüße' });
    expect(received?.rawHeaders).toEqual([
      ...['Host', url.slice('http://'.length)],
      ...HEADERS.flat(),
      ...['User-Agent', 'Amazon Simple Notification Service Agent'],
      ...['Accept-Encoding', 'gzip,deflate'],
      ...['Connection', 'Keep-Alive'],
      ...['Content-Length', '7'],
    ]);
  });

  it('carries large bodies whole', async () => {
    const { url, endpoint: at } = await endpoint((_request, response) => response.end());
    const body = 'ü'.repeat(128 * 1024);
    expect(await deliver(url, { body })).toMatchObject({ result: 'delivered' });
    expect(at.received[0]?.body === body).toBe(true);
  });

  it('reuses the connection', async () => {
    const { url, endpoint: at } = await endpoint((_request, response) => response.end('ok'));
    for (let i = 0; i < 5; i++) await deliver(url);
    expect([at.received.length, at.connections]).toEqual([5, 1]);
  });

  it('is sent again when the endpoint hung up on an idle connection', async () => {
    const { url, endpoint: at } = await endpoint((_request, response) => response.end('ok'));
    for (let i = 0; i < 20; i++) {
      const delivering = deliver(url);
      if (i > 0) at.hangUp();
      expect(await delivering).toMatchObject({ result: 'delivered' });
    }
  });

  it('is sent once when a connection that was kept answers what is no HTTP', async () => {
    const { url, endpoint: at } = await endpoint((request, response) => {
      if (at.received.length === 1) response.end('ok');
      else request.socket.end('SSH-2.0-OpenSSH_9.6\r\n');
    });
    await deliver(url);
    expect(await deliver(url)).toMatchObject({ result: 'failed' });
    expect([at.received.length, at.connections]).toEqual([2, 1]);
  });

  it('shows no user and password unless asked', async () => {
    const { url, endpoint: at } = await endpoint((_request, response) => response.end());
    await deliver(url.replace('//', '//user:secret@'));
    expect(at.received[0]?.headers.authorization).toBeUndefined();
    expect(at.received[0]?.headers.host).not.toContain('secret');
  });
});

describe('the status', () => {
  it.each([
    [200, 'delivered'],
    [201, 'delivered'],
    [204, 'delivered'],
    [299, 'delivered'],
    [300, 'refused'],
    [301, 'refused'],
    [302, 'refused'],
    [304, 'refused'],
    [307, 'refused'],
    [400, 'refused'],
    [401, 'refused'],
    [403, 'refused'],
    [404, 'refused'],
    [408, 'refused'],
    [410, 'refused'],
    [429, 'failed'],
    [500, 'failed'],
    [501, 'failed'],
    [502, 'failed'],
    [503, 'failed'],
    [504, 'failed'],
    [599, 'failed'],
  ])('%d means %s', async (statusCode, result) => {
    const { url } = await endpoint((_request, response) => {
      response.writeHead(statusCode).end(statusCode === 204 || statusCode === 304 ? '' : 'text');
    });
    expect(await deliver(url)).toMatchObject({ result, statusCode });
  });

  it('that redirects is not followed', async () => {
    const { url, endpoint: at } = await endpoint((_request, response) => {
      response.writeHead(302, { Location: '/elsewhere' }).end();
    });
    await deliver(url);
    expect(at.received).toHaveLength(1);
  });

  it('counts, whatever becomes of the body', async () => {
    const hanging = await endpoint((_request, response) => {
      response.writeHead(200, { 'Content-Length': '100' }).write('begun');
    });
    const controller = new AbortController();
    const delivering = deliver(hanging.url, { signal: controller.signal });
    while (hanging.endpoint.received.length === 0) await turn();
    // The head is on its way through this machine; the body never ends.
    for (let turns = 0; turns < 100; turns++) await turn();
    controller.abort(new Error('too late'));
    expect(await delivering).toMatchObject({ result: 'delivered', providerResponse: 'begun' });

    const cut = await rawEndpoint((socket) => {
      socket.end('HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\nbegun');
    });
    expect(await deliver(cut)).toMatchObject({ result: 'failed', statusCode: 503 });
  });
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the answer', () => {
  it('is kept as far as it is of use', async () => {
    const { url } = await endpoint((_request, response) => response.end('x'.repeat(5_000)));
    expect((await deliver(url)).providerResponse).toBe('x'.repeat(1_024));
  });

  it('that never ends is cut off', async () => {
    let written = 0;
    const { url } = await endpoint((_request, response) => {
      const chunk = Buffer.alloc(16 * 1024, 'x');
      const more = (): void => {
        if (response.destroyed) return;
        written += chunk.length;
        if (response.write(chunk)) setImmediate(more);
        else response.once('drain', more);
      };
      response.on('error', () => {});
      more();
    });
    expect(await deliver(url)).toMatchObject({ result: 'delivered', statusCode: 200 });
    expect(written).toBeLessThan(16 * 1024 * 1024);
  });

  it('that is compressed is not unpacked', async () => {
    const { url } = await endpoint((_request, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(Buffer.from([31, 139, 8]));
    });
    expect(await deliver(url)).toMatchObject({ result: 'delivered', providerResponse: '' });
  });

  it.each([
    ['is no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['breaks off in the head', 'HTTP/1.1 200 OK\r\nConte'],
    ['has no bytes', ''],
    ['has a head without end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`],
    ['has two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    [
      'changes the protocol',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    ],
  ])('that %s counts as none', async (_name, bytes) => {
    const url = await rawEndpoint((socket) => socket.end(bytes));
    const outcome = await deliver(url);
    expect(outcome.result).toBe('failed');
    expect(outcome.statusCode).toBeUndefined();
    expect(outcome.providerResponse).toMatch(/\w+: \w+/);
  });

  it('may come after others that only inform', async () => {
    const url = await rawEndpoint((socket) => {
      socket.end('HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
    expect(await deliver(url)).toMatchObject({ result: 'delivered', statusCode: 200 });
  });
});

describe('an endpoint', () => {
  it('at which nobody listens may be there later', async () => {
    const outcome = await deliver(`http://127.0.0.1:${await deadPort()}`);
    expect(outcome).toEqual({
      result: 'failed',
      providerResponse: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('that no name server knows may be known later', async () => {
    expect(await deliver('http://nobody.invalid')).toMatchObject({ result: 'failed' });
  });

  it('that resets the connection may be better later', async () => {
    const url = await rawEndpoint((socket) => socket.resetAndDestroy());
    expect(await deliver(url)).toMatchObject({
      result: 'failed',
      providerResponse: expect.stringContaining('ECONNRESET'),
    });
  });

  it('that says nothing is left when the time is over', async () => {
    let seen = false;
    const url = await rawEndpoint(() => {
      seen = true;
    });
    const controller = new AbortController();
    const delivering = deliver(url, { signal: controller.signal });
    while (!seen) await turn();
    controller.abort(new Error('no answer within 15 seconds'));
    expect(await delivering).toEqual({
      result: 'failed',
      providerResponse: 'Error: no answer within 15 seconds',
    });
  });

  it('that says its head letter by letter is left when the time is over', async () => {
    const letters = 'HTTP/1.1 200 OK\r\nX-Slow: very'.split('');
    let said = 0;
    const url = await rawEndpoint((socket) => {
      const say = (): void => {
        if (socket.destroyed) return;
        said++;
        socket.write(letters.shift() ?? 'y');
        setImmediate(say);
      };
      say();
    });
    const controller = new AbortController();
    const delivering = deliver(url, { signal: controller.signal });
    while (said < 40) await turn();
    controller.abort(new Error('no answer within 15 seconds'));
    expect(await delivering).toMatchObject({ result: 'failed' });
  });

  it.each(['ftp://127.0.0.1/x', 'no address', 'http://', 'file:///etc/passwd'])(
    '%s is refused',
    async (url) => {
      expect(await deliver(url)).toMatchObject({ result: 'refused' });
    },
  );
});

describe('HTTPS', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const name = { commonName: '127.0.0.1', organization: 'nobody' };
  const cert = selfSignedCertificate(privateKey, publicKey, name);
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

  it('with a certificate that nobody vouches for is no answer', async () => {
    const opened = new Endpoint((_request, response) => response.end('ok'), { key, cert });
    closing.push(opened);
    expect(await deliver(await opened.open())).toEqual({
      result: 'failed',
      providerResponse: expect.stringContaining('certificate'),
    });
    expect(opened.received).toEqual([]);
  });

  it('at an endpoint that speaks plain HTTP is no answer', async () => {
    const { url, endpoint: at } = await endpoint((_request, response) => response.end('ok'));
    expect(await deliver(url.replace('http:', 'https:'))).toMatchObject({ result: 'failed' });
    expect(at.received).toEqual([]);
  });
});

describe('user and password', () => {
  it('answer a Basic challenge', async () => {
    const { url, endpoint: at } = await endpoint((request, response) => {
      const expected = `Basic ${Buffer.from('üser:p@ss:word').toString('base64')}`;
      if (request.headers.authorization === expected) return response.end('in');
      return response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end();
    });
    const withUser = url.replace('//', '//%C3%BCser:p%40ss%3Aword@');
    expect(await deliver(withUser)).toMatchObject({ result: 'delivered' });
    expect(at.received.map(({ body }) => body)).toEqual(['grüße', 'grüße']);
  });

  it.each([
    ['MD5', 'md5'],
    ['SHA-256', 'sha256'],
  ])('answer a Digest challenge with %s', async (algorithm, hashName) => {
    const hash = (text: string) => createHash(hashName).update(text).digest('hex');
    const { url } = await endpoint((request, response) => {
      const given = request.headers.authorization ?? '';
      const field = (name: string) => new RegExp(`\\b${name}="?([^",]*)`).exec(given)?.[1];
      const secret = hash('user:the realm:secret');
      const action = hash(`POST:/hook?x=1`);
      const parts = [secret, 'n-1', field('nc'), field('cnonce'), 'auth', action];
      if (field('response') === hash(parts.join(':'))) return response.end('in');
      const challenge =
        `Digest realm="the realm", qop="auth,auth-int", algorithm=${algorithm}, ` +
        'nonce="n-1", opaque="o"';
      return response.writeHead(401, { 'WWW-Authenticate': challenge }).end();
    });
    const outcome = await deliver(`${url.replace('//', '//user:secret@')}/hook?x=1`);
    expect(outcome).toMatchObject({ result: 'delivered', providerResponse: 'in' });
  });

  it('that are wrong are sent once', async () => {
    const { url, endpoint: at } = await endpoint((_request, response) => {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end('no');
    });
    const outcome = await deliver(url.replace('//', '//user:wrong@'));
    expect(outcome).toMatchObject({ result: 'refused', statusCode: 401 });
    expect(at.received).toHaveLength(2);
  });

  it('do not answer what they cannot', async () => {
    const { url, endpoint: at } = await endpoint((_request, response) => {
      response.writeHead(401, { 'WWW-Authenticate': 'Negotiate abc==, Bearer' }).end();
    });
    expect(await deliver(url.replace('//', '//user:x@'))).toMatchObject({ result: 'refused' });
    expect(at.received).toHaveLength(1);
  });
});
