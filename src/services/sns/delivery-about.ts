/**
 * What the log of attempts tells of a delivery to a subscription, and how often it keeps successes.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-topic-attributes.html
 */
import type { DeliveryAbout } from '../../delivery/delivery.ts';
import type { MessageForms } from './envelope.ts';
import type { Notification } from './notification.ts';
import type { Protocol, Subscription } from './subscription.ts';
import { type Topic, topicArn } from './topic.ts';

/** What the attributes of a topic call the endpoints of a protocol. */
const FEEDBACK_NAMES: { readonly [P in Protocol]?: string } = {
  http: 'HTTP',
  https: 'HTTP',
  lambda: 'Lambda',
  application: 'Application',
  firehose: 'Firehose',
  sqs: 'SQS',
};

export function aboutOf(
  topic: Topic,
  notification: Notification,
  { arn, protocol }: Subscription,
  forms: MessageForms,
): DeliveryAbout {
  const feedback = FEEDBACK_NAMES[protocol];
  const { attributes } = topic;
  const isSampled = attributes[`${feedback}SuccessFeedbackRoleArn`] !== undefined;
  const { accountId, region } = topic;
  return {
    messageId: notification.messageId,
    accountId,
    region,
    publishedAtMs: notification.publishedAtMs,
    topicArn: topicArn(topic),
    subscriptionArn: arn,
    messageMd5: forms.messageMd5,
    ...(isSampled && {
      successSampleRate: Number(attributes[`${feedback}SuccessFeedbackSampleRate`] ?? 100),
    }),
  };
}
