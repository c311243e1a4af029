/**
 * How the admin service words a violated constraint: as the newer AWS services do it.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/CommonErrors.html
 */
import { validationError } from '../../core/violations.ts';
import type { Violation } from '../../schema/service.ts';

export const describeViolation = (violations: readonly Violation[]): Error =>
  validationError(violations, (path) => path);
