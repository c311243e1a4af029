/** What long polls get once the server stops. */
import { afterEach, expect, it } from 'vitest';
import { sqs } from '../../src/services/index.ts';
import { ServiceHarness } from '../support/service.ts';

const harness = new ServiceHarness(sqs);
afterEach(() => harness.close());

it('answers parked calls with what there is, and lets no other call park', async () => {
  const { QueueUrl } = await harness.call('CreateQueue', { QueueName: 'q' });
  const poll = () => harness.call('ReceiveMessage', { QueueUrl, WaitTimeSeconds: 20 });
  const parked = poll();
  while (harness.waiters.waiterCount === 0) await new Promise((resolve) => setImmediate(resolve));
  harness.waiters.endAll();
  expect(await parked).toEqual({});
  expect(await poll()).toEqual({});
  expect(harness.waiters.waiterCount).toBe(0);
  await harness.call('SendMessage', { QueueUrl, MessageBody: 'last' });
  expect(await poll()).toMatchObject({ Messages: [{ Body: 'last' }] });
});
