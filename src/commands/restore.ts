/** `waystation restore FILE`: see docs/operating/durability-and-backup.md. */
import { sizeText } from '../storage/sqlite/data-folder.ts';
import { restore } from '../storage/sqlite/restore.ts';
import { progressNotes, type Terminal } from './terminal.ts';

export interface RestoreRequest {
  readonly folder: string;
  readonly file: string;
}

/** Rejects with StorageRefused. */
export async function runRestore(request: RestoreRequest, terminal: Terminal): Promise<void> {
  const onProgress = progressNotes(terminal, 'Copied');
  const { bytes } = await restore({ ...request, signal: terminal.signal, onProgress });
  terminal.print(`Restored ${request.file} to ${request.folder} (${sizeText(bytes)}).`);
}
