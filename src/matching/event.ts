/**
 * Events as the matching sees them: the values at the paths that conditions are about. JSON is
 * walked as the README of https://github.com/aws/event-ruler says ("JSON Array Matching",
 * "Compiled rules and JSON keys with dots"), attributes as the Amazon SNS Developer Guide does
 * ("Filter policy constraints in Amazon SNS").
 */
import type { Field, FieldTree } from './field-tree.ts';
import { foldCase, type Scalar } from './pattern.ts';

/**
 * The array elements that an object stands in, outermost first, as pairs of the array's number
 * and the element's. Arrays with a single object in them are left out: they leave no choice.
 */
export type Elements = readonly number[];

const NO_ELEMENTS: Elements = [];

/** A value in an event. Undefined is one that is there but equals nothing. */
export class Leaf {
  readonly value: Scalar | undefined;
  readonly elements: Elements;
  #folded: string | undefined;

  constructor(value: Scalar | undefined, elements: Elements) {
    this.value = value;
    this.elements = elements;
  }

  /** The text for comparing without case; undefined when the value is no text. */
  get folded(): string | undefined {
    if (typeof this.value !== 'string') return undefined;
    this.#folded ??= foldCase(this.value);
    return this.#folded;
  }
}

export class FlatEvent {
  readonly #leaves = new Map<Field, Leaf[]>();
  #arrays = 0;

  /** Whether values stand in different objects of one array. */
  get hasElements(): boolean {
    return this.#arrays > 0;
  }

  /** How many fields have values. */
  get size(): number {
    return this.#leaves.size;
  }

  fields(): Iterable<Field> {
    return this.#leaves.keys();
  }

  /** The values of a field; undefined when it is absent. */
  leaves(field: Field): readonly Leaf[] | undefined {
    return this.#leaves.get(field);
  }

  add(field: Field, value: Scalar | undefined, elements: Elements = NO_ELEMENTS): void {
    if (field.uses === 0) return;
    const leaves = this.#leaves.get(field);
    if (leaves === undefined) this.#leaves.set(field, [new Leaf(value, elements)]);
    else leaves.push(new Leaf(value, elements));
  }

  /** A number for an array of which several elements lead to values. */
  numberArray(): number {
    return this.#arrays++;
  }
}

/** A JSON object, as `JSON.parse` makes it. */
export type JsonEvent = { readonly [name: string]: unknown };

interface PendingObject {
  readonly object: JsonEvent;
  readonly field: Field;
  readonly elements: Elements;
}

/** The values of a JSON object at the fields of a tree. */
export function flattenJson(value: JsonEvent, fields: FieldTree): FlatEvent {
  const event = new FlatEvent();
  walk(event, { object: value, field: fields.root, elements: NO_ELEMENTS });
  return event;
}

/** Visits without recursion, so that no depth of an event matters. */
function walk(event: FlatEvent, start: PendingObject): void {
  const pending = [start];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const name of Object.keys(next.object)) {
      const field = next.field.follow(name);
      if (field !== undefined) visit(event, next.object[name], field, next.elements, pending);
    }
  }
}

function visit(
  event: FlatEvent,
  value: unknown,
  field: Field,
  elements: Elements,
  pending: PendingObject[],
): void {
  if (isScalar(value)) event.add(field, value, elements);
  else if (Array.isArray(value)) visitArray(event, value, field, elements, pending);
  else if (isObject(value) && field.hasChildren) pending.push({ object: value, field, elements });
}

/**
 * Arrays inside arrays are one array: an object in one of them can't be combined with an object in
 * another anyway. Values that are no objects can be combined with everything.
 */
function visitArray(
  event: FlatEvent,
  array: readonly unknown[],
  field: Field,
  elements: Elements,
  pending: PendingObject[],
): void {
  const objects: JsonEvent[] = [];
  const arrays: (readonly unknown[])[] = [array];
  for (let next = arrays.pop(); next !== undefined; next = arrays.pop()) {
    for (const value of next) {
      if (isScalar(value)) event.add(field, value, elements);
      else if (Array.isArray(value)) arrays.push(value);
      else if (isObject(value)) objects.push(value);
    }
  }
  if (!field.hasChildren) return;
  if (objects.length === 1) {
    for (const object of objects) pending.push({ object, field, elements });
    return;
  }
  const number = objects.length === 0 ? 0 : event.numberArray();
  objects.forEach((object, index) => {
    pending.push({ object, field, elements: [...elements, number, index] });
  });
}

function isObject(value: unknown): value is JsonEvent {
  return typeof value === 'object' && value !== null;
}

function isScalar(value: unknown): value is Scalar {
  return (
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    value === null
  );
}

/** A value with a type as Amazon SNS message attributes have it: `String`, `Number.int`, ... */
export interface Attribute {
  readonly type: string;
  readonly value: string;
}

/**
 * The values of attributes at the fields of a tree. A String.Array is read as JSON; an array that
 * isn't JSON, and types other than String, String.Array and Number, count as absent.
 */
export function flattenAttributes(
  attributes: Iterable<readonly [name: string, attribute: Attribute]>,
  fields: FieldTree,
): FlatEvent {
  const event = new FlatEvent();
  for (const [name, attribute] of attributes) {
    const field = fields.root.follow(name);
    if (field !== undefined) addAttribute(event, field, attribute);
  }
  return event;
}

function addAttribute(event: FlatEvent, field: Field, { type, value }: Attribute): void {
  if (type === 'String.Array') {
    const array = parseJson(value);
    if (!Array.isArray(array)) return;
    const pending: PendingObject[] = [];
    visitArray(event, array, field, NO_ELEMENTS, pending);
    for (const start of pending) walk(event, start);
  } else if (type === 'Number' || type.startsWith('Number.')) {
    const number = Number(value);
    event.add(field, Number.isNaN(number) ? undefined : number);
  } else if (type === 'String' || type.startsWith('String.')) {
    event.add(field, unescapeText(value));
  }
}

/**
 * The page says that quotes and backslashes in a value must be escaped twice to match, because a
 * value is put into JSON as it is. A value that makes no JSON then matches no text.
 */
function unescapeText(value: string): string | undefined {
  if (!value.includes('\\') && !value.includes('"')) return value;
  const text = parseJson(`"${value}"`);
  return typeof text === 'string' ? text : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
