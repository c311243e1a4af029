/**
 * The rules of sending, deleting, and changing visibility.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
import { createHash } from 'node:crypto';
import { stringOf } from '../../src/schema/shapes.ts';
import type { ExpectedQueue, Message, World } from './expected.ts';
import type { EffectOf, Input, Outcome } from './record.ts';
import type { Scene } from './scene.ts';

const DEDUPLICATION_MS = 300_000;
const VISIBILITY_MS_MAX = 43_200_000;

type Entry = Omit<Input<'SendMessage'>, 'QueueUrl'>;
type Appended = EffectOf<'append'>;
interface Told {
  readonly MessageId?: string;
  readonly SequenceNumber?: string;
}

// ---------------------------------------------------------------- sending

export function auditSend(
  scene: Scene,
  queue: ExpectedQueue,
  input: Entry,
  outcome: Outcome<'SendMessage'>,
): void {
  scene.expectError(outcome.error, sendRefusal(queue, input));
  if (outcome.output === undefined) return;
  accept(scene, queue, input, outcome.output, scene.take('append'));
}

export function auditSendBatch(
  scene: Scene,
  queue: ExpectedQueue,
  input: Input<'SendMessageBatch'>,
  outcome: Outcome<'SendMessageBatch'>,
): void {
  scene.expectError(outcome.error, undefined);
  if (outcome.output === undefined) return;
  const { Successful, Failed } = outcome.output;
  const appended = scene.take('append');
  for (const entry of input.Entries) {
    const told = Successful.find(({ Id }) => Id === entry.Id);
    const code = Failed.find(({ Id }) => Id === entry.Id)?.Code;
    scene.expectError(code, sendRefusal(queue, entry));
    scene.check((told === undefined) !== (code === undefined), `${entry.Id} has one outcome`);
    if (told !== undefined) accept(scene, queue, entry, told, appended);
  }
  scene.check(appended.length === 0, 'stores what was not sent');
}

function sendRefusal(queue: ExpectedQueue, entry: Entry): string | undefined {
  if (!queue.fifo) return undefined;
  if (entry.MessageGroupId === undefined) return 'MissingParameter';
  const hasId =
    entry.MessageDeduplicationId !== undefined ||
    queue.attributes.ContentBasedDeduplication === 'true';
  return hasId ? undefined : 'InvalidParameterValue';
}

function accept(
  scene: Scene,
  queue: ExpectedQueue,
  entry: Entry,
  told: Told,
  appended: Appended[],
): void {
  const deduplicationId = queue.fifo
    ? (entry.MessageDeduplicationId ??
      createHash('sha256').update(stringOf(entry.MessageBody)).digest('hex'))
    : undefined;
  const { MessageId: id = '', SequenceNumber: sequenceNumber } = told;
  if (deduplicationId !== undefined) {
    const key = sendKeyOf(queue, entry.MessageGroupId, deduplicationId);
    const first = queue.rememberedSend(key, scene.nowMs);
    if (first !== undefined) {
      scene.check(id === first.id, 'answers a duplicate with the first id');
      const isSame = sequenceNumber === (first.sequenceNumber ?? sequenceNumber);
      scene.check(isSame, 'and with its sequence number');
      return;
    }
    const grows = sequenceNumber !== undefined && sequenceNumber > queue.lastSequenceNumber;
    scene.check(grows, 'sequence numbers grow');
    queue.lastSequenceNumber = sequenceNumber ?? '';
  }
  const [stored] = appended.splice(0, 1);
  scene.check(stored?.queue === queue.key, 'stores what it accepts');
  const ownDelaySeconds = queue.fifo ? undefined : entry.DelaySeconds;
  const delayMs =
    ownDelaySeconds === undefined ? queue.milliseconds('DelaySeconds') : ownDelaySeconds * 1000;
  const { MessageBody, MessageGroupId: group } = entry;
  const body = stringOf(MessageBody);
  keep(scene, queue, stored, { id, body, group, deduplicationId, delayMs, sequenceNumber });
}

/** Under what a FIFO queue remembers a send. */
export function sendKeyOf(queue: ExpectedQueue, group: string | undefined, id: string): string {
  const scope = queue.attributes.DeduplicationScope === 'messageGroup' ? group : '';
  return JSON.stringify([scope, id]);
}

/** A message is in a queue from now on. */
export function keep(
  scene: Scene,
  queue: ExpectedQueue,
  stored: Appended | undefined,
  message: Pick<Message, 'id' | 'body' | 'group' | 'deduplicationId' | 'sequenceNumber'> & {
    readonly delayMs: number;
  },
): void {
  const { nowMs, world } = scene;
  const { delayMs, ...known } = message;
  const { id, group, deduplicationId, sequenceNumber } = known;
  scene.check(!world.ids.has(id), 'gives each message an id of its own');
  world.ids.add(id);
  if (deduplicationId !== undefined) {
    const key = sendKeyOf(queue, group, deduplicationId);
    queue.remembered.set(key, { id, sequenceNumber, untilMs: nowMs + DEDUPLICATION_MS });
  }
  scene.announce(queue, 1, nowMs + delayMs);
  queue.messages.push({
    ...known,
    sequence: stored?.sequence ?? Number.NaN,
    sentAtMs: nowMs,
    enqueuedAtMs: nowMs,
    visibleAtMs: nowMs + delayMs,
    receives: 0,
    receivesBefore: 0,
    firstReceivedAtMs: undefined,
    source: undefined,
    revived: false,
  });
}

// ---------------------------------------------------------------- deleting

/** The message that a handle deletes, 'gone' where there is none any more, or the refusal. */
function deletion(
  { world, nowMs }: { world: World; nowMs: number },
  queue: ExpectedQueue,
  handle: string,
): Message | 'gone' | 'invalid' | 'expired' {
  const receive = world.receives.get(handle);
  if (receive?.queue !== queue) return 'invalid';
  const { message, number } = receive;
  if (!queue.messages.includes(message)) return 'gone';
  if (queue.fifo && (message.receives !== number || message.visibleAtMs < nowMs)) return 'expired';
  return message;
}

export function auditDelete(
  scene: Scene,
  queue: ExpectedQueue,
  input: Input<'DeleteMessage'>,
  outcome: Outcome<'DeleteMessage'>,
): void {
  const target = deletion(scene, queue, input.ReceiptHandle);
  const refusals = { invalid: 'ReceiptHandleIsInvalid', expired: 'InvalidParameterValue' };
  const refusal = target === 'invalid' || target === 'expired' ? refusals[target] : undefined;
  scene.expectError(outcome.error, refusal);
  if (outcome.error === undefined) applyDeletion(scene, queue, target);
  checkRemovals(scene, queue);
}

export function auditDeleteBatch(
  scene: Scene,
  queue: ExpectedQueue,
  input: Input<'DeleteMessageBatch'>,
  outcome: Outcome<'DeleteMessageBatch'>,
): void {
  scene.expectError(outcome.error, undefined);
  if (outcome.output === undefined) return;
  for (const { Id, ReceiptHandle } of input.Entries) {
    const target = deletion(scene, queue, ReceiptHandle);
    const refused = target === 'invalid' || target === 'expired';
    const code = outcome.output.Failed.find((entry) => entry.Id === Id)?.Code;
    scene.expectError(code, refused ? 'ReceiptHandleIsInvalid' : undefined);
    const done = outcome.output.Successful.some((entry) => entry.Id === Id);
    scene.check(done === !refused, `${Id} has one outcome`);
    if (done) applyDeletion(scene, queue, target);
  }
  checkRemovals(scene, queue);
}

function applyDeletion(scene: Scene, queue: ExpectedQueue, target: Message | string): void {
  if (typeof target === 'string') return;
  queue.remove(target);
  if (queue.fifo) scene.announce(queue, 1);
}

/** Only what a delete was about may be gone. */
function checkRemovals(scene: Scene, queue: ExpectedQueue): void {
  for (const { sequence } of scene.take('remove')) {
    scene.check(queue.find(sequence) === undefined, 'deletes nothing else');
  }
}

// ---------------------------------------------------------------- visibility

export function auditVisibility(
  scene: Scene,
  queue: ExpectedQueue,
  { ReceiptHandle, VisibilityTimeout }: Input<'ChangeMessageVisibility'>,
  { error }: Outcome<'ChangeMessageVisibility'>,
): void {
  changeVisibility(scene, queue, ReceiptHandle, VisibilityTimeout, error);
}

export function auditVisibilityBatch(
  scene: Scene,
  queue: ExpectedQueue,
  input: Input<'ChangeMessageVisibilityBatch'>,
  outcome: Outcome<'ChangeMessageVisibilityBatch'>,
): void {
  scene.expectError(outcome.error, undefined);
  if (outcome.output === undefined) return;
  for (const { Id, ReceiptHandle, VisibilityTimeout = 0 } of input.Entries) {
    // An entry's code is that of the older protocol.
    const code = outcome.output.Failed.find((entry) => entry.Id === Id)
      ?.Code.split('.')
      .at(-1);
    changeVisibility(scene, queue, ReceiptHandle, VisibilityTimeout, code);
  }
}

function changeVisibility(
  scene: Scene,
  queue: ExpectedQueue,
  handle: string,
  seconds: number,
  error: string | undefined,
): void {
  const receive = scene.world.receives.get(handle);
  scene.expectError(error, visibilityRefusal(scene, queue, handle, seconds));
  if (error !== undefined || receive === undefined) return;
  receive.message.visibleAtMs = scene.nowMs + seconds * 1000;
  scene.announce(queue, 1, receive.message.visibleAtMs);
}

function visibilityRefusal(
  { world, nowMs }: Scene,
  queue: ExpectedQueue,
  handle: string,
  seconds: number,
): string | undefined {
  const receive = world.receives.get(handle);
  if (receive?.queue !== queue) return 'ReceiptHandleIsInvalid';
  const { message, number, atMs } = receive;
  if (!queue.messages.includes(message) || message.receives !== number) {
    return 'InvalidParameterValue';
  }
  if (message.visibleAtMs <= nowMs) return 'MessageNotInflight';
  return nowMs + seconds * 1000 >= atMs + VISIBILITY_MS_MAX ? 'InvalidParameterValue' : undefined;
}
