/** Consumers, step by step as courses teach them, with boto3 programs and the AWS CLI. */
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

async function newQueue(QueueName: string): Promise<string> {
  const { QueueUrl = '' } = await sdkClient(endpoint).createQueue({ QueueName });
  return QueueUrl;
}

const sales = (count: number): string[] => Array.from({ length: count }, (_, n) => `sale ${n}`);

const until = (check: () => Promise<void>) => vi.waitFor(check, 20_000);

describe.skipIf(python.missing)(titled('copies of a consumer', python), () => {
  it('share the work, and handle no message twice', async () => {
    const QueueUrl = await newQueue('shared-work');
    const sqs = sdkClient(endpoint);
    const consumers = Array.from({ length: 3 }, () =>
      startPython('consumer.py', endpoint, [QueueUrl]),
    );
    const handled = Promise.all(consumers.map(outputOf));
    const firsts = Promise.all(consumers.map(firstLineOf));
    await untilParked(endpoint, 3);
    for (const MessageBody of sales(30)) await sqs.sendMessage({ QueueUrl, MessageBody });
    // Each waits with its first message until all have one.
    await firsts;
    for (const consumer of consumers) consumer.stdin.write('go on\n');
    await until(async () => expect(await counts(sqs, QueueUrl)).toEqual([0, 0, 0]));
    await advanceUntil(endpoint, 10, handled);
    expect((await handled).map((bodies) => bodies.length)).not.toContain(0);
    expect((await handled).flat().toSorted()).toEqual(sales(30).toSorted());
  });

  it('work in batches of ten, and all that was sent arrives', async () => {
    const QueueUrl = await newQueue('batched-work');
    const [workers] = (await outputOf(
      startPython('batch_workers.py', endpoint, [QueueUrl]),
    )) as string[][][];
    expect(workers?.flat().toSorted()).toEqual(sales(100).toSorted());
    expect(await counts(sdkClient(endpoint), QueueUrl)).toEqual([0, 0, 0]);
  });
});

describe('short and long polling', () => {
  it('differ in how often they find nothing', async () => {
    const QueueUrl = await newQueue('polled');
    const sqs = sdkClient(endpoint);
    const metric = 'number_of_empty_receives_total';
    for (let second = 0; second < 10; second++) {
      const { Messages } = await sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 0 });
      expect(Messages).toBeUndefined();
      await advanceSeconds(endpoint, 1);
    }
    expect(await queueMetric(endpoint, metric, 'polled')).toBe(10);
    const polled = sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 10 });
    await advanceUntil(endpoint, 10, polled);
    expect((await polled).Messages).toBeUndefined();
    expect(await queueMetric(endpoint, metric, 'polled')).toBe(11);
  });
});

const sqs = (...words: readonly string[]): Promise<Json> => awsSqs(endpoint, ...words);

describe.skipIf(awsCli.missing)(titled('a consumer at the command line', awsCli), () => {
  it('gets a message as soon as it is there', async () => {
    const url = await newQueue('long-polled');
    const polled = sqs('receive-message', '--queue-url', url, '--wait-time-seconds', '20');
    await untilParked(endpoint, 1);
    await sdkClient(endpoint).sendMessage({ QueueUrl: url, MessageBody: 'at once' });
    expect(await polled).toMatchObject({ Messages: [{ Body: 'at once' }] });
  });

  it('gets a message again when it was not deleted in time', async () => {
    const url = await newQueue('hidden');
    await sdkClient(endpoint).sendMessage({ QueueUrl: url, MessageBody: 'slow' });
    const queue = ['--queue-url', url];
    const receive = ['receive-message', ...queue, '--attribute-names', 'ApproximateReceiveCount'];
    const received = (count: string) => ({
      Messages: [{ Body: 'slow', Attributes: { ApproximateReceiveCount: count } }],
    });
    expect(await sqs(...receive)).toMatchObject(received('1'));
    await advanceSeconds(endpoint, 29);
    expect(await sqs(...receive)).toEqual({});
    await advanceSeconds(endpoint, 1);
    const again = await sqs(...receive);
    expect(again).toMatchObject(received('2'));

    const [message] = again.Messages as [{ ReceiptHandle: string }];
    const handle = ['--receipt-handle', message.ReceiptHandle];
    const longer = ['--visibility-timeout', '300'];
    await sqs('change-message-visibility', ...queue, ...handle, ...longer);
    await advanceSeconds(endpoint, 299);
    expect(await sqs(...receive)).toEqual({});
    await sqs('delete-message', ...queue, ...handle);
    await advanceSeconds(endpoint, 1);
    expect(await counts(sdkClient(endpoint), url)).toEqual([0, 0, 0]);
  });

  it('chooses the settings of the console form', async () => {
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Id: '__default_policy_ID',
      Statement: [
        {
          Sid: '__owner_statement',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::000000000000:root' },
          Action: 'SQS:*',
          Resource: 'arn:aws:sqs:us-east-1:000000000000:settings',
        },
      ],
    });
    const settings = {
      VisibilityTimeout: '60',
      MessageRetentionPeriod: '86400',
      DelaySeconds: '0',
      MaximumMessageSize: '262144',
      ReceiveMessageWaitTimeSeconds: '5',
      Policy,
    };
    const attributes = ['--attributes', JSON.stringify(settings)];
    const { QueueUrl } = await sqs('create-queue', '--queue-name', 'settings', ...attributes);
    const url = ['--queue-url', String(QueueUrl)];
    expect(await sqs('get-queue-attributes', ...url, '--attribute-names', 'All')).toMatchObject({
      Attributes: settings,
    });
  });
});
