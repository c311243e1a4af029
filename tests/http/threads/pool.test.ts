/** Threads that start, listen, fail and end. */
import { writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { Front } from '../../../src/http/server.ts';
import { listenOn } from '../../../src/http/server.ts';
import { createFrontPool } from '../../../src/http/threads/pool.ts';
import { services } from '../../../src/services/index.ts';
import { removeTemporaryFolders, temporaryFolder } from '../../support/server.ts';
import { FakeInvoker } from '../fake-service.ts';

const HOST = '127.0.0.1';
const program = fileURLToPath(new URL('../../../src/front-thread.ts', import.meta.url));

const pools: Front[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
  removeTemporaryFolders();
});

function createPool(threadProgram = program, threads = 2): Front {
  const pool = createFrontPool({
    threads,
    program: threadProgram,
    services,
    invoker: new FakeInvoker(),
    ownEndpoints: [],
    onError: () => {},
    observe: () => {},
  });
  pools.push(pool);
  return pool;
}

/** A program of a thread that a test makes up. */
function programOf(source: string): string {
  const file = join(temporaryFolder(), 'thread.mjs');
  writeFileSync(file, `import { parentPort } from 'node:worker_threads';\n${source}`);
  return file;
}

function isRefused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST, () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });
}

describe('a pool', () => {
  it('serves on one port from all threads, and on none when it is closed', async () => {
    const pool = createPool();
    const { port } = await pool.listen(0, HOST);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => fetch(`http://${HOST}:${port}/`)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    await pool.close();
    expect(await isRefused(port)).toBe(true);
  });

  it('is closed before it listens', async () => {
    await createPool().close();
  });

  it('is closed while its threads are starting', async () => {
    const pool = createPool();
    const listening = pool.listen(0, HOST);
    const over = expect(listening).rejects.toThrow('a front thread has ended');
    await pool.close();
    await over;
  });

  it('does not listen where another server does, and lets that one have its clients', async () => {
    const other = createServer();
    const { port } = await listenOn(other, { port: 0, host: HOST, reusePort: true });
    try {
      await expect(createPool().listen(port, HOST)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    } finally {
      other.close();
    }
  });

  it('tells what the system says to its threads', async () => {
    const file = programOf(`
      parentPort.on('message', ({ kind }) => {
        const refusal = { kind: 'refused', code: 'ENOTSUP', message: 'listen ENOTSUP' };
        parentPort.postMessage(kind === 'listen' ? refusal : { kind: 'closed' });
      });
      parentPort.postMessage({ kind: 'ready' });`);
    const pool = createPool(file);
    await expect(pool.listen(0, HOST)).rejects.toMatchObject({
      code: 'ENOTSUP',
      message: 'listen ENOTSUP',
    });
    await pool.close();
  });

  it('does not listen when a thread cannot start', async () => {
    const pool = createPool(programOf("throw new Error('no thread');"));
    await expect(pool.listen(0, HOST)).rejects.toThrow('no thread');
    await pool.close();
  });
});
