/**
 * Numbers of patients, insured people, practitioners and drugs.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-data-protection-sensitive-data-types-phi.html
 */
import { compact, hasFrenchKey, hasLuhnDigit, hasMod11Digit, weighted } from './check-digits.ts';
import { alone, aloneInSigns, type FormatTable } from './format.ts';
import * as words from './keywords.ts';

/** A French number of social security: sex, year, month, department, commune, order; its key. */
export const FRENCH_NUMBER =
  '[1-478] ?\\d{2} ?(?:0[1-9]|1[0-2]|[2-4]\\d|[5-9]\\d) ?(?:\\d{2}|2[AB]) ?\\d{3} ?\\d{3}';

export const isFrenchNumber = (text: string): boolean => hasFrenchKey(compact(text));

/** The last digit of the sum of all, the second, fourth and sixth counting twice. */
const isDrugEnforcementNumber = (text: string): boolean =>
  weighted(text.slice(2), [1, 2, 1, 2, 1, 2]) % 10 === Number(text.at(-1));

/** Letters of Medicare that nobody takes for digits. */
const LETTER = '[AC-HJKMNP-RT-Y]';
const EITHER = '[0-9AC-HJKMNP-RT-Y]';

export const health: FormatTable = {
  'DrugEnforcementAgencyNumber-US': [
    {
      pattern: alone('[ABCDEFGHJKLMPRSTUX][A-Z9]\\d{7}'),
      isValid: isDrugEnforcementNumber,
      keywords: words.drugEnforcement,
    },
  ],
  'HealthInsuranceCardNumber-EU': [
    { pattern: alone('80\\d{3}(?: ?\\d){15}'), keywords: words.healthCardEurope },
  ],
  'HealthInsuranceClaimNumber-US': [
    {
      pattern: alone(
        '\\d{3}([ -]?)\\d{2}\\1\\d{4}[ -]?[A-Z][0-9A-Z]?|[A-Z]{1,3}[ -]?(?:\\d{9}|\\d{6})',
      ),
      keywords: words.healthClaim,
    },
  ],
  'HealthInsuranceNumber-FR': [
    {
      pattern: alone(`${FRENCH_NUMBER} ?\\d{2}`),
      isValid: isFrenchNumber,
      keywords: words.healthInsuranceFrance,
    },
  ],
  'HealthcareProcedureCode-US': [
    {
      pattern: aloneInSigns('[A-CEGHJ-MP-V]\\d{4}|\\d{5}|\\d{4}[AFMTU]'),
      keywords: words.procedureCode,
    },
  ],
  'MedicareBeneficiaryNumber-US': [
    {
      pattern: alone(`[1-9]${LETTER}${EITHER}\\d(-?)${LETTER}${EITHER}\\d\\1${LETTER}{2}\\d{2}`),
      keywords: words.medicare,
    },
  ],
  'NationalDrugCode-US': [
    {
      pattern: alone('\\d{4}-\\d{4}-\\d{2}|\\d{5}-(?:\\d{3}-\\d{2}|\\d{4}-\\d{1,2})|\\d{10,11}'),
      keywords: words.drugCode,
    },
  ],
  'NationalProviderId-US': [
    {
      pattern: aloneInSigns('[12]\\d{9}'),
      isValid: (text) => hasLuhnDigit(`80840${text}`),
      keywords: words.providerId,
    },
  ],
  'NhsNumber-GB': [
    {
      pattern: alone('\\d{3}([ -]?)\\d{3}\\1\\d{4}'),
      isValid: (text) => hasMod11Digit(compact(text), [10, 9, 8, 7, 6, 5, 4, 3, 2]),
      keywords: words.nhs,
    },
  ],
  'PersonalHealthNumber-CA': [
    {
      pattern: alone('9\\d{3}([ -]?)\\d{3}\\1\\d{3}'),
      isValid: (text) => hasMod11Digit(compact(text), [0, 2, 4, 8, 5, 10, 9, 7, 3]),
      keywords: words.healthNumberCanada,
    },
    {
      pattern: alone('\\d{5}[ -]?\\d{4}|\\d{3}([ -])\\d{3}\\1\\d{3}'),
      keywords: words.healthNumberCanada,
    },
  ],
};
