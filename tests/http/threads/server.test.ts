/** The real program with `--http-threads`: everything is as without, from the outside. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callSqs, sqs } from '../../support/client.ts';
import { serverStarter, temporaryFolder } from '../../support/server.ts';
import { RawClient, rawRequest } from '../raw-client.ts';

const startShared = serverStarter(afterAll);
const start = serverStarter(afterEach);

const threads = ['--http-threads', '2'];
const memory = ['--store', 'memory', ...threads];
const CONNECTIONS = 16;

let endpoint: string;
let queueCount = 0;
/** A queue of its own for each test; the server is shared. */
let queue: string;

beforeAll(async () => {
  endpoint = await startShared({ flags: [...memory, '--test-clock'] }).ready();
});

beforeEach(async () => {
  queue = `q${++queueCount}`;
  await sqs(endpoint, 'CreateQueue', { QueueName: queue });
});

const portOf = (url: string): number => Number(new URL(url).port);

const call = (operation: string, input: object): string =>
  rawRequest({
    method: 'POST',
    headers: ['Content-Type: application/x-amz-json-1.0', `X-Amz-Target: AmazonSQS.${operation}`],
    body: JSON.stringify(input),
  });

const query = async (parameters: { [name: string]: string }): Promise<string> =>
  (await fetch(endpoint, { method: 'POST', body: new URLSearchParams(parameters) })).text();

async function moveClock(move: object): Promise<void> {
  const answer = await fetch(`${endpoint}/_waystation/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(move),
  });
  expect(answer.status).toBe(200);
}

async function parked(url: string, count: number): Promise<void> {
  for (;;) {
    const text = await (await fetch(`${url}/_waystation/metrics`)).text();
    if (text.includes(`\nwaystation_parked_calls ${count}\n`)) return;
  }
}

describe('connections', () => {
  it('come to several threads, and all see the same queues', async () => {
    const clients = await Promise.all(
      Array.from({ length: CONNECTIONS }, () => RawClient.connect(portOf(endpoint))),
    );
    const sends = clients.map((client, i) =>
      client.exchange(call('SendMessage', { QueueUrl: queue, MessageBody: `m${i}` })),
    );
    expect((await Promise.all(sends)).map(({ status }) => status)).toEqual(
      Array(CONNECTIONS).fill(200),
    );
    const receives = clients.map((client) =>
      client.exchange(call('ReceiveMessage', { QueueUrl: queue })),
    );
    const bodies = (await Promise.all(receives)).map(
      ({ body }) => JSON.parse(body).Messages[0].Body,
    );
    expect(new Set(bodies).size).toBe(CONNECTIONS);
    for (const { socket } of clients) socket.destroy();
  });

  it('of one client keep the order of its requests', async () => {
    const client = await RawClient.connect(portOf(endpoint));
    const names = Array.from({ length: 30 }, (_, i) => `${queue}-${i}`);
    client.send(names.map((QueueName) => call('CreateQueue', { QueueName })).join(''));
    for (const name of names) expect((await client.answer()).body).toContain(`/${name}"`);
    client.socket.destroy();
  });
});

describe('values', () => {
  const attributes = JSON.parse(
    '{"__proto__":{"DataType":"String","StringValue":"x"},' +
      '"constructor":{"DataType":"Binary","BinaryValue":"AP+A"}}',
  );

  it('of SQS come back as they were', async () => {
    const MessageAttributes = attributes;
    await sqs(endpoint, 'SendMessage', { QueueUrl: queue, MessageBody: 'ö', MessageAttributes });
    const { Messages } = await sqs(endpoint, 'ReceiveMessage', {
      QueueUrl: queue,
      MessageAttributeNames: ['All'],
    });
    const [message] = Messages as [{ MessageAttributes: object }];
    expect(message).toMatchObject({ Body: 'ö' });
    expect(Object.entries(message.MessageAttributes)).toEqual(Object.entries(attributes));
  });

  it('of SNS come back as they were, also by Query', async () => {
    await query({ Action: 'CreateTopic', Name: 'news', Version: '2010-03-31' });
    const TopicArn = 'arn:aws:sns:us-east-1:000000000000:news';
    await query({
      ...{ Action: 'Subscribe', Version: '2010-03-31', TopicArn, Protocol: 'sqs' },
      Endpoint: `arn:aws:sqs:us-east-1:000000000000:${queue}`,
      'Attributes.entry.1.key': 'RawMessageDelivery',
      'Attributes.entry.1.value': 'true',
    });
    const published = await query({
      ...{ Action: 'Publish', Version: '2010-03-31', TopicArn, Message: 'to all' },
      'MessageAttributes.entry.1.Name': 'constructor',
      'MessageAttributes.entry.1.Value.DataType': 'Binary',
      'MessageAttributes.entry.1.Value.BinaryValue': 'AP+A',
      'MessageAttributes.entry.2.Name': '__proto__',
      'MessageAttributes.entry.2.Value.DataType': 'String',
      'MessageAttributes.entry.2.Value.StringValue': 'x',
    });
    expect(published).toContain('<MessageId>');
    const received = await query({
      ...{ Action: 'ReceiveMessage', Version: '2012-11-05' },
      QueueUrl: `${endpoint}/000000000000/${queue}`,
      'MessageAttributeName.1': 'All',
    });
    expect(received).toContain('<Body>to all</Body>');
    expect(received).toContain('<BinaryValue>AP+A</BinaryValue>');
    expect(received).toContain('<Name>__proto__</Name>');
  });

  it('that are refused are refused in the words of the service', async () => {
    expect(await callSqs(endpoint, 'GetQueueUrl', { QueueName: 'none' })).toEqual({
      status: 400,
      body: {
        __type: 'com.amazonaws.sqs#QueueDoesNotExist',
        message: 'The specified queue does not exist.',
      },
    });
  });
});

describe('what stands beside the API', () => {
  it.each([
    ['GET', '/', 200, 'Its own endpoints:'],
    ['GET', '/_waystation/health', 200, '"status":"ok"'],
    ['HEAD', '/_waystation/health', 200, ''],
    ['GET', '/_localstack/health', 200, '"sqs":"running"'],
    ['GET', '/_waystation/inbox?to=%2B49&limit=5', 200, '{"items":[]}'],
    ['GET', '/_waystation/inbox?limit=none', 400, 'limit is a whole number'],
    ['GET', '/_waystation/certificate/none', 404, ''],
    ['DELETE', '/', 405, 'Method not allowed.'],
  ])('%s %s', async (method, path, status, text) => {
    const answer = await fetch(endpoint + path, { method });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain(text);
    expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('lets web pages call the API', async () => {
    const headers = {
      origin: 'https://page.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'x-amz-target',
    };
    const answer = await fetch(endpoint, { method: 'OPTIONS', headers });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('has pages for browsers', async () => {
    const topic = { Version: '2010-03-31', TopicArn: 'arn:aws:sns:us-east-1:000000000000:mails' };
    await query({ ...topic, Action: 'CreateTopic', Name: 'mails' });
    await query({ ...topic, Action: 'Subscribe', Protocol: 'email', Endpoint: 'a@example.com' });
    await moveClock({ advanceMs: 0 });
    const inbox = await fetch(`${endpoint}/_waystation/inbox?to=a@example.com`);
    const { items } = (await inbox.json()) as { items: [{ links: [string] }] };
    const headers = { accept: 'text/html' };
    const page = await fetch(items[0].links[0], { headers });
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await page.text()).toContain('a@example.com');
    const refusal = await fetch(items[0].links[0].replace('Token=', 'Token=x'), { headers });
    expect(await refusal.text()).toContain('<h1>That did not work</h1>');
  });

  it('shows a client on its connection what it has done', async () => {
    const client = await RawClient.connect(portOf(endpoint));
    for (let i = 0; i < 3; i++) await client.exchange(call('ListQueueTags', { QueueUrl: queue }));
    const { body } = await client.exchange(rawRequest({ target: '/_waystation/metrics' }));
    expect(body).toContain(
      'waystation_requests_total{service="sqs",operation="ListQueueTags",status="200"} 3\n',
    );
    client.socket.destroy();
  });

  it('moves the clock', async () => {
    const poll = callSqs(endpoint, 'ReceiveMessage', { QueueUrl: queue, WaitTimeSeconds: 20 });
    await parked(endpoint, 1);
    await moveClock({ advanceSeconds: 20 });
    expect(await poll).toEqual({ status: 200, body: {} });
  });
});

describe('a client that', () => {
  const ways: readonly [how: string, leave: (socket: Socket) => unknown][] = [
    ['closes', (socket) => socket.destroy()],
    ['resets', (socket) => socket.resetAndDestroy()],
  ];
  const receive = () =>
    call('ReceiveMessage', { QueueUrl: queue, MaxNumberOfMessages: 10, WaitTimeSeconds: 20 });

  /** A connection that leaves what it is sent to the kernel: closing it refuses the answer. */
  async function polls(): Promise<Socket> {
    const socket = connect(portOf(endpoint), '127.0.0.1').pause();
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write(receive());
    await parked(endpoint, 1);
    return socket;
  }

  const sendOne = () => sqs(endpoint, 'SendMessage', { QueueUrl: queue, MessageBody: 'x' });

  /** The message is there, never received before; the clock stands still meanwhile. */
  async function expectUntouched(): Promise<void> {
    const { Messages } = await sqs(endpoint, 'ReceiveMessage', {
      QueueUrl: queue,
      WaitTimeSeconds: 20,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    });
    const [message] = Messages as [{ ReceiptHandle: string }];
    expect(message).toMatchObject({ Body: 'x', Attributes: { ApproximateReceiveCount: '1' } });
    const { ReceiptHandle } = message;
    await sqs(endpoint, 'DeleteMessage', { QueueUrl: queue, ReceiptHandle });
  }

  it.each(ways)('%s while it polls takes no message', async (_how, leave) => {
    for (let round = 0; round < 5; round++) {
      leave(await polls());
      await sendOne();
      await expectUntouched();
    }
  });

  it.each(ways)('%s without reading its answer takes no message', async (_how, leave) => {
    for (let round = 0; round < 5; round++) {
      const socket = await polls();
      await sendOne();
      leave(socket);
      await expectUntouched();
    }
  });
});

describe('the port', () => {
  it.each([
    [threads, threads],
    [threads, []],
    [[], threads],
  ])('of a server with %s is refused to one with %s', async (first, second) => {
    const port = String(portOf(await start({ flags: ['--store', 'memory', ...first] }).ready()));
    const other = start({ flags: ['--port', port, '--store', 'memory', ...second] });
    expect(await other.exit).toEqual({ code: 1, signal: null });
    expect(other.stderr).toMatch(new RegExp(`^waystation: Port ${port} of .* is in use.*\n$`));
  });

  it('is another for each server that takes any', async () => {
    const servers = [start({ flags: memory }), start({ flags: memory })];
    const [one, two] = await Promise.all(servers.map((server) => server.ready()));
    expect(one).not.toBe(two);
  });

  it('is refused in a sentence where the system cannot share it', async () => {
    const environment = loaded(`
      import net from 'node:net';
      const { listen } = net.Server.prototype;
      net.Server.prototype.listen = function (address, ...rest) {
        if (!address.reusePort) return listen.call(this, address, ...rest);
        const error = Object.assign(new Error('listen ENOTSUP'), { code: 'ENOTSUP' });
        setImmediate(() => this.emit('error', error));
        return this;
      };`);
    const server = start({ flags: memory, environment });
    expect(await server.exit).toEqual({ code: 1, signal: null });
    expect(server.stderr).toMatch(/^waystation: This system cannot share a port .*\n$/);
    expect(server.stderr).toContain('Leave --http-threads out');
  });
});

/** An environment in which every thread of a program runs this first. */
function loaded(source: string): { readonly NODE_OPTIONS: string } {
  const file = join(temporaryFolder(), 'loaded.mjs');
  writeFileSync(file, source);
  return { NODE_OPTIONS: `--import=${file}` };
}

describe('a thread', () => {
  it('that throws ends the process, and the log says why', async () => {
    const environment = loaded(`
      import { Server } from 'node:http';
      import { isMainThread } from 'node:worker_threads';
      const { emit } = Server.prototype;
      if (!isMainThread) Server.prototype.emit = function (event, request, ...rest) {
        if (request?.url === '/die') throw new RangeError('out of the blue');
        return emit.call(this, event, request, ...rest);
      };`);
    const server = start({ flags: memory, environment });
    const url = await server.ready();
    await expect(fetch(`${url}/die`)).rejects.toThrow('fetch failed');
    expect(await server.exit).toEqual({ code: 1, signal: null });
    expect(server.log).toMatchObject([
      { level: 'fatal', msg: 'uncaughtException', err: { message: 'out of the blue' } },
    ]);
  });

  it('that cannot start ends the process, and the log says why', async () => {
    const environment = loaded(`
      import { isMainThread } from 'node:worker_threads';
      if (!isMainThread) throw new RangeError('out of the blue');`);
    const server = start({ flags: memory, environment });
    expect(await server.exit).toEqual({ code: 1, signal: null });
    expect(server.log).toMatchObject([{ level: 'fatal', err: { message: 'out of the blue' } }]);
  });

  it('is warned in the log, as the main thread is', async () => {
    const environment = loaded(`
      import { isMainThread } from 'node:worker_threads';
      if (!isMainThread) setImmediate(() => process.emitWarning('Mind the gap', 'Gap'));`);
    const server = start({ flags: memory, environment });
    await server.ready();
    while (!server.stderr.includes('Mind the gap')) await turn();
    expect(server.log[0]).toMatchObject({
      level: 'warn',
      msg: 'warning',
      err: { message: 'Mind the gap' },
    });
  });
});

describe('SIGTERM', () => {
  it('answers hundreds of parked receives', async () => {
    const server = start({ flags: memory });
    const url = await server.ready();
    await sqs(url, 'CreateQueue', { QueueName: 'empty' });
    const polls = Array.from({ length: 200 }, () =>
      callSqs(url, 'ReceiveMessage', { QueueUrl: 'empty', WaitTimeSeconds: 20 }),
    );
    await parked(url, polls.length);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    for (const answer of await Promise.all(polls)) {
      expect(answer).toEqual({ status: 200, body: {} });
    }
    expect(server.log.filter(({ level }) => level !== 'info')).toEqual([]);
  });

  it('waits for a request that is half there', async () => {
    const server = start({ flags: memory });
    const url = await server.ready();
    const client = await RawClient.connect(portOf(url));
    const bytes = call('CreateQueue', { QueueName: 'in-two-halves' });
    client.send(bytes.slice(0, -10));
    for (let i = 0; i < 3; i++) await fetch(`${url}/_waystation/health`);
    server.process.kill('SIGTERM');
    while (!server.stderr.includes('stopping')) await turn();
    expect(await client.exchange(bytes.slice(-10))).toMatchObject({ status: 200 });
    expect(await server.exit).toEqual({ code: 0, signal: null });
  });

  it('tells at last of what was observed', async () => {
    const server = start({ flags: [...memory, '--log-level', 'debug'] });
    await sqs(await server.ready(), 'ListQueues', {});
    await server.stop();
    expect(server.log.filter(({ msg }) => msg === 'answered')).toMatchObject([
      { service: 'sqs', operation: 'ListQueues', status: 200 },
    ]);
  });
});
