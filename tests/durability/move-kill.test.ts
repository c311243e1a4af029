/**
 * The server is killed while a task moves messages out of a dead-letter queue, and started again on
 * the same folder: the task goes on at once, and moves every message once.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { Random } from '../simulation/random.ts';
import { serverStarter, temporaryFolder } from '../support/server.ts';
import { LoadClient, peekAll } from './load-client.ts';
import { advanceClock } from './topic-client.ts';

const start = serverStarter(afterEach);

const MESSAGES = 20_000;
const BATCH = 10;
const SEED = 20_260_103;
const KILLS = 6;
const LIFE_MS_MAX = 60;
const ARN_START = 'arn:aws:sqs:us-east-1:000000000000:';

it('moves every message once, however often it is killed', async (test) => {
  const data = join(temporaryFolder(), 'data');
  const flags = ['--data', data, '--test-clock'];
  const random = new Random(SEED);
  await fill(flags);
  let killsUnderway = 0;
  for (let life = 1; life <= KILLS; life++) {
    const server = start({ flags });
    const client = new LoadClient(await server.ready());
    if (life === 1) {
      const [SourceArn, DestinationArn] = [`${ARN_START}dead`, `${ARN_START}destination`];
      await client.must('StartMessageMoveTask', { SourceArn, DestinationArn });
    }
    await pause(random.below(LIFE_MS_MAX));
    await server.stop('SIGKILL');
    client.close();
    if (queuesWithMessages(data) === 2) killsUnderway += 1;
  }
  await test.annotate(JSON.stringify({ killsUnderway }));
  expect(killsUnderway).toBeGreaterThan(0);

  const last = start({ flags });
  const endpoint = await last.ready();
  // No time passes: what a process had claimed when it was killed is free when the next one starts.
  expect(await advanceClock(endpoint, 0)).toBe(true);
  const client = new LoadClient(endpoint);
  const { Results } = await client.must('ListMessageMoveTasks', { SourceArn: `${ARN_START}dead` });
  expect(Results).toMatchObject([
    { Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: MESSAGES },
  ]);
  expect(await peekAll(client, 'dead')).toEqual([]);
  const numbers = (await peekAll(client, 'destination')).map(({ Body }) => Number(Body));
  expect(numbers).toHaveLength(MESSAGES);
  expect(new Set(numbers).size).toBe(MESSAGES);
  client.close();
});

/** Makes the queues and the dead letters. */
async function fill(flags: readonly string[]): Promise<void> {
  const server = start({ flags: [...flags, '--durability', 'relaxed'] });
  const client = new LoadClient(await server.ready());
  await client.must('CreateQueue', { QueueName: 'dead' });
  await client.must('CreateQueue', { QueueName: 'destination' });
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: `${ARN_START}dead`,
    maxReceiveCount: 1,
  });
  await client.must('CreateQueue', { QueueName: 'source', Attributes: { RedrivePolicy } });
  const batches = Array.from({ length: MESSAGES / BATCH }, (_, batch) =>
    client.must('SendMessageBatch', {
      QueueUrl: 'dead',
      Entries: Array.from({ length: BATCH }, (_, i) => ({
        Id: `${i}`,
        MessageBody: `${batch * BATCH + i}`,
      })),
    }),
  );
  await Promise.all(batches);
  client.close();
  expect(await server.stop()).toEqual({ code: 0, signal: null });
}

/** Both of the task's while it is under way; looks without changing anything. */
function queuesWithMessages(data: string): number {
  const database = new DatabaseSync(join(data, 'waystation.db'), { readOnly: true });
  const row = database.prepare('SELECT count(*) AS found FROM queues WHERE total > 0').get();
  database.close();
  return Number(row?.found);
}
