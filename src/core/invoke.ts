/**
 * The only way to run an operation: validate, run the handler in a transaction, tell those who
 * wait. HTTP, deliveries and replays all come through here.
 */
import type { AnyOperation } from '../schema/operation.ts';
import type { Service } from '../schema/service.ts';
import { validate } from '../schema/validate.ts';
import { StorageFull, StorageUnavailable } from '../storage/errors.ts';
import type { Awaitable, Store, Timer, Transaction } from '../storage/port.ts';
import { failCommon } from './aws-error.ts';
import type {
  Caller,
  Context,
  Count,
  CountSink,
  Place,
  Wait,
  WaitingRoom,
  Wake,
} from './context.ts';
import type { Environment } from './environment.ts';

/** What an AbortSignal is to a call; the HTTP front has a lighter one for its parked polls. */
export interface CallSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { once: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface Invoker {
  /**
   * Runs an operation and resolves with its output. Rejects with AwsError, or with what a bug
   * threw. `signal` says that the client is gone: a parked call then ends at once and takes
   * nothing.
   */
  invoke(
    service: Service<Context>,
    operation: AnyOperation<Context>,
    input: unknown,
    caller: Caller,
    signal?: CallSignal,
  ): Promise<unknown>;
  /** Takes back what an answer handed out, because it could not be written. */
  undelivered(
    service: Service<Context>,
    operation: AnyOperation<Context>,
    input: unknown,
    output: unknown,
    caller: Caller,
  ): Promise<void>;
  /** Runs our own work (a task, a repair) with the same rules as a handler. */
  run<T>(caller: Caller, work: (context: Context) => Promise<T>): Promise<T>;
}

export interface InvokerParts {
  readonly store: Store;
  readonly env: Environment;
  readonly waiters: WaitingRoom;
  readonly counts: CountSink;
  /** Hears of every durable timer that was set, once it is durable. */
  readonly onTimer: (dueAtMs: number) => void;
  /** Whose operations handlers may call of each other, by name. */
  readonly services: readonly Service<Context>[];
}

/** What a handler asked for while it ran; done after the commit, dropped when it fails. */
interface Effects {
  wakes: Wake[];
  ends: string[];
  counts: Count[];
  timersAtMs: number;
  wait: Wait | undefined;
}

type Handler = (input: unknown, context: Context) => Promise<unknown>;

interface Shared {
  readonly env: Environment;
  readonly waiters: WaitingRoom;
  readonly services: ReadonlyMap<string, Service<Context>>;
}

/** A class, because one is made for each call: methods cost nothing there, closures do. */
class HandlerContext implements Context {
  readonly tx: Transaction;
  readonly nowMs: number;
  readonly env: Environment;
  readonly caller: Caller;
  readonly #shared: Shared;
  readonly #effects: Effects;
  /** Undefined inside a call of another service: nothing waits in there. */
  readonly #run: Run | undefined;

  constructor(
    shared: Shared,
    tx: Transaction,
    caller: Caller,
    effects: Effects,
    run: Run | undefined,
  ) {
    this.tx = tx;
    this.nowMs = tx.nowMs;
    this.env = shared.env;
    this.caller = caller;
    this.#shared = shared;
    this.#effects = effects;
    this.#run = run;
  }

  async invoke(
    serviceName: string,
    operationName: string,
    input: object,
    caller: Caller,
  ): Promise<unknown> {
    const service = this.#shared.services.get(serviceName);
    const operation =
      service?.operations.get(operationName) ?? service?.internal?.get(operationName);
    if (service === undefined || operation === undefined) {
      throw new Error(`${serviceName}.${operationName} is no operation of this server`);
    }
    const violations = validate(operation.input, input);
    if (violations.length > 0) throw service.describeViolation(violations);
    const within = new HandlerContext(this.#shared, this.tx, caller, this.#effects, undefined);
    return (operation.handler as Handler)(input, within);
  }

  schedule(timer: Timer): Awaitable<void> {
    this.#effects.timersAtMs = Math.min(this.#effects.timersAtMs, timer.dueAtMs);
    return this.tx.timers.set(timer);
  }

  wake(news: Wake): void {
    this.#effects.wakes.push(news);
  }

  endWaits(key: string): void {
    this.#effects.ends.push(key);
  }

  waitFor(wait: Wait): void {
    const run = this.#run;
    if (run === undefined) return;
    this.#effects.wait = wait;
    run.arrivedAtMs ??= this.nowMs;
    // In line before the commit: transactions run one after the other, so what another one makes
    // available after this look is always announced to this place.
    run.place ??= this.#shared.waiters.join(wait, run.arrivedAtMs + wait.seconds * 1000);
  }

  count(observation: Count): void {
    this.#effects.counts.push(observation);
  }
}

export function createInvoker(parts: InvokerParts): Invoker {
  const { store, env, waiters } = parts;
  const shared: Shared = {
    env,
    waiters,
    services: new Map(parts.services.map((service) => [service.name, service])),
  };

  function settle(effects: Effects): void {
    // A run that asks to wait counts only if its answer becomes the call's answer.
    if (effects.wait === undefined) countAll(effects.counts);
    if (effects.timersAtMs !== Number.POSITIVE_INFINITY) parts.onTimer(effects.timersAtMs);
    for (const key of effects.ends) waiters.endWaits(key);
    if (effects.wakes.length === 0) return;
    const nowMs = env.clock.nowMs();
    for (const news of effects.wakes) waiters.wake(news, nowMs);
  }

  function countAll(counts: readonly Count[]): void {
    for (const observation of counts) parts.counts.count(observation);
  }

  async function runOnce<T>(
    work: (context: Context) => Promise<T>,
    caller: Caller,
    run: Run,
  ): Promise<Outcome<T>> {
    try {
      let effects = NO_EFFECTS;
      const output = await store.transact((tx) => {
        effects = noEffects();
        return work(new HandlerContext(shared, tx, caller, effects, run));
      });
      settle(effects);
      const { wait, counts } = effects;
      if (wait === undefined) return { output, counts, waits: false, nextAtMs: undefined };
      // A parked call keeps this, so no more than it needs: a list that grew has room to spare.
      return { output, counts: [...counts], waits: true, nextAtMs: wait.nextAtMs };
    } catch (error) {
      throw translate(error);
    }
  }

  return {
    async invoke(service, operation, input, caller, signal) {
      const violations = validate(operation.input, input);
      if (violations.length > 0) throw service.describeViolation(violations);
      const run: Run = {};
      let taken = false;
      try {
        const handler = operation.handler as Handler;
        const work = (context: Context) => handler(input, context);
        let result = await runOnce(work, caller, run);
        while (result.waits && run.place !== undefined && !signal?.aborted) {
          const { place } = run;
          const cancel = () => place.cancel();
          signal?.addEventListener('abort', cancel, { once: true });
          const reason = await place.parked(result.nextAtMs);
          signal?.removeEventListener('abort', cancel);
          if (reason === 'cancelled') break;
          result = await runOnce(work, caller, run);
          if (reason !== 'woken') break;
        }
        taken = !result.waits;
        if (!taken) countAll(result.counts);
        return result.output;
      } finally {
        run.place?.leave(taken);
      }
    },

    async undelivered(_service, operation, input, output, caller) {
      if (operation.undelivered === undefined) return;
      const takeBack = operation.undelivered as (
        i: unknown,
        o: unknown,
        c: Context,
      ) => Promise<void>;
      await runOnce((context) => takeBack(input, output, context), caller, {});
    },

    async run(caller, work) {
      return (await runOnce(work, caller, {})).output;
    },
  };
}

const NO_EFFECTS = noEffects();

function noEffects(): Effects {
  return {
    wakes: [],
    ends: [],
    counts: [],
    timersAtMs: Number.POSITIVE_INFINITY,
    wait: undefined,
  };
}

/** Of one run. */
interface Outcome<T> {
  readonly output: T;
  readonly counts: readonly Count[];
  /** It found nothing and asks to be run again: at `nextAtMs`, if that is known, or when woken. */
  readonly waits: boolean;
  readonly nextAtMs: number | undefined;
}

/** One call across its reruns. */
interface Run {
  arrivedAtMs?: number;
  place?: Place;
}

/** Storage speaks no AWS; this is where its refusals become answers. */
function translate(error: unknown): unknown {
  if (error instanceof StorageFull) {
    return failCommon(
      'ServiceUnavailable',
      'The storage of this server is full. Nothing was changed; try again when space is available.',
    );
  }
  if (error instanceof StorageUnavailable) {
    return failCommon(
      'ServiceUnavailable',
      'The storage of this server cannot be written at the moment. It is not known whether this ' +
        'request changed anything.',
    );
  }
  return error;
}
