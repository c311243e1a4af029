/**
 * The undo log of the function that is running in a transaction, and that transaction's instant.
 */
export class Journal {
  nowMs = 0;
  #undos: Array<() => void> = [];

  begin(nowMs: number): void {
    this.nowMs = nowMs;
    this.#undos = [];
  }

  /** Remembers how to take back a change that was just made. */
  record(undo: () => void): void {
    this.#undos.push(undo);
  }

  rollback(): void {
    for (const undo of this.#undos.reverse()) undo();
    this.#undos = [];
  }
}
