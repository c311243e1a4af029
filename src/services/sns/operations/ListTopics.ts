/** https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html */
import { operation } from '../../../core/operation.ts';
import { list, string, structure } from '../../../schema/shapes.ts';
import { pageOf } from '../page.ts';
import { type Topic, topicArn, topicPrefix } from '../topic.ts';

export const ListTopics = operation({
  name: 'ListTopics',
  input: structure({ NextToken: string() }),
  output: structure({
    Topics: list(structure({ TopicArn: string() })),
    NextToken: string(),
  }),
  errors: ['AuthorizationErrorException', 'InternalErrorException', 'InvalidParameterException'],
  ownerOnly: true,
  handler: async (input, context) => {
    const { accountId, region } = context.caller;
    const folder = topicPrefix(accountId, region);
    const { documents, ...page } = await pageOf<Topic>(context, folder, input.NextToken);
    return { Topics: documents.map(({ value }) => ({ TopicArn: topicArn(value) })), ...page };
  },
});
