/** What the log of attempts keeps of messages to queues, which no worker delivers. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readAttempts } from '../../../src/delivery/attempt-log.ts';
import { type ServiceHarness, START_MS } from '../../support/service.ts';
import { createTopic, newHarness, queueArn, raw, subscribe, subscribeQueue } from './topics.ts';

const role = 'arn:aws:iam::000000000000:role/feedback';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

interface AttemptRecord {
  readonly status: string;
  readonly delivery: { readonly providerResponse: string; readonly destination: string };
}

const records = async (arn: string) =>
  (await readAttempts(harness.store, arn, 100)) as readonly AttemptRecord[];

it('keeps successes of a topic that asks for them', async () => {
  const arn = await createTopic(harness, 'news', { SQSSuccessFeedbackRoleArn: role });
  await subscribeQueue(harness, arn, 'inbox');
  const { MessageId } = await harness.call('Publish', { TopicArn: arn, Message: 'hello' });
  const found = await records(arn);
  expect(found).toEqual([
    {
      notification: {
        messageMD5Sum: '5d41402abc4b2a76b9719d911017c592',
        messageId: MessageId,
        topicArn: arn,
        timestamp: new Date(START_MS).toISOString().replace('T', ' ').replace('Z', ''),
      },
      delivery: {
        deliveryId: expect.any(String),
        destination: queueArn('inbox'),
        providerResponse: expect.any(String),
        dwellTimeMs: 0,
        attempts: 1,
        statusCode: 200,
      },
      status: 'SUCCESS',
    },
  ]);
  expect(JSON.parse(found[0]?.delivery.providerResponse ?? '')).toEqual({
    sqsMessageId: expect.any(String),
    sqsRequestId: expect.any(String),
  });
});

it('keeps as many successes as the sample rate says, and none unless asked', async () => {
  for (const attributes of [
    {},
    { SQSSuccessFeedbackRoleArn: role, SQSSuccessFeedbackSampleRate: '0' },
    { HTTPSuccessFeedbackRoleArn: role },
  ]) {
    const arn = await createTopic(harness, `news-${Object.keys(attributes).join('-')}`, attributes);
    await subscribeQueue(harness, arn, 'inbox', raw);
    await harness.call('Publish', { TopicArn: arn, Message: 'hello' });
    expect(await records(arn)).toEqual([]);
  }
});

it('keeps every failure, in the words of SQS', async () => {
  const arn = await createTopic(harness, 'news');
  await subscribe(harness, arn, 'sqs', queueArn('nowhere'));
  const MessageAttributes = Object.fromEntries(
    Array.from({ length: 11 }, (_, i) => [`a${i}`, { DataType: 'String', StringValue: 'x' }]),
  );
  await harness.call('Publish', { TopicArn: arn, Message: 'hello' });
  await subscribeQueue(harness, arn, 'inbox', raw);
  await harness.call('Publish', { TopicArn: arn, Message: 'hello', MessageAttributes });
  const failures = (await records(arn)).map(({ status, delivery }) => ({
    status,
    destination: delivery.destination,
    code: (JSON.parse(delivery.providerResponse) as { ErrorCode: string }).ErrorCode,
  }));
  const missing = {
    status: 'FAILURE',
    destination: queueArn('nowhere'),
    code: 'AWS.SimpleQueueService.NonExistentQueue',
  };
  const tooMany = {
    status: 'FAILURE',
    destination: queueArn('inbox'),
    code: 'InvalidParameterValue',
  };
  expect(failures).toHaveLength(3);
  expect(failures).toEqual(expect.arrayContaining([missing, tooMany, missing]));
});
