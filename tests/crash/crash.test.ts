/**
 * The server is killed a hundred times while client processes call every operation of SQS, and the
 * whole history must keep what SQS promises: see `checker.ts`. More on demand: `npm run crash`.
 */
import { afterEach, expect, it } from 'vitest';
import { runProgram } from '../support/program.ts';
import { serverStarter, temporaryFolder } from '../support/server.ts';
import { runCrashes } from './run.ts';

const start = serverStarter(afterEach);

const SEED = 20_260_801;
const KILLS = 100;

it(`keeps every promise across ${KILLS} kills at random moments`, {
  timeout: 400_000,
}, async (test) => {
  const folder = temporaryFolder();
  const result = await runCrashes({
    seed: SEED,
    kills: KILLS,
    clients: 3,
    lifeMs: [20, 350],
    start: () => start({ folder }),
  });
  const { breaches, kills, tally } = result;
  const told = breaches.slice(0, 3).map(({ what, life }) => `${what}\n${life}`);
  expect(told.join('\n\n'), `seed ${SEED}`).toBe('');

  // The kills met work under way, and there was enough of it.
  expect(kills).toBeGreaterThanOrEqual(KILLS);
  expect(tally.unanswered).toBeGreaterThan(KILLS * 3);
  expect(tally.sends).toBeGreaterThan(KILLS * 20);
  expect(tally.deletes).toBeGreaterThan(KILLS * 20);
  expect(tally.tasks).toBeGreaterThan(KILLS / 10);
  expect(tally.moved).toBeGreaterThan(KILLS / 5);
  await test.annotate(JSON.stringify({ kills, ...tally }));

  const check = await runProgram('check', '--data', `${folder}/.waystation`).ended;
  expect(check, check.stderr).toMatchObject({ code: 0 });
});
