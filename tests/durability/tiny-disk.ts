/** A real file system that is small enough to be filled, or to be made read-only. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/server.ts';

export class TinyDisk {
  readonly path: string;
  readonly #ballast: string[] = [];

  private constructor(path: string) {
    this.path = path;
  }

  /** Answers why there can be none, where this user may not mount file systems. */
  static mount(bytes: number): TinyDisk | string {
    const path = join(temporaryFolder(), 'disk');
    mkdirSync(path);
    try {
      const options = ['-t', 'tmpfs', '-o', `size=${bytes}`, 'waystation-test', path];
      execFileSync('mount', options, { stdio: ['ignore', 'ignore', 'pipe'] });
    } catch (error) {
      return `no file system can be mounted here: ${(error as Error).message.trim()}`;
    }
    return new TinyDisk(path);
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.path);
    return bavail * bsize;
  }

  /** Another program takes all that is left, in files of at most a MiB. */
  fill(): void {
    try {
      for (;;) {
        const path = join(this.path, `ballast-${this.#ballast.length}`);
        this.#ballast.push(path);
        const bytes = Math.min(Math.max(this.freeBytes, 4096), 1 << 20);
        writeFileSync(path, Buffer.alloc(bytes));
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  /** The other program takes its first files away: all, or so many. */
  relieve(files = this.#ballast.length): void {
    for (const path of this.#ballast.splice(0, files)) rmSync(path);
  }

  makeReadOnly(): void {
    execFileSync('mount', ['-o', 'remount,ro', this.path]);
  }

  unmount(): void {
    execFileSync('umount', ['--lazy', this.path]);
  }
}
