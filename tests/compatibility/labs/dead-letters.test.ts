/** Dead letters, step by step as courses teach them, with the AWS CLI and a boto3 consumer. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { serverStarter } from '../../support/server.ts';
import {
  awsCli,
  awsSqs,
  firstLineOf,
  type Json,
  outputOf,
  python,
  startPython,
  titled,
} from '../programs.ts';
import {
  advanceSeconds,
  advanceUntil,
  counts,
  queueMetric,
  sdkClient,
  untilParked,
} from '../sdk-client.ts';

const start = serverStarter(afterAll);
let endpoint: string;

beforeAll(async () => {
  endpoint = await start({ flags: ['--test-clock'] }).ready();
});

const sqs = (...words: readonly string[]): Promise<Json> => awsSqs(endpoint, ...words);
const MAX_RECEIVES = 2;
const missing = awsCli.missing === undefined ? python : awsCli;

describe.skipIf(missing.missing)(titled('dead letters', missing), () => {
  const dead = 'zoe-sales-errors-dlq';
  const deadArn = `arn:aws:sqs:us-east-1:000000000000:${dead}`;
  let url: string;
  let deadUrl: string;
  let messageId: unknown;

  it('get a queue of their own', async () => {
    deadUrl = String((await sqs('create-queue', '--queue-name', dead)).QueueUrl);
    url = String((await sqs('create-queue', '--queue-name', 'zoe-coffee-sales')).QueueUrl);
    const policy = { deadLetterTargetArn: deadArn, maxReceiveCount: String(MAX_RECEIVES) };
    const attributes = JSON.stringify({ RedrivePolicy: JSON.stringify(policy) });
    await sqs('set-queue-attributes', '--queue-url', url, '--attributes', attributes);
  });

  it('are what was received too often without being deleted', async () => {
    messageId = (await sqs('send-message', '--queue-url', url, '--message-body', 'poison'))
      .MessageId;
    const receive = ['receive-message', '--queue-url', url, '--attribute-names', 'All'];
    for (let receives = 1; receives <= MAX_RECEIVES; receives++) {
      expect(await sqs(...receive)).toMatchObject({
        Messages: [
          { MessageId: messageId, Attributes: { ApproximateReceiveCount: String(receives) } },
        ],
      });
      await advanceSeconds(endpoint, 30);
    }
    expect(await sqs(...receive)).toEqual({});
    expect(await counts(sdkClient(endpoint), url)).toEqual([0, 0, 0]);
  });

  it('set off an alarm that watches the metric', async () => {
    const metric = 'approximate_number_of_messages_visible';
    expect(await queueMetric(endpoint, metric, dead)).toBe(1);
    expect(await queueMetric(endpoint, metric, 'zoe-coffee-sales')).toBe(0);
  });

  it('keep their id, and tell where they come from', async () => {
    const received = await sqs(
      ...['receive-message', '--queue-url', deadUrl, '--visibility-timeout', '0'],
      ...['--attribute-names', 'DeadLetterQueueSourceArn'],
    );
    expect(received).toMatchObject({
      Messages: [
        {
          MessageId: messageId,
          Body: 'poison',
          Attributes: {
            DeadLetterQueueSourceArn: 'arn:aws:sqs:us-east-1:000000000000:zoe-coffee-sales',
          },
        },
      ],
    });
  });

  it('go back to their source by a redrive, where the consumer gets them', async () => {
    const consumer = startPython('consumer.py', endpoint, [url]);
    const handled = outputOf(consumer);
    const first = firstLineOf(consumer);
    await untilParked(endpoint, 1);
    await sqs('start-message-move-task', '--source-arn', deadArn);
    expect(await first).toBe('poison');
    consumer.stdin.write('go on\n');
    await vi.waitFor(
      async () => expect(await counts(sdkClient(endpoint), url)).toEqual([0, 0, 0]),
      10_000,
    );
    await advanceUntil(endpoint, 10, handled);
    expect(await handled).toEqual(['poison']);
    expect(await counts(sdkClient(endpoint), deadUrl)).toEqual([0, 0, 0]);
  });
});
