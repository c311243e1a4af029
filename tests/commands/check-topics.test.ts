/** `check` on what SNS keeps: nothing in a sound folder is told, and every kind of damage is. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemEnvironment } from '../../src/core/environment.ts';
import { createInvoker, type Invoker } from '../../src/core/invoke.ts';
import { Alarms } from '../../src/scheduler/alarms.ts';
import { Waiters } from '../../src/scheduler/waiters.ts';
import { sns, sqs } from '../../src/services/index.ts';
import { limitFanOut } from '../../src/services/sns/fan-out.ts';
import { openSqliteStore } from '../../src/storage/sqlite/index.ts';
import { removeTemporaryFolders, temporaryFolder } from '../support/server.ts';
import { defaultCaller } from '../support/service.ts';
import { change, check, clock } from './data.ts';

type Call = (operation: string, input: object) => Promise<{ readonly [name: string]: string }>;

const arn = (name: string): string => `arn:aws:sns:us-east-1:000000000000:${name}`;
const queue = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;

/** One folder with something of everything, which each test damages a copy of. */
let sound = '';

/** No scheduler runs here, so that background work stays where it is. */
beforeAll(async () => {
  sound = join(temporaryFolder(), 'data');
  const store = await openSqliteStore({ folder: sound, clock });
  const env = systemEnvironment(clock);
  limitFanOut(env, 2);
  const { run } = createInvoker({
    services: [sqs, sns],
    store,
    env,
    waiters: new Waiters(new Alarms()),
    counts: { count: () => {} },
    onTimer: () => {},
  });
  await fill(callerOf(run));
  await store.close();
});

afterAll(removeTemporaryFolders);

const callerOf =
  (run: Invoker['run']): Call =>
  (operation, input) =>
    run(defaultCaller, (context) => {
      const service = sns.operations.has(operation) ? 'sns' : 'sqs';
      return context.invoke(service, operation, input, defaultCaller);
    }) as ReturnType<Call>;

async function fill(call: Call): Promise<void> {
  await call('CreateTopic', { Name: 'news' });
  for (let n = 0; n < 7; n++) await subscribe(call, 'news', 'sqs', queue(`q${n}`));
  const FilterPolicy = '{"colour":["red"]}';
  await subscribe(call, 'news', 'sqs', queue('red'), { FilterPolicy });
  await subscribe(call, 'news', 'https', 'https://example.com/pending');
  await call('Publish', { TopicArn: arn('news'), Message: 'goes on for some steps' });
  const ended = await subscribe(call, 'news', 'sqs', queue('ended'));
  await call('Unsubscribe', { SubscriptionArn: ended });
  await fillLine(call);
  await fillPlatforms(call);
  await call('CreateSMSSandboxPhoneNumber', { PhoneNumber: '+15550100' });
  await call('CreateTopic', { Name: 'private' });
  const DataProtectionPolicy = JSON.stringify({
    Name: 'p',
    Version: '2021-06-01',
    Statement: [
      {
        DataDirection: 'Inbound',
        Principal: ['*'],
        DataIdentifier: ['arn:aws:dataprotection::aws:data-identifier/EmailAddress'],
        Operation: { Deny: {} },
      },
    ],
  });
  await call('PutDataProtectionPolicy', { ResourceArn: arn('private'), DataProtectionPolicy });
  await leaveWork(call);
}

/** A FIFO topic with an archive, two replays of which one waits for messages to come. */
async function fillLine(call: Call): Promise<void> {
  const Attributes = {
    FifoTopic: 'true',
    ContentBasedDeduplication: 'true',
    ArchivePolicy: '{"MessageRetentionPeriod":"2"}',
  };
  await call('CreateTopic', { Name: 'line.fifo', Attributes });
  for (const Message of ['a', 'b', 'c']) {
    await call('Publish', { TopicArn: arn('line.fifo'), Message, MessageGroupId: 'g' });
  }
  const ReplayPolicy = '{"PointType":"Timestamp","StartingPoint":"2020-01-01T00:00:00Z"}';
  await subscribe(call, 'line.fifo', 'sqs', queue('replayed'), { ReplayPolicy });
}

async function fillPlatforms(call: Call): Promise<void> {
  for (const Name of ['app', 'deleted']) {
    const Attributes = { PlatformCredential: 'a key' };
    await call('CreatePlatformApplication', { Name, Platform: 'GCM', Attributes });
    const PlatformApplicationArn = arn(`app/GCM/${Name}`);
    for (const Token of ['one', 'two']) {
      await call('CreatePlatformEndpoint', { PlatformApplicationArn, Token });
    }
  }
}

/** What was deleted, and is still to be removed in the background. */
async function leaveWork(call: Call): Promise<void> {
  await call('CreateTopic', { Name: 'gone' });
  await subscribe(call, 'gone', 'sqs', queue('q0'));
  await subscribe(call, 'gone', 'https', 'https://example.com/gone');
  await call('DeleteTopic', { TopicArn: arn('gone') });
  await call('CreateTopic', { Name: 'gone' });
  await subscribe(call, 'gone', 'sqs', queue('q0'));
  await call('DeletePlatformApplication', { PlatformApplicationArn: arn('app/GCM/deleted') });
}

async function subscribe(
  call: Call,
  topic: string,
  Protocol: string,
  Endpoint: string,
  Attributes: object = {},
): Promise<string> {
  const input = { TopicArn: arn(topic), Protocol, Endpoint, Attributes };
  return (await call('Subscribe', input)).SubscriptionArn ?? '';
}

it('finds nothing in a sound folder, background work under way included', async () => {
  const { clean, text } = await check(sound);
  expect(clean, text).toBe(true);
});

const NEWS = "key = 'sns/topic/000000000000/us-east-1/news'";
const LINE = "key = 'sns/topic/000000000000/us-east-1/line.fifo'";
const in_ = (prefix: string, topic: string): string => `key LIKE 'sns/${prefix}/${arn(topic)}/%'`;
const RED = `${in_('subscription', 'news')} AND value LIKE '%:red"%'`;
const set = (path: string, value: string, where: string): string =>
  `UPDATE documents SET value = json_set(value, '$.${path}', ${value}) WHERE ${where}`;
const drop = (where: string): string => `DELETE FROM documents WHERE ${where}`;
const cancel = (prefix: string): string => `DELETE FROM timers WHERE key LIKE 'sns/${prefix}/%'`;
const rename = (from: string, to: string, where: string): string =>
  `UPDATE documents SET key = replace(key, '${from}', '${to}') WHERE ${where}`;
const APP = "(SELECT json_extract(value, '$.applicationId') FROM documents WHERE key LIKE '%/app')";
const OF_APP = (kind: string): string => `key LIKE 'sns/platform/' || ${APP} || '/${kind}/%'`;
const SOME = ', arn:aws:sns:us-east-1:000000000000:';

describe('a problem', () => {
  it.each([
    // Topics.
    [rename('/news', '/other', NEWS), `The topic ${arn('news')} is stored under another topic's`],
    [
      `${set('topicId', `(SELECT json_extract(value, '$.topicId') FROM documents WHERE ${NEWS})`, LINE)}`,
      `The topic ${arn('news')} is stored under another topic's name, or twice.`,
    ],
    [set('fifo', "json('false')", LINE), 'line.fifo is stored as the other kind of topic'],
    [set('attributes.ArchivePolicy', "'{}'", LINE), 'line.fifo has an archive and no policy for'],
    [
      `UPDATE documents SET value = json_remove(value, '$.archive') WHERE ${LINE}`,
      'line.fifo has an archive and no policy for it, or the reverse.',
    ],
    [cancel('trim-archive'), 'Nothing removes the old messages of the archive of the topic'],
    [
      set('dataProtectionPolicy', "'{'", "key LIKE 'sns/topic/%/private'"),
      `The data protection policy of the topic ${arn('private')} cannot be read.`,
    ],
    [set('subscriptionsVersion', "'x'", NEWS), `The last change of the topic ${arn('news')}'s sub`],
    [drop("key LIKE 'sns/subscription-changes/%'"), `change of the topic ${arn('line.fifo')}'s`],
    [drop(NEWS), 'There is the list of changed subscriptions of 1 topics, and no topic that it'],
    [drop(LINE), 'There is the last sequence number of 1 topics, and no topic that it belongs to.'],
    // Sequence numbers, by what is remembered for five minutes and by the archive.
    [drop("key LIKE 'sns/sequence/%'"), 'line.fifo has given out sequence numbers that are yet'],
    [
      `DELETE FROM memos; ${drop("key LIKE 'sns/sequence/%'")}`,
      'line.fifo has given out sequence numbers that are yet',
    ],
    [
      `${set('archive.archiveId', "'other'", LINE)}; ${drop("key LIKE 'sns/sequence/%'")}`,
      'line.fifo has given out sequence numbers that are yet',
    ],
    // The archive.
    [
      `UPDATE records SET payload = '{"messageId":7}' WHERE position = 2`,
      `1 messages in the archive of the topic ${arn('line.fifo')} cannot be read.`,
    ],
    [
      `UPDATE records SET payload = 'x' WHERE position = 3`,
      `1 messages in the archive of the topic ${arn('line.fifo')} cannot be read.`,
    ],
    // Subscriptions.
    [
      `UPDATE documents SET key = key || 'x' WHERE ${RED}`,
      `1 subscriptions of the topic ${arn('news')}${SOME}news:`,
    ],
    [
      `UPDATE documents SET key = key || 'x' WHERE ${RED}`,
      "among them, are stored under another subscription's name.",
    ],
    [set('arn', "'arn:x'", RED), "arn:x among them, are stored under another subscription's name."],
    [drop(NEWS), `9 subscriptions of the topic ${arn('news')}${SOME}news:`],
    [drop(NEWS), 'among them, belong to a topic that is not there.'],
    [cancel('remove-subscriptions'), `2 subscriptions of the topic ${arn('gone')}${SOME}gone:`],
    [cancel('remove-subscriptions'), 'among them, belong to a topic that is not there.'],
    [drop(in_('endpoint', 'news')), 'among them, are not found by their endpoints.'],
    [
      `UPDATE documents SET value = '"x"' WHERE ${in_('endpoint', 'news')}`,
      'among them, are not found by their endpoints.',
    ],
    [set('endpoint', "'else'", RED), 'among them, are not found by their endpoints.'],
    [set('endpoint', "'else'", RED), "are stored under another subscription's name."],
    [set('ownerId', "'111111111111'", RED), 'among them, are not in the list of their owner.'],
    [set('ownerId', "'111111111111'", RED), "are stored under another subscription's name."],
    [drop("key LIKE 'sns/subscriptions-of/%'"), 'among them, are not in the list of their owner.'],
    [set('attributes.FilterPolicy', "'{'", RED), 'have a filter policy that cannot be read.'],
    [cancel('pending'), 'among them, wait for their confirmation, and nothing ends that.'],
    [cancel('replay'), 'among them, are in the midst of a replay that nothing carries on.'],
    [
      `UPDATE documents SET value = json_remove(value, '$.attributes.ReplayPolicy')
         WHERE ${in_('subscription', 'line.fifo')}`,
      'among them, are in the midst of a replay that nothing carries on.',
    ],
    [drop(RED), `1 subscriptions of the topic ${arn('news')}${SOME}news:`],
    [
      `${drop(RED)}; ${drop("key LIKE 'sns/subscriptions-of/%'")}`,
      'among them, are named where others are found, and are not there.',
    ],
    [
      `${drop(RED)}; ${drop(in_('endpoint', 'news'))}`,
      'among them, are named where others are found, and are not there.',
    ],
    // What is counted.
    [
      set('confirmed', '7', NEWS),
      `The topic ${arn('news')} counts 7 confirmed and 1 pending subscriptions, and has 8 and 1.`,
    ],
    [
      set('pending', '2', NEWS),
      `The topic ${arn('news')} counts 8 confirmed and 2 pending subscriptions, and has 8 and 1.`,
    ],
    [
      "UPDATE documents SET value = '5' WHERE key LIKE 'sns/pending-count/%'",
      'The account 000000000000 in us-east-1 counts 5 subscriptions that wait for their confirm',
    ],
    [drop("key LIKE 'sns/pending-count/%'"), 'in us-east-1 counts 0 subscriptions that wait for'],
    // Messages on their way.
    [cancel('fan-out'), `of the topic ${arn('news')} is stuck on its way to its subscriptions.`],
    [drop("key LIKE 'sns/fan-out/%/1'"), 'is stuck on its way to its subscriptions.'],
    [
      drop("key LIKE 'sns/fan-out/%' AND key NOT LIKE 'sns/fan-out/%/%'"),
      'was on its way to subscriptions, and is not there any more.',
    ],
    // Platform applications.
    [
      rename('GCM/app', 'GCM/other', "key LIKE 'sns/application/%'"),
      ':app/GCM/app is stored under anoth',
    ],
    [drop("key LIKE 'sns/application/%'"), '2 endpoints belong to a platform application ('],
    [cancel('remove-endpoints'), '2 endpoints belong to a platform application ('],
    [drop(OF_APP('endpoint')), '2 endpoints of the platform application arn:aws:sns:us-east-1:0'],
    [drop(OF_APP('endpoint')), 'among them, are named by their tokens, and are not there.'],
    [drop(OF_APP('token')), 'among them, are not found by their tokens.'],
    [
      `UPDATE documents SET key = key || 'x' WHERE ${OF_APP('endpoint')}`,
      "among them, are stored under another endpoint's name or token.",
    ],
    [
      set('attributes.Token', "'three'", OF_APP('endpoint')),
      "among them, are stored under another endpoint's name or token.",
    ],
    // The SMS sandbox.
    [
      rename('+1555', '+1556', "key LIKE 'sns/sandbox-number/%'"),
      'The number +15550100 in the SMS sandbox of the account 000000000000 in us-east-1 is stored',
    ],
    // The key that signs.
    [
      set('privateKey', "'x'", "key = 'sns/signing-key'"),
      'The key that signs messages to subscribers cannot be used.',
    ],
    [
      set('certificate', "'x'", "key = 'sns/signing-key'"),
      'The key that signs messages to subscribers cannot be used.',
    ],
  ])('of %s is told', async (sql, sentence) => {
    const folder = join(temporaryFolder(), 'data');
    cpSync(sound, folder, { recursive: true });
    change(folder, sql);
    const { clean, text } = await check(folder);
    expect(text).toContain(sentence);
    expect(text).toMatch(/\n1\. .+\n {3}.+\n {3}.+\n/);
    expect(clean).toBe(false);
  });
});
