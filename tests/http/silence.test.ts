/** Connections on which nothing moves any more. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startFront } from './front.ts';
import { jsonCall } from './raw-client.ts';

const MINUTE_MS = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('are closed after two minutes, used ones and ones that never were', async () => {
  const { front, connect } = await startFront();
  const accepted = new Promise<void>((resolve) => {
    let count = 0;
    front.server.on('connection', () => {
      if (++count === 2) resolve();
    });
  });
  const [used, unused] = [await connect(), await connect()];
  await accepted;
  expect((await used.exchange(jsonCall('SendParcel', {}))).status).toBe(200);
  vi.advanceTimersByTime(3 * MINUTE_MS);
  await Promise.all([used.closed, unused.closed]);
});

it('stay open while something moves on them now and then', async () => {
  const { connect } = await startFront();
  const client = await connect();
  for (let minute = 0; minute < 6; minute++) {
    expect((await client.exchange(jsonCall('SendParcel', {}))).status).toBe(200);
    vi.advanceTimersByTime(MINUTE_MS);
  }
});
