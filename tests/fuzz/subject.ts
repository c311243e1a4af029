/** The server under test: a process of its own, what it logs, holds, and does with the time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Held } from './probe.ts';

const launcher = fileURLToPath(new URL('../../bin/waystation.mjs', import.meta.url));
const probe = new URL('probe.ts', import.meta.url).href;

const FAULTS_KEPT = 20;

export class Subject {
  readonly process: ChildProcess;
  readonly port: number;
  /** Log entries of level error and above, output that is no log, the end of the process. */
  readonly faults: string[] = [];
  warnings = 0;
  readonly #folder: string;
  #stopping = false;
  #pendingHeld: ((held: Held) => void) | undefined;

  private constructor(child: ChildProcess, port: number, folder: string) {
    this.process = child;
    this.port = port;
    this.#folder = folder;
    child.on('message', (held) => this.#pendingHeld?.(held as Held));
    child.on('exit', (code, signal) => {
      if (!this.#stopping) this.#note(`the server ended with ${code ?? signal}`);
    });
  }

  static async start(flags: readonly string[] = []): Promise<Subject> {
    const folder = mkdtempSync(join(tmpdir(), 'waystation-fuzz-'));
    const node = ['--max-semi-space-size=16', '--expose-gc', '--import', probe, launcher];
    const fixed = ['--port', '0', '--data', folder, '--durability', 'relaxed', '--test-clock'];
    const child = spawn(process.execPath, [...node, ...fixed, '--log-level', 'warn', ...flags], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const log: string[] = [];
    let subject: Subject | undefined;
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      if (subject === undefined) log.push(line);
      else subject.#read(line);
    });
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      const port = /http:\/\/[^:]+:(\d+)/.exec(line)?.[1];
      if (port === undefined) continue;
      subject = new Subject(child, Number(port), folder);
      for (const early of log) subject.#read(early);
      return subject;
    }
    rmSync(folder, { recursive: true });
    throw new Error(`the server ended before it was ready: ${log.join('\n')}`);
  }

  #read(line: string): void {
    if (line === '') return;
    try {
      const { level } = JSON.parse(line);
      if (level === 'error' || level === 'fatal') this.#note(line);
      else this.warnings++;
    } catch {
      this.#note(`not a log entry: ${line}`);
    }
  }

  #note(fault: string): void {
    if (this.faults.length < FAULTS_KEPT) this.faults.push(fault);
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What it holds once garbage is collected. */
  held(): Promise<Held> {
    return new Promise((resolve) => {
      this.#pendingHeld = resolve;
      this.process.send({});
    });
  }

  /** Its open files and sockets; undefined where the system does not tell. */
  openFiles(): number | undefined {
    try {
      return readdirSync(`/proc/${this.process.pid}/fd`).length;
    } catch {
      return undefined;
    }
  }

  /** Moves its clock; resolves once everything that became due is done. */
  async advance(advanceMs: number): Promise<void> {
    const answer = await fetch(`${this.endpoint}/_waystation/clock`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ advanceMs }),
    });
    if (answer.status !== 200) throw new Error(`the clock answers ${await answer.text()}`);
    await answer.arrayBuffer();
  }

  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.endpoint}/_waystation/metrics`)).text();
    return Number(new RegExp(`\\n${name} (\\S+)\\n`).exec(text)?.[1]);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const exited = new Promise((resolve) => this.process.once('exit', resolve));
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.process.kill('SIGTERM');
      const timer = setTimeout(() => this.process.kill('SIGKILL'), 20_000);
      await exited;
      clearTimeout(timer);
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
