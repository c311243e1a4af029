/** Writes answers: status, headers and body in one go. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Environment } from '../core/environment.ts';
import type { WireAnswer } from '../protocol/protocol.ts';
import { crossOriginHeaders } from './cors.ts';

/** One request and the answer to come. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The client sends its body only when asked to. */
  readonly awaitsContinue: boolean;
  readonly #server: AnsweringServer;
  #requestId: string | undefined;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    awaitsContinue: boolean,
    server: AnsweringServer,
  ) {
    this.request = request;
    this.response = response;
    this.awaitsContinue = awaitsContinue;
    this.#server = server;
  }

  /** Made when it is first asked for: half a kilobyte that a parked call does without. */
  get requestId(): string {
    this.#requestId ??= this.#server.env.uuid();
    return this.#requestId;
  }

  /** Whether the answer is to be its connection's last. */
  get isLast(): boolean {
    return this.#server.closing;
  }
}

interface AnsweringServer {
  readonly env: Pick<Environment, 'uuid'>;
  /** From now on each answer is its connection's last. */
  readonly closing: boolean;
}

/** `latin1` where every character is one byte of UTF-8 too. */
export type BodyEncoding = 'latin1' | 'utf8';

const FORGOTTEN_WITHIN_MS = 2000;

/** Writes status and headers; answers how the body is to be encoded. */
export function writeHead(exchange: Exchange, answer: WireAnswer): BodyEncoding {
  const { request, response, requestId } = exchange;
  const bytes = answer.bytes ?? Buffer.byteLength(answer.body);
  const headers = [
    'x-amzn-RequestId',
    requestId,
    'Content-Type',
    answer.contentType,
    'Content-Length',
    String(bytes),
  ];
  if (answer.headers.length > 0) headers.push(...answer.headers);
  if (request.headers.origin !== undefined) headers.push(...crossOriginHeaders);
  // Node then sends `Connection: close`, and ends the connection behind the answer.
  if (exchange.isLast) response.shouldKeepAlive = false;
  response.writeHead(answer.status, headers);
  // Node writes head and body as one string; one byte a character is the cheaper copy.
  return bytes === answer.body.length ? 'latin1' : 'utf8';
}

export function send(exchange: Exchange, answer: WireAnswer): void {
  const encoding = writeHead(exchange, answer);
  exchange.response.end(answer.body, encoding);
}

/**
 * Answers before the body is read, and closes. What the client is still sending is read and
 * forgotten for a moment, because closing at once would reset the connection and lose the answer.
 */
export function sendEarly(exchange: Exchange, answer: WireAnswer): void {
  const { request, response } = exchange;
  response.shouldKeepAlive = false;
  if (exchange.awaitsContinue) {
    send(exchange, answer);
    return;
  }
  writeHead(exchange, answer);
  response.write(answer.body);
  const timer = setTimeout(() => response.end(), FORGOTTEN_WITHIN_MS);
  timer.unref();
  response.on('close', () => clearTimeout(timer));
  request.on('end', () => response.end());
  request.resume();
}

export function plainAnswer(
  status: number,
  body: string,
  headers: readonly string[] = [],
  contentType = 'text/plain; charset=utf-8',
): WireAnswer {
  return { status, contentType, headers, body };
}
