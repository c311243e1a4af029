/**
 * The simulator: the real product on a store, a clock and ids that follow from a seed. What happens
 * next is always picked by the seed: a client calls, a transaction runs, an answer arrives, time
 * passes, a client goes away, the process dies. The same seed gives the same run on every engine.
 */
import { TestClock } from '../../src/core/environment.ts';
import { checkTopics } from '../../src/services/sns/check/index.ts';
import type { Store } from '../../src/storage/port.ts';
import { auditLeftovers, TOPIC_DOCUMENTS } from './audit-leftovers.ts';
import { Auditor } from './auditor.ts';
import { type Engine, type EngineName, openEngine } from './engines.ts';
import { type Fate, FaultyStore } from './faults.ts';
import { isRefusal, Product } from './product.ts';
import { Random } from './random.ts';
import type { Call, ClientRequest } from './record.ts';
import { Workload } from './workload.ts';

const START_MS = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;
const HISTORY_SHOWN = 60;
/** Members that hold, or may quote, what engines number as they like, and what adds nothing. */
const HIDDEN_MEMBERS = new Set(['SequenceNumber', 'Message', 'MD5OfBody', 'MD5OfMessageBody']);
const SOON_MS = 900_000;
const DRAIN_ROUNDS_MAX = 2_000;
/** More than a server does by itself at one instant. */
const TURNS_MAX = 20_000;
/** More documents of topics than a simulation has. */
const DOCUMENTS_MAX = 100_000;
/** After this long, background work that failed is tried again. */
const RETRY_MS = 31_000;

export interface SimulationResult {
  /** What the clients were told, without what engines may number as they like. */
  readonly answers: readonly string[];
  readonly deaths: number;
}

/** A run in which something was wrong; the message tells how to see it again. */
export class SimulationFailure extends Error {}

/**
 * Runs one seed. Rejects with SimulationFailure. `damage` puts something between the simulation and
 * the engine.
 */
export async function simulate(
  seed: number,
  engine: EngineName,
  damage: (store: Store) => Store = (store) => store,
): Promise<SimulationResult> {
  const clock = new TestClock(START_MS);
  const opened = await openEngine(engine, clock);
  const simulation = new Simulation(seed, engine, opened, damage, clock);
  try {
    return await simulation.run();
  } finally {
    await opened.close();
  }
}

/** How rough a seed's world is. */
interface Weather {
  readonly steps: number;
  /** Chance that a transaction does not simply commit. */
  readonly faults: number;
  /** Transactions run and are answered in the order in which they came. */
  readonly inOrder: boolean;
  readonly deaths: number;
  /** How late background work may be. */
  readonly graceMs: number;
}

const CALM: Weather = { steps: 0, faults: 0, inOrder: true, deaths: 0, graceMs: 1_000 };

class Simulation {
  readonly #seed: number;
  readonly #engineName: EngineName;
  readonly #engine: Engine;
  readonly #damage: (store: Store) => Store;
  readonly #clock: TestClock;
  readonly #random: Random;
  readonly #ids: Random;
  readonly #workload: Workload;
  readonly #auditor = new Auditor(
    (line) => this.#note(line),
    (value) => this.#show(value),
  );
  readonly #open = new Set<Call>();
  readonly #history: Array<() => string> = [];
  readonly #answers: string[] = [];
  #weather = CALM;
  #store: FaultyStore;
  #product: Product;
  #calls = 0;
  #deaths = 0;

  constructor(
    seed: number,
    engineName: EngineName,
    engine: Engine,
    damage: (store: Store) => Store,
    clock: TestClock,
  ) {
    this.#seed = seed;
    this.#engineName = engineName;
    this.#engine = engine;
    this.#damage = damage;
    this.#clock = clock;
    this.#random = new Random(seed);
    this.#ids = new Random(this.#random.uint32());
    this.#workload = new Workload(new Random(this.#random.uint32()), new Random(~seed));
    this.#store = this.#openStore();
    this.#product = this.#startProduct();
  }

  async run(): Promise<SimulationResult> {
    for (const opening of this.#workload.openings) await this.#callAlone(opening);
    this.#weather = this.#makeWeather();
    for (let step = 0; step < this.#weather.steps; step++) {
      const starts = this.#random.weighted([
        [2, 0],
        [5, 1],
        [3, 2],
        [1, 5],
      ]);
      for (let start = 0; start < starts; start++) this.#call(this.#workload.next());
      for (let left = this.#random.below(8); left > 0; left--) await this.#decide();
      if (this.#random.chance(0.5)) await this.#quiet();
    }
    await this.#finish();
    return { answers: this.#answers, deaths: this.#deaths };
  }

  #makeWeather(): Weather {
    const random = this.#random;
    const isFair = random.chance(0.3);
    return {
      steps: 50 + random.below(60),
      faults: isFair ? 0 : random.pick([0.01, 0.03, 0.1]),
      inOrder: random.chance(0.4),
      deaths: isFair ? 0 : 1,
      graceMs: isFair ? CALM.graceMs : Number.POSITIVE_INFINITY,
    };
  }

  // ---------------------------------------------------------------- what can happen

  async #decide(): Promise<void> {
    const random = this.#random;
    const waiting = [...this.#open];
    const happen = random.weighted<() => Promise<void> | void>([
      [this.#store.submittedCount > 0 ? 240 : 0, () => this.#runOne()],
      [this.#store.finishedCount > 0 ? 240 : 0, () => this.#answerSome()],
      [60, () => this.#passTime()],
      [waiting.length > 0 ? 30 : 0, () => this.#hangUp(random.pick(waiting))],
      [this.#weather.deaths, () => this.#restart('dies')],
      [this.#weather.deaths, () => this.#stop()],
    ]);
    await happen();
    await this.#settle();
  }

  #call(request: ClientRequest): void {
    this.#calls += 1;
    const call: Call = {
      id: this.#calls,
      request,
      connection: new AbortController(),
      unwritable: request.operation === 'ReceiveMessage' && this.#random.chance(0.05),
    };
    this.#note(() => `call ${call.id}: ${request.operation} ${this.#show(request.input)}`);
    this.#open.add(call);
    const product = this.#product;
    product.invoke(call).then(
      (output) => this.#heard(call, { output }),
      (error) => this.#heard(call, { error }),
    );
  }

  #heard(call: Call, answer: { output: unknown } | { error: unknown }): void {
    this.#open.delete(call);
    this.#auditor.heard(call, answer);
    const isLost = call.unwritable || call.connection.signal.aborted;
    const text = 'error' in answer ? `error ${codeOf(answer.error)}` : this.#show(answer.output);
    const line = `call ${call.id} ${isLost ? 'is not told' : 'hears'}: ${text}`;
    this.#note(() => line);
    this.#answers.push(line);
    if ('error' in answer && isRefusal(answer.error)) this.#workload.unheard(call);
    else if (isLost) this.#workload.unheard(call);
    else if ('output' in answer) this.#workload.heard(call, answer.output);
  }

  async #runOne(): Promise<void> {
    const index = this.#pickIndex(this.#store.submittedCount);
    const fate = this.#fate();
    if (fate.kind !== 'commits') this.#note(() => `the next transaction ${fate.kind}`);
    if (!(await this.#store.run(index, fate))) await this.#restart(fate.kind);
  }

  #fate(): Fate {
    const random = this.#random;
    if (!random.chance(this.#weather.faults)) return { kind: 'commits' };
    return random.weighted<Fate>([
      [3, { kind: 'repeats' }],
      [3, { kind: 'refused', full: random.chance(0.5) }],
      [1, { kind: 'dies', atCall: 1 + random.below(this.#workload.topics ? 40 : 9) }],
      [1, { kind: 'dies-unheard' }],
    ]);
  }

  /** One answer, or several in one turn of the event loop, as after a common commit. */
  #answerSome(): void {
    const most = this.#store.finishedCount;
    const count = this.#random.chance(0.5) ? 1 : 1 + this.#random.below(most);
    this.#note(() => `${count} answers arrive`);
    for (let left = count; left > 0; left--) this.#store.answer(this.#pickIndex(left));
  }

  #pickIndex(count: number): number {
    return this.#weather.inOrder ? 0 : this.#random.below(count);
  }

  #passTime(): void {
    const random = this.#random;
    const nowMs = this.#clock.nowMs();
    const instants = this.#auditor.nextInstants(nowMs);
    const [next = nowMs] = instants;
    const soon = instants.filter((instant) => instant < nowMs + SOON_MS);
    const later = soon.length === 0 ? nowMs : random.pick(soon);
    const toMs = random.weighted([
      [30, nowMs + random.below(50)],
      [30, next + random.pick([-1, 0, 0, 1])],
      [15, later + random.pick([0, 0, 1])],
      [15, nowMs + random.below(5_000)],
      [5, nowMs + random.below(60_000)],
      [2, nowMs + random.below(600_000)],
      [1, nowMs + random.below(15 * DAY_MS)],
    ]);
    this.#advance(Math.max(0, toMs - nowMs));
  }

  #advance(byMs: number): void {
    this.#note(() => `${byMs} ms pass`);
    this.#clock.advance(byMs);
  }

  #hangUp(call: Call): void {
    this.#note(() => `the client of call ${call.id} goes away`);
    const nothingIsUnderWay = this.#store.submittedCount + this.#store.finishedCount === 0;
    if (nothingIsUnderWay) this.#auditor.waits.hungUp(call);
    call.connection.abort();
  }

  /** The server answers whoever waits, and another one takes its place. */
  async #stop(): Promise<void> {
    this.#note(() => 'the server stops');
    this.#auditor.waits.stopping = true;
    this.#product.endWaits();
    await this.#settle();
    await this.#quiet();
    if (this.#auditor.waits.stopping) await this.#restart('stopped');
  }

  async #restart(why: string): Promise<void> {
    this.#note(() => `the process ends (${why}), the next one starts`);
    this.#product.die();
    this.#deaths += 1;
    for (const call of this.#open) {
      this.#workload.unheard(call);
    }
    this.#open.clear();
    this.#auditor.restarted();
    await this.#engine.restart();
    await this.#expectSoundTopics();
    this.#store = this.#openStore();
    this.#product = this.#startProduct();
  }

  #openStore(): FaultyStore {
    return new FaultyStore(this.#damage(this.#engine.store), this.#auditor);
  }

  #startProduct(): Product {
    return new Product({
      store: this.#store,
      clock: this.#clock,
      random: this.#ids,
      fanOutChunk: this.#workload.topics?.fanOutChunk ?? 1,
      onError: (what, error) => {
        const isExpected = isRefusal(error) || String(error).includes('simulated');
        if (!isExpected) this.#auditor.accuse(`${what} fails: ${String(error)}`);
      },
    });
  }

  // ---------------------------------------------------------------- until nothing happens

  /** Lets the product run until it needs a decision. */
  async #settle(): Promise<void> {
    const store = this.#store;
    for (let calmTurns = 0; calmTurns < 2; ) {
      const before = store.activity;
      await new Promise((resolve) => setImmediate(resolve));
      calmTurns = store.activity === before && !store.busy ? calmTurns + 1 : 0;
    }
    const [accusation] = this.#auditor.accusations;
    if (accusation !== undefined) throw this.#failure(accusation);
  }

  /** Everything that can happen without time passing happens; then the judge looks around. */
  async #quiet(): Promise<void> {
    await this.#settle();
    for (let turn = 0; ; turn++) {
      if (turn > TURNS_MAX) throw this.#failure('the server never comes to rest');
      const runnable = this.#store.submittedCount;
      const answerable = this.#store.finishedCount;
      if (runnable + answerable === 0) break;
      if (this.#random.below(runnable + answerable) < runnable) await this.#runOne();
      else this.#answerSome();
      await this.#settle();
    }
    this.#note(() => 'nothing is under way');
    this.#auditor.quiet(this.#clock.nowMs(), this.#open, this.#weather.graceMs);
    await this.#settle();
  }

  async #callAlone(request: ClientRequest): Promise<void> {
    this.#call(request);
    await this.#quiet();
  }

  // ---------------------------------------------------------------- the end

  /** Every wait ends, every message that is left is received, every task comes to its end. */
  async #finish(): Promise<void> {
    this.#weather = { ...CALM, graceMs: Number.POSITIVE_INFINITY };
    await this.#quiet();
    this.#advance(RETRY_MS);
    await this.#quiet();
    if (this.#open.size > 0) throw this.#failure('a long poll does not end');
    this.#weather = { ...CALM, graceMs: RETRY_MS };
    for (let round = 0; this.#isAnythingLeft(); round++) {
      if (round > DRAIN_ROUNDS_MAX) throw this.#failure('messages or tasks stay for ever');
      for (const { name } of this.#workload.plans) await this.#drain(name);
      this.#advance(this.#untilNextMessageMs());
      await this.#quiet();
    }
    for (const plan of this.#workload.plans) {
      await this.#callAlone(this.#workload.show(plan));
      await this.#callAlone(this.#workload.listTasks(plan));
    }
    const documents = await this.#engine.store.transact((tx) =>
      tx.documents.list(TOPIC_DOCUMENTS, { limit: DOCUMENTS_MAX }),
    );
    const [fault] = auditLeftovers(this.#auditor.world, documents);
    if (fault !== undefined) throw this.#failure(fault);
    await this.#expectSoundTopics();
  }

  /** `waystation check` has nothing to tell, whatever is under way. */
  async #expectSoundTopics(): Promise<void> {
    const [problem] = await this.#engine.store.transact((tx) => checkTopics(tx));
    if (problem !== undefined) throw this.#failure(problem.what);
  }

  /** Whether there are messages, or tasks that have not ended. */
  #isAnythingLeft(): boolean {
    const nowMs = this.#clock.nowMs();
    return [...this.#auditor.world.queues.values()].some(
      (queue) => queue.messages.length > 0 || queue.tasksAt(nowMs)[0]?.status === 'RUNNING',
    );
  }

  /** What is visible and still there waits for background work, or for another one in its group. */
  #untilNextMessageMs(): number {
    const nowMs = this.#clock.nowMs();
    const queues = [...this.#auditor.world.queues.values()];
    const messages = queues.flatMap((queue) => queue.messages);
    const hidden = messages.filter((message) => message.visibleAtMs > nowMs);
    const next = Math.min(...hidden.map((message) => message.visibleAtMs - nowMs));
    return hidden.length < messages.length || hidden.length === 0 ? Math.min(next, RETRY_MS) : next;
  }

  async #drain(name: string): Promise<void> {
    const { world } = this.#auditor;
    for (;;) {
      const queue = world.queues.get(name);
      if (queue === undefined || queue.available(this.#clock.nowMs()).length === 0) return;
      const handlesBefore = new Set(world.receives.keys());
      await this.#callAlone({
        operation: 'ReceiveMessage',
        input: {
          QueueUrl: name,
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: 0,
          VisibilityTimeout: 30,
          MessageSystemAttributeNames: ['All'],
        },
      });
      for (const handle of world.receives.keys()) {
        if (handlesBefore.has(handle)) continue;
        const input = { QueueUrl: name, ReceiptHandle: handle };
        await this.#callAlone({ operation: 'DeleteMessage', input });
      }
    }
  }

  // ---------------------------------------------------------------- telling about it

  /** What happened, put into words only when somebody reads it. */
  #note(line: () => string): void {
    this.#history.push(line);
    if (this.#history.length > HISTORY_SHOWN * 2) this.#history.splice(0, HISTORY_SHOWN);
  }

  /** A value without handles and sequence numbers, which differ between engines. */
  #show(value: unknown): string {
    const { receives } = this.#auditor.world;
    const text = JSON.stringify(value, (name, member: unknown) => {
      if (HIDDEN_MEMBERS.has(name)) return undefined;
      if (name !== 'ReceiptHandle') return member;
      const receive = receives.get(String(member));
      if (receive === undefined) return member;
      return `${receive.message.id.slice(0, 8)}/${receive.number}@${receive.atMs - START_MS}`;
    });
    return text ?? '';
  }

  #failure(accusation: string): SimulationFailure {
    const history = this.#history
      .slice(-HISTORY_SHOWN)
      .map((line) => line())
      .join('\n  ');
    return new SimulationFailure(
      `seed ${this.#seed} on ${this.#engineName}: ${accusation}\n` +
        `The last steps:\n  ${history}\nWrong: ${accusation}\n` +
        `To see it again: npm run simulate -- --seed ${this.#seed} --engine ${this.#engineName}`,
    );
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
