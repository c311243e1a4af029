/**
 * The server is killed again and again under load, and started again on the same folder. Whatever
 * it acknowledged is still true: see `ledger.ts` for what that means.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { Random } from '../simulation/random.ts';
import { serverStarter, temporaryFolder } from '../support/server.ts';
import { Ledger } from './ledger.ts';
import { countAll, LoadClient, peekAll } from './load-client.ts';
import {
  type Actor,
  fifoSender,
  receiver,
  resend,
  type Scene,
  standardSender,
} from './workload.ts';

const start = serverStarter(afterEach);

const SEED = 20_260_101;
const KILLS = 55;
const LIFE_MS_MIN = 20;
const LIFE_MS_MAX = 650;
/** How many starts are killed before the server is ready. */
const KILLED_STARTS = 1 / 8;
const START_MS_MAX = 300;
const GROUPS = ['g0', 'g1', 'g2', 'g3', 'g4', 'g5'];
const SENDERS = ['s0', 's1', 's2'];

it('keeps every promise across 55 kills at random moments', { timeout: 400_000 }, async (test) => {
  const random = new Random(SEED);
  const standard: Scene = { queue: 'plain', ledger: new Ledger(), random, holds: new Map() };
  const fifo: Scene = { queue: 'line.fifo', ledger: new Ledger(), random, holds: new Map() };
  const actors: Actor[] = [
    ...SENDERS.map((line) => standardSender(standard, line)),
    ...GROUPS.map((group) => fifoSender(fifo, group)),
    ...[0.1, 0.1, 0.2].map((keeps) => receiver(standard, false, keeps)),
    ...[0.1, 0.1, 0.2].map((keeps) => receiver(fifo, true, keeps)),
  ];
  const violations = () => [...standard.ledger.violations, ...fifo.ledger.violations];
  const folder = temporaryFolder();
  let kills = 0;

  /** A server that serves, after as many killed starts as chance wants. */
  async function begin() {
    while (random.chance(KILLED_STARTS)) {
      const doomed = start({ folder });
      await Promise.race([pause(random.below(START_MS_MAX)), doomed.exit]);
      await doomed.stop('SIGKILL');
      kills += 1;
    }
    const server = start({ folder });
    return { server, client: new LoadClient(await server.ready()) };
  }

  /** Nothing is under way: what is stored must be what the answers said. */
  async function audit(client: LoadClient) {
    for (const group of GROUPS) {
      for (let back = 0; back < 3; back += 1) await resend(client, fifo, group, back);
    }
    for (const { queue, ledger } of [standard, fifo]) {
      const found = await peekAll(client, queue);
      ledger.audit(found, queue === fifo.queue, performance.now());
      if ((await countAll(client, queue)) !== found.length) {
        ledger.violations.push(`${queue} counts other than the ${found.length} that it has`);
      }
    }
    expect(violations()).toEqual([]);
  }

  const first = await begin();
  await first.client.must('CreateQueue', { QueueName: standard.queue });
  const Attributes = { FifoQueue: 'true' };
  await first.client.must('CreateQueue', { QueueName: fifo.queue, Attributes });
  await first.server.stop('SIGKILL');

  while (kills < KILLS) {
    const { server, client } = await begin();
    await audit(client);
    let isOver = false;
    const work = actors.map((actor) => actor(client, () => isOver));
    await pause(LIFE_MS_MIN + random.below(LIFE_MS_MAX - LIFE_MS_MIN));
    server.process.kill('SIGKILL');
    isOver = true;
    await Promise.all([...work, server.exit]);
    client.close();
    kills += 1;
    expect(violations()).toEqual([]);
  }

  const { server, client } = await begin();
  await audit(client);
  await drain(client, standard, false);
  await drain(client, fifo, true);
  await audit(client);
  for (const { queue } of [standard, fifo]) expect(await countAll(client, queue)).toBe(0);
  expect(await server.stop()).toEqual({ code: 0, signal: null });
  client.close();

  // The kills met work under way, and there was enough of it.
  for (const { ledger } of [standard, fifo]) {
    expect(ledger.openedByCrash).toBeGreaterThan(KILLS / 5);
    expect(ledger.sends).toBeGreaterThan(KILLS * 20);
    expect(ledger.deletes).toBeGreaterThan(KILLS * 10);
    const { sends, deletes, openedByCrash } = ledger;
    await test.annotate(JSON.stringify({ kills, sends, deletes, openedByCrash }));
  }
});

/** Receives and deletes until the queue has nothing left of what it holds. */
async function drain(client: LoadClient, scene: Scene, isFifo: boolean): Promise<void> {
  const lines = [...scene.ledger.lines.keys()];
  const isEmpty = () => lines.every((line) => scene.ledger.backlog(line) === 0);
  // Sends that were never answered and never repeated are no part of what is expected.
  for (const messages of scene.ledger.lines.values()) {
    for (const message of messages) {
      if (message.state === 'open') message.state = message.messageId ? 'sent' : 'never';
    }
  }
  await Promise.all([1, 2].map(() => receiver(scene, isFifo, 0)(client, isEmpty)));
}
