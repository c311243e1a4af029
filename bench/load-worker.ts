/**
 * One load, run in a process of its own: takes a Load as its argument, prints a LoadResult as JSON.
 * An answer that is wrong ends the load with an error, so no figure stands for a broken server.
 */
import { BareClient } from './http-client.ts';

export type Workload =
  | 'bare'
  | 'send'
  | 'send-batch'
  | 'receive-delete'
  | 'fifo-cycle'
  | 'standard-cycle'
  | 'long-poll';

export interface Load {
  readonly workload: Workload;
  readonly port: number;
  readonly queueUrl: string;
  readonly connections: number;
  readonly seconds: number;
  readonly bodyBytes: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly messages: number;
  readonly seconds: number;
  /** Milliseconds: median, 99th percentile, maximum. */
  readonly latencyMs: readonly [number, number, number];
}

const load = JSON.parse(process.argv[2] ?? '{}') as Load;
const body = 'a'.repeat(load.bodyBytes);
const { queueUrl: QueueUrl } = load;
const BATCH = 10;
const WARM_UP_SECONDS = 0.5;

let requests = 0;
let messages = 0;
let counting = false;
let stopping = false;
const latenciesMs: number[] = [];

function answered(beganAt: number, messageCount: number): void {
  if (!counting) return;
  requests++;
  messages += messageCount;
  latenciesMs.push(performance.now() - beganAt);
}

interface Received {
  readonly Messages?: readonly { readonly ReceiptHandle: string }[];
}

async function sendOnes(client: BareClient): Promise<void> {
  const input = JSON.stringify({ QueueUrl, MessageBody: body });
  const request = client.request('AmazonSQS.SendMessage', input);
  const mark = load.workload === 'bare' ? '' : '"MessageId"';
  while (!stopping) {
    const beganAt = performance.now();
    const answer = await client.send(request);
    if (!answer.includes(mark)) throw new Error(`wrong answer: ${answer}`);
    answered(beganAt, 1);
  }
}

function batchInput(group?: string): unknown {
  const Entries = Array.from({ length: BATCH }, (_, i) => ({
    Id: String(i),
    MessageBody: body,
    ...(group !== undefined && {
      MessageGroupId: group,
      MessageDeduplicationId: `${process.pid}-${unique++}`,
    }),
  }));
  return { QueueUrl, Entries };
}

let unique = 0;

async function sendBatches(client: BareClient): Promise<void> {
  const request = client.request('AmazonSQS.SendMessageBatch', JSON.stringify(batchInput()));
  while (!stopping) {
    const beganAt = performance.now();
    const answer = await client.send(request);
    if (answer.includes('"Code"')) throw new Error(`wrong answer: ${answer}`);
    answered(beganAt, BATCH);
  }
}

/** Receives ten and deletes them; answers how many there were. */
async function receiveAndDelete(client: BareClient): Promise<number> {
  const answer = await client.call('AmazonSQS.ReceiveMessage', {
    QueueUrl,
    MaxNumberOfMessages: BATCH,
    WaitTimeSeconds: 0,
  });
  const { Messages = [] } = JSON.parse(answer.toString()) as Received;
  if (Messages.length === 0) return 0;
  const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
  const deleted = await client.call('AmazonSQS.DeleteMessageBatch', { QueueUrl, Entries });
  if (deleted.includes('"Code"')) throw new Error(`wrong answer: ${deleted}`);
  return Messages.length;
}

async function receiveOnly(client: BareClient): Promise<void> {
  while (!stopping) {
    const beganAt = performance.now();
    const count = await receiveAndDelete(client);
    if (count === 0) throw new Error('the queue ran empty: fill it with more');
    answered(beganAt, count);
  }
}

/** Sends ten, receives ten, deletes ten. */
async function cycle(client: BareClient, number: number): Promise<void> {
  const fifo = load.workload === 'fifo-cycle';
  for (let round = 0; !stopping; round++) {
    const beganAt = performance.now();
    const group = fifo ? `${number}-${round % 10}` : undefined;
    await client.call('AmazonSQS.SendMessageBatch', batchInput(group));
    answered(beganAt, await receiveAndDelete(client));
  }
}

/** One waits, another sends; the latency is from the send's begin to the delivered answer. */
async function longPoll(client: BareClient): Promise<void> {
  const sender = new BareClient(load.port);
  while (!stopping) {
    const waiting = client.call('AmazonSQS.ReceiveMessage', { QueueUrl, WaitTimeSeconds: 20 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const beganAt = performance.now();
    const sent = sender.call('AmazonSQS.SendMessage', { QueueUrl, MessageBody: body });
    const { Messages = [] } = JSON.parse((await waiting).toString()) as Received;
    answered(beganAt, Messages.length);
    await sent;
    for (const { ReceiptHandle } of Messages) {
      await client.call('AmazonSQS.DeleteMessage', { QueueUrl, ReceiptHandle });
    }
  }
  sender.close();
}

const workloads: { readonly [W in Workload]: (c: BareClient, n: number) => Promise<void> } = {
  bare: sendOnes,
  send: sendOnes,
  'send-batch': sendBatches,
  'receive-delete': receiveOnly,
  'fifo-cycle': cycle,
  'standard-cycle': cycle,
  'long-poll': longPoll,
};

const clients = Array.from({ length: load.connections }, () => new BareClient(load.port));
const running = Promise.all(clients.map((client, n) => workloads[load.workload](client, n)));
await Promise.race([running, new Promise((r) => setTimeout(r, WARM_UP_SECONDS * 1000))]);
counting = true;
const countedFrom = performance.now();
await Promise.race([running, new Promise((r) => setTimeout(r, load.seconds * 1000))]);
const seconds = (performance.now() - countedFrom) / 1000;
counting = false;
stopping = true;
await running;
for (const client of clients) client.close();
latenciesMs.sort((a, b) => a - b);
const at = (share: number) =>
  latenciesMs[Math.min(latenciesMs.length - 1, Math.floor(latenciesMs.length * share))] ?? 0;
const result: LoadResult = { requests, messages, seconds, latencyMs: [at(0.5), at(0.99), at(1)] };
process.stdout.write(JSON.stringify(result));
