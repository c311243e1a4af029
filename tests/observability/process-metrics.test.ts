/** What the program tells of its own process, in the words of the exposition format. */
import { expect, it } from 'vitest';
import { processMetrics } from '../../src/observability/process-metrics.ts';

it('spells what it could not measure yet as the format does', async () => {
  await processMetrics();
  // Nothing was measured of the event loop between two scrapes that follow each other at once.
  const [, scrape] = await Promise.all([processMetrics(), processMetrics()]);
  expect(scrape).toMatch(/^nodejs_eventloop_lag_mean_seconds NaN$/m);
});
