/**
 * One round of the worker, in one transaction: takes outlets that nobody serves, claims what each
 * outlet can take now, and lets go of outlets that have nothing to do.
 */
import type { Context } from '../core/context.ts';
import type { Entry } from '../storage/port.ts';
import { leaseEndMs } from './interrupted.ts';
import { type Outlet, outletKey, outletQueue, TOKENS } from './outlet.ts';

/** How long an outlet stays, on a shared store, with a worker that is never heard of again. */
export const TOKEN_LEASE_MS = 30_000;
const TOKENS_PER_ROUND = 50;

/** An outlet that this worker serves and looks at. */
export interface Look {
  readonly name: string;
  readonly token: number;
  readonly leaseUntilMs: number;
  /** Sequences of deliveries that are being attempted here. */
  readonly running: ReadonlySet<number>;
  /** How many more it can take; 0 only renews the lease. */
  readonly limit: number;
}

export interface RoundWish {
  readonly looks: readonly Look[];
  /** Any outlet that this worker serves. */
  readonly known: (name: string) => Look | undefined;
  /** Whether to take outlets that nobody serves. */
  readonly wantsTokens: boolean;
  /** How many deliveries each of those can take. */
  readonly limitOfNew: number;
  /** How many deliveries in all. */
  readonly limit: number;
  readonly entryLeaseMs: number;
}

export interface Found {
  readonly name: string;
  readonly token: number;
  readonly leaseUntilMs: number;
  /**
   * `served`: by this worker. `idle`: it has nothing to do now, and nobody serves it. `lost`:
   * another worker serves it.
   */
  readonly state: 'served' | 'idle' | 'lost';
  readonly entries: readonly Entry[];
  /** When to look again; `unknown` when only the lease was renewed. */
  readonly look: 'now' | { readonly atMs: number | undefined } | 'unknown';
}

export interface RoundResult {
  readonly found: readonly Found[];
  /** When to take outlets again. */
  readonly tokensAtMs: number | undefined;
}

export async function runRound(context: Context, wish: RoundWish): Promise<RoundResult> {
  const { tx, nowMs } = context;
  const looks = new Map(wish.looks.map((look) => [look.name, look]));
  const taken = wish.wantsTokens ? await takeOutlets(context, wish, looks) : 0;
  const found: Found[] = [];
  let left = wish.limit;
  for (const look of looks.values()) {
    const result = await lookAt(context, look, Math.min(look.limit, left), wish.entryLeaseMs);
    left -= result.entries.length;
    found.push(result);
  }
  const isMore = taken === TOKENS_PER_ROUND;
  return { found, tokensAtMs: isMore ? nowMs : await tx.queues.nextVisibleAtMs(TOKENS) };
}

/** Claims tokens and adds their outlets to `looks`; answers how many. */
async function takeOutlets(
  { tx, nowMs }: Context,
  { known, limitOfNew }: RoundWish,
  looks: Map<string, Look>,
): Promise<number> {
  const leaseUntilMs = nowMs + TOKEN_LEASE_MS;
  const claim = { limit: TOKENS_PER_ROUND, visibleAtMs: leaseUntilMs };
  const tokens = await tx.queues.claim(TOKENS, claim);
  for (const { sequence: token, payload: name } of tokens) {
    // A lease of ours may have run out while time leapt; what runs there is known then.
    const ours = looks.get(name) ?? known(name);
    const fresh = { name, token, running: new Set<number>(), limit: limitOfNew };
    looks.set(name, { ...fresh, ...ours, leaseUntilMs });
    const outlet = (await tx.documents.get<Outlet>(outletKey(name)))?.value;
    if (outlet?.asleep === true) await putOutlet(tx, name, { token, asleep: false });
  }
  return tokens.length;
}

const putOutlet = (tx: Context['tx'], name: string, outlet: Outlet) =>
  tx.documents.put(outletKey(name), outlet);

async function lookAt(
  context: Context,
  look: Look,
  limit: number,
  entryLeaseMs: number,
): Promise<Found> {
  const { tx, nowMs } = context;
  const { name, token } = look;
  const held = await tx.queues.find(TOKENS, token);
  if (held?.visibleAtMs !== look.leaseUntilMs) {
    return { name, token, leaseUntilMs: 0, state: 'lost', entries: [], look: 'unknown' };
  }
  const leaseUntilMs = await renew(context, look);
  const served = { name, token, leaseUntilMs, state: 'served' } as const;
  if (limit === 0) return { ...served, entries: [], look: look.limit === 0 ? 'unknown' : 'now' };
  const queue = outletQueue(name);
  const visibleAtMs = leaseEndMs(nowMs + entryLeaseMs);
  const claimed = await tx.queues.claim(queue, { limit, visibleAtMs });
  const entries: Entry[] = [];
  for (const entry of claimed) {
    if (look.running.has(entry.sequence)) await hideAgain(context, name, entry, visibleAtMs);
    else entries.push(entry);
  }
  if (claimed.length === limit) return { ...served, entries, look: 'now' };
  const atMs = await tx.queues.nextVisibleAtMs(queue);
  if (entries.length > 0 || look.running.size > 0) return { ...served, entries, look: { atMs } };
  await letGo(context, name, token, atMs);
  return { ...served, state: 'idle', entries, look: 'unknown' };
}

/** Answers until when the outlet is ours. */
async function renew({ tx, nowMs }: Context, { token, leaseUntilMs }: Look): Promise<number> {
  if (leaseUntilMs >= nowMs + TOKEN_LEASE_MS / 2) return leaseUntilMs;
  await tx.queues.extend(TOKENS, token, nowMs + TOKEN_LEASE_MS);
  return nowMs + TOKEN_LEASE_MS;
}

/** The lease of a delivery ran out while its attempt is still under way here: time leapt. */
async function hideAgain(
  { tx }: Context,
  name: string,
  { sequence }: Entry,
  visibleAtMs: number,
): Promise<void> {
  await tx.queues.release(outletQueue(name), sequence);
  await tx.queues.extend(outletQueue(name), sequence, visibleAtMs);
}

/** Puts the outlet to sleep until its next delivery is due, or forgets it when it has none. */
async function letGo(
  { tx }: Context,
  name: string,
  token: number,
  nextAtMs: number | undefined,
): Promise<void> {
  if (nextAtMs !== undefined) {
    await tx.queues.extend(TOKENS, token, nextAtMs);
    await putOutlet(tx, name, { token, asleep: true });
    return;
  }
  await tx.queues.purge(outletQueue(name));
  await tx.queues.remove(TOKENS, token);
  await tx.documents.delete(outletKey(name));
}
