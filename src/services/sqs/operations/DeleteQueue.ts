/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { deletedQueueKey, loadQueue, purgedQueueKey, queueKey, queueRef } from '../queue.ts';
import { indexDeadLetterSource } from '../redrive-policy.ts';
import { expiryTimerKey } from '../tasks.ts';

const NAME_TAKEN_MS = 60_000;

export const DeleteQueue = operation({
  name: 'DeleteQueue',
  input: structure({ QueueUrl: required(string()) }),
  output: structure({}),
  errors: [
    'InvalidAddress',
    'InvalidSecurity',
    'QueueDoesNotExist',
    'RequestThrottled',
    'UnsupportedOperation',
  ],
  emptyResult: true,
  ownerOnly: true,
  handler: async (input, context) => {
    const { tx, nowMs } = context;
    const queue = await loadQueue(input.QueueUrl, context);
    const { key } = queueRef(queue);
    await tx.documents.delete(queueKey(queue));
    await tx.documents.delete(purgedQueueKey(queue));
    await tx.queues.purge(queueRef(queue));
    await tx.timers.cancel(expiryTimerKey(queue.queueId));
    await indexDeadLetterSource(context, queue, queue.attributes.RedrivePolicy, undefined);
    await tx.documents.put(deletedQueueKey(queue), {}, { expiresAtMs: nowMs + NAME_TAKEN_MS });
    context.endWaits(key);
    return {};
  },
});
