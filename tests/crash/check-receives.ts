/**
 * Receives, deletes and changes of visibility: nothing that was not sent, nothing that was deleted,
 * nothing that another holds, counts that fit, and no empty answer while something is there.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
 */
import { noteSequence } from './check-sends.ts';
import type { Checker } from './checker.ts';
import type { HandleCall, HandleEntry, ReceiveCall } from './history.ts';
import {
  hiddenMs,
  hiddenMsMax,
  isSameAttempt,
  type Message,
  type QueueState,
  type Receive,
  TOLERANCE_MS,
} from './model.ts';

export function checkReceives(checker: Checker, calls: readonly ReceiveCall[]): void {
  for (const call of calls) {
    for (const seen of call.messages) {
      const message = checker.messageOf(seen.token);
      if (message === undefined || seen.token === undefined) {
        checker.breach(`${call.queue} hands out a body that nobody sent`, undefined, call);
        continue;
      }
      checkSeen(checker, message, seen.token, { ...seen, ...call });
      const receive = message.receives.find((one) => one.call === call);
      if (receive === undefined) continue;
      checkDelay(checker, receive);
      checkHolds(checker, receive);
      checkCount(checker, receive);
    }
  }
}

/** Where a message was seen, by a receive or by a look at what is stored. */
export interface Place {
  readonly queue: string;
  readonly id: string;
  readonly sequence?: string;
  readonly beginMs: number;
  readonly endMs: number;
}

/** Rules for whoever sees a message. */
export function checkSeen(checker: Checker, message: Message, token: string, place: Place): void {
  const { queue, id, sequence, beginMs, endMs } = place;
  const accuse = (what: string) => checker.breach(`${token} in ${queue} ${what}`, message);
  const isSent = message.attempts.some(
    (attempt) =>
      attempt.token === token && attempt.outcome !== 'refused' && attempt.beginMs < endMs,
  );
  if (!isSent) accuse('was seen although no send of it can have succeeded');
  const first = message.attempts.find((attempt) => attempt.token === token);
  const isDuplicate = message.attempts.some(
    (attempt) =>
      attempt.token !== token &&
      attempt.outcome === 'done' &&
      attempt.latestMs < (first?.beginMs ?? 0),
  );
  if (isDuplicate) accuse('was stored though its deduplication id had been used');
  if (!message.home.reach.includes(queue)) accuse('is in a queue that it cannot reach');
  if (message.goneMs < beginMs) accuse('is there after it was certainly removed');
  const removal = message.removals.find(
    (one) =>
      one.outcome === 'done' && one.latestMs < beginMs && one.queue === queue && one.id === id,
  );
  if (removal !== undefined) accuse('is there after its delete was acknowledged');
  message.token ??= token;
  if (message.token !== token) {
    accuse(`was stored beside ${message.token} under the same deduplication id`);
  }
  checkId(checker, message, token, place);
  noteSequence(checker, message, queue, id, sequence);
  message.sights.push({ queue, id, beginMs, endMs });
  message.storedMs = Math.min(message.storedMs, endMs);
}

/** Only a move task gives a new id. */
function checkId(checker: Checker, message: Message, token: string, place: Place): void {
  message.id ??= place.id;
  if (message.id === place.id) return;
  const { reach } = message.home;
  const isMoved = reach.some((name) => checker.queue(name).tasks > 0);
  const isNew = message.sights.every((sight) => sight.id !== place.id);
  if (isMoved && isNew) checker.tally.moved += 1;
  if (isMoved) return;
  checker.breach(`${token} has the id ${message.id}, but is seen as ${place.id}`, message);
}

function checkDelay(checker: Checker, { call, message, seen }: Receive): void {
  if (call.endMs < message.delayedMs - TOLERANCE_MS) {
    checker.breach(`${seen.token} was handed out before its delay was over`, message);
  }
}

/** Nobody else gets a message that somebody holds, in whatever order two receives happened. */
function checkHolds(checker: Checker, receive: Receive): void {
  const { call, message, seen } = receive;
  for (const other of message.receives) {
    if (other === receive) break;
    if (isSameAttempt(call, other.call)) continue;
    if (canFollow(other, receive) || canFollow(receive, other)) continue;
    checker.breach(`${seen.token} was handed out while somebody held it`, message);
    return;
  }
}

function canFollow(first: Receive, second: Receive): boolean {
  if (second.call.endMs < first.call.beginMs) return false;
  const untilMs = hiddenMs(first, second.call.beginMs, second.call.endMs);
  return second.call.endMs >= untilMs - TOLERANCE_MS;
}

function checkCount(checker: Checker, { call, message, seen }: Receive): void {
  let min = 1;
  let max = 0;
  for (const other of message.receives) {
    const isSameCopy = other.seen.id === seen.id;
    const isBefore = other.call.endMs < call.beginMs;
    if (isSameCopy && isBefore && !isSameAttempt(other.call, call)) min += 1;
    if (other.call.beginMs <= call.endMs) max += 1;
  }
  max += lostReceives(checker, message, call.endMs);
  if (seen.count < min || seen.count > max) {
    const what = `${seen.token} says that it was received ${seen.count} times; ${min} to ${max} are possible`;
    checker.breach(what, message);
  }
  const { receivesMax, name } = message.home;
  if (call.queue === name && seen.id === message.id && seen.count > receivesMax) {
    const what = `${seen.token} was handed out ${seen.count} times where ${receivesMax} are the limit`;
    checker.breach(what, message);
  }
}

/** How many receives that were never answered may have taken a message. */
export function lostReceives(checker: Checker, message: Message, beforeMs: number): number {
  let count = 0;
  for (const name of message.home.reach) {
    for (const lost of checker.queue(name).lostReceives) {
      if (lost.beginMs <= beforeMs && lost.latestMs >= message.firstMs) count += 1;
    }
  }
  return count;
}

// ---------------------------------------------------------------- handles

/** What can be wrong with a handle. */
const EXPIRED = new Set([
  'InvalidParameterValue',
  'InvalidParameterValueException',
  'MessageNotInflight',
  'ReceiptHandleIsInvalid',
]);

export function checkHandles(checker: Checker, calls: readonly HandleCall[]): void {
  for (const call of calls) {
    for (const entry of call.entries) checkHandle(checker, call, entry);
  }
}

function checkHandle(checker: Checker, call: HandleCall, entry: HandleEntry): void {
  if (entry.outcome !== 'refused') return;
  const queue = checker.queue(call.queue);
  const receive = checker.receiveOf(entry.handle);
  const { code = '' } = entry;
  const isMissing = code === 'QueueDoesNotExist';
  if (isMissing && !queue.surelyExists(call.beginMs, call.endMs)) return;
  const mayExpire = queue.spec.fifo || call.operation === 'change';
  const isInUse = receive !== undefined && isInHand(checker, receive, call);
  if (mayExpire && EXPIRED.has(code) && !isInUse) return;
  const what = `a ${call.operation} of ${entry.token} in ${call.queue} is refused: ${code}`;
  checker.breach(what, receive?.message, call);
}

/** The handle surely counts for as long as the call took. */
function isInHand(checker: Checker, receive: Receive, call: HandleCall): boolean {
  const { message } = receive;
  const isHidden = call.endMs < hiddenMs(receive, call.beginMs, call.endMs) - TOLERANCE_MS;
  return isHidden && !checker.mayBeRemoved(message, call.endMs);
}

// ---------------------------------------------------------------- empty answers

/** A receive that brings nothing, while something surely could be received all along. */
export function checkEmpty(checker: Checker, calls: readonly ReceiveCall[]): void {
  for (const call of calls) {
    if (call.outcome !== 'done' || call.messages.length > 0) continue;
    const queue = checker.queue(call.queue);
    // Others take a part in queues that are left, or that tasks fill.
    if (queue.spec.isLeft) continue;
    const groups = new Map<string | undefined, Message[]>();
    for (const message of queue.messages) {
      const list = groups.get(message.group) ?? [];
      list.push(message);
      groups.set(message.group, list);
    }
    for (const [group, messages] of groups) {
      const found = messages.find((message) => isSurelyThere(checker, message, call));
      if (found === undefined) continue;
      const others = group === undefined ? [found] : messages;
      const isHeld = (message: Message): boolean =>
        message.goneMs >= call.beginMs && mayBeHidden(queue, message, call);
      if (others.some(isHeld)) continue;
      const token = found.token ?? found.attempts[0]?.token;
      checker.breach(
        `a receive of ${call.queue} brings nothing, though ${token} is there`,
        found,
        call,
      );
      break;
    }
  }
}

function isSurelyThere(checker: Checker, message: Message, call: ReceiveCall): boolean {
  if (message.storedMs > call.beginMs || checker.mayBeRemoved(message, call.endMs)) return false;
  return message.undelayedMs + TOLERANCE_MS < call.beginMs;
}

function mayBeHidden(queue: QueueState, message: Message, call: ReceiveCall): boolean {
  if (message.firstMs > call.endMs) return false;
  const isPast = (beginMs: number): boolean => beginMs > call.endMs || beginMs < message.freeMs;
  const isLost = queue.lostReceives.some(
    (lost) =>
      !isPast(lost.beginMs) && lost.latestMs + lost.visibilityMs + TOLERANCE_MS >= call.beginMs,
  );
  if (isLost) return true;
  return message.receives.some(
    (receive) =>
      !isPast(receive.call.beginMs) &&
      hiddenMsMax(receive, call.beginMs, call.endMs) + TOLERANCE_MS >= call.beginMs,
  );
}
