/**
 * Kills a server again and again under the load of client processes and judges the whole history:
 * `npm run crash -- --kills 1000 --seed 7 --clients 3 --seconds-between 0.05,0.6`. With
 * `--http-threads 2` the server has threads for HTTP. Fails at the first promise that was broken,
 * and tells the life of the message.
 */
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCrashes } from '../tests/crash/run.ts';
import { Server, temporaryFolder } from '../tests/support/server.ts';

const BREACHES_TOLD = 3;
const HISTORY = 'history.jsonl';

export async function run(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      kills: { type: 'string', default: '100' },
      seed: { type: 'string', default: String(1 + (Date.now() % 1_000_000)) },
      clients: { type: 'string', default: '3' },
      'seconds-between': { type: 'string', default: '0.05,0.5' },
      'http-threads': { type: 'string', default: '0' },
    },
  });
  const [min = 0.05, max = min] = values['seconds-between'].split(',').map(Number);
  const seed = Number(values.seed);
  process.stdout.write(`seed ${seed}\n`);
  const folder = temporaryFolder();
  const servers: Server[] = [];
  const { kills, breaches, tally } = await runCrashes({
    seed,
    kills: Number(values.kills),
    clients: Number(values.clients),
    lifeMs: [min * 1000, max * 1000],
    start: () => {
      const server = new Server({ folder, flags: ['--http-threads', values['http-threads']] });
      servers[0] = server;
      return server;
    },
    keep: (part) => appendFileSync(join(folder, HISTORY), `${JSON.stringify(part)}\n`),
    note: (line) => process.stdout.write(`${line}\n`),
  }).finally(() => servers[0]?.stop('SIGKILL'));
  if (breaches.length === 0) {
    rmSync(folder, { recursive: true });
    process.stdout.write(`${kills} kills without a fault: ${JSON.stringify(tally)}\n`);
    return;
  }
  for (const { what, life } of breaches.slice(0, BREACHES_TOLD)) {
    process.stderr.write(`${what}\n${life}\n\n`);
  }
  const faults = `seed ${seed}: ${breaches.length} faults after ${kills} kills`;
  process.stderr.write(`${faults}; the data and ${HISTORY} are in ${folder}\n`);
  process.exitCode = 1;
}
