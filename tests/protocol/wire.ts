/** Requests as protocols read them, and an operation to read them for. */
import type { WireOperation, WireRequest, WireService } from '../../src/protocol/protocol.ts';
import { type Members, structure } from '../../src/schema/shapes.ts';

const FORM_TYPE = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/x-amz-json-1.0';

/** An AWS JSON request with this body. */
export function jsonRequest(
  body: string | Buffer,
  overrides: Partial<WireRequest> = {},
): WireRequest {
  return {
    method: 'POST',
    path: '/',
    query: '',
    contentType: JSON_TYPE,
    target: 'AmazonSQS.Operation',
    body: Buffer.from(body),
    ...overrides,
  };
}

/** A Query request with this form as its body. */
export function formRequest(
  form: string | Buffer,
  overrides: Partial<WireRequest> = {},
): WireRequest {
  return {
    method: 'POST',
    path: '/',
    query: '',
    contentType: FORM_TYPE,
    target: undefined,
    body: Buffer.from(form),
    ...overrides,
  };
}

/** A Query request by GET. */
export function linkRequest(query: string, path = '/'): WireRequest {
  return { ...formRequest(''), method: 'GET', path, query, contentType: '' };
}

/** An operation that takes and answers these members. */
export function operationOf(members: Members, traits: Partial<WireOperation> = {}): WireOperation {
  const shape = structure(members);
  return { name: 'DoIt', input: shape, output: shape, ...traits };
}

export const service = {
  name: 'tests',
  version: '2020-01-08',
  json: {
    targetPrefix: 'Tests',
    contentType: JSON_TYPE,
    errorNamespace: 'com.amazonaws.tests',
    queryCompatible: true,
  },
  query: {
    xmlNamespace: 'https://example.com/',
    pathMember: 'QueueUrl',
    notOnPath: ['CreateIt'],
    messages: { NoSuchThing: 'There is no such thing for this wsdl version.' },
  },
} satisfies WireService;
