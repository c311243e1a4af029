/**
 * The shape language: what an operation takes and answers, as data. Codecs, validation, the
 * reference pages and the SDK agreement test all read the same shapes.
 */

export interface StringShape {
  readonly type: 'string';
  /** Its values are Texts. Set by `longText`. */
  readonly long?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  readonly enum?: readonly string[];
}

export interface NumberShape {
  readonly type: 'integer' | 'long' | 'double';
  readonly min?: number;
  readonly max?: number;
}

export interface BooleanShape {
  readonly type: 'boolean';
}

/** Bytes; a base64 string on the wire. */
export interface BlobShape {
  readonly type: 'blob';
  readonly min?: number;
  readonly max?: number;
}

/** Milliseconds since the epoch inside; each protocol has its own form on the wire. */
export interface TimestampShape {
  readonly type: 'timestamp';
}

export interface ListShape<Member extends Shape = Shape> {
  readonly type: 'list';
  readonly member: Member;
  readonly min?: number;
  readonly max?: number;
  /** Query/XML: members repeat under the list's own name instead of below `member`. */
  readonly flattened?: boolean;
}

export interface MapShape<Value extends Shape = Shape> {
  readonly type: 'map';
  readonly key: StringShape;
  readonly value: Value;
  readonly min?: number;
  readonly max?: number;
  /** Query/XML: entries repeat under the map's own name instead of below `entry`. */
  readonly flattened?: boolean;
  /** Query/XML: element names of an entry's two halves; `key` and `value` unless given. */
  readonly keyName?: string;
  readonly valueName?: string;
}

export type Members = { readonly [name: string]: Shape };

export interface StructureShape<M extends Members = Members> {
  readonly type: 'structure';
  readonly members: M;
}

interface MemberTraits {
  /** A request without this member is refused. Set by `required`. */
  readonly required?: boolean;
  /** Query/XML: the element or parameter name where it differs from the member's name. */
  readonly xmlName?: string;
}

export type Shape = (
  | StringShape
  | NumberShape
  | BooleanShape
  | BlobShape
  | TimestampShape
  | ListShape
  | MapShape
  | StructureShape
) &
  MemberTraits;

type RequiredNames<M extends Members> = {
  [K in keyof M]: M[K] extends { readonly required: true } ? K : never;
}[keyof M];

type Simplify<T> = { [K in keyof T]: T[K] };

/**
 * A text that is known to be of the characters from the space to U+007F without `"` and `\`, which
 * JSON writes as they are.
 */
export interface PlainText {
  readonly plain: string;
}

/** A text that may be a megabyte: looking at each character can cost more than all else. */
export type Text = string | PlainText;

export const stringOf = (text: Text): string => (typeof text === 'string' ? text : text.plain);

/** The TypeScript type of the values that a shape describes. */
export type Infer<S> = S extends { readonly type: 'string'; readonly long: true }
  ? Text
  : S extends StringShape
    ? string
    : S extends NumberShape
      ? number
      : S extends BooleanShape
        ? boolean
        : S extends BlobShape
          ? Uint8Array
          : S extends TimestampShape
            ? number
            : S extends ListShape<infer Member>
              ? Infer<Member>[]
              : S extends MapShape<infer Value>
                ? { [key: string]: Infer<Value> }
                : S extends StructureShape<infer M>
                  ? Simplify<
                      { [K in RequiredNames<M>]: Infer<M[K]> } & {
                        [K in Exclude<keyof M, RequiredNames<M>>]?: Infer<M[K]>;
                      }
                    >
                  : never;

export function string(limits: Omit<StringShape, 'type' | 'long'> = {}): StringShape {
  return { type: 'string', ...limits };
}

export function longText(): StringShape & { readonly long: true } {
  return { type: 'string', long: true };
}

export function integer(limits: Omit<NumberShape, 'type'> = {}): NumberShape {
  return { type: 'integer', ...limits };
}

export function long(limits: Omit<NumberShape, 'type'> = {}): NumberShape {
  return { type: 'long', ...limits };
}

export function boolean(): BooleanShape {
  return { type: 'boolean' };
}

export function blob(limits: Omit<BlobShape, 'type'> = {}): BlobShape {
  return { type: 'blob', ...limits };
}

export function timestamp(): TimestampShape {
  return { type: 'timestamp' };
}

export function list<M extends Shape>(
  member: M,
  traits: Omit<ListShape, 'type' | 'member'> = {},
): ListShape<M> {
  return { type: 'list', member, ...traits };
}

export function map<V extends Shape>(
  value: V,
  traits: Omit<MapShape, 'type' | 'value' | 'key'> & { readonly key?: StringShape } = {},
): MapShape<V> {
  return { type: 'map', key: string(), value, ...traits };
}

export function structure<const M extends Members>(members: M): StructureShape<M> {
  return { type: 'structure', members };
}

/** The same shape as a member that a request must carry. */
export function required<S extends Shape>(shape: S): S & { readonly required: true } {
  return { ...shape, required: true };
}

/** The same shape under another element or parameter name in Query/XML. */
export function named<S extends Shape>(
  xmlName: string,
  shape: S,
): S & { readonly xmlName: string } {
  return { ...shape, xmlName };
}
