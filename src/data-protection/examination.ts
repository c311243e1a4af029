/** A text in which data identifiers look for sensitive data; what several of them need is kept. */
import type { KeywordIndex, KeywordPlaces } from './keyword-index.ts';
import { joined, type Range } from './range.ts';

/** One kind of sensitive data. */
export interface DataIdentifier {
  /** As policies and findings call it. */
  readonly name: string;
  find(examination: Examination): readonly Range[];
}

export class Examination {
  readonly text: string;
  readonly #found = new Map<DataIdentifier, readonly Range[]>();
  #keywords: KeywordPlaces | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** Where the data of an identifier stands, in order. */
  find(identifier: DataIdentifier): readonly Range[] {
    let ranges = this.#found.get(identifier);
    if (ranges === undefined) {
      ranges = identifier.find(this);
      this.#found.set(identifier, ranges);
    }
    return ranges;
  }

  /** Where the data of any of them stands. */
  findAny(identifiers: readonly DataIdentifier[]): readonly Range[] {
    return joined(
      this.text,
      identifiers.flatMap((identifier) => this.find(identifier)),
    );
  }

  has(identifiers: readonly DataIdentifier[]): boolean {
    return identifiers.some((identifier) => this.find(identifier).length > 0);
  }

  /** The keywords in the text, all of them by one search. */
  keywords(index: KeywordIndex): KeywordPlaces {
    this.#keywords ??= index.search(this.text);
    return this.#keywords;
  }
}
