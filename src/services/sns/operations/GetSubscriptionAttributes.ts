/** https://docs.aws.amazon.com/sns/latest/api/API_GetSubscriptionAttributes.html */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { attributeMap } from '../shapes.ts';
import { loadSubscription } from '../subscription.ts';
import { describeSubscription } from '../subscription-attributes.ts';

export const GetSubscriptionAttributes = operation({
  name: 'GetSubscriptionAttributes',
  input: structure({ SubscriptionArn: required(string()) }),
  output: structure({ Attributes: attributeMap }),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'NotFoundException',
  ],
  handler: async (input, context) => {
    const { topic, subscription } = await loadSubscription(input.SubscriptionArn, context);
    return { Attributes: { ...describeSubscription(topic.value, subscription.value) } };
  },
});
