/** The package as users get it: what is in it, and that it works without the checkout. */
import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { sqs } from './support/client.ts';
import { projectFolder, serverStarter, temporaryFolder } from './support/server.ts';

const run = promisify(execFile);
const start = serverStarter(afterEach);

const installation = inject('installation');
const packageFolder = join(installation, 'node_modules/waystation');
const program = join(packageFolder, 'bin/waystation.mjs');

describe('the package', () => {
  it('holds the compiled program, its types, the licence and no source or test', () => {
    const files = globSync('**/*', { cwd: packageFolder }).filter((path) =>
      statSync(join(packageFolder, path)).isFile(),
    );
    const tops = new Set(files.map((path) => path.split('/')[0]));
    const expected = ['LICENSE', 'bin', 'dist', 'package.json'];
    if (existsSync(join(projectFolder, 'README.md'))) expected.push('README.md');
    expect([...tops].toSorted()).toEqual(expected.toSorted());
    const sources = globSync('**/*.ts', { cwd: join(projectFolder, 'src') });
    const missing = sources.flatMap((path) =>
      ['.js', '.d.ts']
        .map((ending) => join('dist', path.replace(/\.ts$/, ending)))
        .filter((compiled) => !files.includes(compiled)),
    );
    expect(missing).toEqual([]);
  });

  it('starts by a program that the system can run', () => {
    const { bin } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
    const file = join(packageFolder, bin.waystation);
    expect(statSync(file).mode & 0o111).toBe(0o111);
    expect(readFileSync(file, 'utf8')).toMatch(/^#!\/usr\/bin\/env -S node /);
  });
});

describe('npm start', () => {
  it('serves, and hands signals on', async () => {
    const flags = ['--store', 'memory'];
    const folder = projectFolder;
    const server = start({ command: ['npm', 'start', '--'], folder, flags });
    const health = await fetch(`${await server.ready()}/_waystation/health`);
    expect(health.status).toBe(200);
    expect(await server.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    await expect(fetch(health.url)).rejects.toThrow('fetch failed');
  });
});

describe('the program of the package', () => {
  it('serves, declares queues, shows metrics and keeps what it acknowledged', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'waystation.yaml'), 'queues: [{ name: orders }]');
    const first = start({ program, folder });
    const endpoint = await first.ready();
    await sqs(endpoint, 'SendMessage', { QueueUrl: 'orders', MessageBody: 'kept' });
    const metrics = await (await fetch(`${endpoint}/_waystation/metrics`)).text();
    expect(metrics).toContain('waystation_sqs_number_of_messages_sent_total{queue="orders"');
    expect(metrics).toContain('process_resident_memory_bytes');
    expect(await first.stop()).toEqual({ code: 0, signal: null });

    const second = start({ program, folder });
    const received = await sqs(await second.ready(), 'ReceiveMessage', { QueueUrl: 'orders' });
    expect(received).toMatchObject({ Messages: [{ Body: 'kept' }] });
  });

  it('speaks HTTP by threads, and ends in good order', async () => {
    const server = start({ program, flags: ['--store', 'memory', '--http-threads', '2'] });
    const endpoint = await server.ready();
    await sqs(endpoint, 'CreateQueue', { QueueName: 'orders' });
    const sends = Array.from({ length: 10 }, (_, i) =>
      sqs(endpoint, 'SendMessage', { QueueUrl: 'orders', MessageBody: String(i) }),
    );
    await Promise.all(sends);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  });

  it('copies a long write-ahead log into the database while it runs', async () => {
    const server = start({ program });
    const endpoint = await server.ready();
    await sqs(endpoint, 'CreateQueue', { QueueName: 'q' });
    const MessageBody = 'x'.repeat(512 * 1024);
    for (let i = 0; i < 64; i++) await sqs(endpoint, 'SendMessage', { QueueUrl: 'q', MessageBody });
    const database = join(server.folder, '.waystation', 'waystation.db');
    while (statSync(database).size < 8 * 1024 * 1024) {
      await sqs(endpoint, 'SendMessage', { QueueUrl: 'q', MessageBody: 'one more commit' });
    }
    expect(server.stderr).toBe('');
  });
});

describe('the module of the package', () => {
  it('starts a server in the process that imports it, and lets it end', async () => {
    const file = join(installation, 'embed.mjs');
    writeFileSync(
      file,
      `import { startWaystation } from 'waystation';
      const waystation = await startWaystation({ httpThreads: 2, queues: [{ name: 'orders' }] });
      const health = await fetch(waystation.endpoint + '/_waystation/health');
      console.log(JSON.stringify([await health.json(), await waystation.peek('orders')]));
      await waystation.stop();`,
    );
    const { stdout, stderr } = await run(process.execPath, [file], { cwd: installation });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject([{ status: 'ok', store: 'memory' }, []]);
  });

  async function compile(source: string): Promise<string> {
    const file = join(installation, 'typed.mts');
    writeFileSync(file, source);
    const compiler = join(projectFolder, 'node_modules/typescript/bin/tsc');
    const flags = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022'];
    const types = ['--types', 'node', '--typeRoots', join(projectFolder, 'node_modules/@types')];
    try {
      await run(process.execPath, [compiler, ...flags, ...types, file], { cwd: installation });
      return '';
    } catch (error) {
      return (error as { readonly stdout: string }).stdout;
    }
  }

  it('has types', async () => {
    const complaints = await compile(`
      import { type PeekedMessage, type RunningWaystation, startWaystation } from 'waystation';
      const waystation: RunningWaystation = await startWaystation({
        port: 0,
        testClock: true,
        queues: [{ name: 'q', attributes: { VisibilityTimeout: 5, RedrivePolicy: {} } }],
      });
      const messages: PeekedMessage[] = await waystation.peek('q', { limit: 3 });
      const body: string | undefined = messages[0]?.Body;
      await waystation.clock.advance(body === undefined ? 0 : 5);
      await waystation.stop();`);
    expect(complaints).toBe('');
  });

  it('has types that refuse what is wrong', async () => {
    const wrong = [
      ["{ port: 'four' }", "Type 'string' is not assignable"],
      ["{ store: 'redis' }", 'Type \'"redis"\' is not assignable'],
      ['{ prot: 1 }', "'prot' does not exist"],
      ['{ queues: [{ title: 1 }] }', "'title' does not exist"],
    ];
    const calls = wrong.map(([options]) => `await startWaystation(${options});`);
    const complaints = await compile(
      ["import { startWaystation } from 'waystation';", ...calls].join('\n'),
    );
    for (const [index, [, complaint]] of wrong.entries()) {
      const line = complaints.split('\n').find((text) => text.includes(`mts(${index + 2},`));
      expect(line).toContain(complaint);
    }
  });
});
