/**
 * The task that moves messages out of a dead-letter queue, a part per run.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
 *
 * A run moves some messages, counts them and sets the timer of the next run, all in one
 * transaction: whatever a crash undoes, it undoes together, so nothing is lost, moved twice or
 * counted twice.
 *
 * A task moves what can be received at the time of each run, which includes what arrives while it
 * runs, and completes at the first run that finds nothing. Messages in flight or delayed at that
 * time stay, and on a FIFO queue those behind them in their group.
 */
import type { Context } from '../../core/context.ts';
import { afterRestMs } from '../../scheduler/pace.ts';
import type { Task } from '../../scheduler/task.ts';
import type { Entry, Timer } from '../../storage/port.ts';
import { decodeMessage, encodeMessage, type Message } from './message.ts';
import {
  endMoveTask,
  findQueueByArn,
  forgetMoveTasks,
  MOVE_TIMER_KIND,
  type MovePayload,
  type MoveTask,
  moveTasksOf,
  resumeMoveTask,
  TASK_LIFETIME_MS,
} from './move-task.ts';
import { countFor, isFifo, numberAttribute, type Queue, queueKey, queueRef } from './queue.ts';

/** What one run moves: a millisecond or two, which callers wait. */
const MESSAGES_PER_RUN = 50;
/** What the storage port hands out at once of an ordered queue. */
const ORDERED_CLAIM_MAX = 10;
const SECOND_MS = 1_000;

export const moveMessagesTask: Task = { kind: MOVE_TIMER_KIND, run: runMoveTask };

async function runMoveTask(timer: Timer, context: Context): Promise<void> {
  const payload = timer.payload as MovePayload;
  const source = (await context.tx.documents.get<Queue>(queueKey(payload)))?.value;
  if (source?.queueId !== payload.queueId) {
    // The queue was deleted, and perhaps created anew.
    await forgetMoveTasks(context, payload);
    return;
  }
  const [task] = await moveTasksOf(context, source);
  if (task?.status !== 'RUNNING') {
    await context.tx.timers.cancel(timer.key);
    return;
  }
  if (context.nowMs - task.startedAtMs >= TASK_LIFETIME_MS) {
    await endMoveTask(context, source, failed(task, 'TaskTimedOut'));
    return;
  }
  await moveSome(context, source, task);
}

async function moveSome(context: Context, source: Queue, task: MoveTask): Promise<void> {
  const { nowMs } = context;
  const second = secondOf(task, nowMs);
  const leftInSecond = (task.messagesPerSecond ?? Number.POSITIVE_INFINITY) - second.messagesMoved;
  const move = new Move(context, source, task);
  const outcome = await move.run(Math.min(leftInSecond, MESSAGES_PER_RUN));
  const { movedCount } = move;
  const messagesInSecond = second.messagesMoved + movedCount;
  const progress: MoveTask = {
    ...task,
    messagesMoved: task.messagesMoved + movedCount,
    ...(task.messagesPerSecond !== undefined && {
      second: { ...second, messagesMoved: messagesInSecond },
    }),
  };
  if (outcome.state === 'failed') {
    await endMoveTask(context, source, failed(progress, outcome.reason));
  } else if (outcome.state === 'empty') {
    await endMoveTask(context, source, { ...progress, status: 'COMPLETED' });
  } else {
    const secondIsFull = movedCount >= leftInSecond;
    const nextAtMs = secondIsFull ? second.startedAtMs + SECOND_MS : afterRestMs(context);
    await resumeMoveTask(context, source, progress, nextAtMs);
  }
}

/**
 * The second in which a run counts against the task's rate. It begins with the first run that finds
 * the one before over, so a task that could not run for a while does not make up for it: the rate
 * protects whoever receives.
 */
function secondOf(task: MoveTask, nowMs: number): { startedAtMs: number; messagesMoved: number } {
  const { second } = task;
  if (second !== undefined && nowMs < second.startedAtMs + SECOND_MS) return second;
  return { startedAtMs: nowMs, messagesMoved: 0 };
}

function failed(task: MoveTask, failureReason: string): MoveTask {
  return { ...task, status: 'FAILED', failureReason };
}

type Outcome =
  | { readonly state: 'more' }
  /** Nothing that can be received is left. */
  | { readonly state: 'empty' }
  | { readonly state: 'failed'; readonly reason: string };

/** One run. */
class Move {
  readonly #context: Context;
  readonly #source: Queue;
  readonly #task: MoveTask;
  readonly #destinations = new Map<string, Queue | undefined>();
  readonly #movedTo = new Map<Queue, number>();

  constructor(context: Context, source: Queue, task: MoveTask) {
    this.#context = context;
    this.#source = source;
    this.#task = task;
  }

  get movedCount(): number {
    let count = 0;
    for (const moved of this.#movedTo.values()) count += moved;
    return count;
  }

  async run(limit: number): Promise<Outcome> {
    const outcome = isFifo(this.#source)
      ? await this.#moveInOrder(limit)
      : await this.#moveOldest(limit);
    this.#announce();
    return outcome;
  }

  /** Standard queues: what can be received, in the order in which it arrived. */
  async #moveOldest(limit: number): Promise<Outcome> {
    const { queues } = this.#context.tx;
    const from = queueRef(this.#source);
    const entries = await queues.peek(from, { phase: 'visible', limit });
    for (const entry of entries) {
      if (entry.enqueuedAtMs <= this.#expiredAtMs) {
        await queues.remove(from, entry.sequence);
        continue;
      }
      const reason = await this.#moveEntry(entry);
      if (reason !== undefined) return { state: 'failed', reason };
    }
    return { state: entries.length < limit ? 'empty' : 'more' };
  }

  /**
   * FIFO queues: claiming keeps the order of each group and passes over groups of which a message
   * is in flight. What is claimed here leaves the queue, or is given back, in the same transaction.
   */
  async #moveInOrder(limit: number): Promise<Outcome> {
    const { tx, nowMs } = this.#context;
    const from = queueRef(this.#source);
    for (let left = limit; left > 0; ) {
      const entries = await tx.queues.claim(from, {
        limit: Math.min(left, ORDERED_CLAIM_MAX),
        visibleAtMs: nowMs + SECOND_MS,
        expiredAtMs: this.#expiredAtMs,
      });
      if (entries.length === 0) return { state: 'empty' };
      left -= entries.length;
      for (const [index, entry] of entries.entries()) {
        const reason = await this.#moveEntry(entry);
        if (reason === undefined) continue;
        for (const kept of entries.slice(index)) await tx.queues.release(from, kept.sequence);
        return { state: 'failed', reason };
      }
    }
    return { state: 'more' };
  }

  get #expiredAtMs(): number {
    const retentionSeconds = numberAttribute(this.#source, 'MessageRetentionPeriod');
    return this.#context.nowMs - retentionSeconds * SECOND_MS;
  }

  /** Moves one message; answers why it cannot be moved. */
  async #moveEntry(entry: Entry): Promise<string | undefined> {
    const { tx, nowMs } = this.#context;
    const message = decodeMessage(entry.payload);
    const arn = this.#task.destinationArn ?? message.deadLetterSourceArn;
    if (arn === undefined) return 'CouldNotDetermineMessageSource';
    const destination = await this.#destination(arn);
    if (destination === undefined) return 'AWS.SimpleQueueService.NonExistentQueue';
    await tx.queues.move(queueRef(this.#source), entry.sequence, queueRef(destination), {
      payload: encodeMessage(this.#anew(message)),
      ...(entry.group !== undefined && { group: entry.group }),
      visibleAtMs: nowMs + delayMsOf(destination),
      enqueuedAtMs: nowMs,
    });
    this.#movedTo.set(destination, (this.#movedTo.get(destination) ?? 0) + 1);
    return undefined;
  }

  async #destination(arn: string): Promise<Queue | undefined> {
    if (!this.#destinations.has(arn)) {
      this.#destinations.set(arn, await findQueueByArn(this.#context, arn));
    }
    return this.#destinations.get(arn);
  }

  /**
   * "All redriven messages are considered new messages": a new id, a new time, no receives and no
   * dead-letter source. On its way to a FIFO queue a message is not looked up among the recent
   * deduplication ids, and takes its former MessageId for its own, as AWS does it on the way into a
   * dead-letter queue: no two messages can share it.
   */
  #anew(message: Message): Message {
    const { deadLetterSourceArn: _from, receivesBefore: _receives, ...kept } = message;
    return {
      ...kept,
      messageId: this.#context.env.uuid(),
      sentAtMs: this.#context.nowMs,
      ...(message.deduplicationId !== undefined && { deduplicationId: message.messageId }),
    };
  }

  /** Counts as AWS does it, "internally receive, send and delete", and wakes who waits. */
  #announce(): void {
    const context = this.#context;
    for (const [destination, count] of this.#movedTo) {
      countFor(context, this.#source, 'NumberOfMessagesReceived', count);
      countFor(context, destination, 'NumberOfMessagesSent', count);
      countFor(context, this.#source, 'NumberOfMessagesDeleted', count);
      const delayMs = delayMsOf(destination);
      context.wake({
        key: queueRef(destination).key,
        entries: count,
        ...(delayMs > 0 && { atMs: context.nowMs + delayMs }),
      });
    }
  }
}

/** New messages wait as long as the queue says. */
function delayMsOf(queue: Queue): number {
  return numberAttribute(queue, 'DelaySeconds') * SECOND_MS;
}
