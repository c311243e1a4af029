/**
 * Publishing straight to a phone number.
 * https://docs.aws.amazon.com/sns/latest/dg/sms_publish-to-phone.html
 */
import type { Context } from '../../core/context.ts';
import { customerManagedRetryPolicy } from '../../delivery/backoff.ts';
import { enqueueDelivery } from '../../delivery/delivery.ts';
import { invalid } from './errors.ts';
import { readMessageAttributes } from './message-attributes.ts';
import { readVariants } from './message-structure.ts';
import { isPhoneNumber } from './phone-number.ts';
import { checkMessage, isStructured } from './publishing.ts';
import type { PublishInput } from './shapes.ts';
import { checkTextAttributes } from './text-attributes.ts';
import { textMessage } from './text-message.ts';
import { MESSAGE_BYTES_MAX } from './topic-attributes.ts';

/** Per publish, however many messages that makes. */
const TEXT_CHARACTERS_MAX = 1_600;

/** Sends a text message. Throws InvalidParameter or ParameterValueInvalid. */
export async function publishToPhoneNumber(
  context: Context,
  phoneNumber: string,
  input: PublishInput,
): Promise<{ MessageId: string }> {
  if (!isPhoneNumber(phoneNumber)) {
    throw invalid(`PhoneNumber Reason: ${phoneNumber} is not valid to publish to`);
  }
  checkMessage(input, MESSAGE_BYTES_MAX);
  const text = textOf(input);
  if (text.length > TEXT_CHARACTERS_MAX) throw invalid('Message too long');
  const attributes = readMessageAttributes(input.MessageAttributes);
  checkTextAttributes(attributes);
  const { env, caller, nowMs } = context;
  const { accountId, region } = caller;
  const { target, ...log } = await textMessage(context, caller, phoneNumber, text, attributes);
  const messageId = env.uuid();
  await enqueueDelivery(context, {
    deliveryId: env.uuid(),
    target,
    retry: customerManagedRetryPolicy,
    about: { messageId, accountId, region, publishedAtMs: nowMs, ...log },
  });
  return { MessageId: messageId };
}

/** Of a message with a text for each protocol, the one for phones. */
function textOf({ Message, MessageStructure }: PublishInput): string {
  if (!isStructured(MessageStructure)) return Message;
  const variants = readVariants(Message, true);
  return (Object.hasOwn(variants, 'sms') ? variants.sms : variants.default) ?? Message;
}
