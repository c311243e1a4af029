/**
 * CancelMessageMoveTask: stops a task; what it has moved stays moved.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CancelMessageMoveTask.html
 */
import { operation } from '../../../core/operation.ts';
import { long, required, string, structure } from '../../../schema/shapes.ts';
import { fail } from '../errors.ts';
import { decodeTaskHandle, endMoveTask, moveTasksOf, queueByArn } from '../move-task.ts';

export const CancelMessageMoveTask = operation({
  name: 'CancelMessageMoveTask',
  input: structure({ TaskHandle: required(string()) }),
  output: structure({ ApproximateNumberOfMessagesMoved: long() }),
  errors: [
    'InvalidAddress',
    'InvalidSecurity',
    'RequestThrottled',
    'ResourceNotFoundException',
    'UnsupportedOperation',
  ],
  ownerOnly: true,
  async handler(input, context) {
    const { taskId, sourceArn } = decodeTaskHandle(input.TaskHandle);
    const source = await queueByArn(context, 'SourceArn', sourceArn);
    const task = (await moveTasksOf(context, source)).find((known) => known.taskId === taskId);
    if (task === undefined) throw fail('ResourceNotFoundException', 'Task does not exist.');
    if (task.status !== 'RUNNING') {
      throw fail(
        'UnsupportedOperation',
        `Only a task whose status is RUNNING can be cancelled; this one is ${task.status}.`,
      );
    }
    await endMoveTask(context, source, { ...task, status: 'CANCELLED' });
    return { ApproximateNumberOfMessagesMoved: task.messagesMoved };
  },
});
