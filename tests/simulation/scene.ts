/** One transaction before the court: what it did, and a place to say what is wrong with it. */
import type { ExpectedQueue, World } from './expected.ts';
import type { Effect, EffectOf } from './record.ts';

export class Scene {
  readonly world: World;
  readonly nowMs: number;
  readonly #title: string;
  readonly #effects: Effect[];
  readonly #accuse: (accusation: string) => void;
  readonly #announced: (queue: ExpectedQueue, entries: number, atMs: number) => void;

  constructor(parts: {
    readonly world: World;
    readonly nowMs: number;
    readonly title: string;
    readonly effects: readonly Effect[];
    readonly accuse: (accusation: string) => void;
    readonly announced: (queue: ExpectedQueue, entries: number, atMs: number) => void;
  }) {
    this.world = parts.world;
    this.nowMs = parts.nowMs;
    this.#title = parts.title;
    this.#effects = [...parts.effects];
    this.#accuse = parts.accuse;
    this.#announced = parts.announced;
  }

  /** States a rule; where it does not hold, the simulation has found a fault. */
  check(holds: boolean, rule: string): void {
    if (!holds) this.#accuse(`${this.#title}: ${rule}`);
  }

  /** States with what the operation, or an entry of it, must end: one of these, or a success. */
  expectError(error: string | undefined, ...allowed: (string | undefined)[]): void {
    this.check(allowed.includes(error), `ends with ${error}, not ${allowed.join(' or ')}`);
  }

  /** The changes of a kind that no rule has explained yet; taking them explains them. */
  take<K extends Effect['kind']>(kind: K): EffectOf<K>[] {
    const taken: EffectOf<K>[] = [];
    for (let index = 0; index < this.#effects.length; ) {
      const effect = this.#effects[index];
      if (isOfKind(effect, kind)) {
        taken.push(effect);
        this.#effects.splice(index, 1);
      } else {
        index += 1;
      }
    }
    return taken;
  }

  /** Entries become available, so that many receivers may be woken at that instant. */
  announce(queue: ExpectedQueue, entries: number, atMs = this.nowMs): void {
    this.#announced(queue, entries, atMs);
  }

  /** Takes out what the engine removed in passing because its retention was over. */
  removeAged(queue: ExpectedQueue): number {
    const removed = new Set(this.take('remove').map(({ sequence }) => sequence));
    for (const sequence of removed) {
      const message = queue.find(sequence);
      if (message === undefined) continue;
      this.check(queue.isExpired(message, this.nowMs), `removes ${message.id} before its time`);
      queue.remove(message);
    }
    return removed.size;
  }

  end(): void {
    const kinds = this.#effects.map(({ kind }) => kind).join(', ');
    this.check(kinds === '', `changes what it should not: ${kinds}`);
  }
}

function isOfKind<K extends Effect['kind']>(
  effect: Effect | undefined,
  kind: K,
): effect is EffectOf<K> {
  return effect?.kind === kind;
}
