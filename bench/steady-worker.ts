/**
 * Sends single messages at a steady rate, in a process of its own: takes a SteadyLoad as its
 * argument, prints a SteadyResult as JSON. A send's latency counts from the instant at which it was
 * to begin, so that a pause of the server is seen by every send that it held up.
 */
import { BareClient } from './http-client.ts';

export interface SteadyLoad {
  readonly port: number;
  readonly queueUrl: string;
  readonly perSecond: number;
  readonly seconds: number;
  readonly bodyBytes: number;
}

export interface SteadyResult {
  readonly sent: number;
  /** Milliseconds: median, 99th and 99.9th percentile, maximum. */
  readonly latencyMs: readonly [number, number, number, number];
}

const load = JSON.parse(process.argv[2] ?? '{}') as SteadyLoad;
const CONNECTIONS = 64;
/** In its first second and a half this program itself is slow, before its code is compiled. */
const WARM_UP_SECONDS = 3;

const total = Math.round(load.perSecond * (load.seconds + WARM_UP_SECONDS));
const countedFrom = load.perSecond * WARM_UP_SECONDS;
const latenciesMs: number[] = [];
const beganAt = performance.now();
const dueAtOf = (number: number): number => beganAt + (number / load.perSecond) * 1000;
let next = 0;

/** Sends what is due, as one of many; what finds all of them busy waits and grows old. */
async function sendAll(client: BareClient): Promise<void> {
  const body = JSON.stringify({
    QueueUrl: load.queueUrl,
    MessageBody: 'a'.repeat(load.bodyBytes),
  });
  const request = client.request('AmazonSQS.SendMessage', body);
  while (next < total) {
    const number = next;
    const dueAt = dueAtOf(number);
    if (dueAt > performance.now()) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      continue;
    }
    next++;
    const answer = await client.send(request);
    if (!answer.includes('"MessageId"')) throw new Error(`wrong answer: ${answer}`);
    if (number >= countedFrom) latenciesMs.push(performance.now() - dueAt);
  }
}

const clients = Array.from({ length: CONNECTIONS }, () => new BareClient(load.port));
await Promise.all(clients.map(sendAll));
for (const client of clients) client.close();
latenciesMs.sort((a, b) => a - b);
const at = (share: number) =>
  latenciesMs[Math.min(latenciesMs.length - 1, Math.floor(latenciesMs.length * share))] ?? 0;
const result: SteadyResult = {
  sent: latenciesMs.length,
  latencyMs: [at(0.5), at(0.99), at(0.999), at(1)],
};
process.stdout.write(JSON.stringify(result));
