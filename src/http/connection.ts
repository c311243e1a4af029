/**
 * One client's connection: whether the client is gone, and whether answers that hand something out
 * reached it.
 *
 * An answer that must arrive is written whole but held open, invisibly to the client, who knows its
 * length. What happens next on the connection tells whether it arrived:
 *
 *   the next request            it did, or the client would not go on
 *   quiet for a while           it did, as far as TCP tells
 *   the client's FIN            it did if the client closed after reading, and did not if the FIN
 *                               was sent before: then the client's kernel answers our bytes with a
 *                               reset, which an empty write finds out
 *   a reset, a broken pipe      it did not
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { CallSignal } from '../core/invoke.ts';
import type { BodyEncoding } from './answer.ts';

/** Requests that may wait for their turn; no client of ours sends two before it has an answer. */
const BEHIND_MAX = 1_000;

/** An answer that hands something out, whose head is written. */
export interface Handout {
  readonly response: ServerResponse;
  readonly body: string;
  readonly encoding: BodyEncoding;
  readonly requestNumber: number;
  /** Called once if the answer does not arrive. */
  readonly takeBack: () => void;
}

interface HeldAnswer {
  readonly response: ServerResponse;
  /** Called once, if the answer did not arrive. */
  readonly takeBack: () => void;
  /** The kernel has all of it. */
  flushed: boolean;
}

export class Connection {
  readonly #socket: Socket;
  readonly #confirmedAfterMs: number;
  /** The call that is under way, if it is one that may be parked; there is one at a time. */
  #call: Watch | undefined;
  #held: HeldAnswer[] = [];
  #timer: NodeJS.Timeout | undefined;
  #arrivals = 0;
  /** The answer to the request that came last, and while it waits, the one before it. */
  #last: ServerResponse | undefined;
  #beforeLast: ServerResponse | undefined;
  /** Requests that wait for their turn. */
  #behind = 0;
  #isEnding = false;
  /** Bytes that went either way, and for how many milliseconds there have been no more. */
  #bytesSeen = 0;
  #silentMs = 0;
  #halfClosed = false;
  #failed = false;

  /** `confirmedAfterMs`: how long after its writing an answer may turn out not to have arrived. */
  constructor(socket: Socket, confirmedAfterMs: number) {
    this.#socket = socket;
    this.#confirmedAfterMs = confirmedAfterMs;
  }

  /**
   * A client that has closed its side is gone: HTTP clients do not half-close, and one that did
   * would lose nothing but what it may receive again.
   */
  get gone(): boolean {
    return this.#halfClosed || !this.#socket.writable;
  }

  /**
   * Does the work of a request once the earlier answers of this connection are with the kernel. A
   * client that asks and asks and reads nothing then costs no more memory than one answer.
   */
  inTurn(response: ServerResponse, work: () => void): void {
    const before = this.#last;
    this.#last = response;
    if (before === undefined || before.writableFinished) {
      this.#beforeLast = undefined;
      work();
      return;
    }
    if (this.#behind === BEHIND_MAX) {
      this.#socket.destroy();
      return;
    }
    this.#beforeLast = before;
    this.#workBehind(before, work);
  }

  /**
   * Ends the connection with an answer to bytes that are no HTTP, behind the answers to what was
   * sound before them; the client would take it for one of those otherwise.
   */
  endWith(answer: string): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    // What broke off inside of a request stands for its answer, unless that has been given.
    const isInside = this.#last?.req.complete === false;
    const before = isInside ? this.#beforeLast : this.#last;
    const end = (): void => {
      this.#socket.end(isInside && this.#last?.headersSent ? '' : answer);
    };
    if (before === undefined || before.writableFinished) end();
    else this.#workBehind(before, end);
  }

  #workBehind(before: ServerResponse, work: () => void): void {
    this.#behind++;
    before.once('finish', () => {
      this.#behind--;
      // Behind an answer that was the connection's last, nobody waits for another.
      if (this.#socket.writable) work();
    });
    this.release();
  }

  /** How long nothing has moved on it, when asked every `sinceMs`; in milliseconds. */
  silentFor(sinceMs: number): number {
    const bytes = this.#socket.bytesRead + this.#socket.bytesWritten;
    this.#silentMs = bytes === this.#bytesSeen ? this.#silentMs + sinceMs : 0;
    this.#bytesSeen = bytes;
    return this.#silentMs;
  }

  /** Notes a request; returns its number on this connection. */
  requestArrived(): number {
    if (this.#held.length > 0) this.release();
    return ++this.#arrivals;
  }

  /** A call to be ended when the client is gone. */
  callBegins(request: IncomingMessage): Watch {
    const watch = new Watch(request);
    if (this.gone) watch.abort();
    else this.#call = watch;
    return watch;
  }

  callEnded(watch: Watch): void {
    if (this.#call === watch) this.#call = undefined;
  }

  /** Ends the parked call of a client that is still there: it answers with what it has. */
  endCall(): void {
    this.#call?.abort();
    this.#call = undefined;
  }

  /**
   * Sends the body of an answer. It is not held where others wait behind it or where the client
   * waits for the connection's end.
   */
  sendHeld({ response, body, encoding, requestNumber, takeBack }: Handout): void {
    const held: HeldAnswer = { response, takeBack, flushed: false };
    this.#held.push(held);
    const isLast = requestNumber === this.#arrivals && this.#behind === 0;
    if (!isLast || !response.shouldKeepAlive) {
      response.end(body, encoding, () => {
        // Node calls this finished, too, when the socket is destroyed before all was written.
        if (this.#socket.destroyed) return;
        this.#held = this.#held.filter((other) => other !== held);
      });
      return;
    }
    response.write(body, encoding, (error) => {
      if (error) return;
      held.flushed = true;
      if (this.#behind > 0) this.release();
      else this.#watch();
    });
  }

  /** Takes answers that the kernel has for arrived, and lets the connection go on. */
  release(): void {
    const arrived = this.#held.filter(({ flushed }) => flushed);
    this.#held = this.#held.filter(({ flushed }) => !flushed);
    for (const { response } of arrived) response.end();
  }

  #watch(): void {
    if (this.#timer !== undefined) {
      this.#timer.refresh();
      return;
    }
    this.#timer = setTimeout(() => {
      if (this.#halfClosed && this.#held.length > 0) {
        this.#probe((error) => {
          if (!error) this.release();
        });
      } else {
        this.release();
      }
    }, this.#confirmedAfterMs);
    this.#timer.unref();
  }

  /** The client has closed its side. */
  halfClosed(): void {
    this.#halfClosed = true;
    this.endCall();
    if (this.#held.some(({ flushed }) => !flushed)) this.#socket.destroy();
    else if (this.#held.length > 0) this.#probe(() => {});
    // Node notices by itself, but not where the request asked for an upgrade.
    if (this.#last?.req.complete === false) this.endWith('');
  }

  failed(): void {
    this.#failed = true;
  }

  /** Writes nothing, which fails when the client's kernel has reset the connection. */
  #probe(done: (error?: Error | null) => void): void {
    if (this.#socket.writable) this.#socket.write('', done);
  }

  closed(): void {
    clearTimeout(this.#timer);
    this.endCall();
    const lost = this.#held.filter(({ flushed }) => this.#failed || !flushed);
    this.#held = [];
    for (const { takeBack } of lost) takeBack();
  }
}

/**
 * Tells a call that its client is gone. An AbortController would do, but takes two kilobytes, and
 * ten thousand parked calls have one each.
 */
export class Watch implements CallSignal {
  aborted = false;
  #request: IncomingMessage | undefined;
  #listener: (() => void) | undefined;

  /** `request`: what the call came as, if that has been read and is to be slim while it waits. */
  constructor(request?: IncomingMessage) {
    this.#request = request;
  }

  /** Only a call that begins to wait wants to hear of anything. */
  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listener = listener;
    if (this.#request !== undefined) forgetHead(this.#request);
    this.#request = undefined;
  }

  removeEventListener(): void {
    this.#listener = undefined;
  }

  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    this.#listener?.();
  }
}

const NO_LINES: string[] = [];
const NO_HEADERS: IncomingHttpHeaders = {};

/** Lets go of the headers, but for the one that the answer depends on; they are read by now. */
function forgetHead(request: IncomingMessage): void {
  const { origin } = request.headers;
  request.headers = origin === undefined ? NO_HEADERS : { origin };
  request.rawHeaders = NO_LINES;
}
