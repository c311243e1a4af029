/** What a command of the program has of its surroundings, and how it tells how far it is. */
import { sizeText } from '../storage/sqlite/data-folder.ts';

export interface Terminal {
  /** Ends the work early and in good order. */
  readonly signal?: AbortSignal | undefined;
  /** A line of the result. */
  print(text: string): void;
  /** A line beside it. */
  note(text: string): void;
}

const FIRST_NOTE_MS = 2_000;
const NOTE_EVERY_MS = 5_000;

/** Answers a function that tells the progress of work that takes long: `412.0 MiB of 1.3 GiB`. */
export function progressNotes(terminal: Terminal, what: string) {
  let nextMs = performance.now() + FIRST_NOTE_MS;
  return (doneBytes: number, totalBytes: number): void => {
    const nowMs = performance.now();
    if (nowMs < nextMs) return;
    nextMs = nowMs + NOTE_EVERY_MS;
    terminal.note(`${what} ${sizeText(doneBytes)} of ${sizeText(totalBytes)}`);
  };
}
