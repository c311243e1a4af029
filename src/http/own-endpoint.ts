/** What stands under our own paths, beside the AWS API: health, metrics, the test clock. */

export interface OwnEndpoint {
  readonly method: 'GET' | 'POST';
  /** Exact, such as `/_waystation/health`. */
  readonly path: string;
  /** What stands here are paths that begin with `path`. */
  readonly isPrefix?: true;
  answer(request: OwnRequest): Promise<OwnAnswer>;
}

export interface OwnRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  /** The media type without its parameters, in lower case; empty when the header is absent. */
  readonly mediaType: string;
  readonly body: string;
}

export interface OwnAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export const JSON_TYPE = 'application/json';

export function json(status: number, body: object): OwnAnswer {
  return { status, contentType: JSON_TYPE, body: `${JSON.stringify(body)}\n` };
}

export const refusal = (status: number, message: string): OwnAnswer => json(status, { message });
