/**
 * Asking an endpoint whether it wants a subscription, and telling it that one has ended.
 * https://docs.aws.amazon.com/sns/latest/dg/http-subscription-confirmation-json.html
 * https://docs.aws.amazon.com/sns/latest/dg/http-unsubscribe-confirmation-json.html
 */
import type { Context } from '../../core/context.ts';
import { type DeliveryTarget, enqueueDelivery } from '../../delivery/delivery.ts';
import { messageSigner } from '../../delivery/message-signature.ts';
import { queueAddressOf } from './audience.ts';
import { effectivePolicy } from './delivery-policy.ts';
import { emailFrom } from './email.ts';
import { functionEvent, signatureVersionOf, stringToSign, timestampOf } from './envelope.ts';
import { httpTarget } from './http-target.ts';
import { retryFor } from './outgoing.ts';
import { send } from './queue-delivery.ts';
import type { Subscription } from './subscription.ts';
import type { Topic } from './topic.ts';

const TOKEN_BYTES = 144;
/** From the API reference of ConfirmSubscription. */
const TOKEN_MS = 2 * 24 * 60 * 60 * 1000;

/** What a token stands for: a subscription to confirm, or one to make again. */
export interface Token {
  readonly topicArn: string;
  readonly subscriptionArn: string;
  /** The subscription that has ended. */
  readonly ended?: Subscription;
}

const tokenKey = (token: string): string => `sns/token/${token}`;

export async function findToken(context: Context, token: string): Promise<Token | undefined> {
  return (await context.tx.documents.get<Token>(tokenKey(token)))?.value;
}

async function makeToken(context: Context, meaning: Token): Promise<string> {
  const token = Buffer.from(context.env.randomBytes(TOKEN_BYTES)).toString('hex');
  const expiresAtMs = context.nowMs + TOKEN_MS;
  await context.tx.documents.put(tokenKey(token), meaning, { expiresAtMs });
  return token;
}

/** Asks the endpoint of a pending subscription to confirm it. */
export async function askForConfirmation(
  context: Context,
  topic: Topic,
  subscription: Subscription,
): Promise<void> {
  const { topicArn, arn } = subscription;
  const token = await makeToken(context, { topicArn, subscriptionArn: arn });
  await tell(context, topic, subscription, {
    Type: 'SubscriptionConfirmation',
    Token: token,
    Message:
      `You have chosen to subscribe to the topic ${topicArn}.\n` +
      'To confirm the subscription, visit the SubscribeURL included in this message.',
  });
}

/** Tells the endpoint of a subscription that it has ended, and how to take that back. */
export async function tellOfEnd(
  context: Context,
  topic: Topic,
  subscription: Subscription,
): Promise<void> {
  const { topicArn, arn } = subscription;
  const token = await makeToken(context, { topicArn, subscriptionArn: arn, ended: subscription });
  await tell(context, topic, subscription, {
    Type: 'UnsubscribeConfirmation',
    Token: token,
    Message:
      `You have chosen to deactivate subscription ${arn}.\n` +
      'To cancel this operation and restore the subscription, visit the SubscribeURL included in ' +
      'this message.',
  });
}

/** A link that makes again a subscription that has ended. */
export async function linkToRestore(context: Context, ended: Subscription): Promise<string> {
  const { topicArn, arn } = ended;
  const token = await makeToken(context, { topicArn, subscriptionArn: arn, ended });
  return subscribeUrl(context.caller.endpoint, topicArn, token);
}

const subscribeUrl = (endpoint: string, topicArn: string, token: string): string =>
  `${endpoint}/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=${token}`;

interface News {
  readonly Type: 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';
  readonly Token: string;
  readonly Message: string;
}

interface Letter extends News {
  readonly MessageId: string;
  readonly TopicArn: string;
  readonly SubscribeURL: string;
  readonly Timestamp: string;
  readonly SignatureVersion: string;
  readonly Signature: string;
  readonly SigningCertURL: string;
}

async function tell(
  context: Context,
  topic: Topic,
  subscription: Subscription,
  news: News,
): Promise<void> {
  const { endpoint } = context.caller;
  const letter = await signedLetter(context, topic, subscription.topicArn, news);
  const queue = subscription.protocol === 'sqs' ? queueAddressOf(subscription.endpoint) : undefined;
  if (queue !== undefined) {
    const MessageBody = JSON.stringify(letter);
    const ids = { MessageGroupId: letter.MessageId, MessageDeduplicationId: letter.MessageId };
    await send(context, queue, { MessageBody, ...(queue.fifo && ids) }, { endpoint });
    return;
  }
  const { accountId, region, attributes } = topic;
  const { protocol, arn, topicArn } = subscription;
  const isHttp = protocol === 'http' || protocol === 'https';
  const policy = isHttp ? effectivePolicy(attributes.DeliveryPolicy, undefined) : undefined;
  await enqueueDelivery(context, {
    deliveryId: context.env.uuid(),
    target: targetFor(topic, subscription, letter),
    retry: retryFor(protocol, policy),
    about: {
      messageId: letter.MessageId,
      accountId,
      region,
      publishedAtMs: context.nowMs,
      topicArn,
      subscriptionArn: arn,
    },
  });
}

async function signedLetter(
  context: Context,
  topic: Topic,
  topicArn: string,
  { Type, Token, Message }: News,
): Promise<Letter> {
  const { endpoint } = context.caller;
  const MessageId = context.env.uuid();
  const SubscribeURL = subscribeUrl(endpoint, topicArn, Token);
  const Timestamp = timestampOf(context.nowMs);
  const SignatureVersion = signatureVersionOf(topic);
  const signer = await messageSigner(context.tx);
  const signed = stringToSign({
    Message,
    MessageId,
    SubscribeURL,
    Timestamp,
    Token,
    TopicArn: topicArn,
    Type,
  });
  return {
    Type,
    MessageId,
    Token,
    TopicArn: topicArn,
    Message,
    SubscribeURL,
    Timestamp,
    SignatureVersion,
    Signature: signer.sign(signed, SignatureVersion),
    SigningCertURL: endpoint + signer.certificatePath,
  };
}

/** Protocols that need no confirmation never come here. */
function targetFor(topic: Topic, subscription: Subscription, letter: Letter): DeliveryTarget {
  const { protocol, endpoint } = subscription;
  switch (protocol) {
    case 'http':
    case 'https':
      return httpTarget(endpoint, {
        type: letter.Type,
        messageId: letter.MessageId,
        topicArn: letter.TopicArn,
        ...(letter.Type === 'UnsubscribeConfirmation' && { subscriptionArn: subscription.arn }),
        body: JSON.stringify(letter),
      });
    case 'email':
    case 'email-json':
      return {
        kind: 'email',
        to: endpoint,
        from: emailFrom(topic),
        subject: 'AWS Notification - Subscription Confirmation',
        text: protocol === 'email-json' ? JSON.stringify(letter) : confirmationText(letter),
      };
    case 'lambda': {
      const { SigningCertURL, ...others } = letter;
      const event = functionEvent(subscription.arn, { ...others, SigningCertUrl: SigningCertURL });
      return { kind: 'function', functionArn: endpoint, payload: event };
    }
    default:
      throw new Error(`nobody is asked about a subscription of the protocol ${protocol}`);
  }
}

const confirmationText = ({ TopicArn, SubscribeURL }: Letter): string =>
  `You have chosen to subscribe to the topic:\n${TopicArn}\n\n` +
  `To confirm this subscription, click or visit the link below (If this was in error no action ` +
  `is necessary):\n${SubscribeURL}\n`;
