/** docs/operating/metrics.md against what a server shows. */
import { afterEach, expect, it } from 'vitest';
import { type RunningWaystation, startWaystation } from '../../src/index.ts';
import { sqs } from '../support/client.ts';
import { readPage } from './markdown.ts';

let waystation: RunningWaystation | undefined;

afterEach(() => waystation?.stop());

it('names every metric of ours, and no other', async () => {
  waystation = await startWaystation({
    queues: [{ name: 'orders.fifo', attributes: { FifoQueue: true } }],
  });
  const { endpoint } = waystation;
  const QueueUrl = 'orders.fifo';
  const message = { QueueUrl, MessageBody: 'x', MessageGroupId: 'g', MessageDeduplicationId: 'd' };
  await sqs(endpoint, 'SendMessage', message);
  await sqs(endpoint, 'SendMessage', message);
  const { Messages } = await sqs(endpoint, 'ReceiveMessage', { QueueUrl });
  const [received] = Messages as { ReceiptHandle: string }[];
  await sqs(endpoint, 'ReceiveMessage', { QueueUrl });
  await sqs(endpoint, 'DeleteMessage', { QueueUrl, ReceiptHandle: received?.ReceiptHandle });

  const text = await (await fetch(`${endpoint}/_waystation/metrics`)).text();
  const shown = [...text.matchAll(/^# TYPE (waystation_\w+) (\w+)$/gm)].map(
    ([, name, type]) => `${name} ${type}`,
  );
  const page = readPage('docs/operating/metrics.md').text;
  const named = [...page.matchAll(/^\| `(waystation_\w+)` \| (\w+) \|/gm)].map(
    ([, name, type]) => `${name} ${type}`,
  );
  expect(named.toSorted()).toEqual(shown.toSorted());
});
