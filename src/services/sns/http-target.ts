/**
 * What SNS posts to web servers.
 * https://docs.aws.amazon.com/sns/latest/dg/http-header.html
 */
import type { DeliveryTarget } from '../../delivery/delivery.ts';

export interface Posting {
  readonly type: string;
  readonly messageId: string;
  readonly topicArn: string;
  /** Absent while nobody has confirmed the subscription. */
  readonly subscriptionArn?: string;
  readonly raw?: boolean;
  readonly contentType?: string;
  readonly body: string;
}

/** The content type is that of text although the body is JSON, as on AWS. */
export function httpTarget(url: string, posting: Posting): DeliveryTarget {
  const { type, messageId, topicArn, subscriptionArn, raw, body } = posting;
  const { contentType = 'text/plain; charset=UTF-8' } = posting;
  return {
    kind: 'http',
    url,
    headers: [
      ['x-amz-sns-message-type', type],
      ['x-amz-sns-message-id', messageId],
      ['x-amz-sns-topic-arn', topicArn],
      ...(subscriptionArn === undefined
        ? []
        : [['x-amz-sns-subscription-arn', subscriptionArn] as const]),
      ...(raw ? [['x-amz-sns-rawdelivery', 'true'] as const] : []),
      ['Content-Type', contentType],
    ],
    body,
  };
}
