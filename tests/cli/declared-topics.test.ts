/** Topics and subscriptions that waystation.yaml declares: there before the first request. */
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { SNS } from '@aws-sdk/client-sns';
import { afterEach, describe, expect, it } from 'vitest';
import { startWaystation } from '../../src/index.ts';
import { codeBelow, readPage } from '../docs/markdown.ts';
import { sqs } from '../support/client.ts';
import { serverStarter, temporaryFolder } from '../support/server.ts';

const start = serverStarter(afterEach);
const memory = ['--store', 'memory'];

const snsOf = (endpoint: string, { account = '000000000000', region = 'us-east-1' } = {}): SNS =>
  new SNS({ endpoint, region, credentials: { accessKeyId: account, secretAccessKey: 'test' } });

const write = (folder: string, text: string): void =>
  writeFileSync(join(folder, 'waystation.yaml'), text);

const ARN = 'arn:aws:sns:us-east-1:000000000000:orders';

/** The attributes of a topic's subscriptions, by their endpoints. */
async function subscriptionsOf(sns: SNS, TopicArn = ARN) {
  const { Subscriptions = [] } = await sns.listSubscriptionsByTopic({ TopicArn });
  const attributes = Subscriptions.map(async ({ SubscriptionArn, Endpoint = '' }) => {
    if (SubscriptionArn === 'PendingConfirmation') return [Endpoint, SubscriptionArn] as const;
    const answer = await sns.getSubscriptionAttributes({ SubscriptionArn });
    return [Endpoint, answer.Attributes] as const;
  });
  return Object.fromEntries(await Promise.all(attributes));
}

describe('declared topics', () => {
  it('are there with attributes, tags and subscriptions, and deliver', async () => {
    const folder = temporaryFolder();
    write(
      folder,
      `
topics:
  - name: orders
    attributes: { DisplayName: Orders }
    tags: { team: shop }
    subscriptions:
      - protocol: sqs
        endpoint: bills
        attributes: { RawMessageDelivery: true, FilterPolicy: { status: [paid] } }
      - { protocol: sqs, endpoint: "arn:aws:sqs:us-east-1:000000000000:later" }
  - name: parcels.fifo
    region: eu-central-1
    account: "111122223333"
    attributes: { FifoTopic: true, ContentBasedDeduplication: true }
    subscriptions:
      - { protocol: sqs, endpoint: parcels.fifo }
queues:
  - name: bills
  - { name: parcels.fifo, region: eu-central-1, account: "111122223333",
      attributes: { FifoQueue: true } }`,
    );
    const endpoint = await start({ folder, flags: memory }).ready();
    const sns = snsOf(endpoint);
    const { Attributes } = await sns.getTopicAttributes({ TopicArn: ARN });
    expect(Attributes).toMatchObject({ DisplayName: 'Orders', SubscriptionsConfirmed: '2' });
    const { Tags } = await sns.listTagsForResource({ ResourceArn: ARN });
    expect(Tags).toEqual([{ Key: 'team', Value: 'shop' }]);

    const publish = (Message: string, StringValue: string) =>
      sns.publish({
        TopicArn: ARN,
        Message,
        MessageAttributes: { status: { DataType: 'String', StringValue } },
      });
    await publish('no', 'new');
    await publish('yes', 'paid');
    const { Messages } = await sqs(endpoint, 'ReceiveMessage', { QueueUrl: 'bills' });
    expect(Messages).toMatchObject([{ Body: 'yes' }]);

    const owner = { account: '111122223333', region: 'eu-central-1' };
    const fifo = 'arn:aws:sns:eu-central-1:111122223333:parcels.fifo';
    const parcels = await snsOf(endpoint, owner).getTopicAttributes({ TopicArn: fifo });
    expect(parcels.Attributes).toMatchObject({ FifoTopic: 'true', SubscriptionsConfirmed: '1' });
  });

  it('win over what calls changed, and leave the rest alone', async () => {
    const folder = temporaryFolder();
    const subscription = (attributes: string) =>
      `{ protocol: sqs, endpoint: bills, attributes: { ${attributes} } }`;
    const declare = (topic: string, attributes: string) =>
      write(
        folder,
        `queues: [{ name: bills }]\ntopics:\n  - name: orders\n    attributes: { ${topic} }\n` +
          `    tags: { team: shop }\n    subscriptions: [${subscription(attributes)}]`,
      );
    declare('DisplayName: Orders', 'FilterPolicy: { status: [paid] }');
    const first = start({ folder });
    const before = snsOf(await first.ready());
    const set = (AttributeName: string, AttributeValue: string) =>
      before.setTopicAttributes({ TopicArn: ARN, AttributeName, AttributeValue });
    await set('DisplayName', 'Changed');
    await set('SignatureVersion', '2');
    await before.createTopic({ Name: 'undeclared' });
    const [known] = Object.values(await subscriptionsOf(before));
    await first.stop();

    declare(
      'DisplayName: Orders',
      'FilterPolicyScope: MessageBody, FilterPolicy: { a: { b: [1] } }',
    );
    const sns = snsOf(await start({ folder }).ready());
    const { Attributes } = await sns.getTopicAttributes({ TopicArn: ARN });
    expect(Attributes).toMatchObject({
      DisplayName: 'Orders',
      SignatureVersion: '2',
      SubscriptionsConfirmed: '1',
      SubscriptionsDeleted: '0',
    });
    const queue = 'arn:aws:sqs:us-east-1:000000000000:bills';
    expect(await subscriptionsOf(sns)).toEqual({
      [queue]: {
        ...(known as object),
        FilterPolicy: '{"a":{"b":[1]}}',
        FilterPolicyScope: 'MessageBody',
      },
    });
    expect((await sns.listTopics()).Topics).toHaveLength(2);
  });

  it('change nothing when they are as they should be', async () => {
    const folder = temporaryFolder();
    write(
      folder,
      `
queues: [{ name: bills }]
topics:
  - name: orders
    attributes: { DisplayName: Orders, DeliveryPolicy: { http: { } } }
    subscriptions:
      - protocol: sqs
        endpoint: bills
        attributes: { FilterPolicy: { status: [paid] }, RawMessageDelivery: True }
      - protocol: firehose
        endpoint: arn:aws:firehose:us-east-1:000000000000:deliverystream/s
        attributes: { SubscriptionRoleArn: "arn:aws:iam::000000000000:role/r" }`,
    );
    const first = start({ folder });
    const before = snsOf(await first.ready());
    const made = await subscriptionsOf(before);
    expect(Object.keys(made)).toHaveLength(2);
    await first.stop();
    expect(await subscriptionsOf(snsOf(await start({ folder }).ready()))).toEqual(made);
  });

  it.each([
    ['{ name: "no spaces" }', 'The declared topic no spaces (us-east-1) was refused: Invalid'],
    ['{ name: t, attributes: { Displayname: x } }', 'Unknown attribute Displayname'],
    [
      '{ name: t, subscriptions: [{ protocol: sqs, endpoint: bils }] }',
      'names a queue that is not there. Declare bils under "queues"',
    ],
    [
      '{ name: t, subscriptions: [{ protocol: fax, endpoint: "1" }] }',
      'The declared subscription of 1 to the topic t (us-east-1) was refused: Invalid parameter: ' +
        'Amazon SNS does not support this protocol string: fax',
    ],
    [
      '{ name: t, subscriptions: [{ protocol: sqs, endpoint: q, attributes: { FilterPolicy: 1 } }] }',
      'FilterPolicy: Filter is not an object',
    ],
  ])('refuse to start with %s', async (topic, sentence) => {
    const folder = temporaryFolder();
    write(folder, `queues: [{ name: q }]\ntopics: [${topic}]`);
    const server = start({ folder, flags: memory });
    expect(await server.exit).toEqual({ code: 1, signal: null });
    expect(server.stderr).toContain(sentence);
  });
});

it.each(['Queues', 'Topics'])(
  'the example of "%s that exist from the start" starts',
  async (noun) => {
    const page = readPage('docs/operating/configuration.md');
    const [example = ''] = codeBelow(page, `${noun} that exist from the start`, 'yaml');
    expect(example).toContain(`${noun.toLowerCase()}:`);
    const folder = temporaryFolder();
    write(folder, example.replace(/^port: .*$/m, ''));
    await start({ folder, flags: memory }).ready();
  },
);

interface Inbox {
  readonly items: readonly { readonly links: readonly string[] }[];
}

/** Its mails, newest first, once there are so many. */
async function inbox(endpoint: string, count: number): Promise<Inbox['items']> {
  for (;;) {
    const answer = await fetch(`${endpoint}/_waystation/inbox`);
    const { items } = (await answer.json()) as Inbox;
    if (items.length >= count) return items;
  }
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('declared subscriptions that must be confirmed', () => {
  it('are asked for with a link to the server, at each start until they are', async () => {
    const folder = temporaryFolder();
    write(
      folder,
      'topics: [{ name: orders, subscriptions: [{ protocol: email, endpoint: r@example.com }] }]',
    );
    const first = start({ folder });
    const [asked] = await inbox(await first.ready(), 1);
    expect(asked?.links[0]).toMatch(`${await first.ready()}/?Action=ConfirmSubscription&`);
    await first.stop();

    const second = start({ folder });
    const endpoint = await second.ready();
    const [again] = await inbox(endpoint, 2);
    const link = again?.links[0] ?? '';
    expect(link.startsWith(`${endpoint}/?`)).toBe(true);
    expect((await fetch(link)).status).toBe(200);
    await second.stop();

    const third = await start({ folder }).ready();
    expect(await subscriptionsOf(snsOf(third))).toMatchObject({
      'r@example.com': { PendingConfirmation: 'false' },
    });
    expect(await inbox(third, 2)).toHaveLength(2);
  });

  it.each([
    ['the port that is given', [], (port: number) => `http://localhost:${port}/?`],
    ['--public-url', ['--public-url', 'https://sns.test'], () => 'https://sns.test/?'],
  ])('get links with %s', async (_what, flags, expected) => {
    const folder = temporaryFolder();
    write(
      folder,
      'topics: [{ name: orders, subscriptions: [{ protocol: email, endpoint: r@example.com }] }]',
    );
    const port = await freePort();
    const server = start({ folder, flags: [...memory, '--port', String(port), ...flags] });
    const [asked] = await inbox(await server.ready(), 1);
    expect(asked?.links[0]?.startsWith(expected(port))).toBe(true);
  });
});

it('can be declared by an embedding program', async () => {
  const waystation = await startWaystation({
    queues: [{ name: 'bills' }],
    topics: [{ name: 'orders', subscriptions: [{ protocol: 'sqs', endpoint: 'bills' }] }],
  });
  await snsOf(waystation.endpoint).publish({ TopicArn: ARN, Message: 'coffee' });
  const [message] = await waystation.peek('bills');
  expect(JSON.parse(message?.Body ?? '')).toMatchObject({ Message: 'coffee', TopicArn: ARN });
  await waystation.stop();
});
