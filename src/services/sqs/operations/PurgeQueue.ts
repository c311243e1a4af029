/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { fail } from '../errors.ts';
import { loadQueue, purgedQueueKey, queueRef } from '../queue.ts';

const PURGE_INTERVAL_SECONDS = 60;

export const PurgeQueue = operation({
  name: 'PurgeQueue',
  input: structure({ QueueUrl: required(string()) }),
  output: structure({}),
  errors: [
    'InvalidAddress',
    'InvalidSecurity',
    'PurgeQueueInProgress',
    'QueueDoesNotExist',
    'RequestThrottled',
    'UnsupportedOperation',
  ],
  emptyResult: true,
  handler: async (input, context) => {
    const { tx, nowMs } = context;
    const queue = await loadQueue(input.QueueUrl, context);
    const key = purgedQueueKey(queue);
    if ((await tx.documents.get(key)) !== undefined) {
      throw fail(
        'PurgeQueueInProgress',
        `Only one PurgeQueue operation on ${queue.name} is allowed every ` +
          `${PURGE_INTERVAL_SECONDS} seconds.`,
      );
    }
    await tx.queues.purge(queueRef(queue));
    await tx.documents.put(key, {}, { expiresAtMs: nowMs + PURGE_INTERVAL_SECONDS * 1000 });
    return {};
  },
});
