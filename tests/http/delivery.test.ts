/** Answers that hand something out, and clients that vanish before they have them. */
import type { Socket } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { gate } from './fake-service.ts';
import { type Running, startFront } from './front.ts';
import { jsonCall } from './raw-client.ts';

const ROUNDS = 10;
/** Longer than any test: what is found out is found out by what happens, not by waiting. */
const NEVER_MS = 600_000;
const take = jsonCall('TakeParcel', { WaitTimeSeconds: 20 });

const vanish: readonly [how: string, (socket: Socket) => unknown][] = [
  ['closes', (socket) => socket.destroy()],
  ['resets', (socket) => socket.resetAndDestroy()],
];

/** Resolves when so many connections of the server are over. */
function connectionsClosed(running: Running, count: number): Promise<void> {
  const all = gate();
  let closed = 0;
  running.front.server.on('connection', (socket) => {
    socket.on('close', () => {
      if (++closed === count) all.open();
    });
  });
  return all.opened;
}

/** Resolves when so many answers are finished, held ones included. */
function answersFinished(running: Running, count: number): Promise<void> {
  const all = gate();
  let finished = 0;
  running.front.server.on('request', (_request, response) => {
    response.on('finish', () => {
      if (++finished === count) all.open();
    });
  });
  return all.opened;
}

async function expectAllTakenBack(running: Running): Promise<void> {
  const { invoker, errors } = running;
  await vi.waitFor(() => expect(invoker.takenBack.length).toBeGreaterThanOrEqual(ROUNDS), 5000);
  const parcels = invoker.takenBack.map(({ output }) => (output as { Parcel: string }).Parcel);
  expect(parcels.toSorted()).toEqual(
    Array.from({ length: ROUNDS }, (_, i) => `parcel ${i + 1}`).toSorted(),
  );
  expect(invoker.takenBack[0]).toMatchObject({
    operation: 'TakeParcel',
    input: { WaitTimeSeconds: 20 },
    caller: { accessKeyId: 'anonymous' },
  });
  expect(errors).toEqual([]);
}

function handOut(running: Running): void {
  let last = 0;
  running.invoker.behaviour = async () => ({ Parcel: `parcel ${++last}` });
}

describe.each(vanish)('a client that %s', (_how, leave) => {
  test('right after sending: what it was handed is taken back once', async () => {
    const running = await startFront({ confirmedAfterMs: NEVER_MS });
    handOut(running);
    for (let i = 0; i < ROUNDS; i++) {
      const { socket } = await running.connect();
      socket.write(take, () => leave(socket));
    }
    await expectAllTakenBack(running);
  });

  test('while its call runs: what it was handed is taken back once', async () => {
    const running = await startFront();
    const over = connectionsClosed(running, ROUNDS);
    let last = 0;
    const arrived = gate();
    const finish = gate();
    running.invoker.behaviour = async () => {
      const Parcel = `parcel ${++last}`;
      if (last === ROUNDS) arrived.open();
      await finish.opened;
      return { Parcel };
    };
    const clients = await Promise.all(Array.from({ length: ROUNDS }, () => running.connect()));
    for (const client of clients) client.send(take);
    await arrived.opened;
    for (const { socket } of clients) leave(socket);
    finish.open();
    await expectAllTakenBack(running);
    await over;
    expect(running.invoker.takenBack).toHaveLength(ROUNDS);
  });

  test('while its call is parked: the call ends, and what it took meanwhile is taken back', async () => {
    const running = await startFront();
    let last = 0;
    const parked = gate();
    running.invoker.behaviour = ({ signal }) =>
      new Promise((resolve) => {
        const Parcel = `parcel ${++last}`;
        signal?.addEventListener('abort', () => resolve({ Parcel }));
        if (last === ROUNDS) parked.open();
      });
    const clients = await Promise.all(Array.from({ length: ROUNDS }, () => running.connect()));
    for (const client of clients) client.send(take);
    await parked.opened;
    for (const { socket } of clients) leave(socket);
    await expectAllTakenBack(running);
  });

  test('does not disturb an ordinary call', async () => {
    const running = await startFront();
    const over = connectionsClosed(running, 1);
    const ended = gate();
    running.invoker.behaviour = async ({ signal, input }) => {
      expect(signal).toBeUndefined();
      await over;
      ended.open();
      return input;
    };
    const { socket } = await running.connect();
    socket.write(jsonCall('SendParcel', { MessageBody: 'a' }), () => socket.resetAndDestroy());
    await ended.opened;
    expect(running.errors).toEqual([]);
    expect(running.invoker.takenBack).toEqual([]);
  });
});

test('a client that resets before it has read the answer: it is taken back once', async () => {
  const running = await startFront();
  handOut(running);
  for (let i = 0; i < ROUNDS; i++) {
    const client = await running.connect();
    client.socket.pause();
    const answered = new Promise((resolve) => {
      running.front.server.once('request', (_request, response) => {
        const { write } = response;
        response.write = ((...args: Parameters<typeof write>) => {
          setImmediate(resolve);
          return write.apply(response, args);
        }) as typeof write;
      });
    });
    client.send(take);
    await answered;
    client.socket.resetAndDestroy();
  }
  await expectAllTakenBack(running);
});

test('a pipelining client that vanishes is handed nothing that waited behind', async () => {
  const running = await startFront();
  const first = gate();
  const begun = gate();
  running.invoker.behaviour = async () => {
    begun.open();
    await first.opened;
    return {};
  };
  const over = connectionsClosed(running, 1);
  const client = await running.connect();
  client.send(jsonCall('ListParcels', {}) + take);
  await begun.opened;
  client.socket.resetAndDestroy();
  await over;
  first.open();
  await vi.waitFor(() => expect(running.observations).toHaveLength(1), 5000);
  expect(running.invoker.callers).toHaveLength(1);
  expect(running.invoker.takenBack).toEqual([]);
});

test('a failure to take back is logged', async () => {
  const running = await startFront();
  const bug = new Error('the store does not answer');
  running.invoker.undelivered = async () => {
    throw bug;
  };
  const { socket } = await running.connect();
  socket.write(take, () => socket.destroy());
  await vi.waitFor(() => expect(running.errors).toEqual([bug]), 5000);
});

describe('nothing is taken back from a client that', () => {
  test('reads the answer and closes', async () => {
    const running = await startFront({ confirmedAfterMs: 20 });
    handOut(running);
    const over = connectionsClosed(running, ROUNDS);
    for (let i = 0; i < ROUNDS; i++) {
      const client = await running.connect();
      expect((await client.exchange(take)).body).toBe(`{"Parcel":"parcel ${i + 1}"}`);
      client.socket.destroy();
    }
    await over;
    expect(running.invoker.takenBack).toEqual([]);
  });

  test('goes on with another request before it resets', async () => {
    const running = await startFront();
    handOut(running);
    const over = connectionsClosed(running, ROUNDS);
    for (let i = 0; i < ROUNDS; i++) {
      const client = await running.connect();
      await client.exchange(take);
      await client.exchange(jsonCall('ListParcels', {}));
      client.socket.resetAndDestroy();
    }
    await over;
    expect(running.invoker.takenBack).toEqual([]);
  });

  test('stays for a while before it resets', async () => {
    const running = await startFront({ confirmedAfterMs: 20 });
    handOut(running);
    const finished = answersFinished(running, 1);
    const over = connectionsClosed(running, 1);
    const client = await running.connect();
    await client.exchange(take);
    await finished;
    client.socket.resetAndDestroy();
    await over;
    expect(running.invoker.takenBack).toEqual([]);
  });

  test('takes many in a row on one connection', async () => {
    const running = await startFront({ confirmedAfterMs: NEVER_MS });
    handOut(running);
    const client = await running.connect();
    for (let i = 1; i <= 100; i++) {
      expect((await client.exchange(take)).body).toBe(`{"Parcel":"parcel ${i}"}`);
    }
    await running.front.close();
    expect(running.invoker.takenBack).toEqual([]);
  });

  test('reads an error', async () => {
    const running = await startFront();
    running.invoker.behaviour = async () => {
      throw new Error('a bug');
    };
    const over = connectionsClosed(running, 1);
    const client = await running.connect();
    expect((await client.exchange(take)).status).toBe(500);
    client.socket.resetAndDestroy();
    await over;
    expect(running.invoker.takenBack).toEqual([]);
  });
});

test('an answer that is not out when the server ends is taken back before that', async () => {
  const running = await startFront({ closeWithinMs: 10 });
  // More than the buffers of two sockets take.
  const Parcel = 'x'.repeat(32 * 1024 * 1024);
  const handed = gate();
  running.invoker.behaviour = async () => {
    handed.open();
    return { Parcel };
  };
  const client = await running.connect();
  client.socket.pause();
  client.send(take);
  await handed.opened;
  await running.front.close();
  expect(running.invoker.takenBack).toHaveLength(1);
});
