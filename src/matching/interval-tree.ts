/**
 * Ranges of numbers with things attached, in a balanced tree (AVL) in which every node knows the
 * highest upper bound below it: finds the ranges around a number in time that depends on how many
 * there are, and otherwise only on the logarithm of the whole.
 */
import { isAbove, isBelow } from './condition.ts';
import { addTo, type Few, forEachOf, removeFrom } from './few.ts';
import type { NumberRange } from './pattern.ts';

interface Node<T extends object> {
  range: NumberRange;
  items: Few<T>;
  /** The range in this subtree that reaches highest. */
  highest: NumberRange;
  height: number;
  left: Node<T> | undefined;
  right: Node<T> | undefined;
}

export class IntervalTree<T extends object> {
  #root: Node<T> | undefined;
  #size = 0;

  /** Different ranges. */
  get size(): number {
    return this.#size;
  }

  add(range: NumberRange, item: T): void {
    this.#root = this.#insert(this.#root, range, item);
  }

  remove(range: NumberRange, item: T): void {
    this.#root = this.#delete(this.#root, range, item);
  }

  /** Visits what is attached to the ranges that contain a number. */
  visit(value: number, visit: (item: T) => void): void {
    visitAround(this.#root, value, visit);
  }

  #insert(node: Node<T> | undefined, range: NumberRange, item: T): Node<T> {
    if (node === undefined) {
      this.#size++;
      const leaf = { left: undefined, right: undefined, height: 1 };
      return { range, items: item, highest: range, ...leaf };
    }
    const order = compare(range, node.range);
    if (order === 0) node.items = addTo(node.items, item);
    else if (order < 0) node.left = this.#insert(node.left, range, item);
    else node.right = this.#insert(node.right, range, item);
    return order === 0 ? node : balance(node);
  }

  #delete(node: Node<T> | undefined, range: NumberRange, item: T): Node<T> | undefined {
    if (node === undefined) return undefined;
    const order = compare(range, node.range);
    if (order < 0) node.left = this.#delete(node.left, range, item);
    else if (order > 0) node.right = this.#delete(node.right, range, item);
    else {
      const left = removeFrom(node.items, item);
      if (left === undefined) {
        this.#size--;
        return join(node.left, node.right);
      }
      node.items = left;
    }
    return balance(node);
  }
}

function visitAround<T extends object>(
  node: Node<T> | undefined,
  value: number,
  visit: (item: T) => void,
): void {
  if (node === undefined || !isBelow(value, node.highest)) return;
  visitAround(node.left, value, visit);
  if (!isAbove(value, node.range)) return;
  if (isBelow(value, node.range)) forEachOf(node.items, visit);
  visitAround(node.right, value, visit);
}

/** By lower bound first, as the search needs it. */
function compare(a: NumberRange, b: NumberRange): number {
  if (a.low !== b.low) return a.low < b.low ? -1 : 1;
  if (a.lowOpen !== b.lowOpen) return a.lowOpen ? 1 : -1;
  if (a.high !== b.high) return a.high < b.high ? -1 : 1;
  if (a.highOpen !== b.highOpen) return a.highOpen ? -1 : 1;
  return 0;
}

function reachesHigher(a: NumberRange, b: NumberRange): boolean {
  return a.high === b.high ? b.highOpen && !a.highOpen : a.high > b.high;
}

const heightOf = (node: Node<object> | undefined): number => node?.height ?? 0;

function refresh(node: Node<object>): void {
  node.height = 1 + Math.max(heightOf(node.left), heightOf(node.right));
  node.highest = node.range;
  for (const child of [node.left, node.right]) {
    if (child !== undefined && reachesHigher(child.highest, node.highest)) {
      node.highest = child.highest;
    }
  }
}

function balance<T extends object>(node: Node<T>): Node<T> {
  const lean = heightOf(node.left) - heightOf(node.right);
  if (lean > 1 && node.left !== undefined) {
    if (heightOf(node.left.left) < heightOf(node.left.right)) node.left = rotateLeft(node.left);
    return rotateRight(node);
  }
  if (lean < -1 && node.right !== undefined) {
    if (heightOf(node.right.right) < heightOf(node.right.left)) {
      node.right = rotateRight(node.right);
    }
    return rotateLeft(node);
  }
  refresh(node);
  return node;
}

function rotateLeft<T extends object>(node: Node<T>): Node<T> {
  const top = node.right;
  if (top === undefined) return node;
  node.right = top.left;
  top.left = node;
  refresh(node);
  refresh(top);
  return top;
}

function rotateRight<T extends object>(node: Node<T>): Node<T> {
  const top = node.left;
  if (top === undefined) return node;
  node.left = top.right;
  top.right = node;
  refresh(node);
  refresh(top);
  return top;
}

/** One tree of two, of which all of the first stands before all of the second. */
function join<T extends object>(
  left: Node<T> | undefined,
  right: Node<T> | undefined,
): Node<T> | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  const [first, rest] = takeFirst(right);
  first.left = left;
  first.right = rest;
  return balance(first);
}

function takeFirst<T extends object>(node: Node<T>): [Node<T>, Node<T> | undefined] {
  if (node.left === undefined) return [node, node.right];
  const [first, rest] = takeFirst(node.left);
  node.left = rest;
  return [first, balance(node)];
}
