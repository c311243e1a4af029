/**
 * What leaves the process for one subscription: the delivery with its form, retries and dead-letter
 * queue.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
 */
import type { Context } from '../../core/context.ts';
import {
  awsRetryPolicy,
  customerManagedRetryPolicy,
  HTTP_TOTAL_DELAY_SECONDS_MAX,
  type RetryPolicy,
} from '../../delivery/backoff.ts';
import { type Delivery, type DeliveryTarget, enqueueDelivery } from '../../delivery/delivery.ts';
import { queueAddressOf, type Recipient } from './audience.ts';
import { aboutOf } from './delivery-about.ts';
import { type EffectivePolicy, effectivePolicy } from './delivery-policy.ts';
import { emailFrom, emailSubject, unsubscribeFooter } from './email.ts';
import { type MessageForms, unsubscribeUrl } from './envelope.ts';
import { httpTarget } from './http-target.ts';
import type { Notification } from './notification.ts';
import { deliverToEndpoint } from './platform-target.ts';
import { deadLetterFor } from './queue-delivery.ts';
import type { Protocol, Subscription } from './subscription.ts';
import { type TextMessage, textMessage } from './text-message.ts';
import { type Topic, topicArn } from './topic.ts';

/** Hands a message for a subscription that is no queue to the worker. */
export async function enqueueFor(
  context: Context,
  topic: Topic,
  notification: Notification,
  recipient: Recipient,
  forms: MessageForms,
): Promise<void> {
  const { subscription } = recipient;
  const policy = policyFor(topic, subscription);
  const delivery: Omit<Delivery, 'target'> = {
    deliveryId: context.env.uuid(),
    retry: retryFor(subscription.protocol, policy),
    ...(policy?.maxReceivesPerSecond !== undefined && {
      maxReceivesPerSecond: policy.maxReceivesPerSecond,
    }),
    ...deadLetterOf(recipient, notification, forms),
    about: aboutOf(topic, notification, subscription, forms),
  };
  if (subscription.protocol === 'application') {
    await deliverToEndpoint(context, subscription.endpoint, notification, delivery);
    return;
  }
  if (subscription.protocol === 'sms') {
    const { target, ...log } = await textTarget(context, topic, notification, subscription, forms);
    await enqueueDelivery(context, { ...delivery, target, about: { ...delivery.about, ...log } });
    return;
  }
  const target = targetFor(topic, notification, recipient, forms, policy);
  await enqueueDelivery(context, { ...delivery, target });
}

/** The delivery policy in force, which HTTP(S) alone has. */
function policyFor(topic: Topic, subscription: Subscription): EffectivePolicy | undefined {
  const { protocol, attributes } = subscription;
  if (protocol !== 'http' && protocol !== 'https') return undefined;
  return effectivePolicy(topic.attributes.DeliveryPolicy, attributes.DeliveryPolicy);
}

export function retryFor(protocol: Protocol, policy: EffectivePolicy | undefined): RetryPolicy {
  if (policy !== undefined) {
    const { healthyRetryPolicy } = policy;
    return { ...healthyRetryPolicy, totalDelaySecondsMax: HTTP_TOTAL_DELAY_SECONDS_MAX };
  }
  return protocol === 'lambda' || protocol === 'firehose'
    ? awsRetryPolicy
    : customerManagedRetryPolicy;
}

function deadLetterOf(
  recipient: Recipient,
  notification: Notification,
  forms: MessageForms,
): Pick<Delivery, 'deadLetter'> | undefined {
  const { deadLetterArn } = recipient;
  const queue = queueAddressOf(deadLetterArn ?? '');
  if (deadLetterArn === undefined || queue === undefined) return undefined;
  const input = deadLetterFor(recipient, queue, notification, forms);
  return { deadLetter: { queueArn: deadLetterArn, input } };
}

function targetFor(
  topic: Topic,
  notification: Notification,
  { subscription, raw }: Recipient,
  forms: MessageForms,
  policy: EffectivePolicy | undefined,
): DeliveryTarget {
  const { protocol, endpoint, arn } = subscription;
  const body = () => (raw ? forms.text(protocol) : forms.envelope(protocol, arn));
  switch (protocol) {
    case 'http':
    case 'https':
      return httpTarget(endpoint, {
        type: 'Notification',
        messageId: notification.messageId,
        topicArn: topicArn(topic),
        subscriptionArn: arn,
        raw,
        ...(policy !== undefined && { contentType: policy.headerContentType }),
        body: body(),
      });
    case 'email':
    case 'email-json': {
      const isJson = protocol === 'email-json';
      const url = unsubscribeUrl(notification.endpoint, arn);
      return {
        kind: 'email',
        to: endpoint,
        from: emailFrom(topic),
        subject: emailSubject(notification.subject),
        text: isJson
          ? forms.envelope(protocol, arn)
          : forms.text(protocol) + unsubscribeFooter(url),
      };
    }
    case 'lambda':
      return { kind: 'function', functionArn: endpoint, payload: forms.functionEvent(arn) };
    case 'firehose':
      return { kind: 'firehose', streamArn: endpoint, record: body() };
    default:
      throw new Error(`nothing leaves the process for a subscription of the protocol ${protocol}`);
  }
}

/** The display name stands in front of the text; the account that sends is the topic's. */
async function textTarget(
  context: Context,
  topic: Topic,
  { attributes }: Notification,
  { endpoint }: Subscription,
  forms: MessageForms,
): Promise<TextMessage> {
  const { DisplayName: name } = topic.attributes;
  const text = forms.text('sms');
  const shown = name ? `${name}> ${text}` : text;
  return textMessage(context, topic, endpoint, shown, attributes);
}
