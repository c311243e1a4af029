/**
 * Message move tasks as they are stored: their documents, handles and ends.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
 *
 * One document per source queue lists its tasks, newest first. AWS shows no more than ten of them
 * and lets only one be active, so the first in the list is the only one that can be.
 *
 *     sqs/move-tasks/<queueId>                               MoveTasks
 *     sqs/active-move-task/<account>/<region>/<queueId>      there while a task is active
 *     timer sqs/move-messages/<queueId>                      when the task goes on
 */
import { parseArn } from '../../core/arn.ts';
import type { Context } from '../../core/context.ts';
import { fail } from './errors.ts';
import { type Queue, type QueueAddress, queueKey } from './queue.ts';
import { queueAddressOf } from './redrive-policy.ts';

export type MoveTaskStatus = 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';

export interface MoveTask {
  readonly taskId: string;
  /**
   * AWS also knows CANCELLING. Here a task moves messages only inside a transaction, so a cancelled
   * one has stopped when the answer leaves.
   */
  readonly status: MoveTaskStatus;
  readonly sourceArn: string;
  /** Absent: each message goes back to the queue from which it was dead-lettered. */
  readonly destinationArn?: string;
  /** Absent: as fast as the server can. */
  readonly messagesPerSecond?: number;
  readonly startedAtMs: number;
  /** Messages that were available when the task started. */
  readonly messagesToMove: number;
  readonly messagesMoved: number;
  /** The latest second in which the task moved messages, where it has a rate. */
  readonly second?: { readonly startedAtMs: number; readonly messagesMoved: number };
  readonly failureReason?: string;
}

export interface MoveTasks {
  readonly tasks: readonly MoveTask[];
}

/** What the timer remembers: enough to find the queue, and to see that it is still the same one. */
export type MovePayload = Pick<Queue, 'queueId' | 'accountId' | 'region' | 'name'>;

export const MOVE_TIMER_KIND = 'sqs.move-messages';

/** AWS: "the most recent message movement tasks (up to 10) under a specific source queue". */
export const TASKS_LISTED_MAX = 10;
export const ACTIVE_TASKS_MAX = 100;
/** The longest that a task may run. */
export const TASK_LIFETIME_MS = 36 * 3_600_000;
/** How long the tasks of a queue are listed after the last of them changed; ours to choose. */
const TASKS_KEPT_MS = 14 * 86_400_000;

const tasksKey = (queueId: string): string => `sqs/move-tasks/${queueId}`;

const moveTimerKey = (queueId: string): string => `sqs/move-messages/${queueId}`;

const activePrefix = (address: QueueAddress): string =>
  `sqs/active-move-task/${address.accountId}/${address.region}/`;

const activeKey = (source: MovePayload): string => activePrefix(source) + source.queueId;

/** The tasks of a source queue, newest first. */
export async function moveTasksOf(context: Context, source: Queue): Promise<readonly MoveTask[]> {
  const document = await context.tx.documents.get<MoveTasks>(tasksKey(source.queueId));
  return document?.value.tasks ?? [];
}

/** How many tasks are active in the account and region of a queue, counted up to the limit. */
export async function countActiveTasks(context: Context, source: Queue): Promise<number> {
  const page = { limit: ACTIVE_TASKS_MAX };
  return (await context.tx.documents.list(activePrefix(source), page)).length;
}

/** Puts a new task first and lets it begin at once. */
export async function beginMoveTask(context: Context, source: Queue, task: MoveTask) {
  const older = await moveTasksOf(context, source);
  await putTasks(context, source, [task, ...older].slice(0, TASKS_LISTED_MAX));
  await context.tx.documents.put(
    activeKey(source),
    { taskId: task.taskId },
    // In case that the source queue is deleted and the task never runs again.
    { expiresAtMs: task.startedAtMs + TASK_LIFETIME_MS },
  );
  await resumeMoveTask(context, source, task, context.nowMs);
}

/** Stores the progress of a queue's active task and has it go on at an instant. */
export async function resumeMoveTask(
  context: Context,
  source: Queue,
  task: MoveTask,
  atMs: number,
): Promise<void> {
  await replaceNewest(context, source, task);
  const { accountId, region, name, queueId } = source;
  await context.schedule({
    key: moveTimerKey(queueId),
    kind: MOVE_TIMER_KIND,
    dueAtMs: atMs,
    payload: { accountId, region, name, queueId },
  });
}

/** Stores the last state of a queue's active task. */
export async function endMoveTask(context: Context, source: Queue, task: MoveTask): Promise<void> {
  await replaceNewest(context, source, task);
  await context.tx.documents.delete(activeKey(source));
  await context.tx.timers.cancel(moveTimerKey(source.queueId));
}

/** Drops the tasks of a queue that is no more. */
export async function forgetMoveTasks(context: Context, source: MovePayload): Promise<void> {
  await context.tx.documents.delete(tasksKey(source.queueId));
  await context.tx.documents.delete(activeKey(source));
  await context.tx.timers.cancel(moveTimerKey(source.queueId));
}

async function replaceNewest(context: Context, source: Queue, task: MoveTask): Promise<void> {
  const [, ...older] = await moveTasksOf(context, source);
  await putTasks(context, source, [task, ...older]);
}

async function putTasks(
  context: Context,
  source: Queue,
  tasks: readonly MoveTask[],
): Promise<void> {
  const value: MoveTasks = { tasks };
  const expiresAtMs = context.nowMs + TASKS_KEPT_MS;
  await context.tx.documents.put(tasksKey(source.queueId), value, { expiresAtMs });
}

// ---------------------------------------------------------------- ARNs and handles

/**
 * The queue that a request names by its ARN. Tasks stay within one account and region; what lies
 * elsewhere is answered like what does not exist.
 * Throws InvalidParameterValue or ResourceNotFoundException.
 */
export async function queueByArn(
  context: Context,
  parameter: 'SourceArn' | 'DestinationArn',
  text: string,
): Promise<Queue> {
  const arn = parseArn(text);
  if (arn === undefined) {
    throw fail(
      'InvalidParameterValue',
      `You must use this format to specify the ${parameter}: ` +
        'arn:<partition>:<service>:<region>:<account-id>:<resource-id>',
    );
  }
  const { accountId, region } = context.caller;
  const isCallers = arn.accountId === accountId && arn.region === region;
  const queue = isCallers ? await findQueueByArn(context, text) : undefined;
  if (queue !== undefined) return queue;
  throw fail(
    'ResourceNotFoundException',
    `The resource that you specified for the ${parameter} parameter doesn't exist.`,
  );
}

/** The queue that an ARN names, or undefined where there is none. */
export async function findQueueByArn(context: Context, text: string): Promise<Queue | undefined> {
  const address = queueAddressOf(text);
  if (address === undefined) return undefined;
  return (await context.tx.documents.get<Queue>(queueKey(address)))?.value;
}

interface TaskHandle {
  readonly taskId: string;
  readonly sourceArn: string;
}

/** base64 of `{"taskId":"…","sourceArn":"…"}`. */
export function encodeTaskHandle({ taskId, sourceArn }: TaskHandle): string {
  return Buffer.from(JSON.stringify({ taskId, sourceArn }), 'utf8').toString('base64');
}

/** What a handle says. Throws InvalidParameterValue where it is none of ours. */
export function decodeTaskHandle(text: string): TaskHandle {
  const invalid = () => fail('InvalidParameterValue', 'Value for parameter TaskHandle is invalid.');
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
  } catch {
    throw invalid();
  }
  if (typeof parts !== 'object' || parts === null) throw invalid();
  if (!('taskId' in parts) || !('sourceArn' in parts)) throw invalid();
  const { taskId, sourceArn } = parts;
  if (typeof taskId !== 'string' || typeof sourceArn !== 'string') throw invalid();
  if (parseArn(sourceArn) === undefined) throw invalid();
  return { taskId, sourceArn };
}
