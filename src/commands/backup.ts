/** `waystation backup FILE`: see docs/operating/durability-and-backup.md. */
import { backUp } from '../storage/sqlite/backup.ts';
import { sizeText } from '../storage/sqlite/data-folder.ts';
import { progressNotes, type Terminal } from './terminal.ts';

export interface BackupRequest {
  readonly folder: string;
  readonly file: string;
  readonly replace: boolean;
}

/** Rejects with StorageRefused. */
export async function runBackup(request: BackupRequest, terminal: Terminal): Promise<void> {
  const onProgress = progressNotes(terminal, 'Copied');
  const { bytes } = await backUp({ ...request, signal: terminal.signal, onProgress });
  terminal.print(`Backed up ${request.folder} to ${request.file} (${sizeText(bytes)}).`);
}
