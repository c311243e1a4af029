/** The shell lines of docs/start.md, run as written against a real server. */
import { afterEach, expect, it } from 'vitest';
import { serverStarter, temporaryFolder } from '../support/server.ts';
import { codeBelow, readPage } from './markdown.ts';
import { awsAlias, PAGE_ENDPOINT, runScript } from './shell.ts';

const start = serverStarter(afterEach);
const page = readPage('docs/start.md');

it('sends, receives and publishes with the AWS CLI', async (context) => {
  const alias = await awsAlias(`alias aws='aws --endpoint-url ${PAGE_ENDPOINT}'`);
  if (alias === undefined) return context.skip('this machine has no AWS CLI');
  const [, first = ''] = codeBelow(page, 'Run it', 'sh');
  const [publish = ''] = codeBelow(page, 'Publish', 'sh');
  const endpoint = await start().ready();
  const said = await runScript(`${alias}${first}${publish}`, endpoint, temporaryFolder());
  expect(said).toContain('"Body": "coffee"');
  expect(said).toContain('"SubscriptionArn": "pending confirmation"');
  expect(said).toContain('"Body": "a cup of tea"');
  expect(said).toContain('"to":"reader@example.com"');
});
