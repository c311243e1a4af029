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
import { sdkClient, untilParked } from './sdk-client.ts';

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

/** A connection that leaves what it is sent to the kernel: closing it refuses the answer. */
async function openSocket(): Promise<Socket> {
  const socket = connect(Number(new URL(endpoint).port), '127.0.0.1').pause();
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

const receiveRequest = (): string =>
  requestOf('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 20 });

/** Connections whose long polls wait in the server. */
async function pollingSockets(count: number): Promise<Socket[]> {
  const sockets = await Promise.all(Array.from({ length: count }, openSocket));
  for (const socket of sockets) socket.write(receiveRequest());
  await untilParked(endpoint, count);
  return sockets;
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
      const [socket] = await pollingSockets(1);
      if (socket !== undefined) leave(socket);
      await sqs.sendMessage({ QueueUrl, MessageBody });
      expect(await receiveNew(1)).toEqual([MessageBody]);
    }
  });

  it('while it is answered takes no message, ten times out of ten', async () => {
    for (const MessageBody of bodies) {
      const [socket] = await pollingSockets(1);
      const sent = sqs.sendMessage({ QueueUrl, MessageBody });
      if (socket !== undefined) leave(socket);
      await sent;
      expect(await receiveNew(1)).toEqual([MessageBody]);
    }
  });

  it('without reading its answer takes no message, ten times out of ten', async () => {
    for (const MessageBody of bodies) {
      const [socket] = await pollingSockets(1);
      await sqs.sendMessage({ QueueUrl, MessageBody });
      if (socket !== undefined) leave(socket);
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
    const sockets = await pollingSockets(ROUNDS);
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
  await untilParked(endpoint, ROUNDS);
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
    await untilParked(endpoint, ROUNDS);
    program.kill('SIGKILL');
    expect(await ended).toMatch(/^the program ended with null/);
    await sendAll();
    expect((await receiveNew(ROUNDS)).toSorted()).toEqual(bodies.toSorted());
  },
);
