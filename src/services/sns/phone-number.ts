/**
 * Phone numbers in the form of ITU-T E.164.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-mobile-phone-number-as-subscriber.html
 */
const E164 = /^\+?[1-9]\d{1,14}$/;

export const isPhoneNumber = (text: string): boolean => E164.test(text);
