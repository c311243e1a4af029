/**
 * How background work leaves time to callers. Giving back what was purged, expiring messages or
 * moving them without a pause left 16 connections a fifth of what they sent before; so they keep
 * three to four fifths.
 */
import type { Context } from '../core/context.ts';

const REST_PER_WORK = 4;

/**
 * For how many milliseconds to rest after a piece of such work that took so many. Under a test
 * clock nothing takes time, and nothing rests.
 */
export const restMs = (tookMs: number): number => tookMs * REST_PER_WORK;

/** When a task should go on that has done a part of such work in this transaction. */
export const afterRestMs = ({ nowMs, env }: Pick<Context, 'nowMs' | 'env'>): number =>
  nowMs + restMs(env.clock.nowMs() - nowMs);
