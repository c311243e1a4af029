/**
 * Amazon SQS: the table of its operations. Each row stands in its own file.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html
 */
import type { Context } from '../../core/context.ts';
import { operationTable, type Service } from '../../schema/service.ts';
import { describeViolation } from './errors.ts';
import { SendToQueues } from './internal/SendToQueues.ts';
import { AddPermission } from './operations/AddPermission.ts';
import { CancelMessageMoveTask } from './operations/CancelMessageMoveTask.ts';
import { ChangeMessageVisibility } from './operations/ChangeMessageVisibility.ts';
import { ChangeMessageVisibilityBatch } from './operations/ChangeMessageVisibilityBatch.ts';
import { CreateQueue } from './operations/CreateQueue.ts';
import { DeleteMessage } from './operations/DeleteMessage.ts';
import { DeleteMessageBatch } from './operations/DeleteMessageBatch.ts';
import { DeleteQueue } from './operations/DeleteQueue.ts';
import { GetQueueAttributes } from './operations/GetQueueAttributes.ts';
import { GetQueueUrl } from './operations/GetQueueUrl.ts';
import { ListDeadLetterSourceQueues } from './operations/ListDeadLetterSourceQueues.ts';
import { ListMessageMoveTasks } from './operations/ListMessageMoveTasks.ts';
import { ListQueues } from './operations/ListQueues.ts';
import { ListQueueTags } from './operations/ListQueueTags.ts';
import { PurgeQueue } from './operations/PurgeQueue.ts';
import { ReceiveMessage } from './operations/ReceiveMessage.ts';
import { RemovePermission } from './operations/RemovePermission.ts';
import { SendMessage } from './operations/SendMessage.ts';
import { SendMessageBatch } from './operations/SendMessageBatch.ts';
import { SetQueueAttributes } from './operations/SetQueueAttributes.ts';
import { StartMessageMoveTask } from './operations/StartMessageMoveTask.ts';
import { TagQueue } from './operations/TagQueue.ts';
import { UntagQueue } from './operations/UntagQueue.ts';

export const sqs: Service<Context> = {
  name: 'sqs',
  version: '2012-11-05',
  protocols: ['aws-json', 'aws-query'],
  json: {
    targetPrefix: 'AmazonSQS',
    contentType: 'application/x-amz-json-1.0',
    errorNamespace: 'com.amazonaws.sqs',
    queryCompatible: true,
  },
  query: {
    xmlNamespace: 'http://queue.amazonaws.com/doc/2012-11-05/',
    pathMember: 'QueueUrl',
    notOnPath: ['CreateQueue', 'ListQueues'],
    messages: {
      QueueDoesNotExist: 'The specified queue does not exist for this wsdl version.',
    },
  },
  operations: operationTable<Context>([
    AddPermission,
    CancelMessageMoveTask,
    ChangeMessageVisibility,
    ChangeMessageVisibilityBatch,
    CreateQueue,
    DeleteMessage,
    DeleteMessageBatch,
    DeleteQueue,
    GetQueueAttributes,
    GetQueueUrl,
    ListDeadLetterSourceQueues,
    ListMessageMoveTasks,
    ListQueues,
    ListQueueTags,
    PurgeQueue,
    ReceiveMessage,
    RemovePermission,
    SendMessage,
    SendMessageBatch,
    SetQueueAttributes,
    StartMessageMoveTask,
    TagQueue,
    UntagQueue,
  ]),
  internal: operationTable<Context>([SendToQueues]),
  describeViolation,
};
