/** The services that this server speaks for. */
import type { Context } from '../core/context.ts';
import type { Service } from '../schema/service.ts';
import { createAdmin } from './admin/index.ts';
import { snsAdminOperations } from './sns/admin/index.ts';
import { sns } from './sns/index.ts';
import { sqsAdminOperations } from './sqs/admin/index.ts';
import { sqs } from './sqs/index.ts';

export { sns, sqs };

export const admin: Service<Context> = createAdmin([...sqsAdminOperations, ...snsAdminOperations]);

export const services: readonly Service<Context>[] = [sqs, sns, admin];
