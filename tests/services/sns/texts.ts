/** What tests of text messages use again and again. */
import type { Caller } from '../../../src/core/context.ts';
import type { Delivery, SmsTarget } from '../../../src/delivery/delivery.ts';
import { admin } from '../../../src/services/index.ts';
import { defaultCaller, type ServiceHarness } from '../../support/service.ts';
import { deliveries } from './topics.ts';

export const PHONE = '+15551234567';
export const DAY_MS = 24 * 60 * 60 * 1_000;

export const inIreland: Partial<Caller> = { region: 'eu-west-1' };
export const ofAnother: Partial<Caller> = { accountId: '111111111111' };

/** Calls an operation of our own on the same store. */
export async function callAdmin(
  harness: ServiceHarness,
  operation: string,
  input: object,
  caller: Partial<Caller> = {},
): Promise<unknown> {
  const row = admin.operations.get(operation);
  if (row === undefined) throw new Error(`no operation ${operation}`);
  return harness.invoker.invoke(admin, row, input, { ...defaultCaller, ...caller });
}

export const optOut = (
  harness: ServiceHarness,
  PhoneNumber: string = PHONE,
  caller: Partial<Caller> = {},
): Promise<unknown> => callAdmin(harness, 'OptOutPhoneNumber', { PhoneNumber }, caller);

export async function isOptedOut(
  harness: ServiceHarness,
  phoneNumber: string = PHONE,
  caller: Partial<Caller> = {},
): Promise<unknown> {
  const operation = 'CheckIfPhoneNumberIsOptedOut';
  return (await harness.call(operation, { phoneNumber }, { caller })).isOptedOut;
}

export type TextDelivery = Delivery & { readonly target: SmsTarget };

/** The texts that were handed to the delivery worker so far, those for each number in order. */
export async function texts(harness: ServiceHarness): Promise<TextDelivery[]> {
  return (await deliveries(harness)).filter(
    (delivery): delivery is TextDelivery => delivery.target.kind === 'sms',
  );
}

/** Adds a number to the sandbox; answers the one-time password that it got. */
export async function addToSandbox(
  harness: ServiceHarness,
  PhoneNumber: string = PHONE,
  caller: Partial<Caller> = {},
): Promise<string> {
  await harness.call('CreateSMSSandboxPhoneNumber', { PhoneNumber }, { caller });
  return lastPassword(harness, PhoneNumber);
}

async function lastPassword(harness: ServiceHarness, phoneNumber: string): Promise<string> {
  const sent = (await texts(harness)).filter(({ target }) => target.phoneNumber === phoneNumber);
  const [password] = /\d{6}/.exec(sent.at(-1)?.target.text ?? '') ?? [];
  if (password === undefined) throw new Error(`${phoneNumber} got no one-time password`);
  return password;
}

export async function addVerified(
  harness: ServiceHarness,
  PhoneNumber: string = PHONE,
): Promise<string> {
  const OneTimePassword = await addToSandbox(harness, PhoneNumber);
  await harness.call('VerifySMSSandboxPhoneNumber', { PhoneNumber, OneTimePassword });
  return OneTimePassword;
}

export async function sandboxNumbers(
  harness: ServiceHarness,
  caller: Partial<Caller> = {},
): Promise<unknown> {
  return (await harness.call('ListSMSSandboxPhoneNumbers', {}, { caller })).PhoneNumbers;
}

/** What an operation on a phone number answers to text that is none. */
export const malformedNumber = {
  code: 'InvalidParameterException',
  queryCode: 'InvalidParameter',
  status: 400,
  message: 'Invalid parameter: PhoneNumber Reason: input incorrectly formatted',
};

export const userError = (message: string) => ({
  code: 'UserErrorException',
  queryCode: 'UserError',
  status: 400,
  message,
});

export const noSuchNumber = {
  code: 'ResourceNotFoundException',
  queryCode: 'ResourceNotFound',
  status: 404,
  message: 'Resource does not exist',
};

export const violation = (shown: string, member: string, constraint: string) => ({
  code: 'ValidationError',
  queryCode: 'ValidationError',
  status: 400,
  message:
    `1 validation error detected: Value '${shown}' at '${member}' failed to satisfy constraint: ` +
    `Member must ${constraint}`,
});
