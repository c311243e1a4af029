import { afterEach, describe, expect, test } from 'vitest';
import { createInvoker } from '../../../src/core/invoke.ts';
import { Alarms } from '../../../src/scheduler/alarms.ts';
import { Scheduler } from '../../../src/scheduler/scheduler.ts';
import type { Task } from '../../../src/scheduler/task.ts';
import { Waiters } from '../../../src/scheduler/waiters.ts';
import { validate } from '../../../src/schema/validate.ts';
import { StartMessageMoveTask } from '../../../src/services/sqs/operations/StartMessageMoveTask.ts';
import { queueRef } from '../../../src/services/sqs/queue.ts';
import { sqsTasks } from '../../../src/services/sqs/tasks.ts';
import { START_MS } from '../../support/service.ts';
import { arnOf, DeadLetterScene } from './dead-letter-scene.ts';

const HOUR_MS = 3_600_000;
const numbered = (count: number, word = 'm') =>
  Array.from({ length: count }, (_, index) => `${word}${index + 1}`);

let scene: DeadLetterScene;

afterEach(async () => {
  expect(scene.harness.taskErrors).toEqual([]);
  await scene.harness.close();
});

describe('serialization', () => {
  test('answers a handle: base64 of the task id and the source ARN', async () => {
    scene = await DeadLetterScene.open();
    const handle = await scene.start();
    expect(JSON.parse(Buffer.from(handle, 'base64').toString())).toEqual({
      taskId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      sourceArn: arnOf('orders-dlq'),
    });
  });

  test('only SourceArn is required', async () => {
    scene = await DeadLetterScene.open();
    expect(validate(StartMessageMoveTask.input, {}).map((found) => found.path)).toEqual([
      'SourceArn',
    ]);
  });
});

describe('validation', () => {
  test('a missing SourceArn is named', async () => {
    scene = await DeadLetterScene.open();
    expect(await scene.harness.failure('StartMessageMoveTask', {})).toMatchObject({
      code: 'MissingParameter',
      message: 'The request must contain the parameter SourceArn.',
    });
  });

  test.each(['SourceArn', 'DestinationArn'])('%s must be an ARN', async (parameter) => {
    scene = await DeadLetterScene.open();
    const input = { SourceArn: arnOf('orders-dlq'), [parameter]: 'orders-dlq' };
    expect(await scene.harness.failure('StartMessageMoveTask', input)).toMatchObject({
      code: 'InvalidParameterValue',
      status: 400,
      message:
        `You must use this format to specify the ${parameter}: ` +
        'arn:<partition>:<service>:<region>:<account-id>:<resource-id>',
    });
  });

  test.each([
    ['SourceArn', arnOf('nowhere')],
    ['SourceArn', arnOf('orders-dlq').replace('us-east-1', 'eu-west-1')],
    ['SourceArn', arnOf('orders-dlq').replace('000000000000', '111111111111')],
    ['SourceArn', arnOf('orders-dlq').replace(':sqs:', ':sns:')],
    ['DestinationArn', arnOf('nowhere')],
  ])('%s %s is a resource that does not exist', async (parameter, arn) => {
    scene = await DeadLetterScene.open();
    const input = { SourceArn: arnOf('orders-dlq'), [parameter]: arn };
    expect(await scene.harness.failure('StartMessageMoveTask', input)).toMatchObject({
      code: 'ResourceNotFoundException',
      status: 404,
      message: `The resource that you specified for the ${parameter} parameter doesn't exist.`,
    });
  });

  test("another account's queues are not there, whatever they are configured as", async () => {
    scene = await DeadLetterScene.open();
    const input = { SourceArn: arnOf('orders-dlq') };
    const caller = { accountId: '111111111111' };
    const failure = await scene.harness.failure('StartMessageMoveTask', input, { caller });
    expect(failure.code).toBe('ResourceNotFoundException');
  });

  test('the source must be the dead-letter queue of some queue', async () => {
    scene = await DeadLetterScene.open();
    const input = { SourceArn: arnOf('orders') };
    expect(await scene.harness.failure('StartMessageMoveTask', input)).toMatchObject({
      code: 'InvalidParameterValue',
      message: 'Source queue must be configured as a Dead Letter Queue.',
    });
  });

  test.each([0, 501, -1])('a rate of %d messages per second is refused', async (rate) => {
    scene = await DeadLetterScene.open();
    const input = { SourceArn: arnOf('orders-dlq'), MaxNumberOfMessagesPerSecond: rate };
    expect(await scene.harness.failure('StartMessageMoveTask', input)).toMatchObject({
      code: 'InvalidParameterValue',
      message:
        `Value ${rate} for parameter MaxNumberOfMessagesPerSecond is invalid. ` +
        'Reason: Must be between 1 and 500, if provided.',
    });
  });

  test('the destination must be of the same type as the source, and another queue', async () => {
    scene = await DeadLetterScene.open();
    await scene.createQueue('other.fifo');
    for (const name of ['other.fifo', 'orders-dlq']) {
      const input = { SourceArn: arnOf('orders-dlq'), DestinationArn: arnOf(name) };
      const failure = await scene.harness.failure('StartMessageMoveTask', input);
      expect(failure.code).toBe('InvalidParameterValue');
    }
  });

  test('a second task has to wait until the first has ended', async () => {
    scene = await DeadLetterScene.open();
    await scene.fill('orders-dlq', numbered(2));
    await scene.start({ MaxNumberOfMessagesPerSecond: 1 });
    expect(
      await scene.harness.failure('StartMessageMoveTask', { SourceArn: arnOf('orders-dlq') }),
    ).toMatchObject({
      status: 400,
      message:
        'There is already a task running. ' +
        'Only one active task is allowed for a source queue arn at a given time.',
    });
    await scene.pass(3);
    expect(await scene.start()).not.toBe('');
  });

  test('an account has at most 100 active tasks', async () => {
    scene = await DeadLetterScene.open();
    for (let index = 0; index < 100; index += 1) {
      const dlq = `dlq-${index}`;
      await scene.createQueue(dlq);
      const RedrivePolicy = { deadLetterTargetArn: arnOf(dlq), maxReceiveCount: 1 };
      await scene.createQueue(`q-${index}`, { RedrivePolicy: JSON.stringify(RedrivePolicy) });
      await scene.fill(dlq, ['a', 'b']);
      await scene.start({ SourceArn: arnOf(dlq), MaxNumberOfMessagesPerSecond: 1 });
    }
    const SourceArn = arnOf('orders-dlq');
    const failure = await scene.harness.failure('StartMessageMoveTask', { SourceArn });
    expect(failure).toMatchObject({ code: 'UnsupportedOperation', status: 400 });
    await scene.pass(3);
    expect(await scene.start()).not.toBe('');
  });
});

describe('behaviour', () => {
  test('moves every message back to the queue it came from, oldest first', async () => {
    scene = await DeadLetterScene.open();
    const RedrivePolicy = { deadLetterTargetArn: arnOf('orders-dlq'), maxReceiveCount: 3 };
    await scene.createQueue('returns', { RedrivePolicy: JSON.stringify(RedrivePolicy) });
    await scene.fill('orders-dlq', ['o1', 'o2']);
    await scene.fill('orders-dlq', ['r1'], { deadLetterSourceArn: arnOf('returns') });
    await scene.fill('orders-dlq', ['o3']);
    await scene.start();
    await scene.settle();
    expect(await scene.bodies('orders')).toEqual(['o1', 'o2', 'o3']);
    expect(await scene.bodies('returns')).toEqual(['r1']);
    expect(await scene.bodies('orders-dlq')).toEqual([]);
    expect(await scene.tasks()).toMatchObject([
      { Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 4 },
    ]);
  });

  test.each(['', '.fifo'] as const)(
    'what was dead-lettered by receives comes back with a count of 1 (orders%s)',
    async (suffix) => {
      scene = await DeadLetterScene.open(suffix);
      const { harness } = scene;
      const QueueUrl = scene.source;
      const receive = async (): Promise<unknown> => {
        const answer = await harness.call('ReceiveMessage', {
          QueueUrl,
          VisibilityTimeout: 0,
          MessageSystemAttributeNames: ['All'],
        });
        return answer.Messages;
      };
      const fifo = suffix === '.fifo' && { MessageGroupId: 'g', MessageDeduplicationId: 'd' };
      const sent = await harness.call('SendMessage', { QueueUrl, MessageBody: 'a', ...fifo });
      expect(await receive()).toMatchObject([{ MessageId: sent.MessageId }]);
      expect(await receive()).toBeUndefined();
      expect(await scene.bodies(scene.dlq)).toEqual(['a']);
      await scene.start();
      await scene.settle();
      const [message] = (await receive()) as Array<{ readonly [member: string]: unknown }>;
      expect(message).toMatchObject({
        Body: 'a',
        Attributes: {
          ApproximateReceiveCount: '1',
          ...(fifo && { MessageGroupId: 'g', MessageDeduplicationId: sent.MessageId }),
        },
      });
      expect(message?.MessageId).not.toBe(sent.MessageId);
      expect(message?.Attributes).not.toHaveProperty('DeadLetterQueueSourceArn');
    },
  );

  test('moves to a destination of the caller’s choice', async () => {
    scene = await DeadLetterScene.open();
    await scene.createQueue('inspect');
    await scene.fill('orders-dlq', ['a'], { deadLetterSourceArn: undefined });
    await scene.fill('orders-dlq', ['b']);
    await scene.start({ DestinationArn: arnOf('inspect') });
    await scene.settle();
    expect(await scene.bodies('inspect')).toEqual(['a', 'b']);
    expect(await scene.bodies('orders')).toEqual([]);
  });

  test('a blank destination means each message’s own source', async () => {
    scene = await DeadLetterScene.open();
    await scene.fill('orders-dlq', ['a']);
    await scene.start({ DestinationArn: '' });
    await scene.settle();
    expect(await scene.bodies('orders')).toEqual(['a']);
    expect((await scene.tasks())[0]).not.toHaveProperty('DestinationArn');
  });

  test('a moved message is a new message', async () => {
    scene = await DeadLetterScene.open();
    const attributes = { kind: { DataType: 'String', StringValue: 'x' } };
    await scene.fill('orders-dlq', ['a'], { attributes, traceHeader: 'Root=1' });
    const [before] = await scene.messages('orders-dlq');
    await scene.harness.advance(5_000);
    await scene.start();
    await scene.settle();
    const [after] = await scene.messages('orders');
    expect(after).toMatchObject({
      body: 'a',
      bodyMd5: before?.bodyMd5,
      attributes,
      traceHeader: 'Root=1',
      sentAtMs: START_MS + 5_000,
      entry: { enqueuedAtMs: START_MS + 5_000, visibleAtMs: START_MS + 5_000, claims: 0 },
    });
    expect(after?.messageId).not.toBe(before?.messageId);
    expect(after?.receivesBefore).toBeUndefined();
    expect(after?.deadLetterSourceArn).toBeUndefined();
  });

  test('a moved message waits for the delay of its new queue, like any new message', async () => {
    scene = await DeadLetterScene.open();
    await scene.createQueue('slow', { DelaySeconds: '60' });
    await scene.fill('orders-dlq', ['a']);
    await scene.start({ DestinationArn: arnOf('slow') });
    await scene.settle();
    const [message] = await scene.messages('slow', 'delayed');
    expect(message?.entry.visibleAtMs).toBe(START_MS + 60_000);
  });

  test('never moves more than the rate allows in any second', async () => {
    scene = await DeadLetterScene.open();
    await scene.fill('orders-dlq', numbered(7));
    await scene.start({ MaxNumberOfMessagesPerSecond: 3 });
    const movedPerSecond: number[] = [];
    await scene.settle();
    for (let second = 0; second < 3; second += 1) {
      movedPerSecond.push((await scene.bodies('orders')).length);
      await scene.harness.advance(999);
      movedPerSecond.push((await scene.bodies('orders')).length);
      await scene.harness.advance(1);
    }
    expect(movedPerSecond).toEqual([3, 3, 6, 6, 7, 7]);
    expect((await scene.tasks())[0]).toMatchObject({
      Status: 'COMPLETED',
      MaxNumberOfMessagesPerSecond: 3,
    });
  });

  test('does not make up for a time in which it could not run', async () => {
    scene = await DeadLetterScene.open();
    await scene.fill('orders-dlq', numbered(100));
    await scene.start({ MaxNumberOfMessagesPerSecond: 10 });
    await scene.settle();
    await scene.harness.advance(HOUR_MS);
    expect(await scene.bodies('orders')).toHaveLength(20);
  });

  test('a rate beyond what one run moves is still reached', async () => {
    scene = await DeadLetterScene.open();
    await scene.fill('orders-dlq', numbered(1_200));
    await scene.start({ MaxNumberOfMessagesPerSecond: 500 });
    await scene.settle();
    expect(await scene.bodies('orders')).toHaveLength(500);
    await scene.harness.advance(1_000);
    expect(await scene.bodies('orders')).toHaveLength(1_000);
  });

  test('without a rate it moves everything as fast as it can, in several transactions', async () => {
    scene = await DeadLetterScene.open();
    const bodies = numbered(1_001);
    await scene.fill('orders-dlq', bodies);
    await scene.start();
    await scene.settle();
    expect(await scene.bodies('orders')).toEqual(bodies);
    expect(await scene.tasks()).toMatchObject([
      {
        Status: 'COMPLETED',
        ApproximateNumberOfMessagesToMove: 1_001,
        ApproximateNumberOfMessagesMoved: 1_001,
      },
    ]);
  });

  test('moves what arrives while it runs, and leaves the number to move as it was', async () => {
    scene = await DeadLetterScene.open();
    await scene.fill('orders-dlq', numbered(2));
    await scene.start({ MaxNumberOfMessagesPerSecond: 1 });
    await scene.settle();
    await scene.fill('orders-dlq', ['late']);
    await scene.pass(3);
    expect(await scene.bodies('orders')).toEqual(['m1', 'm2', 'late']);
    expect((await scene.tasks())[0]).toMatchObject({
      Status: 'COMPLETED',
      ApproximateNumberOfMessagesToMove: 2,
      ApproximateNumberOfMessagesMoved: 3,
    });
  });

  test('leaves messages in flight and delayed ones where they are', async () => {
    scene = await DeadLetterScene.open();
    await scene.fill('orders-dlq', numbered(3));
    const ref = queueRef(await scene.queue('orders-dlq'));
    await scene.harness.store.transact((tx) =>
      tx.queues.claim(ref, { limit: 1, visibleAtMs: tx.nowMs + 30_000 }),
    );
    await scene.harness.store.transact((tx) =>
      tx.queues.append(ref, [
        { payload: 'not read', visibleAtMs: tx.nowMs + 30_000, enqueuedAtMs: tx.nowMs },
      ]),
    );
    await scene.start();
    await scene.settle();
    expect(await scene.bodies('orders')).toEqual(['m2', 'm3']);
    const counts = await scene.harness.store.transact((tx) => tx.queues.count(ref));
    expect(counts).toEqual({ visible: 0, claimed: 1, delayed: 1 });
    expect((await scene.tasks())[0]).toMatchObject({
      Status: 'COMPLETED',
      ApproximateNumberOfMessagesToMove: 2,
      ApproximateNumberOfMessagesMoved: 2,
    });
  });

  test('a message past its retention gets no new life', async () => {
    scene = await DeadLetterScene.open();
    await scene.fill('orders-dlq', ['old']);
    // The queue's own expiry is held back, so that the task is the one to find the message.
    const { scheduler } = scene.harness;
    await scheduler.stop();
    scene.harness.clock.advance(345_600_000);
    await scene.fill('orders-dlq', ['young']);
    await scene.start();
    await runTask(scene, 'sqs.move-messages');
    expect(await scene.bodies('orders')).toEqual(['young']);
    expect(await scene.bodies('orders-dlq')).toEqual([]);
    scheduler.start();
    await scene.settle();
  });

  test('keeps the order of each FIFO group, its group and takes the old id against duplicates', async () => {
    scene = await DeadLetterScene.open('.fifo');
    for (let round = 1; round <= 12; round += 1) {
      await scene.fill('orders-dlq.fifo', [`a${round}`], {}, 'a');
      await scene.fill('orders-dlq.fifo', [`b${round}`], {}, 'b');
    }
    const before = await scene.messages('orders-dlq.fifo');
    await scene.start();
    await scene.settle();
    const after = await scene.messages('orders.fifo');
    for (const group of ['a', 'b']) {
      const ofGroup = after.filter((message) => message.groupId === group);
      expect(ofGroup.map((message) => message.body)).toEqual(numbered(12, group));
      expect(ofGroup.every((message) => message.entry.group === group)).toBe(true);
    }
    const idOf = new Map(before.map((message) => [message.body, message.messageId]));
    for (const { body, messageId, deduplicationId } of after) {
      expect(deduplicationId).toBe(idOf.get(body));
      expect(messageId).not.toBe(deduplicationId);
    }
    expect(await scene.bodies('orders-dlq.fifo')).toEqual([]);
  });

  test('passes over a FIFO group of which a message is in flight', async () => {
    scene = await DeadLetterScene.open('.fifo');
    await scene.fill('orders-dlq.fifo', ['a1', 'a2'], {}, 'a');
    const ref = queueRef(await scene.queue('orders-dlq.fifo'));
    await scene.harness.store.transact((tx) =>
      tx.queues.claim(ref, { limit: 1, visibleAtMs: tx.nowMs + 30_000 }),
    );
    await scene.fill('orders-dlq.fifo', ['b1', 'b2'], {}, 'b');
    await scene.start();
    await scene.settle();
    expect(await scene.bodies('orders.fifo')).toEqual(['b1', 'b2']);
    expect(await scene.bodies('orders-dlq.fifo')).toEqual(['a1', 'a2']);
    expect((await scene.tasks())[0]).toMatchObject({ Status: 'COMPLETED' });
  });

  test.each(['', '.fifo'] as const)(
    'fails at a message%s whose source nobody knows, which stays with all behind it',
    async (suffix) => {
      scene = await DeadLetterScene.open(suffix);
      await scene.fill(scene.dlq, ['known']);
      await scene.fill(scene.dlq, ['sent directly'], { deadLetterSourceArn: undefined });
      await scene.fill(scene.dlq, ['behind']);
      await scene.start();
      await scene.settle();
      expect(await scene.bodies(scene.source)).toEqual(['known']);
      const left = await scene.messages(scene.dlq, 'visible');
      expect(left.map((message) => message.body)).toEqual(['sent directly', 'behind']);
      expect(left.map((message) => message.entry.claims)).toEqual([0, 0]);
      expect(left.every((message) => message.entry.firstClaimedAtMs === undefined)).toBe(true);
      expect((await scene.tasks())[0]).toMatchObject({
        Status: 'FAILED',
        FailureReason: 'CouldNotDetermineMessageSource',
        ApproximateNumberOfMessagesMoved: 1,
      });
    },
  );

  test('fails when the destination is deleted on the way', async () => {
    scene = await DeadLetterScene.open();
    await scene.createQueue('inspect');
    await scene.fill('orders-dlq', numbered(3));
    await scene.start({ DestinationArn: arnOf('inspect'), MaxNumberOfMessagesPerSecond: 1 });
    await scene.settle();
    await scene.harness.call('DeleteQueue', { QueueUrl: 'inspect' });
    await scene.harness.advance(1_000);
    expect(await scene.bodies('orders-dlq')).toEqual(['m2', 'm3']);
    expect((await scene.tasks())[0]).toMatchObject({
      Status: 'FAILED',
      FailureReason: 'AWS.SimpleQueueService.NonExistentQueue',
      ApproximateNumberOfMessagesMoved: 1,
    });
  });

  test('ends without a trace when its own queue is deleted', async () => {
    scene = await DeadLetterScene.open();
    await scene.fill('orders-dlq', numbered(3));
    await scene.start({ MaxNumberOfMessagesPerSecond: 1 });
    await scene.settle();
    await scene.harness.call('DeleteQueue', { QueueUrl: 'orders-dlq' });
    await scene.harness.advance(60_000);
    await scene.createQueue('orders-dlq');
    await scene.fill('orders-dlq', ['new']);
    await scene.harness.advance(1_000);
    expect(await scene.tasks()).toEqual([]);
    expect(await scene.bodies('orders-dlq')).toEqual(['new']);
    const left = await scene.harness.store.transact((tx) =>
      tx.documents.list('sqs/active-', { limit: 1 }),
    );
    expect(left).toEqual([]);
  });

  test('fails after 36 hours', async () => {
    scene = await DeadLetterScene.open();
    await scene.fill('orders-dlq', numbered(3));
    await scene.start({ MaxNumberOfMessagesPerSecond: 1 });
    await scene.settle();
    await scene.harness.advance(36 * HOUR_MS - 1);
    expect((await scene.tasks())[0]).toMatchObject({ Status: 'RUNNING' });
    await scene.harness.advance(1_000);
    expect((await scene.tasks())[0]).toMatchObject({
      Status: 'FAILED',
      ApproximateNumberOfMessagesMoved: 2,
    });
    expect(await scene.bodies('orders-dlq')).toEqual(['m3']);
  });

  test('wakes those who wait for messages of the destination', async () => {
    scene = await DeadLetterScene.open();
    await scene.fill('orders-dlq', ['a']);
    const { key } = queueRef(await scene.queue('orders'));
    const place = scene.harness.waiters.join({ key, capacity: 1 }, START_MS + 20_000);
    const woken = place.parked(undefined);
    await scene.start();
    await scene.settle();
    expect(await Promise.race([woken, 'asleep'])).toBe('woken');
    place.leave(true);
  });

  test('counts what it moves as received, deleted and sent', async () => {
    scene = await DeadLetterScene.open();
    await scene.fill('orders-dlq', numbered(3));
    await scene.start();
    await scene.settle();
    const counted = scene.harness.counts.map(({ resource, name, value }) => [
      resource,
      name,
      value,
    ]);
    expect(counted).toEqual([
      ['orders-dlq', 'NumberOfMessagesReceived', 3],
      ['orders', 'NumberOfMessagesSent', 3],
      ['orders-dlq', 'NumberOfMessagesDeleted', 3],
    ]);
  });

  test('goes on after a crash in the middle of a run: nothing is lost, nothing comes twice', async () => {
    scene = await DeadLetterScene.open();
    const bodies = numbered(240);
    await scene.fill('orders-dlq', bodies);
    // The process dies after the third run has done its work and before that is committed.
    await scene.harness.scheduler.stop();
    await scene.start();
    let runs = 0;
    const first = processOn(
      scene,
      dying(() => ++runs === 3),
    );
    await first.scheduler.runDue();
    expect(first.errors).toHaveLength(1);
    expect(await scene.bodies('orders')).toEqual(numbered(100));
    expect((await scene.tasks())[0]).toMatchObject({
      Status: 'RUNNING',
      ApproximateNumberOfMessagesMoved: 100,
    });
    await first.scheduler.stop();
    // The next process takes over when the lease on the timer has ended.
    const second = processOn(scene, sqsTasks);
    scene.harness.clock.advance(30_000);
    await second.scheduler.runDue();
    await second.scheduler.stop();
    expect(second.errors).toEqual([]);
    expect(await scene.bodies('orders')).toEqual(bodies);
    expect(await scene.bodies('orders-dlq')).toEqual([]);
    expect((await scene.tasks())[0]).toMatchObject({
      Status: 'COMPLETED',
      ApproximateNumberOfMessagesMoved: 240,
    });
  });

  test('a task with a rate goes on in the next process where the last one stopped', async () => {
    scene = await DeadLetterScene.open('.fifo');
    await scene.fill('orders-dlq.fifo', numbered(6));
    await scene.start({ MaxNumberOfMessagesPerSecond: 2 });
    await scene.settle();
    await scene.harness.advance(1_000);
    expect(await scene.bodies('orders.fifo')).toEqual(numbered(4));
    await scene.harness.scheduler.stop();
    const next = processOn(scene, sqsTasks);
    await next.scheduler.runDue();
    expect(await scene.bodies('orders.fifo')).toEqual(numbered(4));
    scene.harness.clock.advance(1_000);
    await next.scheduler.runDue();
    scene.harness.clock.advance(1_000);
    await next.scheduler.runDue();
    await next.scheduler.stop();
    expect(await scene.bodies('orders.fifo')).toEqual(numbered(6));
    expect((await scene.tasks())[0]).toMatchObject({ Status: 'COMPLETED' });
  });
});

/** Another process on the scene's store: its own waiters, invoker and scheduler. */
function processOn(on: DeadLetterScene, tasks: readonly Task[]) {
  const { store, env, clock } = on.harness;
  const alarms = new Alarms();
  const errors: unknown[] = [];
  const invoker = createInvoker({
    services: [],
    store,
    env,
    waiters: new Waiters(alarms),
    counts: { count: () => {} },
    onTimer: (dueAtMs) => scheduler.expectTimer(dueAtMs),
  });
  const onError = (_what: string, error: unknown) => errors.push(error);
  const scheduler = new Scheduler({ clock, store, alarms, invoker, tasks, onError });
  scheduler.start();
  return { scheduler, errors, invoker };
}

/** The tasks of SQS, except that a run fails at its very end when `dies` says so. */
function dying(dies: () => boolean): Task[] {
  return sqsTasks.map((task) => ({
    kind: task.kind,
    async run(timer, context) {
      await task.run(timer, context);
      if (task.kind === 'sqs.move-messages' && dies()) throw new Error('the process dies');
    },
  }));
}

/** Runs the timers of one kind only. */
async function runTask(on: DeadLetterScene, kind: string): Promise<void> {
  const only = sqsTasks.map((task) =>
    task.kind === kind ? task : { kind: task.kind, run: async () => {} },
  );
  const { scheduler } = processOn(on, only);
  await scheduler.runDue();
  await scheduler.stop();
}
