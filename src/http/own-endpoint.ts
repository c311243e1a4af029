/** What stands under our own paths, beside the AWS API: health, metrics, the test clock. */

export interface OwnEndpoint {
  readonly method: 'GET' | 'POST';
  /** Exact, such as `/_waystation/health`. */
  readonly path: string;
  answer(request: OwnRequest): Promise<OwnAnswer>;
}

export interface OwnRequest {
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
