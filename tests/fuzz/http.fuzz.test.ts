/**
 * Random and malformed input against the real server. Whatever comes: no crash, no 5xx, an answer
 * that can be read, memory that comes back, nobody left parked.
 */
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { type RunningWaystation, startWaystation } from '../../src/index.ts';
import { callSqs, sqs } from '../support/client.ts';
import { removeTemporaryFolders, temporaryFolder } from '../support/server.ts';
import { type FuzzRequest, HANDLE, QUEUES, request, TOPICS } from './input.ts';

const SEEDS = [1, 2, 3, 4];
const WAVES = 26;
/** Requests that are under way together. */
const WAVE = 50;
const MIB = 1024 * 1024;
const LONGEST_POLL_MS = 20_000;
/** A connection that the server leaves to its own timeouts is open for two minutes at the most. */
const ROUNDS_MAX = 6_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let waystation: RunningWaystation | undefined;
const agent = new Agent({ keepAlive: true, maxSockets: WAVE });
afterEach(async () => {
  await waystation?.stop();
  removeTemporaryFolders();
});

interface FuzzAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** undefined: the client library itself refuses to send this, or the connection ended. */
function send(
  endpoint: string,
  given: FuzzRequest & { kind: 'http' },
): Promise<FuzzAnswer | undefined> {
  return new Promise((resolve) => {
    const { port } = new URL(endpoint);
    const { method, path, body } = given;
    try {
      const outgoing = httpRequest({ agent, host: '127.0.0.1', port, method, path }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', () => resolve(undefined));
        incoming.on('end', () => {
          const { statusCode: status = 0, headers } = incoming;
          resolve({ status, headers, body: Buffer.concat(chunks).toString('utf8') });
        });
      });
      outgoing.on('error', () => resolve(undefined));
      for (const [name, value] of given.headers) outgoing.setHeader(name, value);
      if (body.length > 0) outgoing.setHeader('content-length', body.length);
      outgoing.end(body);
    } catch {
      resolve(undefined);
    }
  });
}

/** All that comes back until the server ends the connection, or has nothing more to say. */
function sendBytes(endpoint: string, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port: Number(new URL(endpoint).port), host: '127.0.0.1' });
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
    socket.end(bytes);
  });
}

/** What is wrong with an answer; undefined when nothing is. */
function faultOf({ status, headers, body }: FuzzAnswer, method: string): string | undefined {
  if (status >= 500) return `status ${status}`;
  if (status < 200 || (status >= 300 && status < 400)) return `status ${status}`;
  if (!/^[0-9a-f-]{36}$/.test(String(headers['x-amzn-requestid']))) return 'no request id';
  if (/\bat \S+ \(|node_modules|\/src\//.test(body) && status !== 200) return 'shows internals';
  if (method === 'HEAD' || status === 204) return body === '' ? undefined : 'a body';
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  if (type.includes('json')) {
    try {
      const parsed = JSON.parse(body);
      if (status < 400) return undefined;
      return typeof (parsed.__type ?? parsed.message) === 'string' ? undefined : 'no error';
    } catch {
      return 'no JSON';
    }
  }
  if (type === 'text/xml') return isWellFormed(body) ? undefined : 'no XML';
  return ['text/plain', 'text/html'].includes(type) ? undefined : `the type ${type}`;
}

/** Elements are balanced, and no character stands where XML has none. */
function isWellFormed(xml: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0 forbids
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(xml)) return false;
  const open: string[] = [];
  const rest = xml.replace(/^<\?xml [^>]*\?>/, '').replace(/<([^<>]*)>/g, (_, tag: string) => {
    const [name = ''] = tag.replace(/^\//, '').split(/[\s/]/);
    if (tag.startsWith('/')) {
      if (open.pop() !== name) open.push('?', '?');
    } else if (!tag.endsWith('/')) {
      open.push(name);
    }
    return '';
  });
  return open.length === 0 && !/[<>]|&(?!(amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)/.test(rest);
}

async function prepare(endpoint: string): Promise<void> {
  for (const QueueName of QUEUES) {
    const Attributes = QueueName.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
    await callSqs(endpoint, 'CreateQueue', { QueueName, Attributes });
  }
}

async function prepareTopics(endpoint: string): Promise<void> {
  for (const name of TOPICS) {
    const attributes = name.endsWith('.fifo')
      ? '&Attributes.entry.1.key=FifoTopic&Attributes.entry.1.value=true'
      : '';
    const query = `Action=CreateTopic&Version=2010-03-31&Name=${name}${attributes}`;
    await (await fetch(`${endpoint}/?${query}`)).text();
  }
}

/** A receipt handle of a message that was just sent. */
async function receiveOne(endpoint: string): Promise<string | undefined> {
  await callSqs(endpoint, 'SendMessage', { QueueUrl: 'plain', MessageBody: 'a' });
  const { body } = await callSqs(endpoint, 'ReceiveMessage', { QueueUrl: 'plain' });
  const [message] = (body.Messages ?? []) as readonly { readonly ReceiptHandle: string }[];
  return message?.ReceiptHandle;
}

function withHandle(given: FuzzRequest, handle: string): FuzzRequest {
  if (given.kind === 'bytes' || !given.body.includes(HANDLE)) return given;
  const body = given.body.toString('latin1').replaceAll(HANDLE, handle);
  return { ...given, body: Buffer.from(body, 'latin1') };
}

/** Time goes on for as long as somebody waits, so that long polls end. */
async function checkAll(
  requests: readonly FuzzRequest[],
  check: (given: FuzzRequest) => Promise<void>,
  running: RunningWaystation,
): Promise<void> {
  const unanswered = new Set(requests);
  const all = Promise.all(
    requests.map((given) => check(given).finally(() => unanswered.delete(given))),
  );
  for (let round = 0; unanswered.size > 0; round += 1) {
    await Promise.race([all, new Promise((resolve) => setTimeout(resolve, 30))]);
    if (unanswered.size > 0) await running.clock.advance(LONGEST_POLL_MS);
    if (round < ROUNDS_MAX) continue;
    throw new Error(`never answered: ${[...unanswered].map(describe).join('\n')}`);
  }
  await all;
}

async function heapBytes(): Promise<number> {
  for (let n = 0; n < 5; n += 1) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}

async function parkedCalls(endpoint: string): Promise<number> {
  const text = await (await fetch(`${endpoint}/_waystation/metrics`)).text();
  return Number(/\nwaystation_parked_calls (\d+)\n/.exec(text)?.[1]);
}

it.each(SEEDS)('any input gets an answer, seed %i', { timeout: 300_000 }, async (seed) => {
  const running = await startWaystation({
    store: 'sqlite',
    durability: 'relaxed',
    data: temporaryFolder(),
    testClock: true,
  });
  waystation = running;
  const { endpoint } = running;
  const statuses = new Map<number, number>();
  const faults: string[] = [];
  let level: number | undefined;
  let wavesDone = 0;
  let handle = HANDLE;

  async function check(drawn: FuzzRequest): Promise<void> {
    const given = withHandle(drawn, handle);
    if (given.kind === 'bytes') {
      const text = await sendBytes(endpoint, given.bytes);
      if (/^HTTP\/1\.1 5/m.test(text)) faults.push(`${describe(given)} -> ${text.slice(0, 200)}`);
      return;
    }
    const answer = await send(endpoint, given);
    if (answer === undefined) return;
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    const fault = faultOf(answer, given.method);
    if (fault !== undefined) {
      faults.push(`${fault}: ${describe(given)} -> ${answer.status} ${answer.body.slice(0, 300)}`);
    }
  }

  const wave = fc.array(request, { minLength: WAVE, maxLength: WAVE });
  await fc.assert(
    fc.asyncProperty(wave, async (requests) => {
      // A queue that was deleted may be made again after a minute.
      await running.clock.advance(61_000);
      await prepare(endpoint);
      await prepareTopics(endpoint);
      handle = (await receiveOne(endpoint)) ?? handle;
      await checkAll(requests, check, running);
      expect(faults).toEqual([]);
      wavesDone += 1;
      if (wavesDone === WAVES / 2) level = await heapBytes();
    }),
    { seed, numRuns: WAVES, endOnFailure: true },
  );

  // It serves as before.
  await running.clock.advance(120_000);
  await prepare(endpoint);
  await sqs(endpoint, 'PurgeQueue', { QueueUrl: 'plain' });
  await sqs(endpoint, 'SendMessage', { QueueUrl: 'plain', MessageBody: 'after all that' });
  expect((await running.peek('plain')).map(({ Body }) => Body)).toEqual(['after all that']);

  expect(await parkedCalls(endpoint)).toBe(0);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect((await heapBytes()) - (level ?? 0)).toBeLessThan(32 * MIB);
  // A good part was understood, or this would have tested the refusals of the codecs alone.
  expect(statuses.get(200) ?? 0).toBeGreaterThan(WAVES * 8);
  expect(statuses.get(400) ?? 0).toBeGreaterThan(WAVES * 10);
});

function describe(given: FuzzRequest): string {
  if (given.kind === 'bytes') return JSON.stringify(given.bytes.toString('latin1').slice(0, 300));
  const { method, path, headers, body } = given;
  const head = headers.map(([name, value]) => `${name}: ${value}`).join('; ');
  return `${method} ${path.slice(0, 300)} [${head}] ${body.toString('utf8').slice(0, 600)}`;
}
