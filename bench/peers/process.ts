/** A peer as a running process group, on a port of this machine alone (Linux: it reads /proc). */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '../load/connection.ts';
import type { Peer } from './peer.ts';

const START_MS = 60_000;
const STOP_MS = 10_000;
const PROBE_PAUSE_MS = 5;

export interface RunningPeer {
  readonly port: number;
  /** From the start of the process to its first right answer, which was to CreateQueue. */
  readonly readyMs: number;
  /** Of all its processes. */
  residentBytes(): number;
  stop(): Promise<void>;
}

/** `folder` is where the peer was installed. Rejects with what the peer last said. */
export async function start(peer: Peer, folder: string): Promise<RunningPeer> {
  const base = process.env.WAYSTATION_BENCH_FOLDER ?? tmpdir();
  const place = mkdtempSync(join(base, 'waystation-bench-'));
  const dataFolder = join(place, 'data');
  mkdirSync(dataFolder);
  const port = peer.fixedPort ?? (await freePort());
  const { file, args, environment } = peer.command({ folder, port, dataFolder });
  const logFile = join(place, 'log');
  const log = openSync(logFile, 'w');
  const beganAt = performance.now();
  const child = spawn(file, args, {
    cwd: dataFolder,
    detached: true,
    env: { ...process.env, ...environment },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  failed.catch(() => {});
  const end = async () => {
    await stop(child);
    rmSync(place, { recursive: true, force: true });
  };
  try {
    await Promise.race([firstAnswer(child, port), failed]);
  } catch (error) {
    const said = readFileSync(logFile, 'utf8').trim().split('\n').at(-1) ?? '';
    await end();
    throw new Error(`${(error as Error).message}: ${said.slice(0, 160)}`);
  }
  return {
    port,
    readyMs: performance.now() - beganAt,
    residentBytes: () => groupResidentBytes(child.pid ?? 0),
    stop: end,
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function firstAnswer(child: ChildProcess, port: number): Promise<void> {
  const until = performance.now() + START_MS;
  for (;;) {
    const connection = new Connection(port);
    try {
      await connection.call('CreateQueue', { QueueName: 'first' });
      return;
    } catch (error) {
      if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}`);
      if (performance.now() > until) {
        throw new Error(`no answer in ${START_MS / 1_000} s, ${(error as Error).message}`);
      }
    } finally {
      connection.close();
    }
    await new Promise((resolve) => setTimeout(resolve, PROBE_PAUSE_MS));
  }
}

/** Ends the group that the peer was started as. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const group = -child.pid;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  process.kill(group, 'SIGTERM');
  const late = setTimeout(() => process.kill(group, 'SIGKILL'), STOP_MS);
  await exited;
  clearTimeout(late);
}

function groupResidentBytes(group: number): number {
  let bytes = 0;
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ');
      if (Number(fields?.[2]) !== group) continue;
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      bytes += Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024;
    } catch {
      // It ended meanwhile.
    }
  }
  return bytes;
}
