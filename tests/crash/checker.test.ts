/**
 * The checker of crash runs is told histories that break a promise, and twins of them that an
 * unanswered call or a passed time explains: it accuses the former and not the latter.
 */
import { describe, expect, it } from 'vitest';
import { Checker } from './checker.ts';
import type { Call, Found, Outcome, SeenMessage, Snapshot } from './history.ts';
import { QUEUES } from './queues.ts';

const DEATH_MS = 100_000;

interface More {
  readonly queue?: string;
  readonly outcome?: Outcome;
  readonly endMs?: number;
  readonly code?: string;
}

const facts = (beginMs: number, { queue = 'plain', outcome = 'done', endMs, code }: More) => ({
  client: 1,
  queue,
  beginMs,
  endMs: endMs ?? beginMs + 1,
  outcome,
  ...(outcome === 'unknown' && { aborted: true }),
  ...(code !== undefined && { code }),
});

const sequenceOf = (token: string): string => `100${token.slice(1).padStart(3, '0')}`;

interface Sending extends More {
  readonly deduplicationId?: string;
  readonly id?: string;
}

/** Tokens are `m1`, `m2` and so on, their ids and sequences follow from them. */
function send(beginMs: number, token: string, more: Sending = {}): Call {
  const { deduplicationId = `d-${token}`, id = `id-${token}`, outcome = 'done' } = more;
  const fifo = more.queue?.endsWith('.fifo') === true;
  const entry = {
    token,
    delaySeconds: more.queue === 'late' ? 1 : 0,
    outcome,
    ...(fifo && { group: 'g', deduplicationId }),
    ...(outcome === 'done' && { id, ...(fifo && { sequence: sequenceOf(id.slice(3)) }) }),
  };
  return { ...facts(beginMs, more), operation: 'send', entries: [entry] };
}

interface Receiving extends More {
  readonly visibilitySeconds?: number;
  readonly count?: number;
  readonly id?: string;
}

const handleOf = (token: string, receivedMs: number): string => `${token} at ${receivedMs}`;

function receive(beginMs: number, tokens: readonly string[], more: Receiving = {}): Call {
  const fifo = more.queue?.endsWith('.fifo') === true;
  const messages = tokens.map(
    (token): SeenMessage => ({
      token,
      id: more.id ?? `id-${token}`,
      handle: handleOf(token, beginMs),
      count: more.count ?? 1,
      ...(fifo && { sequence: sequenceOf(token) }),
    }),
  );
  const { visibilitySeconds = 2 } = more;
  const asked = { visibilitySeconds, waitSeconds: 0 };
  return { ...facts(beginMs, more), ...asked, operation: 'receive', messages };
}

/** Deletes, or hides for so many seconds, by the handle of a receive that began at an instant. */
function use(
  beginMs: number,
  operation: 'delete' | 'change',
  token: string,
  receivedMs: number,
  more: More & { readonly seconds?: number } = {},
): Call {
  const { seconds = 0, outcome = 'done', code } = more;
  const handle = handleOf(token, receivedMs);
  const entry = { token, handle, outcome, ...(code !== undefined && { code }) };
  return { ...facts(beginMs, more), operation, seconds, entries: [entry] };
}

const about = (
  beginMs: number,
  operation: 'create' | 'drop' | 'purge' | 'start-task',
  more: More = {},
): Call => ({ ...facts(beginMs, more), operation });

const write = (beginMs: number, value: string, more: More = {}): Call => ({
  ...facts(beginMs, more),
  operation: 'write',
  name: 'owner',
  value,
});

const read = (beginMs: number, value: string): Call => ({
  ...facts(beginMs, {}),
  operation: 'read',
  values: { owner: value },
});

type Stored = { readonly [queue: string]: readonly Found[] };

const found = (token: string, state: Found['state'] = 'visible', id = `id-${token}`): Found => ({
  token,
  id,
  state,
});

/** What lies in the queues at an instant; only those that exist from the beginning are there. */
function snapshot(beginMs: number, stored: Stored, counted?: number): Snapshot {
  const queues = QUEUES.map(({ name }) => {
    const messages = stored[name] ?? [];
    const count = (state: Found['state']) => messages.filter((one) => one.state === state).length;
    const counts = [counted ?? count('visible'), count('inflight'), count('delayed')] as const;
    return {
      queue: name,
      beginMs,
      endMs: beginMs + 1,
      found: messages.map((one) =>
        name.endsWith('.fifo') ? { ...one, sequence: sequenceOf(one.token ?? '') } : one,
      ),
      counts: [counts, counts] as const,
      values: {},
    };
  });
  return { beginMs, queues, moving: [] };
}

/** What the checker says to calls, and then to what is stored. */
function judge(calls: readonly Call[], ...snapshots: readonly Snapshot[]): string[] {
  const checker = new Checker();
  const creates = QUEUES.map(({ name }) => about(0, 'create', { queue: name }));
  checker.add({ calls: [...creates, ...calls], endMs: DEATH_MS, isKilled: true });
  for (const one of snapshots) checker.look(one);
  return checker.breaches.map(({ what }) => what);
}

const LATER = DEATH_MS + 1_000;
const fifo = { queue: 'line.fifo' } as const;

describe('the checker accuses', () => {
  it('a message that is lost', () => {
    expect(judge([send(10, 'm1')], snapshot(LATER, {}))).toEqual([
      'm1 was acknowledged and is lost',
    ]);
    expect(judge([send(10, 'm1')], snapshot(LATER, { plain: [found('m1')] }))).toEqual([]);
    expect(judge([send(10, 'm1', { outcome: 'unknown' })], snapshot(LATER, {}))).toEqual([]);
    const lost = { outcome: 'unknown' } as const;
    const maybeDeleted = [send(10, 'm1'), receive(20, ['m1']), use(30, 'delete', 'm1', 20, lost)];
    expect(judge(maybeDeleted, snapshot(LATER, {}))).toEqual([]);
    const purged = [send(10, 'm1'), about(5, 'purge', lost)];
    expect(judge(purged, snapshot(LATER, {}))).toEqual([]);
  });

  it('a message that is there twice, or that nobody sent', () => {
    const twice = snapshot(LATER, { plain: [found('m1'), found('m1')] });
    expect(judge([send(10, 'm1')], twice)).toEqual(['m1 is in plain and again in plain']);
    const strange = snapshot(LATER, { plain: [found('m2')] });
    expect(judge([], strange)).toEqual(['plain holds a body that nobody sent']);
    expect(judge([receive(10, ['m2'])])).toEqual(['plain hands out a body that nobody sent']);
  });

  it('a message that comes back after its delete', () => {
    const deleted = [send(10, 'm1'), receive(20, ['m1']), use(30, 'delete', 'm1', 20)];
    const back = [...deleted, receive(5_000, ['m1'], { count: 2 })];
    expect(judge(back)).toContain('m1 in plain is there after its delete was acknowledged');
    expect(judge(deleted, snapshot(LATER, { plain: [found('m1')] }))).not.toEqual([]);
    const overlapping = [send(10, 'm1'), receive(20, ['m1'], { visibilitySeconds: 0 })];
    const during = [
      ...overlapping,
      use(30, 'delete', 'm1', 20, { endMs: 60 }),
      receive(40, ['m1'], { count: 2, visibilitySeconds: 0 }),
    ];
    expect(judge(during)).toEqual([]);
  });

  it('a message that is handed out while somebody holds it', () => {
    const twice = (secondMs: number, ...between: Call[]) =>
      judge([
        send(10, 'm1'),
        receive(20, ['m1']),
        ...between,
        receive(secondMs, ['m1'], { count: 2 }),
      ]);
    expect(twice(1_000)).toEqual(['m1 was handed out while somebody held it']);
    expect(twice(2_100)).toEqual([]);
    expect(twice(1_000, use(30, 'change', 'm1', 20, { seconds: 0 }))).toEqual([]);
    const lost = { seconds: 0, outcome: 'unknown' } as const;
    expect(twice(1_000, use(30, 'change', 'm1', 20, lost))).toEqual([]);
    expect(twice(2_100, use(30, 'change', 'm1', 20, { seconds: 5 }))).toHaveLength(1);
    const maybe = { seconds: 5, outcome: 'unknown' } as const;
    expect(twice(2_100, use(30, 'change', 'm1', 20, maybe))).toEqual([]);
  });

  it('a message that a receive hides and that lies there visible, or hidden by nobody', () => {
    const held = [send(10, 'm1'), receive(99_999, ['m1'], { visibilitySeconds: 5 })];
    const visible = snapshot(LATER, { plain: [found('m1')] });
    expect(judge(held, visible)).toEqual(['m1 in plain is visible, but a receive hides it']);
    const hidden = snapshot(LATER, { plain: [found('m1', 'inflight')] });
    expect(judge(held, hidden)).toEqual([]);
    expect(judge([send(10, 'm1')], hidden)).toEqual([
      'm1 in plain is inflight, but nobody can have it',
    ]);
    const unanswered = receive(99_900, [], { outcome: 'unknown' });
    expect(judge([send(10, 'm1'), unanswered], hidden)).toEqual([]);
  });

  it('a delay that is cut short', () => {
    const late = { queue: 'late' } as const;
    const early = [send(10, 'm1', late), receive(500, ['m1'], late)];
    expect(judge(early)).toEqual(['m1 was handed out before its delay was over']);
    expect(judge([send(10, 'm1', late), receive(1_020, ['m1'], late)])).toEqual([]);
  });

  it('counts of receives that cannot be', () => {
    const counted = (count: number, ...before: Call[]) =>
      judge([send(10, 'm1'), ...before, receive(5_000, ['m1'], { count })]);
    expect(counted(2)).toHaveLength(1);
    expect(counted(1, receive(20, ['m1']))).toHaveLength(1);
    expect(counted(2, receive(20, ['m1']))).toEqual([]);
    expect(counted(2, receive(20, [], { outcome: 'unknown' }))).toEqual([]);
  });

  it('a receive that brings nothing although something is there', () => {
    const empty = 'a receive of plain brings nothing, though m1 is there';
    expect(judge([send(10, 'm1'), receive(80, [])])).toEqual([empty]);
    expect(judge([send(10, 'm1', { endMs: 60 }), receive(50, [])])).toEqual([]);
    const lost = receive(20, [], { outcome: 'unknown' });
    expect(judge([send(10, 'm1'), lost, receive(80, [])])).toEqual([]);
    const shown = [send(10, 'm1'), receive(20, ['m1']), use(30, 'change', 'm1', 20)];
    expect(judge([...shown, receive(100, [])])).toEqual([empty]);
    const blocked = [send(10, 'm1', fifo), send(12, 'm2', fifo), receive(20, ['m1'], fifo)];
    expect(judge([...blocked, receive(150, [], fifo)])).toEqual([]);
    const free = use(80, 'delete', 'm1', 20, fifo);
    expect(judge([...blocked, free, receive(150, [], fifo)])).toEqual([
      'a receive of line.fifo brings nothing, though m2 is there',
    ]);
  });

  it('a group that is out of order, or handed out while it is held', () => {
    const sent = [send(10, 'm1', fifo), send(12, 'm2', fifo)];
    expect(judge([...sent, receive(20, ['m2', 'm1'], fifo)])).toHaveLength(1);
    expect(judge([...sent, receive(20, ['m2'], fifo)])).toEqual([
      'm2 was handed out before m1, which stands before it',
    ]);
    const held = [...sent, receive(20, ['m1'], fifo), receive(100, ['m2'], fifo)];
    expect(judge(held)).toContain('m2 of g was handed out while m1 of it was held');
    const released = use(80, 'delete', 'm1', 20, { ...fifo, outcome: 'unknown' });
    expect(judge([...held, released])).toEqual([]);
  });

  it('sequence numbers that do not grow', () => {
    const sent = [send(10, 'm2', fifo), send(20, 'm1', fifo)];
    expect(judge(sent)).toEqual(['m1 got the sequence 100001 after 100002 had been answered']);
  });

  it('a deduplication id that is forgotten', () => {
    const again = (id: string) => judge([send(10, 'm1', fifo), send(20, 'm1', { ...fifo, id })]);
    expect(again('id-m1')).toEqual([]);
    expect(again('id-m9')).toContain('m1 has the id id-m1, a send answers id-m9');
    const other = { ...fifo, deduplicationId: 'd-m1', id: 'id-m1' } as const;
    const theft = [send(10, 'm1', fifo), send(20, 'm2', other)];
    expect(judge(theft)).toEqual([]);
    expect(judge([...theft, receive(30, ['m2'], { ...fifo, id: 'id-m1' })])).toContain(
      'm2 in line.fifo was stored though its deduplication id had been used',
    );
  });

  it('a purge that leaves something, or comes twice in a minute', () => {
    const purged = [send(10, 'm1'), about(20, 'purge')];
    expect(judge([...purged, receive(30, ['m1'])])).toEqual([
      'm1 in plain is there after it was certainly removed',
    ]);
    expect(judge([...purged, send(30, 'm2'), receive(40, ['m2'])])).toEqual([]);
    expect(judge([about(20, 'purge'), about(5_000, 'purge')])).toEqual([
      'plain was purged twice in a minute',
    ]);
    const refused = { outcome: 'refused', code: 'PurgeQueueInProgress' } as const;
    expect(judge([about(20, 'purge'), about(5_000, 'purge', refused)])).toEqual([]);
    expect(judge([about(5_000, 'purge', refused)])).toHaveLength(1);
  });

  it('dead letters that were not received often enough, or are handed out too often', () => {
    const risky = { queue: 'risky' } as const;
    const dead = snapshot(LATER, { bad: [found('m1')] });
    const once = [send(10, 'm1', risky), receive(20, ['m1'], risky)];
    expect(judge(once, dead)).toEqual(['m1 is in bad after 1 of 2 receives']);
    const twice = [...once, receive(3_000, ['m1'], { ...risky, count: 2 })];
    expect(judge(twice, dead)).toEqual([]);
    const thrice = [...twice, receive(6_000, ['m1'], { ...risky, count: 3 })];
    expect(judge(thrice)).toEqual(['m1 was handed out 3 times where 2 are the limit']);
  });

  it('a new id where no task moved anything', () => {
    const risky = { queue: 'risky' } as const;
    const renamed = receive(60, ['m1'], { ...risky, id: 'id-m7' });
    expect(judge([send(10, 'm1', risky), renamed])).toEqual([
      'm1 has the id id-m1, but is seen as id-m7',
    ]);
    const task = about(30, 'start-task', { queue: 'bad' });
    expect(judge([send(10, 'm1', risky), task, renamed])).toEqual([]);
  });

  it('queues that are lost, or there again', () => {
    const made = about(10, 'create', { queue: 't1' });
    expect(judge([made], snapshot(LATER, {}))).toEqual(['t1 is lost']);
    const dropped = about(20, 'drop', { queue: 't1' });
    expect(judge([made, dropped], snapshot(LATER, {}))).toEqual([]);
    const answered = [made, dropped, about(30, 'purge', { queue: 't1' })];
    expect(judge(answered)).toEqual(['t1 answers a purge after it was deleted']);
    const refused = { outcome: 'refused', code: 'QueueDoesNotExist' } as const;
    expect(judge([about(30, 'purge', refused)])).toHaveLength(1);
  });

  it('attributes and tags that are not what was written last', () => {
    const first = write(10, 'a');
    expect(judge([first, write(20, 'b'), read(30, 'a')])).toEqual([
      'owner of plain is a, and should be b',
    ]);
    expect(judge([first, write(20, 'b', { outcome: 'unknown' }), read(30, 'a')])).toEqual([]);
    expect(judge([first, write(20, 'b', { endMs: 40 }), read(30, 'b')])).toEqual([]);
  });

  it('counts of a quiet queue that are wrong', () => {
    const wrong = snapshot(LATER, { plain: [found('m1')] }, 2);
    expect(judge([send(10, 'm1')], wrong)).toContain('plain counts 2 messages and holds 1');
  });

  it('refusals without a reason, and a handle that is refused though it counts', () => {
    const refused = { outcome: 'refused', code: 'ServiceUnavailable' } as const;
    expect(judge([send(10, 'm1', refused)])).not.toEqual([]);
    const expired = { ...fifo, outcome: 'refused', code: 'ReceiptHandleIsInvalid' } as const;
    const used = (atMs: number) =>
      judge([
        send(10, 'm1', fifo),
        receive(20, ['m1'], fifo),
        use(atMs, 'delete', 'm1', 20, expired),
      ]);
    expect(used(30)).toHaveLength(1);
    expect(used(5_000)).toEqual([]);
  });
});

it('the life of a message tells the calls about it and the deaths between them', () => {
  const checker = new Checker();
  const creates = QUEUES.map(({ name }) => about(0, 'create', { queue: name }));
  const calls = [...creates, send(10, 'm1'), send(11, 'm2'), receive(20, ['m1', 'm2'])];
  checker.add({ calls, endMs: 100, isKilled: true });
  checker.add({ calls: [receive(200, ['m1'], { count: 2 })], endMs: 300, isKilled: true });
  const [breach] = checker.breaches;
  expect(breach?.what).toBe('m1 was handed out while somebody held it');
  expect(breach?.life.split('\n').map((line) => line.trim())).toEqual([
    expect.stringMatching(/^0\.0 to +1\.0 {2}client 1: send plain token m1 id id-m1 -> done$/),
    expect.stringMatching(/^10\.0 to .*receive plain visibilitySeconds 2: token m1 .* -> done$/),
    expect.stringMatching(/^90\.0 {2}the server is killed$/),
    expect.stringMatching(/^190\.0 to .*receive plain .*token m1 .*count 2/),
  ]);
});
