/** Clients that are slow, silent, half gone or many: everybody else is served as before. */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { rawRequest } from '../http/raw-client.ts';
import { type Server, serverStarter } from '../support/server.ts';
import { LoadClient } from './load-client.ts';

const start = serverStarter(afterEach);
const MIB = 1024 * 1024;

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

async function dial(endpoint: string): Promise<Socket> {
  const port = Number(new URL(endpoint).port);
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => {});
  sockets.push(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return socket;
}

const dialMany = (endpoint: string, count: number): Promise<Socket[]> =>
  Promise.all(Array.from({ length: count }, () => dial(endpoint)));

const jsonRequest = (operation: string, input: object): string =>
  rawRequest({
    method: 'POST',
    headers: ['Content-Type: application/x-amz-json-1.0', `X-Amz-Target: AmazonSQS.${operation}`],
    body: JSON.stringify(input),
  });

async function serve(
  flags: readonly string[] = [],
): Promise<{ server: Server; endpoint: string; client: LoadClient }> {
  const server = start({ flags });
  const endpoint = await server.ready();
  const client = new LoadClient(endpoint);
  await client.must('CreateQueue', { QueueName: 'q' });
  await client.must('CreateQueue', { QueueName: 'empty' });
  return { server, endpoint, client };
}

/** Others do their work meanwhile, and all of it succeeds. */
async function expectServed(client: LoadClient): Promise<void> {
  for (let n = 0; n < 100; n += 1) {
    await client.must('SendMessage', { QueueUrl: 'q', MessageBody: String(n) });
    const { Messages } = await client.must('ReceiveMessage', { QueueUrl: 'q' });
    const [{ ReceiptHandle, Body }] = Messages;
    expect(Body).toBe(String(n));
    await client.must('DeleteMessage', { QueueUrl: 'q', ReceiptHandle });
  }
}

async function parkedCalls(endpoint: string): Promise<number> {
  const text = await (await fetch(`${endpoint}/_waystation/metrics`)).text();
  return Number(/\nwaystation_parked_calls (\d+)\n/.exec(text)?.[1]);
}

async function parked(endpoint: string, count: number): Promise<void> {
  while ((await parkedCalls(endpoint)) !== count) await pause(10);
}

/** Resident memory in bytes. */
function residentBytes(server: Server): number {
  const status = readFileSync(`/proc/${server.process.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

describe('others are served while', () => {
  it('1,000 connections are open and silent', async () => {
    const { endpoint, client, server } = await serve();
    const idle = await dialMany(endpoint, 1_000);
    await expectServed(client);
    expect(idle.every((socket) => !socket.destroyed)).toBe(true);
    expect(residentBytes(server)).toBeLessThan(400 * MIB);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  });

  it('hundreds of clients have sent half a head or half a body', async () => {
    const { endpoint, client } = await serve();
    const bytes = jsonRequest('SendMessage', { QueueUrl: 'q', MessageBody: 'x'.repeat(50_000) });
    const half = await dialMany(endpoint, 300);
    for (const [i, socket] of half.entries()) socket.write(bytes.slice(0, i % 2 ? 40 : 20_000));
    await expectServed(client);
    // Letter by letter is fine, as long as it comes.
    const slow = await dial(endpoint);
    const answer = new Promise<string>((resolve) =>
      slow.once('data', (data) => resolve(String(data))),
    );
    for (const letter of jsonRequest('ListQueues', {})) {
      slow.write(letter);
      await pause(1);
    }
    expect(await answer).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  it('clients ask and ask and never read an answer', async () => {
    const { endpoint, client, server } = await serve();
    const MessageBody = 'x'.repeat(200_000);
    for (let n = 0; n < 10; n += 1) {
      await client.must('SendMessage', { QueueUrl: 'empty', MessageBody });
    }
    const before = residentBytes(server);
    // Ten messages of 200 KB, two hundred times, for each of twenty clients: 8 GB of answers.
    const request = jsonRequest('ReceiveMessage', {
      QueueUrl: 'empty',
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 0,
    });
    const greedy = await dialMany(endpoint, 20);
    for (const socket of greedy) {
      socket.pause();
      socket.write(request.repeat(200));
    }
    await expectServed(client);
    expect(residentBytes(server) - before).toBeLessThan(400 * MIB);
    for (const socket of greedy) socket.destroy();
    await expectServed(client);
  });

  it('receivers are parked whose clients go away in every way', async () => {
    // Time stands still, so no poll ends because its time is over.
    const { endpoint, client } = await serve(['--test-clock']);
    const poll = jsonRequest('ReceiveMessage', { QueueUrl: 'empty', WaitTimeSeconds: 20 });
    const receivers = await dialMany(endpoint, 300);
    for (const socket of receivers) socket.write(poll);
    await parked(endpoint, 300);
    await expectServed(client);
    for (const [i, socket] of receivers.entries()) {
      if (i % 3 === 0) socket.end();
      else if (i % 3 === 1) socket.destroy();
      else socket.resetAndDestroy();
    }
    await parked(endpoint, 0);
    await client.must('SendMessage', { QueueUrl: 'empty', MessageBody: 'for those who are there' });
    const { Messages } = await client.must('ReceiveMessage', { QueueUrl: 'empty' });
    expect(Messages).toMatchObject([{ Body: 'for those who are there' }]);
  });
});
