/** The HTTP server in front of everything: sockets, limits and timeouts. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, ListenOptions, Server as NetServer, Socket } from 'node:net';
import { http } from '../core/node-http.ts';
import { Connection } from './connection.ts';
import { createDispatch, type DispatchParts, type Observation } from './dispatch.ts';
import { isPrivateAddress } from './endpoint.ts';

export interface HttpFrontParts
  extends Pick<DispatchParts, 'services' | 'invoker' | 'env' | 'ownEndpoints' | 'onError'> {
  /** The address to hand out in URLs, instead of the one by which the client came. */
  readonly publicUrl?: string | undefined;
  /** Whose `X-Forwarded-*` headers count; unless given, those of loopback and private peers. */
  readonly trustsProxy?: (peerAddress: string) => boolean;
  /** The longest request body, in bytes; 16 MiB unless given. */
  readonly bodyBytesMax?: number;
  /**
   * How long after its writing an answer that hands something out may turn out not to have reached
   * its client, in milliseconds; 1,000 unless given.
   */
  readonly confirmedAfterMs?: number;
  /** How long `close` waits for requests in progress, in milliseconds; 10,000 unless given. */
  readonly closeWithinMs?: number;
  /** Whether others listen on the same port; the kernel then deals connections out among them. */
  readonly sharesPort?: boolean;
  readonly observe?: (observation: Observation) => void;
}

export interface Front {
  /** Resolves once connections are accepted; port 0 takes a free one. */
  listen(port: number, host: string): Promise<{ readonly port: number }>;
  /** Accepts no more, ends parked calls, lets requests in progress finish. */
  close(): Promise<void>;
}

export interface HttpFront extends Front {
  readonly server: Server;
}

const BODY_BYTES_MAX = 16 * 1024 * 1024;
const CLOSE_WITHIN_MS = 10_000;
const CONFIRMED_AFTER_MS = 1000;
const CLOSE_SWEEP_MS = 20;

/** A client that takes longer than this to send a head is not one of ours. */
const HEADERS_TIMEOUT_MS = 20_000;
/** The longest body over a slow line. Counts only until the request is read: no long poll. */
const REQUEST_TIMEOUT_MS = 120_000;
/**
 * A connection on which nothing moves for so long is closed: longer than any long poll, and than
 * the 60 or 90 seconds for which connection pools of SDKs keep idle connections.
 */
const SILENCE_MS = 120_000;
const SILENCE_SWEEP_MS = 30_000;
/** Finds out about vanished machines whose calls are parked. */
const TCP_KEEP_ALIVE_MS = 30_000;

export function createHttpFront(parts: HttpFrontParts): HttpFront {
  const dispatch = createDispatch({
    ...parts,
    endpointRules: {
      publicUrl: parts.publicUrl?.replace(/\/+$/, ''),
      trustsProxy: parts.trustsProxy ?? isPrivateAddress,
    },
    bodyBytesMax: parts.bodyBytesMax ?? BODY_BYTES_MAX,
    observe: parts.observe ?? (() => {}),
  });
  const connections = new Map<Socket, Connection>();
  // One function each for all sockets; closures would make a connection a third of a KB larger.
  function onEnd(this: Socket): void {
    connections.get(this)?.halfClosed();
  }
  function onError(this: Socket): void {
    connections.get(this)?.failed();
  }
  function onClose(this: Socket): void {
    connections.get(this)?.closed();
    connections.delete(this);
  }
  const confirmedAfterMs = parts.confirmedAfterMs ?? CONFIRMED_AFTER_MS;

  const server = http.createServer({
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // One sweep over all connections ends those that are silent. Node's own timeouts set and clear
    // a timer or two with each request, a fiftieth of what a send costs.
    keepAliveTimeout: 0,
    keepAlive: true,
    keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
    noDelay: true,
    // Node would answer such a request without an id, and out of turn; `dispatch` does it.
    requireHostHeader: false,
  });
  // Node's own name for: do not close a connection at once when the client closes its side, since
  // `Connection` must first find out whether the last answer arrived. It is in no type.
  Object.assign(server, { httpAllowHalfOpen: true });

  server.on('connection', (socket) => {
    connections.set(socket, new Connection(socket, confirmedAfterMs));
    socket.on('end', onEnd);
    socket.on('error', onError);
    socket.on('close', onClose);
  });
  const receive =
    (awaitsContinue: boolean) =>
    (request: IncomingMessage, response: ServerResponse): void => {
      const connection = connections.get(request.socket);
      connection?.inTurn(response, () => {
        dispatch.receive(request, response, connection, awaitsContinue);
      });
    };
  server.on('request', receive(false));
  server.on('checkContinue', receive(true));
  // A server may pass over expectations that it does not know, and AWS says nothing of them.
  // https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1
  server.on('checkExpectation', receive(false));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || error.code === 'EPIPE' || !socket.writable) {
      socket.destroy(error);
    } else {
      connections.get(socket)?.endWith(clientErrorAnswer(error, parts.env.uuid()));
    }
  });

  const silenceSweep = setInterval(() => {
    for (const [socket, connection] of connections) {
      if (connection.silentFor(SILENCE_SWEEP_MS) >= SILENCE_MS) socket.destroy();
    }
  }, SILENCE_SWEEP_MS);
  silenceSweep.unref();

  return {
    server,
    listen: (port, host) => listenOn(server, { port, host, reusePort: parts.sharesPort ?? false }),
    async close() {
      dispatch.closing = true;
      clearInterval(silenceSweep);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const [socket, connection] of connections) {
        connection.endCall();
        connection.release();
        // Opened in advance and never used; Node takes it for one whose request is under way.
        if (socket.bytesRead === 0) socket.destroy();
      }
      // An answer that was on its way leaves its connection open behind it.
      const sweep = setInterval(() => server.closeIdleConnections(), CLOSE_SWEEP_MS);
      const deadline = setTimeout(
        () => server.closeAllConnections(),
        parts.closeWithinMs ?? CLOSE_WITHIN_MS,
      );
      await closed;
      clearInterval(sweep);
      clearTimeout(deadline);
      // Sockets end after the server, and then lost answers are taken back.
      await Promise.all([...connections.keys()].map(ended));
    },
  };
}

const ended = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.once('close', () => resolve()));

/** Resolves once connections are accepted, with where; rejects with what the system says. */
export function listenOn(server: NetServer, address: ListenOptions): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

/** Bytes that are no HTTP, or too many of them, or too slow: a status, and the connection ends. */
function clientErrorAnswer(error: NodeJS.ErrnoException, requestId: string): string {
  const status = CLIENT_ERRORS[error.code ?? ''] ?? '400 Bad Request';
  return (
    `HTTP/1.1 ${status}\r\nx-amzn-RequestId: ${requestId}\r\n` +
    'Connection: close\r\nContent-Length: 0\r\n\r\n'
  );
}

const CLIENT_ERRORS: { readonly [code: string]: string } = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Content Too Large',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
};
