/**
 * POSTs to endpoints that may be slow, broken or hostile.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-http-https-endpoint-as-subscriber.html
 *
 * Redirects are not followed, and of an answer only the beginning is kept. What counts is the
 * status: once it is there, a body that never ends changes nothing.
 */
import type { Agent, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { http, https } from '../../core/node-http.ts';
import type { HttpTarget } from '../delivery.ts';
import { noAnswer, type Outcome, refused } from '../outcome.ts';
import { authorizationFor, type Credentials } from './http-authentication.ts';

export interface HttpRequest {
  /** May hold `user:password@`. */
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  /** The beginning of the body; empty where it is compressed. */
  readonly text: string;
}

/** How much of a body is read at all before the connection is cut. */
const BODY_BYTES_MAX = 64 * 1024;
const TEXT_CHARACTERS_MAX = 1_024;
/** Connections that are kept per endpoint while nothing is sent, and for how long. */
const FREE_SOCKETS_MAX = 8;
const FREE_SOCKET_MS = 5_000;

const DEFAULT_HEADERS: HttpRequest['headers'] = [
  ['User-Agent', 'Amazon Simple Notification Service Agent'],
  ['Accept-Encoding', 'gzip,deflate'],
  ['Connection', 'Keep-Alive'],
];

export class HttpClient {
  readonly #agents;
  /** Makes a text that was not used before, for Digest. */
  readonly #clientNonce: () => string;

  constructor(clientNonce: () => string) {
    const options = {
      keepAlive: true,
      maxFreeSockets: FREE_SOCKETS_MAX,
      timeout: FREE_SOCKET_MS,
    };
    this.#agents = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) };
    this.#clientNonce = clientNonce;
  }

  /**
   * Sends a POST, and sends it again with user and password where a 401 asks for them. Rejects
   * when there is no answer, and with the signal's reason when that is aborted.
   */
  async post(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const url = new URL(request.url);
    const credentials = credentialsOf(url);
    const answer = await this.#send(url, request, signal);
    const challenge = answer.headers['www-authenticate'];
    if (answer.statusCode !== 401 || challenge === undefined || credentials === undefined) {
      return answer;
    }
    const challenged = { method: 'POST', uri: url.pathname + url.search, body: request.body };
    const nonce = this.#clientNonce();
    const authorization = authorizationFor(challenge, credentials, challenged, nonce);
    if (authorization === undefined) return answer;
    const headers = [...request.headers, ['Authorization', authorization] as const];
    return this.#send(url, { ...request, headers }, signal);
  }

  /** Lets go of idle connections. */
  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  async #send(url: URL, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const agent = this.#agents[url.protocol === 'https:' ? 'https:' : 'http:'];
    try {
      return await exchange(url, request, signal, agent);
    } catch (error) {
      // The endpoint closed an idle connection in the moment in which we took it up again.
      if (!(error instanceof StaleConnection) || signal.aborted) throw error;
      return exchange(url, request, signal, false);
    }
  }
}

class StaleConnection extends Error {}

function exchange(
  url: URL,
  { headers, body }: HttpRequest,
  signal: AbortSignal,
  agent: Agent | false,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { request: start } = url.protocol === 'https:' ? https : http;
    const bytes = Buffer.from(body, 'utf8');
    const length = ['Content-Length', String(bytes.length)] as const;
    const request = start({
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: url.port,
      path: url.pathname + url.search,
      headers: [['Host', url.host] as const, ...allHeaders(headers), length].flat(),
      agent,
      signal,
    });
    let isAnswered = false;
    request.on('response', (response) => {
      isAnswered = true;
      const { statusCode = 0, headers: answered } = response;
      readText(response, (text) => {
        if (!response.complete) request.destroy();
        resolve({ statusCode, headers: answered, text });
      });
    });
    request.on('upgrade', (_response, socket) => {
      socket.destroy();
      reject(new Error('the endpoint answered with another protocol'));
    });
    request.on('error', (error) => {
      // What breaks the body off closes it as well.
      if (isAnswered) return;
      const isStale = request.reusedSocket && isHangUp(error);
      reject(signal.aborted ? signal.reason : isStale ? stale(error) : error);
    });
    request.end(bytes);
  });
}

/** Whether the other side is gone, in contrast to one that is there and says something strange. */
const isHangUp = (error: Error): boolean =>
  'code' in error && ['ECONNRESET', 'EPIPE'].includes(String(error.code));

const stale = (error: Error): Error => new StaleConnection(error.message, { cause: error });

function allHeaders(given: HttpRequest['headers']): HttpRequest['headers'] {
  const names = new Set(given.map(([name]) => name.toLowerCase()));
  return [...given, ...DEFAULT_HEADERS.filter(([name]) => !names.has(name.toLowerCase()))];
}

/** Calls back once: when the body has ended, broken off, or is longer than anybody reads. */
function readText(response: IncomingMessage, done: (text: string) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  const isPlain = response.headers['content-encoding'] === undefined;
  const end = () => {
    const text = isPlain ? Buffer.concat(chunks).toString('utf8') : '';
    done(text.slice(0, TEXT_CHARACTERS_MAX));
  };
  response.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (chunks.length === 0 || length <= TEXT_CHARACTERS_MAX * 4) chunks.push(chunk);
    if (length > BODY_BYTES_MAX) response.destroy();
  });
  response.on('error', () => {});
  response.once('close', end);
}

function credentialsOf({ username, password }: URL): Credentials | undefined {
  if (username === '' && password === '') return undefined;
  return { user: decoded(username), password: decoded(password) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What an answer's status means for a delivery. */
export function outcomeOf({ statusCode, text }: HttpAnswer): Outcome {
  const isSuccess = statusCode >= 200 && statusCode < 300;
  const isRetryable = statusCode >= 500 || statusCode === 429;
  const result = isSuccess ? 'delivered' : isRetryable ? 'failed' : 'refused';
  return { result, statusCode, providerResponse: text };
}

export async function deliverByHttp(
  client: HttpClient,
  target: HttpTarget,
  signal: AbortSignal,
): Promise<Outcome> {
  if (!/^https?:/i.test(target.url) || !URL.canParse(target.url)) {
    return refused('The endpoint is no http or https URL.');
  }
  try {
    return outcomeOf(await client.post(target, signal));
  } catch (error) {
    return noAnswer(describe(error));
  }
}

/** `ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:80`, or what is known of an error. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : error.name;
  return error.message === '' ? code : `${code}: ${error.message}`;
}
