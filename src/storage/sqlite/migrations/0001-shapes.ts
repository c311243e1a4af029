/**
 * Schema 1: the four shapes. Never edited once released; a change is a new file with the next
 * number.
 */

export const sql = `
CREATE TABLE documents (
  key TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  value TEXT NOT NULL,
  expires_at INTEGER
) WITHOUT ROWID;
CREATE INDEX documents_expiry ON documents (expires_at) WHERE expires_at IS NOT NULL;

-- key is NULL for a purged queue whose rows are still to be deleted.
CREATE TABLE queues (
  id INTEGER PRIMARY KEY,
  key TEXT UNIQUE,
  ordered INTEGER NOT NULL,
  total INTEGER NOT NULL,
  -- Entries from this sequence on belong to lanes; NULL while no entry of the queue had a group.
  laned_from INTEGER,
  turn INTEGER NOT NULL,
  last_enqueued_at INTEGER NOT NULL
);

-- The small row that a claim changes; the payload stands apart and is never rewritten.
-- state: 0 fresh (visible since it was appended), 1 was delayed, 2 was claimed.
-- aged: 1 when it was enqueued before its predecessor, as entries moved from another queue may be.
CREATE TABLE entries (
  queue INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  state INTEGER NOT NULL,
  visible_at INTEGER NOT NULL,
  claims INTEGER NOT NULL,
  lane INTEGER,
  enqueued_at INTEGER NOT NULL,
  first_claimed_at INTEGER,
  aged INTEGER,
  PRIMARY KEY (queue, sequence)
) WITHOUT ROWID;
CREATE INDEX entries_hidden ON entries (queue, visible_at, sequence, state) WHERE state > 0;
CREATE INDEX entries_lane ON entries (lane, sequence) WHERE lane IS NOT NULL;
CREATE INDEX entries_aged ON entries (queue, enqueued_at, sequence) WHERE aged = 1;

CREATE TABLE payloads (
  sequence INTEGER PRIMARY KEY,
  payload TEXT NOT NULL
);

-- A group with entries. Ordered queue: rank is the instant at which the group becomes available.
-- Otherwise: rank is turn (how much the group was served) while it has a fresh entry, head is the
-- first of those.
CREATE TABLE lanes (
  id INTEGER PRIMARY KEY,
  queue INTEGER NOT NULL,
  name TEXT NOT NULL,
  rank INTEGER,
  head INTEGER,
  turn INTEGER NOT NULL
);
CREATE UNIQUE INDEX lanes_name ON lanes (queue, name);
CREATE INDEX lanes_rank ON lanes (queue, rank, head) WHERE rank IS NOT NULL;

CREATE TABLE logs (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  first INTEGER NOT NULL,
  next INTEGER NOT NULL,
  last_appended_at INTEGER NOT NULL
);
CREATE TABLE records (
  log INTEGER NOT NULL,
  position INTEGER NOT NULL,
  appended_at INTEGER NOT NULL,
  payload TEXT NOT NULL,
  UNIQUE (log, position)
);

CREATE TABLE timers (
  key TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  payload TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX timers_due ON timers (due_at, key);

-- Numbers that are never used twice: each name holds the first number that no run has reserved.
CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  reserved INTEGER NOT NULL
) WITHOUT ROWID;
`;
