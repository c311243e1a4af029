/** What the admin service can ask SQS: rows that `services/index.ts` hands to `createAdmin`. */
import type { Context } from '../../../core/context.ts';
import type { AnyOperation } from '../../../schema/operation.ts';
import { Overview } from './operations/Overview.ts';
import { PeekMessages } from './operations/PeekMessages.ts';

export const sqsAdminOperations: readonly AnyOperation<Context>[] = [Overview, PeekMessages];
