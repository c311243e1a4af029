/** What SQLite's own check says, in words. https://sqlite.org/pragma.html#pragma_integrity_check */
import { type Problem, RESTORE_REMEDY } from '../../../core/problem.ts';

/** What an index is for, so that its damage can be told by what comes of it. */
const INDEXES: { readonly [name: string]: string } = {
  documents_expiry: 'Documents past their end stay on the disk.',
  memos_expiry: 'What was remembered for a while may stay on the disk.',
  entries_hidden: 'Messages that were received or delayed may not come back.',
  entries_lane: 'Messages of a group may be skipped, or handed out in the wrong order.',
  entries_aged: 'Messages past their retention may stay.',
  lanes_name: 'A group may be stored twice, and its order lost.',
  lanes_rank: 'Groups may be skipped.',
  timers_due: 'Background work may not be done.',
};

const INDEX = /index (\w+)/;

export function damageProblem(line: string): Problem {
  const what = `SQLite finds damage: ${line}.`;
  const index = INDEX.exec(line)?.[1];
  const meaning = index === undefined ? undefined : INDEXES[index];
  if (index !== undefined && meaning !== undefined) {
    return {
      what,
      meaning: `The index ${index} is not in step with its table. ${meaning}`,
      remedy:
        'An index can be made anew where nothing else is damaged: stop the server, keep a copy ' +
        `of the folder, and run: sqlite3 waystation.db "REINDEX ${index}"`,
    };
  }
  return {
    what,
    meaning:
      'A part of the file is not what was written. Calls that meet it fail; the rest goes on.',
    remedy: `${RESTORE_REMEDY} Look at the disk before you use it again.`,
  };
}
