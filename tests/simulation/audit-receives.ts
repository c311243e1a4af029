/**
 * The rules of receiving: who gets what, in which order, how often, and what is moved away instead.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 */
import { decodeMessage } from '../../src/services/sqs/message.ts';
import type { ReceivedMessage } from '../../src/services/sqs/shapes.ts';
import { type ExpectedQueue, type Message, queueArn } from './expected.ts';
import type { EffectOf, Input, Outcome } from './record.ts';
import type { Scene } from './scene.ts';

const ATTEMPT_MS = 300_000;

type ReceiveInput = Input<'ReceiveMessage'>;
type Move = EffectOf<'move'>;

export function auditReceive(
  scene: Scene,
  queue: ExpectedQueue,
  input: ReceiveInput,
  outcome: Outcome<'ReceiveMessage'>,
): void {
  scene.expectError(outcome.error, undefined);
  if (outcome.output === undefined) return;
  const { nowMs } = scene;
  const { Messages: received = [] } = outcome.output;
  const visibilityMs =
    input.VisibilityTimeout === undefined
      ? queue.milliseconds('VisibilityTimeout')
      : input.VisibilityTimeout * 1000;
  scene.removeAged(queue);
  scene.announce(queue, received.length, nowMs + visibilityMs);
  if (repeatsAttempt(scene, queue, input, received, nowMs + visibilityMs)) return;
  const moves = scene.take('move');
  checkChoice(scene, queue, input.MaxNumberOfMessages ?? 1, received, moves);
  for (const move of moves) applyDeadLetter(scene, queue, move);
  for (const one of received) applyReceive(scene, queue, one, nowMs + visibilityMs);
  const { ReceiveRequestAttemptId: attemptId } = input;
  if (attemptId === undefined || received.length === 0) return;
  const receives = received.flatMap(({ ReceiptHandle: handle = '' }) => {
    const receive = scene.world.receives.get(handle);
    return receive === undefined ? [] : [{ handle, receive }];
  });
  const untilMs = nowMs + ATTEMPT_MS;
  const visibleAtMs = nowMs + visibilityMs;
  queue.attempts.set(attemptId, { receives, visibleAtMs, untilMs, isRepeated: false });
}

/** The repetition of a receive gets what the first one got, as long as nothing has changed. */
function repeatsAttempt(
  scene: Scene,
  queue: ExpectedQueue,
  input: ReceiveInput,
  received: readonly ReceivedMessage[],
  visibleAtMs: number,
): boolean {
  const { ReceiveRequestAttemptId: attemptId = '' } = input;
  const attempt = queue.attempts.get(attemptId);
  if (attempt === undefined || attempt.untilMs <= scene.nowMs) return false;
  const isIntact = attempt.receives.every(
    ({ receive: { message, number } }) =>
      queue.messages.includes(message) &&
      !queue.isExpired(message, scene.nowMs) &&
      message.receives === number &&
      message.visibleAtMs === attempt.visibleAtMs &&
      message.visibleAtMs > scene.nowMs,
  );
  if (!isIntact) return false;
  const handles = attempt.receives.map(({ handle }) => handle);
  const given = received.map(({ ReceiptHandle }) => ReceiptHandle);
  scene.check(handles.join() === given.join(), 'a repeated attempt gets the same handles');
  for (const { receive } of attempt.receives) receive.message.visibleAtMs = visibleAtMs;
  // It took nothing new, and so passes on what it may have been woken for.
  scene.announce(queue, input.MaxNumberOfMessages ?? 1);
  queue.attempts.set(attemptId, { ...attempt, visibleAtMs, isRepeated: true });
  return true;
}

// ---------------------------------------------------------------- what is chosen

function checkChoice(
  scene: Scene,
  queue: ExpectedQueue,
  limit: number,
  received: readonly ReceivedMessage[],
  moves: readonly Move[],
): void {
  const { world, nowMs } = scene;
  const available = queue.available(nowMs);
  const handedOut = received.map(({ MessageId = '' }) => {
    const message = queue.messages.find(({ id }) => id === MessageId);
    scene.check(message !== undefined, `hands out ${MessageId}, which is not in the queue`);
    return message;
  });
  const moved = moves.map(({ sequence }) => queue.find(sequence));
  for (const message of [...handedOut, ...moved]) {
    if (message === undefined) continue;
    const why = describe(queue, message, nowMs);
    scene.check(available.includes(message), `takes ${message.id}, which is not available: ${why}`);
    const dead = world.isDead(queue, message);
    scene.check(dead === moved.includes(message), `${message.id} is dead: ${dead}; ${why}`);
  }
  const handled = new Set([...handedOut, ...moved]);
  scene.check(handled.size === received.length + moves.length, 'takes no message twice');
  checkNumber(scene, queue, available, limit, received.length, moves.length);
  if (queue.fifo) checkOrder(scene, available, handedOut, handled);
}

function describe(queue: ExpectedQueue, message: Message, nowMs: number): string {
  const { group, enqueuedAtMs, visibleAtMs, receives } = message;
  return (
    `age ${nowMs - enqueuedAtMs} ms, visible in ${visibleAtMs - nowMs} ms, ${receives} receives, ` +
    `group ${group}, retention ${queue.attributes.MessageRetentionPeriod} s`
  );
}

/** A receive takes as much as there is, up to its limit. */
function checkNumber(
  scene: Scene,
  queue: ExpectedQueue,
  available: readonly Message[],
  limit: number,
  receivedCount: number,
  movedCount: number,
): void {
  const deliverable = scene.world.deliverable(queue, scene.nowMs).length;
  const expected = Math.min(limit, deliverable);
  const found = `finds ${receivedCount} of ${deliverable} messages and moves ${movedCount}`;
  if (queue.fifo && movedCount > 0) {
    // What is behind a dead letter in its group can be out of reach until the next receive.
    scene.check(receivedCount <= expected && (receivedCount > 0 || expected === 0), found);
    return;
  }
  scene.check(receivedCount === expected, found);
  const dead = available.length - deliverable;
  if (receivedCount < limit) scene.check(movedCount === dead, `${found}, but ${dead} are dead`);
}

/** Of each group the first ones, in their order. */
function checkOrder(
  scene: Scene,
  available: readonly Message[],
  handedOut: readonly (Message | undefined)[],
  handled: ReadonlySet<Message | undefined>,
): void {
  for (const group of new Set(available.map((message) => message.group))) {
    const line = available.filter((message) => message.group === group);
    const taken = line.filter((message) => handled.has(message));
    const first = line.slice(0, taken.length);
    scene.check(
      taken.every((message) => first.includes(message)),
      `takes the first of group ${group}`,
    );
    const given = handedOut.filter((message) => message?.group === group);
    const inOrder = taken.filter((message) => given.includes(message));
    scene.check(
      given.every((message, index) => message === inOrder[index]),
      `hands out group ${group} in its order`,
    );
  }
}

// ---------------------------------------------------------------- what becomes of it

function applyReceive(
  scene: Scene,
  queue: ExpectedQueue,
  received: ReceivedMessage,
  visibleAtMs: number,
): void {
  const { world, nowMs } = scene;
  const message = queue.messages.find(({ id }) => id === received.MessageId);
  if (message === undefined) return;
  message.receives += 1;
  message.firstReceivedAtMs ??= nowMs;
  message.visibleAtMs = visibleAtMs;
  scene.check(received.Body === message.body, `changes the body of ${message.id}`);
  const expected: { [name: string]: string | undefined } = {
    SentTimestamp: String(message.sentAtMs),
    ApproximateReceiveCount: String(message.receivesBefore + message.receives),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtMs),
    MessageDeduplicationId: message.deduplicationId,
    MessageGroupId: message.group,
    DeadLetterQueueSourceArn: message.source,
  };
  // What has moved has a number of its own, of which only the order is known.
  if (message.sequenceNumber !== undefined) expected.SequenceNumber = message.sequenceNumber;
  for (const [name, value] of Object.entries(expected)) {
    const shown = received.Attributes?.[name];
    scene.check(shown === value, `${name} of ${message.id} is ${shown}, not ${value}`);
  }
  const handle = received.ReceiptHandle ?? '';
  const before = world.receives.get(handle);
  // A receive that was taken back makes room for another one of its number.
  const isFree = before === undefined || before.number === message.receives;
  scene.check(isFree, `gives a handle of ${message.id} out twice`);
  world.receives.set(handle, { queue, message, number: message.receives, atMs: nowMs });
}

function applyDeadLetter(scene: Scene, queue: ExpectedQueue, move: Move): void {
  const { world, nowMs } = scene;
  const message = queue.find(move.sequence);
  const target = world.deadLetterTarget(queue);
  scene.check(move.from === queue.key && move.to === target?.key, 'moves to the wrong queue');
  if (message === undefined || target === undefined) return;
  const { messageId } = decodeMessage(move.payload);
  scene.check(messageId === message.id, `gives dead letter ${message.id} another id`);
  queue.remove(message);
  scene.announce(target, 1);
  target.messages.push({
    ...message,
    sequence: move.newSequence,
    sequenceNumber: undefined,
    deduplicationId: queue.fifo ? message.id : message.deduplicationId,
    enqueuedAtMs: queue.fifo ? nowMs : message.enqueuedAtMs,
    visibleAtMs: nowMs,
    receives: 0,
    receivesBefore: message.receivesBefore + message.receives,
    firstReceivedAtMs: undefined,
    source: queueArn(queue.name),
    revived: false,
  });
}

// ---------------------------------------------------------------- taking back

/** An answer that could not be written gives its messages back, as if it had never been. */
export function auditUndelivered(
  scene: Scene,
  queue: ExpectedQueue,
  input: ReceiveInput,
  received: readonly ReceivedMessage[],
): void {
  const released = scene.take('release').map(({ sequence }) => sequence);
  const { ReceiveRequestAttemptId: attemptId = '' } = input;
  const attempt = queue.attempts.get(attemptId);
  if (attempt?.isRepeated === true && attempt.untilMs > scene.nowMs) {
    scene.check(released.length === 0, 'leaves to a repeated attempt what it got');
    return;
  }
  for (const { ReceiptHandle = '' } of received) {
    const receive = scene.world.receives.get(ReceiptHandle);
    if (receive?.queue !== queue) continue;
    const { message, number } = receive;
    if (!queue.messages.includes(message) || message.receives !== number) continue;
    if (message.visibleAtMs <= scene.nowMs) continue;
    scene.check(released.includes(message.sequence), `gives ${message.id} back`);
    message.visibleAtMs = scene.nowMs;
    message.receives -= 1;
    if (message.receives === 0) message.firstReceivedAtMs = undefined;
    scene.announce(queue, 1);
  }
  queue.attempts.delete(attemptId);
}
