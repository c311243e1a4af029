/** https://docs.aws.amazon.com/sns/latest/api/API_UntagResource.html */
import { operation } from '../../../core/operation.ts';
import { list, required, string, structure } from '../../../schema/shapes.ts';
import { loadTaggedTopic } from '../tags.ts';
import { saveTopic } from '../topic.ts';

export const UntagResource = operation({
  name: 'UntagResource',
  input: structure({ ResourceArn: required(string()), TagKeys: required(list(string())) }),
  output: structure({}),
  errors: [
    'AuthorizationErrorException',
    'ConcurrentAccessException',
    'InvalidParameterException',
    'ResourceNotFoundException',
    'StaleTagException',
    'TagLimitExceededException',
    'TagPolicyException',
  ],
  handler: async (input, context) => {
    const document = await loadTaggedTopic(input.ResourceArn, context);
    const kept = Object.entries(document.value.tags).filter(
      ([key]) => !input.TagKeys.includes(key),
    );
    await saveTopic(context, document, { ...document.value, tags: Object.fromEntries(kept) });
    return {};
  },
});
