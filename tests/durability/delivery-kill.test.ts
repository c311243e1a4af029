/**
 * SIGKILL while deliveries are stored, attempted and given up: nothing accepted is lost, and what
 * was under way goes on with the next process, though no time passes.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { Endpoint } from '../delivery/endpoints.ts';
import { projectFolder, removeTemporaryFolders, temporaryFolder } from '../support/server.ts';

const KILLS = 12;
const PER_RUN = 400;
/** Every third is refused, and belongs into the dead-letter queue. */
const isRefused = (number: number): boolean => number % 3 === 0;

let endpoint: Endpoint | undefined;

afterEach(() => {
  endpoint?.close();
  removeTemporaryFolders();
});

it('delivers everything at least once, and dead-letters everything exactly once', async () => {
  const folder = temporaryFolder();
  endpoint = new Endpoint((request, response) => {
    const isRefusal = isRefused(Number(request.url?.slice(1)));
    response.writeHead(isRefusal ? 400 : 200).end();
  });
  const url = await endpoint.open();
  const at = endpoint;
  const accepted = new Set<number>();

  for (let run = 0; run < KILLS; run++) {
    const program = start(folder, url, run * PER_RUN, PER_RUN);
    program.stdout?.on('data', (text) => {
      for (const line of String(text).split('\n'))
        if (/^\d+$/.test(line)) accepted.add(Number(line));
    });
    // A different moment each time: after so many requests, whatever the process is at then.
    const killAfter = at.received.length + 5 + run * 17;
    const ended = once(program, 'exit');
    while (at.received.length < killAfter && program.exitCode === null) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    program.kill('SIGKILL');
    await ended;
  }

  const last = start(folder, url, 0, 0);
  let said = '';
  last.stdout?.on('data', (text) => {
    said += String(text);
  });
  await once(last, 'close');
  const { dead } = JSON.parse(said) as { readonly dead: readonly string[] };

  const received = new Set(at.received.map(({ body }) => Number(body)));
  expect(accepted.size).toBeGreaterThan(KILLS * 5);
  expect([...accepted].filter((number) => !received.has(number))).toEqual([]);
  const deadNumbers = dead.map(Number);
  expect(new Set(deadNumbers).size).toBe(deadNumbers.length);
  expect(deadNumbers.filter((number) => !isRefused(number))).toEqual([]);
  const missing = [...accepted].filter(isRefused).filter((each) => !deadNumbers.includes(each));
  expect(missing).toEqual([]);
});

function start(folder: string, url: string, first: number, count: number): ChildProcess {
  const program = join(projectFolder, 'tests/delivery/kill-program.ts');
  const words = [program, folder, url, `${first}`, `${count}`];
  return spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
}
