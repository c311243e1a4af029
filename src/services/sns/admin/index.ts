/** What the admin service can ask SNS: rows that `services/index.ts` hands to `createAdmin`. */
import type { Context } from '../../../core/context.ts';
import type { AnyOperation } from '../../../schema/operation.ts';
import { OptOutPhoneNumber } from './operations/OptOutPhoneNumber.ts';
import { SetSMSSandboxAccountStatus } from './operations/SetSMSSandboxAccountStatus.ts';

export const snsAdminOperations: readonly AnyOperation<Context>[] = [
  OptOutPhoneNumber,
  SetSMSSandboxAccountStatus,
];
