/** Starts the real program on a free port, and tells what it said and how it ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectFolder = fileURLToPath(new URL('../../', import.meta.url));
const launcher = join(projectFolder, 'bin/waystation.mjs');

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ServerOptions {
  /** Flags, such as `--store memory`; a free port is taken unless they name one. */
  readonly flags?: readonly string[];
  readonly environment?: { readonly [name: string]: string };
  /** Working folder; a new temporary one unless given. */
  readonly folder?: string;
  /** The file to run instead of this project's launcher. */
  readonly program?: string;
  /** The command to run instead of Node with a program. */
  readonly command?: readonly [string, ...string[]];
}

/** A program that was started; `ready` tells whether it serves. */
export class Server {
  readonly process: ChildProcess;
  /** The working folder, where `.waystation` lies unless a flag says otherwise. */
  readonly folder: string;
  readonly exit: Promise<Exit>;
  stdout = '';
  stderr = '';

  constructor(options: ServerOptions = {}) {
    this.folder = options.folder ?? temporaryFolder();
    const { flags = [], program = launcher } = options;
    const [command, ...words] = options.command ?? [process.execPath, program];
    const port = flags.some((flag) => flag.startsWith('--port')) ? [] : ['--port', '0'];
    const environment = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('WAYSTATION_')),
    );
    this.process = spawn(command, [...words, ...port, ...flags], {
      cwd: this.folder,
      env: { ...environment, ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stdout?.on('data', (chunk) => {
      this.stdout += String(chunk);
    });
    this.process.stderr?.on('data', (chunk) => {
      this.stderr += String(chunk);
    });
    this.exit = new Promise((resolve) => {
      this.process.on('close', (code, signal) => resolve({ code, signal }));
    });
  }

  /** Where it says that it is ready. Rejects with what the program said when it ends. */
  async ready(): Promise<string> {
    const line = /Waystation is ready at (http:\S+)\n/;
    const said = new Promise<string>((resolve) => {
      const look = (): void => {
        const endpoint = line.exec(this.stdout)?.[1];
        if (endpoint !== undefined) resolve(endpoint);
      };
      this.process.stdout?.on('data', look);
      look();
    });
    const ended = this.exit.then(({ code }) => {
      throw new Error(`the program ended with ${code}: ${this.stderr}`);
    });
    return Promise.race([said, ended]);
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    this.process.kill(signal);
    return this.exit;
  }

  /** Entries of the log so far. */
  get log(): { readonly [field: string]: unknown }[] {
    return this.stderr
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  }
}

const folders: string[] = [];

/** A new folder that `removeTemporaryFolders` removes. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'waystation-test-'));
  folders.push(folder);
  return folder;
}

export function removeTemporaryFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Starts servers and, at the end of the test, stops them and removes their folders. */
export function serverStarter(afterEach: (work: () => Promise<void>) => void) {
  const servers: Server[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop('SIGKILL')));
    removeTemporaryFolders();
  });
  return (options?: ServerOptions): Server => {
    const server = new Server(options);
    servers.push(server);
    return server;
  };
}
