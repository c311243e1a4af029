/** Counts what is wrong with many things of a kind, so that a user reads of them once. */

export interface Wrong {
  readonly count: number;
  /** The first that was met, by the name that users know. */
  readonly example: string;
}

/** What is wrong, by whom it belongs to. */
export class Tally {
  readonly #wrong = new Map<string, Set<string>>();

  /** What is met twice counts once. */
  add(owner: string, name: string): void {
    const names = this.#wrong.get(owner);
    if (names === undefined) this.#wrong.set(owner, new Set([name]));
    else names.add(name);
  }

  /** In the order in which the owners were met. */
  map<T>(tell: (owner: string, wrong: Wrong) => T): T[] {
    return [...this.#wrong].map(([owner, names]) => {
      const [example = ''] = names;
      return tell(owner, { count: names.size, example });
    });
  }
}
