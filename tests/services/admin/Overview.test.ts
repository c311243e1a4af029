import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Caller } from '../../../src/core/context.ts';
import { admin, sqs } from '../../../src/services/index.ts';
import { Overview } from '../../../src/services/sqs/admin/operations/Overview.ts';
import { sqsTasks } from '../../../src/services/sqs/tasks.ts';
import { defaultCaller, ServiceHarness } from '../../support/service.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = new ServiceHarness(sqs, sqsTasks);
});

afterEach(async () => {
  expect(harness.taskErrors).toEqual([]);
  await harness.close();
});

interface Page {
  readonly Queues: ReadonlyArray<{ readonly [member: string]: unknown }>;
  readonly NextToken?: string;
}

async function overview(input: object = {}, caller: Partial<Caller> = {}): Promise<Page> {
  const by = { ...defaultCaller, ...caller };
  return (await harness.invoker.invoke(admin, Overview, input, by)) as Page;
}

const names = (page: Page) => page.Queues.map((queue) => queue.QueueName);

async function createQueues(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await harness.call('CreateQueue', { QueueName: `q${String(index).padStart(3, '0')}` });
  }
}

describe('serialization', () => {
  test('a queue has its URL, what GetQueueAttributes says of it, its tags and its age', async () => {
    await harness.call('CreateQueue', { QueueName: 'orders', tags: { team: 'blue' } });
    const QueueUrl = 'http://localhost:4566/000000000000/orders';
    for (const MessageBody of ['a', 'b', 'c']) {
      await harness.call('SendMessage', { QueueUrl, MessageBody });
    }
    await harness.call('ReceiveMessage', { QueueUrl });
    await harness.call('SendMessage', { QueueUrl, MessageBody: 'd', DelaySeconds: 60 });
    await harness.advance(5_500);
    const { Attributes } = await harness.call('GetQueueAttributes', {
      QueueUrl,
      AttributeNames: ['All'],
    });
    expect(await overview()).toEqual({
      Queues: [
        {
          QueueUrl,
          QueueName: 'orders',
          Attributes,
          Tags: { team: 'blue' },
          ApproximateAgeOfOldestMessage: 5,
        },
      ],
    });
    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: '2',
      ApproximateNumberOfMessagesNotVisible: '1',
      ApproximateNumberOfMessagesDelayed: '1',
    });
  });

  test('an empty queue has no age', async () => {
    await createQueues(1);
    const [queue] = (await overview()).Queues;
    expect(queue).toMatchObject({ QueueName: 'q000', Tags: {} });
    expect(queue).not.toHaveProperty('ApproximateAgeOfOldestMessage');
  });
});

describe('validation', () => {
  test.each([0, 101])('%d results are refused', async (MaxResults) => {
    await expect(overview({ MaxResults })).rejects.toMatchObject({ code: 'ValidationError' });
  });

  test('a token that is none of ours is refused', async () => {
    await expect(overview({ NextToken: 'x' })).rejects.toMatchObject({
      code: 'InvalidParameterValue',
      message: 'Value x for parameter NextToken is invalid. Reason: Invalid or expired next token.',
    });
  });
});

describe('behaviour', () => {
  test('answers an empty list where there are no queues', async () => {
    expect(await overview()).toEqual({ Queues: [] });
  });

  test('answers 100 queues a page unless told otherwise', async () => {
    await createQueues(105);
    const first = await overview();
    expect(first.Queues).toHaveLength(100);
    const second = await overview({ NextToken: first.NextToken });
    expect(names(second)).toEqual(['q100', 'q101', 'q102', 'q103', 'q104']);
    expect(second).not.toHaveProperty('NextToken');
  });

  test('pages of any size hold every queue once, whatever is created in between', async () => {
    await createQueues(4);
    const first = await overview({ MaxResults: 2 });
    await harness.call('CreateQueue', { QueueName: 'a-late-one' });
    const second = await overview({ MaxResults: 2, NextToken: first.NextToken });
    expect([...names(first), ...names(second)]).toEqual(['q000', 'q001', 'q002', 'q003']);
    expect(second).not.toHaveProperty('NextToken');
  });

  test("shows the caller's account and region alone", async () => {
    await createQueues(1);
    const other = { accountId: '111111111111' };
    await harness.call('CreateQueue', { QueueName: 'theirs' }, { caller: other });
    expect(names(await overview())).toEqual(['q000']);
    expect(names(await overview({}, other))).toEqual(['theirs']);
    expect(names(await overview({}, { region: 'eu-west-1' }))).toEqual([]);
  });
});
