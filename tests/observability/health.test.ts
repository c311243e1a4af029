/** What /_waystation/health answers when the store does not. */
import { expect, it } from 'vitest';
import { ownEndpoints } from '../../src/http/own-endpoints.ts';

it('is 503 while the store does not answer, and says nothing of why', async () => {
  let broken = true;
  const endpoints = ownEndpoints({
    version: '1.2.3',
    store: 'sqlite',
    services: ['sqs'],
    checkStore: async () => {
      if (broken) throw new Error('SECRET path');
    },
    metricsText: async () => '',
  });
  const health = endpoints.find(({ path }) => path === '/_waystation/health');
  const request = { path: '', query: new URLSearchParams(), mediaType: '', body: '' };
  const ask = () => health?.answer(request);
  const sick = await ask();
  expect(sick?.status).toBe(503);
  expect(sick?.body).not.toContain('SECRET');
  broken = false;
  expect((await ask())?.status).toBe(200);
});
