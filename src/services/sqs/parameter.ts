/** How SQS words a parameter value that it refuses. */
import type { AwsError } from '../../core/aws-error.ts';
import { fail } from './errors.ts';

/** `reason` is a sentence as SQS writes it, mostly without a final full stop. */
export function invalidParameter(name: string, value: string | number, reason: string): AwsError {
  return fail(
    'InvalidParameterValue',
    `Value ${value} for parameter ${name} is invalid. Reason: ${reason}`,
  );
}

export function missingParameter(name: string): AwsError {
  return fail('MissingParameter', `The request must contain the parameter ${name}.`);
}

/** Throws InvalidParameterValue with the reason unless the number is whole and in range. */
export function checkRange(
  name: string,
  value: number,
  range: { readonly min: number; readonly max: number },
  reason: string,
): void {
  const { min, max } = range;
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw invalidParameter(name, value, reason);
}
