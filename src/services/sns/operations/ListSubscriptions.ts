/** https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptions.html */
import { operation } from '../../../core/operation.ts';
import { list, string, structure } from '../../../schema/shapes.ts';
import { subscriptionAddressOf } from '../arn.ts';
import { pageOf } from '../page.ts';
import { subscription } from '../shapes.ts';
import { findSubscription, listed, ownedPrefix } from '../subscription.ts';

export const ListSubscriptions = operation({
  name: 'ListSubscriptions',
  input: structure({ NextToken: string() }),
  output: structure({ Subscriptions: list(subscription), NextToken: string() }),
  errors: ['AuthorizationErrorException', 'InternalErrorException', 'InvalidParameterException'],
  ownerOnly: true,
  handler: async (input, context) => {
    const { accountId, region } = context.caller;
    const folder = ownedPrefix(accountId, region);
    const { documents, ...page } = await pageOf(context, folder, input.NextToken);
    const found = [];
    for (const { key } of documents) {
      const address = subscriptionAddressOf(key.slice(folder.length));
      // One whose topic is deleted is on its way out.
      const present = await findSubscription(address, context);
      if (present !== undefined) found.push(listed(present.subscription.value));
    }
    return { Subscriptions: found, ...page };
  },
});
