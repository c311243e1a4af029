/** Runs a command of the real program, and tells what it said and how it ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from './server.ts';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Program {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** `words` are what stands behind `waystation`; paths in them should be absolute. */
export const runProgram = (...words: readonly string[]): Program =>
  runProgramIn(tmpdir(), ...words);

/** The same in a working folder. */
export function runProgramIn(folder: string, ...words: readonly string[]): Program {
  const child = spawn(process.execPath, [join(projectFolder, 'bin/waystation.mjs'), ...words], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { process: child, ended };
}
