/** One process of the product, made of its real parts, without sockets and without system time. */
import { AwsError } from '../../src/core/aws-error.ts';
import type { Caller, Context } from '../../src/core/context.ts';
import type { Environment, TestClock } from '../../src/core/environment.ts';
import { createInvoker, type Invoker } from '../../src/core/invoke.ts';
import { Alarms } from '../../src/scheduler/alarms.ts';
import { Scheduler } from '../../src/scheduler/scheduler.ts';
import type { Task } from '../../src/scheduler/task.ts';
import { Waiters } from '../../src/scheduler/waiters.ts';
import type { AnyOperation } from '../../src/schema/operation.ts';
import type { Service } from '../../src/schema/service.ts';
import { sns, sqs } from '../../src/services/index.ts';
import { limitFanOut } from '../../src/services/sns/fan-out.ts';
import { snsTasks } from '../../src/services/sns/tasks.ts';
import { availableBehind } from '../../src/services/sqs/gauges.ts';
import { sqsTasks } from '../../src/services/sqs/tasks.ts';
import type { FaultyStore } from './faults.ts';
import type { Random } from './random.ts';
import { type Call, type Output, recordOf } from './record.ts';

export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';

const caller: Caller = {
  accountId: ACCOUNT,
  region: REGION,
  accessKeyId: 'test',
  principalId: 'AIDATEST',
  endpoint: 'http://localhost:4566',
  headers: {},
};

const services = [sqs, sns];

/** The service of the operation; no two share a name. */
function serviceOf({ request: { operation } }: Call): Service<Context> {
  const service = services.find(({ operations }) => operations.has(operation));
  if (service === undefined) throw new Error(`no operation ${operation}`);
  return service;
}

export interface ProductParts {
  readonly store: FaultyStore;
  readonly clock: TestClock;
  /** Where ids come from. */
  readonly random: Random;
  /** Subscriptions that one step of a fan-out serves. */
  readonly fanOutChunk: number;
  readonly onError: (what: string, error: unknown) => void;
}

export class Product {
  readonly store: FaultyStore;
  readonly #waiters: Waiters;
  readonly #invoker: Invoker;
  readonly #scheduler: Scheduler;
  readonly #onError: ProductParts['onError'];

  constructor({ store, clock, random, fanOutChunk, onError }: ProductParts) {
    this.store = store;
    this.#onError = onError;
    const env: Environment = {
      clock,
      uuid: () => random.uuid(),
      randomBytes: (count) => random.bytes(count),
    };
    limitFanOut(env, fanOutChunk);
    const alarms = new Alarms();
    this.#waiters = new Waiters(alarms);
    this.#waiters.available = (key) =>
      store.transact(async (tx) => {
        const available = await availableBehind(tx, key);
        recordOf(tx).work = { kind: 'look', key, entries: available.entries };
        return available;
      });
    this.#invoker = createInvoker({
      services,
      store,
      env,
      waiters: this.#waiters,
      counts: { count: () => {} },
      onTimer: (dueAtMs) => this.#scheduler.expectTimer(dueAtMs),
    });
    this.#scheduler = new Scheduler({
      clock,
      store,
      alarms,
      invoker: this.#invoker,
      tasks: [...sqsTasks, ...snsTasks].map(recorded),
      onError,
    });
    this.#scheduler.start();
  }

  /** Calls that are parked or on their way to it. */
  get waiterCount(): number {
    return this.#waiters.waiterCount;
  }

  /** Runs a call as the HTTP front does; rejects with AwsError. */
  async invoke(call: Call): Promise<unknown> {
    const { request, connection, unwritable } = call;
    const row = recordedRow(call);
    const { signal } = connection;
    const service = serviceOf(call);
    const output = await this.#invoker.invoke(service, row, request.input, caller, signal);
    if (row.undelivered !== undefined && (unwritable || signal.aborted)) {
      this.#invoker.undelivered(service, row, request.input, output, caller).catch((error) => {
        if (!isRefusal(error)) this.#onError('undelivered', error);
      });
    }
    return output;
  }

  /** Answers every parked call, as a server does that is told to stop. */
  endWaits(): void {
    this.#waiters.endAll();
  }

  /** Ends without a goodbye; what is under way stays where it is. */
  die(): void {
    this.store.die();
    void this.#scheduler.stop();
  }
}

/** Whether an error is the answer of a store that cannot take more. */
export function isRefusal(error: unknown): boolean {
  return error instanceof AwsError && error.code === 'ServiceUnavailable';
}

/** The operation of a call, which leaves a note in the record of each transaction. */
function recordedRow(call: Call): AnyOperation<Context> {
  const row = serviceOf(call).operations.get(call.request.operation);
  if (row === undefined) throw new Error(`no operation ${call.request.operation}`);
  const { handler, undelivered } = row;
  const recordedHandler: AnyOperation<Context>['handler'] = async (input, context) => {
    const work: Extract<ReturnType<typeof recordOf>['work'], { kind: 'call' }> = {
      kind: 'call',
      call,
    };
    recordOf(context.tx).work = work;
    work.output = await handler(input, context);
    return work.output;
  };
  if (undelivered === undefined) return { ...row, handler: recordedHandler };
  return {
    ...row,
    handler: recordedHandler,
    async undelivered(input, output: Output<'ReceiveMessage'> & never, context) {
      recordOf(context.tx).work = { kind: 'undelivered', call, output };
      await undelivered(input, output, context);
    },
  };
}

function recorded(task: Task): Task {
  return {
    kind: task.kind,
    async run(timer, context) {
      recordOf(context.tx).work = { kind: 'task', timer };
      await task.run(timer, context);
    },
  };
}
