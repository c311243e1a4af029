/**
 * Packs the project once, as for publishing, and installs the package in a temporary folder with
 * nothing but the dependencies that it declares. Tests get the folder by `inject('installation')`.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder whose `node_modules` holds the package. */
    installation: string;
  }
}

const project = fileURLToPath(new URL('../../', import.meta.url));

export default function setup({ provide }: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'waystation-package-'));
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
      cwd: project,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  const target = join(folder, 'node_modules', 'waystation');
  mkdirSync(target, { recursive: true });
  const tarball = join(folder, filename);
  execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
  linkPackages(folder, (entry) => entry.dev !== true);
  provide('installation', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}

interface LockEntry {
  readonly dev?: boolean;
  readonly optional?: boolean;
}

/** Makes packages that this project has installed available in a folder's `node_modules`. */
export function linkPackages(folder: string, wanted: (entry: LockEntry) => boolean): void {
  const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'));
  for (const [path, entry] of Object.entries<LockEntry>(lock.packages)) {
    const isTop = /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path);
    if (!isTop || entry.optional === true || !wanted(entry)) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    symlinkSync(join(project, path), join(folder, path));
  }
}
