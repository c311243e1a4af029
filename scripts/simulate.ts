/**
 * Runs seeds of the simulator: `npm run simulate -- --seed 1 --seeds 1000 --engine sqlite`.
 * Fails at the first seed that goes wrong, and tells its last steps.
 */
import { parseArgs } from 'node:util';
import { ENGINES } from '../tests/simulation/engines.ts';
import { SimulationFailure, simulate } from '../tests/simulation/simulate.ts';

export async function run(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '1' },
      engine: { type: 'string', default: 'memory' },
    },
  });
  const engine = ENGINES.find((name) => name === values.engine);
  if (engine === undefined) throw new Error(`--engine takes one of ${ENGINES.join(', ')}`);
  const first = Number(values.seed);
  const count = Number(values.seeds);
  let calls = 0;
  let deaths = 0;
  try {
    for (let seed = first; seed < first + count; seed++) {
      const result = await simulate(seed, engine);
      calls += result.answers.length;
      deaths += result.deaths;
    }
  } catch (error) {
    if (!(error instanceof SimulationFailure)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
    return;
  }
  process.stdout.write(
    `${count} seeds on ${engine} without a fault: ${calls} answered calls, ${deaths} restarts\n`,
  );
}
