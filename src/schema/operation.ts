/** One row of a service: what an operation takes, answers and does. */
import type { Infer, StructureShape } from './shapes.ts';

/**
 * `Context` is what the handler sees beside its input. The schema layer does not know it:
 * `core/invoke.ts` does.
 */
export interface Operation<
  Context = never,
  I extends StructureShape = StructureShape,
  O extends StructureShape = StructureShape,
> {
  readonly name: string;
  readonly input: I;
  readonly output: O;
  /** Modelled errors, by the keys of the service's error table, in alphabetical order. */
  readonly errors: readonly string[];
  /** Query/XML: the answer has no `<…Result>` element. */
  readonly emptyResult?: boolean;
  /** Only the resource's own account may call it, whatever a resource policy says. */
  readonly ownerOnly?: boolean;
  handler(input: Infer<I>, context: Context): Promise<Infer<O>>;
  /**
   * Takes back what the answer handed out, when the answer could not be written because the client
   * was gone.
   */
  undelivered?(input: Infer<I>, output: Infer<O>, context: Context): Promise<void>;
}

/** A row whose handler type is forgotten, so that rows of different shapes fit in one table. */
export type AnyOperation<Context> = Omit<Operation<Context>, 'handler' | 'undelivered'> & {
  handler(input: never, context: Context): Promise<unknown>;
  undelivered?(input: never, output: never, context: Context): Promise<void>;
};
