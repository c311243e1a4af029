/**
 * The composition root: configuration to store to services to scheduler to HTTP. The only file that
 * knows everything; nothing but the command line and the embedding API imports it.
 */
import type { Config } from './config.ts';
import type { Caller, Context, WaitingRoom, Wake } from './core/context.ts';
import { type Environment, systemClock, systemEnvironment, TestClock } from './core/environment.ts';
import { createInvoker, type Invoker } from './core/invoke.ts';
import { declare } from './declarations/index.ts';
import { readAttempts } from './delivery/attempt-log.ts';
import { readInbox } from './delivery/inbox.ts';
import { CERTIFICATE_PATH_START, certificateAt } from './delivery/message-signature.ts';
import { createTargets } from './delivery/targets/index.ts';
import { DeliveryWorker } from './delivery/worker.ts';
import type { DeliveryViews } from './http/delivery-endpoints.ts';
import type { Observation } from './http/dispatch.ts';
import { type ClockControl, ownEndpoints } from './http/own-endpoints.ts';
import { createHttpFront, type Front } from './http/server.ts';
import { createFrontPool } from './http/threads/pool.ts';
import { exposition, type Gauge } from './observability/exposition.ts';
import type { Log } from './observability/log.ts';
import { Metrics } from './observability/metrics.ts';
import { processMetrics } from './observability/process-metrics.ts';
import { isLoopback, StartRefused } from './options.ts';
import { type Alarm, Alarms } from './scheduler/alarms.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import { Waiters } from './scheduler/waiters.ts';
import type { Service } from './schema/service.ts';
import { admin, services, sns, sqs } from './services/index.ts';
import { readFindings } from './services/sns/audit-log.ts';
import { deliveryObserver } from './services/sns/delivery-observer.ts';
import { snsTasks } from './services/sns/tasks.ts';
import { availableBehind, readQueueGauges } from './services/sqs/gauges.ts';
import { sqsTasks } from './services/sqs/tasks.ts';
import { StorageRefused } from './storage/errors.ts';
import { openMemoryStore } from './storage/memory/index.ts';
import type { Store } from './storage/port.ts';
import { version } from './version.ts';

export interface Waystation {
  /** Scheme, host and port at which this machine reaches it, without a trailing slash. */
  readonly endpoint: string;
  /** With --test-clock only. */
  readonly clock: ClockControl | undefined;
  /** Runs an operation for an owner without HTTP. Rejects with AwsError. */
  call(service: Service<Context>, operation: string, input: object, owner: Owner): Promise<unknown>;
  /**
   * Takes no more requests, answers those under way, long polls included, and lets go of port and
   * store.
   */
  stop(): Promise<void>;
}

/** For whom the server itself runs an operation. */
export interface Owner extends Pick<Caller, 'accountId' | 'region'> {
  /** What URLs that the operation hands out begin with, where it hands out any. */
  readonly endpoint?: string;
}

export interface Parts {
  readonly log: Log;
  /** Ids and randomness other than the system's; its clock gives way to --test-clock. */
  readonly env?: Environment;
  /** The store to serve from, instead of the one that the configuration names. */
  readonly store?: Store;
}

/** Queues of which a scrape shows the gauges, and how many of them one transaction reads. */
const GAUGE_QUEUES_MAX = 10_000;
const GAUGE_QUEUES_PER_TRANSACTION = 100;

/** How long the end waits for deliveries that are under way. */
const DELIVERY_GRACE_MS = 5_000;
/** How long a move of the test clock waits, in real time, for deliveries that it makes due. */
const DELIVERY_WAIT_MS = 1_000;

/** Starts everything; it serves once the promise resolves. Throws StartRefused. */
export async function createWaystation(config: Config, parts: Parts): Promise<Waystation> {
  const { log } = parts;
  const env = environmentOf(config, parts.env);
  const store = parts.store ?? (await openStore(config, env));
  try {
    return await serve(config, log, env, store);
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** The parts of a server that runs, as they are wired to each other. */
interface Machinery {
  readonly store: Store;
  readonly env: Environment;
  readonly invoker: Invoker;
  readonly waiters: Waiters;
  readonly scheduler: Scheduler;
  readonly deliveries: Deliveries;
  readonly metrics: Metrics;
  readonly clock: ClockControl | undefined;
}

async function serve(
  config: Config,
  log: Log,
  env: Environment,
  store: Store,
): Promise<Waystation> {
  const machinery = assemble(config, log, env, store);
  const { waiters, scheduler, deliveries, clock } = machinery;
  const call = callOf(machinery.invoker);
  const declareAt = (endpoint: string) =>
    declare(config, (service, operation, input, owner) =>
      call(DECLARABLE[service], operation, input, { ...owner, endpoint }),
    );
  const known = knownEndpoint(config);
  if (known !== undefined) await declareAt(known);
  const front = frontOf(config, log, machinery);
  scheduler.start();
  deliveries.start();
  let port: number;
  try {
    port = await listen(front, config);
    // Nobody knows the port yet, so nobody can miss what is not declared.
    if (known === undefined) await declareAt(localEndpoint(config.host, port));
  } catch (error) {
    await front.close();
    await deliveries.stop();
    await scheduler.stop();
    throw error;
  }
  return {
    endpoint: localEndpoint(config.host, port),
    clock,
    call,
    async stop() {
      const closed = front.close();
      waiters.endAll();
      await closed;
      await deliveries.stop();
      await scheduler.stop();
      await store.close();
    },
  };
}

const DECLARABLE = { sns, sqs };

/** Where links lead that are handed out before the server listens; undefined with any free port. */
function knownEndpoint({ publicUrl, host, port }: Config): string | undefined {
  return publicUrl ?? (port === 0 ? undefined : localEndpoint(host, port));
}

function assemble(config: Config, log: Log, env: Environment, store: Store): Machinery {
  const alarms = new Alarms();
  const waiters = new Waiters(alarms);
  waiters.available = (key) => store.transact((tx) => availableBehind(tx, key));
  const metrics = new Metrics();
  const invoker = createInvoker({
    store,
    env,
    waiters: listening(waiters, (news) => deliveries.worker.hear(news)),
    counts: metrics,
    onTimer: (dueAtMs) => scheduler.expectTimer(dueAtMs),
    services,
  });
  const onError = (what: string, error: unknown) => log.error({ err: error }, `${what} failed`);
  const scheduler = new Scheduler({
    clock: env.clock,
    store,
    alarms,
    invoker,
    tasks: [...sqsTasks, ...snsTasks],
    onError,
  });
  const deliveries = createDeliveries(config, env, invoker, alarms, onError);
  const runDue = async () => {
    await scheduler.runDue();
    await deliveries.worker.quiet(DELIVERY_WAIT_MS);
  };
  const clock = env.clock instanceof TestClock ? { clock: env.clock, runDue } : undefined;
  return { store, env, invoker, waiters, scheduler, deliveries, metrics, clock };
}

/** Tells `hear` of all news first; what it takes goes no further. */
function listening(waiters: Waiters, hear: (news: Wake) => boolean): WaitingRoom {
  return {
    join: (wait, deadlineMs) => waiters.join(wait, deadlineMs),
    wake: (news, nowMs) => {
      if (!hear(news)) waiters.wake(news, nowMs);
    },
    endWaits: (key) => waiters.endWaits(key),
  };
}

/** What leaves the process. */
interface Deliveries {
  readonly worker: DeliveryWorker<Alarm>;
  start(): void;
  stop(): Promise<void>;
}

function createDeliveries(
  config: Config,
  env: Environment,
  invoker: Invoker,
  alarms: Alarms,
  onError: (what: string, error: unknown) => void,
): Deliveries {
  const targets = createTargets(config, env);
  const observer = deliveryObserver;
  const jitter = !config.testClock;
  const worker = new DeliveryWorker({
    ...{ invoker, env, alarms, targets, observer, jitter, onError },
    // Both engines belong to one process: SQLite locks its folder, and memory is the process's own.
    ownsStore: true,
  });
  return {
    worker,
    start: () => worker.start(),
    async stop() {
      await worker.stop(DELIVERY_GRACE_MS);
      await targets.close();
    },
  };
}

const deliveryViews = (store: Store): DeliveryViews => ({
  inbox: (filter) => readInbox(store, filter),
  attempts: (topicArn, limit) => readAttempts(store, topicArn, limit),
  findings: (topicArn, limit) => readFindings(store, topicArn, limit),
  certificatePathStart: CERTIFICATE_PATH_START,
  certificate: (path) => store.transact((tx) => certificateAt(tx, path)),
});

function frontOf(config: Config, log: Log, machinery: Machinery): Front {
  const { store, env, invoker, metrics, clock } = machinery;
  const parts = {
    services,
    invoker,
    env,
    publicUrl: config.publicUrl,
    ownEndpoints: ownEndpoints({
      version,
      store: config.store,
      services: services.map(({ name }) => name).filter((name) => name !== admin.name),
      checkStore: async () => {
        const failure = store.failure();
        if (failure !== undefined) throw failure;
        await store.transact((tx) => tx.timers.nextDueAtMs());
      },
      metricsText: () => metricsText(machinery),
      deliveries: deliveryViews(store),
      clock,
    }),
    onError: (error: unknown, requestId: string) =>
      log.error({ err: error, requestId }, 'a request failed'),
    observe: (observation: Observation) => {
      metrics.observeRequest(observation);
      log.debug(observation, 'answered');
    },
  };
  if (config.httpThreads === 0) return createHttpFront(parts);
  const program = import.meta.filename.replace(/main(\.[jt]s)$/, 'front-thread$1');
  return createFrontPool({ ...parts, threads: config.httpThreads, program });
}

async function metricsText({ store, waiters, metrics }: Machinery): Promise<string> {
  const gauges: Gauge[] = [];
  let after: string | undefined;
  for (let queues = 0; queues < GAUGE_QUEUES_MAX; queues += GAUGE_QUEUES_PER_TRANSACTION) {
    const from = after;
    const page = await store.transact((tx) =>
      readQueueGauges(tx, from, GAUGE_QUEUES_PER_TRANSACTION),
    );
    gauges.push(...page.gauges);
    after = page.after;
    if (after === undefined) break;
  }
  const stats = store.stats();
  metrics.observeCommits(stats);
  const readings = {
    store: stats,
    waiterCount: waiters.waiterCount,
    gauges,
    gaugesTruncated: after !== undefined,
  };
  return `${exposition(metrics, readings)}\n${await processMetrics()}`;
}

function environmentOf(config: Config, given: Environment | undefined): Environment {
  const clock = config.testClock ? new TestClock() : (given?.clock ?? systemClock());
  return { ...(given ?? systemEnvironment()), clock };
}

async function openStore(config: Config, env: Environment): Promise<Store> {
  const { clock } = env;
  if (config.store === 'memory') return openMemoryStore({ clock });
  const { openSqliteStore } = await import('./storage/sqlite/index.ts');
  try {
    return await openSqliteStore({ folder: config.data, clock, durability: config.durability });
  } catch (error) {
    throw error instanceof StorageRefused ? new StartRefused(error.message) : error;
  }
}

/** Runs operations for the server itself: declarations, and programs that embed it. */
function callOf(invoker: Invoker): Waystation['call'] {
  return async (service, name, input, owner) => {
    const operation = service.operations.get(name);
    if (operation === undefined) throw new Error(`${service.name} has no operation ${name}`);
    const caller: Caller = {
      accountId: owner.accountId,
      region: owner.region,
      accessKeyId: owner.accountId,
      principalId: owner.accountId,
      endpoint: owner.endpoint ?? '',
      headers: {},
    };
    return invoker.invoke(service, operation, input, caller);
  };
}

const LISTEN_REFUSALS: { readonly [code: string]: (config: Config) => string } = {
  EADDRINUSE: ({ host, port }) =>
    `Port ${port} of ${host} is in use, perhaps by another Waystation. ` +
    'Stop that program, or choose another port with --port (0 takes any free one).',
  EACCES: ({ port }) =>
    `This user may not listen on port ${port}. Choose one above 1023 with --port.`,
  // Node knows how to share a port on Linux, FreeBSD, DragonFly BSD, Solaris and AIX.
  ENOTSUP: () =>
    'This system cannot share a port among threads. Leave --http-threads out: the main thread ' +
    'then speaks HTTP.',
  EADDRNOTAVAIL: ({ host }) => `This machine has no address ${host}. Choose another with --host.`,
  ENOTFOUND: ({ host }) => `There is no address for the name ${host}. Choose another with --host.`,
};

async function listen(front: Front, config: Config): Promise<number> {
  try {
    return (await front.listen(config.port, config.host)).port;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const refusal = LISTEN_REFUSALS[code];
    throw refusal === undefined ? error : new StartRefused(refusal(config));
  }
}

const ANY_ADDRESS = ['0.0.0.0', '::'];

function localEndpoint(host: string, port: number): string {
  const isHere = isLoopback(host) || ANY_ADDRESS.includes(host);
  const name = isHere ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
