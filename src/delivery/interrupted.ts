/**
 * What a process that was killed leaves behind: tokens that it had claimed, and deliveries whose
 * attempt nobody will settle. Where a store belongs to one process, the next one frees both before
 * it claims anything.
 *
 * A delivery that waits for its retry was claimed and is hidden too. What tells the two apart is
 * the instant until which it is hidden: that of a lease lies half a millisecond behind a whole one.
 * A list of what is under way would do as well, but costs a write for each claim, which made one
 * delivery to each of many parties 10 % slower.
 */
import type { Context } from '../core/context.ts';
import type { Entry } from '../storage/port.ts';
import { type Outlet, outletKey, outletQueue, TOKENS } from './outlet.ts';

const OUTLETS_PER_STEP = 50;
/** Each is read with its payload of up to 256 KiB. */
const DELIVERIES_PER_STEP = 100;

/** The end of an attempt's lease. Nothing else ends between two milliseconds. */
export const leaseEndMs = (wantedMs: number): number => Math.floor(wantedMs) + 0.5;

const isUnderWay = ({ visibleAtMs }: { readonly visibleAtMs: number }): boolean =>
  !Number.isInteger(visibleAtMs);

/** All outlets up to this document's key are done, and of the next one all up to this sequence. */
export interface FreeingProgress {
  readonly afterKey?: string;
  readonly afterSequence: number;
}

/** Frees as much more as one transaction should. Undefined: that was all. */
export async function freeInterrupted(
  context: Context,
  progress: FreeingProgress,
): Promise<FreeingProgress | undefined> {
  const prefix = outletKey('');
  let { afterKey, afterSequence } = progress;
  const page = { limit: OUTLETS_PER_STEP, ...(afterKey !== undefined && { after: afterKey }) };
  const found = await context.tx.documents.list<Outlet>(prefix, page);
  let left = DELIVERIES_PER_STEP;
  for (const { key, value } of found) {
    const name = key.slice(prefix.length);
    const looked = await freeOutlet(context, name, value, { after: afterSequence, limit: left });
    const last = looked.at(-1);
    left -= looked.length;
    if (left === 0 && last !== undefined) {
      return { ...(afterKey !== undefined && { afterKey }), afterSequence: last.sequence };
    }
    [afterKey, afterSequence] = [key, 0];
  }
  if (afterKey === undefined || found.length < OUTLETS_PER_STEP) return undefined;
  return { afterKey, afterSequence };
}

/** Frees an outlet's token and what is under way; answers the deliveries that it looked at. */
async function freeOutlet(
  { tx, nowMs }: Context,
  name: string,
  { token, asleep }: Outlet,
  page: { readonly after: number; readonly limit: number },
): Promise<readonly Entry[]> {
  // The token of one that sleeps is hidden until its next delivery comes back.
  if (asleep) return [];
  const held = await tx.queues.find(TOKENS, token);
  if (held !== undefined && held.visibleAtMs > nowMs) {
    await tx.queues.extend(TOKENS, token, nowMs);
  }
  const queue = outletQueue(name);
  const hidden = await tx.queues.peek(queue, { phase: 'claimed', ...page });
  for (const entry of hidden) {
    // Nobody knows how the attempt would have ended, so it uses up none of the retries.
    if (isUnderWay(entry)) await tx.queues.release(queue, entry.sequence);
  }
  return hidden;
}
