/** The server inside this process: what `startWaystation` gives and refuses. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type RunningWaystation,
  StartRefused,
  startWaystation,
  type WaystationOptions,
} from '../src/index.ts';
import { callSqs, sqs } from './support/client.ts';
import { removeTemporaryFolders, temporaryFolder } from './support/server.ts';

const started: RunningWaystation[] = [];

async function start(options?: WaystationOptions): Promise<RunningWaystation> {
  const waystation = await startWaystation(options);
  started.push(waystation);
  return waystation;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((waystation) => waystation.stop()));
  removeTemporaryFolders();
});

const queues = [{ name: 'q' }];

describe('startWaystation', () => {
  it('serves on a free port, from memory, and several at a time', async () => {
    const [one, two] = [await start({ queues }), await start()];
    expect(one.endpoint).not.toBe(two.endpoint);
    expect((await sqs(one.endpoint, 'ListQueues', {})).QueueUrls).toEqual([
      `${one.endpoint}/000000000000/q`,
    ]);
    expect(await sqs(two.endpoint, 'ListQueues', {})).toEqual({});
    expect(existsSync('.waystation')).toBe(false);
  });

  it('keeps messages in a data folder when asked to', async () => {
    const data = join(temporaryFolder(), 'data');
    const first = await startWaystation({ store: 'sqlite', data, queues });
    await sqs(first.endpoint, 'SendMessage', { QueueUrl: 'q', MessageBody: 'kept' });
    await first.stop();
    const second = await start({ store: 'sqlite', data });
    expect(await second.peek('q')).toMatchObject([{ Body: 'kept' }]);
  });

  it('takes undefined for not given', async () => {
    const { endpoint } = await start({ port: undefined, store: undefined, queues: undefined });
    expect(await sqs(endpoint, 'ListQueues', {})).toEqual({});
  });

  it('speaks HTTP by threads when asked to', async () => {
    const { endpoint, peek, stop } = await start({ httpThreads: 2, queues });
    const sends = Array.from({ length: 10 }, (_, i) =>
      sqs(endpoint, 'SendMessage', { QueueUrl: 'q', MessageBody: String(i) }),
    );
    await Promise.all(sends);
    expect(await peek('q')).toHaveLength(10);
    await stop();
    await expect(fetch(endpoint)).rejects.toThrow('fetch failed');
  });

  it('refuses options that it does not know, and says what was meant', async () => {
    const mistyped: object = { testclock: true };
    await expect(startWaystation(mistyped)).rejects.toThrow(
      new StartRefused('Unknown option "testclock". Did you mean testClock?'),
    );
  });

  it('lets go of the port when a declaration is refused', async () => {
    await expect(startWaystation({ queues: [{ name: 'no spaces' }] })).rejects.toThrow(
      'The declared queue no spaces (us-east-1) was refused',
    );
  });
});

describe('metrics', () => {
  it('show the gauges of every queue, however many pages they take', async () => {
    const names = Array.from({ length: 250 }, (_, i) => `q${i}`);
    const { endpoint } = await start({ queues: names.map((name) => ({ name })) });
    const text = await (await fetch(`${endpoint}/_waystation/metrics`)).text();
    const gauge = /^waystation_sqs_approximate_number_of_messages_visible\{queue="(q\d+)",/gm;
    const shown = [...text.matchAll(gauge)].map(([, name]) => name);
    expect(shown.toSorted()).toEqual(names.toSorted());
    expect(text).toContain('\nwaystation_gauges_truncated 0\n');
  });
});

describe('stop', () => {
  it('answers long polls, and refuses connections from then on', async () => {
    const waystation = await startWaystation({ queues });
    const { endpoint } = waystation;
    const poll = callSqs(endpoint, 'ReceiveMessage', { QueueUrl: 'q', WaitTimeSeconds: 20 });
    const text = async () => (await fetch(`${endpoint}/_waystation/metrics`)).text();
    while (!(await text()).includes('\nwaystation_parked_calls 1\n'));
    await waystation.stop();
    expect(await poll).toEqual({ status: 200, body: {} });
    await expect(fetch(endpoint)).rejects.toThrow('fetch failed');
  });
});

describe('peek', () => {
  it('shows messages without receiving them', async () => {
    const { endpoint, peek } = await start({ queues });
    for (const MessageBody of ['visible', 'inflight']) {
      await sqs(endpoint, 'SendMessage', { QueueUrl: 'q', MessageBody });
    }
    const delayed = { QueueUrl: 'q', MessageBody: 'delayed', DelaySeconds: 60 };
    await sqs(endpoint, 'SendMessage', delayed);
    const { Messages } = await sqs(endpoint, 'ReceiveMessage', { QueueUrl: 'q' });
    const [received] = Messages as { MessageId: string; Body: string }[];
    const seen = await peek('q');
    expect(await peek('q')).toEqual(seen);
    expect(seen).toHaveLength(3);
    expect(seen.find(({ State }) => State === 'inflight')).toMatchObject({
      MessageId: received?.MessageId,
      Body: received?.Body,
      MD5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
      ApproximateReceiveCount: 1,
      Attributes: { ApproximateReceiveCount: '1' },
    });
    expect(seen.find(({ State }) => State === 'delayed')).toMatchObject({
      Body: 'delayed',
      ApproximateReceiveCount: 0,
    });
  });

  it('takes a URL, and looks where it is told', async () => {
    const { endpoint, peek } = await start({
      queues: [{ name: 'q', region: 'eu-west-1', account: '111122223333' }],
    });
    const owner = { accessKeyId: '111122223333', region: 'eu-west-1' };
    const { QueueUrl } = await sqs(endpoint, 'GetQueueUrl', { QueueName: 'q' }, owner);
    await sqs(endpoint, 'SendMessage', { QueueUrl, MessageBody: 'there' }, owner);
    const options = { region: 'eu-west-1', accountId: '111122223333' };
    expect(await peek('q', options)).toMatchObject([{ Body: 'there' }]);
    expect(await peek(String(QueueUrl), { region: 'eu-west-1' })).toMatchObject([
      { Body: 'there' },
    ]);
    await expect(peek('q')).rejects.toMatchObject({ code: 'QueueDoesNotExist' });
  });

  it('goes as far as its limit', async () => {
    const { endpoint, peek } = await start({ queues });
    for (let batch = 0; batch < 13; batch++) {
      const Entries = Array.from({ length: 10 }, (_, i) => {
        return { Id: String(i), MessageBody: String(batch * 10 + i) };
      });
      await sqs(endpoint, 'SendMessageBatch', { QueueUrl: 'q', Entries });
    }
    const bodies = async (limit?: number) =>
      (await peek('q', limit === undefined ? {} : { limit })).map(({ Body }) => Number(Body));
    const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
    expect(await bodies(7)).toEqual(upTo(7));
    expect(await bodies()).toEqual(upTo(100));
    expect(await bodies(1000)).toEqual(upTo(130));
  });
});

describe('clock', () => {
  it('moves when told, and everything that is due has happened', async () => {
    const { endpoint, clock, peek } = await start({
      testClock: true,
      queues: [{ name: 'q', attributes: { MessageRetentionPeriod: 60 } }],
    });
    const startedMs = clock.now();
    await sqs(endpoint, 'SendMessage', { QueueUrl: 'q', MessageBody: 'short-lived' });
    await clock.advance(59_999);
    expect(await peek('q')).toHaveLength(1);
    await clock.set(startedMs + 60_001);
    expect(await peek('q')).toEqual([]);
    expect(clock.now()).toBe(startedMs + 60_001);
  });

  it('wakes a long poll when a message becomes visible again', async () => {
    const { endpoint, clock } = await start({ testClock: true, queues });
    await sqs(endpoint, 'SendMessage', { QueueUrl: 'q', MessageBody: 'again' });
    await sqs(endpoint, 'ReceiveMessage', { QueueUrl: 'q', VisibilityTimeout: 10 });
    const poll = sqs(endpoint, 'ReceiveMessage', { QueueUrl: 'q', WaitTimeSeconds: 20 });
    const text = async () => (await fetch(`${endpoint}/_waystation/metrics`)).text();
    while (!(await text()).includes('\nwaystation_parked_calls 1\n'));
    await clock.advance(10_000);
    expect(await poll).toMatchObject({ Messages: [{ Body: 'again' }] });
  });

  it('goes neither back nor by itself', async () => {
    const { clock } = await start({ testClock: true });
    await expect(clock.advance(-1)).rejects.toThrow('the clock does not go backwards');
    await expect(clock.set(0)).rejects.toThrow('the clock does not go backwards');
  });

  it('fails with what to do when the time moves by itself', async () => {
    const { clock } = await start();
    const refusal = 'Start Waystation with { testClock: true }.';
    await expect(clock.advance(1)).rejects.toThrow(refusal);
    await expect(clock.set(1)).rejects.toThrow(refusal);
    expect(() => clock.now()).toThrow(refusal);
  });
});
