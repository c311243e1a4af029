/**
 * Wildcard texts, in which `*` stands for any run of characters: the README of
 * https://github.com/aws/event-ruler, "Wildcard matching".
 */

/** What is wrong with a wildcard text, in AWS's words. */
export class WildcardError extends Error {
  override readonly name = 'WildcardError';
}

/**
 * Splits a wildcard text at its `*`: `a*b` gives `a` and `b`, `*` two empty literals. `\*` and `\\`
 * stand for the characters themselves. Throws WildcardError.
 */
export function parseWildcard(text: string): string[] {
  const literals: string[] = [];
  let literal = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    const next = text[at + 1];
    if (character === '*') {
      if (next === '*') throw problem('Consecutive wildcard characters', text, at);
      literals.push(literal);
      literal = '';
    } else if (character === '\\') {
      if (next !== '*' && next !== '\\') throw problem('Invalid escape character', text, at);
      literal += next;
      at++;
    } else {
      literal += character;
    }
  }
  return [...literals, literal];
}

/** AWS counts bytes of UTF-8, in a text that still has its opening quote. */
function problem(what: string, text: string, at: number): WildcardError {
  return new WildcardError(`${what} at pos ${Buffer.byteLength(text.slice(0, at)) + 1}`);
}

/** Whether a text is the literals in their order with anything between. Linear in both lengths. */
export function wildcardMatches(literals: readonly string[], text: string): boolean {
  const first = literals[0] ?? '';
  const last = literals[literals.length - 1] ?? '';
  if (literals.length === 1) return text === first;
  const end = text.length - last.length;
  if (first.length > end || !text.startsWith(first) || !text.endsWith(last)) return false;
  let from = first.length;
  for (let index = 1; index < literals.length - 1; index++) {
    const literal = literals[index] ?? '';
    const at = findLiteral(text, literal, from);
    if (at < 0) return false;
    from = at + literal.length;
  }
  return from <= end;
}

/** Up to this length `indexOf` cannot lose more than a small factor to an adversary. */
const SHORT_LITERAL = 32;

/** Like `indexOf`, but linear for long literals too (Knuth, Morris and Pratt). */
function findLiteral(text: string, literal: string, from: number): number {
  if (literal.length <= SHORT_LITERAL) return text.indexOf(literal, from);
  const borders = bordersOf(literal);
  let matched = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    while (matched > 0 && code !== literal.charCodeAt(matched)) matched = borders[matched - 1] ?? 0;
    if (code === literal.charCodeAt(matched)) matched++;
    if (matched === literal.length) return at - literal.length + 1;
  }
  return -1;
}

/** For each length, the longest proper prefix that is also a suffix. */
function bordersOf(literal: string): Int32Array {
  const borders = new Int32Array(literal.length);
  let border = 0;
  for (let at = 1; at < literal.length; at++) {
    const code = literal.charCodeAt(at);
    while (border > 0 && code !== literal.charCodeAt(border)) border = borders[border - 1] ?? 0;
    if (code === literal.charCodeAt(border)) border++;
    borders[at] = border;
  }
  return borders;
}
