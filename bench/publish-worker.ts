/**
 * Publishes to one topic, in a process of its own: takes a PublishLoad as its argument, prints how
 * many publishes were answered, all in all and while it counted, as JSON.
 */
import { BareClient } from './http-client.ts';

export interface PublishLoad {
  readonly port: number;
  readonly topicArn: string;
  readonly connections: number;
  readonly seconds: number;
  readonly bodyBytes: number;
}

export interface PublishResult {
  readonly answered: number;
  readonly counted: number;
  /** How long it counted. */
  readonly seconds: number;
}

const load = JSON.parse(process.argv[2] ?? '{}') as PublishLoad;
const WARM_UP_SECONDS = 0.5;

let answered = 0;
let counted = 0;
let counting = false;
let stopping = false;

async function publish(client: BareClient): Promise<void> {
  const request = client.formRequest({
    Action: 'Publish',
    Version: '2010-03-31',
    TopicArn: load.topicArn,
    Message: 'a'.repeat(load.bodyBytes),
  });
  while (!stopping) {
    const answer = await client.send(request);
    if (!answer.includes('<MessageId>')) throw new Error(`wrong answer: ${answer}`);
    answered++;
    if (counting) counted++;
  }
}

const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

const clients = Array.from({ length: load.connections }, () => new BareClient(load.port));
const running = Promise.all(clients.map(publish));
await Promise.race([running, pause(WARM_UP_SECONDS)]);
counting = true;
const countedFrom = performance.now();
await Promise.race([running, pause(load.seconds)]);
const seconds = (performance.now() - countedFrom) / 1000;
counting = false;
stopping = true;
await running;
for (const client of clients) client.close();
const result: PublishResult = { answered, counted, seconds };
process.stdout.write(JSON.stringify(result));
