/**
 * Reads the regular expressions of custom data identifiers. They have no groups, so an expression
 * is a few alternatives, each a sequence of items, and matching it never needs to go back.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-data-protection-custom-data-identifiers.html
 */

/** Why a text is no expression that can be used. */
export class PatternSyntaxError extends Error {
  override readonly name = 'PatternSyntaxError';
}

/** Which characters an item takes: an entry for each of ASCII, and one for all others. */
export type CharacterSet = Uint8Array;

export const ASCII_COUNT = 128;
/** The place in a set that stands for every character beyond ASCII. */
export const BEYOND_ASCII = ASCII_COUNT;

/** `one`: exactly one character; `optional`: one or none; `star`: any number. */
export interface CharacterItem {
  readonly kind: 'one' | 'optional' | 'star';
  readonly set: CharacterSet;
  /** As few as possible instead of as many. */
  readonly lazy: boolean;
}

/** Takes no character, but asks for a place. */
export interface PlaceItem {
  readonly kind: 'start' | 'end' | 'word edge' | 'no word edge';
}

export type Item = CharacterItem | PlaceItem;

/** Items of all alternatives together, repetitions written out. */
export const ITEMS_MAX = 256;

const ALLOWED = /^[A-Za-z0-9_#=@/;,\- ^$?[\]{}|\\*+.]*$/;

/** The alternatives of an expression, in their order. Throws PatternSyntaxError. */
export function parsePattern(text: string): readonly (readonly Item[])[] {
  if (!ALLOWED.test(text)) {
    throw new PatternSyntaxError('it has a character that is not supported');
  }
  return new Parser(text).alternatives();
}

class Parser {
  readonly #text: string;
  #at = 0;
  #items = 0;

  constructor(text: string) {
    this.#text = text;
  }

  alternatives(): Item[][] {
    const found: Item[][] = [[]];
    while (this.#at < this.#text.length) {
      if (this.#takes('|')) found.push([]);
      else found.at(-1)?.push(...this.#next());
    }
    return found;
  }

  /** An atom with its quantifier, written out. */
  #next(): Item[] {
    const place = this.#place();
    if (place !== undefined) {
      if (/[*+?{]/.test(this.#text.charAt(this.#at))) throw this.#problem('nothing to repeat');
      return this.#counted([{ kind: place }]);
    }
    const set = this.#atom();
    const [min, max] = this.#quantifier() ?? [1, 1];
    const lazy = this.#takes('?');
    if (/[*+{]/.test(this.#text.charAt(this.#at))) {
      throw this.#problem('a quantifier stands behind another');
    }
    if (max !== Number.POSITIVE_INFINITY && max > ITEMS_MAX) throw tooComplicated();
    if (min > ITEMS_MAX) throw tooComplicated();
    const items: Item[] = new Array<Item>(min).fill({ kind: 'one', set, lazy });
    if (max === Number.POSITIVE_INFINITY) items.push({ kind: 'star', set, lazy });
    else for (let more = min; more < max; more++) items.push({ kind: 'optional', set, lazy });
    return this.#counted(items);
  }

  #counted(items: Item[]): Item[] {
    this.#items += items.length;
    if (this.#items > ITEMS_MAX) throw tooComplicated();
    return items;
  }

  #place(): PlaceItem['kind'] | undefined {
    if (this.#takes('^')) return 'start';
    if (this.#takes('$')) return 'end';
    if (this.#takes('\\b')) return 'word edge';
    return this.#takes('\\B') ? 'no word edge' : undefined;
  }

  #atom(): CharacterSet {
    if (this.#takes('[')) return this.#bracketed();
    const character = this.#text.charAt(this.#at);
    if (character === '\\') return this.#escaped();
    if (/[*+?{]/.test(character)) throw this.#problem('nothing to repeat');
    if (/[\]}]/.test(character)) throw this.#problem(`an unexpected ${character}`);
    this.#at++;
    return character === '.' ? invert(setOf('\n\r')) : setOf(character);
  }

  /** What stands behind a backslash. */
  #escaped(): CharacterSet {
    const character = this.#text.charAt(this.#at + 1);
    this.#at += 2;
    const named = NAMED_SETS[character];
    if (named !== undefined) return named;
    if (character === '' || /[A-Za-z0-9]/.test(character)) {
      throw this.#problem(`an unsupported escape \\${character}`);
    }
    return setOf(character);
  }

  /** What stands behind an opening bracket. */
  #bracketed(): CharacterSet {
    const negated = this.#takes('^');
    const set = new Uint8Array(ASCII_COUNT + 1);
    let isEmpty = true;
    while (isEmpty || !this.#takes(']')) {
      if (this.#at >= this.#text.length) throw this.#problem('a class without its end');
      if (/[[\]]/.test(this.#text.charAt(this.#at))) throw this.#problem('a bracket in a class');
      isEmpty = false;
      const from = this.#member();
      if (this.#isRange()) {
        this.#at++;
        addRange(set, from, this.#member(), () => this.#problem('a range that is none'));
      } else {
        for (let code = 0; code <= BEYOND_ASCII; code++)
          set[code] = (set[code] ?? 0) | at(from, code);
      }
    }
    return negated ? invert(set) : set;
  }

  #member(): CharacterSet {
    const character = this.#text.charAt(this.#at);
    if (character === '') throw this.#problem('a class without its end');
    if (character === '\\') return this.#escaped();
    this.#at++;
    return setOf(character);
  }

  /** A hyphen that is not the last of its class. */
  #isRange(): boolean {
    const next = this.#text.charAt(this.#at + 1);
    return this.#text.charAt(this.#at) === '-' && next !== ']' && next !== '';
  }

  /** The least and the most repetitions. */
  #quantifier(): readonly [number, number] | undefined {
    if (this.#takes('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.#takes('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.#takes('?')) return [0, 1];
    if (this.#text.charAt(this.#at) !== '{') return undefined;
    const bounds = /^\{(\d{1,9})(,(\d{0,9}))?\}/.exec(this.#text.slice(this.#at));
    if (bounds === null) throw this.#problem('braces that are no repetition');
    const [whole, low, comma, high] = bounds;
    this.#at += whole.length;
    const min = Number(low);
    const max = comma === undefined ? min : high === '' ? Number.POSITIVE_INFINITY : Number(high);
    if (max < min) throw this.#problem('a repetition of less than its minimum');
    return [min, max];
  }

  #takes(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  #problem(what: string): PatternSyntaxError {
    return new PatternSyntaxError(`it has ${what} before or at character ${this.#at + 1}`);
  }
}

const tooComplicated = (): PatternSyntaxError =>
  new PatternSyntaxError(`it is too complicated: more than ${ITEMS_MAX} items`);

const at = (set: CharacterSet, code: number): number => set[code] ?? 0;

function setOf(characters: string): CharacterSet {
  const set = new Uint8Array(ASCII_COUNT + 1);
  for (let index = 0; index < characters.length; index++) set[characters.charCodeAt(index)] = 1;
  return set;
}

const invert = (set: CharacterSet): CharacterSet => set.map((value) => 1 - value);

function filled(test: RegExp): CharacterSet {
  const set = new Uint8Array(ASCII_COUNT + 1);
  for (let code = 0; code < ASCII_COUNT; code++) {
    if (test.test(String.fromCharCode(code))) set[code] = 1;
  }
  return set;
}

const DIGIT = filled(/\d/);
const WORD = filled(/\w/);
const SPACE = filled(/[ \t\n\v\f\r]/);

const NAMED_SETS: { readonly [letter: string]: CharacterSet } = {
  d: DIGIT,
  D: invert(DIGIT),
  w: WORD,
  W: invert(WORD),
  s: SPACE,
  S: invert(SPACE),
  t: setOf('\t'),
  n: setOf('\n'),
  r: setOf('\r'),
};

export const isWordCode = (code: number): boolean => code < ASCII_COUNT && WORD[code] === 1;

function addRange(
  set: CharacterSet,
  from: CharacterSet,
  to: CharacterSet,
  problem: () => PatternSyntaxError,
): void {
  const [low, high] = [only(from), only(to)];
  if (low === undefined || high === undefined || low > high) throw problem();
  set.fill(1, low, high + 1);
}

/** The one character of a set that has just one. */
function only(set: CharacterSet): number | undefined {
  const first = set.indexOf(1);
  return first >= 0 && first === set.lastIndexOf(1) && first < ASCII_COUNT ? first : undefined;
}
