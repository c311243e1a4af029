/**
 * Cards and accounts.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-data-protection-sensitive-data-types-financial.html
 */
import { compact, hasLuhnDigit, isIban } from './check-digits.ts';
import { alone, aloneInSigns, type Format, type FormatTable } from './format.ts';
import {
  bankAccount,
  cardExpiration,
  cardNumber,
  magneticStripe,
  securityCode,
} from './keywords.ts';

/** Numbers that issuers have set aside for tests; AWS does not report them. */
const TEST_NUMBERS = new Set(
  (
    '122000000000003 2222405343248877 2222990905257051 2223007648726984 2223577120017656 ' +
    '30569309025904 34343434343434 3528000700000000 3530111333300000 3566002020360505 ' +
    '36148900647913 36700102000000 371449635398431 378282246310005 378734493671000 ' +
    '38520000023237 4012888888881881 4111111111111111 4222222222222 4444333322221111 ' +
    '4462030000000000 4484070000000000 4911830000000 4917300800000000 4917610000000000 ' +
    '4917610000000000003 5019717010103742 5105105105105100 5111010030175156 5185540810000019 ' +
    '5200828282828210 5204230080000017 5204740009900014 5420923878724339 5454545454545454 ' +
    '5455330760000018 5506900490000436 5506900490000444 5506900510000234 5506920809243667 ' +
    '5506922400634930 5506927427317625 5553042241984105 5555553753048194 5555555555554444 ' +
    '5610591081018250 6011000990139424 6011000400000000 6011111111111117 630490017740292441 ' +
    '630495060000000000 6331101999990016 6759649826438453 6799990100000000019 76009244561'
  ).split(' '),
);

/** What the numbers of each issuer begin with, and how long they are. */
const ISSUERS: readonly (readonly [issuer: string, beginning: RegExp, lengths: string])[] = [
  ['American Express', /^3[47]/, '15'],
  ['Dankort', /^(?:5019|4175)/, '16'],
  ["Diner's Club", /^(?:30[0-5]|3095|36|3[89])/, '14 15 16 17 18 19'],
  ['Discover', /^(?:6011|64[4-9]|65|622)/, '16 17 18 19'],
  ['JCB', /^35(?:2[89]|[3-8])/, '16 17 18 19'],
  ['Mastercard', /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, '16'],
  ['UnionPay', /^(?:62|81)/, '16 17 18 19'],
  ['Visa and Electron', /^4/, '13 16 19'],
];

function isCardNumber(text: string): boolean {
  const number = compact(text);
  const isIssued = ISSUERS.some(
    ([, beginning, lengths]) =>
      beginning.test(number) && lengths.split(' ').includes(String(number.length)),
  );
  return isIssued && hasLuhnDigit(number) && !TEST_NUMBERS.has(number);
}

/** An IBAN of a country, in groups of four or in one piece. */
const iban = (country: keyof typeof bankAccount, length: number): readonly Format[] => [
  {
    pattern: alone(`${country}\\d{2}(?: ?[A-Z0-9]){${length - 4}}`),
    isValid: isIban,
    keywords: bankAccount[country],
  },
];

export const financial: FormatTable = {
  'BankAccountNumber-DE': iban('DE', 22),
  'BankAccountNumber-ES': iban('ES', 24),
  'BankAccountNumber-FR': iban('FR', 27),
  'BankAccountNumber-GB': iban('GB', 22),
  'BankAccountNumber-IT': iban('IT', 27),
  'BankAccountNumber-US': [{ pattern: aloneInSigns('\\d{8,17}'), keywords: bankAccount.US }],
  CreditCardExpiration: [
    {
      pattern: aloneInSigns('(?:0?[1-9]|1[0-2]) ?[/-] ?(?:20)?\\d{2}'),
      keywords: cardExpiration,
    },
  ],
  CreditCardMagneticStripe: [
    {
      pattern: /%?B\d{12,19}\^[^^\r\n]{2,26}\^\d{7}[^?\r\n]{0,40}\??/g,
      keywords: magneticStripe,
    },
    { pattern: /;?(?<!\d)\d{12,19}[=D]\d{7}\d{0,40}\??/g, keywords: magneticStripe },
  ],
  CreditCardNumber: [
    {
      pattern: alone(
        '\\d{13,19}|\\d{4}([ -])\\d{4}\\1\\d{4}\\1\\d{1,7}|\\d{4}([ -])\\d{6}\\2\\d{4,5}',
      ),
      isValid: isCardNumber,
      keywords: cardNumber,
    },
  ],
  CreditCardSecurityCode: [{ pattern: aloneInSigns('\\d{3,4}'), keywords: securityCode }],
};
