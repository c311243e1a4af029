/**
 * HTTP and protocols on threads of their own, in front of the one thread that owns the store. All
 * listen on the same port; the kernel deals connections out among them.
 */
import { createServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { type Front, listenOn } from '../server.ts';
import type { FromOwner, FromThread, ThreadSettings } from './messages.ts';
import { type OwnerParts, ServedThread } from './served-thread.ts';

export interface FrontPoolParts extends OwnerParts {
  readonly threads: number;
  /** The file of the program of a thread: `src/front-thread.ts`. */
  readonly program: string;
  readonly publicUrl?: string | undefined;
}

export function createFrontPool(parts: FrontPoolParts): Front {
  const threads = Array.from({ length: parts.threads }, () => new FrontThread(parts));
  return {
    async listen(port, host) {
      await Promise.all(threads.map((thread) => thread.ready));
      const address = await freeAddress(port, host);
      for (const thread of threads) await thread.listen(address.port, host);
      return address;
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

class FrontThread {
  /** Rejects when the thread cannot start. */
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  /** What the thread was last told to do. */
  #task = Promise.withResolvers<void>();
  #isListening = false;

  constructor(parts: FrontPoolParts) {
    const workerData: ThreadSettings = {
      publicUrl: parts.publicUrl,
      ownEndpoints: parts.ownEndpoints.map(({ method, path, isPrefix }) =>
        isPrefix ? { method, path, isPrefix } : { method, path },
      ),
    };
    this.#worker = new Worker(parts.program, { workerData });
    this.#exited = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
    this.ready = this.#done();
    // Whoever closes the pool without listening does not hear of it.
    this.ready.catch(() => {});
    const served = new ServedThread(parts, (replies) => this.#tell({ kind: 'replies', replies }));
    this.#worker.on('message', (message: FromThread) => {
      if (message.kind === 'requests') served.receive(message.requests);
      else this.#hear(message);
    });
    this.#worker.on('error', (error) => {
      // As after a bug on the main thread: nobody knows what it left half done.
      if (this.#isListening) throw error;
      this.#task.reject(error);
    });
  }

  listen(port: number, host: string): Promise<void> {
    this.#task = Promise.withResolvers();
    this.#tell({ kind: 'listen', port, host });
    return this.#done();
  }

  close(): Promise<void> {
    this.#tell({ kind: 'close' });
    return this.#exited;
  }

  /** Resolves when the task is done. */
  #done(): Promise<void> {
    const gone = this.#exited.then(() => Promise.reject(new Error('a front thread has ended')));
    return Promise.race([this.#task.promise, gone]);
  }

  #tell(message: FromOwner): void {
    this.#worker.postMessage(message);
  }

  #hear(message: Exclude<FromThread, { readonly kind: 'requests' }>): void {
    switch (message.kind) {
      case 'listening':
        this.#isListening = true;
        this.#task.resolve();
        return;
      case 'ready':
        this.#task.resolve();
        return;
      case 'refused':
        this.#task.reject(Object.assign(new Error(message.message), { code: message.code }));
        return;
      case 'warning':
        process.emitWarning(Object.assign(message.warning, { name: message.name }));
        return;
      case 'closed':
        void this.#worker.terminate();
    }
  }
}

/**
 * The address itself, or a free port for 0. Another server of the same user may share a port with
 * ours without noticing; only who listens alone first finds out that one is there.
 */
async function freeAddress(port: number, host: string): Promise<{ readonly port: number }> {
  const probe = createServer();
  const address = await listenOn(probe, { port, host });
  await new Promise((resolve) => probe.close(resolve));
  return address;
}
