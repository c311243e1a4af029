/**
 * Installs peers with their registries' ordinary clients into a cache folder outside the project:
 * WAYSTATION_BENCH_CACHE, else waystation-bench in XDG_CACHE_HOME or ~/.cache.
 */
import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Source } from './peer.ts';

const run = promisify(execFile);
const INSTALL_MS = 15 * 60_000;

export type Installed = { readonly folder: string } | { readonly absent: string };

function cacheFolder(): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return process.env.WAYSTATION_BENCH_CACHE ?? join(base, 'waystation-bench');
}

/** What is there already, whole and of the same pins, is used. */
export async function install(source: Source): Promise<Installed> {
  const folder = join(cacheFolder(), `${source.name.replaceAll('/', '-')}-${source.version}`);
  const mark = join(folder, 'installed.json');
  const wanted = JSON.stringify(source);
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return { folder };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    await fetchInto(source, folder);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    return { absent: reason(error) };
  }
  writeFileSync(mark, wanted);
  return { folder };
}

async function fetchInto(source: Source, folder: string): Promise<void> {
  const options = { cwd: folder, timeout: INSTALL_MS };
  switch (source.registry) {
    case 'npm': {
      const args = ['--prefix', folder, '--no-audit', '--no-fund'];
      await run('npm', ['install', ...args, `${source.name}@${source.version}`], options);
      return;
    }
    case 'PyPI': {
      const { name, version, extra, constraints = [], pythons } = source;
      await run(await findPython(pythons), ['-m', 'venv', folder], options);
      const wanted = `${name}${extra === undefined ? '' : `[${extra}]`}==${version}`;
      await run(join(folder, 'bin', 'pip'), ['install', wanted, ...constraints], options);
      return;
    }
    case 'Maven Central':
      writeFileSync(join(folder, 'pom.xml'), project(source.group, source.name, source.version));
      await run('mvn', ['-B', 'dependency:copy-dependencies', '-DoutputDirectory=lib'], options);
      return;
    case 'Go modules': {
      const env = { ...process.env, GOBIN: folder };
      await run('go', ['install', `${source.name}@${source.version}`], { ...options, env });
      return;
    }
  }
}

/** The first interpreter that starts, on the PATH or from pyenv. */
async function findPython(names: readonly string[] = ['python3']): Promise<string> {
  const pyenv = process.env.PYENV_ROOT ?? join(homedir(), '.pyenv');
  for (const name of names) {
    for (const file of [name, ...globSync(join(pyenv, 'versions', '*', 'bin', name))]) {
      const works = await run(file, ['--version']).catch(() => undefined);
      if (works) return file;
    }
  }
  throw new Error(`none of ${names.join(', ')} is on this machine`);
}

/** The smallest project that has the program as its dependency. */
const project = (group: string, name: string, version: string) =>
  `
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>bench</groupId><artifactId>peer</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version>
    </dependency>
  </dependencies>
</project>
`.trimStart();

/** The line of a failed client that says most. */
function reason(error: unknown): string {
  const { stderr, message, code } = error as Error & { stderr?: string; code?: unknown };
  if (code === 'ENOENT') return message.replace(/^spawn (\S+) ENOENT$/, '$1 is not installed');
  const lines = (stderr || message).split('\n').map((line) => line.trim());
  const said = lines.filter((line) => line !== '' && !/^npm warn/.test(line));
  const telling = said.findLast((line) => /error|response|not /i.test(line)) ?? said.at(-1);
  return (telling ?? 'unknown').slice(0, 200);
}
