/**
 * A server that is told to stop: what it carried out it has answered, what waits is answered too,
 * and the next one finds everything.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { RawClient, rawRequest } from '../http/raw-client.ts';
import { Random } from '../simulation/random.ts';
import { serverStarter, temporaryFolder } from '../support/server.ts';
import { Ledger } from './ledger.ts';
import { countAll, LoadClient, peekAll } from './load-client.ts';
import { type Actor, fifoSender, receiver, type Scene, standardSender } from './workload.ts';

const start = serverStarter(afterEach);
const SEED = 3;
const STOPS = 8;
const GROUPS = ['g0', 'g1', 'g2'];

/** Resolves when so many calls are parked. */
async function parked(endpoint: string, count: number): Promise<void> {
  for (;;) {
    const text = await (await fetch(`${endpoint}/_waystation/metrics`)).text();
    if (text.includes(`\nwaystation_parked_calls ${count}\n`)) return;
  }
}

describe('SIGTERM under load', () => {
  it('ends in good order, with everything answered that was done', {
    timeout: 120_000,
  }, async () => {
    const random = new Random(SEED);
    const standard: Scene = { queue: 'plain', ledger: new Ledger(), random, holds: new Map() };
    const fifo: Scene = { queue: 'line.fifo', ledger: new Ledger(), random, holds: new Map() };
    const actors: Actor[] = [
      ...['s0', 's1', 's2'].map((line) => standardSender(standard, line)),
      ...GROUPS.map((group) => fifoSender(fifo, group)),
      ...[0.1, 0.2].map((keeps) => receiver(standard, false, keeps)),
      ...[0.1, 0.2].map((keeps) => receiver(fifo, true, keeps)),
    ];
    const folder = temporaryFolder();

    for (let stop = 0; stop <= STOPS; stop += 1) {
      const server = start({ folder });
      const client = new LoadClient(await server.ready());
      for (const scene of [standard, fifo]) {
        const Attributes = scene === fifo ? { FifoQueue: 'true' } : {};
        await client.must('CreateQueue', { QueueName: scene.queue, Attributes });
        await audit(client, scene);
      }
      if (stop < STOPS) {
        let isOver = false;
        const work = actors.map((actor) => actor(client, () => isOver));
        await pause(50 + random.below(500));
        const exit = server.stop('SIGTERM');
        isOver = true;
        await Promise.all(work);
        expect(await exit).toEqual({ code: 0, signal: null });
        expect(server.log.filter(({ level }) => level !== 'info')).toEqual([]);
      }
      client.close();
    }
    expect(standard.ledger.sends).toBeGreaterThan(100);
    expect(fifo.ledger.sends).toBeGreaterThan(100);
  });

  async function audit(client: LoadClient, { queue, ledger }: Scene): Promise<void> {
    const found = await peekAll(client, queue);
    for (const { Body } of found) {
      const message = ledger.find(Body);
      if (message?.state === 'open') ledger.breach(message, 'was stored, and nobody was told');
    }
    const stored = new Set(found.map(({ Body }) => Body));
    for (const message of [...ledger.lines.values()].flat()) {
      if (message.state !== 'sent' || message.openDeletes === 0) continue;
      if (!stored.has(message.body)) ledger.breach(message, 'was deleted, and nobody was told');
    }
    ledger.audit(found, queue.endsWith('.fifo'), performance.now());
    expect(ledger.violations).toEqual([]);
    expect(await countAll(client, queue)).toBe(found.length);
  }
});

describe('SIGTERM', () => {
  it('answers hundreds of parked receives, and takes nothing for them', async () => {
    const folder = temporaryFolder();
    const server = start({ folder });
    const endpoint = await server.ready();
    const client = new LoadClient(endpoint);
    await client.must('CreateQueue', { QueueName: 'empty' });
    await client.must('CreateQueue', { QueueName: 'q' });
    const polls = Array.from({ length: 300 }, () =>
      client.call('ReceiveMessage', { QueueUrl: 'empty', WaitTimeSeconds: 20 }),
    );
    await parked(endpoint, 300);
    const sends = Array.from({ length: 50 }, (_, n) =>
      client.call('SendMessage', { QueueUrl: 'q', MessageBody: String(n) }),
    );
    // On the way when the signal comes: one of them has been answered, and the others follow.
    await sends[0];
    expect(await server.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    for (const answer of await Promise.all(polls))
      expect(answer).toEqual({ status: 200, body: {} });
    const sent = (await Promise.all(sends)).flatMap((answer, n) =>
      answer?.status === 200 ? [String(n)] : [],
    );
    client.close();

    const again = new LoadClient(await start({ folder }).ready());
    const found = (await peekAll(again, 'q')).map(({ Body }) => Body);
    expect(found.sort()).toEqual(sent.sort());
    again.close();
  });

  it('waits for a request that is half there', async () => {
    const folder = temporaryFolder();
    const server = start({ folder });
    const endpoint = await server.ready();
    const client = new LoadClient(endpoint);
    await client.must('CreateQueue', { QueueName: 'q' });
    const body = JSON.stringify({ QueueUrl: 'q', MessageBody: 'in two halves' });
    const bytes = rawRequest({
      method: 'POST',
      headers: ['Content-Type: application/x-amz-json-1.0', 'X-Amz-Target: AmazonSQS.SendMessage'],
      body,
    });
    const raw = await RawClient.connect(Number(new URL(endpoint).port));
    raw.send(bytes.slice(0, -10));
    await client.must('ListQueues', {});
    server.process.kill('SIGTERM');
    while (!server.stderr.includes('stopping')) await pause(5);
    expect(await raw.exchange(bytes.slice(-10))).toMatchObject({ status: 200 });
    expect(await server.exit).toEqual({ code: 0, signal: null });
    client.close();

    const again = new LoadClient(await start({ folder }).ready());
    expect((await peekAll(again, 'q')).map(({ Body }) => Body)).toEqual(['in two halves']);
    again.close();
  });
});
