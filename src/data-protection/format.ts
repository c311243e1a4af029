/** A kind of sensitive data that a form describes: a pattern, perhaps a check, perhaps keywords. */
import type { DataIdentifier, Examination } from './examination.ts';
import { KeywordIndex, type Keywords } from './keyword-index.ts';
import { joined, type Range } from './range.ts';

/** Made when it is first used: most servers use none of a hundred, which take 10 ms of a start. */
export type LazyPattern = () => RegExp;

export const lazyPattern = (source: string): LazyPattern => {
  let pattern: RegExp | undefined;
  return () => {
    pattern ??= new RegExp(source, 'giu');
    return pattern;
  };
};

export interface Format {
  /** What takes no more than a bounded number of characters from wherever it begins. */
  readonly pattern: RegExp | LazyPattern;
  readonly isValid?: (found: string) => boolean;
  /** One of them must stand near. */
  readonly keywords?: Keywords;
}

/**
 * A pattern whose matches stand alone: no letter or digit before or behind them. Upper and lower
 * case are the same. `body` must not repeat anything without bounds.
 */
export const alone = (body: string): LazyPattern =>
  lazyPattern(`(?<![\\p{L}\\p{N}])(?:${body})(?![\\p{L}\\p{N}])`);

/** The same for numbers that no sign joins to other digits, unlike `1.5` or `12-34`. */
export const aloneInSigns = (body: string): LazyPattern =>
  lazyPattern(`(?<![\\p{L}\\p{N}]|\\p{N}[-.,/:])(?:${body})(?![\\p{L}\\p{N}]|[-.,/:]\\p{N})`);

export interface FormatTable {
  readonly [name: string]: readonly Format[];
}

/** The identifiers of a table, which share one index of keywords. */
export function identifiersOf(table: FormatTable): ReadonlyMap<string, DataIdentifier> {
  const lists = Object.values(table).flatMap((formats) =>
    formats.flatMap(({ keywords }) => (keywords === undefined ? [] : [keywords])),
  );
  let index: KeywordIndex | undefined;
  const indexOf = (): KeywordIndex => {
    index ??= new KeywordIndex(new Set(lists));
    return index;
  };
  return new Map(
    Object.entries(table).map(([name, formats]) => [
      name,
      { name, find: findIn(formats, indexOf) },
    ]),
  );
}

const findIn =
  (formats: readonly Format[], indexOf: () => KeywordIndex) =>
  (examination: Examination): readonly Range[] => {
    const ranges = formats.flatMap((format) => findOne(format, examination, indexOf));
    return formats.length === 1 ? ranges : joined(examination.text, ranges);
  };

function findOne(
  { pattern, isValid, keywords }: Format,
  examination: Examination,
  indexOf: () => KeywordIndex,
): Range[] {
  const found: Range[] = [];
  for (const match of examination.text.matchAll(
    typeof pattern === 'function' ? pattern() : pattern,
  )) {
    const [text] = match;
    const range = { start: match.index, end: match.index + text.length };
    if (isValid !== undefined && !isValid(text)) continue;
    if (keywords !== undefined && !examination.keywords(indexOf()).isNear(keywords, range))
      continue;
    found.push(range);
  }
  return found;
}
