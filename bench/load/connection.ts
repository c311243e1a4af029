/**
 * One connection to an SQS endpoint with one request at a time, over undici, whose HTTP is
 * complete: some servers close after each answer or send it in chunks.
 */
import { Client } from 'undici';
import { WrongAnswer } from './plan.ts';

const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request, SignedHeaders=' +
  'content-type;host;x-amz-date;x-amz-target, ' +
  'Signature=0000000000000000000000000000000000000000000000000000000000000000';
const ANSWER_TIMEOUT_MS = 60_000;
/** Shorter than any server's, so that no request meets a connection that is just being closed. */
const IDLE_MS = 1_000;

export interface Request {
  readonly operation: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export function jsonRequest(operation: string, input: unknown): Request {
  return {
    operation,
    path: '/',
    headers: {
      'Content-Type': 'application/x-amz-json-1.0',
      'X-Amz-Target': `AmazonSQS.${operation}`,
      Authorization: AUTHORIZATION,
    },
    body: JSON.stringify(input),
  };
}

/** As the older SDKs send it: to the queue's own address. */
export function queryRequest(
  operation: string,
  queueUrl: string,
  input: Record<string, string>,
): Request {
  const form = { Action: operation, Version: '2012-11-05', QueueUrl: queueUrl, ...input };
  return {
    operation,
    path: new URL(queueUrl).pathname,
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8',
      Authorization: AUTHORIZATION,
    },
    body: new URLSearchParams(form).toString(),
  };
}

export class Connection {
  readonly #client: Client;

  constructor(port: number) {
    this.#client = new Client(`http://127.0.0.1:${port}`, {
      pipelining: 1,
      headersTimeout: ANSWER_TIMEOUT_MS,
      bodyTimeout: ANSWER_TIMEOUT_MS,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
    });
  }

  /** The answer's body. A status other than 200 is a WrongAnswer: every request is a valid one. */
  send({ operation, path, headers, body }: Request): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let status = 0;
      this.#client.dispatch(
        { path, method: 'POST', headers, body },
        {
          onRequestStart: () => {},
          onResponseStart: (_controller, statusCode) => {
            status = statusCode;
          },
          onResponseData: (_controller, chunk) => {
            chunks.push(chunk);
          },
          onResponseEnd: () => {
            const [first] = chunks;
            const answer = chunks.length === 1 && first ? first : Buffer.concat(chunks);
            if (status === 200) resolve(answer);
            else reject(new WrongAnswer(`${operation}: ${status} ${excerpt(answer)}`));
          },
          onResponseError: (_controller, error) => reject(error),
        },
      );
    });
  }

  async call<Output>(operation: string, input: unknown): Promise<Output> {
    const answer = await this.send(jsonRequest(operation, input));
    return JSON.parse(answer.toString()) as Output;
  }

  close(): void {
    this.#client.destroy().catch(() => {});
  }
}

export const connections = (port: number, count: number): readonly Connection[] =>
  Array.from({ length: count }, () => new Connection(port));

export function excerpt(answer: Buffer | string): string {
  return answer.toString().replaceAll(/\s+/g, ' ').slice(0, 160);
}
