/** The real program: how it starts, what it says, how it ends. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { callSqs, sqs } from '../support/client.ts';
import { projectFolder, serverStarter, temporaryFolder } from '../support/server.ts';

const start = serverStarter(afterEach);

const memory = ['--store', 'memory'];

describe('starting', () => {
  it('says on stdout where it is ready, and nothing else', async () => {
    const server = start({ flags: memory });
    const endpoint = await server.ready();
    expect(server.stdout).toBe(`Waystation is ready at ${endpoint}\n`);
    expect(endpoint).toMatch(/^http:\/\/localhost:[1-9]\d*$/);
    expect(await sqs(endpoint, 'ListQueues', {})).toEqual({});
  });

  it('serves with and without the word serve', async () => {
    const server = start({ flags: ['--port=0', '--store=memory'] });
    await server.ready();
    const { version } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8'));
    const health = await fetch(`${await server.ready()}/_waystation/health`);
    expect(await health.json()).toMatchObject({ status: 'ok', version, store: 'memory' });
  });

  it('keeps what it acknowledged in the data folder, across restarts', async () => {
    const folder = temporaryFolder();
    const first = start({ folder });
    const endpoint = await first.ready();
    const { QueueUrl } = await sqs(endpoint, 'CreateQueue', { QueueName: 'orders' });
    await sqs(endpoint, 'SendMessage', { QueueUrl, MessageBody: 'kept' });
    expect(await first.stop()).toEqual({ code: 0, signal: null });

    const second = start({ folder });
    const received = await sqs(await second.ready(), 'ReceiveMessage', { QueueUrl: 'orders' });
    expect(received).toMatchObject({ Messages: [{ Body: 'kept' }] });
  });

  it('keeps its compiled code for the next start even when it is killed', async () => {
    const cache = temporaryFolder();
    const server = start({ flags: memory, environment: { NODE_COMPILE_CACHE: cache } });
    await server.ready();
    const kept = () => readdirSync(cache, { recursive: true }).length;
    await vi.waitUntil(() => kept() > 100, { timeout: 20_000 });
    expect(await server.stop('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
    expect(kept()).toBeGreaterThan(100);
  });

  it('reads waystation.yaml and the environment', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'waystation.yaml'), 'store: memory\nlog-level: silent');
    const environment = { WAYSTATION_PUBLIC_URL: 'https://queues.example.org' };
    const server = start({ folder, environment });
    const answer = await sqs(await server.ready(), 'CreateQueue', { QueueName: 'q' });
    expect(answer.QueueUrl).toBe('https://queues.example.org/000000000000/q');
    await server.stop();
    expect(server.stderr).toBe('');
  });
});

describe('questions', () => {
  it('--version answers the version', async () => {
    const server = start({ flags: ['--version'] });
    expect(await server.exit).toEqual({ code: 0, signal: null });
    expect(server.stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  });

  it('--help answers the options', async () => {
    const server = start({ flags: ['serve', '--help'].slice(1) });
    expect(await server.exit).toEqual({ code: 0, signal: null });
    expect(server.stdout).toContain('--durability full|relaxed');
  });
});

describe('refusing to start', () => {
  async function refusal(flags: readonly string[], folder?: string): Promise<string> {
    const server = start({ flags, ...(folder !== undefined && { folder }) });
    expect(await server.exit).toEqual({ code: 1, signal: null });
    expect(server.stdout).toBe('');
    expect(server.stderr).toMatch(/^waystation: [^\n]+\n$/);
    return server.stderr;
  }

  it('names the option that was probably meant', async () => {
    expect(await refusal(['--prot', '1'])).toContain('Did you mean --port?');
  });

  it('will not listen for other machines unless told so', async () => {
    expect(await refusal(['--host', '0.0.0.0'])).toContain('Add --auth off');
  });

  it('says what to do when the port is in use', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    try {
      const sentence = await refusal(['--port', port, ...memory]);
      expect(sentence).toContain(`Port ${port} of 127.0.0.1 is in use`);
      expect(sentence).toContain('--port (0 takes any free one)');
    } finally {
      other.close();
    }
  });

  it('says what to do when this machine does not have the address', async () => {
    const flags = ['--host', '203.0.113.1', '--auth', 'off', ...memory];
    expect(await refusal(flags)).toContain('This machine has no address 203.0.113.1.');
  });

  it('says what to do when another server uses the data folder', async () => {
    const folder = temporaryFolder();
    await start({ folder }).ready();
    expect(await refusal([], folder)).toContain(join(folder, '.waystation'));
  });

  it('says what to do when the data folder cannot be made', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, '.waystation'), 'a file');
    expect(await refusal([], folder)).toContain('--data');
  });

  it('does so on a Node that is too old, in one line', async () => {
    // Node runs what --import names first; here it stands for an old Node.
    const folder = temporaryFolder();
    const old = join(folder, 'old-node.mjs');
    writeFileSync(
      old,
      "Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } });\n",
    );
    const server = start({ folder, environment: { NODE_OPTIONS: `--import=${old}` } });
    expect(await server.exit).toEqual({ code: 1, signal: null });
    expect(server.stderr).toBe('Waystation needs Node 22.18 or newer; this is Node 20.20.2.\n');
  });
});

describe('listening for other machines', () => {
  it('works when told --auth off in so many words', async () => {
    const server = start({ flags: ['--host', '0.0.0.0', '--auth', 'off', ...memory] });
    expect(await sqs(await server.ready(), 'ListQueues', {})).toEqual({});
  });
});

describe('ending', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('answers long polls upon %s', async (signal) => {
    const server = start({ flags: memory });
    const endpoint = await server.ready();
    await sqs(endpoint, 'CreateQueue', { QueueName: 'q' });
    const poll = callSqs(endpoint, 'ReceiveMessage', { QueueUrl: 'q', WaitTimeSeconds: 20 });
    await parked(endpoint, 1);
    expect(await server.stop(signal)).toEqual({ code: 0, signal: null });
    expect(await poll).toEqual({ status: 200, body: {} });
  });

  it('ends at once upon a second signal', async () => {
    const server = start({ flags: memory });
    const endpoint = await server.ready();
    // A request whose body never comes keeps the server waiting for it.
    const stalled = new AbortController();
    const half = fetch(endpoint, {
      method: 'POST',
      body: new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode('{')),
      }),
      duplex: 'half',
      signal: stalled.signal,
    } as RequestInit).catch(() => undefined);
    await requestArrived(endpoint);
    server.process.kill('SIGTERM');
    await logged(server, 'stopping');
    server.process.kill('SIGTERM');
    expect(await server.exit).toEqual({ code: 1, signal: null });
    stalled.abort();
    await half;
  });
});

describe('output that nobody reads', () => {
  it.each(['stdout', 'stderr'] as const)('does not stop the server: %s', async (stream) => {
    const server = start({ flags: [...memory, '--log-level', 'debug'] });
    const endpoint = await server.ready();
    server.process[stream]?.destroy();
    for (let i = 0; i < 3; i++) expect(await sqs(endpoint, 'ListQueues', {})).toEqual({});
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  });
});

async function parked(endpoint: string, count: number): Promise<void> {
  for (;;) {
    const text = await (await fetch(`${endpoint}/_waystation/metrics`)).text();
    if (text.includes(`\nwaystation_parked_calls ${count}\n`)) return;
  }
}

/** A later request on another connection was answered, so the earlier one has arrived. */
async function requestArrived(endpoint: string): Promise<void> {
  for (let i = 0; i < 3; i++) await fetch(`${endpoint}/_waystation/health`);
}

async function logged(server: { readonly stderr: string }, text: string): Promise<void> {
  while (!server.stderr.includes(text)) await new Promise((resolve) => setImmediate(resolve));
}

describe('the log', () => {
  it('is JSON lines, and shows requests at level debug', async () => {
    const server = start({ flags: [...memory, '--log-level', 'debug'] });
    const endpoint = await server.ready();
    await callSqs(endpoint, 'ListQueues', {});
    await callSqs(endpoint, 'GetQueueUrl', { QueueName: 'none' });
    await server.stop();
    expect(server.log.filter(({ msg }) => msg === 'answered')).toMatchObject([
      { level: 'debug', service: 'sqs', operation: 'ListQueues', status: 200 },
      { level: 'debug', service: 'sqs', operation: 'GetQueueUrl', status: 400 },
    ]);
  });

  it('holds no bodies and no credentials at any level', async () => {
    const folder = temporaryFolder();
    const server = start({ folder, flags: ['--log-level', 'trace'] });
    const endpoint = await server.ready();
    const secret = 'SECRETBODY';
    const options = { accessKeyId: 'SECRETKEY' };
    await sqs(endpoint, 'CreateQueue', { QueueName: 'q' }, options);
    const input = { QueueUrl: 'q', MessageBody: secret };
    await sqs(endpoint, 'SendMessage', input, options);
    await callSqs(endpoint, 'SendMessage', { ...input, MessageAttributes: secret }, options);
    await callSqs(endpoint, 'SendMessage', { ...input, DelaySeconds: secret }, options);
    await sqs(endpoint, 'ReceiveMessage', { QueueUrl: 'q' }, options);
    for (const body of [`{"MessageBody": ${secret}`, secret, `Action=SendMessage&A=${secret}`]) {
      await fetch(endpoint, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': 'AmazonSQS.SendMessage',
          authorization: 'SECRETHEADER',
          'x-amz-security-token': 'SECRETTOKEN',
        },
        body,
      });
      await fetch(endpoint, { method: 'POST', body });
    }
    await server.stop();
    expect(server.stderr).toContain('"msg":"answered"');
    expect(server.stderr).not.toContain('SECRET');
  });

  it('tells of what nobody caught, and the process ends', async () => {
    const folder = temporaryFolder();
    const saboteur = join(folder, 'saboteur.mjs');
    writeFileSync(
      saboteur,
      "process.on('SIGUSR2', () => { throw new Error('out of the blue'); });\n",
    );
    mkdirSync(join(folder, 'data'));
    const environment = { NODE_OPTIONS: `--import=${saboteur}` };
    const server = start({ folder, flags: ['--data', 'data'], environment });
    await server.ready();
    expect(await server.stop('SIGUSR2')).toEqual({ code: 1, signal: null });
    expect(server.log.at(-1)).toMatchObject({
      level: 'fatal',
      msg: 'uncaughtException',
      err: { message: 'out of the blue' },
    });
  });
});
