/** Calls SQS over HTTP without an SDK, so that a test sees exactly what is sent and answered. */

export interface CallOptions {
  /** Twelve digits of it are the account. */
  readonly accessKeyId?: string;
  readonly region?: string;
  readonly signal?: AbortSignal;
}

/** Calls an operation by AWS JSON 1.0. Resolves with the answer's status and parsed body. */
export async function callSqs(
  endpoint: string,
  operation: string,
  input: object,
  options: CallOptions = {},
): Promise<{ status: number; body: { readonly [member: string]: unknown } }> {
  const { accessKeyId = '000000000000', region = 'us-east-1' } = options;
  const answer = await fetch(`${endpoint}/`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AmazonSQS.${operation}`,
      authorization:
        `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/${region}/sqs/aws4_request, ` +
        'SignedHeaders=host, Signature=0000',
    },
    body: JSON.stringify(input),
    ...(options.signal !== undefined && { signal: options.signal }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? {} : JSON.parse(text) };
}

/** The same for a call that must succeed. */
export async function sqs(
  endpoint: string,
  operation: string,
  input: object,
  options?: CallOptions,
): Promise<{ readonly [member: string]: unknown }> {
  const { status, body } = await callSqs(endpoint, operation, input, options);
  if (status !== 200) throw new Error(`${operation} answered ${status}: ${JSON.stringify(body)}`);
  return body;
}
