/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueueTags.html */
import { operation } from '../../../core/operation.ts';
import { named, required, string, structure } from '../../../schema/shapes.ts';
import { loadQueue } from '../queue.ts';
import { tagMap } from '../tags.ts';

export const ListQueueTags = operation({
  name: 'ListQueueTags',
  input: structure({ QueueUrl: required(string()) }),
  output: structure({ Tags: named('Tag', tagMap) }),
  errors: [
    'InvalidAddress',
    'InvalidSecurity',
    'QueueDoesNotExist',
    'RequestThrottled',
    'UnsupportedOperation',
  ],
  ownerOnly: true,
  handler: async (input, context) => {
    const { tags } = await loadQueue(input.QueueUrl, context);
    return Object.keys(tags).length === 0 ? {} : { Tags: { ...tags } };
  },
});
