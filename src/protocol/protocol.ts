/**
 * The Protocol interface: bytes to input, output or AwsError to bytes. A protocol knows rows and
 * shapes, never a service's folder.
 */
import type { AwsError } from '../core/aws-error.ts';
import type { Operation } from '../schema/operation.ts';
import type { ProtocolName, Service } from '../schema/service.ts';

/** What protocols read of a row; every operation of a service fits. */
export type WireOperation = Pick<Operation, 'name' | 'input' | 'output' | 'emptyResult'>;

/** What protocols read of a service. */
export type WireService = Pick<Service, 'name' | 'version' | 'json' | 'query'>;

/** What protocols read of a request. */
export interface WireRequest {
  readonly method: string;
  /** The path without the query string, as sent. */
  readonly path: string;
  /** The query string without its question mark, as sent; empty when there is none. */
  readonly query: string;
  /** Empty when the header is absent. */
  readonly contentType: string;
  /** The `X-Amz-Target` header. */
  readonly target: string | undefined;
  readonly body: Buffer;
}

/** An answer but for the headers that every answer has. */
export interface WireAnswer {
  readonly status: number;
  readonly contentType: string;
  /** Further headers, flat: name, value, name, value. */
  readonly headers: readonly string[];
  readonly body: string;
  /** The body's length in UTF-8, where it is known. */
  readonly bytes?: number;
}

export interface Protocol {
  readonly name: ProtocolName;
  /** The operation's input, of the right types but with its limits unchecked. Throws AwsError. */
  decode(service: WireService, operation: WireOperation, request: WireRequest): unknown;
  encode(
    service: WireService,
    operation: WireOperation,
    output: unknown,
    requestId: string,
  ): WireAnswer;
  /** `service` is undefined while it is not known which one was called. */
  encodeError(service: WireService | undefined, error: AwsError, requestId: string): WireAnswer;
}
