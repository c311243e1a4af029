/** https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html */
import type { Context } from '../../../core/context.ts';
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import type { Document } from '../../../storage/port.ts';
import { isAnonymous, subscriptionAddressOf } from '../arn.ts';
import { findToken, type Token } from '../confirmation.ts';
import { fail, invalid } from '../errors.ts';
import { scheduleReplay } from '../replay.ts';
import {
  addSubscription,
  confirmSubscription,
  findByEndpoint,
  findSubscription,
} from '../subscription.ts';
import { loadTopicDocument, type Topic } from '../topic.ts';

export const ConfirmSubscription = operation({
  name: 'ConfirmSubscription',
  input: structure({
    TopicArn: required(string()),
    Token: required(string()),
    AuthenticateOnUnsubscribe: string(),
  }),
  output: structure({ SubscriptionArn: string() }),
  errors: [
    'AuthorizationErrorException',
    'FilterPolicyLimitExceededException',
    'InternalErrorException',
    'InvalidParameterException',
    'NotFoundException',
    'ReplayLimitExceededException',
    'SubscriptionLimitExceededException',
  ],
  /** Whoever has the token may confirm: the link in the message needs no signature. */
  handler: async (input, context) => {
    const topic = await loadTopicDocument(input.TopicArn, context);
    const token = await findToken(context, input.Token);
    if (token === undefined) throw invalid('Token');
    if (token.topicArn !== input.TopicArn) throw invalid('Topic');
    const ownerMustUnsubscribe = input.AuthenticateOnUnsubscribe?.toLowerCase() === 'true';
    if (ownerMustUnsubscribe && isAnonymous(context)) {
      throw fail(
        'AuthorizationErrorException',
        'AuthenticateOnUnsubscribe needs a request that is signed',
      );
    }
    const found = await findSubscription(subscriptionAddressOf(token.subscriptionArn), context);
    if (found === undefined) return restore(context, topic, token);
    const subscription = found.subscription.value;
    if (!subscription.confirmed) {
      await confirmSubscription(context, found, {
        confirmationWasAuthenticated: !isAnonymous(context),
        ownerMustUnsubscribe,
      });
      if (subscription.replay !== undefined) {
        await scheduleReplay(context, subscription, context.nowMs);
      }
    }
    return { SubscriptionArn: subscription.arn };
  },
});

/** The link in the message about a subscription's end makes it again. */
async function restore(context: Context, topic: Document<Topic>, { ended }: Token) {
  if (ended === undefined || ended.topicId !== topic.value.topicId) throw invalid('Token');
  const { protocol, endpoint } = ended;
  const present = await findByEndpoint(context, topic.value, protocol, endpoint);
  if (present !== undefined) return { SubscriptionArn: present.value.arn };
  await addSubscription(context, topic, ended);
  return { SubscriptionArn: ended.arn };
}
