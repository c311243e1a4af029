/**
 * ListMessageMoveTasks: the newest tasks of a source queue.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListMessageMoveTasks.html
 */
import { operation } from '../../../core/operation.ts';
import { integer, list, long, named, required, string, structure } from '../../../schema/shapes.ts';
import {
  encodeTaskHandle,
  type MoveTask,
  moveTasksOf,
  queueByArn,
  TASKS_LISTED_MAX,
} from '../move-task.ts';
import { checkRange } from '../parameter.ts';

const ListMessageMoveTasksResultEntry = structure({
  TaskHandle: string(),
  Status: string(),
  SourceArn: string(),
  DestinationArn: string(),
  MaxNumberOfMessagesPerSecond: integer(),
  ApproximateNumberOfMessagesMoved: long(),
  ApproximateNumberOfMessagesToMove: long(),
  FailureReason: string(),
  StartedTimestamp: long(),
});

export const ListMessageMoveTasks = operation({
  name: 'ListMessageMoveTasks',
  input: structure({ SourceArn: required(string()), MaxResults: integer() }),
  output: structure({
    Results: named(
      'ListMessageMoveTasksResultEntry',
      list(ListMessageMoveTasksResultEntry, { flattened: true }),
    ),
  }),
  errors: [
    'InvalidAddress',
    'InvalidSecurity',
    'RequestThrottled',
    'ResourceNotFoundException',
    'UnsupportedOperation',
  ],
  ownerOnly: true,
  async handler(input, context) {
    const { SourceArn, MaxResults = 1 } = input;
    checkRange(
      'MaxResults',
      MaxResults,
      { min: 1, max: TASKS_LISTED_MAX },
      `Must be between 1 and ${TASKS_LISTED_MAX}, if provided.`,
    );
    const source = await queueByArn(context, 'SourceArn', SourceArn);
    const tasks = await moveTasksOf(context, source);
    // An empty list is sent rather than left out: programs read `Results[0]` of what they started.
    return { Results: tasks.slice(0, MaxResults).map(toEntry) };
  },
});

function toEntry(task: MoveTask) {
  const { destinationArn, messagesPerSecond, failureReason } = task;
  return {
    // Only what can still be cancelled has a handle.
    ...(task.status === 'RUNNING' && { TaskHandle: encodeTaskHandle(task) }),
    Status: task.status,
    SourceArn: task.sourceArn,
    ...(destinationArn !== undefined && { DestinationArn: destinationArn }),
    ...(messagesPerSecond !== undefined && { MaxNumberOfMessagesPerSecond: messagesPerSecond }),
    ApproximateNumberOfMessagesMoved: task.messagesMoved,
    ApproximateNumberOfMessagesToMove: task.messagesToMove,
    ...(failureReason !== undefined && { FailureReason: failureReason }),
    StartedTimestamp: task.startedAtMs,
  };
}
