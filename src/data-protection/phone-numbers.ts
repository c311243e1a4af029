/**
 * Phone and fax numbers. With a keyword near, one needs no country code; without, it does.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-data-protection-sensitive-data-types-pii.html
 */
import { type Format, type FormatTable, type LazyPattern, lazyPattern } from './format.ts';
import type { Keywords } from './keyword-index.ts';
import { phone, phoneBrazil } from './keywords.ts';

const SIGN = '[ ./-]?';

/** North America: area and exchange begin with 2 to 9. */
const NORTH_AMERICA = `\\(?[2-9]\\d{2}\\)?${SIGN}[2-9]\\d{2}${SIGN}\\d{4}`;

/** So many digits, with a sign at the most between any two, and one area code in brackets. */
const digits = (first: string, min: number, max: number): string =>
  `\\(?${first}(?:\\)?${SIGN}\\d){${min - 1},${max - 1}}`;

interface Country {
  readonly code: string;
  /** Behind the country code. */
  readonly number: string;
  /** What stands before the number within the country. */
  readonly trunk: string;
  readonly keywords: Keywords;
}

const COUNTRIES: { readonly [country: string]: Country } = {
  BR: { code: '55', number: digits('[1-9]', 10, 11), trunk: '0?', keywords: phoneBrazil },
  DE: { code: '49', number: digits('[1-9]', 6, 12), trunk: '\\(?0', keywords: phone },
  ES: { code: '34', number: digits('[5-9]', 9, 9), trunk: '', keywords: phone },
  FR: { code: '33', number: digits('[1-9]', 9, 9), trunk: '0', keywords: phone },
  GB: { code: '44', number: digits('[1-9]', 9, 10), trunk: '\\(?0', keywords: phone },
  IT: { code: '39', number: digits('[03]', 8, 11), trunk: '', keywords: phone },
  US: { code: '1', number: NORTH_AMERICA, trunk: `(?:1${SIGN})?`, keywords: phone },
};

const between = (body: string): LazyPattern =>
  lazyPattern(`(?<![\\p{L}\\p{N}+]|\\p{N}[-./])(?:${body})(?![\\p{L}\\p{N}]|[-.]\\p{N})`);

function formatsOf({ code, number, trunk, keywords }: Country): readonly Format[] {
  return [
    { pattern: between(`(?:\\+|00)${code}${SIGN}(?:\\(0\\)${SIGN})?${number}`) },
    { pattern: between(`${trunk}${number}`), keywords },
  ];
}

const byCountry = Object.entries(COUNTRIES).map(
  ([country, description]) => [`PhoneNumber-${country}`, formatsOf(description)] as const,
);

export const phoneNumbers: FormatTable = {
  ...Object.fromEntries(byCountry),
  PhoneNumber: byCountry.flatMap(([, formats]) => formats),
};
