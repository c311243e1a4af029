/** Queues that waystation.yaml declares: they are there before the first request. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { sqs } from '../support/client.ts';
import { serverStarter, temporaryFolder } from '../support/server.ts';

const start = serverStarter(afterEach);

async function attributesOf(endpoint: string, queue: string, options = {}) {
  const input = { QueueUrl: queue, AttributeNames: ['All'] };
  return (await sqs(endpoint, 'GetQueueAttributes', input, options)).Attributes;
}

const declare = (folder: string, queues: string): void =>
  writeFileSync(join(folder, 'waystation.yaml'), `queues:\n${queues}`);

it('makes them with their attributes and tags, whatever order they stand in', async () => {
  const folder = temporaryFolder();
  declare(
    folder,
    `
  - name: orders
    attributes:
      VisibilityTimeout: 60
      RedrivePolicy:
        deadLetterTargetArn: arn:aws:sqs:us-east-1:000000000000:orders-failed
        maxReceiveCount: 3
    tags: { team: shop }
  - name: orders-failed
  - name: payments.fifo
    region: eu-central-1
    account: "111122223333"
    attributes: { FifoQueue: true, ContentBasedDeduplication: true }`,
  );
  const endpoint = await start({ folder, flags: ['--store', 'memory'] }).ready();
  expect(await attributesOf(endpoint, 'orders')).toMatchObject({
    VisibilityTimeout: '60',
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:orders-failed',
      maxReceiveCount: 3,
    }),
  });
  expect(await sqs(endpoint, 'ListQueueTags', { QueueUrl: 'orders' })).toEqual({
    Tags: { team: 'shop' },
  });
  const owner = { accessKeyId: '111122223333', region: 'eu-central-1' };
  expect(await attributesOf(endpoint, 'payments.fifo', owner)).toMatchObject({
    FifoQueue: 'true',
    QueueArn: 'arn:aws:sqs:eu-central-1:111122223333:payments.fifo',
  });
});

it('lets the file win over what calls changed, and leaves the rest alone', async () => {
  const folder = temporaryFolder();
  declare(folder, '  - { name: orders, attributes: { VisibilityTimeout: 60 } }');
  const first = start({ folder });
  const endpoint = await first.ready();
  const changed = { VisibilityTimeout: '5', DelaySeconds: '7' };
  await sqs(endpoint, 'SetQueueAttributes', { QueueUrl: 'orders', Attributes: changed });
  await sqs(endpoint, 'SendMessage', { QueueUrl: 'orders', MessageBody: 'stays' });
  await sqs(endpoint, 'CreateQueue', { QueueName: 'undeclared' });
  await first.stop();

  const second = await start({ folder }).ready();
  expect(await attributesOf(second, 'orders')).toMatchObject({
    VisibilityTimeout: '60',
    DelaySeconds: '7',
    ApproximateNumberOfMessagesDelayed: '1',
  });
  expect((await sqs(second, 'ListQueues', {})).QueueUrls).toHaveLength(2);
});

it.each([
  ['{ name: "no spaces" }', 'The declared queue no spaces (us-east-1) was refused: Can only'],
  ['{ name: q, attributes: { VisibilityTimeout: -1 } }', 'The declared queue q (us-east-1) was'],
  ['{ name: q, attributes: { Visibility: 1 } }', 'Unknown Attribute Visibility.'],
])('refuses to start with %s', async (queue, sentence) => {
  const folder = temporaryFolder();
  declare(folder, `  - ${queue}`);
  const server = start({ folder, flags: ['--store', 'memory'] });
  expect(await server.exit).toEqual({ code: 1, signal: null });
  expect(server.stderr).toContain(sentence);
});

it('refuses to make a standard queue of a FIFO queue', async () => {
  const folder = temporaryFolder();
  declare(folder, '  - { name: q.fifo, attributes: { FifoQueue: true } }');
  const first = start({ folder });
  await first.ready();
  await first.stop();
  declare(folder, '  - { name: q.fifo, attributes: { FifoQueue: false } }');
  const second = start({ folder });
  expect(await second.exit).toEqual({ code: 1, signal: null });
  expect(second.stderr).toContain('The declared queue q.fifo (us-east-1) was refused: ');
});
