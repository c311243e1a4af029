/**
 * Phone numbers in the form of ITU-T E.164.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-mobile-phone-number-as-subscriber.html
 */
import { invalid } from './errors.ts';

/** The plus may be left out. */
export const E164 = /^\+?[1-9]\d{1,14}$/;

export const isPhoneNumber = (text: string): boolean => E164.test(text);

/** The same number with its plus, which is how numbers are kept. */
export const withPlus = (phoneNumber: string): string =>
  phoneNumber.startsWith('+') ? phoneNumber : `+${phoneNumber}`;

/**
 * The number in a request, with its plus. Throws InvalidParameter; that text is assumed: AWS
 * documents none.
 */
export function readPhoneNumber(text: string): string {
  if (!isPhoneNumber(text)) throw invalid('PhoneNumber Reason: input incorrectly formatted');
  return withPlus(text);
}
