#!/usr/bin/env -S node --max-semi-space-size=16
/**
 * The program's entry: finds the code, the compiled one of a package or the source of a checkout,
 * and hands over. It must parse on every Node that can load an ES module, because it is what tells
 * the owner of an old Node what is wrong.
 *
 * The flag above, also in `npm start`: young objects of at most 16 MiB keep a server with 10,000
 * parked calls a fifth smaller and cost no throughput that shows (`bench/README.md`).
 */
import { existsSync } from 'node:fs';
import module from 'node:module';

const source = new URL('../src/cli.ts', import.meta.url);
const isCheckout = existsSync(source);
/** node:sqlite needs no flag from 22.13 on; TypeScript is run without one from 22.18 on. */
const needed = isCheckout ? [22, 18] : [22, 13];
const [major, minor] = process.versions.node.split('.').map(Number);

if (major > needed[0] || (major === needed[0] && minor >= needed[1])) {
  module.enableCompileCache();
  const { runCli } = await import(
    isCheckout ? source.href : new URL('../dist/cli.js', import.meta.url).href
  );
  await runCli();
  // Otherwise only a process that ends by itself would keep it: a server that is killed each time
  // would compile its code at each start, in twice the time and with a third more memory.
  module.flushCompileCache();
} else {
  process.stderr.write(
    `Waystation needs Node ${needed.join('.')} or newer; this is Node ${process.versions.node}.\n`,
  );
  process.exitCode = 1;
}
