/** Schema 2: memos. */

export const sql = `
-- Memos, many to a row: those of one commit, or as many as a row may have. They are found by an
-- index in memory, made of the fingerprints.
-- expires_at: of the last of them to expire. fingerprints: of their keys, 4 bytes each, in order.
-- body: a JSON list of [key, value, expires_at].
CREATE TABLE memos (
  id INTEGER PRIMARY KEY,
  expires_at INTEGER NOT NULL,
  fingerprints BLOB NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX memos_expiry ON memos (expires_at);
`;
