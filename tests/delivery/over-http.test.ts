/** Deliveries all the way: from the store over real sockets to endpoints, good and bad. */
import { afterEach, describe, expect, it } from 'vitest';
import { deadPort, Endpoint, RawEndpoint } from './endpoints.ts';
import { Scene } from './scene.ts';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function openScene(): Scene {
  const scene = new Scene();
  closing.unshift(() => scene.close());
  return scene;
}

/** An endpoint that takes everything, unless it is told to answer something else. */
async function goodEndpoint(): Promise<{ url: string; at: Endpoint; statuses: number[] }> {
  const statuses: number[] = [];
  const at = new Endpoint((_request, response) => {
    response.writeHead(statuses.shift() ?? 200).end();
  });
  closing.push(() => at.close());
  return { url: await at.open(), at, statuses };
}

/** An endpoint that takes connections and never answers. */
async function hangingEndpoint(): Promise<{ url: string; at: RawEndpoint }> {
  const at = new RawEndpoint(() => {});
  closing.push(() => at.close());
  return { url: await at.open(), at };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe('a delivery over HTTP', () => {
  it('comes again after 20 seconds when the endpoint was busy', async () => {
    const scene = openScene();
    const { url, at, statuses } = await goodEndpoint();
    statuses.push(503, 429);
    await scene.deliver(scene.http(url));
    expect(at.received).toHaveLength(1);
    await scene.advance(19_999);
    expect(at.received).toHaveLength(1);
    await scene.advance(1);
    await scene.advance(20_000);
    await scene.advance(20_000);
    expect(at.received.map(({ body }) => body)).toEqual(['body 1', 'body 1', 'body 1']);
  });

  it('has the same headers each time', async () => {
    const scene = openScene();
    const { url, at, statuses } = await goodEndpoint();
    statuses.push(500);
    await scene.deliver(scene.http(url));
    await scene.advance(20_000);
    const [first, second] = at.received;
    expect(second?.rawHeaders).toEqual(first?.rawHeaders);
  });

  it('to an endpoint that is not there ends after its retries', async () => {
    const scene = openScene();
    await scene.deliver(scene.http(`http://127.0.0.1:${await deadPort()}`));
    for (let i = 0; i < 5; i++) await scene.advance(20_000);
    expect(await scene.attempts()).toHaveLength(4);
  });
});

describe('an endpoint that hangs', () => {
  it('never delays another', async () => {
    const scene = openScene();
    const hanging = await hangingEndpoint();
    const good = await goodEndpoint();
    await scene.enqueue(...Array.from({ length: 300 }, () => scene.http(hanging.url)));
    await until(() => hanging.at.requests > 0);
    await scene.enqueue(...Array.from({ length: 100 }, () => scene.http(good.url)));
    // The time stands still: nothing here waits for the hanging endpoint's timeout.
    await until(() => good.at.received.length === 100);
    expect(scene.counts.get('NumberOfNotificationsFailed')).toBeUndefined();
  });

  it('is left after 15 seconds, and tried again 20 seconds later', async () => {
    const scene = openScene();
    const hanging = await hangingEndpoint();
    await scene.enqueue(scene.http(hanging.url));
    await until(() => hanging.at.requests === 1);
    await scene.leap(15_000);
    await scene.quiet();
    expect(scene.counts.get('NumberOfNotificationsFailed')).toBe(1);
    await scene.leap(20_000);
    await until(() => hanging.at.requests === 2);
  });
});
