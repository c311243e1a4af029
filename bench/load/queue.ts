/** What the loads ask of a queue, with every answer checked. */
import { createHash } from 'node:crypto';
import { type Connection, excerpt } from './connection.ts';
import { WrongAnswer } from './plan.ts';

/** Longer than any run: a message that comes twice is a fault and no redelivery. */
const VISIBILITY_SECONDS = '3600';
const SETTLE_MS = 3_000;

export const BATCH = 10;

export const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

export interface Message {
  readonly Body: string;
  readonly MD5OfBody: string;
  readonly ReceiptHandle: string;
}

interface BatchAnswer {
  readonly Successful?: readonly { readonly Id: string; readonly MD5OfMessageBody?: string }[];
  readonly Failed?: readonly unknown[];
}

export async function createQueue(
  connection: Connection,
  name: string,
  attributes: Record<string, string> = {},
): Promise<string> {
  const { QueueUrl } = await connection.call<{ QueueUrl?: string }>('CreateQueue', {
    QueueName: name,
    Attributes: { VisibilityTimeout: VISIBILITY_SECONDS, ...attributes },
  });
  if (QueueUrl === undefined) throw new WrongAnswer('CreateQueue answered no QueueUrl');
  return QueueUrl;
}

export interface Entry {
  readonly MessageBody: string;
  readonly MessageGroupId?: string;
  readonly MessageDeduplicationId?: string;
}

export async function sendBatch(
  connection: Connection,
  QueueUrl: string,
  entries: readonly Entry[],
): Promise<void> {
  const Entries = entries.map((entry, i) => ({ Id: String(i), ...entry }));
  const answer = await connection.call<BatchAnswer>('SendMessageBatch', { QueueUrl, Entries });
  checkBatch('SendMessageBatch', answer, entries.length);
}

export function checkBatch(operation: string, answer: BatchAnswer, count: number): void {
  if (answer.Successful?.length === count && (answer.Failed ?? []).length === 0) return;
  throw new WrongAnswer(`${operation}: ${excerpt(JSON.stringify(answer))}`);
}

/** As many as ten messages that wait now. */
export async function receive(
  connection: Connection,
  QueueUrl: string,
  count: number = BATCH,
): Promise<readonly Message[]> {
  const { Messages } = await connection.call<{ Messages?: readonly Message[] | null }>(
    'ReceiveMessage',
    { QueueUrl, MaxNumberOfMessages: count, WaitTimeSeconds: 0 },
  );
  return Messages ?? [];
}

export async function deleteBatch(
  connection: Connection,
  QueueUrl: string,
  messages: readonly Message[],
): Promise<void> {
  const Entries = messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
  const answer = await connection.call<BatchAnswer>('DeleteMessageBatch', { QueueUrl, Entries });
  checkBatch('DeleteMessageBatch', answer, messages.length);
}

interface Counts {
  readonly Attributes?: Record<string, string>;
}

/** Fails when the queue does not come to hold exactly `count` messages, received ones included. */
export async function expectCount(
  connection: Connection,
  QueueUrl: string,
  count: number,
): Promise<void> {
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
  const until = performance.now() + SETTLE_MS;
  for (;;) {
    const answer = await connection.call<Counts>('GetQueueAttributes', {
      QueueUrl,
      AttributeNames,
    });
    const held = AttributeNames.reduce((sum, n) => sum + Number(answer.Attributes?.[n] ?? 0), 0);
    if (held === count) return;
    if (performance.now() > until) {
      throw new WrongAnswer(`the queue says it holds ${held} messages; ${count} are in it`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
