/** https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html */
import type { Context } from '../../../core/context.ts';
import { operation } from '../../../core/operation.ts';
import { type Infer, required, string, structure } from '../../../schema/shapes.ts';
import { isAnonymous, readSubscriptionArn } from '../arn.ts';
import { linkToRestore, tellOfEnd } from '../confirmation.ts';
import { fail, invalid } from '../errors.ts';
import { findSubscription, removeSubscription, type Subscription } from '../subscription.ts';
import { factsOf } from '../subscription-page.ts';

const input = structure({ SubscriptionArn: required(string()) });

export const Unsubscribe = operation({
  name: 'Unsubscribe',
  input,
  output: structure({}),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'InvalidSecurityException',
    'NotFoundException',
  ],
  emptyResult: true,
  handler: async (request, context) => {
    await unsubscribe(request, context);
    return {};
  },
  page: {
    async show(request, context) {
      const subscription = await unsubscribe(request, context);
      if (subscription === undefined) {
        return {
          title: 'Not subscribed',
          paragraphs: ['This subscription has already ended.'],
          facts: [['Subscription', request.SubscriptionArn]],
        };
      }
      const url = await linkToRestore(context, subscription);
      return {
        title: 'Subscription ended',
        paragraphs: ['The endpoint gets no more messages of the topic.'],
        facts: factsOf(subscription),
        link: { text: 'Subscribe again, if that was a mistake', url },
      };
    },
    refusals: {
      AuthorizationErrorException:
        'Only its owner can end this subscription, with a request that is signed.',
      InvalidParameterException: 'This link is not complete, or the subscription is not confirmed.',
    },
  },
});

/**
 * The link in a message needs no signature, unless the subscription was confirmed otherwise.
 * Ending what is not there is a success: undefined.
 */
async function unsubscribe(
  request: Infer<typeof input>,
  context: Context,
): Promise<Subscription | undefined> {
  const address = readSubscriptionArn(request.SubscriptionArn, context);
  const found = await findSubscription(address, context);
  if (found === undefined) return undefined;
  const topic = found.topic.value;
  const subscription = found.subscription.value;
  if (!subscription.confirmed) {
    throw invalid(
      'SubscriptionArn Reason: Cannot unsubscribe a subscription that is pending confirmation',
    );
  }
  const owners = [subscription.ownerId, topic.accountId];
  const isOwner = !isAnonymous(context) && owners.includes(context.caller.accountId);
  if (subscription.ownerMustUnsubscribe && !isOwner) {
    throw fail(
      'AuthorizationErrorException',
      `Only the owner of the subscription or of its topic may unsubscribe ${subscription.arn}`,
    );
  }
  await removeSubscription(context, found);
  const { protocol } = subscription;
  const isHttp = protocol === 'http' || protocol === 'https';
  if (isHttp && !isOwner) await tellOfEnd(context, topic, subscription);
  return subscription;
}
