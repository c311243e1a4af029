/**
 * How long single sends take at half of the highest load, while checkpoints run and old messages
 * expire: `node bench/tail-latency.ts [--seconds 20] [--rounds 3] [--store sqlite] [--rate N]
 * [--purge]`. With `--purge` each round begins with another queue of some 300,000 messages being
 * purged, whose space is then given back.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { BareClient } from './http-client.ts';
import { runLoad, startWaystation, temporaryFolder } from './servers.ts';
import type { SteadyLoad, SteadyResult } from './steady-worker.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '3' },
    store: { type: 'string', default: 'sqlite' },
    durability: { type: 'string', default: 'full' },
    rate: { type: 'string' },
    purge: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const BODY_BYTES = 1024;
/** The shortest that a queue may have: what the first seconds sent expires during the run. */
const RETENTION_SECONDS = '60';

const run = promisify(execFile);

async function steady(load: SteadyLoad): Promise<SteadyResult> {
  const worker = join(import.meta.dirname, 'steady-worker.ts');
  const { stdout } = await run(process.execPath, [worker, JSON.stringify(load)]);
  return JSON.parse(stdout) as SteadyResult;
}

const folder = temporaryFolder();
const server = await startWaystation([
  ...['--data', folder.path, '--store', values.store],
  ...['--durability', values.durability],
]);
const client = new BareClient(server.port);
async function createQueue(name: string, attributes: object): Promise<string> {
  const input = { QueueName: name, Attributes: attributes };
  const created = await client.call('AmazonSQS.CreateQueue', input);
  return (JSON.parse(created.toString()) as { QueueUrl: string }).QueueUrl;
}

const queueUrl = await createQueue('bench', { MessageRetentionPeriod: RETENTION_SECONDS });
const load = { port: server.port, queueUrl, bodyBytes: BODY_BYTES };

/** Fills a queue of its own and purges it. */
async function purge(round: number): Promise<number> {
  const QueueUrl = await createQueue(`purged-${round}`, {});
  const fill = { ...load, queueUrl: QueueUrl, connections: 16, seconds: 8 };
  const { messages } = await runLoad({ ...fill, workload: 'send-batch' });
  await client.call('AmazonSQS.PurgeQueue', { QueueUrl });
  return messages;
}

const most = await runLoad({ ...load, workload: 'send', connections: 64, seconds: 5 });
const highest = most.messages / most.seconds;
const perSecond = Math.round(Number(values.rate ?? highest / 2));
const rows: object[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  const purged = values.purge ? await purge(round) : 0;
  const { latencyMs, sent } = await steady({ ...load, perSecond, seconds });
  const [p50, p99, p999, max] = latencyMs.map((ms) => ms.toFixed(2));
  rows.push({ sent, purged, 'p50 ms': p50, 'p99 ms': p99, 'p99.9 ms': p999, 'max ms': max });
}
client.close();
await server.stop();
folder.remove();
console.log(`${Math.round(highest)} messages/s at the most; ${perSecond}/s held for ${seconds} s`);
console.table(rows);
