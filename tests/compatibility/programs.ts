/** The AWS CLI and boto3, where this machine has them, each run in an environment of its own. */
import {
  type ChildProcessWithoutNullStreams,
  execFile,
  execFileSync,
  spawn,
} from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../support/server.ts';

/** A program to run, or why there is none. */
export type Found =
  | { readonly path: string; readonly missing?: undefined }
  | { readonly path?: undefined; readonly missing: string };

export const python = findPython();
export const awsCli = findAwsCli();

/** For the title of a suite that is left out when its program is missing. */
export const titled = (title: string, { missing }: Found): string =>
  missing === undefined ? title : `${title} (left out: ${missing})`;

function findPython(): Found {
  const program = 'import boto3, sys; print(sys.executable)';
  try {
    const path = execFileSync('python3', ['-c', program], { encoding: 'utf8', stdio: 'pipe' });
    return { path: path.trim() };
  } catch {
    return { missing: 'python3 on PATH has no boto3' };
  }
}

/** Beside the Python that has boto3, where `pip` puts it, or on PATH. */
function findAwsCli(): Found {
  const beside = python.path === undefined ? '' : join(dirname(python.path), 'aws');
  const path = existsSync(beside) ? beside : 'aws';
  try {
    execFileSync(path, ['--version'], { stdio: 'pipe' });
    return { path };
  } catch {
    return { missing: 'no aws on PATH' };
  }
}

export interface ProgramOptions {
  readonly accessKeyId?: string;
  readonly region?: string;
}

let home: string | undefined;

/** Nothing of the user's own settings, so that tests do the same everywhere. */
function environment(options: ProgramOptions): NodeJS.ProcessEnv {
  home ??= temporaryFolder();
  return {
    PATH: process.env.PATH,
    HOME: home,
    LANG: 'C.UTF-8',
    PYTHONUTF8: '1',
    AWS_ACCESS_KEY_ID: options.accessKeyId ?? 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_DEFAULT_REGION: options.region ?? 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
  };
}

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `aws <words>` against a server. `--endpoint-url` and not AWS_ENDPOINT_URL, because version 1
 * of the CLI puts AWS's own address for SQS before the variable.
 */
export function runAws(
  endpoint: string,
  words: readonly string[],
  options: ProgramOptions = {},
): Promise<CommandResult> {
  const { path = 'aws' } = awsCli;
  return new Promise((resolve, reject) => {
    execFile(
      path,
      ['--endpoint-url', endpoint, ...words],
      { env: environment(options), encoding: 'utf8' },
      (error, stdout, stderr) => {
        const exitCode = error === null ? 0 : error.code;
        if (typeof exitCode === 'number') resolve({ exitCode, stdout, stderr });
        else reject(error);
      },
    );
  });
}

/** Runs `aws sqs <words>`, which must succeed; answers its JSON, `{}` when it says nothing. */
export const awsSqs = (endpoint: string, ...words: readonly string[]): Promise<Json> =>
  awsJson(endpoint, ['sqs', ...words]);

/** The same for `aws sns <words>`. */
export const awsSns = (endpoint: string, ...words: readonly string[]): Promise<Json> =>
  awsJson(endpoint, ['sns', ...words]);

async function awsJson(endpoint: string, words: readonly string[]): Promise<Json> {
  const { exitCode, stdout, stderr } = await runAws(endpoint, words);
  if (exitCode !== 0) throw new Error(`aws ${words.join(' ')} ended with ${exitCode}: ${stderr}`);
  return stdout === '' ? {} : JSON.parse(stdout);
}

export interface Json {
  readonly [member: string]: unknown;
}

/** A running program of `python/`; it finds the server in AWS_ENDPOINT_URL. */
export function startPython(
  file: string,
  endpoint: string,
  words: readonly string[] = [],
  options: ProgramOptions = {},
): ChildProcessWithoutNullStreams {
  const program = fileURLToPath(new URL(`python/${file}`, import.meta.url));
  return spawn(python.path ?? 'python3', [program, ...words], {
    env: { ...environment(options), AWS_ENDPOINT_URL: endpoint },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Resolves with what a program prints first: a JSON value on one line. */
export function firstLineOf(program: ChildProcessWithoutNullStreams): Promise<unknown> {
  let text = '';
  return new Promise((resolve, reject) => {
    program.on('close', (code) => reject(new Error(`the program ended with ${code}`)));
    program.stdout.on('data', (part) => {
      text += String(part);
      if (text.includes('\n')) resolve(JSON.parse(text.slice(0, text.indexOf('\n'))));
    });
  });
}

/** The values that a program printed, one JSON line each. Rejects when it does not end with 0. */
export function outputOf(program: ChildProcessWithoutNullStreams): Promise<unknown[]> {
  let stdout = '';
  let stderr = '';
  program.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  program.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    program.on('error', reject);
    program.on('close', (code) => {
      if (code !== 0) return reject(new Error(`the program ended with ${code}: ${stderr}`));
      const lines = stdout.split('\n').filter((line) => line !== '');
      resolve(lines.map((line) => JSON.parse(line)));
    });
  });
}

/** Runs a program whose lines are `{"step": name, "value": ...}`; answers the values by step. */
export async function runSteps(
  file: string,
  endpoint: string,
  words: readonly string[] = [],
): Promise<{ readonly [step: string]: unknown }> {
  const lines = (await outputOf(startPython(file, endpoint, words))) as Json[];
  return Object.fromEntries(lines.map(({ step, value }) => [String(step), value]));
}
