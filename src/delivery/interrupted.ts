/**
 * What a process that was killed leaves behind: tokens that it had claimed, and deliveries whose
 * attempt nobody will settle. Where a store belongs to one process, the next one frees both before
 * it claims anything.
 *
 * A delivery that waits for its retry was claimed and is hidden too. The instant until which a
 * delivery is hidden tells the two apart: odd is the end of a lease, even the end of a pause. A
 * list of what is under way would do as well, but cost a write for each claim: 10 % of one delivery
 * to each of many parties. One that a subscription's rate holds up after an attempt may be taken
 * for one under way: it asks for its turn again, and may be attempted once more than it should.
 */
import type { Context } from '../core/context.ts';
import { type Outlet, outletKey, outletQueue, TOKENS } from './outlet.ts';

const OUTLETS_PER_STEP = 50;
const DELIVERIES_PER_STEP = 500;

/** The end of an attempt's lease: this instant or a millisecond later. */
export const leaseEndMs = (wantedMs: number): number => wantedMs + ((wantedMs + 1) % 2);

/**
 * The end of a pause before a retry: this instant or a millisecond earlier, so that who moves a
 * test clock by the pause finds it over.
 */
export const pauseEndMs = (wantedMs: number): number => wantedMs - (wantedMs % 2);

const isUnderWay = ({ visibleAtMs }: { readonly visibleAtMs: number }): boolean =>
  visibleAtMs % 2 === 1;

/** Freed so far: all outlets up to this document's key, and of the next one up to this sequence. */
export interface Freed {
  readonly outlets?: string;
  readonly sequence: number;
}

/** Frees as much more as one transaction should. Undefined: that was all. */
export async function freeInterrupted(
  context: Context,
  { outlets, sequence }: Freed,
): Promise<Freed | undefined> {
  const prefix = outletKey('');
  const page = { limit: OUTLETS_PER_STEP, ...(outlets !== undefined && { after: outlets }) };
  const found = await context.tx.documents.list<Outlet>(prefix, page);
  let done: Freed = { ...(outlets !== undefined && { outlets }), sequence };
  for (const { key, value } of found) {
    const last = await freeOutlet(context, key.slice(prefix.length), value, done.sequence);
    if (last !== undefined) return { ...done, sequence: last };
    done = { outlets: key, sequence: 0 };
  }
  return found.length < OUTLETS_PER_STEP ? undefined : done;
}

/** Frees an outlet's token and what is under way behind `after`; answers where it stopped short. */
async function freeOutlet(
  { tx, nowMs }: Context,
  name: string,
  { token, asleep }: Outlet,
  after: number,
): Promise<number | undefined> {
  // The token of one that sleeps is hidden until its next retry, and nothing is under way.
  if (asleep) return undefined;
  const held = await tx.queues.find(TOKENS, token);
  if (held !== undefined && held.visibleAtMs > nowMs) {
    await tx.queues.extend(TOKENS, token, nowMs);
  }
  const queue = outletQueue(name);
  const limit = DELIVERIES_PER_STEP;
  const hidden = await tx.queues.peek(queue, { phase: 'claimed', after, limit });
  for (const entry of hidden) {
    // Nobody knows how the attempt would have ended, so it uses up none of the retries.
    if (isUnderWay(entry)) await tx.queues.release(queue, entry.sequence);
  }
  return hidden.length < limit ? undefined : hidden.at(-1)?.sequence;
}
