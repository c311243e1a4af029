/**
 * The SMS sandbox of an account in a Region: whether it is in there, and the numbers that it may
 * send to meanwhile.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-sms-sandbox.html
 *
 * New accounts of AWS are in the sandbox. Here they are outside, so that a server that was just
 * started sends wherever it is told to; an operation of our own moves an account. Its numbers are
 * kept and verified either way. The errors' codes are AWS's, their texts are assumed.
 */
import type { AwsError } from '../../core/aws-error.ts';
import type { Context } from '../../core/context.ts';
import { customerManagedRetryPolicy } from '../../delivery/backoff.ts';
import { enqueueDelivery } from '../../delivery/delivery.ts';
import type { Document } from '../../storage/port.ts';
import { fail, verificationFailed } from './errors.ts';
import { isOptedOut } from './opted-out.ts';
import { type Page, pageOf } from './page.ts';
import { withPlus } from './phone-number.ts';
import type { SmsAccount } from './sms-attributes.ts';
import { verificationText } from './verification-text.ts';

const NUMBERS_MAX = 10;
const CODE_DIGITS = 6;
const CODES_PER_DAY = 5;
const DAY_MS = 24 * 60 * 60 * 1_000;

/** The document of a number. */
export interface SandboxNumber {
  readonly phoneNumber: string;
  readonly status: 'Pending' | 'Verified';
  /** The one-time password that was sent last. */
  readonly code: string;
  /** When one was sent, the last few times. */
  readonly sentAtMs: readonly number[];
  readonly verifiedAtMs?: number;
}

interface SandboxStatus {
  readonly isInSandbox: boolean;
}

const statusKey = ({ accountId, region }: SmsAccount): string =>
  `sns/sms-sandbox/${accountId}/${region}`;

export const NUMBER_PREFIX = 'sns/sandbox-number/';

const numberPrefix = ({ accountId, region }: SmsAccount): string =>
  `${NUMBER_PREFIX}${accountId}/${region}/`;

const numberKey = (account: SmsAccount, phoneNumber: string): string =>
  numberPrefix(account) + withPlus(phoneNumber);

export async function isInSandbox(context: Context, account: SmsAccount): Promise<boolean> {
  const status = await context.tx.documents.get<SandboxStatus>(statusKey(account));
  return status?.value.isInSandbox === true;
}

/** Moves the caller's account into the sandbox or out of it. */
export async function setInSandbox(context: Context, inside: boolean): Promise<void> {
  const status: SandboxStatus = { isInSandbox: inside };
  await context.tx.documents.put(statusKey(context.caller), status);
}

/** Whether an account may send to a number, as far as the sandbox is concerned. */
export async function mayReach(
  context: Context,
  account: SmsAccount,
  phoneNumber: string,
): Promise<boolean> {
  if (!(await isInSandbox(context, account))) return true;
  return (await findNumber(context, account, phoneNumber))?.value.status === 'Verified';
}

async function findNumber(
  context: Context,
  account: SmsAccount,
  phoneNumber: string,
): Promise<Document<SandboxNumber> | undefined> {
  return context.tx.documents.get<SandboxNumber>(numberKey(account, phoneNumber));
}

const refused = (text: string): AwsError => fail('UserErrorException', text);

/**
 * Adds a number and sends it a one-time password; a number that is still pending gets another.
 * Throws OptedOut or UserError.
 */
export async function addNumber(
  context: Context,
  phoneNumber: string,
  languageCode: string | undefined,
): Promise<void> {
  const { caller, nowMs, tx } = context;
  if (await isOptedOut(context, caller.accountId, phoneNumber)) {
    throw fail('OptedOutException', `The phone number ${phoneNumber} is opted out`);
  }
  const known = (await findNumber(context, caller, phoneNumber))?.value;
  if (known?.status === 'Verified') {
    throw refused(`The phone number ${phoneNumber} is already verified`);
  }
  const sentAtMs = (known?.sentAtMs ?? []).filter((atMs) => atMs > nowMs - DAY_MS);
  if (sentAtMs.length >= CODES_PER_DAY) {
    throw refused(`A phone number gets at most ${CODES_PER_DAY} one-time passwords in 24 hours`);
  }
  if (known === undefined) await checkRoom(context);
  const code = newCode(context);
  const added: SandboxNumber = {
    phoneNumber,
    status: 'Pending',
    code,
    sentAtMs: [...sentAtMs, nowMs],
  };
  await tx.documents.put(numberKey(caller, phoneNumber), added);
  await sendText(context, phoneNumber, verificationText(code, languageCode));
}

async function checkRoom({ tx, caller }: Context): Promise<void> {
  const found = await tx.documents.list(numberPrefix(caller), { limit: NUMBERS_MAX });
  if (found.length < NUMBERS_MAX) return;
  throw refused(`The SMS sandbox takes at most ${NUMBERS_MAX} phone numbers`);
}

function newCode({ env }: Context): string {
  const bytes = env.randomBytes(4);
  const random = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  return String(random % 10 ** CODE_DIGITS).padStart(CODE_DIGITS, '0');
}

/** Reaches a number that is not verified yet. */
async function sendText(context: Context, phoneNumber: string, text: string): Promise<void> {
  const { env, caller, nowMs } = context;
  const { accountId, region } = caller;
  await enqueueDelivery(context, {
    deliveryId: env.uuid(),
    target: { kind: 'sms', phoneNumber, text, smsType: 'Transactional' },
    retry: customerManagedRetryPolicy,
    about: { messageId: env.uuid(), accountId, region, publishedAtMs: nowMs },
  });
}

/** Throws ResourceNotFound or Verification. */
export async function verifyNumber(
  context: Context,
  phoneNumber: string,
  code: string,
): Promise<void> {
  const { key, value, version } = await loadNumber(context, phoneNumber);
  if (value.code !== code) throw verificationFailed(value.status);
  if (value.status === 'Verified') return;
  const verified: SandboxNumber = { ...value, status: 'Verified', verifiedAtMs: context.nowMs };
  await context.tx.documents.put(key, verified, { expectedVersion: version });
}

/** Throws ResourceNotFound or UserError. */
export async function removeNumber(context: Context, phoneNumber: string): Promise<void> {
  const { key, value } = await loadNumber(context, phoneNumber);
  const lastMs = Math.max(value.verifiedAtMs ?? 0, ...value.sentAtMs);
  if (context.nowMs < lastMs + DAY_MS) {
    throw refused(
      'A phone number can be deleted 24 hours after its verification or the last attempt at it',
    );
  }
  await context.tx.documents.delete(key);
}

async function loadNumber(context: Context, phoneNumber: string): Promise<Document<SandboxNumber>> {
  const found = await findNumber(context, context.caller, phoneNumber);
  if (found !== undefined) return found;
  throw fail('ResourceNotFoundException', 'Resource does not exist');
}

/** Throws InvalidParameter. */
export function listNumbers(
  context: Context,
  token: string | undefined,
  limit: number | undefined,
): Promise<Page<SandboxNumber>> {
  return pageOf<SandboxNumber>(context, numberPrefix(context.caller), token, limit);
}
