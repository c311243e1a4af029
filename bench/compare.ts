/**
 * The same workloads on Waystation, a bare `node:http` server and every comparable program that a
 * package registry has: `npm run bench -- --peers[=name,name] [--only TEXT] [--seconds N]
 * [--rounds N] [--prepare-seconds N] [--quick] [--huge] [--out NAME]`. A whole run writes
 * bench/results/peers.{json,svg}, any other one local-peers.{json,svg}.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Cell, measureCell, type Settings } from './comparison/cell.ts';
import { chart } from './comparison/chart.ts';
import { Generator } from './comparison/generator.ts';
import { type Report, type Result, type Row, reportText, resultText } from './comparison/report.ts';
import { install } from './peers/install.ts';
import type { Peer } from './peers/peer.ts';
import { start } from './peers/process.ts';
import { BARE, OURS, peers } from './peers/table.ts';
import { type Workload, workloads } from './workloads/table.ts';

const { values: options } = parseArgs({
  args: process.argv.slice(2).map((arg) => (arg === '--peers' ? '--peers=' : arg)),
  options: {
    peers: { type: 'string', default: '' },
    only: { type: 'string' },
    seconds: { type: 'string' },
    rounds: { type: 'string' },
    'prepare-seconds': { type: 'string' },
    quick: { type: 'boolean', default: false },
    huge: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const { quick, huge } = options;
const seconds = Number(options.seconds ?? (quick ? 1 : 3));
const rounds = Number(options.rounds ?? (quick ? 1 : 3));
const prepareSeconds = Number(options['prepare-seconds'] ?? (quick ? 10 : 60));
const isWhole = !quick && options.only === undefined && options.peers === '';
const results = join(import.meta.dirname, 'results');
const out = join(results, options.out ?? (isWhole ? 'peers' : 'local-peers'));

interface Contender {
  readonly peer: Peer;
  readonly folder: string;
}

function chosenPeers(): readonly Peer[] {
  if (options.peers === '') return peers;
  const names = options.peers.split(',');
  const unknown = names.filter((name) => !peers.some((peer) => peer.name === name));
  if (unknown.length > 0) {
    throw new Error(`no ${unknown.join(', ')} among ${peers.map(({ name }) => name).join(', ')}`);
  }
  return peers.filter(({ name }) => names.includes(name));
}

/** Installs everyone, and names those for whom it cannot be done. */
async function prepareAll() {
  const contenders: Contender[] = [];
  const absent: { title: string; reason: string }[] = [];
  for (const peer of chosenPeers()) {
    const installed = peer.source ? await install(peer.source) : { folder: '' };
    if ('folder' in installed) contenders.push({ peer, folder: installed.folder });
    else absent.push({ title: peer.title, reason: installed.absent });
  }
  return { contenders, absent };
}

/** Whether a workload measures something of a server that holds nothing. */
function isFor({ name }: Peer, { bare, measure }: Workload): boolean {
  if (measure.kind === 'load') return bare === true;
  return name === BARE && (measure.kind === 'start' || measure.waiting === 0);
}

/** Why a peer is not asked for more, when it could not do the same with less. */
function tooMuch({ after }: Workload, peer: Peer): Cell | undefined {
  const less = report.results.find((result) => result.workload === after);
  const row = less?.rows.find((candidate) => candidate.peer === peer.name);
  if (less === undefined || row === undefined || row.cell.status === 'measured') return undefined;
  return { status: 'not reached', reason: `not even "${less.title}"` };
}

async function measureWorkload(
  workload: Workload,
  contenders: readonly Contender[],
  settings: Settings,
): Promise<Result> {
  const { name, title, unit } = workload;
  const cells: { peer: Peer; cell: Cell }[] = [];
  for (const { peer, folder } of contenders) {
    if (peer.bare && !isFor(peer, workload)) continue;
    process.stderr.write(`${name}: ${peer.name}\n`);
    const cell = tooMuch(workload, peer) ?? (await measureCell(workload, peer, folder, settings));
    cells.push({ peer, cell });
  }
  const ours = cells.find(({ peer }) => peer.name === OURS)?.cell;
  const rows = cells.map(({ peer, cell }): Row => {
    const row = { peer: peer.name, title: peer.title, cell };
    if (ours?.status !== 'measured' || cell.status !== 'measured') return row;
    return { ...row, perWaystation: cell.value.median / ours.value.median };
  });
  return { workload: name, title, unit, rows };
}

/** What the generator gets out of a server that does nothing. */
async function measureCeiling(port: number): Promise<Record<string, number>> {
  const ceiling: Record<string, number> = {};
  for (const connections of [1, 16, 64, 256]) {
    const load = { port, connections, bodyBytes: 1_024, seconds, prepareSeconds };
    const generator = new Generator({ kind: 'bare', ...load });
    const reply = await generator.step('measure');
    generator.close();
    if (reply.status === 'done') ceiling[connections] = reply.figure?.perSecond ?? 0;
  }
  return ceiling;
}

function write(report: Report): void {
  mkdirSync(results, { recursive: true });
  writeFileSync(`${out}.json`, `${JSON.stringify(report, null, 1)}\n`);
  writeFileSync(`${out}.svg`, chart(report));
}

const { contenders, absent } = await prepareAll();
const chosen = workloads.filter(({ name, title }) =>
  `${name} ${title}`.includes(options.only ?? ''),
);
const leftOut = chosen.filter((row) => (quick && row.long) || (!huge && row.huge));
const bare = peers.find(({ name }) => name === BARE);
if (bare === undefined) throw new Error('the bare server is what all are measured by');
const bareServer = await start(bare, '');
const processor = cpus()[0]?.model ?? 'unknown processor';
let report: Report = {
  machine: `${cpus().length} × ${processor}, Node ${process.versions.node}`,
  date: new Date().toISOString().slice(0, 10),
  ...{ seconds, rounds, absent, results: [] },
  ceiling: await measureCeiling(bareServer.port),
  compared: contenders.map(({ peer: { title, source } }) => ({
    title,
    version: source?.version ?? '',
  })),
  leftOut: leftOut.map(({ title }) => title),
};
for (const workload of chosen) {
  if (leftOut.includes(workload)) continue;
  const settings = { seconds, rounds, prepareSeconds, barePort: bareServer.port };
  const result = await measureWorkload(workload, contenders, settings);
  console.log(resultText(result));
  report = { ...report, results: [...report.results, result] };
  write(report);
}
await bareServer.stop();
console.log(`\n${reportText(report)}\n\n${out}.json, ${out}.svg`);
