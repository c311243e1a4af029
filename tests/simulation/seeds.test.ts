/** Seeds of the simulator for every commit; `npm run simulate` runs as many as asked. */
import { describe, expect, it } from 'vitest';
import { simulate } from './simulate.ts';

const SEEDS_PER_BLOCK = 40;
const BLOCKS = [0, 1, 2, 3, 4, 5];
const SEEDS_ON_BOTH = 24;
const TIMEOUT_MS = 120_000;

describe('the product on a simulated store', () => {
  it.each(BLOCKS)(
    `keeps its promises for ${SEEDS_PER_BLOCK} seeds, block %i`,
    async (block) => {
      for (let seed = 1; seed <= SEEDS_PER_BLOCK; seed++) {
        await simulate(block * SEEDS_PER_BLOCK + seed, 'memory');
      }
    },
    TIMEOUT_MS,
  );

  it(
    'keeps them on SQLite too, with the same answers',
    async () => {
      for (let seed = 1; seed <= SEEDS_ON_BOTH; seed++) {
        const onMemory = await simulate(seed, 'memory');
        const onSqlite = await simulate(seed, 'sqlite');
        expect(onSqlite.answers, `the answers of seed ${seed}`).toEqual(onMemory.answers);
      }
    },
    TIMEOUT_MS,
  );

  it('does the same thing each time that a seed is run', async () => {
    const { answers } = await simulate(7, 'memory');
    expect(answers.length).toBeGreaterThan(50);
    expect((await simulate(7, 'memory')).answers).toEqual(answers);
  });
});
