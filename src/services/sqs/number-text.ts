/**
 * The text of a `Number` message attribute: at most 38 digits of precision, magnitude between
 * 10^-128 and 10^126.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 */
const DIGITS_MAX = 38;
const EXPONENT_MIN = -128;
const EXPONENT_MAX = 126;

/** Each alternative begins differently, so that the match is linear in the length of the text. */
const NUMBER = /^[+-]?(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d{1,9}))?$/;

export function isNumberText(text: string): boolean {
  const match = NUMBER.exec(text);
  if (match === null) return false;
  const [, whole = '', fraction = match[3] ?? '', , exponent = '0'] = match;
  const digits = whole + fraction;
  const first = firstNonZero(digits);
  if (first === digits.length) return true;
  const last = lastNonZero(digits);
  if (last - first + 1 > DIGITS_MAX) return false;
  // The power of ten of the leading digit.
  const magnitude = whole.length - 1 - first + Number(exponent);
  const isPowerOfTen = last === first && digits[first] === '1';
  if (magnitude === EXPONENT_MAX) return isPowerOfTen;
  return magnitude >= EXPONENT_MIN && magnitude < EXPONENT_MAX;
}

function firstNonZero(digits: string): number {
  let index = 0;
  while (digits[index] === '0') index += 1;
  return index;
}

function lastNonZero(digits: string): number {
  let index = digits.length - 1;
  while (digits[index] === '0') index -= 1;
  return index;
}
