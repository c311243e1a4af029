/**
 * The write-ahead log of a server that is not running: whether what SQLite will read of it is all
 * that was written. https://sqlite.org/fileformat2.html#the_write_ahead_log
 *
 *     header, 32 bytes: magic, version, page size, count, salt (8), checksum (8)
 *     frames: header, 24 bytes: page, size after commit, salt (8), checksum (8); then the page
 *
 * A frame counts when its salt is the header's and its checksum, which goes on from the frame
 * before, is right. Frames with another salt are from before the log was started anew.
 */
import { readFileSync, statSync } from 'node:fs';
import type { Problem } from '../../../core/problem.ts';

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** The last bit says in which order the checksum reads its words. */
const MAGIC = 0x377f0682;
/** Longer logs than this one can be are not held in memory; a server cuts its log before. */
const BYTES_MAX = 1024 * 1024 * 1024;

export function readLog(path: string): Problem[] {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= HEADER_BYTES || size > BYTES_MAX) return [];
  const bytes = readFileSync(path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0) >>> 1 !== MAGIC >>> 1) return [unreadable(size)];
  const pageBytes = view.getUint32(8);
  const sum = new Checksum(view, (view.getUint32(0) & 1) === 0);
  sum.add(0, 24);
  if (!sum.is(24)) return [unreadable(size)];
  const frameBytes = FRAME_HEADER_BYTES + pageBytes;
  const isCurrent = (frame: number): boolean =>
    view.getUint32(frame + 8) === view.getUint32(16) &&
    view.getUint32(frame + 12) === view.getUint32(20);
  let at = HEADER_BYTES;
  for (; at + frameBytes <= size && isCurrent(at); at += frameBytes) {
    sum.add(at, 8);
    sum.add(at + FRAME_HEADER_BYTES, pageBytes);
    if (!sum.is(at + 16)) break;
  }
  let lost = 0;
  for (let frame = at; frame + frameBytes <= size; frame += frameBytes) {
    if (isCurrent(frame)) lost++;
  }
  return lost > 0 ? [torn(lost)] : [];
}

/** Fibonacci-weighted sums of 32-bit words. */
class Checksum {
  readonly #view: DataView;
  readonly #littleEndian: boolean;
  #first = 0;
  #second = 0;

  constructor(view: DataView, littleEndian: boolean) {
    this.#view = view;
    this.#littleEndian = littleEndian;
  }

  add(from: number, length: number): void {
    for (let at = from; at < from + length; at += 8) {
      this.#first =
        (this.#first + this.#view.getUint32(at, this.#littleEndian) + this.#second) >>> 0;
      this.#second =
        (this.#second + this.#view.getUint32(at + 4, this.#littleEndian) + this.#first) >>> 0;
    }
  }

  is(at: number): boolean {
    return (
      this.#view.getUint32(at) === this.#first && this.#view.getUint32(at + 4) === this.#second
    );
  }
}

const MEANING =
  'After a power failure this is what was being written: nobody was told that it is stored, ' +
  'unless the server ran with --durability relaxed. Without one, the disk or another program ' +
  'changed the file, and commits that were acknowledged are lost.';
const REMEDY =
  'Start the server: it reads the log up to the damage and begins a new one. If there was no ' +
  'power failure, keep a copy of the folder first, and look at the disk.';

const torn = (frames: number): Problem => ({
  what: `The last ${frames} pages of the write-ahead log cannot be read.`,
  meaning: MEANING,
  remedy: REMEDY,
});

const unreadable = (bytes: number): Problem => ({
  what: `The write-ahead log has ${bytes} bytes and no header that can be read.`,
  meaning: MEANING,
  remedy: REMEDY,
});
