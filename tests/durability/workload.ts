/**
 * Clients that send, receive and delete for as long as the server lives, and check with each answer
 * what a queue promises. FIFO senders repeat a send whose answer was lost, with the same
 * deduplication id, until it is answered.
 */
import type { Random } from '../simulation/random.ts';
import type { Ledger, Tracked } from './ledger.ts';
import type { LoadClient } from './load-client.ts';

const VISIBILITY_SECONDS = 1;
const BACKLOG_MAX = 60;
const RESENT_LAST = 20;

/** A FIFO group that somebody holds: messages of it must not be handed to another. */
interface Hold {
  /** The holder has its answer since. */
  readonly sinceMs: number;
  /** The server hides the group at least until then. */
  readonly untilMs: number;
  readonly open: Set<Tracked>;
}

export interface Scene {
  readonly queue: string;
  readonly ledger: Ledger;
  readonly random: Random;
  readonly holds: Map<string, Hold>;
}

export type Actor = (client: LoadClient, isOver: () => boolean) => Promise<void>;

const now = (): number => performance.now();

/** Mostly small, sometimes large enough that the log is copied while clients work. */
const bytesOf = (random: Random): number =>
  random.chance(0.2) ? 4_000 + random.below(30_000) : random.below(1_500);

export function standardSender(scene: Scene, line: string): Actor {
  const { queue: QueueUrl, ledger, random } = scene;
  return async (client, isOver) => {
    while (!isOver()) {
      if (ledger.backlog(line) > BACKLOG_MAX) {
        await client.call('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] });
        continue;
      }
      const count = random.chance(0.5) ? 1 : 1 + random.below(10);
      const messages = Array.from({ length: count }, () => ledger.begin(line, bytesOf(random)));
      const results = await send(client, scene, messages, () => ({}));
      for (const [i, message] of messages.entries()) {
        const result = results?.[i];
        if (result !== undefined) ledger.sent(message, result.MessageId);
      }
    }
  };
}

/** One sender per group, so that the order of its sends is the order of the group. */
export function fifoSender(scene: Scene, group: string): Actor {
  const { ledger, random } = scene;
  let unanswered: { messages: Tracked[]; sequenceBefore: bigint } | undefined;
  return async (client, isOver) => {
    while (!isOver()) {
      if (unanswered === undefined && (random.chance(0.1) || ledger.backlog(group) > BACKLOG_MAX)) {
        await resend(client, scene, group, random.below(RESENT_LAST));
        continue;
      }
      const count = random.chance(0.5) ? 1 : 1 + random.below(5);
      unanswered ??= {
        messages: Array.from({ length: count }, () => ledger.begin(group, bytesOf(random))),
        sequenceBefore: ledger.sequenceMax,
      };
      const { messages, sequenceBefore } = unanswered;
      const results = await send(client, scene, messages, fifoMembers);
      if (results === undefined) continue;
      unanswered = undefined;
      let before = sequenceBefore;
      for (const [i, message] of messages.entries()) {
        const { MessageId = '', SequenceNumber = '0' } = results[i] ?? {};
        ledger.sent(message, MessageId, BigInt(SequenceNumber), before);
        before = BigInt(SequenceNumber);
      }
    }
  };
}

/** Sends a message again that was acknowledged: the answer must be the same, and nothing added. */
export async function resend(
  client: LoadClient,
  scene: Scene,
  group: string,
  back: number,
): Promise<void> {
  const acknowledged = scene.ledger.line(group).filter(({ sequence }) => sequence !== undefined);
  const message = acknowledged.at(-1 - back);
  if (message === undefined) {
    await client.call('ListQueues', {});
    return;
  }
  const [result] = (await send(client, scene, [message], fifoMembers)) ?? [];
  if (result === undefined) return;
  scene.ledger.sent(message, result.MessageId, BigInt(result.SequenceNumber ?? 0));
}

const fifoMembers = ({ line, number }: Tracked): object => ({
  MessageGroupId: line,
  MessageDeduplicationId: `${line}-${number}`,
});

interface SendResult {
  readonly MessageId: string;
  readonly SequenceNumber?: string;
}

/** The results in the order of the messages; undefined when no answer came. */
async function send(
  client: LoadClient,
  { queue: QueueUrl, ledger }: Scene,
  messages: readonly Tracked[],
  more: (message: Tracked) => object,
): Promise<SendResult[] | undefined> {
  const [only] = messages;
  if (messages.length === 1 && only !== undefined) {
    const input = { QueueUrl, MessageBody: only.body, ...more(only) };
    const answer = await client.call('SendMessage', input);
    if (answer === undefined) return undefined;
    if (answer.status === 200) return [answer.body];
    ledger.violations.push(`SendMessage was answered ${JSON.stringify(answer)}`);
    return undefined;
  }
  const Entries = messages.map((message, i) => ({
    Id: String(i),
    MessageBody: message.body,
    ...more(message),
  }));
  const answer = await client.call('SendMessageBatch', { QueueUrl, Entries });
  if (answer === undefined) return undefined;
  if (answer.status === 200 && answer.body.Successful?.length === messages.length) {
    return answer.body.Successful;
  }
  ledger.violations.push(`SendMessageBatch was answered ${JSON.stringify(answer)}`);
  return undefined;
}

/** `keeps`: how likely it is that it deletes nothing of what it received. */
export function receiver(scene: Scene, isFifo: boolean, keeps: number): Actor {
  const { ledger, random } = scene;
  return async (client, isOver) => {
    while (!isOver()) {
      const askedAtMs = now();
      const answer = await client.call('ReceiveMessage', {
        QueueUrl: scene.queue,
        MaxNumberOfMessages: 1 + random.below(10),
        VisibilityTimeout: VISIBILITY_SECONDS,
        WaitTimeSeconds: 1,
      });
      if (answer === undefined) continue;
      if (answer.status !== 200) {
        ledger.violations.push(`ReceiveMessage was answered ${JSON.stringify(answer)}`);
        continue;
      }
      const messages = take(scene, answer.body.Messages ?? [], askedAtMs);
      if (isFifo) checkGroups(scene, messages, askedAtMs);
      if (random.chance(keeps)) continue;
      await remove(client, scene, messages);
    }
  };
}

interface Received {
  readonly message: Tracked;
  readonly handle: string;
}

interface WireMessage {
  readonly Body: string;
  readonly MessageId: string;
  readonly ReceiptHandle: string;
}

function take({ ledger }: Scene, answered: readonly WireMessage[], askedAtMs: number): Received[] {
  return answered.flatMap(({ Body, MessageId, ReceiptHandle }) => {
    const message = ledger.received(Body, MessageId, askedAtMs);
    return message === undefined ? [] : [{ message, handle: ReceiptHandle }];
  });
}

/** Order within each group, and that nobody else holds it. */
function checkGroups(scene: Scene, received: readonly Received[], askedAtMs: number): void {
  const { ledger, holds } = scene;
  const answeredAtMs = now();
  const taken = new Map<string, Set<Tracked>>();
  for (const { message } of received) {
    const open = taken.get(message.line) ?? new Set();
    taken.set(message.line, open);
    if (open.has(message)) ledger.breach(message, 'was handed out twice in one answer');
    for (const earlier of ledger.line(message.line).slice(0, message.number)) {
      if (isThere(earlier) && !open.has(earlier)) {
        ledger.breach(message, `was handed out before #${earlier.number} was deleted`);
        break;
      }
    }
    open.add(message);
  }
  for (const [group, open] of taken) {
    const hold = holds.get(group);
    const isHeld = hold !== undefined && hold.open.size > 0;
    if (isHeld && hold.sinceMs < askedAtMs && answeredAtMs < hold.untilMs) {
      ledger.violations.push(`${group} was handed out while somebody held it`);
    }
    const untilMs = askedAtMs + VISIBILITY_SECONDS * 1000;
    holds.set(group, { sinceMs: answeredAtMs, untilMs, open });
  }
}

const isThere = ({ state, openDeletes }: Tracked): boolean =>
  (state === 'sent' || state === 'open') && openDeletes === 0;

/** Deletes one by one or together, sometimes only the first ones. */
async function remove(
  client: LoadClient,
  scene: Scene,
  received: readonly Received[],
): Promise<void> {
  const { random } = scene;
  const count = random.chance(0.8) ? received.length : random.below(received.length + 1);
  const chosen = received.slice(0, count);
  if (chosen.length === 0) return;
  if (random.chance(0.6)) return removeTogether(client, scene, chosen);
  for (const one of chosen) await removeTogether(client, scene, [one]);
}

async function removeTogether(
  client: LoadClient,
  { queue: QueueUrl, ledger, holds }: Scene,
  chosen: readonly Received[],
): Promise<void> {
  for (const { message } of chosen) {
    ledger.deleteAsked(message);
    holds.get(message.line)?.open.delete(message);
  }
  const answer = await client.call('DeleteMessageBatch', {
    QueueUrl,
    Entries: chosen.map(({ handle }, i) => ({ Id: String(i), ReceiptHandle: handle })),
  });
  if (answer === undefined) return;
  if (answer.status !== 200) {
    ledger.violations.push(`DeleteMessageBatch was answered ${JSON.stringify(answer)}`);
    return;
  }
  const atMs = now();
  for (const { Id } of answer.body.Successful ?? []) {
    const one = chosen[Number(Id)];
    if (one !== undefined) ledger.deleteConfirmed(one.message, atMs);
  }
  // A handle whose time was over: another receiver has the message now.
  for (const { Id } of answer.body.Failed ?? []) {
    const one = chosen[Number(Id)];
    if (one !== undefined) ledger.deleteRefused(one.message);
  }
}
