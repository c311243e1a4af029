/**
 * Random and malformed requests against a server in a process of its own. Whatever comes: it goes
 * on, answers can be read, nothing is lost, and memory and files return to where they were.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { answerFault } from './answers.ts';
import { type Batch, drawBatch } from './batches.ts';
import { operationNames } from './calls.ts';
import { Harvest } from './harvest.ts';
import {
  keepHouse,
  prepare,
  prepareWitness,
  reset,
  type Sent,
  witnessFaults,
} from './household.ts';
import { Lane, type Outcome } from './lane.ts';
import { type Fault, Recent, writeFault } from './replay.ts';
import { Subject } from './subject.ts';

export interface FuzzOptions {
  readonly seed: number;
  /** How many requests; it ends at the first of the two limits. */
  readonly requests: number;
  readonly seconds?: number;
  readonly flags?: readonly string[];
  readonly print?: (line: string) => void;
}

/** What the server held when nothing of the fuzzing was left in it. */
export interface Level {
  readonly requests: number;
  readonly heapBytes: number;
  readonly residentBytes: number;
  readonly openFiles: number | undefined;
}

export interface FuzzReport {
  /** Sound requests that were answered, and broken ones that were sent. */
  readonly requests: number;
  readonly broken: number;
  readonly witnesses: number;
  readonly statuses: ReadonlyMap<number, number>;
  /** Operations of which no call was accepted. */
  readonly neverAccepted: readonly string[];
  readonly seconds: number;
  /** At the start, after the first phase, and after each further one. */
  readonly levels: readonly Level[];
  readonly faults: readonly Fault[];
}

const LANES = 12;
const FAULTS_MAX = 10;
const PHASE_REQUESTS = 100_000;

/**
 * A leak of 1 KiB per request is an order of magnitude above what is allowed here; the constant
 * part is what caches and the engine's own garbage may differ by.
 */
const HEAP_SLACK_BYTES = 16 * 1024 * 1024;
const RESIDENT_SLACK_BYTES = 160 * 1024 * 1024;
const BYTES_PER_REQUEST = 64;
/** Connections of our own client that prepares and looks after things. */
const FILES_SLACK = 8;
const FILES_WITHIN_MS = 15_000;

/** Where phases end: a short one to warm up, then long ones. */
function phaseEnds(requests: number): readonly number[] {
  const ends = [Math.min(Math.ceil(requests / 5), 20_000)];
  while ((ends.at(-1) ?? 0) < requests) {
    ends.push(Math.min((ends.at(-1) ?? 0) + PHASE_REQUESTS, requests));
  }
  return ends;
}

/** Runs until the requests or the seconds are used up, or there are too many faults. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const subject = await Subject.start(options.flags);
  try {
    const run = new Run(subject, options);
    await run.all();
    return run.report();
  } finally {
    await subject.stop();
  }
}

class Run {
  readonly #subject: Subject;
  readonly #options: FuzzOptions;
  readonly #harvest = new Harvest();
  readonly #accepted = new Set<string>();
  readonly #statuses = new Map<number, number>();
  readonly #levels: Level[] = [];
  readonly #faults: Fault[] = [];
  readonly #sent: Sent = new Map();
  readonly #recent = new Recent();
  #requests = 0;
  #broken = 0;
  #witnesses = 0;
  #batches = 0;
  #busyMs = 0;

  constructor(subject: Subject, options: FuzzOptions) {
    this.#subject = subject;
    this.#options = options;
  }

  async all(): Promise<void> {
    const { requests, seconds = Number.POSITIVE_INFINITY, print = () => {} } = this.#options;
    await this.#measure();
    for (const end of phaseEnds(requests)) {
      const beganAt = performance.now();
      await this.#phase(end, seconds * 1000 - this.#busyMs);
      this.#busyMs += performance.now() - beganAt;
      if (this.#isDead()) return;
      this.#note(await witnessFaults(this.#subject, this.#sent));
      await reset(this.#subject);
      const level = await this.#measure();
      print(`${this.#requests} requests: ${describeLevel(level)}, ${this.#faults.length} faults`);
      if (this.#isOver(seconds * 1000 - this.#busyMs)) break;
    }
    this.#judgeLevels();
  }

  report(): FuzzReport {
    return {
      requests: this.#requests,
      broken: this.#broken,
      witnesses: this.#witnesses,
      neverAccepted: operationNames.filter((name) => !this.#accepted.has(name)),
      statuses: new Map([...this.#statuses].sort(([a], [b]) => a - b)),
      seconds: this.#busyMs / 1000,
      levels: this.#levels,
      faults: this.#faults,
    };
  }

  #isDead(): boolean {
    return this.#subject.process.exitCode !== null || this.#subject.process.signalCode !== null;
  }

  #isOver(leftMs: number): boolean {
    return this.#faults.length >= FAULTS_MAX || leftMs <= 0 || this.#isDead();
  }

  async #phase(end: number, leftMs: number): Promise<void> {
    const beganAt = performance.now();
    await prepare(this.#subject);
    await prepareWitness(this.#subject);
    const house = keepHouse(this.#subject);
    const lanes = Array.from({ length: LANES }, () => new Lane(this.#subject.port));
    const goOn = (): boolean =>
      this.#requests < end && !this.#isOver(leftMs - (performance.now() - beganAt));
    await Promise.all(
      lanes.map(async (lane) => {
        while (goOn()) await this.#batch(lane);
        lane.close();
      }),
    );
    await house.stop().catch((error) => {
      this.#note([`the clock stands still: ${String(error)}`]);
    });
    this.#note(this.#subject.faults.splice(0));
  }

  async #batch(lane: Lane): Promise<void> {
    const batch = drawBatch(this.#options.seed, this.#batches++, this.#harvest);
    this.#recent.begin(batch);
    const outcome = await lane.send(batch);
    this.#recent.end(batch);
    this.#requests += batch.calls === undefined ? 1 : outcome.answers.length;
    if (batch.calls === undefined) this.#broken++;
    this.#judge(batch, outcome);
    this.#note(this.#subject.faults.splice(0));
  }

  #judge(batch: Batch, { answers, fault }: Outcome): void {
    for (const { what, answer } of faultsOf(batch, { answers }))
      this.#addFault(what, batch, answer);
    if (fault !== undefined) this.#addFault(fault, batch);
    for (const [i, answer] of answers.entries()) {
      this.#statuses.set(answer.status, (this.#statuses.get(answer.status) ?? 0) + 1);
      if (answer.status !== 200) continue;
      this.#harvest.takeAnswer(answer.body.toString('latin1'));
      const call = batch.calls?.[i];
      if (call?.operation !== undefined) this.#accepted.add(call.operation);
      if (call !== undefined && call.witness === undefined) this.#harvest.takeCall(call);
    }
    for (const [i, { witness }] of (batch.calls ?? []).entries()) {
      if (witness === undefined) continue;
      this.#witnesses++;
      const isAnswered = answers[i]?.status === 200;
      this.#sent.set(witness.message, isAnswered ? 'acknowledged' : 'unanswered');
    }
  }

  #note(faults: readonly string[]): void {
    for (const what of faults) this.#addFault(what);
  }

  #addFault(what: string, batch?: Batch, answer?: string): void {
    if (this.#faults.length >= FAULTS_MAX) return;
    const { seed, print = () => {} } = this.#options;
    const batches = batch === undefined ? this.#recent.all() : [batch];
    const file = join(mkdtempSync(join(tmpdir(), 'waystation-fault-')), 'replay.jsonl');
    writeFault(file, batches);
    const fault: Fault = {
      what,
      file,
      bytes: batch?.bytes,
      batch: batch?.index,
      answer,
      seed,
    };
    this.#faults.push(fault);
    print(describeFault(fault));
  }

  /** Waits for sockets to be gone first, because those of clients that left end a moment later. */
  async #measure(): Promise<Level> {
    const subject = this.#subject;
    const parked = await subject.metric('waystation_parked_calls');
    if (parked !== 0) this.#note([`${parked} calls are parked, and nobody waits`]);
    const before = this.#levels[0]?.openFiles;
    let openFiles = subject.openFiles();
    for (let waitedMs = 0; waitedMs < FILES_WITHIN_MS; waitedMs += 100) {
      if (openFiles === undefined || openFiles <= (before ?? 0) + FILES_SLACK) break;
      await pause(100);
      openFiles = subject.openFiles();
    }
    const { heapBytes, residentBytes, pollution } = await subject.held();
    if (pollution.length > 0) this.#note([`every object has ${pollution.join(', ')}`]);
    const level = { requests: this.#requests, heapBytes, residentBytes, openFiles };
    this.#levels.push(level);
    return level;
  }

  #judgeLevels(): void {
    const [start, warm] = this.#levels;
    const last = this.#levels.at(-1);
    if (start === undefined || warm === undefined || last === undefined) return;
    const allowed = BYTES_PER_REQUEST * (last.requests - warm.requests);
    const heap = last.heapBytes - warm.heapBytes;
    const resident = last.residentBytes - warm.residentBytes;
    if (heap > HEAP_SLACK_BYTES + allowed) this.#note([`the heap grew by ${heap} bytes`]);
    if (resident > RESIDENT_SLACK_BYTES + allowed) this.#note([`RSS grew by ${resident} bytes`]);
    if (last.openFiles === undefined || start.openFiles === undefined) return;
    const files = last.openFiles - start.openFiles;
    if (files > FILES_SLACK) this.#note([`${files} more open files than at the start`]);
  }
}

/** What is wrong with the answers to a batch. */
export function faultsOf(
  batch: Batch,
  { answers }: Pick<Outcome, 'answers'>,
): readonly { readonly what: string; readonly answer: string }[] {
  return answers.flatMap((answer, i) => {
    const call = batch.calls?.[i] ?? {};
    const what = answerFault(answer, call);
    if (what === undefined) return [];
    const body = answer.body.toString('utf8').slice(0, 1_000);
    const place = batch.calls === undefined ? '' : ` (request ${i + 1} of ${batch.calls.length})`;
    return [{ what: what + place, answer: `${answer.status} ${body}` }];
  });
}

const MIB = 1024 * 1024;

export function describeLevel({ heapBytes, residentBytes, openFiles }: Level): string {
  const [heap, resident] = [heapBytes, residentBytes].map((bytes) => (bytes / MIB).toFixed(1));
  return `heap ${heap} MiB, RSS ${resident} MiB, ${openFiles ?? '?'} open files`;
}

export function describeFault({ what, seed, batch, bytes, answer, file }: Fault): string {
  const shown =
    bytes === undefined ? '' : `\n  sent: ${JSON.stringify(bytes.toString('latin1', 0, 2_000))}`;
  const answered = answer === undefined ? '' : `\n  answered: ${answer}`;
  return (
    `FAULT: ${what}\n  seed ${seed}, batch ${batch ?? 'unknown'}${shown}${answered}\n` +
    `  again: npm run fuzz -- --replay ${file}`
  );
}
