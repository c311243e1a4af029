/** What stands under our own paths, beside the AWS API: health, metrics, the test clock. */

export interface OwnEndpoint {
  readonly method: 'GET' | 'POST';
  /** Exact, such as `/_waystation/health`. */
  readonly path: string;
  answer(request: { readonly query: URLSearchParams; readonly body: string }): Promise<OwnAnswer>;
}

export interface OwnAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}
