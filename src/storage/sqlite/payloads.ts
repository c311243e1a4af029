/**
 * What entries carry, by sequence. The last ones appended stay in memory: most entries are claimed
 * soon after, and finding a payload in the database costs more than all else that a claim reads.
 */
import type { Session } from './session.ts';

/**
 * UTF-16 units of one generation; there are two: 2 MB of ordinary text. Four times as much served
 * queues of some thousand messages 3 % faster, and kept 25 MB more (bench/README.md).
 */
const GENERATION_LENGTH_MAX = 1_000_000;

export class Payloads {
  readonly #find;
  readonly #findRange;
  readonly #remove;
  /**
   * In two generations: when the younger is full, the elder is forgotten as a whole. To forget them
   * one by one cost 3 µs each: a Map that loses its first keys walks over the gaps they leave.
   */
  #recent = new Map<number, string>();
  #elder = new Map<number, string>();
  #recentLength = 0;

  constructor(session: Session) {
    this.#find = session.statement<{ payload: string }>(
      'SELECT payload FROM payloads WHERE sequence = ?',
    );
    this.#findRange = session.statement<{ sequence: number; payload: string }>(
      'SELECT sequence, payload FROM payloads WHERE sequence BETWEEN ? AND ?',
    );
    this.#remove = session.statement('DELETE FROM payloads WHERE sequence = ?');
    session.onForget(() => {
      this.#beginGeneration();
      this.#beginGeneration();
    });
  }

  /** To be called when an entry is appended; its row is written by `Appends`. */
  remember(sequence: number, payload: string): void {
    if (this.#recentLength >= GENERATION_LENGTH_MAX) this.#beginGeneration();
    this.#recent.set(sequence, payload);
    this.#recentLength += payload.length;
  }

  /** The payload of an entry that exists. */
  get(sequence: number): string {
    return this.#remembered(sequence) ?? (this.#find.get(sequence)?.payload as string);
  }

  /** Those of entries that exist, in the order of the sequences. */
  getAll(sequences: readonly number[]): string[] {
    const missing = sequences.filter((sequence) => this.#remembered(sequence) === undefined);
    const first = missing[0] ?? 0;
    const last = missing.at(-1) ?? 0;
    const found = new Map<number, string>();
    // Of one queue that is filled alone they stand side by side, and a scan costs less than
    // finding each. Where other queues' payloads lie between, it would read those too.
    if (missing.length > 1 && last - first < missing.length) {
      for (const row of this.#findRange.all(first, last)) found.set(row.sequence, row.payload);
    }
    return sequences.map((sequence) => found.get(sequence) ?? this.get(sequence));
  }

  remove(sequence: number): void {
    const payload = this.#recent.get(sequence);
    if (payload === undefined) {
      this.#elder.delete(sequence);
    } else {
      this.#recent.delete(sequence);
      this.#recentLength -= payload.length;
    }
    this.#remove.write(sequence);
  }

  #remembered(sequence: number): string | undefined {
    return this.#recent.get(sequence) ?? this.#elder.get(sequence);
  }

  #beginGeneration(): void {
    this.#elder = this.#recent;
    this.#recent = new Map();
    this.#recentLength = 0;
  }
}
