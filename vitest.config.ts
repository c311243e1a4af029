/** Two speeds of tests: `check` runs before every commit, the rest with `npm test`. */
import { defineConfig } from 'vitest/config';

/** Kill tests, real clients, and whatever builds and installs the package. */
const slow = [
  'tests/compatibility/**/*.test.ts',
  'tests/crash/crash.test.ts',
  'tests/docs/{backup,readme,start}.test.ts',
  // Those that need neither processes nor disks of their own are quick.
  'tests/durability/!(clock|sync-failure).test.ts',
  'tests/fuzz/**/*.test.ts',
  'tests/http/threads/server.test.ts',
];
const packaged = ['tests/embed/**/*.test.ts', 'tests/package.test.ts'];

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'check',
          include: ['tests/**/*.test.ts'],
          exclude: [...slow, ...packaged],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'slow',
          include: slow,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'package',
          include: packaged,
          globalSetup: ['tests/support/packed.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
