/** Compiles src/ into dist/, which is what the package ships. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('..', import.meta.url));

export async function run(): Promise<void> {
  rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
  const { status } = spawnSync('tsc', ['-p', 'tsconfig.build.json'], {
    cwd: project,
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}
