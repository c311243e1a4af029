/** The sums by which numbers that people copy show slips; each takes the number with its digits. */

/** Letters and digits alone, in upper case. */
export const compact = (text: string): string => text.replace(/[^A-Za-z0-9]/g, '').toUpperCase();

const digitsOf = (text: string): number[] => Array.from(text, Number);

/** The sum of digits, each times its weight. */
export function weighted(text: string, weights: readonly number[]): number {
  const digits = digitsOf(text);
  return weights.reduce((sum, weight, index) => sum + weight * (digits[index] ?? 0), 0);
}

/** ISO/IEC 7812-1: cards, Canadian and provider numbers. */
export function hasLuhnDigit(text: string): boolean {
  let sum = 0;
  for (const [index, digit] of digitsOf(text).toReversed().entries()) {
    const doubled = digit * 2;
    if (index % 2 === 0) sum += digit;
    else sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** The remainder of a number too long for a number. */
export function remainder(digits: string, divisor: number): number {
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % divisor;
  return rest;
}

/** ISO 13616: the country and the check digits go to the end, letters count from 10. */
export function isIban(text: string): boolean {
  const iban = compact(text);
  const numbers = (iban.slice(4) + iban.slice(0, 4)).replace(/[A-Z]/g, (letter) =>
    String(letter.charCodeAt(0) - 55),
  );
  return remainder(numbers, 97) === 1;
}

/** ISO 7064, MOD 11,10: German tax numbers. */
export function hasMod11And10Digit(text: string): boolean {
  let product = 10;
  for (const digit of digitsOf(text.slice(0, -1))) {
    const sum = (digit + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === Number(text.at(-1));
}

/** ISO 3779 and FMVSS 115: the ninth character of a vehicle's number. */
export function hasVehicleDigit(text: string): boolean {
  const weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
  const values: { readonly [letter: string]: number } = {
    ...{ A: 1, B: 2, C: 3, D: 4, E: 5, F: 6, G: 7, H: 8, J: 1, K: 2, L: 3, M: 4, N: 5, P: 7 },
    ...{ R: 9, S: 2, T: 3, U: 4, V: 5, W: 6, X: 7, Y: 8, Z: 9 },
  };
  const sum = weights.reduce((total, weight, index) => {
    const character = text.charAt(index);
    return total + weight * (values[character] ?? Number(character));
  }, 0);
  return text.charAt(8) === 'X0123456789'.charAt((sum % 11 === 10 ? -1 : sum % 11) + 1);
}

/** The letter behind a Spanish DNI, NIE or NIF, whose first letter may stand for a digit. */
export function hasSpanishLetter(text: string): boolean {
  const number = text.slice(0, -1).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter)));
  return text.at(-1) === 'TRWAGMYFPDXBNJZSQVHLCKE'.charAt(Number(number.replace(/\D/g, '')) % 23);
}

/** The letter at the end of an Italian tax code. */
export function hasItalianLetter(text: string): boolean {
  const odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22];
  odd.push(25, 24, 23);
  let sum = 0;
  for (let index = 0; index < 15; index++) {
    const character = text.charAt(index);
    const value = /\d/.test(character) ? Number(character) : character.charCodeAt(0) - 65;
    sum += index % 2 === 0 ? (odd[value] ?? 0) : value;
  }
  return text.charCodeAt(15) - 65 === sum % 26;
}

/** The two digits behind a French social security number; Corsica's departments have letters. */
export function hasFrenchKey(text: string): boolean {
  const number = text.slice(0, 13).replace('2A', '19').replace('2B', '18');
  return 97 - remainder(number, 97) === Number(text.slice(13));
}

/** The two digits behind a Brazilian CPF or CNPJ, whose characters may be letters. */
export function hasBrazilianDigits(text: string): boolean {
  const length = text.length - 2;
  const highest = text.length === 11 ? Number.POSITIVE_INFINITY : 9;
  const digitFor = (part: string): number => {
    let sum = 0;
    for (let index = 0; index < part.length; index++) {
      const weight = part.length + 1 - index;
      const cycled = weight > highest ? weight - 8 : weight;
      sum += cycled * (part.charCodeAt(index) - 48);
    }
    return sum % 11 < 2 ? 0 : 11 - (sum % 11);
  };
  const first = digitFor(text.slice(0, length));
  const second = digitFor(text.slice(0, length) + first);
  return text.endsWith(`${first}${second}`) && !/^(.)\1*$/.test(text);
}

/** The digit behind a number whose weighted sum has a remainder of 11. */
export function hasMod11Digit(text: string, weights: readonly number[]): boolean {
  const digit = 11 - (weighted(text, weights) % 11);
  return Number(text.at(-1)) === (digit === 11 ? 0 : digit);
}
