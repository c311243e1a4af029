/**
 * Branches as paths through a tree: a step down is a condition, and branches that begin with the
 * same conditions share the steps. A walk takes every step that the event satisfies, so its cost
 * depends on the beginnings of branches that are satisfied and not on how many branches there are.
 *
 * Below a node with few branches there are no steps yet: their remaining conditions are checked one
 * by one, which is as fast and needs much less memory.
 */
import { canAgree } from './array-consistency.ts';
import { isSatisfied, satisfies } from './condition.ts';
import type { FlatEvent } from './event.ts';
import { addTo, type Few, forEachOf, removeFrom } from './few.ts';
import type { Field } from './field-tree.ts';
import type { Term } from './pattern.ts';
import { keyOf } from './term-order.ts';
import { ValueIndex } from './value-index.ts';

export interface FieldCondition {
  readonly field: Field;
  readonly terms: readonly Term[];
}

export interface IndexedBranch {
  /** In the order in which they are asked for. */
  readonly conditions: readonly FieldCondition[];
}

/** Called with the branches that an event satisfies. */
export type Found<B extends IndexedBranch> = (branch: B) => void;

/** A step down. */
class Step<B extends IndexedBranch> {
  readonly key: string;
  readonly terms: readonly Term[];
  readonly target: BranchTree<B>;
  /** The walk that last took it, because several values may satisfy its terms. */
  lastWalk = 0;

  constructor(key: string, terms: readonly Term[], target: BranchTree<B>) {
    this.key = key;
    this.terms = terms;
    this.target = target;
  }
}

/** The steps from one node that are about one field. */
class Steps<B extends IndexedBranch> {
  readonly byKey = new Map<string, Step<B>>();
  readonly index = new ValueIndex<Step<B>>();
}

/** More branches than this below a node get steps of their own. */
const CHECKED_BRANCHES_MAX = 4;

export class BranchTree<B extends IndexedBranch> {
  readonly #depth: number;
  /** Branches without further conditions. */
  #complete: Few<B> | undefined;
  /** Branches whose remaining conditions are checked one by one; empty where there are steps. */
  #checked: B[] = [];
  #steps: Map<Field, Steps<B>> | undefined;
  /** Fields whose absence satisfies a step. */
  #absences: Set<Field> | undefined;

  constructor(depth = 0) {
    this.#depth = depth;
  }

  get isEmpty(): boolean {
    return this.#complete === undefined && this.#checked.length === 0 && this.#steps === undefined;
  }

  /** How much is kept; 0 when empty. */
  get size(): number {
    let size = this.#checked.length + (this.#absences?.size ?? 0);
    forEachOf(this.#complete, () => size++);
    for (const steps of this.#steps?.values() ?? []) {
      size += 1 + steps.index.size;
      for (const step of steps.byKey.values()) size += 1 + step.target.size;
    }
    return size;
  }

  add(branch: B): void {
    if (this.#depth === branch.conditions.length) {
      this.#complete = addTo(this.#complete, branch);
    } else if (this.#steps !== undefined) {
      this.#addBelow(branch, this.#steps);
    } else {
      this.#checked.push(branch);
      if (this.#checked.length > CHECKED_BRANCHES_MAX) this.#makeSteps();
    }
  }

  remove(branch: B): void {
    if (this.#depth === branch.conditions.length) {
      this.#complete = removeFrom(this.#complete, branch);
    } else if (this.#steps !== undefined) {
      this.#removeBelow(branch, this.#steps);
    } else {
      this.#checked = this.#checked.filter((other) => other !== branch);
    }
  }

  /** Finds the branches that an event satisfies. `walk` is a number no walk had before. */
  walk(event: FlatEvent, walk: number, found: Found<B>): void {
    if (this.#complete !== undefined) this.#reportComplete(this.#complete, event, found);
    for (const branch of this.#checked) {
      if (isSatisfiedFrom(this.#depth, branch, event) && agrees(branch, event)) found(branch);
    }
    if (this.#steps === undefined) return;
    const take = (step: Step<B>): void => {
      if (step.lastWalk === walk) return;
      step.lastWalk = walk;
      step.target.walk(event, walk, found);
    };
    this.#takeSteps(this.#steps, event, take);
    for (const field of this.#absences ?? []) {
      if (event.leaves(field) === undefined) this.#steps.get(field)?.index.visitAbsent(take);
    }
  }

  /** Goes through the event's fields or the node's, whichever are fewer. */
  #takeSteps(
    steps: ReadonlyMap<Field, Steps<B>>,
    event: FlatEvent,
    take: (step: Step<B>) => void,
  ): void {
    for (const field of event.size < steps.size ? event.fields() : steps.keys()) {
      const leaves = event.leaves(field);
      if (leaves !== undefined) steps.get(field)?.index.visit(leaves, take);
    }
  }

  /** Complete branches of one node have the same conditions. */
  #reportComplete(complete: Few<B>, event: FlatEvent, found: Found<B>): void {
    const [first] = complete instanceof Set ? complete : [complete];
    if (first !== undefined && agrees(first, event)) forEachOf(complete, found);
  }

  #makeSteps(): void {
    this.#steps = new Map();
    for (const branch of this.#checked) this.#addBelow(branch, this.#steps);
    this.#checked = [];
  }

  #addBelow(branch: B, stepsByField: Map<Field, Steps<B>>): void {
    const condition = branch.conditions[this.#depth];
    if (condition === undefined) return;
    const { field, terms } = condition;
    const steps = stepsByField.get(field) ?? new Steps<B>();
    stepsByField.set(field, steps);
    const key = keyOf(terms);
    let step = steps.byKey.get(key);
    if (step === undefined) {
      step = new Step(key, terms, new BranchTree<B>(this.#depth + 1));
      steps.byKey.set(key, step);
      steps.index.add(step);
      if (steps.index.hasAbsent) this.#absences = (this.#absences ?? new Set()).add(field);
    }
    step.target.add(branch);
  }

  #removeBelow(branch: B, stepsByField: Map<Field, Steps<B>>): void {
    const condition = branch.conditions[this.#depth];
    if (condition === undefined) return;
    const { field, terms } = condition;
    const steps = stepsByField.get(field);
    const step = steps?.byKey.get(keyOf(terms));
    if (steps === undefined || step === undefined) return;
    step.target.remove(branch);
    if (!step.target.isEmpty) return;
    steps.byKey.delete(step.key);
    steps.index.remove(step);
    if (!steps.index.hasAbsent) this.#absences?.delete(field);
    if (this.#absences?.size === 0) this.#absences = undefined;
    if (steps.byKey.size === 0) stepsByField.delete(field);
    if (stepsByField.size === 0) this.#steps = undefined;
  }
}

function isSatisfiedFrom(depth: number, branch: IndexedBranch, event: FlatEvent): boolean {
  const { conditions } = branch;
  for (let index = depth; index < conditions.length; index++) {
    const condition = conditions[index];
    if (condition === undefined) continue;
    if (!isSatisfied(condition.terms, event.leaves(condition.field))) return false;
  }
  return true;
}

/** Whether the values that satisfy a branch can be taken from the same elements of arrays. */
function agrees(branch: IndexedBranch, event: FlatEvent): boolean {
  if (!event.hasElements || branch.conditions.length < 2) return true;
  const places = branch.conditions.flatMap(({ field, terms }) => {
    const leaves = event.leaves(field);
    if (leaves === undefined) return [];
    const satisfying = leaves.filter((leaf) => terms.some((term) => satisfies(leaf, term)));
    return [satisfying.map((leaf) => leaf.elements)];
  });
  return canAgree(places);
}
