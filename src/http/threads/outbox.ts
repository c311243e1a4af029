/** Collects what one thread has to say to another, so that calls that come together go together. */

/**
 * How many items a message has at the most. A message costs as much as several calls in it, so
 * there should be few; but where each had all that its sender found in a turn of the event loop,
 * the two threads took turns instead of working at once (docs/decisions/0010-http-threads.md).
 */
const ITEMS_MAX = 8;

export class Outbox<T> {
  readonly #send: (items: readonly T[]) => void;
  #items: T[] = [];
  #isScheduled = false;

  constructor(send: (items: readonly T[]) => void) {
    this.#send = send;
  }

  /** Sends the item at the end of this turn of the event loop, or before. */
  add(item: T): void {
    this.#items.push(item);
    if (this.#items.length === ITEMS_MAX) {
      this.flush();
    } else if (!this.#isScheduled) {
      this.#isScheduled = true;
      // After the poll phase, in which all that has arrived on sockets is read.
      setImmediate(() => {
        this.#isScheduled = false;
        this.flush();
      });
    }
  }

  /** Sends what there is now. */
  flush(): void {
    if (this.#items.length === 0) return;
    const items = this.#items;
    this.#items = [];
    this.#send(items);
  }
}
