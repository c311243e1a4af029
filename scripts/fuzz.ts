/**
 * Fuzzes a server: `npm run fuzz -- --requests 1000000 --seed 1 --seconds 600`, perhaps with
 * `--store memory` or `--http-threads 2`. What went wrong is sent again with
 * `npm run fuzz -- --replay <file>`.
 */
import { parseArgs } from 'node:util';
import { describeLevel, type FuzzReport, fuzz } from '../tests/fuzz/fuzz.ts';
import { replay } from '../tests/fuzz/replay.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

export async function run(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      requests: { type: 'string', default: '50000' },
      seed: { type: 'string', default: '1' },
      seconds: { type: 'string' },
      store: { type: 'string', default: 'sqlite' },
      'http-threads': { type: 'string', default: '0' },
      replay: { type: 'string' },
    },
  });
  if (values.replay !== undefined) {
    const faults = await replay(values.replay, print);
    for (const fault of faults) print(`FAULT: ${fault}`);
    process.exitCode = faults.length === 0 ? 0 : 1;
    return;
  }
  const report = await fuzz({
    seed: Number(values.seed),
    requests: Number(values.requests),
    ...(values.seconds !== undefined && { seconds: Number(values.seconds) }),
    flags: ['--store', values.store, '--http-threads', values['http-threads']],
    print,
  });
  summarize(report);
  process.exitCode = report.faults.length === 0 ? 0 : 1;
}

function summarize(report: FuzzReport): void {
  const { requests, broken, witnesses, statuses, seconds, levels, faults } = report;
  const rate = Math.round(requests / seconds);
  print(`${requests} requests in ${seconds.toFixed(0)} s, ${rate}/s; ${broken} of them broken`);
  print(`statuses: ${[...statuses].map(([status, n]) => `${status}: ${n}`).join(', ')}`);
  print(`${witnesses} messages sent among them were accepted, and came once`);
  print(`operations of which no call was accepted: ${report.neverAccepted.join(', ') || 'none'}`);
  const [start, ...later] = levels;
  if (start !== undefined) print(`before: ${describeLevel(start)}`);
  for (const level of later) print(`after ${level.requests}: ${describeLevel(level)}`);
  print(faults.length === 0 ? 'no faults' : `${faults.length} faults, printed above`);
}
