/**
 * A keep-alive HTTP client that costs little enough to stay out of the figures: one socket, one
 * request at a time, the answer read by its Content-Length.
 */
import { connect, type Socket } from 'node:net';

export class BareClient {
  readonly #socket: Socket;
  readonly #host: string;
  #buffered: Buffer[] = [];
  #bufferedBytes = 0;
  #wantedBytes = 0;
  #bodyStart = 0;
  #done: ((body: Buffer) => void) | undefined;
  #failed: ((error: Error) => void) | undefined;

  constructor(port: number) {
    this.#host = `127.0.0.1:${port}`;
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (chunk) => this.#receive(chunk));
    this.#socket.on('error', (error) => this.#failed?.(error));
    this.#socket.on('close', () => this.#failed?.(new Error('the connection was closed')));
  }

  /** The bytes of a request to an SQS operation. */
  request(target: string, body: string): Buffer {
    const head = `Content-Type: application/x-amz-json-1.0\r\nX-Amz-Target: ${target}\r\n`;
    return this.#request('sqs', head, body);
  }

  /** The bytes of a request of the Query protocol to SNS. */
  formRequest(parameters: { readonly [name: string]: string }): Buffer {
    const head = 'Content-Type: application/x-www-form-urlencoded\r\n';
    return this.#request('sns', head, new URLSearchParams(parameters).toString());
  }

  #request(service: string, head: string, body: string): Buffer {
    return Buffer.from(
      `POST / HTTP/1.1\r\nHost: ${this.#host}\r\n${head}` +
        `Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/` +
        'aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, ' +
        'Signature=0000000000000000000000000000000000000000000000000000000000000000\r\n' +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }

  /** Sends and resolves with the answer's body. Rejects on a status other than 200. */
  send(request: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#done = resolve;
      this.#failed = reject;
      this.#socket.write(request);
    });
  }

  async call(target: string, input: unknown): Promise<Buffer> {
    return this.send(this.request(target, JSON.stringify(input)));
  }

  /** Calls an SNS operation and resolves with the answer's XML. */
  async callSns(Action: string, parameters: { readonly [name: string]: string }): Promise<string> {
    const request = this.formRequest({ Action, Version: '2010-03-31', ...parameters });
    return (await this.send(request)).toString();
  }

  close(): void {
    this.#failed = undefined;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#buffered.push(chunk);
    this.#bufferedBytes += chunk.length;
    if (this.#wantedBytes === 0 && !this.#readHead()) return;
    if (this.#bufferedBytes < this.#wantedBytes) return;
    const answer = this.#buffered.length === 1 ? chunk : Buffer.concat(this.#buffered);
    const body = answer.subarray(this.#bodyStart);
    this.#buffered = [];
    this.#bufferedBytes = 0;
    this.#wantedBytes = 0;
    if (answer[9] === 0x32) this.#done?.(body);
    else this.#failed?.(new Error(answer.toString()));
  }

  #readHead(): boolean {
    const head = Buffer.concat(this.#buffered).toString('latin1');
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return false;
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    this.#bodyStart = end + 4;
    this.#wantedBytes = this.#bodyStart + Number(length ?? 0);
    return true;
  }
}
