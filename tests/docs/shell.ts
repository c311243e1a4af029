/** Runs the shell lines of pages as written; only the port differs. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where pages say that the server is. */
export const PAGE_ENDPOINT = 'http://localhost:4566';

/** The environment without what would lead a client elsewhere. */
export const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(AWS|WAYSTATION)_/.test(name)),
);

/** What a program says, or undefined where this machine does not have it. */
export async function output(
  program: string,
  words: readonly string[],
): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(program, words);
    return stdout + stderr;
  } catch {
    return undefined;
  }
}

/** What the CLI of this machine needs first: nothing, or `alias`; undefined where there is none. */
export async function awsAlias(alias: string): Promise<string | undefined> {
  const version = await output('aws', ['--version']);
  if (version === undefined) return undefined;
  return version.startsWith('aws-cli/1.') ? `${alias}\n` : '';
}

/** Runs lines in a shell of their own; answers what they say on stdout. Fails when one fails. */
export async function runScript(lines: string, endpoint: string, folder: string): Promise<string> {
  const script = join(folder, 'script.sh');
  const all = `set -e\nshopt -s expand_aliases\nexport AWS_REGION=us-east-1 AWS_PAGER=\n${lines}\n`;
  writeFileSync(script, all.replaceAll(PAGE_ENDPOINT, endpoint));
  const { stdout } = await run('bash', [script], { cwd: folder, env: environment });
  return stdout;
}
