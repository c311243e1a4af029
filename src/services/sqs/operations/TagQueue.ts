/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_TagQueue.html */
import { operation } from '../../../core/operation.ts';
import { named, required, string, structure } from '../../../schema/shapes.ts';
import { missingParameter } from '../parameter.ts';
import { loadQueueDocument, saveQueue } from '../queue.ts';
import { tagMap, withTags } from '../tags.ts';

export const TagQueue = operation({
  name: 'TagQueue',
  input: structure({ QueueUrl: required(string()), Tags: required(named('Tag', tagMap)) }),
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
    const document = await loadQueueDocument(input.QueueUrl, context);
    if (Object.keys(input.Tags).length === 0) {
      throw missingParameter('Tags');
    }
    const { name, tags } = document.value;
    await saveQueue(context, document, { tags: withTags(name, tags, input.Tags) });
    return {};
  },
});
