/**
 * What tells who somebody is, and where.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-data-protection-sensitive-data-types-pii.html
 */
import {
  compact,
  hasBrazilianDigits,
  hasItalianLetter,
  hasLuhnDigit,
  hasMod11And10Digit,
  hasSpanishLetter,
  hasVehicleDigit,
  remainder,
  weighted,
} from './check-digits.ts';
import { alone, aloneInSigns, type Format, type FormatTable } from './format.ts';
import { FRENCH_NUMBER, isFrenchNumber } from './health.ts';
import * as words from './keywords.ts';

const MONTH =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|' +
  'sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?';
const DAY = '(?:0?[1-9]|[12]\\d|3[01])';
const MONTH_NUMBER = '(?:0?[1-9]|1[0-2])';
const YEAR = '(?:18|19|20)\\d{2}';
/** AWS names spaces, slashes and hyphens; its dash is a typographic one as well. */
const BETWEEN = '[ /\\-‐]';
const DATE = [
  `${YEAR}${BETWEEN}${MONTH_NUMBER}${BETWEEN}${DAY}`,
  `${DAY}${BETWEEN}${MONTH_NUMBER}${BETWEEN}(?:${YEAR}|\\d{2})`,
  `${MONTH_NUMBER}${BETWEEN}${DAY}${BETWEEN}(?:${YEAR}|\\d{2})`,
  `${DAY}(?:st|nd|rd|th)?${BETWEEN}?${MONTH}${BETWEEN}?,? ?(?:${YEAR}|\\d{2})`,
  `${MONTH}${BETWEEN}?${DAY}(?:st|nd|rd|th)?,?${BETWEEN}?(?:${YEAR}|\\d{2})`,
  `${YEAR}${BETWEEN}?${MONTH}${BETWEEN}?${DAY}`,
  `${YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])`,
].join('|');

const LABEL = '[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]{0,61}[\\p{L}\\p{N}])?';
const MAIL_ADDRESS = new RegExp(
  "(?<![\\p{L}\\p{N}._%+'-])[\\p{L}\\p{N}][\\p{L}\\p{N}._%+'-]{0,63}" +
    `@(?:${LABEL}\\.){1,8}\\p{L}[\\p{L}\\p{N}-]{0,61}[\\p{L}\\p{N}]`,
  'gu',
);

/** A pair of latitude and longitude. */
const DECIMAL_DEGREES = new RegExp(
  '(?<![\\p{L}\\p{N}.-])[+-]?(?:90(?:\\.0{1,15})?|[1-8]?\\d\\.\\d{1,15}) ?[,;/ ] ?' +
    '[+-]?(?:180(?:\\.0{1,15})?|(?:1[0-7]\\d|\\d{1,2})\\.\\d{1,15})(?![\\p{L}\\p{N}]|\\.\\d)',
  'gu',
);

/** A German identity card or passport: a letter, letters and digits, perhaps a check digit. */
const GERMAN_DOCUMENT = '[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}\\d?';

/** No area 000, 666 or 900 and above, no group 00, no serial number 0000. */
const isSocialSecurity = (text: string): boolean =>
  /^(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}$/.test(compact(text));

const isSpanishSocialSecurity = (text: string): boolean => {
  const digits = compact(text);
  const province = digits.slice(0, 2);
  const number = digits.slice(2, -2);
  const whole =
    number.startsWith('0') && number.length === 8 ? province + number.slice(1) : province + number;
  return remainder(whole, 97) === Number(digits.slice(-2));
};

/** A company's number in Spain: its last character is a digit or the letter for it. */
const isSpanishCompany = (text: string): boolean => {
  const number = compact(text);
  let sum = weighted(number.slice(1, 8), [0, 1, 0, 1, 0, 1, 0]);
  for (const digit of [1, 3, 5, 7].map((place) => Number(number.charAt(place)))) {
    sum += Math.floor((digit * 2) / 10) + ((digit * 2) % 10);
  }
  const check = (10 - (sum % 10)) % 10;
  return number.at(-1) === String(check) || number.at(-1) === 'JABCDEFGHI'.charAt(check);
};

const isFrenchTaxNumber = (text: string): boolean => {
  const number = compact(text);
  return remainder(number.slice(0, 10), 511) === Number(number.slice(10));
};

/** The first digit of ten checks the others. */
const isUniqueTaxReference = (text: string): boolean => {
  const number = compact(text).replace(/K$/, '');
  const rest = weighted(number.slice(1), [6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11;
  return '21987654321'.charAt(rest) === number.charAt(0);
};

/** The check digit is compulsory in North America and China alone. */
const isVehicle = (text: string): boolean => {
  const number = text.toUpperCase();
  return !/^[1-5L]/.test(number) || hasVehicleDigit(number);
};

const spanishId: Format = {
  pattern: alone('\\d{8}[ -]?[A-Z]'),
  isValid: (text) => hasSpanishLetter(compact(text)),
};

export const personal: FormatTable = {
  'CepCode-BR': [
    { pattern: aloneInSigns('\\d{2}\\.?\\d{3}-?\\d{3}'), keywords: words.postalCodeBrazil },
  ],
  'Cnpj-BR': [
    {
      pattern: alone('[A-Z0-9]{2}\\.?[A-Z0-9]{3}\\.?[A-Z0-9]{3}/?[A-Z0-9]{4}-?\\d{2}'),
      isValid: (text) => hasBrazilianDigits(compact(text)),
      keywords: words.companyBrazil,
    },
  ],
  'CpfCode-BR': [
    {
      pattern: alone('\\d{3}\\.?\\d{3}\\.?\\d{3}-?\\d{2}'),
      isValid: (text) => hasBrazilianDigits(compact(text)),
      keywords: words.personBrazil,
    },
  ],
  DateOfBirth: [{ pattern: alone(DATE), keywords: words.birthDate }],
  'ElectoralRollNumber-GB': [
    { pattern: alone('[A-Z]{2,3}\\d{0,2}[ -]?\\d{1,5}'), keywords: words.electoralRoll },
  ],
  EmailAddress: [
    {
      pattern: MAIL_ADDRESS,
    },
  ],
  'IndividualTaxIdentificationNumber-US': [
    {
      pattern: alone('9\\d{2}([ -]?)(?:5\\d|6[0-5]|7\\d|8[0-8]|9[0-24-9])\\1\\d{4}'),
      keywords: words.taxpayer.US,
    },
  ],
  'InseeCode-FR': [
    {
      pattern: alone(`${FRENCH_NUMBER} ?\\d{2}`),
      isValid: isFrenchNumber,
      keywords: words.nationalId.FR,
    },
    { pattern: alone(FRENCH_NUMBER), keywords: words.nationalId.FR },
  ],
  LatLong: [
    {
      pattern: DECIMAL_DEGREES,
      keywords: words.coordinates,
    },
  ],
  'NationalIdentificationNumber-DE': [
    { pattern: alone(GERMAN_DOCUMENT), isValid: hasDigit, keywords: words.nationalId.DE },
  ],
  'NationalIdentificationNumber-ES': [{ ...spanishId, keywords: words.nationalId.ES }],
  'NationalIdentificationNumber-IT': [
    {
      pattern: alone('[A-Z]{6} ?\\d{2}[A-EHLMPRST]\\d{2} ?[A-Z]\\d{3}[A-Z]'),
      isValid: (text) => hasItalianLetter(compact(text)),
      keywords: words.nationalId.IT,
    },
  ],
  'NationalInsuranceNumber-GB': [
    {
      pattern: alone(
        '(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]' +
          '([ -]?)\\d{2}\\1\\d{2}\\1\\d{2}\\1[A-D]',
      ),
      keywords: words.nationalInsurance,
    },
  ],
  'NieNumber-ES': [
    {
      pattern: alone('[XYZ][ -]?\\d{7}[ -]?[A-Z]'),
      isValid: (text) => hasSpanishLetter(compact(text)),
      keywords: words.taxpayer.ES,
    },
  ],
  'NifNumber-ES': [
    { ...spanishId, keywords: words.taxpayer.ES },
    {
      pattern: alone('[KLM][ -]?\\d{7}[ -]?[A-Z]'),
      isValid: (text) => hasSpanishLetter(compact(text).slice(1)),
      keywords: words.taxpayer.ES,
    },
  ],
  'PassportNumber-CA': [
    { pattern: alone('[A-Z]{2}\\d{6}|[A-Z]\\d{6}[A-Z]{2}'), keywords: words.passport.CA },
  ],
  'PassportNumber-DE': [
    { pattern: alone(GERMAN_DOCUMENT), isValid: hasDigit, keywords: words.passport.DE },
  ],
  'PassportNumber-ES': [{ pattern: alone('[A-Z]{2,3}\\d{6}'), keywords: words.passport.ES }],
  'PassportNumber-FR': [{ pattern: alone('\\d{2}[A-Z]{2}\\d{5}'), keywords: words.passport.FR }],
  'PassportNumber-GB': [{ pattern: aloneInSigns('\\d{9}'), keywords: words.passport.GB }],
  'PassportNumber-IT': [{ pattern: alone('[A-Z]{2}\\d{7}'), keywords: words.passport.IT }],
  'PassportNumber-US': [
    { pattern: aloneInSigns('[A-Z]\\d{8}|\\d{9}'), keywords: words.passport.US },
  ],
  'PermanentResidenceNumber-CA': [
    { pattern: alone('[A-Z]{2}(?:\\d{7}|\\d{10})'), keywords: words.permanentResident },
  ],
  'PostalCode-CA': [
    { pattern: alone('[ABCEGHJ-NPRSTVXY]\\d[ABCEGHJ-NPRSTV-Z][ -]?\\d[ABCEGHJ-NPRSTV-Z]\\d') },
  ],
  'RgNumber-BR': [
    { pattern: alone('\\d{1,2}\\.?\\d{3}\\.?\\d{3}-?[\\dX]'), keywords: words.nationalId.BR },
  ],
  'SocialInsuranceNumber-CA': [
    {
      pattern: alone('\\d{3}([ -]?)\\d{3}\\1\\d{3}'),
      isValid: (text) => hasLuhnDigit(compact(text)) && !/^[08]/.test(text),
      keywords: words.socialInsurance,
    },
  ],
  'Ssn-ES': [
    {
      pattern: alone('\\d{2}[ /-]?\\d{7,8}[ /-]?\\d{2}'),
      isValid: isSpanishSocialSecurity,
      keywords: words.socialSecurity.ES,
    },
  ],
  'Ssn-US': [
    {
      pattern: alone('\\d{3}([ -]?)\\d{2}\\1\\d{4}'),
      isValid: isSocialSecurity,
      keywords: words.socialSecurity.US,
    },
  ],
  'TaxId-DE': [
    {
      pattern: alone('[1-9]\\d ?\\d{3} ?\\d{3} ?\\d{3}'),
      isValid: (text) => hasMod11And10Digit(compact(text)),
      keywords: words.taxpayer.DE,
    },
  ],
  'TaxId-ES': [
    {
      pattern: alone('[ABCDEFGHJNPQRSUVW][ -]?\\d{7}[ -]?[0-9A-J]'),
      isValid: isSpanishCompany,
      keywords: words.taxpayer.ES,
    },
  ],
  'TaxId-FR': [
    {
      pattern: alone('[0-3]\\d ?\\d{2} ?\\d{3} ?\\d{3} ?\\d{3}'),
      isValid: isFrenchTaxNumber,
      keywords: words.taxpayer.FR,
    },
  ],
  'TaxId-GB': [
    {
      pattern: alone('\\d{5} ?\\d{5}K?'),
      isValid: isUniqueTaxReference,
      keywords: words.taxpayer.GB,
    },
    { pattern: alone('\\d{2}[A-Z]\\d{5}'), keywords: words.taxpayer.GB },
  ],
  VehicleIdentificationNumber: [
    { pattern: alone('[A-HJ-NPR-Z0-9]{17}'), isValid: isVehicle, keywords: words.vehicle },
  ],
  'ZipCode-US': [{ pattern: aloneInSigns('\\d{5}(?:-\\d{4})?'), keywords: words.zipCode }],
};

function hasDigit(text: string): boolean {
  return /\d/.test(text);
}
