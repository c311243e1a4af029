/** One client: sends batches over its connection, or over one of their own, and reads answers. */
import { connect, type Socket } from 'node:net';
import { type Answer, AnswerReader } from './answers.ts';
import type { Batch } from './batches.ts';

export interface Outcome {
  /** In the order of the batch's calls; fewer where the server said that it closes. */
  readonly answers: readonly Answer[];
  /** What is wrong with the connection as a whole. */
  readonly fault?: string;
}

/** In real time; an answer that a moved clock does not bring within this never comes. */
const DEADLINE_MS = 60_000;
/** How long a client of broken bytes waits for more before it closes. */
const QUIET_MS = 25;

export class Lane {
  readonly #port: number;
  #socket: Socket | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  send(batch: Batch): Promise<Outcome> {
    return batch.calls === undefined ? this.#sendBroken(batch) : this.#sendSound(batch);
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  /** On the lane's connection, which stays open unless one side says otherwise. */
  #sendSound(batch: Batch): Promise<Outcome> {
    const calls = batch.calls ?? [];
    const socket = this.#open();
    this.#socket = socket;
    const reader = new AnswerReader();
    const answers: Answer[] = [];
    return new Promise((resolve) => {
      const finish = (fault?: string): void => {
        clearTimeout(deadline);
        socket.off('data', onData).off('close', onClose);
        if (fault !== undefined || batch.ending !== 'keep') this.close();
        const outcome = { answers, ...(fault !== undefined && { fault }) };
        // An answer may come before its request has left: the body of an OPTIONS is read by nobody.
        void written.then(() => resolve(outcome));
      };
      const onClose = (): void => {
        this.#socket = undefined;
        const isAnnounced = answers.at(-1)?.headers.get('connection') === 'close';
        const isRight = isAnnounced || endsItself(batch);
        finish(isRight ? undefined : `closed after ${answers.length} of ${calls.length}`);
      };
      const onData = (chunk: Buffer): void => {
        reader.add(chunk);
        try {
          while (answers.length < calls.length) {
            const answer = reader.next(calls[answers.length]?.method === 'HEAD');
            if (answer === undefined) return;
            if (answer.status !== 100) answers.push(answer);
          }
        } catch (error) {
          finish(String(error));
          return;
        }
        if (reader.rest.length > 0) finish(`more than was asked for: ${reader.rest}`);
        else if (answers.at(-1)?.headers.get('connection') !== 'close') finish();
      };
      const deadline = setTimeout(
        () => finish(`never answered: ${answers.length} of ${calls.length}`),
        DEADLINE_MS,
      );
      socket.on('data', onData).on('close', onClose);
      const written = write(socket, batch);
    });
  }

  /** On a connection of its own. Whatever comes back must be answers, and then the end. */
  #sendBroken(batch: Batch): Promise<Outcome> {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    const reader = new AnswerReader();
    let failed = false;
    return new Promise((resolve) => {
      const deadline = setTimeout(() => {
        socket.destroy();
        resolve({ answers: [], fault: 'neither answered nor closed' });
      }, DEADLINE_MS);
      let quiet: NodeJS.Timeout | undefined;
      socket.on('data', (chunk) => {
        reader.add(chunk);
        quiet?.refresh();
      });
      socket.on('error', () => {
        failed = true;
      });
      socket.on('close', () => {
        clearTimeout(deadline);
        clearTimeout(quiet);
        resolve(readAll(reader, batch, failed || batch.ending === 'reset'));
      });
      void write(socket, batch).then(() => {
        if (batch.ending === 'closeAtOnce') socket.end();
        else if (batch.ending === 'reset') socket.resetAndDestroy();
        else quiet = setTimeout(() => socket.end(), QUIET_MS);
      });
    });
  }

  #open(): Socket {
    if (this.#socket?.writable) return this.#socket;
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    // The end is heard of by `close`, which follows.
    socket.on('error', () => {});
    return socket;
  }
}

const SERVED = new Set(['GET', 'HEAD', 'OPTIONS', 'POST']);
const ENDING = /^(?:\S+ \S+ HTTP\/1\.0|Connection:\s*close|Content-Encoding:.*)\r$/im;

/**
 * Whether a request of the batch is one that ends the connection. What a client has sent behind it
 * may then meet a closed socket, and the reset loses answers that it has not read.
 * https://www.rfc-editor.org/rfc/rfc9112#section-9.6
 */
function endsItself({ calls = [], bytes }: Batch): boolean {
  return calls.some(({ method }) => !SERVED.has(method)) || ENDING.test(bytes.toString('latin1'));
}

function readAll(reader: AnswerReader, batch: Batch, isCut: boolean): Outcome {
  const answers: Answer[] = [];
  const hasHead = batch.bytes.includes('HEAD ');
  try {
    for (let answer = reader.next(hasHead); answer !== undefined; answer = reader.next(hasHead)) {
      if (answer.status !== 100) answers.push(answer);
    }
  } catch (error) {
    return { answers, fault: String(error) };
  }
  if (reader.rest.length === 0 || isCut || hasHead) return { answers };
  return { answers, fault: `half an answer: ${reader.rest.toString('latin1').slice(0, 300)}` };
}

/** Resolves once the bytes are handed over, or cannot be. */
async function write(socket: Socket, { bytes, cuts }: Batch): Promise<void> {
  let start = 0;
  for (const cut of cuts) {
    if (!socket.writable) return;
    socket.write(bytes.subarray(start, cut));
    start = cut;
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (!socket.writable) return;
  await new Promise((resolve) => socket.write(bytes.subarray(start), resolve));
}
