/** The life of a request, from its head to its answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Claim, readClaim } from '../auth/sigv4.ts';
import { AwsError, failCommon } from '../core/aws-error.ts';
import type { Caller, Context } from '../core/context.ts';
import type { Environment } from '../core/environment.ts';
import type { Invoker } from '../core/invoke.ts';
import type { Protocol, WireAnswer, WireRequest } from '../protocol/protocol.ts';
import { createSelector, protocolOf, type Selection } from '../protocol/select.ts';
import type { Service } from '../schema/service.ts';
import { Exchange, plainAnswer, send, sendEarly, writeHead } from './answer.ts';
import { announcedLength, readBody } from './body.ts';
import { callerOf } from './caller.ts';
import type { Connection } from './connection.ts';
import { preflightHeaders } from './cors.ts';
import type { EndpointRules } from './endpoint.ts';
import { frontPage } from './front-page.ts';
import type { OwnEndpoint } from './own-endpoint.ts';
import { asksForPage, inBrowser } from './page.ts';

/** One answered API call, for metrics. */
export interface Observation {
  /** `unknown` where the request did not get so far as to name one of ours. */
  readonly service: string;
  readonly operation: string;
  readonly status: number;
  readonly seconds: number;
}

export interface DispatchParts {
  readonly services: readonly Service<Context>[];
  readonly invoker: Pick<Invoker, 'invoke' | 'undelivered'>;
  readonly env: Environment;
  readonly ownEndpoints: readonly OwnEndpoint[];
  readonly endpointRules: EndpointRules;
  readonly bodyBytesMax: number;
  /** Hears of what a bug threw; the client learns nothing of it. */
  readonly onError: (error: unknown, requestId: string) => void;
  readonly observe: (observation: Observation) => void;
}

export interface Dispatch {
  readonly env: Environment;
  /** `awaitsContinue`: the client sends its body only when asked to. */
  receive(
    request: IncomingMessage,
    response: ServerResponse,
    connection: Connection,
    awaitsContinue: boolean,
  ): void;
  /** From now on each answer is its connection's last. */
  closing: boolean;
}

const METHODS = new Set(['GET', 'HEAD', 'POST']);
const ALLOW_METHODS: readonly string[] = ['Allow', 'GET, HEAD, POST, OPTIONS'];

/** https://www.rfc-editor.org/rfc/rfc9112#section-3.2 */
const NO_HOST = plainAnswer(400, 'A request of HTTP/1.1 needs a Host header.\n');

/** AWS's answer where nothing stands. */
const NOTHING_HERE: WireAnswer = {
  status: 404,
  contentType: 'text/xml',
  headers: [],
  body: '<UnknownOperationException/>\n',
};

export function createDispatch(parts: DispatchParts): Dispatch {
  const { invoker, endpointRules, onError } = parts;
  const selector = createSelector(parts.services);
  const ownPaths = new Set(parts.ownEndpoints.map(({ path }) => path));
  const ownPrefixes = parts.ownEndpoints.filter((own) => own.isPrefix).map(({ path }) => path);
  const page = frontPage(parts.services, parts.ownEndpoints);

  const dispatch: Dispatch = {
    env: parts.env,
    closing: false,
    receive(request, response, connection, awaitsContinue) {
      const requestNumber = connection.requestArrived();
      const exchange = new Exchange(request, response, awaitsContinue, dispatch);
      const { path, query } = splitTarget(request.url ?? '/');
      const method = request.method ?? '';
      if (request.headers.host === undefined && request.httpVersionMinor > 0) {
        return sendEarly(exchange, NO_HOST);
      }
      const isOwn = ownPaths.has(path) || ownPrefixes.some((start) => path.startsWith(start));
      if (method === 'OPTIONS') return sendPreflight(exchange, isOwn);
      if (!METHODS.has(method)) {
        return sendEarly(exchange, plainAnswer(405, 'Method not allowed.\n', ALLOW_METHODS));
      }
      const refusal = refusalOf(request, parts.bodyBytesMax);
      if (refusal !== undefined) return refuseEarly(exchange, refusal);
      if (awaitsContinue) response.writeContinue();
      const answer = (body: Buffer) => {
        if (isOwn) return void answerOwn(exchange, path, query, body);
        const wire = wireRequest(request, path, query, body);
        answerCall(exchange, wire, connection, requestNumber);
      };
      readBody(request, parts.bodyBytesMax, answer, () => {
        refuseEarly(exchange, bodyTooLarge(parts.bodyBytesMax));
      });
    },
  };

  /** An API call: select, decode, invoke, encode; whatever fails on the way is an error answer. */
  function answerCall(
    exchange: Exchange,
    wire: WireRequest,
    connection: Connection,
    requestNumber: number,
  ): void {
    const { request } = exchange;
    const startedMs = performance.now();
    let protocol = protocolOf(wire);
    let selection: Selection<Context> | undefined;
    let claim: Claim | undefined;
    try {
      claim = readClaim(request.headers.authorization, wire.query);
      selection =
        wire.method === 'HEAD' ? undefined : selector.select(protocol, wire, claim?.service);
      if (selection === undefined) return void send(exchange, answerWithoutCall(wire));
      if (asksForPage(request)) ({ protocol, selection } = inBrowser(protocol, selection));
      const { service, operation } = selection;
      const input = protocol.decode(service, operation, wire);
      const caller = callerOf(request, claim, endpointRules);
      const call = { protocol, service, operation, input, caller, startedMs };
      void answerDecoded(exchange, call, connection, requestNumber);
    } catch (thrown) {
      const service = selection?.service ?? selector.signedFor(claim?.service);
      send(exchange, errorAnswer(exchange, protocol, service, thrown));
      observe(selection, exchange.response.statusCode, startedMs);
    }
  }

  /** Apart from the decoding, so that a parked call does not keep the request that it came as. */
  async function answerDecoded(
    exchange: Exchange,
    call: Call,
    connection: Connection,
    requestNumber: number,
  ): Promise<void> {
    const { protocol, service, operation, startedMs } = call;
    let answer: WireAnswer;
    try {
      const handsOut = operation.undelivered !== undefined;
      const watch = handsOut ? connection.callBegins(exchange.request) : undefined;
      let output: unknown;
      try {
        output = await invoker.invoke(service, operation, call.input, call.caller, watch);
      } finally {
        if (watch !== undefined) connection.callEnded(watch);
      }
      answer = protocol.encode(service, operation, output, exchange.requestId);
      if (handsOut) {
        deliver(exchange, answer, connection, requestNumber, () =>
          takeBack(call, output, exchange.requestId),
        );
        return observe(call, answer.status, startedMs);
      }
    } catch (thrown) {
      answer = errorAnswer(exchange, protocol, service, thrown);
    }
    send(exchange, answer);
    observe(call, answer.status, startedMs);
  }

  function errorAnswer(
    { requestId }: Exchange,
    protocol: Protocol,
    service: Service<Context> | undefined,
    thrown: unknown,
  ): WireAnswer {
    return protocol.encodeError(service, awsErrorOf(thrown, requestId), requestId);
  }

  function takeBack(call: Call, output: unknown, requestId: string): void {
    const { service, operation, input, caller } = call;
    invoker.undelivered(service, operation, input, output, caller).catch((error) => {
      onError(error, requestId);
    });
  }

  function awsErrorOf(thrown: unknown, requestId: string): AwsError {
    if (thrown instanceof AwsError) return thrown;
    onError(thrown, requestId);
    return failCommon(
      'InternalFailure',
      'The request processing has failed because of an unknown error, exception or failure.',
    );
  }

  function observe(
    selection: Selection<Context> | undefined,
    status: number,
    startedMs: number,
  ): void {
    parts.observe({
      service: selection?.service.name ?? 'unknown',
      operation: selection?.operation.name ?? 'unknown',
      status,
      seconds: (performance.now() - startedMs) / 1000,
    });
  }

  function answerWithoutCall(wire: WireRequest): WireAnswer {
    return wire.path === '/' && wire.method !== 'POST' ? page : NOTHING_HERE;
  }

  async function answerOwn(
    exchange: Exchange,
    path: string,
    query: string,
    body: Buffer,
  ): Promise<void> {
    const { headers, method } = exchange.request;
    const asked = method === 'HEAD' ? 'GET' : method;
    const here = parts.ownEndpoints.filter((own) =>
      own.isPrefix ? path.startsWith(own.path) : own.path === path,
    );
    const own = here.find((endpoint) => endpoint.method === asked);
    if (own === undefined) {
      const allow = here.map((endpoint) => endpoint.method).join(', ');
      return send(exchange, plainAnswer(405, 'Method not allowed.\n', ['Allow', allow]));
    }
    try {
      const answer = await own.answer({
        path,
        query: new URLSearchParams(query),
        mediaType: (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '',
        body: body.toString('utf8'),
      });
      send(exchange, plainAnswer(answer.status, answer.body, [], answer.contentType));
    } catch (error) {
      onError(error, exchange.requestId);
      send(exchange, plainAnswer(500, 'Internal failure.\n'));
    }
  }

  return dispatch;
}

interface Call extends Selection<Context> {
  readonly protocol: Protocol;
  readonly input: unknown;
  readonly caller: Caller;
  readonly startedMs: number;
}

/** Sends an answer that hands something out, or takes it back at once when the client is gone. */
function deliver(
  exchange: Exchange,
  answer: WireAnswer,
  connection: Connection,
  requestNumber: number,
  takeBack: () => void,
): void {
  if (connection.gone) {
    takeBack();
    exchange.response.destroy();
    return;
  }
  const { response } = exchange;
  const encoding = writeHead(exchange, answer);
  connection.sendHeld({ response, body: answer.body, encoding, requestNumber, takeBack });
}

/** Path and query string of a request target, which a proxy may have made absolute. */
function splitTarget(target: string): { readonly path: string; readonly query: string } {
  if (target === '/') return ROOT;
  let start = 0;
  if (!target.startsWith('/')) {
    const authorityAt = target.indexOf('://');
    const pathAt = authorityAt === -1 ? -1 : target.indexOf('/', authorityAt + 3);
    if (pathAt === -1) return ROOT;
    start = pathAt;
  }
  const questionMark = target.indexOf('?', start);
  if (questionMark === -1) return { path: target.slice(start), query: '' };
  return { path: target.slice(start, questionMark), query: target.slice(questionMark + 1) };
}

const ROOT = { path: '/', query: '' };

function wireRequest(
  request: IncomingMessage,
  path: string,
  query: string,
  body: Buffer,
): WireRequest {
  const { headers } = request;
  const target = headers['x-amz-target'];
  return {
    method: request.method ?? '',
    path,
    query,
    contentType: headers['content-type'] ?? '',
    target: Array.isArray(target) ? target[0] : target,
    body,
  };
}

/** Why a request is refused before its body is read. */
function refusalOf(request: IncomingMessage, bodyBytesMax: number): AwsError | undefined {
  const encoding = request.headers['content-encoding'];
  // No AWS messaging service takes compressed requests, and unpacking them would let a small
  // request fill the memory.
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return failCommon(
      'UnsupportedMediaType',
      `The content encoding ${encoding} is not supported; send the body as it is.`,
    );
  }
  const length = announcedLength(request);
  return length !== undefined && length > bodyBytesMax ? bodyTooLarge(bodyBytesMax) : undefined;
}

function bodyTooLarge(bodyBytesMax: number): AwsError {
  return failCommon(
    'RequestEntityTooLarge',
    `The request body must not be longer than ${bodyBytesMax} bytes.`,
  );
}

function refuseEarly(exchange: Exchange, error: AwsError): void {
  const wire = wireRequest(exchange.request, '/', '', NO_BODY);
  sendEarly(exchange, protocolOf(wire).encodeError(undefined, error, exchange.requestId));
}

const NO_BODY = Buffer.alloc(0);

/**
 * Allows pages of any origin to call the AWS API, but not to send our own endpoints more than a
 * plain form: the test clock is no page's business.
 */
function sendPreflight(exchange: Exchange, isOwn: boolean): void {
  const { request, response, requestId } = exchange;
  const headers = ['x-amzn-RequestId', requestId, ...ALLOW_METHODS];
  if (!isOwn) headers.push(...preflightHeaders(request.headers['access-control-request-headers']));
  response.writeHead(204, headers);
  response.end();
}
