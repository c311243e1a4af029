/** https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html */
import { operation } from '../../../core/operation.ts';
import { list, required, string, structure } from '../../../schema/shapes.ts';
import { pageOf } from '../page.ts';
import { subscription } from '../shapes.ts';
import { listed, type Subscription, subscriptionPrefix } from '../subscription.ts';
import { loadTopic, topicArn } from '../topic.ts';

export const ListSubscriptionsByTopic = operation({
  name: 'ListSubscriptionsByTopic',
  input: structure({ TopicArn: required(string()), NextToken: string() }),
  output: structure({ Subscriptions: list(subscription), NextToken: string() }),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'NotFoundException',
  ],
  handler: async (input, context) => {
    const topic = await loadTopic(input.TopicArn, context);
    const folder = subscriptionPrefix(topicArn(topic));
    const { documents, ...page } = await pageOf<Subscription>(context, folder, input.NextToken);
    // Those of a predecessor under the same name are on their way out.
    const own = documents.filter(({ value }) => value.topicId === topic.topicId);
    return { Subscriptions: own.map(({ value }) => listed(value)), ...page };
  },
});
