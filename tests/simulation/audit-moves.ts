/**
 * The rules of message move tasks: what moves, where to, how fast, and when a task is over.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
 */
import { decodeMessage } from '../../src/services/sqs/message.ts';
import { type ExpectedQueue, type ExpectedTask, type Message, nameInArn } from './expected.ts';
import type { EffectOf, Input, Outcome } from './record.ts';
import type { Scene } from './scene.ts';

const LISTED_MAX = 10;
const LIFETIME_MS = 36 * 3_600_000;
const SECOND_MS = 1_000;
const PER_RUN_MAX = 200;

type Move = EffectOf<'move'>;

export function auditStart(
  scene: Scene,
  input: Input<'StartMessageMoveTask'>,
  outcome: Outcome<'StartMessageMoveTask'>,
): void {
  const { world, nowMs } = scene;
  const source = world.queues.get(nameInArn(input.SourceArn));
  const destination =
    input.DestinationArn === undefined ? undefined : nameInArn(input.DestinationArn);
  scene.expectError(outcome.error, startRefusal(scene, source, destination));
  if (outcome.output === undefined || source === undefined) return;
  const task: ExpectedTask = {
    handle: outcome.output.TaskHandle ?? '',
    destination,
    perSecond: input.MaxNumberOfMessagesPerSecond,
    startedAtMs: nowMs,
    toMove: source.counts(nowMs).visible,
    status: 'RUNNING',
    moved: 0,
    second: undefined,
  };
  source.tasks = [task, ...source.tasksAt(nowMs)].slice(0, LISTED_MAX);
  source.touchTasks(nowMs);
}

function startRefusal(
  { world, nowMs }: Scene,
  source: ExpectedQueue | undefined,
  destinationName: string | undefined,
): string | undefined {
  if (source === undefined) return 'ResourceNotFoundException';
  if (destinationName !== undefined) {
    const destination = world.queues.get(destinationName);
    if (destination === undefined) return 'ResourceNotFoundException';
    if (destination.fifo !== source.fifo || destination === source) {
      return 'InvalidParameterValue';
    }
  }
  const isDeadLetterQueue = [...world.queues.values()].some(
    (queue) => queue.redrive?.target === source.name,
  );
  if (!isDeadLetterQueue) return 'InvalidParameterValue';
  return source.tasksAt(nowMs)[0]?.status === 'RUNNING' ? 'UnsupportedOperation' : undefined;
}

export function auditCancel(
  scene: Scene,
  input: Input<'CancelMessageMoveTask'>,
  outcome: Outcome<'CancelMessageMoveTask'>,
): void {
  const { sourceArn } = JSON.parse(Buffer.from(input.TaskHandle, 'base64').toString()) as {
    readonly sourceArn: string;
  };
  const source = scene.world.queues.get(nameInArn(sourceArn));
  const task = source?.tasksAt(scene.nowMs).find(({ handle }) => handle === input.TaskHandle);
  const isOver = task !== undefined && task.status !== 'RUNNING';
  const refusal = task === undefined ? 'ResourceNotFoundException' : undefined;
  scene.expectError(outcome.error, isOver ? 'UnsupportedOperation' : refusal);
  if (outcome.output === undefined || task === undefined) return;
  task.status = 'CANCELLED';
  source?.touchTasks(scene.nowMs);
  const told = outcome.output.ApproximateNumberOfMessagesMoved;
  scene.check(told === task.moved, `says that ${told} moved, not ${task.moved}`);
}

export function auditList(
  scene: Scene,
  input: Input<'ListMessageMoveTasks'>,
  outcome: Outcome<'ListMessageMoveTasks'>,
): void {
  const source = scene.world.queues.get(nameInArn(input.SourceArn));
  scene.expectError(outcome.error, source === undefined ? 'ResourceNotFoundException' : undefined);
  if (outcome.output === undefined || source === undefined) return;
  const shown = (outcome.output.Results ?? []).map((entry) => [
    entry.Status,
    entry.TaskHandle,
    entry.ApproximateNumberOfMessagesMoved,
    entry.ApproximateNumberOfMessagesToMove,
  ]);
  const expected = source
    .tasksAt(scene.nowMs)
    .slice(0, input.MaxResults ?? 1)
    .map(({ status, handle, moved, toMove }) => [
      status,
      status === 'RUNNING' ? handle : undefined,
      moved,
      toMove,
    ]);
  const isRight = JSON.stringify(shown) === JSON.stringify(expected);
  scene.check(isRight, `lists ${JSON.stringify(shown)}, not ${JSON.stringify(expected)}`);
}

// ---------------------------------------------------------------- a run

/** One run of a queue's task. `key` is that of the queue for which the timer was set. */
export function auditRun(scene: Scene, key: string): void {
  const { nowMs } = scene;
  const source = scene.world.byKey(key);
  const [task] = source?.tasksAt(nowMs) ?? [];
  if (source === undefined || task?.status !== 'RUNNING') return;
  source.touchTasks(nowMs);
  if (nowMs - task.startedAtMs >= LIFETIME_MS) {
    task.status = 'FAILED';
    return;
  }
  const removedCount = scene.removeAged(source);
  const available = source.available(nowMs);
  const moves = scene.take('move');
  for (const move of moves) applyMove(scene, source, task, available, move);
  // What was taken out and could not be moved is put back where it was.
  for (const { sequence } of scene.take('release')) {
    const message = source.find(sequence);
    if (message !== undefined) message.visibleAtMs = nowMs;
  }
  settle(scene, source, task, available, moves.length, source.fifo ? 0 : removedCount);
}

function applyMove(
  scene: Scene,
  source: ExpectedQueue,
  task: ExpectedTask,
  available: Message[],
  move: Move,
): void {
  const { world, nowMs } = scene;
  const message = source.find(move.sequence);
  scene.check(message !== undefined, `moves ${move.sequence}, which is not there`);
  if (message === undefined) return;
  const line = available.filter(({ group }) => !source.fifo || group === message.group);
  scene.check(line[0] === message, `moves ${message.id} before its turn, or what is not available`);
  available.splice(available.indexOf(message), 1);
  const destination = destinationOf(scene, task, message);
  scene.check(move.to === destination?.key, `moves ${message.id} to the wrong queue`);
  const { messageId: id } = decodeMessage(move.payload);
  scene.check(!world.ids.has(id), 'gives what it moves a new id');
  world.ids.add(id);
  source.remove(message);
  if (destination === undefined) return;
  const visibleAtMs = nowMs + destination.milliseconds('DelaySeconds');
  scene.announce(destination, 1, visibleAtMs);
  destination.messages.push({
    ...message,
    id,
    deduplicationId: message.deduplicationId === undefined ? undefined : message.id,
    sequence: move.newSequence,
    sequenceNumber: undefined,
    sentAtMs: nowMs,
    enqueuedAtMs: nowMs,
    visibleAtMs,
    receives: 0,
    receivesBefore: 0,
    firstReceivedAtMs: undefined,
    source: undefined,
    revived: false,
  });
}

function destinationOf(
  { world }: Scene,
  task: ExpectedTask,
  message: Message,
): ExpectedQueue | undefined {
  const name = task.destination ?? (message.source && nameInArn(message.source));
  return name === undefined ? undefined : world.queues.get(name);
}

/** Whether the task goes on after a run, and what it says of itself. */
function settle(
  scene: Scene,
  source: ExpectedQueue,
  task: ExpectedTask,
  left: readonly Message[],
  movedCount: number,
  removedCount: number,
): void {
  const { nowMs } = scene;
  const { perSecond = Number.POSITIVE_INFINITY } = task;
  const isSameSecond = task.second !== undefined && nowMs < task.second.startedAtMs + SECOND_MS;
  const second = isSameSecond && task.second ? task.second : { startedAtMs: nowMs, moved: 0 };
  const room = Math.min(perSecond - second.moved, PER_RUN_MAX);
  scene.check(movedCount <= room, `moves ${movedCount} where its rate leaves room for ${room}`);
  task.moved += movedCount;
  task.second = { ...second, moved: second.moved + movedCount };
  if (movedCount + removedCount >= room) return;
  task.status = left.length === 0 ? 'COMPLETED' : 'FAILED';
  const heads = left.filter(
    (message, index) =>
      index === 0 || (source.fifo && !left.slice(0, index).some((m) => m.group === message.group)),
  );
  const isStuck = heads.some((message) => destinationOf(scene, task, message) === undefined);
  scene.check(left.length === 0 || isStuck, `leaves ${left.length} messages that it can move`);
}
