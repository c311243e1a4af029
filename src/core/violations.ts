/**
 * How AWS's front layer words requests that break their schema.
 * https://smithy.io/2.0/spec/constraint-traits.html
 */
import type { Violation } from '../schema/service.ts';
import { type AwsError, failCommon } from './aws-error.ts';

/** ValidationError with a sentence for each violation; `shownPath` writes a path in its way. */
export function validationError(
  violations: readonly Violation[],
  shownPath: (path: string) => string,
): AwsError {
  const count = violations.length;
  const found = `${count} validation error${count === 1 ? '' : 's'} detected: `;
  const described = violations.map((violation) => {
    const { path, value } = violation;
    const shown = value === undefined ? 'null' : `'${String(value)}'`;
    const constraint = constraintOf(violation);
    return `Value ${shown} at '${shownPath(path)}' failed to satisfy constraint: ${constraint}`;
  });
  return failCommon('ValidationError', found + described.join('; '));
}

function constraintOf({ rule, value, min, max, allowed, pattern }: Violation): string {
  switch (rule) {
    case 'required':
      return 'Member must not be null';
    case 'enum':
      return `Member must satisfy enum value set: [${allowed?.join(', ')}]`;
    case 'pattern':
      return `Member must satisfy regular expression pattern: ${pattern}`;
    case 'length':
      return `Member must have length ${limitOf((value as { length: number }).length, min, max)}`;
    case 'range':
      return `Member must have value ${limitOf(Number(value), min, max)}`;
  }
}

const limitOf = (size: number, min: number | undefined, max: number | undefined): string =>
  min !== undefined && size < min
    ? `greater than or equal to ${min}`
    : `less than or equal to ${max}`;
