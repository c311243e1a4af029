/**
 * Queue URLs: what a client is told, and that what it is told leads back. The SDK sends to the host
 * of a queue URL rather than to its own endpoint unless that was given in code.
 */
import { SQS, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Server, serverStarter } from '../../support/server.ts';
import { credentials, drain, sdkClient } from '../sdk-client.ts';

const start = serverStarter(afterAll);
let server: Server;
let port: string;

beforeAll(async () => {
  server = start();
  port = new URL(await server.ready()).port;
});

/** A client with headers of a proxy on each request. */
function proxiedClient(endpoint: string, headers: { readonly [name: string]: string }): SQS {
  const sqs = sdkClient(endpoint);
  sqs.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { headers: { [name: string]: string } };
      Object.assign(request.headers, headers);
      return next(args);
    },
    { step: 'build' },
  );
  return sqs;
}

describe('a queue URL begins with the address that the client used', () => {
  it.each(['localhost', '127.0.0.1'])('%s', async (host) => {
    const endpoint = `http://${host}:${port}`;
    const sqs = sdkClient(endpoint);
    const QueueName = `by-${host.replaceAll('.', '-')}`;
    const { QueueUrl = '' } = await sqs.createQueue({ QueueName });
    expect(QueueUrl).toBe(`${endpoint}/000000000000/${QueueName}`);
    expect((await sqs.getQueueUrl({ QueueName })).QueueUrl).toBe(QueueUrl);
    expect((await sqs.listQueues({ QueueNamePrefix: QueueName })).QueueUrls).toEqual([QueueUrl]);
    await sqs.sendMessage({ QueueUrl, MessageBody: 'here' });
    expect(await drain(sqs, QueueUrl)).toEqual(['here']);
  });

  it('as a proxy tells it', async () => {
    const sqs = proxiedClient(`http://localhost:${port}`, {
      'X-Forwarded-Host': 'queues.example.com',
      'X-Forwarded-Proto': 'https',
    });
    const { QueueUrl = '' } = await sqs.createQueue({ QueueName: 'proxied' });
    expect(QueueUrl).toBe('https://queues.example.com/000000000000/proxied');
    await sqs.sendMessage({ QueueUrl, MessageBody: 'through' });
    expect(await drain(sqs, QueueUrl)).toEqual(['through']);
  });

  it('or with --public-url for everybody', async () => {
    const endpoint = await start({
      flags: ['--store', 'memory', '--public-url', 'https://queues.example.com/aws/'],
    }).ready();
    const sqs = proxiedClient(endpoint, { 'X-Forwarded-Host': 'elsewhere.example.com' });
    const { QueueUrl = '' } = await sqs.createQueue({ QueueName: 'public' });
    expect(QueueUrl).toBe('https://queues.example.com/aws/000000000000/public');
    await sqs.sendMessage({ QueueUrl, MessageBody: 'through' });
    expect(await drain(sqs, QueueUrl)).toEqual(['through']);
  });
});

describe('a queue is found by', () => {
  const forms = [
    'http://localhost:4566/000000000000/found',
    'https://sqs.us-east-1.amazonaws.com/000000000000/found',
    'https://queue.amazonaws.com/000000000000/found',
    'https://sqs-fips.us-west-2.amazonaws.com/000000000000/found',
    'http://sqs.us-east-1.localhost.localstack.cloud:4566/000000000000/found',
    'http://proxy/prefix/queue/us-east-1/000000000000/found',
    '/000000000000/found',
    'found',
  ];

  it.each(forms)('%s', async (QueueUrl) => {
    const sqs = sdkClient(`http://localhost:${port}`);
    await sqs.createQueue({ QueueName: 'found' });
    await sqs.sendMessage({ QueueUrl, MessageBody: QueueUrl });
    expect(await drain(sqs, 'found')).toEqual([QueueUrl]);
  });
});

describe('a client without an endpoint in its code', () => {
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const config: SQSClientConfig = {
    region: 'us-east-1',
    credentials: credentials('test'),
    // The SDK warns when it prefers a queue URL's host to its own endpoint.
    logger: silent,
  };
  let other: string;

  beforeAll(async () => {
    other = await start({ flags: ['--store', 'memory'] }).ready();
    await sdkClient(other).createQueue({ QueueName: 'same-name' });
    await sdkClient(`http://localhost:${port}`).createQueue({ QueueName: 'same-name' });
  });

  beforeEach(() => vi.stubEnv('AWS_ENDPOINT_URL', `http://localhost:${port}`));
  afterEach(() => vi.unstubAllEnvs());

  it('finds the server by AWS_ENDPOINT_URL', async () => {
    const sqs = new SQS(config);
    const { QueueUrl = '' } = await sqs.createQueue({ QueueName: 'by-environment' });
    expect(QueueUrl).toBe(`http://localhost:${port}/000000000000/by-environment`);
    await sqs.sendMessage({ QueueUrl, MessageBody: 'here' });
    expect(await drain(sqs, QueueUrl)).toEqual(['here']);
  });

  it('follows a queue URL to the host that it names', async () => {
    const QueueUrl = `${other}/000000000000/same-name`;
    await new SQS(config).sendMessage({ QueueUrl, MessageBody: 'followed' });
    expect(await drain(sdkClient(other), 'same-name')).toEqual(['followed']);
  });

  it('follows it with no endpoint known at all', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', undefined);
    const QueueUrl = `${other}/000000000000/same-name`;
    await new SQS(config).sendMessage({ QueueUrl, MessageBody: 'followed' });
    expect(await drain(sdkClient(other), 'same-name')).toEqual(['followed']);
  });

  it('stays with its endpoint when told not to follow', async () => {
    const QueueUrl = `${other}/000000000000/same-name`;
    const sqs = new SQS({ ...config, useQueueUrlAsEndpoint: false });
    await sqs.sendMessage({ QueueUrl, MessageBody: 'stayed' });
    expect(await drain(sdkClient(other), 'same-name')).toEqual([]);
    expect(await drain(sdkClient(`http://localhost:${port}`), 'same-name')).toEqual(['stayed']);
  });
});
