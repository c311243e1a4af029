/** Runs operations on the memory store with a fixed environment: no socket, no system clock. */
import { AwsError } from '../../src/core/aws-error.ts';
import type { Caller, Context, Count } from '../../src/core/context.ts';
import { type Environment, TestClock } from '../../src/core/environment.ts';
import { createInvoker } from '../../src/core/invoke.ts';
import { Alarms } from '../../src/scheduler/alarms.ts';
import { Scheduler } from '../../src/scheduler/scheduler.ts';
import type { Task } from '../../src/scheduler/task.ts';
import { Waiters } from '../../src/scheduler/waiters.ts';
import type { Service } from '../../src/schema/service.ts';
import { openMemoryStore } from '../../src/storage/memory/index.ts';
import type { Store } from '../../src/storage/port.ts';

export const START_MS = Date.UTC(2026, 0, 1);

export const defaultCaller: Caller = {
  accountId: '000000000000',
  region: 'us-east-1',
  accessKeyId: 'test',
  principalId: 'AIDATEST',
  endpoint: 'http://localhost:4566',
  headers: {},
};

/** Ids and "random" bytes that count up, so that a test's answers are the same each time. */
export function countingEnvironment(clock: TestClock): Environment {
  let last = 0;
  return {
    clock,
    uuid: () => `00000000-0000-4000-8000-${String(++last).padStart(12, '0')}`,
    randomBytes(count) {
      const bytes = new Uint8Array(count);
      new DataView(bytes.buffer).setUint32(Math.max(0, count - 4), ++last);
      return bytes;
    },
  };
}

export interface Answer {
  readonly [member: string]: unknown;
}

export class ServiceHarness {
  readonly clock = new TestClock(START_MS);
  readonly env = countingEnvironment(this.clock);
  readonly alarms = new Alarms();
  readonly waiters = new Waiters(this.alarms);
  readonly counts: Count[] = [];
  readonly taskErrors: unknown[] = [];
  readonly store: Store;
  readonly scheduler: Scheduler;
  readonly #service: Service<Context>;
  readonly invoker;

  /** `others` are the services whose operations this one calls. */
  constructor(
    service: Service<Context>,
    tasks: readonly Task[] = [],
    others: readonly Service<Context>[] = [],
  ) {
    this.#service = service;
    this.store = openMemoryStore({ clock: this.clock });
    this.invoker = createInvoker({
      store: this.store,
      env: this.env,
      waiters: this.waiters,
      counts: { count: (observation) => this.counts.push(observation) },
      onTimer: (dueAtMs) => this.scheduler.expectTimer(dueAtMs),
      services: [service, ...others],
    });
    this.scheduler = new Scheduler({
      clock: this.clock,
      store: this.store,
      alarms: this.alarms,
      invoker: this.invoker,
      tasks,
      onError: (_what, error) => this.taskErrors.push(error),
    });
    this.scheduler.start();
  }

  /** Runs an operation; rejects with AwsError. */
  async call(
    name: string,
    input: object,
    options: { readonly caller?: Partial<Caller>; readonly signal?: AbortSignal } = {},
  ): Promise<Answer> {
    const row = this.#service.operations.get(name);
    if (row === undefined) throw new Error(`no operation ${name}`);
    const caller = { ...defaultCaller, ...options.caller };
    return (await this.invoker.invoke(this.#service, row, input, caller, options.signal)) as Answer;
  }

  /** The error that an operation answers with. Fails when it succeeds. */
  async failure(
    name: string,
    input: object,
    options: { readonly caller?: Partial<Caller> } = {},
  ): Promise<{ code: string; queryCode: string; status: number; message: string }> {
    try {
      await this.call(name, input, options);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const { code, queryCode, message } = error;
      return { code, queryCode, status: error.row.status, message };
    }
    throw new Error(`${name} succeeded where an error was expected`);
  }

  /** Moves time and does everything that becomes due. */
  async advance(byMs: number): Promise<void> {
    this.clock.advance(byMs);
    await this.scheduler.runDue();
  }

  async close(): Promise<void> {
    await this.scheduler.stop();
    await this.store.close();
  }
}
