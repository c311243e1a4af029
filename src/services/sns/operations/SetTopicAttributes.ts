/** https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { withArchive } from '../archive.ts';
import { invalid } from '../errors.ts';
import { checkLargeMessages } from '../subscription-limits.ts';
import { loadTopicDocument, saveTopic, type Topic } from '../topic.ts';
import { problemOfAttribute, withAttribute } from '../topic-attributes.ts';

export const SetTopicAttributes = operation({
  name: 'SetTopicAttributes',
  input: structure({
    TopicArn: required(string()),
    AttributeName: required(string()),
    AttributeValue: string(),
  }),
  output: structure({}),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'InvalidSecurityException',
    'NotFoundException',
  ],
  emptyResult: true,
  handler: async (input, context) => {
    const { AttributeName: name, AttributeValue: value = '' } = input;
    const document = await loadTopicDocument(input.TopicArn, context);
    const current = document.value;
    const problem = problemOfAttribute(name, value, current.fifo);
    if (problem !== undefined) throw invalid(problem);
    const attributes = withAttribute(current.attributes, name, value);
    const topic: Topic = { ...current, attributes };
    if (name === 'MaximumMessageSize') await checkLargeMessages(context, topic);
    const changed = name === 'ArchivePolicy' ? await withArchive(context, topic) : topic;
    await saveTopic(context, document, changed);
    return {};
  },
});
