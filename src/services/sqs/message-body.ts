/**
 * Which characters a message may hold.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
import { fail } from './errors.ts';

/** Everything outside the allowed ranges that a well-formed string can hold. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\uFFFE\uFFFF]/;

/**
 * Throws InvalidMessageContents. The two steps are measured: for ordinary text they cost half of
 * one negated character class, and text with surrogate pairs needs no second look.
 */
export function checkCharacters(text: string): void {
  if (text.isWellFormed() && !FORBIDDEN.test(text)) return;
  throw fail(
    'InvalidMessageContents',
    'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | ' +
      '#xE000 to #xFFFD | #x10000 to #x10FFFF',
  );
}
