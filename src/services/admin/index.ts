/**
 * The admin service: what a console needs and AWS has no call for. Ours alone; no AWS page.
 *
 * Its rows are written where the knowledge is, in the service that they look into
 * (`services/sqs/admin/`), because no service imports another. `services/index.ts`, which knows all
 * of them, hands the rows in.
 */
import type { Context } from '../../core/context.ts';
import type { AnyOperation } from '../../schema/operation.ts';
import { operationTable, type Service } from '../../schema/service.ts';
import { describeViolation } from './errors.ts';

export function createAdmin(rows: readonly AnyOperation<Context>[]): Service<Context> {
  return {
    name: 'waystation',
    version: '2026-01-01',
    protocols: ['aws-json'],
    json: {
      targetPrefix: 'Waystation',
      contentType: 'application/x-amz-json-1.0',
      errorNamespace: 'com.waystation',
      queryCompatible: false,
    },
    operations: operationTable(rows),
    describeViolation,
  };
}
