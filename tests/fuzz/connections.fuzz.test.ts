/**
 * Clients that are slow, rude or many: nothing crashes, hangs or stays behind, and others are
 * served meanwhile.
 */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sqs } from '../support/client.ts';
import { AnswerReader, answerFault } from './answers.ts';
import { Subject } from './subject.ts';

const MIB = 1024 * 1024;
const KNOWN = 'known';
/** Where receivers wait, so that they take nothing from others. */
const EMPTY = 'empty';
/** Sockets of clients that left are gone within this, in real time. */
const GONE_WITHIN_MS = 30_000;
/** Connections of the client that checks that others are served. */
const FILES_SLACK = 8;
const HEAP_SLACK_BYTES = 16 * MIB;

let subject: Subject;
let atStart: { readonly openFiles: number | undefined; readonly heapBytes: number };
const sockets: Socket[] = [];

beforeEach(async () => {
  subject = await Subject.start(['--store', 'memory']);
  await sqs(subject.endpoint, 'CreateQueue', { QueueName: KNOWN });
  await sqs(subject.endpoint, 'CreateQueue', { QueueName: EMPTY });
  await serves('first');
  const { heapBytes } = await subject.held();
  atStart = { openFiles: subject.openFiles(), heapBytes };
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await subject.stop();
});

/** A message goes in and comes out again. */
async function serves(MessageBody: string): Promise<void> {
  const { endpoint } = subject;
  const QueueUrl = KNOWN;
  await sqs(endpoint, 'SendMessage', { QueueUrl, MessageBody });
  const { Messages } = await sqs(endpoint, 'ReceiveMessage', { QueueUrl });
  const [message] = Messages as readonly {
    readonly Body: string;
    readonly ReceiptHandle: string;
  }[];
  expect(message?.Body).toBe(MessageBody);
  await sqs(endpoint, 'DeleteMessage', { QueueUrl, ReceiptHandle: message?.ReceiptHandle });
}

/** All clients leave; then the server holds what it held at the start, and has nothing to say. */
async function expectNothingLeft(): Promise<void> {
  for (const socket of sockets.splice(0)) socket.destroy();
  const { openFiles } = atStart;
  for (let waitedMs = 0; openFiles !== undefined; waitedMs += 100) {
    const now = subject.openFiles() ?? 0;
    if (now <= openFiles + FILES_SLACK) break;
    if (waitedMs > GONE_WITHIN_MS) expect(now).toBeLessThanOrEqual(openFiles + FILES_SLACK);
    await pause(100);
  }
  await serves('last');
  const { heapBytes } = await subject.held();
  expect(heapBytes - atStart.heapBytes).toBeLessThan(HEAP_SLACK_BYTES);
  expect(subject.faults).toEqual([]);
}

function open(allowHalfOpen = false): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const { port } = subject;
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject).on('error', () => {});
      resolve(socket);
    });
    sockets.push(socket);
  });
}

/** Fewer than what a listening socket keeps waiting. */
const AT_ONCE = 250;

async function openMany(count: number): Promise<readonly Socket[]> {
  const opened: Socket[] = [];
  while (opened.length < count) {
    const more = Math.min(AT_ONCE, count - opened.length);
    opened.push(...(await Promise.all(Array.from({ length: more }, () => open()))));
  }
  return opened;
}

/** Resolves with how many whole and right answers came; at the latest when the connection ends. */
function answersOn(socket: Socket, count: number): Promise<number> {
  const reader = new AnswerReader();
  let seen = 0;
  return new Promise((resolve, reject) => {
    socket.on('data', (chunk) => {
      reader.add(chunk);
      for (let answer = reader.next(false); answer !== undefined; answer = reader.next(false)) {
        const fault = answerFault(answer, {});
        if (fault !== undefined) reject(new Error(fault));
        seen++;
      }
      if (seen >= count) resolve(seen);
    });
    socket.on('close', () => resolve(seen));
  });
}

function call(operation: string, input: object): string {
  const body = JSON.stringify(input);
  return (
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-amz-json-1.0\r\n' +
    `X-Amz-Target: AmazonSQS.${operation}\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

const flushed = (socket: Socket, bytes: string): Promise<void> =>
  new Promise((resolve) => socket.write(bytes, () => resolve()));

it('clients that send byte by byte are answered, and delay nobody', async () => {
  const slow = await openMany(100);
  const answered = slow.map((socket) => answersOn(socket, 1));
  const bytes = call('SendMessage', { QueueUrl: KNOWN, MessageBody: 'slow' });
  for (const [i, byte] of [...bytes].entries()) {
    await Promise.all(slow.map((socket) => flushed(socket, byte)));
    if (i === 150) await serves('meanwhile');
  }
  expect(await Promise.all(answered)).toEqual(slow.map(() => 1));
  await sqs(subject.endpoint, 'PurgeQueue', { QueueUrl: KNOWN });
  await expectNothingLeft();
});

it('clients that stop in the middle, and go or stay, leave nothing behind', async () => {
  const bytes = call('ReceiveMessage', { QueueUrl: EMPTY, WaitTimeSeconds: 20 });
  for (let i = 0; i < 900; i++) {
    const socket = await open(i % 2 === 0);
    const part = bytes.slice(0, (i * 7) % (bytes.length + 1));
    if (part !== '') await flushed(socket, part);
    if (i % 3 === 0) socket.end();
    else if (i % 3 === 1) socket.resetAndDestroy();
    if (i % 300 === 0) await serves(`meanwhile ${i}`);
  }
  await expectNothingLeft();
  await subject.advance(60_000);
  expect(await subject.metric('waystation_parked_calls')).toBe(0);
});

it('clients that ask for much and read nothing cost a bounded amount of memory', async () => {
  const [clients, requests, messageBytes] = [60, 20, 100_000];
  const QueueUrl = 'large';
  const { endpoint } = subject;
  await sqs(endpoint, 'CreateQueue', { QueueName: QueueUrl });
  for (let i = 0; i < 10; i++) {
    await sqs(endpoint, 'SendMessage', { QueueUrl, MessageBody: 'x'.repeat(messageBytes) });
  }
  const before = (await subject.held()).residentBytes;
  const lazy = await openMany(clients);
  const receive = { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 };
  for (const socket of lazy) {
    socket.pause();
    await flushed(socket, call('ReceiveMessage', receive).repeat(requests));
  }
  await serves('meanwhile');
  await pause(1_000);
  // All the answers are 1.2 GB; one for each client and what the kernel takes is a tenth of it.
  expect((await subject.held()).residentBytes - before).toBeLessThan(400 * MIB);
  const patient = lazy.slice(0, 5);
  const answers = patient.map((socket) => answersOn(socket, requests));
  for (const socket of patient) socket.resume();
  expect(await Promise.all(answers)).toEqual(patient.map(() => requests));
  await sqs(endpoint, 'DeleteQueue', { QueueUrl });
  await expectNothingLeft();
});

it('floods of headers are cut off', async () => {
  const line = `X-Flood: ${'y'.repeat(1_000)}\r\n`;
  const flooding = await openMany(200);
  const answered = flooding.map((socket) => answersOn(socket, 2));
  for (const socket of flooding) socket.write(`GET / HTTP/1.1\r\nHost: a\r\n${line.repeat(500)}`);
  await serves('meanwhile');
  await Promise.all(answered.map(async (count) => expect(await count).toBeLessThanOrEqual(1)));
  await expectNothingLeft();
});

/** Each of both processes needs a file for each connection; undefined where nobody tells. */
function openFilesMax(): number | undefined {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    return Number(/^Max open files\s+\d+\s+(\d+)/m.exec(limits)?.[1]);
  } catch {
    return undefined;
  }
}

const MANY = 10_000;
const isAllowed = (openFilesMax() ?? 0) > MANY + 500;

it.skipIf(!isAllowed)(
  // Skipped where `ulimit -Hn` is too low, or where the system does not tell.
  '10,000 connections are opened, used and abandoned',
  { timeout: 300_000 },
  async () => {
    const many = await openMany(MANY);
    await serves('while they are open');
    const answered = many.map((socket) => answersOn(socket, 1));
    const list = call('ListQueues', {});
    for (const socket of many) socket.write(list);
    expect(new Set(await Promise.all(answered))).toEqual(new Set([1]));
    // A third waits for messages, a third is in the middle of a request, a third does nothing.
    const wait = call('ReceiveMessage', { QueueUrl: EMPTY, WaitTimeSeconds: 20 });
    await Promise.all(
      many.map((socket, i) =>
        i % 3 === 2 ? undefined : flushed(socket, i % 3 === 0 ? wait : list.slice(0, 60)),
      ),
    );
    const names = await sqs(subject.endpoint, 'ListQueues', {});
    expect(names.QueueUrls).toHaveLength(2);
    for (const [i, socket] of many.entries()) {
      if (i % 2 === 0) socket.resetAndDestroy();
      else socket.end();
    }
    await expectNothingLeft();
    expect(await subject.metric('waystation_parked_calls')).toBe(0);
  },
);
