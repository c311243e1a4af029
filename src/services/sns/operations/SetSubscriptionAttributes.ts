/** https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { invalid } from '../errors.ts';
import { withReplay } from '../replay.ts';
import { changeSubscription, loadSubscription } from '../subscription.ts';
import { withSubscriptionAttributes } from '../subscription-attributes.ts';

export const SetSubscriptionAttributes = operation({
  name: 'SetSubscriptionAttributes',
  input: structure({
    SubscriptionArn: required(string()),
    AttributeName: required(string()),
    AttributeValue: string(),
  }),
  output: structure({}),
  errors: [
    'AuthorizationErrorException',
    'FilterPolicyLimitExceededException',
    'InternalErrorException',
    'InvalidParameterException',
    'NotFoundException',
    'ReplayLimitExceededException',
  ],
  emptyResult: true,
  handler: async (input, context) => {
    const { AttributeName: name, AttributeValue: value = '' } = input;
    const found = await loadSubscription(input.SubscriptionArn, context);
    const topic = found.topic.value;
    const current = found.subscription.value;
    const subject = { ...current, topic };
    const attributes = withSubscriptionAttributes(subject, { [name]: value }, invalid);
    const changed = { ...current, attributes };
    const isReplay = name === 'ReplayPolicy';
    const subscription = isReplay ? await withReplay(context, topic, changed) : changed;
    await changeSubscription(context, found, subscription);
    return {};
  },
});
