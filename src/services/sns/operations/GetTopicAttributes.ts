/** https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { beginningArchiveTime } from '../archive.ts';
import { attributeMap } from '../shapes.ts';
import { loadTopic } from '../topic.ts';
import { describeTopic } from '../topic-attributes.ts';

export const GetTopicAttributes = operation({
  name: 'GetTopicAttributes',
  input: structure({ TopicArn: required(string()) }),
  output: structure({ Attributes: attributeMap }),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'InvalidSecurityException',
    'NotFoundException',
  ],
  handler: async (input, context) => {
    const topic = await loadTopic(input.TopicArn, context);
    return { Attributes: { ...describeTopic(topic, beginningArchiveTime(context, topic)) } };
  },
});
