/**
 * The program of a front thread, composed as `main.ts` composes the rest: HTTP and protocols here,
 * the store a message away.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { systemEnvironment } from './core/environment.ts';
import { createHttpFront } from './http/server.ts';
import type { FromOwner, FromThread, ThreadSettings } from './http/threads/messages.ts';
import { RemoteOwner } from './http/threads/remote-owner.ts';
import { services } from './services/index.ts';

const { publicUrl, ownEndpoints } = workerData as ThreadSettings;
const tell = (message: FromThread) => parentPort?.postMessage(message);
const owner = new RemoteOwner(ownEndpoints, (requests) => tell({ kind: 'requests', requests }));
const front = createHttpFront({
  services,
  env: systemEnvironment(),
  publicUrl,
  invoker: owner.invoker,
  ownEndpoints: owner.ownEndpoints,
  onError: owner.onError,
  observe: owner.observe,
  sharesPort: true,
});

parentPort?.on('message', (message: FromOwner) => {
  switch (message.kind) {
    case 'replies':
      return owner.receive(message.replies);
    case 'listen':
      return void listen(message.port, message.host);
    case 'close':
      return void close();
  }
});

async function listen(port: number, host: string): Promise<void> {
  try {
    await front.listen(port, host);
    tell({ kind: 'listening' });
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    tell({ kind: 'refused', code, message });
  }
}

async function close(): Promise<void> {
  await front.close();
  owner.close();
  tell({ kind: 'closed' });
}

// Those of a thread would go to stderr as they are, where the log stands.
process.removeAllListeners('warning');
process.on('warning', (warning) => tell({ kind: 'warning', name: warning.name, warning }));

tell({ kind: 'ready' });
