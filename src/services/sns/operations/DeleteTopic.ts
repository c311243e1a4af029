/** https://docs.aws.amazon.com/sns/latest/api/API_DeleteTopic.html */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { readTopicArn } from '../arn.ts';
import { fail } from '../errors.ts';
import { findTopic } from '../topic.ts';
import { deleteTopic } from '../topic-removal.ts';

export const DeleteTopic = operation({
  name: 'DeleteTopic',
  input: structure({ TopicArn: required(string()) }),
  output: structure({}),
  errors: [
    'AuthorizationErrorException',
    'ConcurrentAccessException',
    'InternalErrorException',
    'InvalidParameterException',
    'InvalidStateException',
    'NotFoundException',
    'StaleTagException',
    'TagPolicyException',
  ],
  emptyResult: true,
  /** Deleting what is not there is a success. */
  handler: async (input, context) => {
    const topic = await findTopic(readTopicArn('TopicArn', input.TopicArn, context), context);
    if (topic === undefined) return {};
    if (topic.value.archive !== undefined) {
      throw fail(
        'InvalidStateException',
        'Invalid state: Cannot delete a topic with an ArchivePolicy',
      );
    }
    await deleteTopic(context, topic);
    return {};
  },
});
