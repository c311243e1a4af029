/**
 * The clock of the machine is set forward and back under a real server, and between two runs of it:
 * what is due comes, what was visible stays so, groups keep their order and nothing is lost.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { projectFolder, serverStarter, temporaryFolder } from '../support/server.ts';
import { LoadClient, peekAll } from './load-client.ts';

const start = serverStarter(afterEach);
const SECOND = 1000;
const HOUR = 3_600_000;

/** A data folder, and a clock for the servers on it. */
class Machine {
  readonly #folder = temporaryFolder();
  #shiftMs = 0;

  constructor() {
    this.step(0);
  }

  /** Sets the clock forward or back. */
  step(byMs: number): void {
    this.#shiftMs += byMs;
    const file = join(this.#folder, 'shift');
    writeFileSync(`${file}.new`, String(this.#shiftMs));
    renameSync(`${file}.new`, file);
  }

  async start() {
    const server = start({
      folder: this.#folder,
      environment: {
        NODE_OPTIONS: `--import ${join(projectFolder, 'tests/durability/shifted-clock.ts')}`,
        CLOCK_SHIFT_FILE: join(this.#folder, 'shift'),
      },
    });
    return { server, client: new LoadClient(await server.ready()) };
  }
}

async function receive(client: LoadClient, QueueUrl: string, seconds = 60): Promise<string[]> {
  const { Messages = [] } = await client.must('ReceiveMessage', {
    QueueUrl,
    MaxNumberOfMessages: 10,
    VisibilityTimeout: seconds,
  });
  return Messages.map(({ Body }: { readonly Body: string }) => Body);
}

async function createQueues(client: LoadClient): Promise<void> {
  await client.must('CreateQueue', { QueueName: 'q' });
  const Attributes = { FifoQueue: 'true' };
  await client.must('CreateQueue', { QueueName: 'q.fifo', Attributes });
}

const send = (client: LoadClient, MessageBody: string, more: object = {}) =>
  client.must('SendMessage', { QueueUrl: 'q', MessageBody, ...more });

const sendInOrder = (client: LoadClient, MessageBody: string) =>
  client.must('SendMessage', {
    QueueUrl: 'q.fifo',
    MessageBody,
    MessageGroupId: 'g',
    MessageDeduplicationId: MessageBody,
  });

it('a step forward ends what has lasted long enough by then, and nothing else', async () => {
  const machine = new Machine();
  const { client } = await machine.start();
  await createQueues(client);
  await send(client, 'held');
  expect(await receive(client, 'q', 600)).toEqual(['held']);
  await send(client, 'delayed', { DelaySeconds: 900 });
  const { MessageId: first } = await sendInOrder(client, 'once');
  machine.step(250 * SECOND);
  expect(await receive(client, 'q')).toEqual([]);
  expect(await sendInOrder(client, 'once')).toMatchObject({ MessageId: first });
  machine.step(351 * SECOND);
  expect(await receive(client, 'q', 900)).toEqual(['held']);
  expect((await sendInOrder(client, 'once')).MessageId).not.toBe(first);
  machine.step(300 * SECOND);
  expect(await receive(client, 'q')).toEqual(['delayed']);
  client.close();
});

it('a step back hides nothing, frees nothing and keeps the order', async () => {
  const machine = new Machine();
  const { client } = await machine.start();
  await createQueues(client);
  await send(client, 'held');
  expect(await receive(client, 'q', 60)).toEqual(['held']);
  await send(client, 'before');
  const sent = [await sendInOrder(client, 'one')];
  machine.step(-HOUR);
  sent.push(await sendInOrder(client, 'two'));
  await send(client, 'after');
  expect((await receive(client, 'q')).sort()).toEqual(['after', 'before']);
  expect(await receive(client, 'q.fifo')).toEqual(['one', 'two']);
  expect(await receive(client, 'q.fifo')).toEqual([]);
  const [one, two] = sent.map(({ SequenceNumber }) => String(SequenceNumber));
  expect((one ?? '') < (two ?? '')).toBe(true);
  client.close();
});

it('a server that is killed and started again after a step loses nothing', async () => {
  const machine = new Machine();
  const first = await machine.start();
  await createQueues(first.client);
  await send(first.client, 'held');
  expect(await receive(first.client, 'q', 600)).toEqual(['held']);
  await first.server.stop('SIGKILL');
  machine.step(HOUR);

  const second = await machine.start();
  expect(await receive(second.client, 'q', 60)).toEqual(['held']);
  for (const body of ['one', 'two', 'three']) await sendInOrder(second.client, body);
  await second.server.stop('SIGKILL');
  machine.step(-HOUR);

  // A restart reads the clock anew: what was sent in the wrong hour comes when that hour comes.
  const third = await machine.start();
  const { client } = third;
  const stored = async (queue: string) => (await peekAll(client, queue)).map(({ Body }) => Body);
  expect(await stored('q')).toEqual(['held']);
  expect(await stored('q.fifo')).toEqual(['one', 'two', 'three']);
  machine.step(HOUR + 60 * SECOND);
  expect(await receive(client, 'q')).toEqual(['held']);
  expect(await receive(client, 'q.fifo')).toEqual(['one', 'two', 'three']);
  for (const one of [first, second, third]) one.client.close();
});
