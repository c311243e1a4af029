/**
 * SendMessageBatch: delivers up to ten messages to a queue, each with its own outcome.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
 */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { checkBatch, emptyEntryMember, forEachEntry } from '../batch.ts';
import { fail } from '../errors.ts';
import { Outgoing } from '../outgoing.ts';
import { loadQueue } from '../queue.ts';
import { acceptMessage, storeMessages } from '../sending.ts';
import { batchEntries, batchResult, outgoingMembers } from '../shapes.ts';

const ENTRY = 'SendMessageBatchRequestEntry';

/** The limit of the service, whatever the queue's own MaximumMessageSize. */
const BATCH_BYTES_MAX = 1_048_576;

export const SendMessageBatch = operation({
  name: 'SendMessageBatch',
  input: structure({
    QueueUrl: required(string()),
    Entries: batchEntries(ENTRY, structure({ Id: required(string()), ...outgoingMembers })),
  }),
  output: batchResult(
    'SendMessageBatchResultEntry',
    structure({
      Id: required(string()),
      MessageId: required(string()),
      MD5OfMessageBody: required(string()),
      MD5OfMessageAttributes: string(),
      MD5OfMessageSystemAttributes: string(),
      SequenceNumber: string(),
    }),
  ),
  errors: [
    'BatchEntryIdsNotDistinct',
    'BatchRequestTooLong',
    'EmptyBatchRequest',
    'InvalidAddress',
    'InvalidBatchEntryId',
    'InvalidSecurity',
    'KmsAccessDenied',
    'KmsDisabled',
    'KmsInvalidKeyUsage',
    'KmsInvalidState',
    'KmsNotFound',
    'KmsOptInRequired',
    'KmsThrottled',
    'QueueDoesNotExist',
    'RequestThrottled',
    'TooManyEntriesInBatchRequest',
    'UnsupportedOperation',
  ],
  async handler({ QueueUrl, Entries }, context) {
    const queue = await loadQueue(QueueUrl, context);
    checkBatch(ENTRY, Entries);
    const outgoing = Entries.map((entry) => new Outgoing(entry));
    checkBatchBytes(outgoing);
    const { Successful: accepted, Failed } = await forEachEntry(Entries, (entry, index) => {
      const { [index]: out = new Outgoing(entry) } = outgoing;
      if (out.body === '') throw emptyEntryMember(ENTRY, index, 'MessageBody');
      const message = acceptMessage(queue, out, context);
      return { Id: entry.Id, message };
    });
    const sent = await storeMessages(
      queue,
      accepted.map(({ message }) => message),
      context,
    );
    const Successful = accepted.map(({ Id, message }, index) => ({
      Id,
      ...(sent[index] ?? message.sent),
    }));
    return { Successful, Failed };
  },
});

function checkBatchBytes(outgoing: readonly Outgoing[]): void {
  const bytes = outgoing.reduce((sum, message) => sum + message.bytes, 0);
  if (bytes <= BATCH_BYTES_MAX) return;
  throw fail(
    'BatchRequestTooLong',
    `Batch requests cannot be longer than ${BATCH_BYTES_MAX} bytes. You have sent ${bytes} bytes.`,
  );
}
