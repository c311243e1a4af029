/**
 * The message attributes by which a publisher overrides an account's settings for text messages.
 * https://docs.aws.amazon.com/sns/latest/dg/sms_publish-to-phone.html
 *
 * AWS documents what the values may be, but not how it refuses others: those texts are assumed.
 */
import { fail } from './errors.ts';
import type { MessageAttribute, MessageAttributes } from './message-attributes.ts';
import { isSmsType, SENDER_ID, type SmsType } from './sms-attributes.ts';

interface Rule {
  readonly isRight: (value: string) => boolean;
  /** What stands behind `The message attribute 'X' must be`. */
  readonly form: string;
  readonly type: 'String' | 'Number';
}

const ORIGINATION_NUMBER = /^\+?\d{5,14}$/;

const registeredId: Rule = {
  isRight: (value) => value.length <= 30,
  form: '1 to 30 characters long',
  type: 'String',
};

const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  [
    'AWS.SNS.SMS.SenderID',
    {
      // The guide says 3 to 11 for a message, the API reference 1 to 11 for an account.
      isRight: (value) => SENDER_ID.test(value),
      form: '1 to 11 letters and digits, at least one of them a letter',
      type: 'String',
    },
  ],
  [
    'AWS.SNS.SMS.SMSType',
    { isRight: isSmsType, form: 'Promotional or Transactional', type: 'String' },
  ],
  [
    'AWS.SNS.SMS.MaxPrice',
    { isRight: (value) => Number(value) >= 0, form: 'a price in US dollars', type: 'Number' },
  ],
  [
    'AWS.MM.SMS.OriginationNumber',
    {
      isRight: (value) => ORIGINATION_NUMBER.test(value),
      form: '5 to 14 digits, with or without a plus in front',
      type: 'String',
    },
  ],
  ['AWS.MM.SMS.EntityId', registeredId],
  ['AWS.MM.SMS.TemplateId', registeredId],
]);

/** Throws ParameterValueInvalid. */
export function checkTextAttributes(attributes: MessageAttributes | undefined): void {
  if (attributes === undefined) return;
  for (const [name, attribute] of Object.entries(attributes)) {
    const rule = rules.get(name);
    if (rule === undefined || obeys(rule, attribute)) continue;
    const problem = `The message attribute '${name}' must be ${rule.form}.`;
    throw fail('InvalidParameterValueException', problem);
  }
}

/** A price is as often sent as a String. */
const obeys = (rule: Rule, { type, value }: MessageAttribute): boolean =>
  (type === rule.type || type === 'String') && rule.isRight(value);

/** What a publisher wants of the texts, as far as it is given. */
export interface TextWishes {
  readonly senderId?: string;
  readonly smsType?: SmsType;
  /** In US dollars. */
  readonly maxPrice?: string;
  readonly originationNumber?: string;
  readonly entityId?: string;
  readonly templateId?: string;
}

/** `attributes` were checked. */
export function textWishes(attributes: MessageAttributes = {}): TextWishes {
  const given = (name: string) => attributes[name]?.value;
  const senderId = given('AWS.SNS.SMS.SenderID');
  const smsType = given('AWS.SNS.SMS.SMSType');
  const maxPrice = given('AWS.SNS.SMS.MaxPrice');
  const originationNumber = given('AWS.MM.SMS.OriginationNumber');
  const entityId = given('AWS.MM.SMS.EntityId');
  const templateId = given('AWS.MM.SMS.TemplateId');
  return {
    ...(senderId !== undefined && { senderId }),
    ...(smsType !== undefined && isSmsType(smsType) && { smsType }),
    ...(maxPrice !== undefined && { maxPrice }),
    ...(originationNumber !== undefined && { originationNumber }),
    ...(entityId !== undefined && { entityId }),
    ...(templateId !== undefined && { templateId }),
  };
}
