/** Fifty thousand random and malformed requests against a server of its own: see fuzz.ts. */
import { expect, it } from 'vitest';
import { describeFault, fuzz } from './fuzz.ts';

const REQUESTS = 50_000;

it('any input gets an answer, and leaves nothing behind', { timeout: 300_000 }, async () => {
  const report = await fuzz({ seed: 1, requests: REQUESTS });
  expect(report.faults.map(describeFault)).toEqual([]);
  expect(report.requests).toBeGreaterThanOrEqual(REQUESTS);
  // A good part was understood, or this would have tested the refusals of the codecs alone.
  expect(report.neverAccepted).toEqual([]);
  expect(report.statuses.get(200) ?? 0).toBeGreaterThan(REQUESTS / 5);
  expect(report.statuses.get(400) ?? 0).toBeGreaterThan(REQUESTS / 5);
  expect(report.broken).toBeGreaterThan(REQUESTS / 20);
  expect(report.witnesses).toBeGreaterThan(REQUESTS / 100);
});
