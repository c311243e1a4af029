/** Something that is wrong with what is stored, in sentences for whoever runs the server. */
export interface Problem {
  /** What was found, with names and numbers. */
  readonly what: string;
  /** What comes of it. */
  readonly meaning: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** What helps where nothing smaller does. */
export const RESTORE_REMEDY =
  'Stop the server, keep a copy of the folder, and restore the latest backup into a new one.';
