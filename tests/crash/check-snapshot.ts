/**
 * What is stored while nobody calls the server: every message that was acknowledged and not
 * removed, once, where it can be, in the state and the order in which it must be, and counted.
 */

import { checkValue } from './check-queues.ts';
import { checkSeen, lostReceives } from './check-receives.ts';
import type { Checker } from './checker.ts';
import type { Found, QueueSnapshot, Snapshot } from './history.ts';
import { hiddenMs, hiddenMsMax, type Message, TOLERANCE_MS } from './model.ts';

export function checkSnapshot(checker: Checker, snapshot: Snapshot): void {
  checkQueues(checker, snapshot);
  const found = new Map<Message, QueueSnapshot>();
  for (const queue of snapshot.queues) {
    checkQueue(checker, queue, found, snapshot.moving);
    if (!snapshot.moving.includes(queue.queue)) checkCounts(checker, queue);
    const { beginMs, endMs } = queue;
    for (const [name, value] of Object.entries(queue.values)) {
      const state = checker.queue(queue.queue);
      checkValue(checker, state, { name, value, beginMs, endMs });
      // What a call of an earlier life wrote counts no longer, except that it led to this.
      const settled = { value, beginMs, latestMs: beginMs, outcome: 'done' } as const;
      if (state.writes.has(name)) state.writes.set(name, [settled]);
    }
  }
  for (const [key, message] of checker.messages) {
    if (message.home.reach.some((name) => snapshot.moving.includes(name))) continue;
    settle(checker, snapshot, key, message, found.get(message));
  }
}

/** Which queues there are; from now on that is certain. */
function checkQueues(checker: Checker, { queues, beginMs }: Snapshot): void {
  const names = new Set(queues.map(({ queue }) => queue));
  for (const [name, queue] of checker.queues) {
    const isThere = names.delete(name);
    if (isThere && queue.surelyGone(beginMs)) {
      checker.breach(`${name} is there after it was deleted`, undefined, ...queue.calls.slice(-5));
    }
    if (!isThere && queue.surelyExists(beginMs, beginMs)) {
      checker.breach(`${name} is lost`, undefined, ...queue.calls.slice(-5));
    }
    const settled = { beginMs, latestMs: beginMs, outcome: 'done' } as const;
    if (isThere) {
      queue.creates.splice(0, queue.creates.length, settled);
      queue.drops.length = 0;
    } else if (queue.creates.length > 0) {
      // It may have gone as early as somebody asked for it.
      const firstMs = Math.min(beginMs, ...queue.drops.map((drop) => drop.beginMs));
      queue.drops.splice(0, queue.drops.length, { ...settled, beginMs: firstMs });
    }
  }
  for (const name of names) checker.breach(`${name} is there, and nobody made it`);
}

function checkQueue(
  checker: Checker,
  snapshot: QueueSnapshot,
  found: Map<Message, QueueSnapshot>,
  moving: readonly string[],
): void {
  let before = '';
  for (const one of snapshot.found) {
    const message = checker.messageOf(one.token);
    if (message === undefined || one.token === undefined) {
      checker.breach(`${snapshot.queue} holds a body that nobody sent`);
      continue;
    }
    const first = found.get(message);
    if (first !== undefined && !moving.includes(snapshot.queue)) {
      checker.breach(`${one.token} is in ${first.queue} and again in ${snapshot.queue}`, message);
    }
    found.set(message, snapshot);
    const { beginMs, endMs, queue } = snapshot;
    checkSeen(checker, message, one.token, { ...one, queue, beginMs, endMs });
    checkState(checker, message, one, snapshot);
    checkLetter(checker, message, one, snapshot);
    if (one.sequence !== undefined && one.sequence <= before) {
      checker.breach(`${one.token} stands behind one of a higher sequence`, message);
    }
    before = one.sequence ?? '';
  }
}

function checkState(
  checker: Checker,
  message: Message,
  { token, state }: Found,
  { queue, beginMs, endMs }: QueueSnapshot,
): void {
  const accuse = (what: string) =>
    checker.breach(`${token} in ${queue} is ${state}, ${what}`, message);
  const isFirst = message.receives.length === 0;
  if (state === 'visible') {
    const hold = message.receives.find(
      (receive) => hiddenMs(receive, beginMs, endMs) > endMs + TOLERANCE_MS,
    );
    if (hold !== undefined) accuse('but a receive hides it');
    if (endMs < message.delayedMs - TOLERANCE_MS) accuse('before its delay is over');
    message.freeMs = beginMs;
  } else if (state === 'inflight') {
    const byLost = message.home.reach.some((name) =>
      checker
        .queue(name)
        .lostReceives.some(
          (lost) =>
            lost.beginMs > message.freeMs &&
            lost.latestMs >= message.firstMs &&
            lost.latestMs + lost.visibilityMs + TOLERANCE_MS >= beginMs,
        ),
    );
    const byReceive = message.receives.some(
      (receive) => hiddenMsMax(receive, beginMs, endMs) + TOLERANCE_MS >= beginMs,
    );
    if (!byLost && !byReceive) accuse('but nobody can have it');
  } else if (
    isFirst &&
    message.undelayedMs + TOLERANCE_MS < beginMs &&
    queue === message.home.name
  ) {
    accuse('after its delay is over');
  }
}

/** Only what was received often enough is a dead letter. */
function checkLetter(
  checker: Checker,
  message: Message,
  { token, id }: Found,
  { queue, endMs }: QueueSnapshot,
): void {
  const { name, receivesMax } = message.home;
  if (queue === name || id !== message.id || receivesMax === Number.POSITIVE_INFINITY) return;
  const known = message.receives.filter(
    (receive) => receive.call.queue === name && receive.seen.id === id,
  ).length;
  if (known + lostReceives(checker, message, endMs) >= receivesMax) return;
  const what = `${token} is in ${queue} after ${known} of ${receivesMax} receives`;
  checker.breach(what, message);
}

function checkCounts(checker: Checker, { queue, found, counts }: QueueSnapshot): void {
  const count = (state: Found['state']) => found.filter((one) => one.state === state).length;
  const [before, after] = counts;
  const sum = after[0] + after[1] + after[2];
  if (sum !== found.length) {
    checker.breach(`${queue} counts ${sum} messages and holds ${found.length}`);
  }
  // Time goes on while one looks: compared is what did not change meanwhile.
  if (before.join() !== after.join()) return;
  const held = [count('visible'), count('inflight'), count('delayed')];
  if (held.join() !== after.join()) {
    checker.breach(`${queue} counts ${after.join(', ')} messages and holds ${held.join(', ')}`);
  }
}

/** Nothing is under way: from now on it is certain whether a message is stored. */
function settle(
  checker: Checker,
  { beginMs }: Snapshot,
  key: string,
  message: Message,
  found: QueueSnapshot | undefined,
): void {
  if (found !== undefined) {
    message.confirmedMs = beginMs;
    return;
  }
  if (message.goneMs < Number.POSITIVE_INFINITY) return;
  const isStored = message.storedMs < beginMs;
  if (isStored && !checker.mayBeRemoved(message, beginMs)) {
    const name = message.token ?? message.attempts[0]?.token ?? key;
    checker.breach(`${name} was acknowledged and is lost`, message);
  }
  // A send to a FIFO queue may be repeated, and succeed then.
  if (isStored || message.group === undefined) checker.gone(message, beginMs);
}
