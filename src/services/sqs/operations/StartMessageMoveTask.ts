/**
 * StartMessageMoveTask: has the messages of a dead-letter queue moved back, or elsewhere.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
 */
import type { Context } from '../../../core/context.ts';
import { operation } from '../../../core/operation.ts';
import { integer, required, string, structure } from '../../../schema/shapes.ts';
import { fail } from '../errors.ts';
import {
  ACTIVE_TASKS_MAX,
  beginMoveTask,
  countActiveTasks,
  encodeTaskHandle,
  moveTasksOf,
  queueByArn,
} from '../move-task.ts';
import { checkRange, invalidParameter } from '../parameter.ts';
import { isFifo, type Queue, queueArn, queueRef } from '../queue.ts';
import { deadLetterSourceKeyPrefix } from '../redrive-policy.ts';

const RATE = { min: 1, max: 500 };

export const StartMessageMoveTask = operation({
  name: 'StartMessageMoveTask',
  input: structure({
    SourceArn: required(string()),
    DestinationArn: string(),
    MaxNumberOfMessagesPerSecond: integer(),
  }),
  output: structure({ TaskHandle: string() }),
  errors: [
    'InvalidAddress',
    'InvalidSecurity',
    'RequestThrottled',
    'ResourceNotFoundException',
    'UnsupportedOperation',
  ],
  ownerOnly: true,
  async handler(input, context) {
    const { SourceArn, MaxNumberOfMessagesPerSecond: messagesPerSecond } = input;
    const destinationArn = input.DestinationArn === '' ? undefined : input.DestinationArn;
    if (messagesPerSecond !== undefined) {
      const reason = `Must be between ${RATE.min} and ${RATE.max}, if provided.`;
      checkRange('MaxNumberOfMessagesPerSecond', messagesPerSecond, RATE, reason);
    }
    const source = await queueByArn(context, 'SourceArn', SourceArn);
    if (destinationArn !== undefined) await checkDestination(context, source, destinationArn);
    await checkSource(context, source);
    const task = {
      taskId: context.env.uuid(),
      status: 'RUNNING',
      sourceArn: queueArn(source),
      ...(destinationArn !== undefined && { destinationArn }),
      ...(messagesPerSecond !== undefined && { messagesPerSecond }),
      startedAtMs: context.nowMs,
      messagesToMove: (await context.tx.queues.count(queueRef(source))).visible,
      messagesMoved: 0,
    } as const;
    await beginMoveTask(context, source, task);
    return { TaskHandle: encodeTaskHandle(task) };
  },
});

/** Throws InvalidParameterValue or ResourceNotFoundException. */
async function checkDestination(context: Context, source: Queue, arn: string): Promise<void> {
  const destination = await queueByArn(context, 'DestinationArn', arn);
  // AWS documents both rules without the texts of their errors.
  if (isFifo(destination) !== isFifo(source)) {
    const reason = 'The destination queue must be of the same type as the source queue.';
    throw invalidParameter('DestinationArn', arn, reason);
  }
  if (destination.queueId === source.queueId) {
    const reason = 'The destination queue must be another queue than the source queue.';
    throw invalidParameter('DestinationArn', arn, reason);
  }
}

/** Throws InvalidParameterValue or UnsupportedOperation. */
async function checkSource(context: Context, source: Queue): Promise<void> {
  const prefix = deadLetterSourceKeyPrefix(queueArn(source));
  if ((await context.tx.documents.list(prefix, { limit: 1 })).length === 0) {
    throw fail('InvalidParameterValue', 'Source queue must be configured as a Dead Letter Queue.');
  }
  const [newest] = await moveTasksOf(context, source);
  if (newest?.status === 'RUNNING') {
    throw fail(
      'UnsupportedOperation',
      'There is already a task running. ' +
        'Only one active task is allowed for a source queue arn at a given time.',
    );
  }
  if ((await countActiveTasks(context, source)) >= ACTIVE_TASKS_MAX) {
    // The number is AWS's quota; the API reference names no error for it.
    throw fail(
      'UnsupportedOperation',
      `The account already has ${ACTIVE_TASKS_MAX} active message movement tasks in this Region, ` +
        'which is the maximum.',
    );
  }
}
