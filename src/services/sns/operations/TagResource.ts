/** https://docs.aws.amazon.com/sns/latest/api/API_TagResource.html */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { tagList } from '../shapes.ts';
import { loadTaggedTopic, withTags } from '../tags.ts';
import { saveTopic } from '../topic.ts';

export const TagResource = operation({
  name: 'TagResource',
  input: structure({ ResourceArn: required(string()), Tags: required(tagList) }),
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
    const tags = withTags(document.value.tags, input.Tags);
    await saveTopic(context, document, { ...document.value, tags });
    return {};
  },
});
