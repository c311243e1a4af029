/** Health, metrics and the test clock, asked of the real program. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callSqs, sqs } from '../support/client.ts';
import { serverStarter } from '../support/server.ts';

const start = serverStarter(afterAll);
let endpoint: string;
let queueCount = 0;
/** A queue of its own for each test; the server is shared. */
let queue: string;

beforeAll(async () => {
  endpoint = await start({ flags: ['--store', 'memory', '--test-clock'] }).ready();
});

beforeEach(async () => {
  queue = `q${++queueCount}`;
  await sqs(endpoint, 'CreateQueue', { QueueName: queue });
});

async function get(path: string): Promise<{ status: number; text: string; type: string | null }> {
  const answer = await fetch(endpoint + path);
  const type = answer.headers.get('content-type');
  return { status: answer.status, text: await answer.text(), type };
}

function moveClock(body: unknown, contentType = 'application/json'): Promise<Response> {
  return fetch(`${endpoint}/_waystation/clock`, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

describe('health', () => {
  it('tells who is there', async () => {
    const { status, text, type } = await get('/_waystation/health');
    expect([status, type]).toEqual([200, 'application/json']);
    expect(JSON.parse(text)).toEqual({
      status: 'ok',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      store: 'memory',
      services: ['sqs', 'sns'],
    });
  });

  it('answers tools that wait for LocalStack', async () => {
    const { status, text } = await get('/_localstack/health');
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ services: { sqs: 'running' } });
  });
});

describe('metrics', () => {
  it('count requests and messages, and show the state of queues', async () => {
    const bodies = ['a', 'b', 'c'];
    for (const MessageBody of bodies) {
      await sqs(endpoint, 'SendMessage', { QueueUrl: queue, MessageBody });
    }
    await sqs(endpoint, 'SendMessage', { QueueUrl: queue, MessageBody: 'd', DelaySeconds: 60 });
    await sqs(endpoint, 'ReceiveMessage', { QueueUrl: queue });
    await moveClock({ advanceSeconds: 10 });
    const { status, text, type } = await get('/_waystation/metrics');
    expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    const labels = `{queue="${queue}",account="000000000000",region="us-east-1"}`;
    for (const line of [
      'waystation_requests_total{service="sqs",operation="SendMessage",status="200"} 4',
      `waystation_sqs_number_of_messages_sent_total${labels} 4`,
      `waystation_sqs_number_of_messages_received_total${labels} 1`,
      `waystation_sqs_approximate_number_of_messages_visible${labels} 2`,
      `waystation_sqs_approximate_number_of_messages_not_visible${labels} 1`,
      `waystation_sqs_approximate_number_of_messages_delayed${labels} 1`,
      `waystation_sqs_approximate_age_of_oldest_message${labels} 10`,
      'waystation_parked_calls 0',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    expect(text).toMatch(/\nprocess_resident_memory_bytes \d+/);
    expect(text).toMatch(/\nwaystation_storage_commit_seconds_count [1-9]/);
  });

  it('keep to the text format', async () => {
    const { text } = await get('/_waystation/metrics');
    const form = /^(# (HELP|TYPE) \w+ .+|\w+(\{[^{}]*\})? (NaN|-?[\d.e+-]+))?$/;
    expect(text.split('\n').filter((line) => !form.test(line))).toEqual([]);
    const families = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(new Set(families).size).toBe(families.length);
  });
});

describe('the test clock', () => {
  it('stands still, and moves when told', async () => {
    const before = JSON.parse((await get('/_waystation/clock')).text);
    expect(before.now).toBe(new Date(before.nowMs).toISOString());
    expect(JSON.parse((await get('/_waystation/clock')).text)).toEqual(before);
    const moves = [{ advanceMs: 1 }, { advanceSeconds: 2.5 }, { setMs: before.nowMs + 86_400_000 }];
    const seen: number[] = [];
    for (const move of moves) {
      const answer = await moveClock(move);
      expect(answer.status).toBe(200);
      const { nowMs } = (await answer.json()) as { nowMs: number };
      seen.push(nowMs - before.nowMs);
    }
    expect(seen).toEqual([1, 2501, 86_400_000]);
  });

  it('has done what became due when it answers', async () => {
    await sqs(endpoint, 'SendMessage', { QueueUrl: queue, MessageBody: 'old' });
    const fifteenDays = 15 * 86_400;
    await moveClock({ advanceSeconds: fifteenDays });
    const { text } = await get('/_waystation/metrics');
    const labels = `{queue="${queue}",account="000000000000",region="us-east-1"}`;
    expect(text).toContain(`approximate_number_of_messages_visible${labels} 0\n`);
  });

  it('ends a long poll whose time is over', async () => {
    const poll = callSqs(endpoint, 'ReceiveMessage', { QueueUrl: queue, WaitTimeSeconds: 20 });
    while (!(await get('/_waystation/metrics')).text.includes('\nwaystation_parked_calls 1\n'));
    await moveClock({ advanceSeconds: 20 });
    expect(await poll).toEqual({ status: 200, body: {} });
  });

  it.each([
    ['nothing', ''],
    ['what is no JSON', '{'],
    ['null', null],
    ['no move', {}],
    ['two moves', { advanceMs: 1, setMs: 1 }],
    ['a move that it does not know', { rewindMs: 1 }],
    ['a member of every object', { constructor: 1 }],
    ['a text', { advanceMs: '1' }],
    ['a part of a millisecond', { advanceMs: 0.5 }],
    ['the past', { advanceMs: -1 }],
    ['an instant that no date can have', { setMs: 8.7e15 }],
  ])('refuses %s', async (_name, body) => {
    const before = (await get('/_waystation/clock')).text;
    const answer = await moveClock(body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ message: expect.stringMatching(/\w{3}/) });
    expect((await get('/_waystation/clock')).text).toBe(before);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'refuses %s, which any web page may send',
    async (contentType) => {
      const before = (await get('/_waystation/clock')).text;
      const answer = await moveClock({ advanceMs: 1 }, contentType);
      expect(answer.status).toBe(415);
      expect((await get('/_waystation/clock')).text).toBe(before);
    },
  );

  it('lets no web page send JSON', async () => {
    const answer = await fetch(`${endpoint}/_waystation/clock`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://attacker.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    });
    expect(answer.headers.get('access-control-allow-headers')).toBeNull();
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('is not there unless asked for', async () => {
    const other = await start({ flags: ['--store', 'memory'] }).ready();
    for (const method of ['GET', 'POST']) {
      const answer = await fetch(`${other}/_waystation/clock`, { method });
      expect(answer.status).toBe(404);
    }
  });
});
