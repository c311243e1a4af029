/** A listening front before the fake service, and clients of it; all closed after each test. */
import { afterEach } from 'vitest';
import { TestClock } from '../../src/core/environment.ts';
import type { Observation } from '../../src/http/dispatch.ts';
import { createHttpFront, type HttpFront, type HttpFrontParts } from '../../src/http/server.ts';
import { countingEnvironment } from '../support/service.ts';
import { FakeInvoker, parcels } from './fake-service.ts';
import { type RawAnswer, RawClient } from './raw-client.ts';

export interface Running {
  readonly front: HttpFront;
  readonly port: number;
  readonly invoker: FakeInvoker;
  readonly errors: unknown[];
  readonly observations: Observation[];
  connect(): Promise<RawClient>;
  /** One exchange on a connection of its own. */
  exchange(bytes: string | Buffer): Promise<RawAnswer>;
}

const open: HttpFront[] = [];
const clients: RawClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.destroy();
  await Promise.all(open.splice(0).map((front) => front.close()));
});

export async function startFront(overrides: Partial<HttpFrontParts> = {}): Promise<Running> {
  const invoker = new FakeInvoker();
  const errors: unknown[] = [];
  const observations: Observation[] = [];
  const front = createHttpFront({
    services: [parcels],
    invoker,
    env: countingEnvironment(new TestClock(0)),
    ownEndpoints: [],
    onError: (error) => errors.push(error),
    observe: (observation) => observations.push(observation),
    ...overrides,
  });
  open.push(front);
  const { port } = await front.listen(0, '127.0.0.1');
  const connect = async () => {
    const client = await RawClient.connect(port);
    clients.push(client);
    return client;
  };
  const exchange = async (bytes: string | Buffer) => (await connect()).exchange(bytes);
  return { front, port, invoker, errors, observations, connect, exchange };
}
