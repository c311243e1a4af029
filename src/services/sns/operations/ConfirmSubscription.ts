/** https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html */
import type { Context } from '../../../core/context.ts';
import { operation } from '../../../core/operation.ts';
import { type Infer, required, string, structure } from '../../../schema/shapes.ts';
import type { Document } from '../../../storage/port.ts';
import { isAnonymous, subscriptionAddressOf } from '../arn.ts';
import { findToken, type Token } from '../confirmation.ts';
import { unsubscribeUrl } from '../envelope.ts';
import { fail, invalid } from '../errors.ts';
import { resumeReplay, scheduleReplay } from '../replay.ts';
import {
  addSubscription,
  confirmSubscription,
  findByEndpoint,
  findSubscription,
  type Subscription,
} from '../subscription.ts';
import { checkRoom } from '../subscription-limits.ts';
import { factsOf } from '../subscription-page.ts';
import { loadTopicDocument, type Topic } from '../topic.ts';

const input = structure({
  TopicArn: required(string()),
  Token: required(string()),
  AuthenticateOnUnsubscribe: string(),
});

export const ConfirmSubscription = operation({
  name: 'ConfirmSubscription',
  input,
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
  handler: async (request, context) => ({
    SubscriptionArn: (await confirm(request, context)).arn,
  }),
  page: {
    async show(request, context) {
      const subscription = await confirm(request, context);
      const url = unsubscribeUrl(context.caller.endpoint, subscription.arn);
      return {
        title: 'Subscription confirmed',
        paragraphs: ['From now on the endpoint gets the messages of the topic.'],
        facts: factsOf(subscription),
        ...(!subscription.ownerMustUnsubscribe && {
          link: { text: 'Unsubscribe, if that was a mistake', url },
        }),
      };
    },
    refusals: {
      InvalidParameterException:
        'This link is not complete, or it is too old: it works for two days. Subscribe again to ' +
        'get a new one.',
      NotFoundException: 'The topic is not there any more.',
    },
  },
});

async function confirm(request: Infer<typeof input>, context: Context): Promise<Subscription> {
  const topic = await loadTopicDocument(request.TopicArn, context);
  const token = await findToken(context, request.Token);
  if (token === undefined) throw invalid('Token');
  if (token.topicArn !== request.TopicArn) throw invalid('Topic');
  const ownerMustUnsubscribe = request.AuthenticateOnUnsubscribe?.toLowerCase() === 'true';
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
  return subscription;
}

/** The link in the message about a subscription's end makes it again. */
async function restore(
  context: Context,
  topic: Document<Topic>,
  { ended }: Token,
): Promise<Subscription> {
  if (ended === undefined || ended.topicId !== topic.value.topicId) throw invalid('Token');
  const { protocol, endpoint } = ended;
  const present = await findByEndpoint(context, topic.value, protocol, endpoint);
  if (present !== undefined) return present.value;
  await checkRoom(context, topic.value, ended);
  await addSubscription(context, topic, ended);
  await resumeReplay(context, ended);
  return ended;
}
