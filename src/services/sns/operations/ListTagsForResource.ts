/** https://docs.aws.amazon.com/sns/latest/api/API_ListTagsForResource.html */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { tagList } from '../shapes.ts';
import { listTags, loadTaggedTopic } from '../tags.ts';

export const ListTagsForResource = operation({
  name: 'ListTagsForResource',
  input: structure({ ResourceArn: required(string()) }),
  output: structure({ Tags: tagList }),
  errors: [
    'AuthorizationErrorException',
    'ConcurrentAccessException',
    'InvalidParameterException',
    'ResourceNotFoundException',
    'TagPolicyException',
  ],
  handler: async (input, context) => {
    const { value } = await loadTaggedTopic(input.ResourceArn, context);
    return { Tags: listTags(value.tags) };
  },
});
