import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { validate } from '../../../src/schema/validate.ts';
import { CancelMessageMoveTask } from '../../../src/services/sqs/operations/CancelMessageMoveTask.ts';
import { arnOf, DeadLetterScene } from './dead-letter-scene.ts';

let scene: DeadLetterScene;

beforeEach(async () => {
  scene = await DeadLetterScene.open();
});

afterEach(async () => {
  expect(scene.harness.taskErrors).toEqual([]);
  await scene.harness.close();
});

const cancel = (TaskHandle: string) => scene.harness.call('CancelMessageMoveTask', { TaskHandle });
const failure = (TaskHandle: string) =>
  scene.harness.failure('CancelMessageMoveTask', { TaskHandle });
const handleOf = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64');

describe('serialization', () => {
  test('TaskHandle is required', () => {
    expect(validate(CancelMessageMoveTask.input, {}).map((found) => found.path)).toEqual([
      'TaskHandle',
    ]);
  });

  test('answers how many messages have moved, as a number', async () => {
    await scene.fill('orders-dlq', ['a', 'b', 'c']);
    const handle = await scene.start({ MaxNumberOfMessagesPerSecond: 2 });
    await scene.settle();
    expect(await cancel(handle)).toEqual({ ApproximateNumberOfMessagesMoved: 2 });
  });
});

describe('validation', () => {
  test.each([
    '',
    'no handle',
    handleOf(null),
    handleOf('text'),
    handleOf({ taskId: 'x' }),
    handleOf({ taskId: 1, sourceArn: arnOf('orders-dlq') }),
    handleOf({ taskId: 'x', sourceArn: 'orders-dlq' }),
  ])('handle %j is none', async (handle) => {
    expect(await failure(handle)).toMatchObject({
      code: 'InvalidParameterValue',
      status: 400,
      message: 'Value for parameter TaskHandle is invalid.',
    });
  });

  test('a handle of a queue that does not exist', async () => {
    const handle = handleOf({ taskId: 'x', sourceArn: arnOf('nowhere') });
    expect(await failure(handle)).toMatchObject({
      code: 'ResourceNotFoundException',
      status: 404,
      message: "The resource that you specified for the SourceArn parameter doesn't exist.",
    });
  });

  test('a handle of a task that does not exist', async () => {
    const handle = handleOf({ taskId: 'x', sourceArn: arnOf('orders-dlq') });
    expect(await failure(handle)).toMatchObject({
      code: 'ResourceNotFoundException',
      status: 404,
      message: 'Task does not exist.',
    });
  });

  test('a task can be cancelled only while it runs', async () => {
    const handle = await scene.start();
    await scene.settle();
    expect(await failure(handle)).toMatchObject({ code: 'UnsupportedOperation', status: 400 });
  });

  test('another account cannot cancel a task that it knows the handle of', async () => {
    await scene.fill('orders-dlq', ['a', 'b']);
    const TaskHandle = await scene.start({ MaxNumberOfMessagesPerSecond: 1 });
    const caller = { accountId: '111111111111' };
    const refused = await scene.harness.failure(
      'CancelMessageMoveTask',
      { TaskHandle },
      { caller },
    );
    expect(refused.code).toBe('ResourceNotFoundException');
    expect((await scene.tasks())[0]).toMatchObject({ Status: 'RUNNING' });
  });
});

describe('behaviour', () => {
  test('stops the task: what has moved stays moved, the rest stays', async () => {
    await scene.fill('orders-dlq', ['a', 'b', 'c']);
    const handle = await scene.start({ MaxNumberOfMessagesPerSecond: 1 });
    await scene.pass(1);
    await cancel(handle);
    await scene.pass(10);
    expect(await scene.bodies('orders')).toEqual(['a', 'b']);
    expect(await scene.bodies('orders-dlq')).toEqual(['c']);
    const [task] = await scene.tasks();
    expect(task).toMatchObject({ Status: 'CANCELLED', ApproximateNumberOfMessagesMoved: 2 });
    expect(task).not.toHaveProperty('TaskHandle');
  });

  test('another task can start at once', async () => {
    await scene.fill('orders-dlq', ['a', 'b']);
    await cancel(await scene.start({ MaxNumberOfMessagesPerSecond: 1 }));
    await scene.start();
    await scene.settle();
    expect(await scene.bodies('orders-dlq')).toEqual([]);
    expect((await scene.tasks()).map((task) => task.Status)).toEqual(['COMPLETED', 'CANCELLED']);
  });
});
