/**
 * What must be there: queues and messages as plain lists, with the rules of who may be handed out
 * when. Slow and simple on purpose; nothing in here is shared with the product.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
import { Topics } from './expected-topics.ts';

export interface Message {
  id: string;
  readonly body: string;
  readonly group: string | undefined;
  deduplicationId: string | undefined;
  /** The sequence of its entry in the store. */
  sequence: number;
  /** What its sender was told; missing once it has moved, or where a topic sent it. */
  sequenceNumber: string | undefined;
  sentAtMs: number;
  enqueuedAtMs: number;
  visibleAtMs: number;
  /** Receives in the present queue. */
  receives: number;
  receivesBefore: number;
  firstReceivedAtMs: number | undefined;
  /** The ARN of the queue that it was dead-lettered from. */
  source: string | undefined;
  /** Its retention was over, and then the queue's was raised before anything removed it. */
  revived: boolean;
}

/** One receive of one message. */
export interface Receive {
  readonly queue: ExpectedQueue;
  readonly message: Message;
  /** Its number among the receives of the message in this queue. */
  readonly number: number;
  readonly atMs: number;
}

export interface Attempt {
  readonly receives: readonly { readonly handle: string; readonly receive: Receive }[];
  readonly visibleAtMs: number;
  readonly untilMs: number;
  readonly isRepeated: boolean;
}

export interface ExpectedTask {
  readonly handle: string;
  readonly destination: string | undefined;
  readonly perSecond: number | undefined;
  readonly startedAtMs: number;
  readonly toMove: number;
  status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  moved: number;
  second: { readonly startedAtMs: number; readonly moved: number } | undefined;
}

const DEFAULTS = {
  VisibilityTimeout: '30',
  MessageRetentionPeriod: '345600',
  DelaySeconds: '0',
  ReceiveMessageWaitTimeSeconds: '0',
};
const FIFO_DEFAULTS = { ContentBasedDeduplication: 'false', DeduplicationScope: 'queue' };

/** All queues of the simulation live in one account and region. */
export const queueArn = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;

export const nameInArn = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1);

export class ExpectedQueue {
  readonly name: string;
  /** Under which its messages are stored; another one each time that a queue is created. */
  readonly key: string;
  readonly fifo: boolean;
  attributes: { readonly [name: string]: string };
  /** In the order in which they arrived. */
  messages: Message[] = [];
  /** Accepted sends by deduplication id. */
  readonly remembered = new Map<
    string,
    {
      readonly id: string;
      /** Missing where a topic sent it, which tells nobody. */
      readonly sequenceNumber: string | undefined;
      readonly untilMs: number;
    }
  >();
  readonly attempts = new Map<string, Attempt>();
  purgeableAtMs = 0;
  /** Newest first. */
  tasks: ExpectedTask[] = [];
  tasksUntilMs = 0;
  lastSequenceNumber = '';

  constructor(name: string, key: string, attributes: { readonly [name: string]: string }) {
    this.name = name;
    this.key = key;
    this.fifo = name.endsWith('.fifo');
    this.attributes = { ...DEFAULTS, ...(this.fifo && FIFO_DEFAULTS), ...attributes };
  }

  milliseconds(attribute: keyof typeof DEFAULTS): number {
    return Number(this.attributes[attribute]) * 1000;
  }

  get redrive(): { readonly target: string; readonly receivesMax: number } | undefined {
    const text = this.attributes.RedrivePolicy;
    if (text === undefined) return undefined;
    const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(text);
    return {
      target: nameInArn(String(deadLetterTargetArn)),
      receivesMax: Number(maxReceiveCount),
    };
  }

  isExpired(message: Message, nowMs: number): boolean {
    return message.enqueuedAtMs <= nowMs - this.milliseconds('MessageRetentionPeriod');
  }

  find(sequence: number): Message | undefined {
    return this.messages.find((message) => message.sequence === sequence);
  }

  remove(message: Message): void {
    this.messages = this.messages.filter((other) => other !== message);
  }

  counts(nowMs: number): { visible: number; inFlight: number; delayed: number } {
    const hidden = this.messages.filter((message) => message.visibleAtMs > nowMs);
    const inFlight = hidden.filter((message) => message.receives > 0).length;
    return {
      visible: this.messages.length - hidden.length,
      inFlight,
      delayed: hidden.length - inFlight,
    };
  }

  /**
   * What a receive may hand out, in the order of arrival. On a FIFO queue that is of each group
   * without a message in flight all up to the first that is delayed.
   */
  available(nowMs: number): Message[] {
    const alive = this.messages.filter((message) => !this.isExpired(message, nowMs));
    if (!this.fifo) return alive.filter((message) => message.visibleAtMs <= nowMs);
    return alive.filter((message) => {
      const group = this.messages.filter((other) => other.group === message.group);
      if (group.some((other) => other.receives > 0 && other.visibleAtMs > nowMs)) return false;
      const upToIt = group.slice(0, group.indexOf(message) + 1);
      return upToIt.every((other) => other.visibleAtMs <= nowMs);
    });
  }

  rememberedSend(key: string, nowMs: number) {
    const send = this.remembered.get(key);
    return send !== undefined && send.untilMs > nowMs ? send : undefined;
  }

  tasksAt(nowMs: number): readonly ExpectedTask[] {
    if (nowMs >= this.tasksUntilMs) this.tasks = [];
    return this.tasks;
  }

  touchTasks(nowMs: number): void {
    this.tasksUntilMs = nowMs + TASKS_KEPT_MS;
  }
}

const TASKS_KEPT_MS = 14 * 86_400_000;

export class World {
  readonly queues = new Map<string, ExpectedQueue>();
  readonly topics = new Topics();
  /** When the name of a deleted queue can be taken again. */
  readonly namesTakenUntilMs = new Map<string, number>();
  /** Every id that a message ever had. */
  readonly ids = new Set<string>();
  /** Every handle that was ever made. */
  readonly receives = new Map<string, Receive>();

  at(url: string): ExpectedQueue | undefined {
    return this.queues.get(url.slice(url.lastIndexOf('/') + 1));
  }

  byKey(key: string): ExpectedQueue | undefined {
    return [...this.queues.values()].find((queue) => queue.key === key);
  }

  /** Whether messages that were received too often can leave the queue. */
  deadLetterTarget(queue: ExpectedQueue): ExpectedQueue | undefined {
    const { redrive } = queue;
    return redrive === undefined ? undefined : this.queues.get(redrive.target);
  }

  /** Whether the next receive that meets the message must move it instead. */
  isDead(queue: ExpectedQueue, message: Message): boolean {
    const { redrive } = queue;
    if (redrive === undefined || message.receives < redrive.receivesMax) return false;
    return this.deadLetterTarget(queue) !== undefined;
  }

  /** What a receive now must be able to hand out. */
  deliverable(queue: ExpectedQueue, nowMs: number): Message[] {
    return queue.available(nowMs).filter((message) => !this.isDead(queue, message));
  }
}
