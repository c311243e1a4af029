/** Counts what is wrong with many things of a kind, so that a user reads of them once. */
import type { Problem } from '../../../core/problem.ts';

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

/** What is wrong with things of one kind, by fault and by whom they belong to. */
export class Findings<Name extends string> {
  readonly #faults: ReadonlyArray<readonly [Name, Problem]>;
  readonly #subject: (owner: string, wrong: Wrong) => string;
  readonly #tallies: ReadonlyMap<Name, Tally>;

  /** `subject` begins the sentence that the `what` of a fault ends: it names the things. */
  constructor(
    faults: Readonly<Record<Name, Problem>>,
    subject: (owner: string, wrong: Wrong) => string,
  ) {
    this.#faults = Object.entries(faults) as [Name, Problem][];
    this.#subject = subject;
    this.#tallies = new Map(this.#faults.map(([name]) => [name, new Tally()]));
  }

  add(fault: Name, owner: string, name: string): void {
    this.#tallies.get(fault)?.add(owner, name);
  }

  /** In the order of the faults. */
  told(): Problem[] {
    return this.#faults.flatMap(([name, { what, ...rest }]) => {
      const tally = this.#tallies.get(name) as Tally;
      return tally.map((owner, wrong) => ({
        what: `${this.#subject(owner, wrong)} ${what}`,
        ...rest,
      }));
    });
  }
}
