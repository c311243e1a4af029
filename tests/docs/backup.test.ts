/** The commands of docs/operating/durability-and-backup.md, run while a server works. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { sqs } from '../support/client.ts';
import { runProgramIn } from '../support/program.ts';
import { serverStarter } from '../support/server.ts';
import { codeBelow, readPage } from './markdown.ts';

const start = serverStarter(afterEach);
const page = readPage('docs/operating/durability-and-backup.md');
const message = (MessageBody: string) => ({ QueueUrl: 'orders', MessageBody });

/** The words behind `waystation` in each line of the code below a heading. */
const commandsBelow = (heading: string): string[][] =>
  (codeBelow(page, heading, 'sh')[0] ?? '')
    .trim()
    .split('\n')
    .map((line) => {
      const [program, ...words] = line.split(' ');
      expect(program).toBe('waystation');
      return words;
    });

it('a backup of a running server holds what was acknowledged, and can be started', async () => {
  const server = start();
  const endpoint = await server.ready();
  const run = (words: readonly string[]) => runProgramIn(server.folder, ...words).ended;
  await sqs(endpoint, 'CreateQueue', { QueueName: 'orders' });
  await sqs(endpoint, 'SendMessage', message('before'));

  const [backup = []] = commandsBelow('Backup');
  expect(await run(backup)).toMatchObject({ code: 0, stderr: '' });
  await sqs(endpoint, 'SendMessage', message('after'));

  const [restore = [], [, ...flags] = []] = commandsBelow('Restore');
  expect(await run(restore)).toMatchObject({ code: 0, stderr: '' });
  const [check = []] = commandsBelow('Check');
  expect(await run(check)).toMatchObject({ code: 0 });
  const restored = start({ folder: server.folder, flags });
  const { Messages } = await sqs(await restored.ready(), 'ReceiveMessage', {
    QueueUrl: 'orders',
    MaxNumberOfMessages: 10,
  });
  expect(Messages).toMatchObject([{ Body: 'before' }]);
});

it('a server that stopped in good order leaves no write-ahead log', async () => {
  const server = start();
  await sqs(await server.ready(), 'CreateQueue', { QueueName: 'orders' });
  await server.stop();
  const files = execFileSync('ls', [join(server.folder, '.waystation')], { encoding: 'utf8' });
  expect(files.split('\n')).not.toContain('waystation.db-wal');
});
