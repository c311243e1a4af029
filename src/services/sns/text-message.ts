/**
 * Text messages to phone numbers.
 * https://docs.aws.amazon.com/sns/latest/dg/sms_publish-to-phone.html
 */
import type { Context } from '../../core/context.ts';
import { customerManagedRetryPolicy } from '../../delivery/backoff.ts';
import { enqueueDelivery } from '../../delivery/delivery.ts';
import { invalid } from './errors.ts';
import { readMessageAttributes } from './message-attributes.ts';
import { isPhoneNumber } from './phone-number.ts';
import type { PublishInput } from './shapes.ts';

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
