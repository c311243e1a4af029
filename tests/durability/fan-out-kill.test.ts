/**
 * The server is killed while topics hand messages to 10,000 queues, and started again on the same
 * folder. What a fan-out has left goes on at once. In the end every queue has exactly what was
 * acknowledged, once; a message that nobody heard the answer of is in all its queues or in none.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { systemClock, systemEnvironment } from '../../src/core/environment.ts';
import { createInvoker } from '../../src/core/invoke.ts';
import { Alarms } from '../../src/scheduler/alarms.ts';
import { Waiters } from '../../src/scheduler/waiters.ts';
import { sns, sqs } from '../../src/services/index.ts';
import { decodeMessage } from '../../src/services/sqs/message.ts';
import type { Queue } from '../../src/services/sqs/queue.ts';
import type { Store } from '../../src/storage/port.ts';
import { openSqliteStore } from '../../src/storage/sqlite/index.ts';
import { Random } from '../simulation/random.ts';
import { serverStarter, temporaryFolder } from '../support/server.ts';
import { expectSound } from './sound.ts';
import { advanceClock, callTopics } from './topic-client.ts';

const start = serverStarter(afterEach);

const QUEUES = 10_000;
const QUEUES_PER_TRANSACTION = 500;
/** Every fifth queue wants red messages only, every seventh gets envelopes. */
const isPicky = (queue: number): boolean => queue % 5 === 0;
const isPlain = (queue: number): boolean => queue % 7 === 0;
const SEED = 20_260_102;
const KILLS = 8;
const PUBLISHERS = 2;
/** A life ends so long after so many of its publishes were acknowledged. */
const ACKNOWLEDGED_MAX = 2;
const LIFE_MS_MAX = 300;
const TOPIC_ARN = 'arn:aws:sns:us-east-1:000000000000:news';
const owner = {
  accountId: '000000000000',
  region: 'us-east-1',
  accessKeyId: 'test',
  principalId: 'AIDATEST',
  endpoint: 'http://localhost:4566',
  headers: {},
};

interface Published {
  readonly text: string;
  readonly colour: 'red' | 'blue';
  acknowledged: boolean;
}

const wants = (queue: number, { colour }: Published): boolean =>
  !isPicky(queue) || colour === 'red';

it('reaches 10,000 queues once, however often it is killed', { timeout: 300_000 }, async (test) => {
  const data = join(temporaryFolder(), 'data');
  await prepare(data);
  const random = new Random(SEED);
  const published: Published[] = [];
  let killsUnderway = 0;
  for (let life = 1; life <= KILLS; life++) {
    const server = start({ flags: ['--data', data, '--test-clock'] });
    const endpoint = await server.ready();
    const enough = random.below(ACKNOWLEDGED_MAX + 1);
    const publishers = Array.from({ length: PUBLISHERS }, () =>
      publishUntil(endpoint, published, random, enough),
    );
    if (enough > 0) await Promise.all(publishers);
    await pause(random.below(LIFE_MS_MAX));
    await server.stop('SIGKILL');
    await Promise.all(publishers);
    await expectSound(data);
    if (documentsUnderway(data) > 0) killsUnderway += 1;
  }

  const last = start({ flags: ['--data', data, '--test-clock'] });
  // No time passes: what a process had claimed when it was killed is free when the next one starts.
  expect(await advanceClock(await last.ready(), 0)).toBe(true);
  expect(await last.stop()).toEqual({ code: 0, signal: null });
  await expectSound(data);
  expect(documentsUnderway(data)).toBe(0);
  const acknowledged = published.filter((message) => message.acknowledged).length;
  await test.annotate(JSON.stringify({ published: published.length, acknowledged, killsUnderway }));
  expect(await faultsOf(data, published)).toEqual([]);
  expect(acknowledged).toBeGreaterThan(KILLS / 2);
  expect(killsUnderway).toBeGreaterThan(KILLS / 4);
});

/** Publishes until one answer stays away, or `enough` have come; always once at least. */
async function publishUntil(
  endpoint: string,
  published: Published[],
  random: Random,
  enough: number,
): Promise<void> {
  for (let count = 0; count === 0 || count < enough; count++) {
    const message: Published = {
      text: `message ${published.length}`,
      colour: random.pick(['red', 'blue']),
      acknowledged: false,
    };
    published.push(message);
    const answer = await callTopics(endpoint, 'Publish', {
      TopicArn: TOPIC_ARN,
      Message: message.text,
      'MessageAttributes.entry.1.Name': 'colour',
      'MessageAttributes.entry.1.Value.DataType': 'String',
      'MessageAttributes.entry.1.Value.StringValue': message.colour,
    });
    if (answer === undefined) return;
    expect(answer.status).toBe(200);
    message.acknowledged = true;
  }
}

// ---------------------------------------------------------------- before and after

/** Makes the topic, the queues and their subscriptions, many to a transaction. */
async function prepare(data: string): Promise<void> {
  const clock = systemClock();
  const store = await openSqliteStore({ folder: data, clock, durability: 'relaxed' });
  const { run } = createInvoker({
    services: [sqs, sns],
    store,
    env: systemEnvironment(clock),
    waiters: new Waiters(new Alarms()),
    counts: { count: () => {} },
    onTimer: () => {},
  });
  await run(owner, (context) => context.invoke('sns', 'CreateTopic', { Name: 'news' }, owner));
  for (let first = 0; first < QUEUES; first += QUEUES_PER_TRANSACTION) {
    await run(owner, async (context) => {
      for (let queue = first; queue < first + QUEUES_PER_TRANSACTION; queue++) {
        await context.invoke('sqs', 'CreateQueue', { QueueName: `q-${queue}` }, owner);
        const input = {
          TopicArn: TOPIC_ARN,
          Protocol: 'sqs',
          Endpoint: `arn:aws:sqs:us-east-1:000000000000:q-${queue}`,
          Attributes: {
            ...(!isPlain(queue) && { RawMessageDelivery: 'true' }),
            ...(isPicky(queue) && { FilterPolicy: '{"colour":["red"]}' }),
          },
        };
        await context.invoke('sns', 'Subscribe', input, owner);
      }
    });
  }
  await store.close();
}

/** What a process left behind of fan-outs; looks without changing anything. */
function documentsUnderway(data: string): number {
  const database = new DatabaseSync(join(data, 'waystation.db'), { readOnly: true });
  const keys = "key >= 'sns/fan-out/' AND key < 'sns/fan-out0'";
  const row = database.prepare(`SELECT count(*) AS found FROM documents WHERE ${keys}`).get();
  database.close();
  return Number(row?.found);
}

/** Compares what is in the queues with what was published. */
async function faultsOf(data: string, published: readonly Published[]): Promise<string[]> {
  const clock = systemClock();
  const store = await openSqliteStore({ folder: data, clock, durability: 'relaxed' });
  const faults: string[] = [];
  /** How many queues have the message. */
  const reached = new Map<string, number>();
  for (const [queue, texts] of await textsByQueue(store)) {
    const own = new Set(texts);
    if (own.size < texts.length) faults.push(`q-${queue} has a message twice`);
    for (const message of published) {
      const isThere = own.delete(message.text);
      if (isThere) reached.set(message.text, (reached.get(message.text) ?? 0) + 1);
      if (isThere && !wants(queue, message)) faults.push(`q-${queue} has ${message.text}`);
    }
    if (own.size > 0) faults.push(`q-${queue} has what nobody published`);
  }
  await store.close();
  for (const message of published) {
    const count = reached.get(message.text) ?? 0;
    const all = Array.from({ length: QUEUES }, (_, queue) => queue).filter((queue) =>
      wants(queue, message),
    ).length;
    const isNeverHeardOf = !message.acknowledged && count === 0;
    if (count !== all && !isNeverHeardOf) faults.push(`${message.text} is in ${count} of ${all}`);
  }
  return faults;
}

async function textsByQueue(store: Store): Promise<Map<number, string[]>> {
  return store.transact(async (tx) => {
    const queues = await tx.documents.list<Queue>('sqs/queue/', { limit: QUEUES + 1 });
    const texts = new Map<number, string[]>();
    for (const { value } of queues) {
      const ref = { key: `sqs/${value.queueId}`, ordered: false };
      const entries = await tx.queues.peek(ref, { limit: 1_000 });
      texts.set(
        Number(value.name.slice('q-'.length)),
        entries.map(({ payload }) => textOf(decodeMessage(payload).body)),
      );
    }
    return texts;
  });
}

const textOf = (body: string): string => (body.startsWith('{') ? JSON.parse(body).Message : body);
