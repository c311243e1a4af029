/** The audiences that a server keeps in memory from one message to the next. */

/** What an audience without subscriptions takes: about as much as one subscription. */
const OWN_WEIGHT = 1;

interface Sized {
  /** Of how many subscriptions it is. */
  readonly size: number;
}

interface Kept<Audience> {
  readonly audience: Audience;
  readonly weight: number;
}

export class KeptAudiences<Audience extends Sized> {
  readonly #weightMax: number;
  /** By `topicId`; the topics used last stand last. */
  readonly #kept = new Map<string, Kept<Audience>>();
  #weight = 0;

  /** `weightMax`: so many subscriptions are kept, of all topics together. */
  constructor(weightMax: number) {
    this.#weightMax = weightMax;
  }

  get(topicId: string): Audience | undefined {
    return this.#kept.get(topicId)?.audience;
  }

  /** Keeps an audience that was just used, and forgets those that were used longest ago. */
  keep(topicId: string, audience: Audience): void {
    this.#forget(topicId);
    const weight = OWN_WEIGHT + audience.size;
    this.#kept.set(topicId, { audience, weight });
    this.#weight += weight;
    for (const oldest of this.#kept.keys()) {
      if (this.#weight <= this.#weightMax || this.#kept.size === 1) return;
      this.#forget(oldest);
    }
  }

  #forget(topicId: string): void {
    this.#weight -= this.#kept.get(topicId)?.weight ?? 0;
    this.#kept.delete(topicId);
  }
}
