/**
 * Calls about queues: which are there, what their attributes and tags are, how often a queue is
 * purged, and that no call fails without a reason or goes without an answer.
 */
import type { Checker } from './checker.ts';
import type { Call, QueueCall, ReadCall } from './history.ts';
import { type QueueState, TOLERANCE_MS, type Write } from './model.ts';

const PURGE_INTERVAL_MS = 60_000;
/** A connection that breaks sooner than this before the server's death was not broken by it. */
const DEATH_MS = 500;

export function checkQueueCalls(checker: Checker, calls: readonly Call[], killedMs: number): void {
  for (const call of calls) {
    const queue = checker.queue(call.queue);
    if (call.outcome === 'unknown') {
      if (!call.aborted && call.endMs < killedMs - DEATH_MS) {
        checker.breach(`a ${call.operation} got no answer of a living server`, undefined, call);
      }
      continue;
    }
    if (call.outcome === 'refused') checkRefusal(checker, call, queue);
    else if (queue.surelyGone(call.beginMs)) {
      const what = `${call.queue} answers a ${call.operation} after it was deleted`;
      checker.breach(what, undefined, call);
    }
    if (call.operation === 'read' && call.outcome === 'done') checkRead(checker, call, queue);
    if (call.operation === 'purge' && call.outcome === 'done') checkPurge(checker, call, queue);
    if (call.operation === 'send' && call.outcome === 'done') checkEntries(checker, call);
  }
}

/** Refusals of whole calls; those of handles have rules of their own. */
function checkRefusal(checker: Checker, call: Call, queue: QueueState): void {
  if (call.operation === 'delete' || call.operation === 'change') return;
  const { code = '', beginMs, endMs } = call;
  if (code === 'QueueDoesNotExist' && !queue.surelyExists(beginMs, endMs)) return;
  if (call.operation === 'purge' && code === 'PurgeQueueInProgress') {
    const isRecent = queue.purges.some(
      (purge) =>
        purge.outcome !== 'refused' &&
        purge.beginMs < endMs &&
        purge.latestMs > beginMs - PURGE_INTERVAL_MS - TOLERANCE_MS,
    );
    if (isRecent) return;
  }
  if (call.operation === 'start-task' && code === 'UnsupportedOperation') return;
  const isOver = code === 'UnsupportedOperation' || code === 'ResourceNotFoundException';
  if (call.operation === 'cancel-task' && isOver) return;
  const what = `a ${call.operation} of ${call.queue} is refused: ${code}`;
  checker.breach(what, undefined, call);
}

function checkEntries(checker: Checker, call: Call & { operation: 'send' }): void {
  for (const { token, outcome, code } of call.entries) {
    if (outcome !== 'refused') continue;
    checker.breach(`a send of ${token} is refused: ${code}`, checker.messageOf(token), call);
  }
}

/** A second purge within a minute is refused, also after a restart. */
function checkPurge(checker: Checker, call: QueueCall, queue: QueueState): void {
  const earlier = queue.purges.some(
    (purge) =>
      purge.outcome === 'done' &&
      purge.latestMs < call.beginMs &&
      purge.beginMs > call.endMs - PURGE_INTERVAL_MS + TOLERANCE_MS,
  );
  if (earlier) checker.breach(`${call.queue} was purged twice in a minute`, undefined, call);
}

function checkRead(checker: Checker, call: ReadCall, queue: QueueState): void {
  for (const [name, value] of Object.entries(call.values)) {
    checkValue(checker, queue, { name, value, beginMs: call.beginMs, endMs: call.endMs });
  }
}

interface Read {
  readonly name: string;
  readonly value: string | undefined;
  readonly beginMs: number;
  readonly endMs: number;
}

/** What an attribute or a tag is, must be what a write made of it that no later one replaced. */
export function checkValue(checker: Checker, queue: QueueState, read: Read): void {
  const { name, value, beginMs, endMs } = read;
  const writes = queue.writes.get(name);
  if (writes === undefined) return;
  const possible = writes.filter(
    (write) =>
      write.outcome !== 'refused' &&
      write.beginMs < endMs &&
      !writes.some((later) => isSettled(later, beginMs) && write.latestMs < later.beginMs),
  );
  const wasNeverSet = !writes.some((write) => isSettled(write, beginMs));
  if (wasNeverSet || possible.some((write) => write.value === value)) return;
  const known = possible.map((write) => write.value ?? 'nothing').join(' or ');
  const about = queue.calls.filter((one) => one.operation === 'write' && one.name === name);
  const what = `${name} of ${queue.spec.name} is ${value ?? 'nothing'}, and should be ${known}`;
  checker.breach(what, undefined, ...about.slice(-8));
}

const isSettled = ({ outcome, latestMs }: Write, beforeMs: number): boolean =>
  outcome === 'done' && latestMs < beforeMs;
