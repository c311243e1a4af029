/**
 * Throughput over HTTP as ratios to a bare `node:http` server in the same run:
 * `node bench/http.ts [--seconds 5] [--store sqlite|memory] [--durability full|relaxed]
 * [--http-threads N]`.
 * Rounds alternate between the bare server and ours, and medians are compared, because a machine's
 * speed drifts.
 */
import { parseArgs } from 'node:util';
import { BareClient } from './http-client.ts';
import type { Workload } from './load-worker.ts';
import { runLoad, startBareServer, startWaystation, temporaryFolder } from './servers.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    store: { type: 'string', default: 'sqlite' },
    durability: { type: 'string', default: 'full' },
    'http-threads': { type: 'string', default: '0' },
    only: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const BODY_BYTES = 1024;

interface Measurement {
  readonly name: string;
  readonly workload: Workload;
  readonly connections: number;
  readonly fifo?: boolean;
  /** Messages that wait before the load begins. */
  readonly waiting?: number;
  /** It takes messages away and adds none: the queue is filled before each round. */
  readonly drains?: boolean;
  /** What the ratio to the bare server's requests per second must reach, in messages. */
  readonly goal?: number;
}

const measurements: readonly Measurement[] = [
  { name: 'SendMessage, 64 connections', workload: 'send', connections: 64, goal: 0.4 },
  { name: 'SendMessage, 256 connections', workload: 'send', connections: 256 },
  { name: 'SendMessage, 1 connection', workload: 'send', connections: 1 },
  { name: 'SendMessageBatch of 10', workload: 'send-batch', connections: 64, goal: 0.8 },
  {
    name: 'receive 10 + DeleteMessageBatch',
    workload: 'receive-delete',
    connections: 64,
    drains: true,
    goal: 0.4,
  },
  { name: 'standard: send, receive, delete 10', workload: 'standard-cycle', connections: 16 },
  { name: 'FIFO: the same', workload: 'fifo-cycle', connections: 16, fifo: true },
  {
    name: 'FIFO: the same, 1,000 waiting',
    workload: 'fifo-cycle',
    connections: 16,
    fifo: true,
    waiting: 1_000,
  },
  {
    name: 'FIFO: the same, 1,000,000 waiting',
    workload: 'fifo-cycle',
    connections: 16,
    fifo: true,
    waiting: 1_000_000,
  },
  { name: 'long poll, send to answer', workload: 'long-poll', connections: 1 },
];

/** More than a server takes away in a second. */
const DRAINED_PER_SECOND_MAX = 75_000;

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

/** Fills a queue over HTTP, with ten to a batch and, on FIFO, a thousand groups. */
async function fill(port: number, queueUrl: string, count: number, fifo: boolean): Promise<void> {
  const clients = Array.from({ length: 16 }, () => new BareClient(port));
  let sent = 0;
  const send = async (client: BareClient) => {
    while (sent < count) {
      const from = sent;
      sent += 10;
      const Entries = Array.from({ length: 10 }, (_, i) => ({
        Id: String(i),
        MessageBody: 'a'.repeat(BODY_BYTES),
        ...(fifo && {
          MessageGroupId: `waiting-${(from / 10) % 1_000}`,
          MessageDeduplicationId: `waiting-${from + i}`,
        }),
      }));
      await client.call('AmazonSQS.SendMessageBatch', { QueueUrl: queueUrl, Entries });
    }
  };
  await Promise.all(clients.map(send));
  for (const client of clients) client.close();
}

async function createQueue(port: number, name: string, fifo: boolean): Promise<string> {
  const client = new BareClient(port);
  const answer = await client.call('AmazonSQS.CreateQueue', {
    QueueName: name,
    Attributes: { ...(fifo && { FifoQueue: 'true' }), VisibilityTimeout: '3600' },
  });
  client.close();
  return (JSON.parse(answer.toString()) as { QueueUrl: string }).QueueUrl;
}

async function measure(measurement: Measurement, barePort: number) {
  const { workload, connections, fifo = false, waiting = 0, drains = false } = measurement;
  const folder = temporaryFolder();
  const server = await startWaystation([
    ...['--data', folder.path, '--store', values.store],
    ...['--durability', values.durability, '--http-threads', values['http-threads']],
  ]);
  const queueUrl = await createQueue(server.port, fifo ? 'bench.fifo' : 'bench', fifo);
  await fill(server.port, queueUrl, waiting, fifo);
  const load = { connections, seconds, bodyBytes: BODY_BYTES, queueUrl };
  const ratios: number[] = [];
  const perSecond: number[] = [];
  const latencies: (readonly number[])[] = [];
  for (let round = 0; round < rounds; round++) {
    if (drains) await fill(server.port, queueUrl, DRAINED_PER_SECOND_MAX * (seconds + 1), fifo);
    const bare = await runLoad({ ...load, connections: 64, workload: 'bare', port: barePort });
    const ours = await runLoad({ ...load, workload, port: server.port });
    perSecond.push(ours.messages / ours.seconds);
    ratios.push(ours.messages / ours.seconds / (bare.requests / bare.seconds));
    latencies.push(ours.latencyMs);
  }
  await server.stop();
  folder.remove();
  return {
    workload: measurement.name,
    'messages/s': Math.round(median(perSecond)),
    'per bare request': median(ratios).toFixed(2),
    spread: `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`,
    goal: measurement.goal ?? '',
    'p50 ms': median(latencies.map(([p50]) => p50 ?? 0)).toFixed(2),
    'p99 ms': median(latencies.map(([, p99]) => p99 ?? 0)).toFixed(2),
  };
}

const bare = await startBareServer();
const rows: object[] = [];
for (const measurement of measurements) {
  if (values.only !== undefined && !measurement.name.includes(values.only)) continue;
  rows.push(await measure(measurement, bare.port));
}
await bare.stop();
console.log(
  `${values.store}, durability ${values.durability}, ${values['http-threads']} HTTP threads, ` +
    `${BODY_BYTES} byte bodies`,
);
console.table(rows);
