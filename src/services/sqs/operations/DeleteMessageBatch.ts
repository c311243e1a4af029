/**
 * DeleteMessageBatch: deletes up to ten received messages, each with its own outcome.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html
 */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { checkBatch, forEachEntry } from '../batch.ts';
import { deleteMessage } from '../deletion.ts';
import { fail } from '../errors.ts';
import { loadQueue } from '../queue.ts';
import { batchEntries, batchResult } from '../shapes.ts';

const ENTRY = 'DeleteMessageBatchRequestEntry';

export const DeleteMessageBatch = operation({
  name: 'DeleteMessageBatch',
  input: structure({
    QueueUrl: required(string()),
    Entries: batchEntries(
      ENTRY,
      structure({ Id: required(string()), ReceiptHandle: required(string()) }),
    ),
  }),
  output: batchResult('DeleteMessageBatchResultEntry', structure({ Id: required(string()) })),
  errors: [
    'BatchEntryIdsNotDistinct',
    'EmptyBatchRequest',
    'InvalidAddress',
    'InvalidBatchEntryId',
    'InvalidSecurity',
    'QueueDoesNotExist',
    'RequestThrottled',
    'TooManyEntriesInBatchRequest',
    'UnsupportedOperation',
  ],
  async handler({ QueueUrl, Entries }, context) {
    const queue = await loadQueue(QueueUrl, context);
    checkBatch(ENTRY, Entries);
    return forEachEntry(Entries, async ({ Id, ReceiptHandle }) => {
      if (await deleteMessage(queue, ReceiptHandle, context)) return { Id };
      // Observed on AWS: another code than DeleteMessage has for the same thing.
      throw fail('ReceiptHandleIsInvalid', 'The receipt handle has expired');
    });
  },
});
