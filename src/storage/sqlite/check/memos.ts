/** Whether memos are what was written: the index in memory is made of their fingerprints alone. */
import type { DatabaseSync } from 'node:sqlite';
import { type Problem, RESTORE_REMEDY } from '../../../core/problem.ts';
import { fingerprintOf, pack } from '../memo-index.ts';
import type { StoredMemo } from '../memos.ts';

interface MemoRow {
  expires_at: number;
  fingerprints: Uint8Array;
  body: string;
}

export function memoProblems(db: DatabaseSync): Problem[] {
  let count = 0;
  for (const row of db.prepare('SELECT expires_at, fingerprints, body FROM memos').iterate()) {
    // The shape is that of the columns in the line above.
    if (!isSound(row as unknown as MemoRow)) count++;
  }
  if (count === 0) return [];
  return [
    {
      what: `${count} rows of memos are not what was written.`,
      meaning:
        'A message that is sent to a FIFO queue or topic again within five minutes may be stored ' +
        'again, or fail.',
      remedy: RESTORE_REMEDY,
    },
  ];
}

function isSound({ expires_at, fingerprints, body }: MemoRow): boolean {
  try {
    const memos = JSON.parse(body) as StoredMemo[];
    const written = pack(memos.map(([key]) => fingerprintOf(key)));
    return (
      Buffer.compare(written, fingerprints) === 0 &&
      expires_at === Math.max(...memos.map(([, , expiresAtMs]) => expiresAtMs))
    );
  } catch {
    return false;
  }
}
