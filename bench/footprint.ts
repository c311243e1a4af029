/**
 * Memory, start-up and idle cost: `node bench/footprint.ts`. Linux only: it reads /proc.
 */
import { BareClient } from './http-client.ts';
import {
  cpuSeconds,
  type RunningServer,
  residentBytes,
  runLoad,
  startWaystation,
  temporaryFolder,
} from './servers.ts';

const MESSAGES = 1_000_000;
const PARKED = 10_000;
const MB = 1_000_000;
const megabytes = (server: RunningServer) =>
  `${Math.round(residentBytes(server.process.pid ?? 0) / MB)} MB`;

async function createQueue(port: number, name: string): Promise<string> {
  const client = new BareClient(port);
  const answer = await client.call('AmazonSQS.CreateQueue', { QueueName: name });
  client.close();
  return (JSON.parse(answer.toString()) as { QueueUrl: string }).QueueUrl;
}

async function sendUntil(server: RunningServer, queueUrl: string, count: number): Promise<void> {
  const load = { connections: 16, seconds: 5, bodyBytes: 1024, queueUrl, port: server.port };
  const client = new BareClient(server.port);
  for (;;) {
    const answer = await client.call('AmazonSQS.GetQueueAttributes', {
      QueueUrl: queueUrl,
      AttributeNames: ['ApproximateNumberOfMessages'],
    });
    if (Number(/Messages":"(\d+)"/.exec(answer.toString())?.[1]) >= count) break;
    await runLoad({ ...load, workload: 'send-batch' });
  }
  client.close();
}

async function backlog(folder: string): Promise<void> {
  const server = await startWaystation(['--data', folder]);
  const queueUrl = await createQueue(server.port, 'backlog');
  console.log(`idle, nothing stored: ${megabytes(server)}`);
  await sendUntil(server, queueUrl, MESSAGES);
  console.log(`${MESSAGES} messages of 1 KB waiting, after the load: ${megabytes(server)}`);
  await server.stop();
}

async function startUp(folder: string): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    const beganAt = performance.now();
    const server = await startWaystation(['--data', folder]);
    const client = new BareClient(server.port);
    const QueueUrl = `http://localhost:${server.port}/000000000000/backlog`;
    await client.call('AmazonSQS.ReceiveMessage', { QueueUrl, VisibilityTimeout: 0 });
    times.push(performance.now() - beganAt);
    client.close();
    await server.stop();
  }
  times.sort((a, b) => a - b);
  const [best, , median, , worst] = times.map((ms) => Math.round(ms));
  console.log(
    `process start to first message out of ${MESSAGES}: ${median} ms (${best}–${worst} ms)`,
  );
}

async function parkedPolls(): Promise<void> {
  const folder = temporaryFolder();
  const server = await startWaystation(['--data', folder.path]);
  const QueueUrl = await createQueue(server.port, 'parked');
  const clients: BareClient[] = [];
  for (let i = 0; i < PARKED; i++) {
    const client = new BareClient(server.port);
    clients.push(client);
    client.call('AmazonSQS.ReceiveMessage', { QueueUrl, WaitTimeSeconds: 20 }).catch(() => {});
    if (i % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const pid = server.process.pid ?? 0;
  const before = cpuSeconds(pid);
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const used = ((cpuSeconds(pid) - before) / 5) * 100;
  console.log(`${PARKED} parked long polls: ${megabytes(server)}, ${used.toFixed(1)} % of a core`);
  for (const client of clients) client.close();
  await server.stop();
  folder.remove();
}

const folder = temporaryFolder();
await backlog(folder.path);
await startUp(folder.path);
folder.remove();
await parkedPolls();
