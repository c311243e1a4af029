/** The commands of docs/operating/durability-and-backup.md, run while a server works. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, it } from 'vitest';
import { sqs } from '../support/client.ts';
import { serverStarter } from '../support/server.ts';
import { codeBelow, readPage } from './markdown.ts';

const start = serverStarter(afterEach);
const page = readPage('docs/operating/durability-and-backup.md');
const message = (MessageBody: string) => ({ QueueUrl: 'orders', MessageBody });

it('a backup of a running server holds what was acknowledged, and can be started', async () => {
  const server = start();
  const endpoint = await server.ready();
  await sqs(endpoint, 'CreateQueue', { QueueName: 'orders' });
  await sqs(endpoint, 'SendMessage', message('before'));

  const [command = ''] = codeBelow(page, 'Backup while it runs', 'sh');
  const [, database = '', statement = ''] = /^sqlite3 (\S+) "(.*)"\n$/.exec(command) ?? [];
  const source = new DatabaseSync(join(server.folder, database));
  source.exec(statement.replace('backup.db', join(server.folder, 'backup.db')));
  source.close();
  await sqs(endpoint, 'SendMessage', message('after'));

  const lines = codeBelow(page, 'Restore', 'sh')[0]?.trim().split('\n') ?? [];
  const [, flags = ''] = /^npm start -- (.*)$/.exec(lines.pop() ?? '') ?? [];
  execFileSync('bash', ['-c', lines.join(' && ')], { cwd: server.folder });
  const restored = start({ folder: server.folder, flags: flags.split(' ') });
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
