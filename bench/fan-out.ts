/**
 * One topic and 1, 10 or 100 queues that get its messages raw: deliveries per second, as ratios to
 * the requests per second of a bare `node:http` server in the same run:
 * `node bench/fan-out.ts [--seconds 4] [--rounds 3] [--store sqlite|memory] [--durability full]`.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { BareClient } from './http-client.ts';
import type { PublishLoad, PublishResult } from './publish-worker.ts';
import { runLoad, startBareServer, startWaystation, temporaryFolder } from './servers.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    store: { type: 'string', default: 'sqlite' },
    durability: { type: 'string', default: 'full' },
    connections: { type: 'string', default: '16' },
  },
});
const seconds = Number(values.seconds);
const connections = Number(values.connections);
const BODY_BYTES = 1024;
const AUDIENCES = [1, 10, 100];
/** Deliveries per bare request: 100,000 a second where the bare server does 75,000 requests. */
const GOAL = 1.33;

const run = promisify(execFile);

async function publishLoad(load: PublishLoad): Promise<PublishResult> {
  const worker = join(import.meta.dirname, 'publish-worker.ts');
  const { stdout } = await run(process.execPath, [worker, JSON.stringify(load)]);
  return JSON.parse(stdout) as PublishResult;
}

/** A topic and its queues; answers its ARN and their URLs. */
async function subscribe(client: BareClient, count: number) {
  const topic = await client.callSns('CreateTopic', { Name: 'bench' });
  const topicArn = /<TopicArn>([^<]+)/.exec(topic)?.[1] ?? '';
  const queueUrls: string[] = [];
  for (let n = 0; n < count; n++) {
    const name = `bench-${n}`;
    const created = await client.call('AmazonSQS.CreateQueue', { QueueName: name });
    queueUrls.push((JSON.parse(created.toString()) as { QueueUrl: string }).QueueUrl);
    await client.callSns('Subscribe', {
      TopicArn: topicArn,
      Protocol: 'sqs',
      Endpoint: `arn:aws:sqs:us-east-1:000000000000:${name}`,
      'Attributes.entry.1.key': 'RawMessageDelivery',
      'Attributes.entry.1.value': 'true',
    });
  }
  return { topicArn, queueUrls };
}

async function countMessages(client: BareClient, queueUrl: string): Promise<number> {
  const name = 'ApproximateNumberOfMessages';
  const answer = await client.call('AmazonSQS.GetQueueAttributes', {
    QueueUrl: queueUrl,
    AttributeNames: [name],
  });
  const { Attributes } = JSON.parse(answer.toString()) as { Attributes: Record<string, string> };
  return Number(Attributes[name]);
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

async function measure(audience: number, barePort: number) {
  const ratios: number[] = [];
  const perSecond: number[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const folder = temporaryFolder();
    const server = await startWaystation([
      ...['--data', folder.path, '--store', values.store],
      ...['--durability', values.durability],
    ]);
    const client = new BareClient(server.port);
    const { topicArn, queueUrls } = await subscribe(client, audience);
    const bareLoad = { connections: 64, seconds, bodyBytes: BODY_BYTES, queueUrl: '' };
    const bare = await runLoad({ ...bareLoad, workload: 'bare', port: barePort });
    const load = { port: server.port, topicArn, connections, seconds, bodyBytes: BODY_BYTES };
    const ours = await publishLoad(load);
    for (const queueUrl of queueUrls) {
      const count = await countMessages(client, queueUrl);
      if (count !== ours.answered) {
        throw new Error(`${queueUrl} has ${count} of ${ours.answered} messages`);
      }
    }
    client.close();
    await server.stop();
    folder.remove();
    perSecond.push((ours.counted * audience) / ours.seconds);
    ratios.push((perSecond.at(-1) ?? 0) / (bare.requests / bare.seconds));
  }
  return {
    queues: audience,
    'deliveries/s': Math.round(median(perSecond)),
    'per bare request': median(ratios).toFixed(2),
    spread: `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`,
    goal: audience === 100 ? GOAL : '',
  };
}

const bare = await startBareServer();
const rows: object[] = [];
for (const audience of AUDIENCES) rows.push(await measure(audience, bare.port));
await bare.stop();
console.log(`${values.store}, durability ${values.durability}, ${BODY_BYTES} byte bodies`);
console.table(rows);
