/**
 * A crash run: client processes work against a server that is killed again and again, and the whole
 * history is judged. The seed decides what clients do and when the server dies; how processes share
 * the machine is not in its power, so that the same seed gives the same kind of run, not the same.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LoadClient, peekAll } from '../durability/load-client.ts';
import { Random } from '../simulation/random.ts';
import type { Server } from '../support/server.ts';
import { type Breach, Checker } from './checker.ts';
import type { Order, Report } from './client.ts';
import { type Call, type Life, nowMs, type Snapshot } from './history.ts';
import { QUEUES, TASK_SOURCES } from './queues.ts';
import { listTasks, takeSnapshot } from './snapshot.ts';
import { seen } from './workload.ts';

export interface CrashOptions {
  readonly seed: number;
  readonly kills: number;
  readonly clients: number;
  /** How long the server lives with clients at work, at least and at most. */
  readonly lifeMs: readonly [min: number, max: number];
  /** Starts a server on the run's data folder. */
  readonly start: () => Server;
  /** Hears of progress. */
  readonly note?: (line: string) => void;
  /** Gets the history as it grows: lives of the server, and snapshots of what was stored. */
  readonly keep?: (part: Life | Snapshot) => void;
}

export interface CrashResult {
  readonly kills: number;
  readonly breaches: readonly Breach[];
  readonly tally: Checker['tally'] & { readonly tasks: number };
}

/** How many starts are killed before the server is ready, and when. */
const KILLED_STARTS = 1 / 8;
const START_MS_MAX = 300;
/** Less than a lease lasts: a task that was under way when the server died goes on at once. */
const TASK_MS_MAX = 20_000;
/** How long one waits for tasks before clients go on. */
const PATIENCE_MS = 500;
const DRAIN_MS_MAX = 60_000;
const DRAIN_SECONDS = 60;
const NOTED_KILLS = 100;

export async function runCrashes(options: CrashOptions): Promise<CrashResult> {
  const run = new CrashRun(options);
  try {
    return await run.run();
  } finally {
    run.end();
  }
}

class CrashRun {
  readonly #options: CrashOptions;
  readonly #random: Random;
  readonly #checker = new Checker();
  readonly #clients: ChildProcess[];
  #kills = 0;
  readonly #tasks = new Map<string, number>();
  readonly #runningSinceMs = new Map<string, number>();

  constructor(options: CrashOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
    const program = fileURLToPath(new URL('client.ts', import.meta.url));
    this.#clients = Array.from({ length: options.clients }, (_, i) =>
      fork(program, [String(this.#random.uint32()), String(i + 1)], { execArgv: [] }),
    );
  }

  async run(): Promise<CrashResult> {
    const { kills, note } = this.#options;
    await this.#create();
    let noted = 0;
    while (this.#kills < kills && this.#checker.breaches.length === 0) {
      await this.#live();
      if (this.#kills - noted < NOTED_KILLS) continue;
      noted = this.#kills;
      note?.(`${noted} kills, ${this.#checker.tally.calls} calls`);
    }
    if (this.#checker.breaches.length === 0) await this.#finish();
    const { breaches, tally } = this.#checker;
    const tasks = [...this.#tasks.values()].reduce((sum, count) => sum + count, 0);
    return { kills: this.#kills, breaches, tally: { ...tally, tasks } };
  }

  end(): void {
    for (const client of this.#clients) client.kill('SIGKILL');
  }

  #add(life: Life): void {
    this.#options.keep?.(life);
    this.#checker.add(life);
  }

  async #create(): Promise<void> {
    const server = this.#options.start();
    const client = new LoadClient(await server.ready());
    const calls: Call[] = [];
    for (const { name, attributes } of QUEUES) {
      const beginMs = nowMs();
      await client.must('CreateQueue', { QueueName: name, Attributes: attributes });
      const facts = { client: 0, queue: name, beginMs, endMs: nowMs(), outcome: 'done' } as const;
      calls.push({ ...facts, operation: 'create' });
    }
    await server.stop('SIGKILL');
    client.close();
    this.#add({ calls, endMs: nowMs(), isKilled: true });
  }

  /** A server that serves, after as many killed starts as chance wants. */
  async #begin(): Promise<{ server: Server; endpoint: string; client: LoadClient }> {
    while (this.#random.chance(KILLED_STARTS)) {
      const doomed = this.#options.start();
      await Promise.race([pause(this.#random.below(START_MS_MAX)), doomed.exit]);
      await doomed.stop('SIGKILL');
      this.#kills += 1;
    }
    const server = this.#options.start();
    const endpoint = await server.ready();
    return { server, endpoint, client: new LoadClient(endpoint) };
  }

  /** The server starts, what it holds is judged, clients work, and it is killed. */
  async #live(): Promise<void> {
    const { server, endpoint, client } = await this.#begin();
    await this.#look(client, this.#random.chance(0.5) ? PATIENCE_MS : 0);
    client.close();
    if (this.#checker.breaches.length > 0) {
      await server.stop('SIGKILL');
      return;
    }
    const reports = this.#clients.map((process) => work(process, { endpoint }));
    const [min, max] = this.#options.lifeMs;
    const isEarly = await Promise.race([
      pause(min + this.#random.below(max - min + 1), false),
      server.exit.then(() => true),
    ]);
    if (isEarly) this.#checker.breach(`the server ended by itself: ${server.stderr}`);
    await server.stop('SIGKILL');
    const endMs = nowMs();
    this.#kills += 1;
    const calls = (await Promise.all(reports)).flatMap((report) => report.calls);
    this.#add({ calls, endMs, isKilled: true });
  }

  /** Judges what is stored, except where tasks still move messages when the time is over. */
  async #look(client: LoadClient, patienceMs: number): Promise<void> {
    const untilMs = nowMs() + patienceMs;
    let running = await this.#running(client);
    while (running.length > 0 && nowMs() < untilMs && this.#checker.breaches.length === 0) {
      await pause(20);
      running = await this.#running(client);
    }
    const snapshot = await takeSnapshot(client, running);
    this.#options.keep?.(snapshot);
    this.#checker.look(snapshot);
  }

  /** Sources of tasks that run; tells of tasks that do not end, or not as they may. */
  async #running(client: LoadClient): Promise<string[]> {
    const running: string[] = [];
    for (const source of TASK_SOURCES) {
      const { tasks, cancels } = this.#checker.queue(source);
      this.#tasks.set(source, tasks);
      for (const { Status: status, StartedTimestamp } of await listTasks(client, source)) {
        const name = `${source} ${StartedTimestamp}`;
        if (status === 'RUNNING') {
          running.push(source);
          const sinceMs = this.#runningSinceMs.get(name) ?? nowMs();
          this.#runningSinceMs.set(name, sinceMs);
          if (nowMs() - sinceMs > TASK_MS_MAX)
            this.#checker.breach(`a task of ${source} stands still`);
        }
        const mayBe = ['RUNNING', 'COMPLETED', ...(cancels > 0 ? ['CANCELLED'] : [])];
        if (!mayBe.includes(status)) this.#checker.breach(`a task of ${source} is ${status}`);
      }
    }
    return running;
  }

  /** In the end every message that is left can be received and deleted, and nothing stays. */
  async #finish(): Promise<void> {
    const { server, client } = await this.#begin();
    await this.#look(client, TASK_MS_MAX);
    const names = [...this.#checker.queues.keys()].filter((name) =>
      this.#checker.queue(name).surelyExists(nowMs(), nowMs()),
    );
    const untilMs = nowMs() + DRAIN_MS_MAX;
    await Promise.all(names.map((name) => this.#drain(client, name, untilMs)));
    // What a receive made a dead letter came after the dead letters were received.
    for (const source of TASK_SOURCES) await this.#drain(client, source, untilMs);
    await this.#look(client, TASK_MS_MAX);
    for (const name of names) {
      const [left] = await peekAll(client, name);
      if (left === undefined) continue;
      const [token = ''] = left.Body.split(':');
      this.#checker.breach(`${token} stays in ${name}`, this.#checker.messageOf(token));
    }
    client.close();
    const exit = await server.stop();
    if (exit.code !== 0) this.#checker.breach(`the server ends with ${JSON.stringify(exit)}`);
  }

  async #drain(client: LoadClient, queue: string, untilMs: number): Promise<void> {
    const calls: Call[] = [];
    while (nowMs() < untilMs && (await peekAll(client, queue)).length > 0) {
      const asked = { visibilitySeconds: DRAIN_SECONDS, waitSeconds: 1 };
      const beginMs = nowMs();
      const { Messages = [] } = await client.must('ReceiveMessage', {
        QueueUrl: queue,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: asked.visibilitySeconds,
        WaitTimeSeconds: asked.waitSeconds,
        MessageSystemAttributeNames: ['All'],
      });
      const outcome = 'done';
      const messages = Messages.map(seen);
      const received = { client: 0, queue, beginMs, endMs: nowMs(), outcome } as const;
      calls.push({ ...received, ...asked, operation: 'receive', messages });
      for (const { handle, token } of messages) {
        const deleteMs = nowMs();
        await client.must('DeleteMessage', { QueueUrl: queue, ReceiptHandle: handle });
        const entries = [{ token: token ?? '', handle, outcome }] as const;
        const deleted = { client: 0, queue, beginMs: deleteMs, endMs: nowMs(), outcome } as const;
        calls.push({ ...deleted, operation: 'delete', seconds: 0, entries });
      }
    }
    this.#add({ calls, endMs: nowMs(), isKilled: false });
  }
}

/** Has a client work; answers when the server is gone. Rejects when the client is. */
async function work(client: ChildProcess, order: Order): Promise<Report> {
  const over = new AbortController();
  const { signal } = over;
  const gone = once(client, 'exit', { signal }).then(([code]) => {
    throw new Error(`a client ended with ${code}`);
  });
  // It is refused, too, when the report is there.
  gone.catch(() => {});
  const said = once(client, 'message', { signal }).then(([report]) => report as Report);
  client.send(order);
  try {
    return await Promise.race([said, gone]);
  } finally {
    over.abort();
  }
}
