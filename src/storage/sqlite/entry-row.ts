/** Rows of `entries` with their group, and what they become outside. */
import type { Entry, EntryState } from '../port.ts';

/** `state` of an entry that has been visible since it was appended. */
export const FRESH = 0;

export interface EntryRow {
  sequence: number;
  visible_at: number;
  claims: number;
  lane: number | null;
  enqueued_at: number;
  first_claimed_at: number | null;
  group: string | null;
}

/** Selects EntryRows; a condition on `e` follows. */
export const ENTRY_QUERY = `
  SELECT e.sequence, e.visible_at, e.claims, e.lane, e.enqueued_at, e.first_claimed_at,
  l.name AS "group" FROM entries e LEFT JOIN lanes l ON l.id = e.lane`;

export function entryStateOf(row: EntryRow): EntryState {
  return {
    sequence: row.sequence,
    visibleAtMs: row.visible_at,
    enqueuedAtMs: row.enqueued_at,
    claims: row.claims,
    // The lane without a name holds entries that have no group.
    ...(row.group !== null && row.group !== '' && { group: row.group }),
    ...(row.first_claimed_at !== null && { firstClaimedAtMs: row.first_claimed_at }),
  };
}

export function entryOf(row: EntryRow, payload: string): Entry {
  return { ...entryStateOf(row), payload };
}
