/** An answer of the Query protocol, read by the AWS SDK's XML parser. */
import { parseXML } from '@aws-sdk/xml-builder';
import { expect } from 'vitest';

export interface Parameters {
  readonly [name: string]: string;
}

export interface QueryAnswer {
  readonly status: number;
  readonly contentType: string | null;
  readonly requestId: string | null;
  readonly text: string;
  /** The root element by its name. */
  readonly document: { readonly [root: string]: unknown };
}

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export async function readAnswer(answer: Response): Promise<QueryAnswer> {
  const text = await answer.text();
  return {
    status: answer.status,
    contentType: answer.headers.get('content-type'),
    requestId: answer.headers.get('x-amzn-requestid'),
    text,
    document: parseXML(text),
  };
}

/** What a successful answer holds beside its metadata; undefined where AWS sends no result. */
export function resultIn(namespace: string, action: string, answer: QueryAnswer): unknown {
  const { status, contentType, requestId, document, text } = answer;
  expect([status, contentType, text]).toEqual([200, 'text/xml', expect.any(String)]);
  const { [`${action}Result`]: outcome, ...rest } = (document[`${action}Response`] ?? {}) as {
    readonly [element: string]: unknown;
  };
  expect(requestId).toMatch(UUID);
  expect(rest).toEqual({ xmlns: namespace, ResponseMetadata: { RequestId: requestId } });
  return outcome;
}
