/** A front thread and the owner in one thread: what they say is copied all the same. */
import type { Context } from '../../../src/core/context.ts';
import type { Observation } from '../../../src/http/dispatch.ts';
import type { OwnEndpoint } from '../../../src/http/own-endpoint.ts';
import type { HttpFrontParts } from '../../../src/http/server.ts';
import { RemoteOwner } from '../../../src/http/threads/remote-owner.ts';
import { ServedThread } from '../../../src/http/threads/served-thread.ts';
import type { Service } from '../../../src/schema/service.ts';
import { FakeInvoker, parcels } from '../fake-service.ts';
import { type Running, startFront } from '../front.ts';

/** The owner's side; `remote` is what the thread sees of it. */
export interface Pair extends Pick<Running, 'invoker' | 'observations'> {
  readonly remote: RemoteOwner;
  /** What the owner's log got. */
  readonly errors: { readonly error: unknown; readonly requestId: string }[];
  /** How many messages the thread has sent. */
  messages: number;
}

export function createPair(
  ownEndpoints: readonly OwnEndpoint[] = [],
  services: readonly Service<Context>[] = [parcels],
): Pair {
  const invoker = new FakeInvoker();
  const observations: Observation[] = [];
  const errors: Pair['errors'] = [];
  const rows = ownEndpoints.map(({ method, path }) => ({ method, path }));
  const remote = new RemoteOwner(rows, (requests) => {
    pair.messages++;
    served.receive(structuredClone(requests));
  });
  const served = new ServedThread(
    {
      services,
      invoker,
      ownEndpoints,
      onError: (error, requestId) => errors.push({ error, requestId }),
      observe: (observation) => observations.push(observation),
    },
    (replies) => remote.receive(structuredClone(replies)),
  );
  const pair: Pair = { remote, invoker, observations, errors, messages: 0 };
  return pair;
}

/** A listening front whose calls are run by the other side of a pair. */
export async function startFarFront(
  overrides: Partial<HttpFrontParts> = {},
): Promise<Running & { readonly pair: Pair }> {
  const pair = createPair(overrides.ownEndpoints);
  const { remote, invoker, observations } = pair;
  const running = await startFront({
    ...overrides,
    invoker: remote.invoker,
    ownEndpoints: remote.ownEndpoints,
    onError: remote.onError,
    observe: remote.observe,
  });
  return { ...running, invoker, observations, pair };
}
