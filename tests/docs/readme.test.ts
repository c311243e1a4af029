/** The README's lines, run as written against a real server; only the port differs. */
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { sqs } from '../support/client.ts';
import { projectFolder, serverStarter, temporaryFolder } from '../support/server.ts';
import { codeBelow, readPage } from './markdown.ts';
import { awsAlias, environment, output, PAGE_ENDPOINT, runScript } from './shell.ts';

const run = promisify(execFile);
const start = serverStarter(afterEach);
const readme = readPage('README.md');
const FIRST_MESSAGE = 'The first message';

const exported = codeBelow(readme, FIRST_MESSAGE, 'sh')[0]?.split('\n\n')[0] ?? '';

const runExported = (endpoint: string, command: string, folder: string): Promise<string> =>
  runScript(`${exported}\n${command}`, endpoint, folder);

/** Writes a snippet where it finds the packages of this project. */
function writeSnippet(name: string, code: string): { folder: string; file: string } {
  const folder = temporaryFolder();
  for (const linked of ['@aws-sdk', 'waystation'])
    mkdirSync(join(folder, 'node_modules', linked), { recursive: true });
  symlinkSync(
    join(projectFolder, 'node_modules/@aws-sdk/client-sqs'),
    join(folder, 'node_modules/@aws-sdk/client-sqs'),
  );
  const entry = JSON.stringify(join(projectFolder, 'src/index.ts'));
  writeFileSync(join(folder, 'node_modules/waystation/index.mjs'), `export * from ${entry};`);
  writeFileSync(join(folder, 'node_modules/waystation/package.json'), '{"exports": "./index.mjs"}');
  const file = join(folder, name);
  writeFileSync(file, code);
  return { folder, file };
}

describe('the two commands', () => {
  it('are there', () => {
    const commands = [...readme.text.matchAll(/^npm ci && npm (\w+)$/gm)].map(([, name]) => name);
    const { scripts } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8'));
    expect(commands).toEqual(['start', 'test']);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(commands));
  });

  it('npm start serves, and ends when it is told to', async () => {
    const server = spawn('npm', ['start'], {
      cwd: projectFolder,
      env: { ...environment, WAYSTATION_PORT: '0', WAYSTATION_DATA: temporaryFolder() },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise((resolve) => server.on('close', resolve));
    let said = '';
    server.stderr.on('data', (chunk) => {
      said += String(chunk);
    });
    const endpoint = await new Promise<string>((resolve, reject) => {
      server.stdout.on('data', (chunk) => {
        said += String(chunk);
        const ready = /ready at (http:\S+)\n/.exec(said)?.[1];
        if (ready !== undefined) resolve(ready);
      });
      void ended.then(() => reject(new Error(`npm start ended: ${said}`)));
    });
    expect((await fetch(`${endpoint}/_waystation/health`)).status).toBe(200);
    server.kill('SIGTERM');
    await ended;
  });
});

describe('the first message', () => {
  it('goes through the AWS CLI', async (context) => {
    const [lines = '', alias = ''] = codeBelow(readme, FIRST_MESSAGE, 'sh');
    const prefix = await awsAlias(alias);
    if (prefix === undefined) return context.skip('this machine has no AWS CLI');
    const endpoint = await start().ready();
    const command = prefix + lines.slice(exported.length);
    expect(await runExported(endpoint, command, temporaryFolder())).toContain('"Body": "coffee"');
  });

  it('goes through the SDK for JavaScript', async () => {
    const endpoint = await start().ready();
    await sqs(endpoint, 'CreateQueue', { QueueName: 'orders' });
    const [code = ''] = codeBelow(readme, FIRST_MESSAGE, 'js');
    const { folder, file } = writeSnippet('first.mjs', code.replaceAll(PAGE_ENDPOINT, endpoint));
    const said = await runExported(endpoint, `'${process.execPath}' ${file}`, folder);
    expect(said).toBe('tea\n');
    expect(await left(endpoint)).toBe(0);
  });

  it('goes through boto3', async (context) => {
    if ((await output('python3', ['-c', 'import boto3'])) === undefined) {
      return context.skip('this machine has no boto3');
    }
    const endpoint = await start().ready();
    const [code = ''] = codeBelow(readme, FIRST_MESSAGE, 'python');
    const { folder, file } = writeSnippet('first.py', code);
    expect(await runExported(endpoint, `python3 ${file}`, folder)).toBe('cocoa\n');
    expect(await left(endpoint)).toBe(0);
  });
});

/** Messages in the queue `orders`, received or not. */
async function left(endpoint: string): Promise<number> {
  const { Attributes } = await sqs(endpoint, 'GetQueueAttributes', {
    QueueUrl: 'orders',
    AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
  });
  return Object.values(Attributes as object).reduce((sum, count) => sum + Number(count), 0);
}

describe('the lines for a test', () => {
  it('start a server in the process', async () => {
    const [code = ''] = codeBelow(readme, 'In a test', 'js');
    const check = `
      console.log(JSON.stringify(await waystation.peek('orders')), process.env.AWS_ENDPOINT_URL);
      await waystation.stop();`;
    const { folder, file } = writeSnippet('test.mjs', code + check);
    expect(dirname(file)).toBe(folder);
    const { stdout } = await run(process.execPath, [file], { cwd: folder, env: environment });
    expect(stdout).toMatch(/^\[\] http:\/\/localhost:\d+\n$/);
  });
});
