/** A client that writes bytes and reads answers: tests send what no HTTP client would. */
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

export class RawClient {
  readonly socket: Socket;
  /** Resolves when the connection is over, whoever ended it. */
  readonly closed: Promise<void>;
  #received = Buffer.alloc(0);
  #waiting: { resolve(answer: RawAnswer): void; reject(error: Error): void } | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        resolve();
        this.#waiting?.reject(new Error('the connection was closed without an answer'));
      });
    });
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#deal();
    });
  }

  static connect(port: number): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new RawClient(socket)));
      socket.once('error', reject);
    });
  }

  send(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  /** The next answer; rejects when the connection ends without one. */
  answer(): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#deal();
      if (this.socket.destroyed) reject(new Error('the connection is closed'));
    });
  }

  async exchange(bytes: string | Buffer): Promise<RawAnswer> {
    this.send(bytes);
    return await this.answer();
  }

  #deal(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    const headEnd = this.#received.indexOf('\r\n\r\n');
    if (headEnd === -1) return;
    const [statusLine = '', ...lines] = this.#received.toString('latin1', 0, headEnd).split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const bodyStart = headEnd + 4;
    const bodyEnd = bodyStart + Number(headers['content-length'] ?? 0);
    if (this.#received.length < bodyEnd) return;
    const status = Number(statusLine.split(' ')[1]);
    const body = this.#received.toString('utf8', bodyStart, bodyEnd);
    this.#received = this.#received.subarray(bodyEnd);
    this.#waiting = undefined;
    waiting.resolve({ status, headers, body });
  }
}

export interface RawRequest {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
}

/** The bytes of a request, with a Host and a Content-Length. */
export function rawRequest({
  method = 'GET',
  target = '/',
  headers = [],
  body = '',
}: RawRequest = {}): string {
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: localhost:4566', ...headers, ...length];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** The bytes of an AWS JSON call of the fake service. */
export function jsonCall(
  operation: string,
  input: object,
  headers: readonly string[] = [],
): string {
  return rawRequest({
    method: 'POST',
    headers: [
      'Content-Type: application/x-amz-json-1.0',
      `X-Amz-Target: AmazonParcels.${operation}`,
      ...headers,
    ],
    body: JSON.stringify(input),
  });
}
