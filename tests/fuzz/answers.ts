/** Answers: found in the bytes of a connection, and judged. */
import type { Shape } from '../../src/schema/shapes.ts';
import type { Call } from './calls.ts';
import { xmlFault } from './xml.ts';

export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** What came on a connection, cut into answers. */
export class AnswerReader {
  #received: Buffer = Buffer.alloc(0);
  /** Bytes that must be there before it is worth looking again. */
  #wanted = 0;

  add(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
  }

  /** Bytes that no answer has been made of. */
  get rest(): Buffer {
    return this.#received;
  }

  /**
   * The next whole answer; undefined while there is none. `isHead`: it answers a HEAD, and has no
   * body. Throws on what is no answer, or has no length.
   */
  next(isHead: boolean): Answer | undefined {
    if (this.#received.length < this.#wanted || this.#received.length === 0) return undefined;
    const headEnd = this.#received.indexOf('\r\n\r\n');
    if (headEnd === -1) return undefined;
    const [statusLine = '', ...lines] = this.#received.toString('latin1', 0, headEnd).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) [\x20-\x7e]*$/.exec(statusLine)?.[1]);
    if (Number.isNaN(status)) throw new Error(`no status line: ${statusLine.slice(0, 200)}`);
    const headers = new Map<string, string>();
    for (const line of lines) {
      const [, name = '', value = ''] = /^([\w-]+): ([\x20-\x7e]*)$/.exec(line) ?? [];
      if (name === '') throw new Error(`no header: ${line.slice(0, 200)}`);
      headers.set(name.toLowerCase(), value);
    }
    const isEmpty = isHead || status < 200 || status === 204;
    const length = Number(headers.get('content-length') ?? (isEmpty ? 0 : Number.NaN));
    if (Number.isNaN(length) && headers.get('connection') !== 'close') {
      throw new Error(`an answer without a length: ${statusLine}`);
    }
    const bodyStart = headEnd + 4;
    const bodyEnd = isEmpty || Number.isNaN(length) ? bodyStart : bodyStart + length;
    if (this.#received.length < bodyEnd) {
      this.#wanted = bodyEnd;
      return undefined;
    }
    this.#wanted = 0;
    const body = this.#received.subarray(bodyStart, bodyEnd);
    this.#received = this.#received.subarray(bodyEnd);
    return { status, headers, body };
  }
}

/**
 * Statuses of 500 and more that are meant. None: a full disk (503) and a store that cannot be used
 * (503 of the health endpoint) do not happen to the server under test.
 */
const DELIBERATE = new Set<number>();

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What is wrong with an answer; undefined when nothing is. `call`: the request, where known. */
export function answerFault(answer: Answer, call: Partial<Call>): string | undefined {
  const { status, headers } = answer;
  if (status >= 500 && !DELIBERATE.has(status)) return `status ${status}`;
  if (status < 200 || (status >= 300 && status < 400)) return `status ${status}`;
  const requestId = headers.get('x-amzn-requestid');
  if (requestId === undefined) return 'no request id';
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(requestId)) return 'no UUID';
  if (answer.body.length === 0) return emptyFault(answer, call);
  let text: string;
  try {
    text = strictUtf8.decode(answer.body);
  } catch {
    return 'no UTF-8';
  }
  if (status !== 200 && /^\s+at .*:\d+:\d+\)?$|node_modules|\/src\//m.test(text))
    return 'shows internals';
  return (
    typeFault(answer, call) ??
    bodyFault(answer, text, requestId, call) ??
    witnessFault(text, status, call)
  );
}

function emptyFault({ status, headers }: Answer, { method, witness }: Partial<Call>) {
  if (witness !== undefined) return 'the witness was not accepted';
  if (method === undefined || method === 'HEAD' || status === 204) return undefined;
  return headers.get('content-type') === 'application/x-pem-file' ? undefined : 'no body';
}

const TYPES: { readonly [protocol: string]: RegExp } = {
  'aws-json': /^application\/x-amz-json-1\.[01]$/,
  'aws-query': /^text\/xml$/,
};

function typeFault({ status, headers }: Answer, { protocol }: Partial<Call>): string | undefined {
  if (protocol === undefined || status === 405) return undefined;
  const type = headers.get('content-type') ?? '';
  return TYPES[protocol]?.test(type) ? undefined : `the type ${type} to a call of ${protocol}`;
}

function bodyFault(
  { status, headers }: Answer,
  text: string,
  requestId: string,
  call: Partial<Call>,
): string | undefined {
  const [type = ''] = (headers.get('content-type') ?? '').split(';');
  if (type.includes('json')) return jsonFault(text, status, call);
  if (type === 'text/xml') {
    if (text === '<UnknownOperationException/>\n') return status === 404 ? undefined : 'not 404';
    if (!text.includes(`<RequestId>${requestId}</RequestId>`)) return 'no RequestId inside';
    const isError = /<ErrorResponse[ >].*<Code>[^<]+<\/Code><Message>/s.test(text);
    if (isError !== status >= 400) return `an error or none, and the status ${status}`;
    return xmlFault(text);
  }
  const isKnown = ['text/plain', 'text/html', 'application/x-pem-file'].includes(type);
  return isKnown ? undefined : `the type ${type}`;
}

function jsonFault(text: string, status: number, { output }: Partial<Call>): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'no JSON';
  }
  if (typeof value !== 'object' || value === null) return 'no object';
  if (status < 400) return output === undefined ? undefined : shapeFault(output, value, 'answer');
  const { __type, message } = value as { readonly [name: string]: unknown };
  return typeof message === 'string' && (typeof __type === 'string' || !('__type' in value))
    ? undefined
    : 'no error';
}

/** Where a value of an answer is not what the shape of its operation says. */
function shapeFault(shape: Shape, value: unknown, path: string): string | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  switch (shape.type) {
    case 'structure': {
      if (!isObject) return `${path} is no structure`;
      for (const [name, item] of Object.entries(value)) {
        const member = shape.members[name];
        if (member === undefined) return `${path}.${name} is unknown`;
        const fault = shapeFault(member, item, `${path}.${name}`);
        if (fault !== undefined) return fault;
      }
      const missing = Object.keys(shape.members).find(
        (name) => shape.members[name]?.required && !(name in value),
      );
      return missing === undefined ? undefined : `${path}.${missing} is missing`;
    }
    case 'list':
      if (!Array.isArray(value)) return `${path} is no list`;
      return firstFault(value.map((item, i) => shapeFault(shape.member, item, `${path}.${i}`)));
    case 'map':
      if (!isObject) return `${path} is no map`;
      return firstFault(
        Object.entries(value).map(([key, item]) => shapeFault(shape.value, item, `${path}.${key}`)),
      );
    case 'string':
    case 'blob':
      return typeof value === 'string' ? undefined : `${path} is no text`;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `${path} is not true or false`;
    default:
      return typeof value === 'number' ? undefined : `${path} is no number`;
  }
}

const firstFault = (faults: readonly (string | undefined)[]): string | undefined =>
  faults.find((fault) => fault !== undefined);

function witnessFault(
  text: string,
  status: number,
  { witness }: Partial<Call>,
): string | undefined {
  if (witness === undefined) return undefined;
  return status === 200 && text.includes(witness.proof)
    ? undefined
    : 'the witness was not accepted';
}
