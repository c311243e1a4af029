/** Everything that must hold, and how much of it did: types, lint, then every test. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** What we read of the report that vitest's JSON reporter writes. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly unknown[];
  }[];
}

const project = fileURLToPath(new URL('..', import.meta.url));

export async function run(): Promise<void> {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  for (const [command, ...words] of [
    ['tsc', '-p', 'tsconfig.json'],
    ['biome', 'check', '.'],
  ]) {
    if (start(command ?? '', words)) tally.passed++;
    else tally.failed++;
  }
  runTests(tally);
  const skipped = tally.skipped === 0 ? '' : `, ${tally.skipped} skipped`;
  process.stdout.write(`${tally.passed} passed, ${tally.failed} failed${skipped}\n`);
  process.exitCode = tally.failed === 0 ? 0 : 1;
}

function runTests(tally: Tally): void {
  const folder = mkdtempSync(join(tmpdir(), 'waystation-report-'));
  const file = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const succeeded = start('vitest', ['run', ...reporters]);
  const failedBefore = tally.failed;
  try {
    addReport(JSON.parse(readFileSync(file, 'utf8')), tally);
  } catch (error) {
    process.stderr.write(`The test run left no report: ${String(error)}\n`);
  }
  rmSync(folder, { recursive: true });
  // An error outside of any test fails the run without failing a test.
  if (!succeeded && tally.failed === failedBefore) tally.failed++;
}

function addReport(report: Report, tally: Tally): void {
  const unloadable = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  tally.passed += report.numPassedTests;
  tally.failed += report.numFailedTests + unloadable.length;
  tally.skipped += report.numPendingTests + report.numTodoTests;
}

/** Runs one of the development dependencies' programs; answers whether it succeeded. */
function start(program: string, words: readonly string[]): boolean {
  process.stdout.write(`> ${program} ${words.join(' ')}\n`);
  const { status } = spawnSync(program, words, { cwd: project, stdio: 'inherit' });
  return status === 0;
}
