/**
 * The server is killed while it delivers what was published to a topic over HTTP: whatever was
 * acknowledged arrives, and what the endpoint refuses is in the dead-letter queue exactly once.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { Endpoint, type ReceivedRequest } from '../delivery/endpoints.ts';
import { serverStarter, temporaryFolder } from '../support/server.ts';
import { LoadClient, peekAll } from './load-client.ts';
import { expectSound } from './sound.ts';
import { advanceClock, callTopics, elementOf } from './topic-client.ts';

const start = serverStarter(afterEach);

const KILLS = 10;
const PUBLISHERS = 3;
/** A life ends after at most so many requests. */
const REQUESTS_PER_LIFE = 40;
const TOPIC_ARN = 'arn:aws:sns:us-east-1:000000000000:news';
const DEAD_ARN = 'arn:aws:sqs:us-east-1:000000000000:dead';

/** Every third is refused, and belongs into the dead-letter queue. */
const isRefused = (number: number): boolean => number % 3 === 0;

let endpoint: Endpoint | undefined;
afterEach(() => endpoint?.close());

interface Envelope {
  readonly Type: string;
  readonly Message: string;
  readonly Token?: string;
}

it('delivers every message, and dead-letters each that is refused once', async (test) => {
  const folder = temporaryFolder();
  endpoint = new Endpoint((_request, response) => {
    // It remembers a request right before it answers.
    const { Type, Message } = envelopeOf(at.received.at(-1));
    const isRefusal = Type === 'Notification' && isRefused(Number(Message));
    response.writeHead(isRefusal ? 400 : 200).end();
  });
  const at = endpoint;
  await subscribe(folder, at, await at.open());
  const accepted = new Set<number>();
  let next = 1;

  async function publishUntilKilled(url: string): Promise<void> {
    for (;;) {
      const number = next++;
      const input = { TopicArn: TOPIC_ARN, Message: String(number) };
      const answer = await callTopics(url, 'Publish', input);
      if (answer === undefined) return;
      expect(answer.status).toBe(200);
      accepted.add(number);
    }
  }

  for (let life = 1; life <= KILLS; life++) {
    const server = start({ folder, flags: ['--test-clock'] });
    const url = await server.ready();
    const publishers = Array.from({ length: PUBLISHERS }, () => publishUntilKilled(url));
    // A different moment each time: after so many requests, whatever the process is at then.
    const killAfter = at.received.length + 1 + ((life * 17) % REQUESTS_PER_LIFE);
    while (at.received.length < killAfter) await pause(1);
    await server.stop('SIGKILL');
    await Promise.all(publishers);
    await expectSound(`${folder}/.waystation`);
  }

  const last = start({ folder, flags: ['--test-clock'] });
  const url = await last.ready();
  const client = new LoadClient(url);
  const numbers = () => at.received.map((request) => Number(envelopeOf(request).Message));
  const dead = async () =>
    (await peekAll(client, 'dead')).map(({ Body }) => Number(JSON.parse(Body).Message));
  // In all less time than a lease, and enough to try again.
  for (let seconds = 0; seconds < 25; seconds++) {
    const [received, buried] = [new Set(numbers()), new Set(await dead())];
    const isDone = (number: number) =>
      received.has(number) && (!isRefused(number) || buried.has(number));
    if ([...accepted].every(isDone)) break;
    await advanceClock(url, 1_000);
  }
  const received = new Set(numbers());
  const buried = await dead();
  const repeated = numbers().length - received.size;
  await test.annotate(JSON.stringify({ accepted: accepted.size, repeated, dead: buried.length }));
  expect([...accepted].filter((number) => !received.has(number))).toEqual([]);
  expect(new Set(buried).size).toBe(buried.length);
  expect(buried.filter((number) => !isRefused(number))).toEqual([]);
  expect([...accepted].filter(isRefused).filter((each) => !buried.includes(each))).toEqual([]);
  expect(accepted.size).toBeGreaterThan(KILLS * 5);
  client.close();
});

const envelopeOf = (request: ReceivedRequest | undefined): Envelope =>
  JSON.parse(request?.body ?? '{}');

/** Makes the topic, and a subscription of the endpoint that is confirmed. */
async function subscribe(folder: string, at: Endpoint, address: string): Promise<void> {
  const server = start({ folder });
  const url = await server.ready();
  const client = new LoadClient(url);
  await client.must('CreateQueue', { QueueName: 'dead' });
  client.close();
  const TopicArn = elementOf(await callTopics(url, 'CreateTopic', { Name: 'news' }), 'TopicArn');
  expect(TopicArn).toBe(TOPIC_ARN);
  await callTopics(url, 'Subscribe', {
    TopicArn,
    Protocol: 'http',
    Endpoint: address,
    'Attributes.entry.1.key': 'RedrivePolicy',
    'Attributes.entry.1.value': JSON.stringify({ deadLetterTargetArn: DEAD_ARN }),
  });
  while (at.received.length === 0) await pause(5);
  const Token = envelopeOf(at.received[0]).Token ?? '';
  const confirmed = await callTopics(url, 'ConfirmSubscription', { TopicArn, Token });
  expect(elementOf(confirmed, 'SubscriptionArn')).toContain(TOPIC_ARN);
  at.received.length = 0;
  expect(await server.stop()).toEqual({ code: 0, signal: null });
}
