/** One workload on one server: a fresh process, several rounds, and what came of them. */
import type { Plan } from '../load/plan.ts';
import type { Peer } from '../peers/peer.ts';
import { type RunningPeer, start } from '../peers/process.ts';
import type { Measure, Workload } from '../workloads/table.ts';
import { Generator } from './generator.ts';

const MB = 1_000_000;
const SETTLE_MS = 1_000;
const BARE_SECONDS = 1;

export interface Settings {
  readonly seconds: number;
  readonly rounds: number;
  /** The most that getting ready may take, where a workload says nothing. */
  readonly prepareSeconds: number;
  /** The bare server that runs beside all others. */
  readonly barePort: number;
}

export interface Values {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export type Cell =
  | {
      readonly status: 'measured';
      readonly value: Values;
      /** Messages per request that the bare server answered just before. */
      readonly perBareRequest?: Values;
      /** Milliseconds of a step, medians of the rounds. */
      readonly p50Ms?: number;
      readonly p99Ms?: number;
    }
  | { readonly status: 'wrong' | 'not reached' | 'failed'; readonly reason: string };

type Failure = Exclude<Cell, { readonly status: 'measured' }>;

export function values(numbers: readonly number[]): Values {
  const sorted = [...numbers].sort((a, b) => a - b);
  return {
    median: sorted[Math.floor(sorted.length / 2)] ?? 0,
    least: sorted[0] ?? 0,
    most: sorted.at(-1) ?? 0,
  };
}

export async function measureCell(
  workload: Workload,
  peer: Peer,
  folder: string,
  settings: Settings,
): Promise<Cell> {
  const { measure } = workload;
  if (measure.kind === 'start') return measureStart(peer, folder, settings.rounds);
  let server: RunningPeer;
  try {
    server = await start(peer, folder);
  } catch (error) {
    return { status: 'failed', reason: (error as Error).message };
  }
  try {
    return measure.kind === 'memory'
      ? await measureMemory(server, measure.waiting, settings)
      : await measureLoad(server, workload, measure, peer.bare === true, settings);
  } finally {
    await server.stop();
  }
}

async function measureStart(peer: Peer, folder: string, rounds: number): Promise<Cell> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    try {
      const server = await start(peer, folder);
      times.push(server.readyMs);
      await server.stop();
    } catch (error) {
      return { status: 'failed', reason: (error as Error).message };
    }
  }
  return { status: 'measured', value: values(times) };
}

/** Once: filling a queue is what takes long. */
async function measureMemory(
  server: RunningPeer,
  waiting: number,
  { prepareSeconds }: Settings,
): Promise<Cell> {
  if (waiting > 0) {
    const plan: Plan = {
      ...{ kind: 'cycle', port: server.port, connections: 16, bodyBytes: 1_024 },
      ...{ seconds: 1, prepareSeconds, waiting },
    };
    const generator = new Generator(plan);
    const reply = await generator.step('prepare');
    generator.close();
    if (reply.status !== 'done') return reply;
  }
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  return { status: 'measured', value: values([server.residentBytes() / MB]) };
}

async function measureLoad(
  server: RunningPeer,
  workload: Workload,
  measure: Extract<Measure, { readonly kind: 'load' }>,
  isBare: boolean,
  settings: Settings,
): Promise<Cell> {
  const { seconds, prepareSeconds: usual } = settings;
  const prepareSeconds = workload.long ? (measure.prepareSeconds ?? usual) : usual;
  const plan: Plan = { ...measure.plan, port: server.port, seconds, prepareSeconds };
  const bare: Plan = {
    ...plan,
    ...{ kind: 'bare', port: settings.barePort, seconds: Math.min(seconds, BARE_SECONDS) },
  };
  const generator = new Generator(isBare ? { ...plan, kind: 'bare' } : plan);
  const comparison = workload.unit === 'messages/s' && !isBare ? new Generator(bare) : undefined;
  try {
    return await runRounds(workload, generator, comparison, settings.rounds);
  } finally {
    generator.close();
    comparison?.close();
  }
}

/**
 * Each round begins with the bare server, because a machine's speed drifts. One round more goes
 * first and is not counted: just-in-time compilers, above all Java's, are slow to begin.
 */
async function runRounds(
  workload: Workload,
  generator: Generator,
  comparison: Generator | undefined,
  rounds: number,
): Promise<Cell> {
  const measured: number[] = [];
  const ratios: number[] = [];
  const p50s: number[] = [];
  const p99s: number[] = [];
  const ready = await generator.step('prepare');
  if (ready.status !== 'done') return ready;
  const warmedUp = await generator.step('measure');
  if (warmedUp.status !== 'done') return warmedUp;
  for (let round = 0; round < rounds; round++) {
    const bare = await comparison?.step('measure');
    if (bare && bare.status !== 'done') return failedBeside(bare);
    const reply = await generator.step('measure');
    if (reply.status !== 'done') return reply;
    const { perSecond = 0, p50Ms = 0, p99Ms = 0 } = reply.figure ?? {};
    measured.push(workload.unit === 'ms' ? p50Ms : perSecond);
    if (bare?.figure) ratios.push(perSecond / bare.figure.perSecond);
    p50s.push(p50Ms);
    p99s.push(p99Ms);
  }
  const end = await generator.step('verify');
  if (end.status !== 'done') return end;
  return {
    status: 'measured',
    value: values(measured),
    ...(ratios.length > 0 && { perBareRequest: values(ratios) }),
    p50Ms: values(p50s).median,
    p99Ms: values(p99s).median,
  };
}

const failedBeside = ({ reason }: Failure): Cell => ({
  status: 'failed',
  reason: `bare server: ${reason}`,
});
