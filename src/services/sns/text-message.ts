/**
 * Text messages: what goes to a phone, with the settings of the account that sends it.
 * https://docs.aws.amazon.com/sns/latest/dg/sms_preferences.html
 */
import type { Context } from '../../core/context.ts';
import type { SmsTarget } from '../../delivery/delivery.ts';
import type { MessageAttributes } from './message-attributes.ts';
import { isOptedOut } from './opted-out.ts';
import { mayReach } from './sandbox.ts';
import { loadSmsAttributes, type SmsAccount, successSampleRate } from './sms-attributes.ts';
import { textWishes } from './text-attributes.ts';

export interface TextMessage {
  readonly target: SmsTarget;
  /** For the log of attempts. */
  readonly successSampleRate?: number;
}

/** A text from an account to a number. `attributes` were checked. */
export async function textMessage(
  context: Context,
  account: SmsAccount,
  phoneNumber: string,
  text: string,
  attributes: MessageAttributes | undefined,
): Promise<TextMessage> {
  const settings = await loadSmsAttributes(context, account);
  const wishes = textWishes(attributes);
  // What a message says of its origin goes before what the account says.
  const senderId =
    wishes.senderId ??
    (wishes.originationNumber === undefined ? settings.DefaultSenderID : undefined);
  const refusal = await refusalOf(context, account, phoneNumber);
  const rate = successSampleRate(settings);
  return {
    target: {
      kind: 'sms',
      phoneNumber,
      text,
      smsType: settings.DefaultSMSType ?? 'Promotional',
      ...wishes,
      ...(senderId !== undefined && { senderId }),
      ...(refusal !== undefined && { refusal }),
    },
    ...(rate !== undefined && { successSampleRate: rate }),
  };
}

/**
 * Why a number gets no text, in the words of the delivery status log. The publisher is not told:
 * on AWS too the publish succeeds and the delivery fails.
 */
async function refusalOf(
  context: Context,
  account: SmsAccount,
  phoneNumber: string,
): Promise<string | undefined> {
  if (await isOptedOut(context, account.accountId, phoneNumber)) return 'Phone number is opted out';
  if (await mayReach(context, account, phoneNumber)) return undefined;
  // AWS does not document how it words this one.
  return 'Phone number is not verified in the SMS sandbox';
}
