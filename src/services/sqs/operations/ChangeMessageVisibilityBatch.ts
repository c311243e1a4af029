/**
 * ChangeMessageVisibilityBatch: the same for up to ten messages, each with its own outcome.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html
 */
import { operation } from '../../../core/operation.ts';
import { integer, required, string, structure } from '../../../schema/shapes.ts';
import { checkBatch, emptyEntryMember, forEachEntry } from '../batch.ts';
import { loadQueue } from '../queue.ts';
import { batchEntries, batchResult } from '../shapes.ts';
import { changeVisibility } from '../visibility.ts';

const ENTRY = 'ChangeMessageVisibilityBatchRequestEntry';

export const ChangeMessageVisibilityBatch = operation({
  name: 'ChangeMessageVisibilityBatch',
  input: structure({
    QueueUrl: required(string()),
    Entries: batchEntries(
      ENTRY,
      structure({
        Id: required(string()),
        ReceiptHandle: required(string()),
        VisibilityTimeout: integer(),
      }),
    ),
  }),
  output: batchResult(
    'ChangeMessageVisibilityBatchResultEntry',
    structure({ Id: required(string()) }),
  ),
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
    return forEachEntry(Entries, async ({ Id, ReceiptHandle, VisibilityTimeout }, index) => {
      if (VisibilityTimeout === undefined) {
        throw emptyEntryMember(ENTRY, index, 'VisibilityTimeout');
      }
      await changeVisibility(queue, ReceiptHandle, VisibilityTimeout, context);
      return { Id };
    });
  },
});
