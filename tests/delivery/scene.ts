/** A delivery worker on a store, with SQS beside it and a clock that moves when told. */
import type { Context } from '../../src/core/context.ts';
import { TestClock } from '../../src/core/environment.ts';
import { createInvoker, type Invoker } from '../../src/core/invoke.ts';
import { readAttempts } from '../../src/delivery/attempt-log.ts';
import { httpRetryPolicy } from '../../src/delivery/backoff.ts';
import { type Delivery, enqueueDelivery } from '../../src/delivery/delivery.ts';
import type { DeliveryLimits } from '../../src/delivery/limits.ts';
import type { Outcome } from '../../src/delivery/outcome.ts';
import type { DeliveryObserver } from '../../src/delivery/settlement.ts';
import { createTargets, type Gateways, type Targets } from '../../src/delivery/targets/index.ts';
import { DeliveryWorker } from '../../src/delivery/worker.ts';
import { Alarms } from '../../src/scheduler/alarms.ts';
import { Scheduler } from '../../src/scheduler/scheduler.ts';
import type { Task } from '../../src/scheduler/task.ts';
import { Waiters } from '../../src/scheduler/waiters.ts';
import type { Service } from '../../src/schema/service.ts';
import { sqs } from '../../src/services/index.ts';
import { openMemoryStore } from '../../src/storage/memory/index.ts';
import type { Store } from '../../src/storage/port.ts';
import { countingEnvironment, defaultCaller, START_MS } from '../support/service.ts';

export const TOPIC = 'arn:aws:sns:us-east-1:000000000000:orders';
/** Real time that a test gives to what does not wait for the clock. */
const QUIET_MS = 10_000;

export interface SceneOptions {
  readonly store?: Store;
  readonly clock?: TestClock;
  readonly targets?: Targets;
  readonly gateways?: Gateways;
  readonly observer?: DeliveryObserver;
  readonly tasks?: readonly Task[];
  readonly limits?: DeliveryLimits;
  /** Whether no other worker can use the store. */
  readonly ownsStore?: boolean;
  /** Services beside SQS. */
  readonly services?: readonly Service<Context>[];
}

export class Scene {
  readonly clock: TestClock;
  readonly store: Store;
  readonly invoker: Invoker;
  readonly worker: DeliveryWorker<unknown>;
  readonly targets: Targets;
  readonly counts = new Map<string, number>();
  readonly errors: { readonly what: string; readonly error: unknown }[] = [];
  readonly #scheduler: Scheduler;
  #deliveries = 0;

  constructor(options: SceneOptions = {}) {
    this.clock = options.clock ?? new TestClock(START_MS);
    this.store = options.store ?? openMemoryStore({ clock: this.clock });
    const env = countingEnvironment(this.clock);
    const alarms = new Alarms();
    const waiters = new Waiters(alarms);
    this.invoker = createInvoker({
      store: this.store,
      env,
      waiters: {
        join: (wait, deadlineMs) => waiters.join(wait, deadlineMs),
        endWaits: (key) => waiters.endWaits(key),
        wake: (news, nowMs) => {
          if (!this.worker.hear(news)) waiters.wake(news, nowMs);
        },
      },
      counts: {
        count: ({ name, value }) => this.counts.set(name, (this.counts.get(name) ?? 0) + value),
      },
      onTimer: (dueAtMs) => this.#scheduler.expectTimer(dueAtMs),
      services: [sqs, ...(options.services ?? [])],
    });
    const onError = (what: string, error: unknown) => this.errors.push({ what, error });
    this.#scheduler = new Scheduler({
      clock: this.clock,
      store: this.store,
      alarms,
      invoker: this.invoker,
      tasks: options.tasks ?? [],
      onError,
    });
    this.targets = options.targets ?? createTargets(options.gateways ?? {}, env);
    this.worker = new DeliveryWorker({
      invoker: this.invoker,
      env,
      alarms,
      targets: this.targets,
      observer: options.observer,
      ...(options.limits !== undefined && { limits: options.limits }),
      ownsStore: options.ownsStore ?? false,
      jitter: false,
      onError,
    });
    this.#scheduler.start();
    this.worker.start();
  }

  /** Stores deliveries in one transaction. */
  async enqueue(...deliveries: readonly Delivery[]): Promise<void> {
    await this.invoker.run(defaultCaller, async (context) => {
      for (const delivery of deliveries) await enqueueDelivery(context, delivery);
    });
  }

  /** Resolves when nothing is under way and nothing due. */
  quiet(): Promise<void> {
    return this.worker.quiet(QUIET_MS);
  }

  /** Stores deliveries and waits until the worker has done what is due. */
  async deliver(...deliveries: readonly Delivery[]): Promise<void> {
    await this.enqueue(...deliveries);
    await this.quiet();
  }

  /** Moves time and waits until the worker has done what becomes due. */
  async advance(byMs: number): Promise<void> {
    this.clock.advance(byMs);
    await this.#scheduler.runDue();
    await this.quiet();
  }

  /** Moves time without waiting for attempts that are under way. */
  async leap(byMs: number): Promise<void> {
    this.clock.advance(byMs);
    await this.#scheduler.runDue();
  }

  /** The log of attempts, newest first. */
  async attempts(topicArn = TOPIC): Promise<AttemptRecord[]> {
    return (await readAttempts(this.store, topicArn, 1_000)) as AttemptRecord[];
  }

  /** How many deliveries and tokens the store still holds, of the outlets named. */
  async left(...outlets: readonly string[]): Promise<number> {
    return this.store.transact(async (tx) => {
      let entries = 0;
      for (const key of ['deliveries', ...outlets.map((name) => `deliveries/${name}`)]) {
        entries += (await tx.queues.peek({ key, ordered: false }, { limit: 1_000 })).length;
      }
      return entries;
    });
  }

  async createQueue(name: string, attributes: object = {}): Promise<void> {
    await this.#sqs('CreateQueue', { QueueName: name, Attributes: attributes });
  }

  /** Receives and answers what lies in a queue. */
  async receive(queue: string): Promise<{ readonly [member: string]: unknown }[]> {
    const input = { QueueUrl: queue, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] };
    const { Messages = [] } = (await this.#sqs('ReceiveMessage', input)) as {
      readonly Messages?: { readonly [member: string]: unknown }[];
    };
    return Messages;
  }

  #sqs(operation: string, input: object): Promise<unknown> {
    return this.call('sqs', operation, input);
  }

  /** Runs an operation; rejects with AwsError. */
  call(service: string, operation: string, input: object): Promise<unknown> {
    return this.invoker.run(defaultCaller, (context) =>
      context.invoke(service, operation, input, defaultCaller),
    );
  }

  /** What happens to a process that is killed, as far as the store can see. */
  async kill(): Promise<void> {
    await this.#scheduler.stop();
  }

  async close(): Promise<void> {
    await this.worker.stop(0);
    await this.targets.close();
    await this.#scheduler.stop();
    await this.store.close();
  }

  /** A delivery to a URL, of the topic TOPIC. */
  http(url: string, changes: Partial<Delivery> = {}): Delivery {
    const number = ++this.#deliveries;
    return {
      deliveryId: `delivery-${number}`,
      target: {
        kind: 'http',
        url,
        headers: [
          ['x-amz-sns-message-type', 'Notification'],
          ['Content-Type', 'text/plain; charset=UTF-8'],
        ],
        body: `body ${number}`,
      },
      retry: httpRetryPolicy,
      about: {
        messageId: `message-${number}`,
        accountId: '000000000000',
        region: 'us-east-1',
        publishedAtMs: this.clock.nowMs(),
        topicArn: TOPIC,
        subscriptionArn: `${TOPIC}:${url}`,
        successSampleRate: 100,
      },
      ...changes,
    };
  }
}

export interface AttemptRecord {
  readonly notification: { readonly [member: string]: unknown };
  readonly delivery: { readonly [member: string]: unknown };
  readonly status: string;
}

/** Targets of which a test says how each attempt ends. */
export class ScriptedTargets implements Targets {
  /** What was attempted, in order, with when. */
  readonly attempted: Delivery[] = [];
  answer: (delivery: Delivery, signal: AbortSignal) => Outcome | Promise<Outcome> = () => delivered;

  async attempt(delivery: Delivery, signal: AbortSignal): Promise<Outcome> {
    this.attempted.push(delivery);
    return this.answer(delivery, signal);
  }

  get messageIds(): string[] {
    return this.attempted.map(({ about }) => about.messageId);
  }

  async close(): Promise<void> {}
}

export const delivered: Outcome = { result: 'delivered', statusCode: 200, providerResponse: '' };
export const busy: Outcome = { result: 'failed', statusCode: 503, providerResponse: 'busy' };
export const rejected: Outcome = { result: 'refused', statusCode: 404, providerResponse: 'no' };

/** An attempt that hangs until it is broken off. */
export function hang(signal: AbortSignal): Promise<Outcome> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve({ result: 'failed', providerResponse: String(signal.reason) });
    });
  });
}
