/**
 * An account's settings for text messages in a Region: names, values, and what nobody set.
 * https://docs.aws.amazon.com/sns/latest/api/API_SetSMSAttributes.html
 *
 * AWS documents what the values may be, but not how it refuses others: those texts are assumed.
 */
import { isRoleArn } from '../../core/arn.ts';
import type { Context } from '../../core/context.ts';
import { fail, invalid } from './errors.ts';

export type SmsAttributes = { readonly [name: string]: string };

/** Whose settings they are. */
export interface SmsAccount {
  readonly accountId: string;
  readonly region: string;
}

const PERCENTAGE = /^(?:\d{1,2}|100)$/;
const US_DOLLARS = /^\d{1,9}(?:\.\d{1,9})?$/;
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** 1 to 11 letters and digits, one of them a letter. */
export const SENDER_ID = /^(?=.*[A-Za-z])[A-Za-z0-9]{1,11}$/;

const SMS_TYPES = ['Promotional', 'Transactional'] as const;
export type SmsType = (typeof SMS_TYPES)[number];

export const isSmsType = (text: string): text is SmsType =>
  SMS_TYPES.some((smsType) => smsType === text);

/** What each attribute takes. */
const rules: ReadonlyMap<string, (value: string) => boolean> = new Map([
  // Texts cost nothing here, so that the limit is never reached.
  ['MonthlySpendLimit', (value) => US_DOLLARS.test(value)],
  ['DeliveryStatusIAMRole', (value) => isRoleArn(value)],
  ['DeliveryStatusSuccessSamplingRate', (value) => PERCENTAGE.test(value)],
  ['DefaultSenderID', (value) => SENDER_ID.test(value)],
  ['DefaultSMSType', isSmsType],
  // There is no S3 here to put a report into: the log of attempts has what it would say.
  ['UsageReportS3Bucket', (value) => BUCKET.test(value)],
]);

/** What an account has from the start. */
const FALLBACKS: SmsAttributes = { MonthlySpendLimit: '1' };

const attributesKey = ({ accountId, region }: SmsAccount): string =>
  `sns/sms-attributes/${accountId}/${region}`;

/** What was set, under AWS's names. */
export async function loadSmsAttributes(
  context: Context,
  account: SmsAccount,
): Promise<SmsAttributes> {
  return (await context.tx.documents.get<SmsAttributes>(attributesKey(account)))?.value ?? {};
}

/** Sets attributes; an empty text takes one back. Throws InvalidParameter. */
export async function setSmsAttributes(context: Context, supplied: SmsAttributes): Promise<void> {
  const { caller } = context;
  const attributes: { [name: string]: string } = { ...(await loadSmsAttributes(context, caller)) };
  for (const [name, value] of Object.entries(supplied)) {
    const isRight = ruleOf(name);
    if (value === '') delete attributes[name];
    else if (isRight(value)) attributes[name] = value;
    else throw invalid(`attributes Reason: ${name}: Invalid value [${value}].`);
  }
  await context.tx.documents.put(attributesKey(caller), attributes);
}

/**
 * The attributes of these names as far as they have a value, all of them without names. Throws
 * InvalidParameter.
 */
export async function describeSmsAttributes(
  context: Context,
  names: readonly string[] = [],
): Promise<SmsAttributes> {
  for (const name of names) ruleOf(name);
  const all = { ...FALLBACKS, ...(await loadSmsAttributes(context, context.caller)) };
  if (names.length === 0) return all;
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
}

function ruleOf(name: string): (value: string) => boolean {
  const rule = rules.get(name);
  if (rule !== undefined) return rule;
  throw fail('InvalidParameterException', `${name} is not a valid attribute`);
}

/** Which successes the log of attempts keeps, in percent; without a role it keeps none. */
export function successSampleRate(attributes: SmsAttributes): number | undefined {
  if (attributes.DeliveryStatusIAMRole === undefined) return undefined;
  return Number(attributes.DeliveryStatusSuccessSamplingRate ?? 100);
}
