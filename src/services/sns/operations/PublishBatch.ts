/** https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html */
import { AwsError } from '../../../core/aws-error.ts';
import { operation } from '../../../core/operation.ts';
import { boolean, type Infer, list, required, string, structure } from '../../../schema/shapes.ts';
import { fail } from '../errors.ts';
import type { Notification } from '../notification.ts';
import { acceptMessage, messageBytes, publishAll } from '../publishing.ts';
import { publishMembers } from '../shapes.ts';
import { loadTopic } from '../topic.ts';
import { messageBytesMax } from '../topic-attributes.ts';

const ENTRIES_MAX = 10;
const ID_CHARACTERS_MAX = 80;
const ID = /^[A-Za-z0-9_-]+$/;

const batchResultErrorEntry = structure({
  Id: required(string()),
  Code: required(string()),
  Message: string(),
  SenderFault: required(boolean()),
});

export const PublishBatch = operation({
  name: 'PublishBatch',
  input: structure({
    TopicArn: required(string()),
    PublishBatchRequestEntries: required(
      list(structure({ Id: required(string()), ...publishMembers })),
    ),
  }),
  output: structure({
    Successful: list(structure({ Id: string(), MessageId: string(), SequenceNumber: string() })),
    Failed: list(batchResultErrorEntry),
  }),
  errors: [
    'AuthorizationErrorException',
    'BatchEntryIdsNotDistinctException',
    'BatchRequestTooLongException',
    'EmptyBatchRequestException',
    'EndpointDisabledException',
    'InternalErrorException',
    'InvalidBatchEntryIdException',
    'InvalidParameterException',
    'InvalidParameterValueException',
    'InvalidSecurityException',
    'KMSAccessDeniedException',
    'KMSDisabledException',
    'KMSInvalidStateException',
    'KMSNotFoundException',
    'KMSOptInRequired',
    'KMSThrottlingException',
    'NotFoundException',
    'PlatformApplicationDisabledException',
    'TooManyEntriesInBatchRequestException',
    'ValidationException',
  ],
  /**
   * Observed: an entry that is malformed fails the request, so that entries fail alone only for
   * what the topic's own rules say of them.
   */
  handler: async ({ TopicArn, PublishBatchRequestEntries: entries }, context) => {
    checkIds(entries.map(({ Id }) => Id));
    const topic = await loadTopic(TopicArn, context);
    const bytes = entries.reduce((sum, entry) => sum + messageBytes(entry), 0);
    if (bytes > messageBytesMax(topic)) {
      throw fail(
        'BatchRequestTooLongException',
        'The length of all the messages put together is more than the limit.',
      );
    }
    const accepted: { Id: string; notification: Notification; bytes: number }[] = [];
    const Failed: Infer<typeof batchResultErrorEntry>[] = [];
    for (const entry of entries) {
      try {
        const notification = await acceptMessage(context, topic, entry);
        accepted.push({ Id: entry.Id, notification, bytes: messageBytes(entry) });
      } catch (error) {
        if (!(error instanceof AwsError) || error.code !== 'AuthorizationErrorException') {
          throw error;
        }
        const { queryCode: Code, message: Message } = error;
        Failed.push({ Id: entry.Id, Code, Message, SenderFault: true });
      }
    }
    const published = await publishAll(context, topic, accepted);
    const Successful = published.map((answer, index) => ({
      Id: accepted[index]?.Id ?? '',
      ...answer,
    }));
    return { Successful, Failed };
  },
});

function checkIds(ids: readonly string[]): void {
  if (ids.length === 0) {
    throw fail('EmptyBatchRequestException', "The batch request doesn't contain any entries.");
  }
  if (ids.length > ENTRIES_MAX) {
    throw fail(
      'TooManyEntriesInBatchRequestException',
      'The batch request contains more entries than permissible.',
    );
  }
  if (new Set(ids).size < ids.length) {
    throw fail(
      'BatchEntryIdsNotDistinctException',
      'Two or more batch entries in the request have the same Id.',
    );
  }
  for (const id of ids) {
    const isLong = id.length > ID_CHARACTERS_MAX;
    if (!isLong && ID.test(id)) continue;
    throw fail(
      'InvalidBatchEntryIdException',
      `The Id of a batch entry in the batch request ${
        isLong ? 'is too long' : 'contains an impermissible character'
      }: ${id}`,
    );
  }
}
