/** One row of a service: what an operation takes, answers and does. */
import type { Page } from './page.ts';
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
  /** Only of an operation that people call by links in messages that they get. */
  readonly page?: OperationPage<Context, Infer<I>>;
}

/** How a call looks in a browser, in place of the protocol's answer. */
export interface OperationPage<Context, Input> {
  /** Does what the handler does, and tells of it. */
  show(input: Input, context: Context): Promise<Page>;
  /** Why it did not work, by the code of the error; its own message where nothing is known. */
  readonly refusals: { readonly [code: string]: string };
}

/** A row whose handler type is forgotten, so that rows of different shapes fit in one table. */
export type AnyOperation<Context> = Omit<Operation<Context>, 'handler' | 'undelivered' | 'page'> & {
  handler(input: never, context: Context): Promise<unknown>;
  undelivered?(input: never, output: never, context: Context): Promise<void>;
  readonly page?: OperationPage<Context, never>;
};
