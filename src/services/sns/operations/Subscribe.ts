/** https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html */
import type { Context } from '../../../core/context.ts';
import { operation } from '../../../core/operation.ts';
import { boolean, required, string, structure } from '../../../schema/shapes.ts';
import type { Document } from '../../../storage/port.ts';
import { askForConfirmation } from '../confirmation.ts';
import { arnOf, checkEndpoint, readProtocol } from '../endpoint.ts';
import { invalid } from '../errors.ts';
import { principalOf } from '../principal.ts';
import { withReplay } from '../replay.ts';
import { attributeMap } from '../shapes.ts';
import {
  addSubscription,
  findByEndpoint,
  type Protocol,
  type Subscription,
} from '../subscription.ts';
import {
  hasSubscriptionAttributes,
  type Refuse,
  withSubscriptionAttributes,
} from '../subscription-attributes.ts';
import { checkRoom } from '../subscription-limits.ts';
import { loadTopicDocument, type Topic, topicArn } from '../topic.ts';
import type { Attributes } from '../topic-attributes.ts';

export const Subscribe = operation({
  name: 'Subscribe',
  input: structure({
    TopicArn: required(string()),
    Protocol: required(string()),
    Endpoint: string(),
    Attributes: attributeMap,
    ReturnSubscriptionArn: boolean(),
  }),
  output: structure({ SubscriptionArn: string() }),
  errors: [
    'AuthorizationErrorException',
    'FilterPolicyLimitExceededException',
    'InternalErrorException',
    'InvalidParameterException',
    'InvalidSecurityException',
    'NotFoundException',
    'ReplayLimitExceededException',
    'SubscriptionLimitExceededException',
  ],
  handler: async (input, context) => {
    const { Endpoint: endpoint = '', Attributes: supplied = {} } = input;
    const document = await loadTopicDocument(input.TopicArn, context);
    const topic = document.value;
    const protocol = readProtocol(topic, input.Protocol);
    await checkEndpoint(context, topic, protocol, endpoint);
    const { accountId: ownerId } = context.caller;
    const subject = { topic, protocol, endpoint, ownerId, attributes: {} };
    const attributes = withSubscriptionAttributes(subject, supplied, refuse);
    const existing = (await findByEndpoint(context, topic, protocol, endpoint))?.value;
    if (existing !== undefined) checkSame(existing, supplied);
    const subscription =
      existing ?? (await subscribe(context, document, protocol, endpoint, attributes));
    if (!subscription.confirmed) await askForConfirmation(context, topic, subscription);
    const isShown = subscription.confirmed || input.ReturnSubscriptionArn === true;
    return { SubscriptionArn: isShown ? subscription.arn : 'pending confirmation' };
  },
});

const refuse: Refuse = (problem) => invalid(`Attributes Reason: ${problem}`);

/** Subscribing again is a success as long as nothing asked for differs. */
function checkSame(subscription: Subscription, supplied: Attributes): void {
  if (hasSubscriptionAttributes(subscription.attributes, supplied)) return;
  throw refuse('Subscription already exists with different attributes');
}

async function subscribe(
  context: Context,
  document: Document<Topic>,
  protocol: Protocol,
  endpoint: string,
  attributes: Attributes,
): Promise<Subscription> {
  const topic = document.value;
  if (protocol === 'firehose' && attributes.SubscriptionRoleArn === undefined) {
    throw refuse('SubscriptionRoleArn must be specified for firehose subscriptions.');
  }
  const { accountId } = context.caller;
  await checkRoom(context, topic, { protocol, ownerId: accountId });
  const subscriptionId = context.env.uuid();
  const confirmed = isConfirmedByCall(context, protocol, endpoint);
  const subscription = await withReplay(context, topic, {
    arn: `${topicArn(topic)}:${subscriptionId}`,
    subscriptionId,
    topicArn: topicArn(topic),
    topicId: topic.topicId,
    protocol,
    endpoint,
    ownerId: accountId,
    principal: principalOf(context.caller),
    confirmed,
    confirmationWasAuthenticated: confirmed,
    ownerMustUnsubscribe: false,
    attributes,
    createdAtMs: context.nowMs,
  });
  await addSubscription(context, document, subscription);
  return subscription;
}

/** Whoever owns a queue or function need not be asked; a server or a person must be. */
function isConfirmedByCall(context: Context, protocol: Protocol, endpoint: string): boolean {
  switch (protocol) {
    case 'sqs':
    case 'lambda':
      return arnOf(endpoint, protocol)?.accountId === context.caller.accountId;
    case 'sms':
    case 'application':
    case 'firehose':
      return true;
    default:
      return false;
  }
}
