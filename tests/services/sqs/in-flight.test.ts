/** How often messages in flight are counted, and that the limit holds in between. */
import { beforeEach, describe, expect, it } from 'vitest';
import { InFlightLimit } from '../../../src/services/sqs/in-flight.ts';
import type { Transaction } from '../../../src/storage/port.ts';

const queue = { key: 'sqs/q', ordered: false };
const MAX = 1_000;

/** A queue of which only the count of what is in flight matters. */
class Flight {
  inFlight = 0;
  nowMs = 0;
  counts = 0;

  get tx(): Transaction {
    const queues = {
      countClaimed: (_queue: unknown, limit: number) => {
        this.counts += 1;
        return Math.min(limit, this.inFlight);
      },
    };
    // The limit touches nothing else of a transaction.
    return { nowMs: this.nowMs, queues } as unknown as Transaction;
  }
}

describe('the limit of messages in flight', () => {
  let flight: Flight;
  let limit: InFlightLimit;

  beforeEach(() => {
    flight = new Flight();
    limit = new InFlightLimit(MAX);
  });

  async function claim(wanted: number): Promise<number> {
    const room = await limit.room(queue, wanted, flight.tx);
    limit.claimed(queue, room);
    flight.inFlight += room;
    return room;
  }

  it('is reached exactly, whatever the steps', async () => {
    for (const step of [10, 7, 1]) {
      flight.inFlight = 0;
      limit = new InFlightLimit(MAX);
      for (let claimed = step; claimed > 0; claimed = await claim(step)) {
        expect(flight.inFlight).toBeLessThanOrEqual(MAX);
      }
      expect(flight.inFlight).toBe(MAX);
    }
  });

  it('costs few counts', async () => {
    while ((await claim(1)) > 0);
    expect(flight.counts).toBeLessThan(40);
  });

  it('costs no more than ten counts a second on a full queue', async () => {
    flight.inFlight = MAX;
    for (; flight.nowMs < 1_000; flight.nowMs += 1) expect(await claim(10)).toBe(0);
    expect(flight.counts).toBeLessThanOrEqual(10);
  });

  it('lets messages out again once some are done with', async () => {
    flight.inFlight = MAX;
    expect(await claim(10)).toBe(0);
    flight.inFlight -= 3;
    flight.nowMs += 100;
    expect(await claim(10)).toBe(3);
    expect(await claim(10)).toBe(0);
  });

  it('lets them out at once where the last count is not the newest', async () => {
    flight.inFlight = MAX - 10;
    expect(await claim(10)).toBe(10);
    flight.inFlight -= 10;
    expect(await claim(10)).toBe(10);
  });

  it('does not take messages that were deleted since for messages in flight', async () => {
    for (let round = 0; round < 2 * MAX; round += 1) {
      expect(await claim(10)).toBe(10);
      flight.inFlight -= 10;
    }
  });

  it('keeps each queue apart', async () => {
    flight.inFlight = MAX;
    expect(await claim(1)).toBe(0);
    flight.inFlight = 0;
    expect(await limit.room({ key: 'sqs/other', ordered: false }, 1, flight.tx)).toBe(1);
  });
});
