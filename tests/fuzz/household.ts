/** What the fuzzing needs around it: things to call, time that goes on, and an end of it all. */
import { setTimeout as pause } from 'node:timers/promises';
import { type CallOptions, callSqs, sqs } from '../support/client.ts';
import { WITNESS_ACCOUNT, WITNESS_QUEUE, WITNESS_TOPIC } from './batches.ts';
import type { Subject } from './subject.ts';
import { ACCOUNT, QUEUES, queueArn, REGION, TOPICS, topicArn } from './texts.ts';

/** Whose calls are generated; see headers.ts. */
const OWNERS: readonly Required<Pick<CallOptions, 'accessKeyId' | 'region'>>[] = [
  { accessKeyId: ACCOUNT, region: REGION },
  { accessKeyId: '111111111111', region: 'eu-west-1' },
];
const WITNESS: CallOptions = { accessKeyId: WITNESS_ACCOUNT, region: REGION };

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Calls SNS by the Query protocol; resolves with the answer's text, whatever its status. */
async function sns(
  subject: Subject,
  parameters: { readonly [name: string]: string },
  { accessKeyId = ACCOUNT, region = REGION }: CallOptions = {},
): Promise<string> {
  const answer = await fetch(`${subject.endpoint}/`, {
    method: 'POST',
    headers: {
      authorization:
        `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/${region}/sns/aws4_request, ` +
        'SignedHeaders=host, Signature=00',
    },
    body: new URLSearchParams({ Version: '2010-03-31', ...parameters }),
  });
  return answer.text();
}

/** Queues and topics that calls are about, where some call has deleted them. */
export async function prepare(subject: Subject): Promise<void> {
  for (const QueueName of QUEUES) {
    const Attributes = QueueName.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
    await callSqs(subject.endpoint, 'CreateQueue', { QueueName, Attributes });
  }
  for (const Name of TOPICS) {
    const isFifo = Name.endsWith('.fifo');
    const TopicArn = topicArn(Name);
    const fifo = { 'Attributes.entry.1.key': 'FifoTopic', 'Attributes.entry.1.value': 'true' };
    await sns(subject, { Action: 'CreateTopic', Name, ...(isFifo && fifo) });
    const Endpoint = queueArn(isFifo ? 'line.fifo' : 'other');
    await sns(subject, { Action: 'Subscribe', TopicArn, Protocol: 'sqs', Endpoint });
  }
}

/** The queue and the topic whose messages must not get lost. */
export async function prepareWitness(subject: Subject): Promise<void> {
  const { endpoint } = subject;
  await sqs(endpoint, 'CreateQueue', { QueueName: WITNESS_QUEUE }, WITNESS);
  await sns(subject, { Action: 'CreateTopic', Name: WITNESS_QUEUE }, WITNESS);
  const subscription = {
    Action: 'Subscribe',
    TopicArn: WITNESS_TOPIC,
    Protocol: 'sqs',
    Endpoint: `arn:aws:sqs:${REGION}:${WITNESS_ACCOUNT}:${WITNESS_QUEUE}`,
    'Attributes.entry.1.key': 'RawMessageDelivery',
    'Attributes.entry.1.value': 'true',
  };
  await sns(subject, subscription, WITNESS);
}

/** Messages that were sent as witnesses, and whether that is certain. */
export type Sent = Map<string, 'acknowledged' | 'unanswered'>;

/** Empties the queue of witnesses; says what is missing, there twice, or nobody's. */
export async function witnessFaults(subject: Subject, sent: Sent): Promise<readonly string[]> {
  const missing = new Set([...sent].filter(([, state]) => state === 'acknowledged').map(first));
  const seen = new Set<string>();
  const faults: string[] = [];
  // Deliveries follow their publish at once, but not within its answer.
  for (let empty = 0; empty < 20; ) {
    const messages = await takeWitnesses(subject);
    for (const message of messages) {
      if (!sent.has(message)) faults.push(`nobody sent the witness ${message}`);
      if (seen.has(message)) faults.push(`the witness ${message} came twice`);
      seen.add(message);
      missing.delete(message);
    }
    if (messages.length > 0) continue;
    if (missing.size === 0) break;
    empty++;
    await subject.advance(1_000);
  }
  for (const message of [...missing].slice(0, 5)) faults.push(`the witness ${message} got lost`);
  sent.clear();
  return faults;
}

const first = ([message]: readonly [string, unknown]): string => message;

async function takeWitnesses({ endpoint }: Subject): Promise<readonly string[]> {
  const QueueUrl = WITNESS_QUEUE;
  const receive = { QueueUrl, MaxNumberOfMessages: 10 };
  const { Messages = [] } = await sqs(endpoint, 'ReceiveMessage', receive, WITNESS);
  const messages = Messages as readonly { readonly Body: string; readonly ReceiptHandle: string }[];
  if (messages.length === 0) return [];
  const Entries = messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
  await sqs(endpoint, 'DeleteMessageBatch', { QueueUrl, Entries }, WITNESS);
  return messages.map(({ Body }) => Body);
}

/** Deletes what calls made, so that what is in memory afterwards is a leak; then time goes on. */
export async function reset(subject: Subject): Promise<void> {
  for (const owner of OWNERS) {
    for (let round = 0; round < 100; round++) {
      const list = { MaxResults: 1_000 };
      const { QueueUrls = [] } = await sqs(subject.endpoint, 'ListQueues', list, owner);
      const urls = QueueUrls as readonly string[];
      for (const QueueUrl of urls)
        await callSqs(subject.endpoint, 'DeleteQueue', { QueueUrl }, owner);
      if (urls.length === 0) break;
    }
    await deleteListed(subject, owner, 'ListTopics', 'TopicArn', 'DeleteTopic');
    await deleteListed(
      subject,
      owner,
      'ListPlatformApplications',
      'PlatformApplicationArn',
      'DeletePlatformApplication',
    );
  }
  await subject.advance(2 * MINUTE_MS);
  await subject.advance(DAY_MS);
}

async function deleteListed(
  subject: Subject,
  owner: CallOptions,
  list: string,
  name: string,
  remove: string,
): Promise<void> {
  for (let round = 0; round < 100; round++) {
    const text = await sns(subject, { Action: list }, owner);
    const arns = [...text.matchAll(new RegExp(`<${name}>([^<]+)<`, 'g'))].map(([, arn]) => arn);
    for (const arn of arns) await sns(subject, { Action: remove, [name]: arn ?? '' }, owner);
    if (arns.length === 0) return;
  }
}

const TICK_MS = 20_000;
const PAUSE_MS = 25;
/** After a minute a deleted queue may be made again. */
const TICKS_PER_PREPARATION = 8;

/** Lets time go on until told to stop: long polls end, and what was deleted is made again. */
export function keepHouse(subject: Subject): { stop(): Promise<void> } {
  let isOver = false;
  const work = (async () => {
    for (let tick = 1; !isOver; tick++) {
      await subject.advance(TICK_MS);
      if (tick % TICKS_PER_PREPARATION === 0) await prepare(subject);
      await pause(PAUSE_MS);
    }
  })();
  return {
    stop() {
      isOver = true;
      return work;
    },
  };
}
