/** https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { isAnonymous, readSubscriptionArn } from '../arn.ts';
import { tellOfEnd } from '../confirmation.ts';
import { fail, invalid } from '../errors.ts';
import { findSubscription, removeSubscription } from '../subscription.ts';

export const Unsubscribe = operation({
  name: 'Unsubscribe',
  input: structure({ SubscriptionArn: required(string()) }),
  output: structure({}),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'InvalidSecurityException',
    'NotFoundException',
  ],
  emptyResult: true,
  /**
   * The link in a message needs no signature, unless the subscription was confirmed otherwise.
   * Ending what is not there is a success.
   */
  handler: async (input, context) => {
    const address = readSubscriptionArn(input.SubscriptionArn, context);
    const found = await findSubscription(address, context);
    if (found === undefined) return {};
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
    return {};
  },
});
