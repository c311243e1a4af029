/** https://docs.aws.amazon.com/sns/latest/api/API_RemovePermission.html */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { loadTopicDocument, saveTopic } from '../topic.ts';
import { withoutStatement } from '../topic-policy.ts';

export const RemovePermission = operation({
  name: 'RemovePermission',
  input: structure({ TopicArn: required(string()), Label: required(string()) }),
  output: structure({}),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'NotFoundException',
  ],
  emptyResult: true,
  handler: async (input, context) => {
    const document = await loadTopicDocument(input.TopicArn, context);
    const topic = document.value;
    const Policy = withoutStatement(topic, input.Label);
    await saveTopic(context, document, { ...topic, attributes: { ...topic.attributes, Policy } });
    return {};
  },
});
