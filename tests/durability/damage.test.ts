/** A database that was damaged where a start does not look: what meets the damage fails, alone. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { serverStarter, temporaryFolder } from '../support/server.ts';
import { LoadClient } from './load-client.ts';

const start = serverStarter(afterEach);
const PAGE_BYTES = 4096;

it('tells the log of the damage, the caller of a failure, and serves everybody else', async () => {
  const data = temporaryFolder();
  const first = start({ flags: ['--data', data] });
  const filling = new LoadClient(await first.ready());
  await filling.must('CreateQueue', { QueueName: 'damaged' });
  for (let n = 0; n < 40; n += 1) {
    const MessageBody = 'x'.repeat(20_000);
    await filling.must('SendMessage', { QueueUrl: 'damaged', MessageBody });
  }
  expect(await first.stop()).toEqual({ code: 0, signal: null });
  filling.close();

  const path = join(data, 'waystation.db');
  const bytes = readFileSync(path);
  expect(bytes.length).toBeGreaterThan(150 * PAGE_BYTES);
  // The tables themselves begin before this; here lie bodies, and the tree that leads to them.
  bytes.fill(0x5a, 60 * PAGE_BYTES, 140 * PAGE_BYTES);
  writeFileSync(path, bytes);

  const server = start({ flags: ['--data', data] });
  const client = new LoadClient(await server.ready());
  const peek = { QueueUrl: 'damaged', MaxResults: 100 };
  const failed = await client.call('PeekMessages', peek);
  expect(failed?.status).toBe(500);
  expect(JSON.stringify(failed?.body)).not.toMatch(/malformed|sqlite|disk image/i);
  expect(server.stderr).toContain('database disk image is malformed');

  await client.must('CreateQueue', { QueueName: 'sound' });
  await client.must('SendMessage', { QueueUrl: 'sound', MessageBody: 'a' });
  const { Messages } = await client.must('ReceiveMessage', { QueueUrl: 'sound' });
  expect(Messages).toMatchObject([{ Body: 'a' }]);
  client.close();
});
