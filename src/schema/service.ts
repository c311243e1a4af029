/** A service: its rows and everything that protocols need to know of it. */
import type { AnyOperation } from './operation.ts';

export type ProtocolName = 'aws-json' | 'aws-query';

export interface Service<Context = unknown> {
  /** The name in ARNs, in SigV4 scopes and in our own paths, such as `sqs`. */
  readonly name: string;
  readonly version: string;
  readonly protocols: readonly ProtocolName[];
  /** Only of a service that speaks AWS JSON. */
  readonly json?: {
    /** What stands before the dot in `X-Amz-Target`. */
    readonly targetPrefix: string;
    readonly contentType: string;
    /** What stands before the `#` in `__type`. */
    readonly errorNamespace: string;
    /** The `x-amzn-query-error` header accompanies errors (the awsQueryCompatible trait). */
    readonly queryCompatible: boolean;
  };
  readonly query?: {
    readonly xmlNamespace: string;
    /** Calls on `/<account>/<name>` carry the path as this member. */
    readonly pathMember?: string;
    /** Operations that make no sense on a resource's path. */
    readonly notOnPath?: readonly string[];
    /** Texts that differ between Query and JSON, by error code. */
    readonly messages?: { readonly [code: string]: string };
    /** Its errors have no `<Detail/>`. */
    readonly withoutDetail?: boolean;
  };
  readonly operations: ReadonlyMap<string, AnyOperation<Context>>;
  /** What other services call inside their transactions, and no client can. */
  readonly internal?: ReadonlyMap<string, AnyOperation<Context>>;
  /** How this service words a violated constraint of its schema. */
  describeViolation(violations: readonly Violation[]): Error;
}

/** One member that breaks its schema. */
export interface Violation {
  /** From the request's root: `Entries.0.Id`. */
  readonly path: string;
  readonly value: unknown;
  readonly rule: 'required' | 'length' | 'range' | 'pattern' | 'enum';
  /** The limits, where the rule has any. */
  readonly min?: number;
  readonly max?: number;
  readonly allowed?: readonly string[];
  readonly pattern?: string;
}

/** Builds the table of rows; two rows of one name are a programmer's error. */
export function operationTable<Context>(
  rows: readonly AnyOperation<Context>[],
): ReadonlyMap<string, AnyOperation<Context>> {
  const table = new Map<string, AnyOperation<Context>>();
  for (const row of rows) {
    if (table.has(row.name)) throw new Error(`operation ${row.name} is listed twice`);
    table.set(row.name, row);
  }
  return table;
}
