/** Which rule judges which operation. */
import {
  auditDelete,
  auditDeleteBatch,
  auditSend,
  auditSendBatch,
  auditVisibility,
  auditVisibilityBatch,
} from './audit-messages.ts';
import { auditCancel, auditList, auditStart } from './audit-moves.ts';
import { auditPublish, auditPublishBatch } from './audit-publishes.ts';
import {
  auditAttributes,
  auditCreate,
  auditDeleteQueue,
  auditPurge,
  auditSet,
} from './audit-queues.ts';
import { auditReceive } from './audit-receives.ts';
import {
  auditCreateTopic,
  auditDeleteTopic,
  auditSetSubscription,
  auditSubscribe,
  auditUnsubscribe,
} from './audit-topics.ts';
import type { ExpectedQueue } from './expected.ts';
import type { Input, OperationName, Outcome } from './record.ts';
import type { Scene } from './scene.ts';

/** Compares one outcome with what must come of the input, and brings the expected state forward. */
type Rule<Name extends OperationName> = (
  scene: Scene,
  input: Input<Name>,
  outcome: Outcome<Name>,
) => void;

type OnQueue = { [Name in OperationName]: Input<Name> extends { QueueUrl: string } ? Name : never };

/** The rule of an operation on a queue, which needs one. */
function onQueue<Name extends OnQueue[OperationName]>(
  rule: (scene: Scene, queue: ExpectedQueue, input: Input<Name>, outcome: Outcome<Name>) => void,
): Rule<Name> {
  return (scene, input, outcome) => {
    const queue = scene.world.at(input.QueueUrl);
    if (queue === undefined) scene.expectError(outcome.error, 'QueueDoesNotExist');
    else rule(scene, queue, input, outcome);
  };
}

export const rules: { readonly [Name in OperationName]: Rule<Name> } = {
  CancelMessageMoveTask: auditCancel,
  ChangeMessageVisibility: onQueue(auditVisibility),
  ChangeMessageVisibilityBatch: onQueue(auditVisibilityBatch),
  CreateQueue: auditCreate,
  DeleteMessage: onQueue(auditDelete),
  DeleteMessageBatch: onQueue(auditDeleteBatch),
  DeleteQueue: onQueue(auditDeleteQueue),
  GetQueueAttributes: onQueue(auditAttributes),
  ListMessageMoveTasks: auditList,
  PurgeQueue: onQueue(auditPurge),
  ReceiveMessage: onQueue(auditReceive),
  SendMessage: onQueue(auditSend),
  SendMessageBatch: onQueue(auditSendBatch),
  SetQueueAttributes: onQueue(auditSet),
  StartMessageMoveTask: auditStart,
  CreateTopic: auditCreateTopic,
  DeleteTopic: auditDeleteTopic,
  Publish: auditPublish,
  PublishBatch: auditPublishBatch,
  SetSubscriptionAttributes: auditSetSubscription,
  Subscribe: auditSubscribe,
  Unsubscribe: auditUnsubscribe,
};
