/** The address that URLs are made of: what the client used, never what it merely claims. */
import { describe, expect, test } from 'vitest';
import { isPrivateAddress } from '../../src/http/endpoint.ts';
import type { HttpFrontParts } from '../../src/http/server.ts';
import { startFront } from './front.ts';
import { jsonCall } from './raw-client.ts';

/** The endpoint that a handler learns; `local` stands for the address that was connected to. */
async function endpoint(
  host: string,
  headers: readonly string[] = [],
  parts: Partial<HttpFrontParts> = {},
): Promise<string | undefined> {
  const { exchange, invoker, port } = await startFront(parts);
  const call = jsonCall('ListParcels', {}, headers);
  await exchange(call.replace('Host: localhost:4566', `Host: ${host}`));
  return invoker.callers[0]?.endpoint.replace(`http://127.0.0.1:${port}`, 'local');
}

describe('the Host header', () => {
  test.each([
    ['localhost:4566', 'http://localhost:4566'],
    ['queues', 'http://queues'],
    ['sqs.eu-west-1.localhost.example:80', 'http://sqs.eu-west-1.localhost.example:80'],
    ['my_container:4566', 'http://my_container:4566'],
    ['192.168.1.2:4566', 'http://192.168.1.2:4566'],
    ['[::1]:4566', 'http://[::1]:4566'],
    ['', 'local'],
    ['evil.example/path', 'local'],
    ['user:password@evil.example', 'local'],
    ['evil.example:port', 'local'],
    ['evil.example:999999', 'local'],
    ['"><script>', 'local'],
    ['a b', 'local'],
    ['[evil]:80', 'local'],
    ['[::1', 'local'],
    ['a'.repeat(256), 'local'],
    ['ünï.example', 'local'],
  ])('%.40s gives %s', async (host, expected) => {
    expect(await endpoint(host)).toBe(expected);
  });
});

describe('a proxy’s headers', () => {
  test.each([
    [['X-Forwarded-Proto: https'], 'https://inner:4566'],
    [['X-Forwarded-Proto: HTTPS', 'X-Forwarded-Host: queues.example'], 'https://queues.example'],
    [['X-Forwarded-Host: queues.example'], 'http://queues.example'],
    [['X-Forwarded-Host: first.example, second.example'], 'http://first.example'],
    [
      ['X-Forwarded-Host: queues.example', 'X-Forwarded-Port: 8443', 'X-Forwarded-Proto: https'],
      'https://queues.example:8443',
    ],
    [
      ['X-Forwarded-Host: queues.example', 'X-Forwarded-Port: 443', 'X-Forwarded-Proto: https'],
      'https://queues.example',
    ],
    [
      ['X-Forwarded-Host: queues.example:9000', 'X-Forwarded-Port: 443'],
      'http://queues.example:9000',
    ],
    [['X-Forwarded-Proto: ftp'], 'http://inner:4566'],
    [['X-Forwarded-Host: evil/path'], 'http://inner:4566'],
    [['X-Forwarded-Host: queues.example', 'X-Forwarded-Port: 0'], 'http://inner:4566'],
    [['X-Forwarded-Host: queues.example', 'X-Forwarded-Port: 70000'], 'http://inner:4566'],
    [['X-Forwarded-Host:'], 'http://inner:4566'],
  ])('%j gives %s', async (headers, expected) => {
    expect(await endpoint('inner:4566', headers)).toBe(expected);
  });

  test('count for nothing when the peer is not trusted', async () => {
    const asked: string[] = [];
    const trustsProxy = (peer: string) => {
      asked.push(peer);
      return false;
    };
    const headers = ['X-Forwarded-Host: queues.example'];
    expect(await endpoint('inner:4566', headers, { trustsProxy })).toBe('http://inner:4566');
    expect(asked).toEqual(['127.0.0.1']);
  });
});

test('a public URL stands above all of it', async () => {
  const publicUrl = 'https://queues.example/';
  const headers = ['X-Forwarded-Host: other.example'];
  expect(await endpoint('inner:4566', headers, { publicUrl })).toBe('https://queues.example');
});

test.each([
  ['127.0.0.1', true],
  ['127.255.0.9', true],
  ['10.1.2.3', true],
  ['172.16.0.1', true],
  ['172.32.0.1', false],
  ['192.168.0.1', true],
  ['192.169.0.1', false],
  ['8.8.8.8', false],
  ['::1', true],
  ['::ffff:10.0.0.1', true],
  ['::ffff:8.8.8.8', false],
  ['fd00::1', true],
  ['fe80::1', true],
  ['2001:db8::1', false],
  ['', false],
  ['localhost', false],
])('an address %s is private: %s', (address, expected) => {
  expect(isPrivateAddress(address)).toBe(expected);
});
