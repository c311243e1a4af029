/** What a benchmark starts: servers and loads, each in a process of its own. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Load, LoadResult } from './load-worker.ts';

const run = promisify(execFile);

export interface RunningServer {
  readonly port: number;
  /** From the start of the process to the line that says it is ready. */
  readonly readyMs: number;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

/** As `npm start` runs it. */
const NODE_FLAGS = ['--max-semi-space-size=16'];

async function start(script: string, args: readonly string[]): Promise<RunningServer> {
  const beganAt = performance.now();
  const child = spawn(process.execPath, [...NODE_FLAGS, script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /http:\/\/[^:]+:(\d+)/.exec(line)?.[1];
    if (port === undefined) continue;
    const readyMs = performance.now() - beganAt;
    return { port: Number(port), readyMs, process: child, stop: () => stop(child) };
  }
  throw new Error(`${script} ended before it was ready`);
}

async function stop(child: ChildProcess): Promise<void> {
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exited;
}

export function startBareServer(): Promise<RunningServer> {
  return start(join(import.meta.dirname, 'bare-server.ts'), []);
}

export function startWaystation(args: readonly string[]): Promise<RunningServer> {
  const launcher = join(import.meta.dirname, '..', 'bin', 'waystation.mjs');
  return start(launcher, ['--port', '0', '--log-level', 'warn', ...args]);
}

/** A folder that is gone when `remove` is called. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(
    join(process.env.WAYSTATION_BENCH_FOLDER ?? tmpdir(), 'waystation-bench-'),
  );
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export async function runLoad(load: Load): Promise<LoadResult> {
  const worker = join(import.meta.dirname, 'load-worker.ts');
  const { stdout } = await run(process.execPath, [worker, JSON.stringify(load)]);
  return JSON.parse(stdout) as LoadResult;
}

/** Resident bytes of a process, as the kernel counts them (Linux). */
export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

/** Processor seconds that a process has used (Linux; a clock tick is 10 ms). */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
