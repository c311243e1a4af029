/** Where sensitive data stands in a text, and what becomes of it there. */

/** In UTF-16 units from 0; `end` is the first behind it. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The ranges in order, those that touch or overlap joined, never half of a character. */
export function joined(text: string, ranges: readonly Range[]): Range[] {
  const found: { start: number; end: number }[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    const start = isLowSurrogate(text, range.start) ? range.start - 1 : range.start;
    const end = isLowSurrogate(text, range.end) ? range.end + 1 : range.end;
    const last = found.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else found.push({ start, end });
  }
  return found;
}

const isLowSurrogate = (text: string, at: number): boolean =>
  at > 0 && (text.charCodeAt(at) & 0xfc00) === 0xdc00;

/** The text with `replace` in the place of each range. */
export function replaced(
  text: string,
  ranges: readonly Range[],
  replace: (found: string) => string,
): string {
  let result = '';
  let from = 0;
  for (const { start, end } of joined(text, ranges)) {
    result += text.slice(from, start) + replace(text.slice(start, end));
    from = end;
  }
  return result + text.slice(from);
}

/** A mask for each character, those beyond 16 bits counting once. */
export const masked = (text: string, ranges: readonly Range[], mask: string): string =>
  replaced(text, ranges, (found) => mask.repeat([...found].length));

export const redacted = (text: string, ranges: readonly Range[]): string =>
  replaced(text, ranges, () => '');
