/**
 * Which rows may hold a memo, by its key: an index in memory that answers a bit too much rather
 * than too little. It takes 16 to 32 bytes for each memo.
 *
 * It is made of segments, filled one after the other, each with the fingerprints that were added
 * while it was the last. So memos that expire together are forgotten together, at no cost.
 */

const SLOTS_MIN = 1_024;
/** Making a segment larger moves all that is in it: half of these slots take 2 ms. */
const SLOTS_MAX = 262_144;

/** Of a fingerprint as it is stored, the lowest byte first. */
export const FINGERPRINT_BYTES = 4;

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** 32 bits of a key: FNV-1a over its UTF-16 code units. Stored, so it may not change. */
export function fingerprintOf(key: string): number {
  let hash = FNV_OFFSET;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), FNV_PRIME);
  return hash >>> 0;
}

/** Fingerprints as they are stored. */
export function pack(fingerprints: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(fingerprints.length * FINGERPRINT_BYTES));
  for (const [i, each] of fingerprints.entries()) {
    view.setUint32(i * FINGERPRINT_BYTES, each, true);
  }
  return new Uint8Array(view.buffer);
}

/** The fingerprints in what was stored. Bytes at the end that make no whole one are left out. */
export function unpack({ buffer, byteOffset, byteLength }: Uint8Array): number[] {
  const view = new DataView(buffer, byteOffset, byteLength);
  const fingerprints: number[] = [];
  for (let at = 0; at + FINGERPRINT_BYTES <= byteLength; at += FINGERPRINT_BYTES) {
    fingerprints.push(view.getUint32(at, true));
  }
  return fingerprints;
}

export class MemoIndex {
  #segments: Segment[] = [];

  add(fingerprint: number, row: number, expiresAtMs: number): void {
    let last = this.#segments.at(-1);
    if (last === undefined || last.isFull) {
      last = new Segment(row);
      this.#segments.push(last);
    }
    last.add(fingerprint, row, expiresAtMs);
  }

  /** Rows that may hold a memo of such a key, the latest first. */
  find(fingerprint: number): number[] {
    const rows: number[] = [];
    for (const segment of this.#segments) segment.find(fingerprint, rows);
    return rows.sort((a, b) => b - a);
  }

  /** Forgets segments of which all has expired. */
  forget(nowMs: number): void {
    this.#segments = this.#segments.filter(({ expiresAtMs }) => expiresAtMs > nowMs);
  }
}

/** A hash table of fingerprints with open addressing; the same one may be there many times. */
class Segment {
  /** When the last of it expires. */
  expiresAtMs = 0;
  readonly #firstRow: number;
  #count = 0;
  #fingerprints = new Uint32Array(SLOTS_MIN);
  /** Counted from the first row, which is 1; 0: an empty slot. */
  #rows = new Uint32Array(SLOTS_MIN);

  constructor(firstRow: number) {
    this.#firstRow = firstRow;
  }

  get isFull(): boolean {
    return this.#count * 2 >= SLOTS_MAX;
  }

  add(fingerprint: number, row: number, expiresAtMs: number): void {
    if (this.#count * 2 >= this.#rows.length) this.#grow();
    this.#put(fingerprint, row - this.#firstRow + 1);
    this.#count++;
    this.expiresAtMs = Math.max(this.expiresAtMs, expiresAtMs);
  }

  find(fingerprint: number, rows: number[]): void {
    const mask = this.#rows.length - 1;
    for (let slot = fingerprint & mask; this.#rows[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.#fingerprints[slot] !== fingerprint) continue;
      rows.push((this.#rows[slot] as number) + this.#firstRow - 1);
    }
  }

  #put(fingerprint: number, row: number): void {
    const mask = this.#rows.length - 1;
    let slot = fingerprint & mask;
    while (this.#rows[slot] !== 0) slot = (slot + 1) & mask;
    this.#fingerprints[slot] = fingerprint;
    this.#rows[slot] = row;
  }

  #grow(): void {
    const [fingerprints, rows] = [this.#fingerprints, this.#rows];
    this.#fingerprints = new Uint32Array(rows.length * 2);
    this.#rows = new Uint32Array(rows.length * 2);
    for (const [slot, row] of rows.entries()) {
      if (row !== 0) this.#put(fingerprints[slot] as number, row);
    }
  }
}
