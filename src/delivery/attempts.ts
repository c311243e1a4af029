/**
 * Attempts that are under way: each is made outside any transaction, against the clock, and settled
 * in a transaction of its own.
 */
import { AwsError } from '../core/aws-error.ts';
import { type Environment, randomOf } from '../core/environment.ts';
import type { Invoker } from '../core/invoke.ts';
import type { Entry, QueueRef } from '../storage/port.ts';
import { type Delivery, readDelivery } from './delivery.ts';
import type { DeliveryLimits } from './limits.ts';
import { noAnswer, type Outcome } from './outcome.ts';
import { type DeliveryObserver, deliverer, type Settlement, settle } from './settlement.ts';
import { attemptMsMax, type Targets } from './targets/index.ts';
import { Throttle } from './throttle.ts';

/** Rings once at an instant of the injected clock, or soon after. */
export interface AlarmClock<Alarm> {
  set(atMs: number, ring: () => void): Alarm;
  clear(alarm: Alarm): void;
}

export interface AttemptParts<Alarm> {
  readonly invoker: Invoker;
  readonly env: Environment;
  readonly alarms: AlarmClock<Alarm>;
  readonly targets: Targets;
  readonly observer?: DeliveryObserver | undefined;
  /** False takes chance out of the pauses between attempts. */
  readonly jitter: boolean;
  readonly onError: (what: string, error: unknown) => void;
}

/** How an attempt ended, as far as its outlet is concerned. */
export type Ending = 'answered' | 'unanswered' | 'not attempted';

/** Why an attempt is broken off. */
class Stopping extends Error {}
class Timeout extends Error {
  override readonly name = 'Timeout';
}

export class Attempts<Alarm> {
  readonly #parts: AttemptParts<Alarm>;
  readonly #limits: DeliveryLimits;
  readonly #throttle = new Throttle();
  /** Each with what breaks it off. */
  readonly #underWay = new Map<Promise<void>, AbortController>();
  #bytes = 0;

  constructor(parts: AttemptParts<Alarm>, limits: DeliveryLimits) {
    this.#parts = parts;
    this.#limits = limits;
  }

  /** How many more may begin. */
  get room(): number {
    return this.#bytes >= this.#limits.bytes ? 0 : this.#limits.total - this.#underWay.size;
  }

  get underWay(): readonly Promise<void>[] {
    return [...this.#underWay.keys()];
  }

  /** Attempts a claimed delivery, and calls `ended` once it is settled. */
  begin(queue: QueueRef, entry: Entry, ended: (ending: Ending) => void): void {
    const controller = new AbortController();
    const bytes = entry.payload.length;
    this.#bytes += bytes;
    let ending: Ending = 'not attempted';
    const carriedOut = this.#carryOut(queue, entry, controller)
      .then((how) => {
        ending = how;
      })
      .catch((error: unknown) => this.#parts.onError('a delivery', error))
      .finally(() => {
        this.#bytes -= bytes;
        this.#underWay.delete(carriedOut);
        ended(ending);
      });
    this.#underWay.set(carriedOut, controller);
  }

  /** Ends what is under way; it is attempted again later. */
  breakOff(): void {
    for (const controller of this.#underWay.values()) controller.abort(new Stopping());
  }

  async #carryOut(queue: QueueRef, entry: Entry, controller: AbortController): Promise<Ending> {
    const delivery = readDelivery(entry.payload);
    const turnMs = this.#turnOf(delivery);
    if (turnMs !== undefined) {
      await this.#putBack(queue, entry, turnMs);
      return 'not attempted';
    }
    const outcome = await this.#attempt(delivery, controller);
    if (controller.signal.reason instanceof Stopping && outcome.result === 'failed') {
      await this.#putBack(queue, entry, this.#parts.env.clock.nowMs());
      return 'not attempted';
    }
    await this.#settle({
      queue,
      entry,
      delivery,
      outcome,
      redrive: 'wanted',
      random: this.#random,
    });
    return outcome.result === 'failed' && outcome.statusCode === undefined
      ? 'unanswered'
      : 'answered';
  }

  /** When a delivery that its subscription's rate holds up may ask again. */
  #turnOf({ maxReceivesPerSecond, about }: Delivery): number | undefined {
    if (maxReceivesPerSecond === undefined) return undefined;
    const nowMs = this.#parts.env.clock.nowMs();
    const key = about.subscriptionArn ?? about.messageId;
    const turnMs = this.#throttle.admit(key, maxReceivesPerSecond, nowMs);
    return turnMs > nowMs ? turnMs : undefined;
  }

  async #attempt(delivery: Delivery, controller: AbortController): Promise<Outcome> {
    const { alarms, env, targets, onError } = this.#parts;
    const msMax = attemptMsMax(delivery);
    const alarm = alarms.set(env.clock.nowMs() + msMax, () => {
      controller.abort(new Timeout(`no answer within ${msMax / 1000} seconds`));
    });
    try {
      return await targets.attempt(delivery, controller.signal);
    } catch (error) {
      onError('an attempt', error);
      return noAnswer('an error in this server');
    } finally {
      alarms.clear(alarm);
    }
  }

  async #settle(settlement: Settlement): Promise<void> {
    const { invoker, observer } = this.#parts;
    const { accountId, region } = settlement.delivery.about;
    try {
      await invoker.run(deliverer(accountId, region), (context) =>
        settle(context, settlement, observer),
      );
    } catch (error) {
      const isRefusal = error instanceof AwsError && error.row.fault === 'client';
      if (!isRefusal || settlement.redrive === 'failed') throw error;
      this.#parts.onError('a dead-letter queue', error);
      await this.#settle({ ...settlement, redrive: 'failed' });
    }
  }

  /** Not attempted: its claim is taken back. */
  async #putBack(queue: QueueRef, { sequence }: Entry, visibleAtMs: number): Promise<void> {
    await this.#parts.invoker.run(deliverer('', ''), async ({ tx }) => {
      await tx.queues.release(queue, sequence);
      if (visibleAtMs > tx.nowMs) await tx.queues.extend(queue, sequence, visibleAtMs);
    });
  }

  readonly #random = (): number => (this.#parts.jitter ? randomOf(this.#parts.env) : 0);
}
