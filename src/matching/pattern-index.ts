/**
 * A set of patterns that finds those matching an event, in time that depends on the event and the
 * matches rather than on the number of patterns. Knows no service: whoever has patterns and events
 * of the forms in pattern.ts and event.ts can use it.
 */
import { BranchTree, type FieldCondition, type IndexedBranch } from './branch-tree.ts';
import {
  type Attribute,
  type FlatEvent,
  flattenAttributes,
  flattenJson,
  type JsonEvent,
} from './event.ts';
import { FieldTree } from './field-tree.ts';
import type { Branch, Pattern } from './pattern.ts';
import { breadthOf } from './term-order.ts';

interface Entry<Id> {
  readonly id: Id;
  readonly branches: readonly OwnedBranch<Id>[];
  /** The walk that last found it, because several of its branches may be satisfied. */
  lastWalk: number;
}

interface OwnedBranch<Id> extends IndexedBranch {
  owner: Entry<Id> | undefined;
}

export class PatternIndex<Id> {
  readonly #fields = new FieldTree();
  readonly #tree = new BranchTree<OwnedBranch<Id>>();
  readonly #entries = new Map<Id, Entry<Id>>();
  #walks = 0;

  /** How many patterns there are. */
  get size(): number {
    return this.#entries.size;
  }

  /** How much is kept for finding patterns; 0 when there are none. */
  get footprint(): number {
    return this.#fields.size + this.#tree.size;
  }

  has(id: Id): boolean {
    return this.#entries.has(id);
  }

  /** Adds a pattern, in the place of the one with the same id if there is one. */
  add(id: Id, pattern: Pattern): void {
    this.remove(id);
    const branches = pattern.branches.map((branch) => this.#prepare(branch));
    const entry: Entry<Id> = { id, branches, lastWalk: 0 };
    this.#entries.set(id, entry);
    for (const branch of branches) {
      branch.owner = entry;
      this.#tree.add(branch);
    }
  }

  /** Removes a pattern; says whether there was one. */
  remove(id: Id): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    this.#entries.delete(id);
    for (const branch of entry.branches) {
      this.#tree.remove(branch);
      for (const { field } of branch.conditions) this.#fields.release(field);
    }
    return true;
  }

  /** The ids of the patterns that a JSON object matches, each once, in no particular order. */
  matchJson(value: JsonEvent): Id[] {
    return this.#match(flattenJson(value, this.#fields));
  }

  /** The ids of the patterns that attributes match, each once, in no particular order. */
  matchAttributes(attributes: Iterable<readonly [name: string, attribute: Attribute]>): Id[] {
    return this.#match(flattenAttributes(attributes, this.#fields));
  }

  #match(event: FlatEvent): Id[] {
    const ids: Id[] = [];
    const walk = ++this.#walks;
    this.#tree.walk(event, walk, ({ owner }) => {
      if (owner === undefined || owner.lastWalk === walk) return;
      owner.lastWalk = walk;
      ids.push(owner.id);
    });
    return ids;
  }

  /** Puts the conditions first that fewest events satisfy. */
  #prepare(branch: Branch): OwnedBranch<Id> {
    const conditions = branch
      .toSorted(
        (a, b) =>
          breadthOf(a.terms) - breadthOf(b.terms) ||
          a.terms.length - b.terms.length ||
          (a.path < b.path ? -1 : 1),
      )
      .map(({ path, terms }): FieldCondition => ({ field: this.#fields.use(path), terms }));
    return { conditions, owner: undefined };
  }
}
