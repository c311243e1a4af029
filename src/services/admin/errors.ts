/**
 * How the admin service words a violated constraint: as the newer AWS services do it.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/CommonErrors.html
 */
import { failCommon } from '../../core/aws-error.ts';
import type { Violation } from '../../schema/service.ts';

export function describeViolation(violations: readonly Violation[]): Error {
  const count = violations.length;
  const found = `${count} validation error${count === 1 ? '' : 's'} detected: `;
  return failCommon('ValidationError', found + violations.map(describe).join('; '));
}

function describe(violation: Violation): string {
  const value = violation.value === undefined ? 'null' : `'${String(violation.value)}'`;
  const constraint = `failed to satisfy constraint: ${constraintOf(violation)}`;
  return `Value ${value} at '${violation.path}' ${constraint}`;
}

function constraintOf({ rule, value, min, max, allowed, pattern }: Violation): string {
  switch (rule) {
    case 'required':
      return 'Member must not be null';
    case 'enum':
      return `Member must satisfy enum value set: [${allowed?.join(', ')}]`;
    case 'pattern':
      return `Member must satisfy regular expression pattern: ${pattern}`;
    case 'range':
      return min !== undefined && Number(value) < min
        ? `Member must have value greater than or equal to ${min}`
        : `Member must have value less than or equal to ${max}`;
    case 'length': {
      const { length } = value as { readonly length: number };
      return min !== undefined && length < min
        ? `Member must have length greater than or equal to ${min}`
        : `Member must have length less than or equal to ${max}`;
    }
  }
}
