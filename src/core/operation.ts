/** The builder of a row: gives the handler its context and infers its types from the schema. */

import type { Operation } from '../schema/operation.ts';
import type { StructureShape } from '../schema/shapes.ts';
import type { Context } from './context.ts';

export function operation<I extends StructureShape, O extends StructureShape>(
  row: Operation<Context, I, O>,
): Operation<Context, I, O> {
  return row;
}
