/**
 * Publishing straight to a platform endpoint.
 * https://docs.aws.amazon.com/sns/latest/dg/mobile-push-send-directmobile.html
 */
import { hash } from 'node:crypto';
import type { Context } from '../../core/context.ts';
import { customerManagedRetryPolicy } from '../../delivery/backoff.ts';
import { enqueueDelivery } from '../../delivery/delivery.ts';
import { fail, invalid } from './errors.ts';
import { readMessageAttributes } from './message-attributes.ts';
import { readVariants } from './message-structure.ts';
import type { Notification } from './notification.ts';
import { countForApplication, isApplicationEnabled } from './platform-application.ts';
import { readEndpointArn } from './platform-arn.ts';
import { type FoundEndpoint, findEndpoint, isEndpointEnabled } from './platform-endpoint.ts';
import { payloadFor, pushTo } from './platform-target.ts';
import { problemOfPayload } from './platforms.ts';
import { checkMessage, isStructured } from './publishing.ts';
import { checkPushAttributes } from './push-attributes.ts';
import type { PublishInput } from './shapes.ts';
import { MESSAGE_BYTES_MAX } from './topic-attributes.ts';

/**
 * Pushes a message to an endpoint. Throws InvalidParameter, ParameterValueInvalid, EndpointDisabled
 * or PlatformApplicationDisabled.
 */
export async function publishToEndpoint(
  context: Context,
  arn: string,
  input: PublishInput,
): Promise<{ MessageId: string }> {
  const bytes = checkMessage(input, MESSAGE_BYTES_MAX);
  const found = await findEndpoint(readEndpointArn('TargetArn', arn, context), context);
  if (found === undefined) {
    throw invalid('TargetArn Reason: No endpoint found for the target arn specified');
  }
  checkEnabled(found);
  const notification = accept(context, input);
  const payload = readPayload(found.application.platform, notification);
  const { accountId, region } = found.application;
  await enqueueDelivery(context, {
    deliveryId: context.env.uuid(),
    target: pushTo(found, notification, payload),
    retry: customerManagedRetryPolicy,
    about: {
      messageId: notification.messageId,
      accountId,
      region,
      publishedAtMs: context.nowMs,
      messageMd5: hash('md5', input.Message, 'hex'),
    },
  });
  countForApplication(context, found.application, 'PublishSize', bytes);
  countForApplication(context, found.application, 'NumberOfMessagesPublished', 1);
  return { MessageId: notification.messageId };
}

function checkEnabled({ application, document }: FoundEndpoint): void {
  if (!isApplicationEnabled(application)) {
    // The text is assumed after that for endpoints.
    throw fail('PlatformApplicationDisabledException', 'Platform application is disabled');
  }
  if (!isEndpointEnabled(document.value)) {
    throw fail('EndpointDisabledException', 'Endpoint is disabled');
  }
}

function accept(context: Context, input: PublishInput): Notification {
  const attributes = readMessageAttributes(input.MessageAttributes);
  checkPushAttributes(attributes);
  return {
    messageId: context.env.uuid(),
    message: input.Message,
    ...(isStructured(input.MessageStructure) && { variants: readVariants(input.Message, false) }),
    ...(attributes !== undefined && { attributes }),
    publishedAtMs: context.nowMs,
    endpoint: context.caller.endpoint,
  };
}

/** A text for everybody is not needed where there is one for the platform. */
function readPayload(platform: string, notification: Notification): string {
  const payload = payloadFor(platform, notification);
  if (payload === undefined) {
    throw invalid(`JSON must contain an entry for 'default' or '${platform}'.`);
  }
  const problem = problemOfPayload(platform, payload);
  if (problem !== undefined) throw invalid(`Message Reason: ${problem}`);
  return payload;
}
