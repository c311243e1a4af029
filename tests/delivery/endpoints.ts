/** Real endpoints on free ports that behave in every way that an endpoint can. */
import http, { type IncomingMessage, type RequestListener, type Server } from 'node:http';
import https from 'node:https';
import net, { type AddressInfo, type Socket } from 'node:net';

export interface ReceivedRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  /** Names and values as they came, in turn. */
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** An endpoint that reads each request, remembers it, and then does as told. */
export class Endpoint {
  readonly received: ReceivedRequest[] = [];
  /** Connections that were made. */
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(
    answer: RequestListener,
    tls?: { readonly key: string; readonly cert: string },
    options: http.ServerOptions = {},
  ) {
    const listener: RequestListener = (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method, url, rawHeaders, headers } = request;
        const body = Buffer.concat(chunks).toString('utf8');
        this.received.push({ method, url, rawHeaders, headers, body });
        answer(request, response);
      });
    };
    this.#server =
      tls === undefined
        ? http.createServer(options, listener)
        : https.createServer({ ...options, ...tls }, listener);
    this.#server.on('connection', (socket: Socket) => {
      this.connections++;
      this.#sockets.add(socket);
    });
  }

  /** `http://127.0.0.1:<port>` */
  async open(): Promise<string> {
    const port = await listen(this.#server);
    return `${this.#server instanceof https.Server ? 'https' : 'http'}://127.0.0.1:${port}`;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Uses another certificate for connections from now on; those that there are end. */
  show(tls: { readonly key: string; readonly cert: string }): void {
    if (this.#server instanceof https.Server) this.#server.setSecureContext(tls);
    this.hangUp();
  }

  /** Hangs up on whoever keeps a connection open. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }
}

/** An endpoint that does as told with the bare connection, once the first bytes have come. */
export class RawEndpoint {
  requests = 0;
  readonly #server: net.Server;
  readonly #sockets = new Set<Socket>();

  constructor(behave: (socket: Socket) => void) {
    this.#server = net.createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.once('data', () => {
        this.requests++;
        behave(socket);
      });
    });
  }

  async open(): Promise<string> {
    return `http://127.0.0.1:${await listen(this.#server)}`;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** A port of this machine at which nobody listens. */
export async function deadPort(): Promise<number> {
  const server = net.createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listen(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
