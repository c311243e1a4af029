/**
 * The numbers whose holders want no more text messages from an account, in whatever Region.
 * https://docs.aws.amazon.com/sns/latest/dg/sms_manage.html
 */
import type { Context } from '../../core/context.ts';
import { invalid } from './errors.ts';
import { pageOf } from './page.ts';
import { withPlus } from './phone-number.ts';

const OPT_IN_PAUSE_MS = 30 * 24 * 60 * 60 * 1_000;

const optedOutPrefix = (accountId: string): string => `sns/opted-out/${accountId}/`;

const optedOutKey = (accountId: string, phoneNumber: string): string =>
  optedOutPrefix(accountId) + withPlus(phoneNumber);

/** There while the number cannot be opted in again. */
const optedInKey = (accountId: string, phoneNumber: string): string =>
  `sns/opted-in/${accountId}/${withPlus(phoneNumber)}`;

export async function isOptedOut(
  context: Context,
  accountId: string,
  phoneNumber: string,
): Promise<boolean> {
  return (await context.tx.documents.get(optedOutKey(accountId, phoneNumber))) !== undefined;
}

/** What a reply of STOP does. */
export async function optOut(context: Context, phoneNumber: string): Promise<void> {
  const { tx, caller } = context;
  await tx.documents.put(optedOutKey(caller.accountId, phoneNumber), {});
}

/** A number that is not opted out stays as it is. Throws InvalidParameter. */
export async function optIn(context: Context, phoneNumber: string): Promise<void> {
  const { tx, caller, nowMs } = context;
  const { accountId } = caller;
  if (!(await isOptedOut(context, accountId, phoneNumber))) return;
  const pauseKey = optedInKey(accountId, phoneNumber);
  if ((await tx.documents.get(pauseKey)) !== undefined) {
    // The rule is documented, the text is assumed.
    throw invalid('PhoneNumber Reason: A phone number can be opted in only once every 30 days');
  }
  await tx.documents.delete(optedOutKey(accountId, phoneNumber));
  await tx.documents.put(pauseKey, {}, { expiresAtMs: nowMs + OPT_IN_PAUSE_MS });
}

export interface OptedOutPage {
  phoneNumbers: string[];
  nextToken?: string;
}

/** Throws InvalidParameter. */
export async function listOptedOut(
  context: Context,
  token: string | undefined,
): Promise<OptedOutPage> {
  const folder = optedOutPrefix(context.caller.accountId);
  const { documents, NextToken } = await pageOf(context, folder, token);
  return {
    phoneNumbers: documents.map(({ key }) => key.slice(folder.length)),
    ...(NextToken !== undefined && { nextToken: NextToken }),
  };
}
