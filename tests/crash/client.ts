/**
 * A client process of a crash run. Its parent tells it where the server is; it works until the
 * connection breaks, and hands back what it asked and what was answered.
 */

import { LoadClient } from '../durability/load-client.ts';
import { Random } from '../simulation/random.ts';
import type { Call } from './history.ts';
import { Memory, Worker } from './workload.ts';

const WORKERS = 5;

/** The order of a parent: work at this address. The answer are the calls. */
export interface Order {
  readonly endpoint: string;
}

export interface Report {
  readonly calls: readonly Call[];
}

const [seed = 0, number = 0] = process.argv.slice(2).map(Number);
const memory = new Memory(number, new Random(seed));

process.on('message', async ({ endpoint }: Order) => {
  memory.lifeBegins();
  const clients: LoadClient[] = [];
  const connect = (): LoadClient => {
    const client = new LoadClient(endpoint);
    clients.push(client);
    return client;
  };
  const calls: Call[] = [];
  const workers = Array.from({ length: WORKERS }, () => new Worker(memory, connect, calls));
  await Promise.all(workers.map((worker) => worker.run()));
  for (const client of clients) client.close();
  const report: Report = { calls };
  process.send?.(report);
});
