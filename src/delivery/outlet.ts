/**
 * Outlets: each party outside that deliveries go to (a web server, the mail relay) has a queue of
 * its own, so that a worker claims from it exactly what the party can take now, and one that hangs
 * never stands in front of another.
 *
 * One more queue holds a token for each outlet with deliveries. Whoever claims the token serves the
 * outlet, so on a shared store one node does; a token that lies hidden says when somebody must
 * look again. The outlet's document names the token, and is there as long as the outlet has work.
 */
import type { Context } from '../core/context.ts';
import type { QueueRef } from '../storage/port.ts';

/** The queue of tokens; the payload of each is the outlet's name. */
export const TOKENS: QueueRef = { key: 'deliveries', ordered: false };

const QUEUE_KEY_START = `${TOKENS.key}/`;

export const outletQueue = (outlet: string): QueueRef => ({
  key: QUEUE_KEY_START + outlet,
  ordered: false,
});

/** Which outlet a wake-up is about; undefined: it is not about one. */
export const outletOfKey = (key: string): string | undefined =>
  key.startsWith(QUEUE_KEY_START) ? key.slice(QUEUE_KEY_START.length) : undefined;

export const outletKey = (outlet: string): string => `delivery/outlet/${outlet}`;

export interface Outlet {
  /** The sequence of its token. */
  readonly token: number;
  /** The token is hidden until the next retry, and nobody serves the outlet before. */
  readonly asleep: boolean;
}

/** Adds a delivery to an outlet, and lets the worker know after the commit. */
export async function appendTo(
  context: Context,
  outlet: string,
  group: string,
  payload: string,
): Promise<void> {
  const { tx, nowMs } = context;
  const entry = { payload, group, visibleAtMs: nowMs, enqueuedAtMs: nowMs };
  const queue = outletQueue(outlet);
  await tx.queues.append(queue, [entry]);
  const known = (await tx.documents.get<Outlet>(outletKey(outlet)))?.value;
  if (known !== undefined && !known.asleep) {
    context.wake({ key: queue.key, entries: 1 });
    return;
  }
  const token = known?.token ?? (await appendToken(context, outlet));
  if (known !== undefined) await tx.queues.extend(TOKENS, token, nowMs);
  await tx.documents.put(outletKey(outlet), { token, asleep: false } satisfies Outlet);
  context.wake({ key: TOKENS.key, entries: 1 });
}

async function appendToken({ tx, nowMs }: Context, outlet: string): Promise<number> {
  const entry = { payload: outlet, visibleAtMs: nowMs, enqueuedAtMs: nowMs };
  const [token] = await tx.queues.append(TOKENS, [entry]);
  if (token === undefined) throw new Error('the store answered no sequence');
  return token;
}
