/**
 * What the tables promise each other, as statements that find where they do not: the table of what
 * `waystation check` asks. See `migrations/0001-shapes.ts` for the columns, and `lanes.ts` for what
 * rank and head of a lane mean.
 */
import { type Problem, RESTORE_REMEDY } from '../../../core/problem.ts';

/** Every statement answers these columns. */
export interface InvariantRow {
  /** Of the queue or log that it is about; null where its row is gone. */
  readonly key: string | null;
  readonly count: number;
  /** A second number, where the sentence needs one. */
  readonly other: number | null;
}

export interface Invariant {
  readonly sql: string;
  problem(row: InvariantRow, name: string): Problem;
}

/** Entries of queues that were not purged, with their queue's row as `q`. */
const LIVE = 'entries e JOIN queues q ON q.id = e.queue AND q.key IS NOT NULL';

const counts: Invariant = {
  sql: `
    SELECT q.key, q.total AS count, coalesce(c.found, 0) AS other FROM queues q
      LEFT JOIN (SELECT queue, count(*) AS found FROM entries GROUP BY queue) c ON c.queue = q.id
      WHERE q.key IS NOT NULL AND q.total <> coalesce(c.found, 0)`,
  problem: ({ count, other }, name) => ({
    what: `The queue ${name} counts ${count} messages and holds ${other}.`,
    meaning:
      'Its attributes tell a wrong number, and receives may find nothing where there is some.',
    remedy: RESTORE_REMEDY,
  }),
};

const ownerless: Invariant = {
  sql: `
    SELECT NULL AS key, sum(found) AS count, count(*) AS other FROM
      (SELECT queue, count(*) AS found FROM entries GROUP BY queue)
      WHERE queue NOT IN (SELECT id FROM queues) HAVING count(*) > 0`,
  problem: ({ count, other }) => ({
    what: `${count} messages belong to ${other} queues that are not there.`,
    meaning: 'No call reaches them, and they take room.',
    remedy: RESTORE_REMEDY,
  }),
};

const bodiless: Invariant = {
  sql: `
    SELECT q.key, count(*) AS count, NULL AS other FROM ${LIVE}
      LEFT JOIN payloads p ON p.sequence = e.sequence
      WHERE p.sequence IS NULL GROUP BY q.id`,
  problem: ({ count }, name) => ({
    what: `${count} messages of the queue ${name} have no body.`,
    meaning: 'No receive hands them out, although they are counted. Their contents are lost here.',
    remedy: RESTORE_REMEDY,
  }),
};

const unclaimed: Invariant = {
  sql: `
    SELECT NULL AS key, count(*) AS count, NULL AS other FROM
      (SELECT sequence FROM payloads EXCEPT SELECT sequence FROM entries) HAVING count(*) > 0`,
  problem: ({ count }) => ({
    what: `${count} bodies belong to no message.`,
    meaning: 'No call reaches them: their messages are lost, or were deleted in half.',
    remedy: RESTORE_REMEDY,
  }),
};

const states: Invariant = {
  sql: `
    SELECT q.key, count(*) AS count, NULL AS other FROM ${LIVE}
      WHERE e.claims < 0 OR e.state NOT IN (0, 1, 2) OR (e.state = 2) <> (e.claims > 0)
        OR (e.claims > 0) <> (e.first_claimed_at IS NOT NULL)
      GROUP BY q.id`,
  problem: ({ count }, name) => ({
    what: `${count} messages of the queue ${name} are in a state that contradicts itself.`,
    meaning: 'They may count as in flight or delayed when they are not, or not be handed out.',
    remedy: RESTORE_REMEDY,
  }),
};

const groups: Invariant = {
  sql: `
    SELECT q.key, count(*) AS count, NULL AS other FROM ${LIVE}
      LEFT JOIN lanes l ON l.id = e.lane
      WHERE (e.lane IS NOT NULL AND (l.id IS NULL OR l.queue <> e.queue))
        OR (e.lane IS NULL) <> (q.laned_from IS NULL OR e.sequence < q.laned_from)
      GROUP BY q.id`,
  problem: ({ count }, name) => ({
    what: `${count} messages of the queue ${name} have no group, or one that is not there.`,
    meaning: 'They may never be handed out, or out of order.',
    remedy: RESTORE_REMEDY,
  }),
};

const emptyGroups: Invariant = {
  sql: `
    SELECT q.key, count(*) AS count, NULL AS other FROM lanes l
      LEFT JOIN queues q ON q.id = l.queue
      WHERE (q.id IS NULL OR q.key IS NOT NULL)
        AND NOT EXISTS (SELECT 1 FROM entries e WHERE e.lane = l.id)
      GROUP BY q.id`,
  problem: ({ count }, name) => ({
    what: `${count} groups of the queue ${name} have no messages.`,
    meaning: 'They take a little room and are looked at in vain; nothing is lost by them.',
    remedy: 'Leave them: a message of the group, once received and deleted, takes it along.',
  }),
};

const locks: Invariant = {
  sql: `
    SELECT q.key, count(*) AS count, NULL AS other FROM lanes l
      JOIN queues q ON q.id = l.queue AND q.key IS NOT NULL AND q.ordered = 1
      JOIN (SELECT lane, min(sequence) AS sequence FROM entries WHERE lane IS NOT NULL
        GROUP BY lane) h ON h.lane = l.id
      JOIN entries e ON e.queue = l.queue AND e.sequence = h.sequence
      LEFT JOIN (SELECT lane, max(visible_at) AS until FROM entries
        WHERE lane IS NOT NULL AND claims > 0 GROUP BY lane) c ON c.lane = l.id
      WHERE l.rank IS NOT max(e.visible_at, coalesce(c.until, e.visible_at)) GROUP BY q.id`,
  problem: ({ count }, name) => ({
    what: `${count} groups of the queue ${name} are locked for another time than their messages.`,
    meaning: 'They may be held up too long, or handed out while somebody works on them.',
    remedy: RESTORE_REMEDY,
  }),
};

const turns: Invariant = {
  sql: `
    SELECT q.key, count(*) AS count, NULL AS other FROM lanes l
      JOIN queues q ON q.id = l.queue AND q.key IS NOT NULL AND q.ordered = 0
      LEFT JOIN (SELECT lane, min(sequence) AS head FROM entries
        WHERE lane IS NOT NULL AND state = 0 GROUP BY lane) f ON f.lane = l.id
      WHERE l.head IS NOT f.head OR l.rank IS NOT iif(f.head IS NULL, NULL, l.turn)
      GROUP BY q.id`,
  problem: ({ count }, name) => ({
    what: `${count} groups of the queue ${name} do not know their first fresh message.`,
    meaning: 'Messages of these groups may not be handed out.',
    remedy: RESTORE_REMEDY,
  }),
};

const ages: Invariant = {
  sql: `
    SELECT key, count(*) AS count, NULL AS other FROM
      (SELECT q.key, q.last_enqueued_at, e.enqueued_at,
          lag(e.enqueued_at) OVER (PARTITION BY e.queue ORDER BY e.sequence) AS before
        FROM ${LIVE} WHERE e.aged IS NULL)
      WHERE enqueued_at < before OR enqueued_at > last_enqueued_at GROUP BY key`,
  problem: ({ count }, name) => ({
    what: `${count} messages of the queue ${name} are older than their place in it says.`,
    meaning: 'They may outlive the retention of the queue; receives do not hand them out then.',
    remedy: RESTORE_REMEDY,
  }),
};

const sequences: Invariant = {
  sql: `
    SELECT NULL AS key, max(used) AS count, coalesce(max(reserved), 0) AS other FROM
      (SELECT max(sequence) AS used FROM payloads UNION ALL
        SELECT max(laned_from) FROM queues)
      LEFT JOIN counters ON counters.name = 'sequence' HAVING count >= other`,
  problem: ({ count, other }) => ({
    what: `Sequence ${count} is in use, and the next to be given out is ${other}.`,
    meaning: 'Sends will fail once they come to a number that is taken.',
    remedy: RESTORE_REMEDY,
  }),
};

const laneNumbers: Invariant = {
  sql: `
    SELECT NULL AS key, max(id) AS count, coalesce(max(reserved), 0) AS other FROM lanes
      LEFT JOIN counters ON counters.name = 'lane' HAVING count >= other`,
  problem: ({ count, other }) => ({
    what: `Group number ${count} is in use, and the next to be given out is ${other}.`,
    meaning: 'Sends to new groups will fail once they come to a number that is taken.',
    remedy: RESTORE_REMEDY,
  }),
};

const unreadable = (table: string, column: string, meaning: string): Invariant => ({
  sql: `
    SELECT min(key) AS key, count(*) AS count, NULL AS other FROM ${table}
      WHERE NOT json_valid(${column}) HAVING count(*) > 0`,
  problem: ({ count }, name) => ({
    what: `${count} of the ${table} are no JSON any more, among them ${name}.`,
    meaning,
    remedy: RESTORE_REMEDY,
  }),
});

const logEnds: Invariant = {
  sql: `
    SELECT l.key, coalesce(r.found, 0) AS count, l.next - l.first AS other FROM logs l
      LEFT JOIN (SELECT log, count(*) AS found, min(position) AS first, max(position) AS last
        FROM records GROUP BY log) r ON r.log = l.id
      WHERE coalesce(r.found, 0) <> l.next - l.first
        OR (r.found > 0 AND (r.first <> l.first OR r.last <> l.next - 1))`,
  problem: ({ count, other }, name) => ({
    what: `The log ${name} has ${count} records where ${other} belong.`,
    meaning: 'Records are missing, or stand where none belong; readers of the log miss them.',
    remedy: RESTORE_REMEDY,
  }),
};

const logOrder: Invariant = {
  sql: `
    SELECT key, count(*) AS count, NULL AS other FROM
      (SELECT l.key, l.last_appended_at, r.appended_at,
          lag(r.appended_at) OVER (PARTITION BY r.log ORDER BY r.position) AS before
        FROM records r LEFT JOIN logs l ON l.id = r.log)
      WHERE key IS NULL OR appended_at < before OR appended_at > last_appended_at GROUP BY key`,
  problem: ({ count }, name) => ({
    what: `${count} records of the log ${name} are out of order, or of a log that is not there.`,
    meaning: 'Reading the log from an instant on may begin at the wrong record.',
    remedy: RESTORE_REMEDY,
  }),
};

export const invariants: readonly Invariant[] = [
  counts,
  ownerless,
  bodiless,
  unclaimed,
  states,
  groups,
  emptyGroups,
  locks,
  turns,
  ages,
  sequences,
  laneNumbers,
  unreadable('documents', 'value', 'Calls that need them fail.'),
  unreadable('timers', 'payload', 'The background work that they stand for is not done.'),
  logEnds,
  logOrder,
];
