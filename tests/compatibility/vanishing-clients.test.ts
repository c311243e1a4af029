/**
 * Clients that vanish while they wait for messages, or just before they are answered: what they
 * were to get is there for the next receiver at once, as if nobody had received it. The clock
 * stands still, so no message can come back by its visibility timeout.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serverStarter } from '../support/server.ts';
import { outputOf, python, startPython, titled } from './programs.ts';
import { sdkClient } from './sdk-client.ts';

const ROUNDS = 10;

const start = serverStarter(afterAll);
let endpoint: string;
let sqs: SQS;
let queueCount = 0;
/** A queue of its own for each test; the server is shared. */
let QueueUrl: string;

beforeAll(async () => {
  endpoint = await start({ flags: ['--test-clock'] }).ready();
  sqs = sdkClient(endpoint);
});

beforeEach(async () => {
  ({ QueueUrl = '' } = await sqs.createQueue({ QueueName: `q${++queueCount}` }));
});

/** The bytes of a call, as an SDK sends it. */
function requestOf(operation: string, input: object): string {
  const body = JSON.stringify(input);
  return [
    'POST / HTTP/1.1',
    `Host: ${new URL(endpoint).host}`,
    'Content-Type: application/x-amz-json-1.0',
    `X-Amz-Target: AmazonSQS.${operation}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

async function openSocket(): Promise<Socket> {
  const socket = connect(Number(new URL(endpoint).port), '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

const receiveRequest = (): string =>
  requestOf('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 20 });

/** A socket whose long poll the server has read: it came with a call that is answered before. */
async function pollingSocket(): Promise<Socket> {
  const socket = await openSocket();
  socket.write(requestOf('GetQueueAttributes', { QueueUrl }) + receiveRequest());
  await once(socket, 'data');
  return socket;
}

const bodies = Array.from({ length: ROUNDS }, (_, round) => `message ${round}`);

async function sendAll(): Promise<void> {
  for (const MessageBody of bodies) await sqs.sendMessage({ QueueUrl, MessageBody });
}

/** Receives so many messages; each must be new. Rejects when they do not come. */
async function receiveNew(count: number): Promise<string[]> {
  const received: string[] = [];
  while (received.length < count) {
    const { Messages = [] } = await sqs.receiveMessage(
      {
        QueueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 20,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      },
      { abortSignal: AbortSignal.timeout(10_000) },
    );
    for (const { Body = '', Attributes, ReceiptHandle } of Messages) {
      expect(Attributes, Body).toEqual({ ApproximateReceiveCount: '1' });
      received.push(Body);
      await sqs.deleteMessage({ QueueUrl, ReceiptHandle });
    }
  }
  return received;
}

const ways: readonly [how: string, leave: (socket: Socket) => unknown][] = [
  ['closes its connection', (socket) => socket.destroy()],
  ['resets its connection', (socket) => socket.resetAndDestroy()],
];

describe.each(ways)('a client that %s', (_how, leave) => {
  it('while it polls takes no message, ten times out of ten', async () => {
    for (const MessageBody of bodies) {
      leave(await pollingSocket());
      await sqs.sendMessage({ QueueUrl, MessageBody });
      expect(await receiveNew(1)).toEqual([MessageBody]);
    }
  });

  it('while it polls takes no message that arrives at the same time, ten times out of ten', async () => {
    for (const MessageBody of bodies) {
      const socket = await pollingSocket();
      const sent = sqs.sendMessage({ QueueUrl, MessageBody });
      leave(socket);
      await sent;
      expect(await receiveNew(1)).toEqual([MessageBody]);
    }
  });

  it('right after it asked takes no message that is there, ten times out of ten', async () => {
    for (const MessageBody of bodies) {
      await sqs.sendMessage({ QueueUrl, MessageBody });
      const socket = await openSocket();
      socket.write(receiveRequest(), () => leave(socket));
      await once(socket, 'close');
      expect(await receiveNew(1)).toEqual([MessageBody]);
    }
  });

  it('takes no message when nine others do the same', async () => {
    const sockets = await Promise.all(bodies.map(pollingSocket));
    const sent = sendAll();
    for (const socket of sockets) leave(socket);
    await sent;
    expect((await receiveNew(ROUNDS)).toSorted()).toEqual(bodies.toSorted());
  });

  it('leaves a FIFO group free and in order', async () => {
    ({ QueueUrl = '' } = await sqs.createQueue({
      QueueName: `q${queueCount}.fifo`,
      Attributes: { FifoQueue: 'true', ContentBasedDeduplication: 'true' },
    }));
    for (const MessageBody of bodies) {
      await sqs.sendMessage({ QueueUrl, MessageBody, MessageGroupId: 'g' });
    }
    for (let round = 0; round < ROUNDS; round++) {
      const socket = await openSocket();
      socket.write(receiveRequest(), () => leave(socket));
      await once(socket, 'close');
    }
    expect(await receiveNew(ROUNDS)).toEqual(bodies);
  });
});

it('an AWS SDK client whose polls are aborted takes no message', async () => {
  const over = new AbortController();
  const polls = Promise.allSettled(
    bodies.map(() =>
      sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 20 }, { abortSignal: over.signal }),
    ),
  );
  // Behind the polls on their way to the server.
  await sqs.getQueueAttributes({ QueueUrl });
  over.abort();
  await sendAll();
  for (const outcome of await polls) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'AbortError' } });
  }
  expect((await receiveNew(ROUNDS)).toSorted()).toEqual(bodies.toSorted());
});

it.skipIf(python.missing)(
  titled('a boto3 program that is killed while ten threads poll takes no message', python),
  async () => {
    const program = startPython('pollers.py', endpoint, [QueueUrl]);
    const ended = outputOf(program).catch((error: Error) => error.message);
    let lines = 0;
    const polling = new Promise<void>((resolve) => {
      program.stdout.on('data', (text) => {
        lines += String(text).split('\n').length - 1;
        if (lines === ROUNDS) resolve();
      });
    });
    let hello = 0;
    // One thread may take several of these before another one comes to poll.
    const greeting = (async () => {
      while (lines < ROUNDS) {
        await sqs.sendMessage({ QueueUrl, MessageBody: `hello ${++hello}` });
      }
    })();
    await Promise.race([polling, ended]);
    await greeting;
    program.kill('SIGKILL');
    expect(await ended).toMatch(/^the program ended with null/);
    await sqs.purgeQueue({ QueueUrl });
    await sendAll();
    expect((await receiveNew(ROUNDS)).toSorted()).toEqual(bodies.toSorted());
  },
);
