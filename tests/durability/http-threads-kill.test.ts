/** SIGKILL under load of a server with threads for HTTP: what was acknowledged is there. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { Random } from '../simulation/random.ts';
import { serverStarter, temporaryFolder } from '../support/server.ts';
import { Ledger } from './ledger.ts';
import { LoadClient, peekAll } from './load-client.ts';
import { type Actor, fifoSender, receiver, type Scene, standardSender } from './workload.ts';

const start = serverStarter(afterEach);
const SEED = 5;
const KILLS = 10;
/** So many that senders do not all wait for a group that a receiver keeps to itself. */
const GROUPS = 24;

it(`loses nothing across ${KILLS} kills`, async () => {
  const random = new Random(SEED);
  const standard: Scene = { queue: 'plain', ledger: new Ledger(), random, holds: new Map() };
  const fifo: Scene = { queue: 'line.fifo', ledger: new Ledger(), random, holds: new Map() };
  const actors: Actor[] = [
    ...['s0', 's1', 's2', 's3'].map((line) => standardSender(standard, line)),
    ...Array.from({ length: GROUPS }, (_, i) => fifoSender(fifo, `g${i}`)),
    ...[0.1, 0.5].map((keeps) => receiver(standard, false, keeps)),
    ...[0, 0.1].map((keeps) => receiver(fifo, true, keeps)),
  ];
  const folder = temporaryFolder();

  for (let kill = 0; kill <= KILLS; kill += 1) {
    const server = start({ folder, flags: ['--http-threads', '2'] });
    const client = new LoadClient(await server.ready());
    for (const scene of [standard, fifo]) {
      const { queue, ledger } = scene;
      const Attributes = scene === fifo ? { FifoQueue: 'true' } : {};
      await client.must('CreateQueue', { QueueName: queue, Attributes });
      ledger.audit(await peekAll(client, queue), scene === fifo, performance.now());
      expect(ledger.violations).toEqual([]);
    }
    if (kill < KILLS) {
      let isOver = false;
      const work = actors.map((actor) => actor(client, () => isOver));
      await pause(100 + random.below(600));
      isOver = true;
      await server.stop('SIGKILL');
      await Promise.all(work);
      expect(server.stderr).toBe('');
    }
    client.close();
  }
  for (const { ledger } of [standard, fifo]) {
    expect(ledger.sends).toBeGreaterThan(KILLS * 5);
    expect(ledger.deletes).toBeGreaterThan(KILLS);
    expect(ledger.openedByCrash).toBeGreaterThan(0);
  }
});
