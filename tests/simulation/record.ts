/** What the simulator notes of each transaction: who ran it, what it answered, what it changed. */

import type { Infer, StructureShape } from '../../src/schema/shapes.ts';
import type { CreateTopic } from '../../src/services/sns/operations/CreateTopic.ts';
import type { DeleteTopic } from '../../src/services/sns/operations/DeleteTopic.ts';
import type { Publish } from '../../src/services/sns/operations/Publish.ts';
import type { PublishBatch } from '../../src/services/sns/operations/PublishBatch.ts';
import type { SetSubscriptionAttributes } from '../../src/services/sns/operations/SetSubscriptionAttributes.ts';
import type { Subscribe } from '../../src/services/sns/operations/Subscribe.ts';
import type { Unsubscribe } from '../../src/services/sns/operations/Unsubscribe.ts';
import type { CancelMessageMoveTask } from '../../src/services/sqs/operations/CancelMessageMoveTask.ts';
import type { ChangeMessageVisibility } from '../../src/services/sqs/operations/ChangeMessageVisibility.ts';
import type { ChangeMessageVisibilityBatch } from '../../src/services/sqs/operations/ChangeMessageVisibilityBatch.ts';
import type { CreateQueue } from '../../src/services/sqs/operations/CreateQueue.ts';
import type { DeleteMessage } from '../../src/services/sqs/operations/DeleteMessage.ts';
import type { DeleteMessageBatch } from '../../src/services/sqs/operations/DeleteMessageBatch.ts';
import type { DeleteQueue } from '../../src/services/sqs/operations/DeleteQueue.ts';
import type { GetQueueAttributes } from '../../src/services/sqs/operations/GetQueueAttributes.ts';
import type { ListMessageMoveTasks } from '../../src/services/sqs/operations/ListMessageMoveTasks.ts';
import type { PurgeQueue } from '../../src/services/sqs/operations/PurgeQueue.ts';
import type { ReceiveMessage } from '../../src/services/sqs/operations/ReceiveMessage.ts';
import type { SendMessage } from '../../src/services/sqs/operations/SendMessage.ts';
import type { SendMessageBatch } from '../../src/services/sqs/operations/SendMessageBatch.ts';
import type { SetQueueAttributes } from '../../src/services/sqs/operations/SetQueueAttributes.ts';
import type { StartMessageMoveTask } from '../../src/services/sqs/operations/StartMessageMoveTask.ts';
import type { Timer, Transaction } from '../../src/storage/port.ts';

/** The operations that the simulation calls. */
interface Rows {
  readonly CancelMessageMoveTask: typeof CancelMessageMoveTask;
  readonly ChangeMessageVisibility: typeof ChangeMessageVisibility;
  readonly ChangeMessageVisibilityBatch: typeof ChangeMessageVisibilityBatch;
  readonly CreateQueue: typeof CreateQueue;
  readonly DeleteMessage: typeof DeleteMessage;
  readonly DeleteMessageBatch: typeof DeleteMessageBatch;
  readonly DeleteQueue: typeof DeleteQueue;
  readonly GetQueueAttributes: typeof GetQueueAttributes;
  readonly ListMessageMoveTasks: typeof ListMessageMoveTasks;
  readonly PurgeQueue: typeof PurgeQueue;
  readonly ReceiveMessage: typeof ReceiveMessage;
  readonly SendMessage: typeof SendMessage;
  readonly SendMessageBatch: typeof SendMessageBatch;
  readonly SetQueueAttributes: typeof SetQueueAttributes;
  readonly StartMessageMoveTask: typeof StartMessageMoveTask;
  readonly CreateTopic: typeof CreateTopic;
  readonly DeleteTopic: typeof DeleteTopic;
  readonly Publish: typeof Publish;
  readonly PublishBatch: typeof PublishBatch;
  readonly SetSubscriptionAttributes: typeof SetSubscriptionAttributes;
  readonly Subscribe: typeof Subscribe;
  readonly Unsubscribe: typeof Unsubscribe;
}

export type OperationName = keyof Rows;
type Values<S> = S extends StructureShape ? Infer<S> : never;
export type Input<Name extends OperationName> = Values<Rows[Name]['input']>;
export type Output<Name extends OperationName> = Values<Rows[Name]['output']>;

/** A request that a client makes. */
export type ClientRequest = {
  [Name in OperationName]: { readonly operation: Name; readonly input: Input<Name> };
}[OperationName];

/** How a request ended: with an output, or with an error's code. */
export type Outcome<Name extends OperationName> =
  | { readonly output: Output<Name>; readonly error?: undefined }
  | { readonly error: string; readonly output?: undefined };

/** A request on its way. */
export interface Call {
  readonly id: number;
  readonly request: ClientRequest;
  /** The client's connection; aborting it tells the server that the client is gone. */
  readonly connection: AbortController;
  /** The client goes away while the answer is being written, so it must be taken back. */
  readonly unwritable: boolean;
}

export const titleOf = ({ id, request }: Call): string => `call ${id}, ${request.operation}`;

/** Whose transaction it is. */
export type Work =
  | { readonly kind: 'call'; readonly call: Call; output?: unknown }
  | { readonly kind: 'undelivered'; readonly call: Call; readonly output: Output<'ReceiveMessage'> }
  | { readonly kind: 'task'; readonly timer: Timer }
  /** The waiting line asks what has become available by the passing of time. */
  | { readonly kind: 'look'; readonly key: string; readonly entries: number };

/** A change that a transaction makes to what is stored, as far as the audit wants to know it. */
export type Effect =
  | { readonly kind: 'queue'; readonly key: string; readonly name: string }
  | {
      readonly kind: 'append';
      readonly queue: string;
      readonly sequence: number;
      readonly payload: string;
    }
  | {
      readonly kind: 'move';
      readonly from: string;
      readonly sequence: number;
      readonly to: string;
      readonly newSequence: number;
      readonly payload: string;
    }
  | { readonly kind: 'remove' | 'release'; readonly queue: string; readonly sequence: number }
  | { readonly kind: 'expire'; readonly queue: string; readonly enqueuedAtMs: number }
  | { readonly kind: 'fan-out begins' | 'fan-out ends'; readonly messageId: string };

export type EffectOf<K extends Effect['kind']> = Effect & { readonly kind: K };

export interface TransactionRecord {
  readonly nowMs: number;
  readonly effects: Effect[];
  /** Missing where the product works for itself. */
  work: Work | undefined;
}

const records = new WeakMap<Transaction, TransactionRecord>();

export function keepRecord(tx: Transaction, record: TransactionRecord): void {
  records.set(tx, record);
}

/** The record of a transaction that runs on the store of `faults.ts`. */
export function recordOf(tx: Transaction): TransactionRecord {
  const record = records.get(tx);
  if (record === undefined) throw new Error('this transaction does not run in a simulation');
  return record;
}
