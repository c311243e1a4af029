/**
 * Texts with things attached, in a radix tree: finds those that another text starts with, or ends
 * with, in time that depends on that text only.
 */
import { addTo, type Few, forEachOf, removeFrom } from './few.ts';

interface Node<T extends object> {
  /** The characters between the parent and here, in reading direction. */
  label: string;
  items: Few<T> | undefined;
  /** By the first character of their labels. */
  children: Map<number, Node<T>> | undefined;
}

/** From where texts are read. */
export type End = 'start' | 'end';

export class PrefixTree<T extends object> {
  readonly #end: End;
  readonly #root: Node<T> = { label: '', items: undefined, children: undefined };
  #size = 0;

  constructor(end: End) {
    this.#end = end;
  }

  /** Nodes, without the root unless it has items; 0 when empty. */
  get size(): number {
    return this.#size + (this.#root.items === undefined ? 0 : 1);
  }

  add(text: string, item: T): void {
    const rest = this.#inReadingDirection(text);
    let node = this.#root;
    let at = 0;
    while (at < rest.length) {
      const child = node.children?.get(rest.charCodeAt(at));
      if (child === undefined) {
        const leaf: Node<T> = { label: rest.slice(at), items: undefined, children: undefined };
        this.#attach(node, leaf);
        node = leaf;
        break;
      }
      const shared = sharedLength(child.label, rest, at);
      node = shared < child.label.length ? this.#split(node, child, shared) : child;
      at += shared;
    }
    node.items = addTo(node.items, item);
  }

  remove(text: string, item: T): void {
    const rest = this.#inReadingDirection(text);
    const path = [this.#root];
    let at = 0;
    while (at < rest.length) {
      const child = path.at(-1)?.children?.get(rest.charCodeAt(at));
      if (child === undefined || !rest.startsWith(child.label, at)) return;
      path.push(child);
      at += child.label.length;
    }
    const [node, parent, grandparent] = path.reverse();
    if (node === undefined) return;
    node.items = removeFrom(node.items, item);
    if (parent === undefined) return;
    this.#tidy(node, parent);
    if (grandparent !== undefined) this.#tidy(parent, grandparent);
  }

  /** Visits what is attached to the texts that this one starts, or ends, with. */
  visit(text: string, visit: (item: T) => void): void {
    let node = this.#root;
    let at = 0;
    for (;;) {
      forEachOf(node.items, visit);
      if (at === text.length) return;
      const child = node.children?.get(this.#codeAt(text, at));
      if (child === undefined || !this.#continues(text, at, child.label)) return;
      node = child;
      at += child.label.length;
    }
  }

  #codeAt(text: string, at: number): number {
    return text.charCodeAt(this.#end === 'start' ? at : text.length - 1 - at);
  }

  #continues(text: string, at: number, label: string): boolean {
    if (this.#end === 'start') return text.startsWith(label, at);
    for (let index = 1; index < label.length; index++) {
      if (this.#codeAt(text, at + index) !== label.charCodeAt(index)) return false;
    }
    return true;
  }

  #inReadingDirection(text: string): string {
    if (this.#end === 'start') return text;
    let reversed = '';
    for (let at = text.length - 1; at >= 0; at--) reversed += text[at];
    return reversed;
  }

  #attach(parent: Node<T>, child: Node<T>): void {
    parent.children ??= new Map();
    parent.children.set(child.label.charCodeAt(0), child);
    this.#size++;
  }

  /** Puts a node between a parent and the child whose label only begins as needed. */
  #split(parent: Node<T>, child: Node<T>, length: number): Node<T> {
    const label = child.label.slice(0, length);
    const between: Node<T> = { label, items: undefined, children: undefined };
    this.#attach(parent, between);
    child.label = child.label.slice(length);
    between.children = new Map([[child.label.charCodeAt(0), child]]);
    return between;
  }

  /** Takes out a node that has become superfluous: nothing attached and at most one child. */
  #tidy(node: Node<T>, parent: Node<T>): void {
    if (node.items !== undefined || (node.children?.size ?? 0) > 1) return;
    const key = node.label.charCodeAt(0);
    const [child] = node.children?.values() ?? [];
    this.#size--;
    if (child === undefined) {
      parent.children?.delete(key);
      if (parent.children?.size === 0) parent.children = undefined;
    } else {
      child.label = node.label + child.label;
      parent.children?.set(key, child);
    }
  }
}

/** How many characters of a label a text continues with. */
function sharedLength(label: string, text: string, from: number): number {
  let length = 0;
  while (
    length < label.length &&
    from + length < text.length &&
    label.charCodeAt(length) === text.charCodeAt(from + length)
  ) {
    length++;
  }
  return length;
}
