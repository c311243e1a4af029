/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_UntagQueue.html */
import { operation } from '../../../core/operation.ts';
import { list, named, required, string, structure } from '../../../schema/shapes.ts';
import { loadQueueDocument, saveQueue } from '../queue.ts';
import { badTagKeyLength } from '../tags.ts';

export const UntagQueue = operation({
  name: 'UntagQueue',
  input: structure({
    QueueUrl: required(string()),
    TagKeys: required(named('TagKey', list(string(), { flattened: true }))),
  }),
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
    if (input.TagKeys.length === 0 || input.TagKeys.includes('')) throw badTagKeyLength();
    const kept = Object.entries(document.value.tags).filter(
      ([key]) => !input.TagKeys.includes(key),
    );
    await saveQueue(context, document, { tags: Object.fromEntries(kept) });
    return {};
  },
});
