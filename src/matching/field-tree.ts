/**
 * The paths that some condition is about, as a tree of the names between the dots. Events are
 * walked along it, so what no condition is about costs nothing.
 */

/** A path, and the start of longer ones. */
export class Field {
  readonly name: string;
  readonly parent: Field | undefined;
  /** How many conditions are about this very path. */
  uses = 0;
  #children: Map<string, Field> | undefined;

  constructor(name: string, parent: Field | undefined) {
    this.name = name;
    this.parent = parent;
  }

  get hasChildren(): boolean {
    return this.#children !== undefined;
  }

  /** The field that a name leads to; dots inside the name count as dots of a path. */
  follow(name: string): Field | undefined {
    const child = this.#children?.get(name);
    return child === undefined && name.includes('.') ? this.#followDotted(name) : child;
  }

  #followDotted(name: string): Field | undefined {
    let field: Field | undefined = this;
    let start = 0;
    while (field !== undefined) {
      const dot = name.indexOf('.', start);
      if (dot < 0) return field.#children?.get(name.slice(start));
      field = field.#children?.get(name.slice(start, dot));
      start = dot + 1;
    }
    return undefined;
  }

  /** The child of this name, made where there is none. */
  grow(name: string): Field {
    this.#children ??= new Map();
    let child = this.#children.get(name);
    if (child === undefined) {
      child = new Field(name, this);
      this.#children.set(name, child);
    }
    return child;
  }

  prune(name: string): void {
    this.#children?.delete(name);
    if (this.#children?.size === 0) this.#children = undefined;
  }
}

export class FieldTree {
  readonly root = new Field('', undefined);
  #size = 0;

  /** Paths and starts of paths. */
  get size(): number {
    return this.#size;
  }

  /** Counts one more condition on a path. */
  use(path: string): Field {
    let field = this.root;
    for (const name of path.split('.')) {
      const isNew = field.follow(name) === undefined;
      field = field.grow(name);
      if (isNew) this.#size++;
    }
    field.uses++;
    return field;
  }

  /** Takes back one `use`. */
  release(field: Field): void {
    field.uses--;
    let last = field;
    while (last.parent !== undefined && last.uses === 0 && !last.hasChildren) {
      last.parent.prune(last.name);
      this.#size--;
      last = last.parent;
    }
  }
}
