/**
 * FIFO queues: a group is handed out in its order, and to nobody while somebody holds a part of it.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
import type { Checker } from './checker.ts';
import type { ReceiveCall, SeenMessage } from './history.ts';
import { hiddenMs, isSameAttempt, type Message, TOLERANCE_MS } from './model.ts';

export function checkGroups(checker: Checker, calls: readonly ReceiveCall[]): void {
  for (const call of calls) {
    if (!call.queue.endsWith('.fifo') || call.messages.length === 0) continue;
    const groups = new Map<string, Taken[]>();
    for (const seen of call.messages) {
      const message = checker.messageOf(seen.token);
      if (message?.group === undefined) continue;
      groups.set(message.group, [...(groups.get(message.group) ?? []), { seen, message }]);
    }
    for (const [group, taken] of groups) checkGroup(checker, call, group, taken);
  }
}

interface Taken {
  readonly seen: SeenMessage;
  readonly message: Message;
}

function checkGroup(
  checker: Checker,
  call: ReceiveCall,
  group: string,
  taken: readonly Taken[],
): void {
  let before = '';
  for (const { seen, message } of taken) {
    const sequence = seen.sequence ?? '';
    if (sequence <= before) {
      checker.breach(`${seen.token} stands in an answer behind one of a higher sequence`, message);
    }
    before = sequence;
  }
  const chosen = new Set(taken.map(({ message }) => message));
  for (const other of neighbours(checker, call.queue, group)) {
    if (chosen.has(other) || other.goneMs < call.beginMs) continue;
    const hold = holdOf(checker, other, call);
    if (hold !== undefined) {
      const tokens = taken.map(({ seen }) => seen.token).join(', ');
      const what = `${tokens} of ${group} was handed out while ${other.token} of it was held`;
      checker.breach(what, other, call);
    }
    const last = taken.at(-1);
    if (last !== undefined && stoodBefore(checker, other, call, last.seen.sequence ?? '')) {
      const name = other.token ?? other.attempts[0]?.token;
      const what = `${last.seen.token} was handed out before ${name}, which stands before it`;
      checker.breach(what, other, call, ...last.message.calls);
    }
  }
}

/** All messages of a group that may be in a queue. */
function neighbours(checker: Checker, name: string, group: string): Message[] {
  const found: Message[] = [];
  for (const queue of checker.queues.values()) {
    if (!queue.spec.reach.includes(name)) continue;
    for (const message of queue.messages) if (message.group === group) found.push(message);
  }
  return found;
}

/** Another receive that surely hid a message in this queue all the time. */
function holdOf(checker: Checker, other: Message, call: ReceiveCall) {
  if (checker.mayBeRemoved(other, call.endMs)) return undefined;
  return other.receives.find(
    (receive) =>
      receive.call.queue === call.queue &&
      receive.call.endMs < call.beginMs &&
      !isSameAttempt(receive.call, call) &&
      hiddenMs(receive, call.beginMs, call.endMs) > call.endMs + TOLERANCE_MS,
  );
}

/** It surely was in this queue, with a lower sequence, while the receive passed it over. */
function stoodBefore(checker: Checker, other: Message, call: ReceiveCall, last: string): boolean {
  const isHome = other.home.name === call.queue;
  const id = isHome ? other.id : other.sights.at(-1)?.id;
  const sequence = id && other.sequences.get(`${call.queue} ${id}`);
  if (!sequence || sequence >= last) return false;
  if (checker.mayBeRemoved(other, call.endMs)) return false;
  const here = other.sights.filter((sight) => sight.queue === call.queue && sight.id === id);
  const wasThere =
    here.some(({ endMs }) => endMs < call.beginMs) || (isHome && wasSent(other, call.beginMs));
  if (!wasThere) return false;
  return !other.home.isLeft || here.some(({ beginMs }) => beginMs > call.endMs);
}

const wasSent = ({ attempts }: Message, beforeMs: number): boolean =>
  attempts.some(({ outcome, latestMs }) => outcome === 'done' && latestMs < beforeMs);
