/** Plain HTTP matters, with bytes that no HTTP client would send. */
import { describe, expect, test } from 'vitest';
import { gate } from './fake-service.ts';
import { startFront } from './front.ts';
import { jsonCall, rawRequest } from './raw-client.ts';

const BODY_BYTES_MAX = 1000;

const chunked = (...chunks: readonly string[]) =>
  `${chunks.map((chunk) => `${Buffer.byteLength(chunk).toString(16)}\r\n${chunk}\r\n`).join('')}0\r\n\r\n`;

const chunkedHead = (extra: readonly string[] = []) =>
  rawRequest({
    method: 'POST',
    headers: ['X-Amz-Target: AmazonParcels.SendParcel', 'Transfer-Encoding: chunked', ...extra],
  });

describe('bodies', () => {
  test('in chunks are put together', async () => {
    const { exchange } = await startFront();
    const answer = await exchange(chunkedHead() + chunked('{"Messa', 'geBody":"', 'ü', '"}'));
    expect(answer).toMatchObject({ status: 200, body: '{"MessageBody":"ü"}' });
  });

  test('that arrive byte by byte are put together', async () => {
    const { connect } = await startFront();
    const client = await connect();
    client.socket.setNoDelay(true);
    const answer = client.answer();
    for (const byte of Buffer.from(jsonCall('SendParcel', { MessageBody: 'ü' }))) {
      await new Promise<void>((resolve) => client.socket.write(Buffer.of(byte), () => resolve()));
    }
    expect(await answer).toMatchObject({ status: 200, body: '{"MessageBody":"ü"}' });
  });

  test('of the longest length are taken, one byte more is refused', async () => {
    const { exchange, invoker } = await startFront({ bodyBytesMax: BODY_BYTES_MAX });
    const overhead = '{"MessageBody":""}'.length;
    const longest = 'a'.repeat(BODY_BYTES_MAX - overhead);
    expect((await exchange(jsonCall('SendParcel', { MessageBody: longest }))).status).toBe(200);
    const answer = await exchange(jsonCall('SendParcel', { MessageBody: `${longest}a` }));
    expect(answer).toMatchObject({ status: 413, headers: { connection: 'close' } });
    expect(JSON.parse(answer.body)).toEqual({
      __type: 'RequestEntityTooLarge',
      message: 'The request body must not be longer than 1000 bytes.',
    });
    expect(invoker.callers).toHaveLength(1);
  });

  test('announced as too long are refused before they are sent', async () => {
    const { connect } = await startFront();
    const client = await connect();
    const head = rawRequest({ method: 'POST', headers: ['Content-Length: 99999999999'] });
    const answer = await client.exchange(head);
    expect(answer).toMatchObject({ status: 413, headers: { connection: 'close' } });
    expect(answer.body).toContain('<Code>RequestEntityTooLarge</Code>');
  });

  test('in chunks without end are refused, and the connection ends', async () => {
    const { connect, invoker } = await startFront({ bodyBytesMax: BODY_BYTES_MAX });
    const client = await connect();
    const answer = client.answer();
    client.send(chunkedHead());
    client.send(`${'1000\r\n'}${'a'.repeat(0x1000)}\r\n`);
    expect(await answer).toMatchObject({ status: 413, headers: { connection: 'close' } });
    client.send('0\r\n\r\n');
    await client.closed;
    expect(invoker.callers).toEqual([]);
  });

  test('with a shorter length than announced do nothing when the client leaves', async () => {
    const { connect, front, invoker, errors } = await startFront();
    const gone = gate();
    front.server.on('connection', (socket) => socket.on('close', () => gone.open()));
    const client = await connect();
    const call = jsonCall('SendParcel', { MessageBody: 'abc' });
    client.socket.write(call.slice(0, -3), () => client.socket.resetAndDestroy());
    await gone.opened;
    expect(invoker.callers).toEqual([]);
    expect(errors).toEqual([]);
  });

  test('that a client leaves in the middle end the connection, also behind an upgrade', async () => {
    const { connect, invoker } = await startFront();
    const headers = ['Connection: Upgrade', 'Upgrade: h2c'];
    const client = await connect();
    client.socket.end(jsonCall('SendParcel', { MessageBody: 'abc' }, headers).slice(0, -3));
    await client.closed;
    expect(invoker.callers).toEqual([]);
  });

  test('compressed are refused', async () => {
    const { exchange } = await startFront();
    const answer = await exchange(jsonCall('ListParcels', {}, ['Content-Encoding: gzip']));
    expect(answer).toMatchObject({ status: 415, headers: { connection: 'close' } });
    expect(JSON.parse(answer.body)).toEqual({
      __type: 'UnsupportedMediaType',
      message: 'The content encoding gzip is not supported; send the body as it is.',
    });
  });

  test('that are as they are may say so', async () => {
    const { exchange } = await startFront();
    const call = jsonCall('ListParcels', {}, ['Content-Encoding: identity']);
    expect((await exchange(call)).status).toBe(200);
  });

  test('are asked for with 100 Continue', async () => {
    const { connect } = await startFront();
    const client = await connect();
    const call = jsonCall('SendParcel', { MessageBody: 'a' }, ['Expect: 100-continue']);
    const [head = '', body = ''] = call.split('\r\n\r\n');
    expect(await client.exchange(`${head}\r\n\r\n`)).toMatchObject({ status: 100 });
    expect(await client.exchange(body)).toMatchObject({
      status: 200,
      body: '{"MessageBody":"a"}',
    });
  });

  test('too long are not asked for', async () => {
    const { connect } = await startFront({ bodyBytesMax: BODY_BYTES_MAX });
    const client = await connect();
    const headers = ['Expect: 100-continue', 'Content-Length: 1001'];
    const answer = await client.exchange(rawRequest({ method: 'POST', headers }));
    expect(answer.status).toBe(413);
  });
});

describe('what is no HTTP', () => {
  test.each([
    ['nonsense', 'HELO there\r\n\r\n', 400],
    ['a negative length', rawRequest({ method: 'POST', headers: ['Content-Length: -1'] }), 400],
    [
      'a length that is no number',
      rawRequest({ method: 'POST', headers: ['Content-Length: x'] }),
      400,
    ],
    [
      'two lengths',
      rawRequest({ method: 'POST', headers: ['Content-Length: 1', 'Content-Length: 2'] }),
      400,
    ],
    [
      'a length and chunks',
      rawRequest({
        method: 'POST',
        headers: ['Content-Length: 3', 'Transfer-Encoding: chunked'],
      }),
      400,
    ],
    ['a chunk of no size', `${chunkedHead()}xyz\r\n`, 400],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['a header without name', 'GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n', 400],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n', 400],
    ['a head without end', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}`, 431],
    ['a target without end', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n`, 431],
    ['an unknown method', rawRequest({ method: 'BREW' }), 400],
  ])('%s: a status, and the connection ends', async (_what, bytes, status) => {
    const { connect, invoker } = await startFront();
    const client = await connect();
    const answer = await client.exchange(bytes);
    expect(answer).toMatchObject({ status, headers: { connection: 'close' } });
    await client.closed;
    expect(invoker.callers).toEqual([]);
  });

  test('behind sound requests it is answered behind them', async () => {
    const { connect } = await startFront();
    const client = await connect();
    const call = (MessageBody: string) => jsonCall('SendParcel', { MessageBody });
    const first = await client.exchange(`${call('a')}${call('b')}HELO there\r\n\r\n`);
    expect(first).toMatchObject({ status: 200, body: '{"MessageBody":"a"}' });
    expect(await client.answer()).toMatchObject({ status: 200, body: '{"MessageBody":"b"}' });
    const last = await client.answer();
    expect(last).toMatchObject({ status: 400, headers: { connection: 'close' } });
    expect(last.headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
    await client.closed;
  });

  test('inside of a request it stands for the answer to that one', async () => {
    const { connect, invoker } = await startFront();
    const client = await connect();
    const call = jsonCall('SendParcel', { MessageBody: 'a' });
    const first = await client.exchange(`${call}${chunkedHead()}xyz\r\n`);
    expect(first).toMatchObject({ status: 200, body: '{"MessageBody":"a"}' });
    expect(await client.answer()).toMatchObject({ status: 400 });
    await client.closed;
    expect(invoker.callers).toHaveLength(1);
  });

  test('inside of a request that is refused already, nothing more is said', async () => {
    const { connect } = await startFront();
    const client = await connect();
    let received = '';
    client.socket.on('data', (chunk) => {
      received += chunk;
    });
    client.send(`${chunkedHead(['Content-Encoding: gzip'])}xyz\r\n`);
    await client.closed;
    expect(received.match(/^HTTP\/1\.1 \d+/gm)).toEqual(['HTTP/1.1 415']);
  });

  test('behind a request that ends the connection, nothing is heard', async () => {
    const { connect, invoker } = await startFront();
    const client = await connect();
    const call = jsonCall('SendParcel', { MessageBody: 'a' }, ['Connection: close']);
    const answer = await client.exchange(`${call}${jsonCall('ListParcels', {})}`);
    expect(answer).toMatchObject({ status: 200, body: '{"MessageBody":"a"}' });
    await expect(client.answer()).rejects.toThrow();
    expect(invoker.callers).toHaveLength(1);
  });

  test('an expectation that nobody knows is passed over', async () => {
    const { exchange } = await startFront();
    const answer = await exchange(jsonCall('ListParcels', {}, ['Expect: a miracle']));
    expect(answer.status).toBe(200);
    expect(answer.headers).toHaveProperty('x-amzn-requestid');
  });

  test('a server that met it answers the next client', async () => {
    const { exchange } = await startFront();
    await exchange('\0\0\0\r\n\r\n');
    expect((await exchange(jsonCall('ListParcels', {}))).status).toBe(200);
  });
});

describe('methods and paths', () => {
  test.each(['PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND'])(
    '%s is not allowed',
    async (method) => {
      const { exchange } = await startFront();
      expect(await exchange(rawRequest({ method }))).toMatchObject({
        status: 405,
        headers: { allow: 'GET, HEAD, POST, OPTIONS' },
      });
    },
  );

  test('the root says what this is', async () => {
    const answer = async () => ({ status: 200, contentType: 'text/plain', body: '' });
    const { exchange } = await startFront({
      ownEndpoints: [{ method: 'GET', path: '/_waystation/health', answer }],
    });
    const page = await exchange(rawRequest());
    expect(page).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
    });
    expect(page.body).toMatch(/^Waystation: /);
    expect(page.body).toContain('Services: parcels');
    expect(page.body).toContain('GET /_waystation/health');
  });

  test('HEAD is answered like GET without a body, and runs nothing', async () => {
    const { connect, invoker } = await startFront();
    const client = await connect();
    client.send(rawRequest({ method: 'HEAD', target: '/?Action=ListParcels' }));
    client.send(rawRequest({ target: '/nowhere' }));
    const received = await new Promise<string>((resolve) => {
      let text = '';
      client.socket.on('data', (chunk) => {
        text += chunk;
        if (text.includes('<UnknownOperationException/>')) resolve(text);
      });
    });
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n[^<]*\r\n\r\nHTTP\/1\.1 404 /);
    expect(invoker.callers).toEqual([]);
  });

  test.each(['/nowhere', '/a/b/c', '/_waystation', '//', '/%2e%2e/etc/passwd', '/favicon.ico'])(
    'nothing stands at %s',
    async (target) => {
      const { exchange } = await startFront();
      expect(await exchange(rawRequest({ target }))).toMatchObject({
        status: 404,
        body: '<UnknownOperationException/>\n',
      });
    },
  );
});

describe('our own endpoints', () => {
  const path = '/_waystation/mirror';
  const mirror = (method: 'GET' | 'POST') => ({
    method,
    path,
    answer: async (request: { query: URLSearchParams; mediaType: string; body: string }) => ({
      status: 201,
      contentType: 'application/json',
      body: JSON.stringify([method, request.query.get('a'), request.mediaType, request.body]),
    }),
  });

  test('get the query, the media type and the body', async () => {
    const { exchange, observations } = await startFront({
      ownEndpoints: [mirror('GET'), mirror('POST')],
    });
    expect(await exchange(rawRequest({ target: `${path}?a=b%20c` }))).toMatchObject({
      status: 201,
      headers: { 'content-type': 'application/json' },
      body: '["GET","b c","",""]',
    });
    const headers = ['Content-Type: Application/JSON; charset=utf-8'];
    const posted = rawRequest({ method: 'POST', target: path, headers, body: '{}' });
    expect((await exchange(posted)).body).toBe('["POST",null,"application/json","{}"]');
    expect(observations).toEqual([]);
  });

  test('allow their own methods only', async () => {
    const { exchange } = await startFront({ ownEndpoints: [mirror('GET')] });
    expect(await exchange(rawRequest({ method: 'POST', target: path, body: 'a' }))).toMatchObject({
      status: 405,
      headers: { allow: 'GET' },
    });
  });

  test('stand at their exact path', async () => {
    const { exchange } = await startFront({ ownEndpoints: [mirror('GET')] });
    expect((await exchange(rawRequest({ target: `${path}/` }))).status).toBe(404);
  });

  test('that fail tell the log, and the client nothing', async () => {
    const bug = new Error('secret');
    const answer = async () => {
      throw bug;
    };
    const { exchange, errors } = await startFront({
      ownEndpoints: [{ method: 'GET', path, answer }],
    });
    const failed = await exchange(rawRequest({ target: path }));
    expect(failed.status).toBe(500);
    expect(failed.body).not.toContain('secret');
    expect(errors).toEqual([bug]);
  });
});

describe('requests of pages of other origins', () => {
  const preflight = (target: string, asked: string) =>
    rawRequest({
      method: 'OPTIONS',
      target,
      headers: [
        'Origin: https://console.example',
        'Access-Control-Request-Method: POST',
        ...(asked === '' ? [] : [`Access-Control-Request-Headers: ${asked}`]),
      ],
    });

  test('are allowed with the headers of AWS requests', async () => {
    const { exchange } = await startFront();
    const asked = 'Authorization,content-type, x-amz-target,amz-sdk-request,x-evil,cookie';
    expect(await exchange(preflight('/', asked))).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'GET,HEAD,POST,OPTIONS',
        'access-control-allow-headers': 'authorization,content-type,x-amz-target,amz-sdk-request',
      },
    });
  });

  test('learn the usual headers when they ask for none', async () => {
    const { exchange } = await startFront();
    const answer = await exchange(preflight('/000000000000/orders', ''));
    expect(answer.headers['access-control-allow-headers']).toContain('x-amz-date');
  });

  test('may read every answer', async () => {
    const { exchange } = await startFront();
    const origin = 'Origin: https://console.example';
    const answers = [
      await exchange(jsonCall('ListParcels', {}, [origin])),
      await exchange(jsonCall('Nothing', {}, [origin])),
      await exchange(rawRequest({ headers: [origin] })),
      await exchange(rawRequest({ method: 'PUT', headers: [origin] })),
      await exchange(jsonCall('ListParcels', {}, [origin, 'Content-Encoding: gzip'])),
    ];
    for (const { headers } of answers) {
      expect(headers['access-control-allow-origin']).toBe('*');
      expect(headers['access-control-expose-headers']).toContain('x-amzn-requestid');
    }
  });

  test('are answered so after their call was parked, when little of them is left', async () => {
    const { connect, invoker } = await startFront();
    invoker.behaviour = ({ signal }) =>
      new Promise((resolve) => {
        signal?.addEventListener('abort', () => {});
        resolve({});
      });
    const client = await connect();
    const origin = 'Origin: https://console.example';
    const { headers } = await client.exchange(jsonCall('TakeParcel', {}, [origin]));
    expect(headers['access-control-allow-origin']).toBe('*');
  });

  test('get no such header without an origin', async () => {
    const { exchange } = await startFront();
    const { headers } = await exchange(jsonCall('ListParcels', {}));
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('may not send our own endpoints what needs a permission', async () => {
    const path = '/_waystation/clock';
    const answer = async () => ({ status: 200, contentType: 'text/plain', body: '' });
    const { exchange } = await startFront({ ownEndpoints: [{ method: 'POST', path, answer }] });
    const refused = await exchange(preflight(path, 'content-type'));
    expect(refused.status).toBe(204);
    expect(refused.headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('connections', () => {
  test('carry one request after the other', async () => {
    const { connect } = await startFront();
    const client = await connect();
    for (const MessageBody of ['a', 'b', 'c']) {
      const answer = await client.exchange(jsonCall('SendParcel', { MessageBody }));
      expect(JSON.parse(answer.body)).toEqual({ MessageBody });
    }
  });

  test('answer pipelined requests in their order, one after the other', async () => {
    const { connect, invoker } = await startFront({ confirmedAfterMs: 600_000 });
    const first = gate();
    let running = 0;
    invoker.behaviour = async ({ operation, input }) => {
      running += 1;
      expect(running).toBe(1);
      await first.opened;
      running -= 1;
      return operation === 'TakeParcel' ? { Parcel: 'late' } : input;
    };
    const client = await connect();
    client.send(
      jsonCall('TakeParcel', {}) +
        jsonCall('SendParcel', { MessageBody: 'a' }) +
        jsonCall('Nothing', {}) +
        jsonCall('TakeParcel', {}) +
        jsonCall('SendParcel', { MessageBody: 'last' }),
    );
    setImmediate(first.open);
    expect((await client.answer()).body).toBe('{"Parcel":"late"}');
    expect((await client.answer()).body).toBe('{"MessageBody":"a"}');
    expect((await client.answer()).status).toBe(400);
    expect((await client.answer()).body).toBe('{"Parcel":"late"}');
    expect((await client.answer()).body).toBe('{"MessageBody":"last"}');
    expect(invoker.takenBack).toEqual([]);
  });

  test('of clients that ask for it are closed after the answer', async () => {
    const { connect } = await startFront();
    for (const operation of ['ListParcels', 'TakeParcel']) {
      const client = await connect();
      const answer = await client.exchange(jsonCall(operation, {}, ['Connection: close']));
      expect(answer).toMatchObject({ status: 200, headers: { connection: 'close' } });
      await client.closed;
    }
  });

  test('of a client that closes its side still get the answer of an ordinary call', async () => {
    const { connect, invoker } = await startFront();
    const running = gate();
    invoker.behaviour = async ({ input }) => {
      await running.opened;
      return input;
    };
    const client = await connect();
    client.socket.end(jsonCall('SendParcel', { MessageBody: 'a' }), () => running.open());
    expect((await client.answer()).status).toBe(200);
    await client.closed;
  });
});

describe('closing', () => {
  test('lets requests in progress finish, and refuses new connections', async () => {
    const { connect, front, invoker } = await startFront();
    const running = gate();
    const arrived = gate();
    invoker.behaviour = async ({ input }) => {
      arrived.open();
      await running.opened;
      return input;
    };
    const client = await connect();
    const answer = client.exchange(jsonCall('SendParcel', { MessageBody: 'a' }));
    await arrived.opened;
    const closed = front.close();
    await expect(connect()).rejects.toThrow();
    running.open();
    expect(await answer).toMatchObject({ status: 200, headers: { connection: 'close' } });
    await client.closed;
    await closed;
  });

  test('ends idle connections at once', async () => {
    const { connect, front } = await startFront();
    const client = await connect();
    await client.exchange(jsonCall('ListParcels', {}));
    const holding = await connect();
    await holding.exchange(jsonCall('TakeParcel', {}));
    await front.close();
    await client.closed;
    await holding.closed;
  });

  test('ends parked calls, which answer with what they have', async () => {
    const { connect, front, invoker } = await startFront();
    const parked = gate();
    invoker.behaviour = ({ signal }) =>
      new Promise((resolve) => {
        signal?.addEventListener('abort', () => resolve({}));
        parked.open();
      });
    const client = await connect();
    const answer = client.exchange(jsonCall('TakeParcel', { WaitTimeSeconds: 20 }));
    await parked.opened;
    await front.close();
    expect(await answer).toMatchObject({ status: 200, headers: { connection: 'close' } });
    expect(invoker.takenBack).toEqual([]);
  });

  test('does not wait for a client that never finishes its request', async () => {
    const { connect, front } = await startFront({ closeWithinMs: 10 });
    const client = await connect();
    const arrived = gate();
    front.server.on('request', () => arrived.open());
    client.send(jsonCall('SendParcel', { MessageBody: 'abc' }).slice(0, -3));
    await arrived.opened;
    await front.close();
    await client.closed;
  });

  test('a port that is taken is an error', async () => {
    const { port } = await startFront();
    const { front } = await startFront();
    await front.close();
    await expect(front.listen(port, '127.0.0.1')).rejects.toThrow(/EADDRINUSE/);
  });
});
