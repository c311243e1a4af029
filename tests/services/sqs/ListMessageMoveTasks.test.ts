import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { validate } from '../../../src/schema/validate.ts';
import { ListMessageMoveTasks } from '../../../src/services/sqs/operations/ListMessageMoveTasks.ts';
import { START_MS } from '../../support/service.ts';
import { arnOf, DeadLetterScene } from './dead-letter-scene.ts';

let scene: DeadLetterScene;

beforeEach(async () => {
  scene = await DeadLetterScene.open();
});

afterEach(async () => {
  expect(scene.harness.taskErrors).toEqual([]);
  await scene.harness.close();
});

describe('serialization', () => {
  test('only SourceArn is required', () => {
    expect(validate(ListMessageMoveTasks.input, {}).map((found) => found.path)).toEqual([
      'SourceArn',
    ]);
  });

  test('a running task shows its handle, and only what the request gave', async () => {
    await scene.fill('orders-dlq', ['a', 'b', 'c']);
    const TaskHandle = await scene.start({ MaxNumberOfMessagesPerSecond: 1 });
    await scene.settle();
    expect(await scene.tasks()).toEqual([
      {
        TaskHandle,
        Status: 'RUNNING',
        SourceArn: arnOf('orders-dlq'),
        MaxNumberOfMessagesPerSecond: 1,
        ApproximateNumberOfMessagesMoved: 1,
        ApproximateNumberOfMessagesToMove: 3,
        StartedTimestamp: START_MS,
      },
    ]);
  });

  test('an ended task shows no handle', async () => {
    await scene.createQueue('inspect');
    await scene.fill('orders-dlq', ['a']);
    await scene.start({ DestinationArn: arnOf('inspect') });
    await scene.settle();
    expect(await scene.tasks()).toEqual([
      {
        Status: 'COMPLETED',
        SourceArn: arnOf('orders-dlq'),
        DestinationArn: arnOf('inspect'),
        ApproximateNumberOfMessagesMoved: 1,
        ApproximateNumberOfMessagesToMove: 1,
        StartedTimestamp: START_MS,
      },
    ]);
  });

  test('a queue without tasks has an empty list', async () => {
    const SourceArn = arnOf('orders');
    expect(await scene.harness.call('ListMessageMoveTasks', { SourceArn })).toEqual({
      Results: [],
    });
  });
});

describe('validation', () => {
  test.each([0, 11])('%d results are refused', async (MaxResults) => {
    const input = { SourceArn: arnOf('orders-dlq'), MaxResults };
    expect(await scene.harness.failure('ListMessageMoveTasks', input)).toMatchObject({
      code: 'InvalidParameterValue',
      message:
        `Value ${MaxResults} for parameter MaxResults is invalid. ` +
        'Reason: Must be between 1 and 10, if provided.',
    });
  });

  test('SourceArn must be the ARN of a queue that exists', async () => {
    const { harness } = scene;
    expect(await harness.failure('ListMessageMoveTasks', { SourceArn: 'x' })).toMatchObject({
      code: 'InvalidParameterValue',
    });
    expect(
      await harness.failure('ListMessageMoveTasks', { SourceArn: arnOf('nowhere') }),
    ).toMatchObject({
      code: 'ResourceNotFoundException',
      status: 404,
      message: "The resource that you specified for the SourceArn parameter doesn't exist.",
    });
  });
});

describe('behaviour', () => {
  async function runTasks(count: number): Promise<void> {
    for (let task = 0; task < count; task += 1) {
      await scene.start();
      await scene.settle();
      await scene.harness.advance(1_000);
    }
  }

  test('shows the newest task alone unless asked for more', async () => {
    await runTasks(3);
    const answer = await scene.harness.call('ListMessageMoveTasks', {
      SourceArn: arnOf('orders-dlq'),
    });
    expect(answer.Results).toMatchObject([{ StartedTimestamp: START_MS + 2_000 }]);
  });

  test('shows the newest first, and no more than the last ten', async () => {
    await runTasks(12);
    const started = (await scene.tasks()).map((task) => task.StartedTimestamp);
    const expected = Array.from({ length: 10 }, (_, index) => START_MS + (11 - index) * 1_000);
    expect(started).toEqual(expected);
  });

  test('keeps ended tasks for 14 days', async () => {
    await scene.start();
    await scene.settle();
    await scene.harness.advance(14 * 86_400_000 - 1);
    expect(await scene.tasks()).toHaveLength(1);
    await scene.harness.advance(1);
    expect(await scene.tasks()).toHaveLength(0);
  });
});
