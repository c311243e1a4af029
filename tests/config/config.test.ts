/** How flags, environment and file become one Config, and what is refused. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Config, configOf, readCommand } from '../../src/config.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'waystation-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Given {
  readonly flags?: string;
  readonly environment?: { readonly [name: string]: string };
  readonly file?: string;
}

let fileCount = 0;

async function read({ flags = '', environment = {}, file }: Given): Promise<Config> {
  const path = join(folder, `${++fileCount}.yaml`);
  if (file !== undefined) writeFileSync(path, file);
  const argv = flags.split(' ').filter((word) => word !== '');
  if (file !== undefined) argv.push('--config', path);
  const command = await readCommand({ argv, environment, folder });
  if (command.kind !== 'serve') throw new Error(`expected to serve, not ${command.kind}`);
  return command.config;
}

describe('defaults', () => {
  it('listens on loopback, port 4566, with everything on disk', async () => {
    expect(await read({})).toEqual({
      port: 4566,
      host: '127.0.0.1',
      auth: undefined,
      data: join(folder, '.waystation'),
      store: 'sqlite',
      durability: 'full',
      httpThreads: 0,
      publicUrl: undefined,
      testClock: false,
      logLevel: 'info',
      queues: [],
      topics: [],
    });
  });

  it('answers a value that cannot be changed', async () => {
    const config = await read({});
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.queues)).toBe(true);
    expect(Object.isFrozen(config.topics)).toBe(true);
  });
});

describe('precedence', () => {
  const environment = { WAYSTATION_PORT: '2' };
  const file = 'port: 3';

  it('takes a flag before the environment', async () => {
    expect((await read({ flags: '--port 1', environment, file })).port).toBe(1);
  });

  it('takes the environment before the file', async () => {
    expect((await read({ environment, file })).port).toBe(2);
  });

  it('takes the file before the default', async () => {
    expect((await read({ file })).port).toBe(3);
  });

  it('takes an empty variable for not given', async () => {
    expect((await read({ environment: { WAYSTATION_PORT: '' }, file })).port).toBe(3);
  });
});

describe('forms', () => {
  it.each([
    ['--port 7', 'port', 7],
    ['--port=7', 'port', 7],
    ['serve --port 7', 'port', 7],
    ['--test-clock', 'testClock', true],
    ['--test-clock=false', 'testClock', false],
    ['--test-clock --port 7', 'port', 7],
    ['--host [::1]', 'host', '::1'],
    ['--host 0.0.0.0 --auth off', 'auth', 'off'],
    ['--public-url https://aws.example.org/', 'publicUrl', 'https://aws.example.org'],
    ['--public-url http://proxy:8080/queues', 'publicUrl', 'http://proxy:8080/queues'],
    ['--store memory', 'store', 'memory'],
    ['--durability relaxed', 'durability', 'relaxed'],
    ['--http-threads 4', 'httpThreads', 4],
    ['--log-level debug', 'logLevel', 'debug'],
  ] as const)('reads %s', async (flags, name, value) => {
    expect((await read({ flags }))[name]).toBe(value);
  });

  it('reads every kind of value from the environment', async () => {
    const config = await read({
      environment: {
        WAYSTATION_TEST_CLOCK: 'true',
        WAYSTATION_PUBLIC_URL: 'http://localhost:1',
        WAYSTATION_DATA: '/srv/queues',
      },
    });
    expect(config).toMatchObject({
      testClock: true,
      publicUrl: 'http://localhost:1',
      data: '/srv/queues',
    });
  });

  it('counts a path in the file from the folder of the file', async () => {
    const elsewhere = mkdtempSync(join(folder, 'elsewhere-'));
    writeFileSync(join(elsewhere, 'w.yaml'), 'data: ./state');
    const config = await read({ flags: `--config ${join(elsewhere, 'w.yaml')}` });
    expect(config.data).toBe(join(elsewhere, 'state'));
  });

  it('reads waystation.yaml of the working folder unasked', async () => {
    const working = mkdtempSync(join(folder, 'working-'));
    writeFileSync(join(working, 'waystation.yaml'), 'auth: off\nhost: 0.0.0.0\nport: 81');
    const command = await readCommand({ argv: [], environment: {}, folder: working });
    expect(command).toMatchObject({ config: { auth: 'off', host: '0.0.0.0', port: 81 } });
  });

  it('ignores what Kubernetes says of a service called waystation', async () => {
    const environment = {
      WAYSTATION_SERVICE_HOST: '10.0.0.1',
      WAYSTATION_SERVICE_PORT: '4566',
      WAYSTATION_SERVICE_PORT_HTTP: '4566',
      WAYSTATION_PORT: 'tcp://10.0.0.1:4566',
      WAYSTATION_PORT_4566_TCP: 'tcp://10.0.0.1:4566',
      WAYSTATION_PORT_4566_TCP_ADDR: '10.0.0.1',
    };
    expect((await read({ environment })).port).toBe(4566);
  });

  it.each([
    ['--help', 'help'],
    ['-h', 'help'],
    ['serve --help', 'help'],
    ['--version', 'version'],
    ['--port 5 --version', 'version'],
  ])('takes %s for a question', async (flags, kind) => {
    const argv = flags.split(' ');
    const environment = { WAYSTATION_NONSENSE: '1' };
    expect(await readCommand({ argv, environment, folder })).toEqual({ kind });
  });
});

describe('refusals', () => {
  const refused: readonly [Given, string][] = [
    [{ flags: '--prot 1' }, 'Unknown option "--prot". Did you mean --port?'],
    [{ flags: '--Port 1' }, 'Unknown option "--Port". Did you mean --port?'],
    [{ flags: '--testclock' }, 'Unknown option "--testclock". Did you mean --test-clock?'],
    [{ flags: '--frobnicate' }, 'Unknown option "--frobnicate". Known: --port, --host,'],
    [{ flags: 'srve' }, 'Unknown command "srve". Did you mean serve?'],
    [{ flags: '--port 1 serve' }, 'Unknown option "serve"'],
    [{ flags: '--port' }, '--port needs a value after it.'],
    [{ flags: '--port http' }, '--port must be a whole number from 0 to 65535, not "http".'],
    [{ flags: '--port 65536' }, '--port must be a whole number from 0 to 65535, not "65536".'],
    [{ flags: '--port -1' }, '--port must be a whole number from 0 to 65535, not "-1".'],
    [{ flags: '--http-threads 65' }, '--http-threads must be a whole number from 0 to 64'],
    [{ flags: '--http-threads auto' }, '--http-threads must be a whole number from 0 to 64'],
    [{ flags: '--store redis' }, '--store must be one of sqlite, memory, not "redis".'],
    [{ flags: '--auth on' }, '--auth must be off, not "on".'],
    [{ flags: '--host a/b' }, '--host must be an IP address or a host name, not "a/b".'],
    [{ flags: '--public-url ftp://x' }, '--public-url must be an http or https URL'],
    [{ flags: '--public-url http://u:p@x' }, '--public-url must be an http or https URL'],
    [{ flags: '--test-clock=maybe' }, '--test-clock must be true or false, not "maybe".'],
    [
      { environment: { WAYSTATION_PROT: '1' } },
      'Unknown environment variable WAYSTATION_PROT. Did you mean WAYSTATION_PORT?',
    ],
    [
      { environment: { WAYSTATION_PORT: 'x' } },
      'WAYSTATION_PORT must be a whole number from 0 to 65535, not "x".',
    ],
    [{ file: 'prot: 1' }, 'Did you mean port?'],
    [{ file: 'publicUrl: http://x' }, 'Did you mean public-url?'],
    [{ file: 'queue: []' }, 'Did you mean queues?'],
    [{ file: 'port: [1]' }, 'must be a whole number from 0 to 65535.'],
    [{ file: 'port: x' }, 'must be a whole number from 0 to 65535, not "x".'],
    [{ file: '- port' }, 'must hold options and their values, such as "port: 4566".'],
    [{ file: 'port: "' }, 'cannot be read: '],
    [{ flags: '--config nowhere.yaml' }, '--config names a file that is not there: '],
    [{ flags: '--host 0.0.0.0' }, 'Add --auth off if everybody who reaches this address may use'],
    [{ flags: '--host ::' }, 'Other machines can reach ::'],
    [{ flags: '--host example.org' }, 'Other machines can reach example.org'],
    [{ flags: '--host 0.0.0.0 --auth off --test-clock' }, 'works on a loopback address only'],
    [{ flags: '--public-url https://a.example --test-clock' }, 'works on a loopback address only'],
  ];

  it.each(refused)('refuses %j', async (given, sentence) => {
    const refusal = read(given);
    await expect(refusal).rejects.toHaveProperty('name', 'StartRefused');
    await expect(refusal).rejects.toThrow(sentence);
  });

  it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost', 'sqs.localhost'])(
    'takes %s for loopback',
    async (host) => {
      expect((await read({ flags: `--host ${host} --test-clock` })).host).toBe(host);
    },
  );
});

describe('declared queues', () => {
  it('takes scalars as texts and objects as JSON', async () => {
    const config = await read({
      file: `
queues:
  - name: orders
    region: eu-west-1
    account: "111122223333"
    attributes: { DelaySeconds: 5, FifoQueue: false, RedrivePolicy: { maxReceiveCount: 3 } }
    tags: { team: shop, cost: 7 }
  - name: plain`,
    });
    expect(config.queues).toEqual([
      {
        name: 'orders',
        region: 'eu-west-1',
        accountId: '111122223333',
        attributes: {
          DelaySeconds: '5',
          FifoQueue: 'false',
          RedrivePolicy: '{"maxReceiveCount":3}',
        },
        tags: { team: 'shop', cost: '7' },
      },
      { name: 'plain', region: 'us-east-1', accountId: '000000000000', attributes: {}, tags: {} },
    ]);
  });

  it.each([
    ['queues: orders', 'must be a list of queues, each with a name.'],
    ['queues: [orders]', 'queue 1 in', 'must have a name, such as "name: orders".'],
    ['queues: [{ name: a }, { title: b }]', 'Unknown key "title" of queue 2 in'],
    ['queues: [{ name: a, atributes: {} }]', 'Did you mean attributes?'],
    ['queues: [{ name: a, account: 1 }]', 'must be twelve digits in quotes.'],
    ['queues: [{ name: a, region: [] }]', 'must be a name such as us-east-1.'],
    ['queues: [{ name: a, attributes: [1] }]', 'must be names with values.'],
    ['queues: [{ name: a, attributes: { X: } }]', '"X" among the attributes of queue 1'],
    ['queues: [{ name: a, tags: { t: { u: 1 } } }]', '"t" among the tags of queue 1'],
    ['queues: [{ name: a }, { name: a }]', 'Queue a is twice in'],
  ])('refuses %s', async (file, ...sentences) => {
    for (const sentence of sentences) await expect(read({ file })).rejects.toThrow(sentence);
  });
});

describe('declared topics', () => {
  it('finds the queue that a subscription names beside its topic', async () => {
    const config = await read({
      file: `
topics:
  - name: orders
    region: eu-west-1
    account: "111122223333"
    attributes: { DisplayName: Orders }
    tags: { team: shop }
    subscriptions:
      - { protocol: sqs, endpoint: bills }
      - { protocol: sqs, endpoint: "arn:aws:sqs:eu-west-1:444455556666:theirs" }
      - protocol: email
        endpoint: reader@example.com
        attributes: { FilterPolicy: { kind: [new, { exists: false }] } }
  - name: plain`,
    });
    expect(config.topics).toEqual([
      {
        name: 'orders',
        region: 'eu-west-1',
        accountId: '111122223333',
        attributes: { DisplayName: 'Orders' },
        tags: { team: 'shop' },
        subscriptions: [
          {
            protocol: 'sqs',
            endpoint: 'arn:aws:sqs:eu-west-1:111122223333:bills',
            queueName: 'bills',
            attributes: {},
          },
          {
            protocol: 'sqs',
            endpoint: 'arn:aws:sqs:eu-west-1:444455556666:theirs',
            attributes: {},
          },
          {
            protocol: 'email',
            endpoint: 'reader@example.com',
            attributes: { FilterPolicy: '{"kind":["new",{"exists":false}]}' },
          },
        ],
      },
      {
        name: 'plain',
        region: 'us-east-1',
        accountId: '000000000000',
        attributes: {},
        tags: {},
        subscriptions: [],
      },
    ]);
  });

  const subscribing = (subscription: string) =>
    `topics: [{ name: a, subscriptions: [${subscription}] }]`;

  it.each([
    ['topics: orders', 'must be a list of topics, each with a name.'],
    ['topic: []', 'Did you mean topics?'],
    ['topics: [{ name: a, tag: {} }]', 'Unknown key "tag" of topic 1 in', 'Did you mean tags?'],
    ['topics: [{ name: a }, { name: a }]', 'Topic a is twice in'],
    ['topics: [{ name: a.fifo }]', 'topic 1 in', 'ends in .fifo', '"FifoTopic: true"'],
    ['topics: [{ name: a, attributes: { FifoTopic: true } }]', 'must have both or neither'],
    ['topics: [{ name: a, subscriptions: orders }]', '"subscriptions" in topic 1 in'],
    [subscribing('orders'), 'subscription 1 in topic 1 in', 'a protocol and an endpoint'],
    [subscribing('{ protocol: sqs }'), 'must have a protocol and an endpoint'],
    [subscribing('{ protocol: sms, endpoint: +15555550100 }'), 'an endpoint in quotes'],
    [subscribing('{ protocol: sqs, queue: q }'), 'Unknown key "queue" of subscription 1'],
    [
      subscribing('{ protocol: sqs, endpoint: q, attributes: { FilterPolcy: {} } }'),
      'Unknown attribute "FilterPolcy" of subscription 1',
      'Did you mean FilterPolicy?',
    ],
    [
      subscribing('{ protocol: sqs, endpoint: q }, { protocol: sqs, endpoint: q }'),
      'The subscription of arn:aws:sqs:us-east-1:000000000000:q is twice in topic 1',
    ],
  ])('refuses %s', async (file, ...sentences) => {
    for (const sentence of sentences) await expect(read({ file })).rejects.toThrow(sentence);
  });
});

describe('options of an embedding program', () => {
  it('go through the same checks', () => {
    expect(configOf({ port: 0, store: 'memory', queues: [{ name: 'q' }] }, folder)).toMatchObject({
      port: 0,
      store: 'memory',
      queues: [{ name: 'q' }],
    });
    expect(() => configOf({ port: -1 }, folder)).toThrow('option "port" must be a whole number');
    expect(() => configOf({ host: '0.0.0.0' }, folder)).toThrow('Other machines can reach');
  });

  it('refuses a name that it does not know', () => {
    const mistyped: object = { prot: 1 };
    expect(() => configOf(mistyped, folder)).toThrow('Did you mean port?');
  });
});
