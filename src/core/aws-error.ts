/**
 * The one error class that reaches a client, and the table form in which a service lists its
 * errors.
 */

export type Fault = 'client' | 'server';

export interface ErrorRow {
  /** HTTP status of the answer. */
  readonly status: number;
  readonly fault: Fault;
  /** The code of the older Query protocol where it differs from the row's name. */
  readonly queryCode?: string;
  /**
   * The name inside `__type` where it differs from the row's name, for errors that AWS's front
   * layer raises rather than the service (`com.amazon.coral.service#…`).
   */
  readonly jsonType?: string;
}

export type ErrorTable = { readonly [code: string]: ErrorRow };

/** An answer that says no. Everything else that is thrown becomes InternalFailure. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  /** The modelled shape name, such as `QueueDoesNotExist`. */
  readonly code: string;
  readonly row: ErrorRow;
  /** What the error's shape has beside its message; of the Query protocol alone so far. */
  readonly members: { readonly [name: string]: string };

  constructor(
    code: string,
    row: ErrorRow,
    message: string,
    members: { readonly [name: string]: string } = {},
  ) {
    super(message);
    this.code = code;
    this.row = row;
    this.members = members;
  }

  /** The code that Query clients and the `x-amzn-query-error` header carry. */
  get queryCode(): string {
    return this.row.queryCode ?? this.code;
  }
}

/** Errors that no service models: raised while a request is read, before a handler runs. */
export const commonErrors = {
  AccessDenied: { status: 403, fault: 'client', jsonType: 'AccessDeniedException' },
  IncompleteSignature: { status: 400, fault: 'client', jsonType: 'IncompleteSignatureException' },
  InternalFailure: { status: 500, fault: 'server' },
  InvalidAction: { status: 400, fault: 'client', jsonType: 'InvalidAction' },
  InvalidParameterValue: {
    status: 400,
    fault: 'client',
    jsonType: 'com.amazon.coral.service#InvalidParameterValueException',
  },
  MalformedQueryString: { status: 400, fault: 'client' },
  MissingAction: { status: 400, fault: 'client' },
  MissingParameter: {
    status: 400,
    fault: 'client',
    jsonType: 'com.amazon.coral.service#MissingRequiredParameterException',
  },
  RequestEntityTooLarge: { status: 413, fault: 'client' },
  SerializationException: {
    status: 400,
    fault: 'client',
    jsonType: 'com.amazon.coral.service#SerializationException',
  },
  ServiceUnavailable: { status: 503, fault: 'server' },
  UnknownOperationException: {
    status: 400,
    fault: 'client',
    jsonType: 'com.amazon.coral.service#UnknownOperationException',
  },
  UnsupportedMediaType: { status: 415, fault: 'client' },
  ValidationError: { status: 400, fault: 'client', jsonType: 'ValidationException' },
} as const satisfies ErrorTable;

/**
 * Makes a service's `fail`: builds an AwsError from the service's own table or from the common
 * one. A code in neither does not compile.
 */
export function failFrom<T extends ErrorTable>(table: T) {
  const rows: ErrorTable = { ...commonErrors, ...table };
  return (code: Extract<keyof T | keyof typeof commonErrors, string>, message: string): AwsError =>
    new AwsError(code, rows[code] as ErrorRow, message);
}

export const failCommon = failFrom({});
