/**
 * Phone numbers and platform endpoints as targets, of a publish or of a subscription.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
import type { Context } from '../../core/context.ts';
import { customerManagedRetryPolicy } from '../../delivery/backoff.ts';
import { type Delivery, enqueueDelivery } from '../../delivery/delivery.ts';
import { invalid } from './errors.ts';
import { readMessageAttributes } from './message-attributes.ts';
import type { Notification } from './notification.ts';
import { isPhoneNumber } from './phone-number.ts';
import type { PublishInput } from './shapes.ts';

/** Whether a platform endpoint is there; no operation makes one yet. */
export async function endpointExists(_context: Context, _endpointArn: string): Promise<boolean> {
  return false;
}

/** Hands a topic's message for a platform endpoint to the worker; one that is gone gets nothing. */
export async function deliverToEndpoint(
  _context: Context,
  _endpointArn: string,
  _notification: Notification,
  _delivery: Omit<Delivery, 'target'>,
): Promise<void> {}

/** Throws InvalidParameter or EndpointDisabled. */
export async function publishToEndpoint(
  _context: Context,
  _endpointArn: string,
  _input: PublishInput,
): Promise<{ MessageId: string }> {
  throw invalid('TargetArn Reason: No endpoint found for the target arn specified');
}

/** Per publish, however many messages that makes. */
const TEXT_CHARACTERS_MAX = 1_600;

/** Sends a text message. Throws InvalidParameter. */
export async function publishToPhoneNumber(
  context: Context,
  phoneNumber: string,
  input: PublishInput,
): Promise<{ MessageId: string }> {
  if (!isPhoneNumber(phoneNumber)) {
    throw invalid(`PhoneNumber Reason: ${phoneNumber} is not valid to publish to`);
  }
  if (input.Message.length > TEXT_CHARACTERS_MAX) throw invalid('Message too long');
  const attributes = readMessageAttributes(input.MessageAttributes);
  const { accountId, region } = context.caller;
  const MessageId = context.env.uuid();
  const senderId = attributes?.['AWS.SNS.SMS.SenderID']?.value;
  await enqueueDelivery(context, {
    deliveryId: context.env.uuid(),
    target: {
      kind: 'sms',
      phoneNumber,
      text: input.Message,
      ...(senderId !== undefined && { senderId }),
    },
    retry: customerManagedRetryPolicy,
    about: { messageId: MessageId, accountId, region, publishedAtMs: context.nowMs },
  });
  return { MessageId };
}
