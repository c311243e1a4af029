/**
 * What entries carry, by sequence. The last ones appended stay in memory: most entries are claimed
 * soon after, and finding a payload in the database costs more than all else that a claim reads.
 */
import type { Session } from './session.ts';

/** Payloads that one statement finds; for fewer than four, a statement each costs less. */
const TOGETHER = 10;
const TOGETHER_FROM = 4;

/** UTF-16 units in memory: 8 MB of ordinary text. */
const RECENT_LENGTH_MAX = 8_000_000;

export class Payloads {
  readonly #find;
  readonly #findTogether;
  readonly #remove;
  /** Oldest first. */
  readonly #recent = new Map<number, string>();
  #recentLength = 0;

  constructor(session: Session) {
    this.#find = session.statement<{ payload: string }>(
      'SELECT payload FROM payloads WHERE sequence = ?',
    );
    this.#findTogether = session.statement<{ sequence: number; payload: string }>(
      `SELECT sequence, payload FROM payloads
         WHERE sequence IN (${new Array<string>(TOGETHER).fill('?').join(', ')})`,
    );
    this.#remove = session.statement('DELETE FROM payloads WHERE sequence = ?');
    session.onForget(() => {
      this.#recent.clear();
      this.#recentLength = 0;
    });
  }

  /** To be called when an entry is appended; its row is written by `Appends`. */
  remember(sequence: number, payload: string): void {
    this.#recent.set(sequence, payload);
    this.#recentLength += payload.length;
    if (this.#recentLength <= RECENT_LENGTH_MAX) return;
    for (const oldest of this.#recent.keys()) {
      this.#forget(oldest);
      if (this.#recentLength <= RECENT_LENGTH_MAX) return;
    }
  }

  /** The payload of an entry that exists. */
  get(sequence: number): string {
    return this.#recent.get(sequence) ?? (this.#find.get(sequence)?.payload as string);
  }

  /** Those of entries that exist, in the order of their sequences. */
  getAll(sequences: readonly number[]): string[] {
    const missing = sequences.filter((sequence) => !this.#recent.has(sequence));
    const found = new Map<number, string>();
    for (let at = 0; missing.length - at >= TOGETHER_FROM; at += TOGETHER) {
      const some = missing.slice(at, at + TOGETHER);
      const rows = this.#findTogether.all(
        ...some,
        ...new Array<null>(TOGETHER - some.length).fill(null),
      );
      for (const { sequence, payload } of rows) found.set(sequence, payload);
    }
    return sequences.map((sequence) => found.get(sequence) ?? this.get(sequence));
  }

  remove(sequence: number): void {
    this.#forget(sequence);
    this.#remove.write(sequence);
  }

  #forget(sequence: number): void {
    const payload = this.#recent.get(sequence);
    if (payload === undefined) return;
    this.#recent.delete(sequence);
    this.#recentLength -= payload.length;
  }
}
