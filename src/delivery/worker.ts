/**
 * The worker: in rounds it takes outlets and claims deliveries with a lease, and has each attempted
 * and settled. When the process is killed, what was under way is attempted again: at least once, as
 * AWS promises. A worker that has the store to itself begins with it at once; on a shared one the
 * leases run out.
 */
import type { Wake } from '../core/context.ts';
import { type AttemptParts, Attempts, type Ending } from './attempts.ts';
import { type FreeingProgress, freeInterrupted } from './interrupted.ts';
import { type DeliveryLimits, defaultLimits } from './limits.ts';
import { outletOfKey, outletQueue, TOKENS } from './outlet.ts';
import { type Found, type Look, type RoundResult, runRound, TOKEN_LEASE_MS } from './round.ts';
import { deliverer } from './settlement.ts';
import { ATTEMPT_MS_MAX } from './targets/index.ts';

export interface DeliveryWorkerParts<Alarm> extends AttemptParts<Alarm> {
  readonly limits?: DeliveryLimits;
  /** Whether no other process can use the store: what is claimed in it at the start is nobody's. */
  readonly ownsStore: boolean;
}

/** An outlet that this process serves. */
interface Served<Alarm> {
  readonly name: string;
  readonly token: number;
  leaseUntilMs: number;
  /** Sequences of deliveries that are being attempted. */
  readonly running: Set<number>;
  /** Attempts in a row that nobody answered. */
  unanswered: number;
  /** Rings when a hidden delivery becomes visible. */
  alarm: Alarm | undefined;
}

/** A delivery that nobody settled by then is attempted again. */
const ENTRY_LEASE_MS = ATTEMPT_MS_MAX + 10_000;
/** Outlets that are served at a time, and looked at in one transaction. */
const SERVED_MAX = 10_000;
const LOOKS_PER_ROUND = 50;
/** Deliveries that an outlet gets in one transaction, and all of them together. */
const CLAIM_MAX = 10;
const ROUND_MAX = 64;
/** Attempts without an answer after which a party counts as silent. */
const SILENT_AFTER = 3;
/** How long the worker leaves a store alone that refused it. */
const REST_MS = 1_000;

export class DeliveryWorker<Alarm> {
  readonly #parts: DeliveryWorkerParts<Alarm>;
  readonly #limits: DeliveryLimits;
  readonly #attempts: Attempts<Alarm>;
  readonly #served = new Map<string, Served<Alarm>>();
  /** Outlets that may have something visible; the first has waited longest. */
  readonly #ready = new Set<Served<Alarm>>();
  readonly #alarms = new Map<'tokens' | 'renewal' | 'rest', Alarm>();
  /** How far what an earlier process had claimed is free again; undefined: all of it is. */
  #freeing: FreeingProgress | undefined;
  #tokensDue = true;
  #renewalDue = false;
  #resting = false;
  #rounds: Promise<void> | undefined;
  #stopped = true;

  constructor(parts: DeliveryWorkerParts<Alarm>) {
    this.#parts = parts;
    this.#limits = parts.limits ?? defaultLimits;
    this.#attempts = new Attempts(parts, this.#limits);
    this.#freeing = parts.ownsStore ? { afterSequence: 0 } : undefined;
  }

  start(): void {
    this.#stopped = false;
    this.#pump();
  }

  /** Takes news of deliveries; false when it is news of something else. */
  hear(news: Wake): boolean {
    const name = outletOfKey(news.key);
    if (name === undefined && news.key !== TOKENS.key) return false;
    const served = name === undefined ? undefined : this.#served.get(name);
    if (served === undefined) this.#tokensDue = true;
    else this.#ready.add(served);
    this.#pump();
    return true;
  }

  /**
   * Resolves when nothing is under way and nothing is due any more, or else after so long in real
   * time.
   */
  async quiet(msMax: number): Promise<void> {
    const late = new Promise<'late'>((resolve) => {
      setTimeout(() => resolve('late'), msMax).unref();
    });
    for (;;) {
      const pending = this.#rounds ?? this.#attempts.underWay[0];
      if (pending === undefined || (await Promise.race([late, pending])) === 'late') return;
    }
  }

  /**
   * Claims nothing more, waits so long in real time for what is under way, then breaks it off.
   * What was broken off is attempted again after the next start.
   */
  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    for (const alarm of this.#alarms.values()) this.#parts.alarms.clear(alarm);
    for (const served of this.#served.values()) this.#expect(served, undefined);
    await this.quiet(graceMs);
    await this.#rounds;
    this.#attempts.breakOff();
    await Promise.all(this.#attempts.underWay);
    try {
      await this.#giveBack([...this.#served.values()]);
    } catch (error) {
      // The next worker frees them, or their leases run out.
      this.#parts.onError('the delivery worker', error);
    }
  }

  #pump(): void {
    if (this.#rounds !== undefined || !this.#hasWork()) return;
    this.#rounds = this.#runRounds().finally(() => {
      this.#rounds = undefined;
      this.#pump();
    });
  }

  async #runRounds(): Promise<void> {
    while (this.#hasWork()) await this.#round();
  }

  #hasWork(): boolean {
    if (this.#stopped || this.#resting) return false;
    if (this.#freeing !== undefined || this.#renewalDue || this.#wantsTokens()) return true;
    return this.#ready.size > 0 && this.#attempts.room > 0;
  }

  #wantsTokens(): boolean {
    return this.#tokensDue && this.#served.size < SERVED_MAX;
  }

  async #round(): Promise<void> {
    if (this.#freeing !== undefined) return this.#free(this.#freeing);
    const looks = this.#chooseLooks();
    const wish = {
      looks,
      known: (name: string) => this.#lookAt(this.#served.get(name)),
      wantsTokens: this.#wantsTokens(),
      limitOfNew: Math.min(CLAIM_MAX, this.#limits.perOutlet),
      limit: Math.min(ROUND_MAX, this.#attempts.room),
      entryLeaseMs: ENTRY_LEASE_MS,
    };
    if (wish.wantsTokens) this.#tokensDue = false;
    this.#renewalDue = false;
    if (looks.length === 0 && !wish.wantsTokens) return;
    try {
      const work = deliverer('', '');
      this.#apply(await this.#parts.invoker.run(work, (context) => runRound(context, wish)));
    } catch (error) {
      this.#parts.onError('the delivery worker', error);
      this.#tokensDue = true;
      for (const { name } of looks) this.#markReady(name);
      this.#rest();
    }
  }

  async #free(progress: FreeingProgress): Promise<void> {
    try {
      const work = deliverer('', '');
      this.#freeing = await this.#parts.invoker.run(work, (context) =>
        freeInterrupted(context, progress),
      );
    } catch (error) {
      this.#parts.onError('the delivery worker', error);
      this.#rest();
    }
  }

  #rest(): void {
    this.#resting = true;
    this.#setAlarm('rest', this.#nowMs() + REST_MS, () => {
      this.#resting = false;
    });
  }

  /** The outlets that have waited longest, and all whose lease has to be renewed. */
  #chooseLooks(): Look[] {
    const looks: Look[] = [];
    for (const served of this.#ready) {
      if (looks.length === LOOKS_PER_ROUND) break;
      this.#ready.delete(served);
      const look = this.#lookAt(served);
      // A busy outlet becomes ready again when one of its attempts ends.
      if (look !== undefined && look.limit > 0) looks.push(look);
    }
    if (!this.#renewalDue) return looks;
    const renewBeforeMs = this.#nowMs() + TOKEN_LEASE_MS / 2;
    const chosen = new Set(looks.map(({ name }) => name));
    for (const served of this.#served.values()) {
      if (served.leaseUntilMs >= renewBeforeMs || chosen.has(served.name)) continue;
      looks.push({ ...served, limit: 0 });
    }
    return looks;
  }

  #lookAt(served: Served<Alarm> | undefined): Look | undefined {
    if (served === undefined) return undefined;
    const { perOutlet, perSilentOutlet, byOutlet } = this.#limits;
    const most = byOutlet[served.name] ?? perOutlet;
    const isSilent = served.unanswered >= SILENT_AFTER;
    const left = (isSilent ? Math.min(most, perSilentOutlet) : most) - served.running.size;
    return { ...served, limit: Math.min(CLAIM_MAX, Math.max(0, left)) };
  }

  #apply({ found, tokensAtMs }: RoundResult): void {
    for (const each of found) this.#applyTo(each);
    if (tokensAtMs !== undefined) this.#takeOutletsAt(tokensAtMs);
    if (this.#served.size === 0 || this.#alarms.has('renewal')) return;
    this.#setAlarm('renewal', this.#nowMs() + TOKEN_LEASE_MS / 3, () => {
      this.#renewalDue = this.#served.size > 0;
    });
  }

  #takeOutletsAt(atMs: number): void {
    if (atMs <= this.#nowMs()) {
      this.#tokensDue = true;
      return;
    }
    this.#setAlarm('tokens', atMs, () => {
      this.#tokensDue = true;
    });
  }

  #applyTo({ name, token, leaseUntilMs, state, entries, look }: Found): void {
    let served = this.#served.get(name);
    if (state !== 'served') {
      if (served === undefined) return;
      this.#expect(served, undefined);
      this.#ready.delete(served);
      this.#served.delete(name);
      return;
    }
    if (served === undefined) {
      const running = new Set<number>();
      served = { name, token, leaseUntilMs, running, unanswered: 0, alarm: undefined };
      this.#served.set(name, served);
    }
    served.leaseUntilMs = leaseUntilMs;
    for (const entry of entries) {
      const { sequence } = entry;
      const at = served;
      at.running.add(sequence);
      this.#attempts.begin(outletQueue(name), entry, (ending) => this.#end(at, sequence, ending));
    }
    if (look === 'now') this.#ready.add(served);
    else if (look !== 'unknown') this.#expect(served, look.atMs);
  }

  #end(served: Served<Alarm>, sequence: number, ending: Ending): void {
    served.running.delete(sequence);
    if (ending === 'unanswered') served.unanswered++;
    else if (ending === 'answered') served.unanswered = 0;
    this.#markReady(served.name);
    this.#pump();
  }

  #markReady(name: string): void {
    const served = this.#served.get(name);
    if (served !== undefined) this.#ready.add(served);
  }

  /** Has the outlet looked at when its next delivery becomes visible. */
  #expect(served: Served<Alarm>, atMs: number | undefined): void {
    const { alarms } = this.#parts;
    if (served.alarm !== undefined) alarms.clear(served.alarm);
    served.alarm = undefined;
    if (atMs === undefined) return;
    served.alarm = alarms.set(atMs, () => {
      served.alarm = undefined;
      this.#markReady(served.name);
      this.#pump();
    });
  }

  #setAlarm(name: 'tokens' | 'renewal' | 'rest', atMs: number, ring: () => void): void {
    const { alarms } = this.#parts;
    const before = this.#alarms.get(name);
    if (before !== undefined) alarms.clear(before);
    const alarm = alarms.set(atMs, () => {
      this.#alarms.delete(name);
      ring();
      this.#pump();
    });
    this.#alarms.set(name, alarm);
  }

  /** Lets the next worker begin at once. */
  async #giveBack(outlets: readonly Served<Alarm>[]): Promise<void> {
    if (outlets.length === 0) return;
    await this.#parts.invoker.run(deliverer('', ''), async ({ tx }) => {
      for (const { token, leaseUntilMs } of outlets) {
        const held = await tx.queues.find(TOKENS, token);
        if (held?.visibleAtMs === leaseUntilMs) await tx.queues.extend(TOKENS, token, tx.nowMs);
      }
    });
  }

  #nowMs(): number {
    return this.#parts.env.clock.nowMs();
  }
}
