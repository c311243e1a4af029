/** Calls that are run on the other side of a copy: they come out as if there were none. */
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Caller } from '../../../src/core/context.ts';
import { withPage } from '../../../src/http/page.ts';
import { defaultCaller } from '../../support/service.ts';
import { noSuchParcel, parcels, SendParcel, TakeParcel } from '../fake-service.ts';
import { jsonCall, rawRequest } from '../raw-client.ts';
import { createPair, type Pair, startFarFront } from './pair.ts';

const send = ({ remote }: Pair, input: object, caller: Caller = defaultCaller) =>
  remote.invoker.invoke(parcels, SendParcel, input, caller);

const take = ({ remote }: Pair, signal?: AbortSignal) =>
  remote.invoker.invoke(parcels, TakeParcel, {}, defaultCaller, signal);

describe('values', () => {
  it('come across, names like __proto__ and bytes among them', async () => {
    const pair = createPair();
    const seen: unknown[] = [];
    pair.invoker.behaviour = async ({ input }) => {
      seen.push(input);
      return input;
    };
    const Attributes = JSON.parse('{"__proto__":"a","constructor":"b","":"c"}');
    const input = {
      MessageBody: 'ö\u0000\u{1f4e6}',
      QueueUrl: undefined,
      DelaySeconds: 0,
      Fragile: false,
      Seal: Buffer.from([0, 255, 128]),
      Attributes: Object.assign(Object.create(null), Attributes),
      Labels: ['', 'x'],
    };
    const output = (await send(pair, input)) as typeof input;
    for (const copy of [seen[0] as typeof input, output]) {
      expect(Object.entries(copy.Attributes)).toEqual(Object.entries(Attributes));
      expect(Buffer.from(copy.Seal)).toEqual(input.Seal);
      const { Attributes: _map, Seal: _bytes, ...rest } = copy;
      expect(rest).toStrictEqual({
        MessageBody: 'ö\u0000\u{1f4e6}',
        QueueUrl: undefined,
        DelaySeconds: 0,
        Fragile: false,
        Labels: ['', 'x'],
      });
    }
  });

  it('are those of the protocols when they are read and written', async () => {
    const { exchange } = await startFarFront();
    const input =
      '{"MessageBody":"a","Seal":"AP+A","Attributes":{"__proto__":"x","constructor":"y"}}';
    const answer = await exchange(jsonCall('SendParcel', JSON.parse(input)));
    expect(JSON.parse(answer.body)).toEqual(JSON.parse(input));
    expect(answer.body).toContain('"__proto__":"x"');
    const form =
      'Action=SendParcel&MessageBody=a&Seal=AP%2BA&Attribute.1.Name=__proto__&Attribute.1.Value=x';
    const headers = ['Content-Type: application/x-www-form-urlencoded'];
    const xml = await exchange(rawRequest({ method: 'POST', headers, body: form }));
    expect(xml.body).toContain('<Attribute><Name>__proto__</Name><Value>x</Value></Attribute>');
    expect(xml.body).toContain('<Seal>AP+A</Seal>');
  });

  it('of a caller that calls again arrive as one caller', async () => {
    const pair = createPair();
    const trace: Caller = { ...defaultCaller, headers: { 'x-amzn-trace-id': 'Root=1' } };
    await Promise.all([
      send(pair, {}),
      send(pair, {}, { ...defaultCaller }),
      send(pair, {}, trace),
    ]);
    expect(pair.invoker.callers).toEqual([defaultCaller, defaultCaller, trace]);
    expect(pair.invoker.callers[1]).toBe(pair.invoker.callers[0]);
    expect(pair.messages).toBe(1);
  });
});

describe('a refusal', () => {
  it('is the same AwsError', async () => {
    const pair = createPair();
    const refusal = noSuchParcel();
    pair.invoker.behaviour = async () => {
      throw refusal;
    };
    const { code, row, message, members, queryCode } = refusal;
    const same = { name: 'AwsError', code, row, message, members, queryCode };
    await expect(send(pair, {})).rejects.toMatchObject(same);
    expect(pair.errors).toEqual([]);
  });
});

describe('a bug', () => {
  class Mishap extends Error {
    override readonly cause = () => 'what cannot be copied';
  }

  it('of the owner is InternalFailure to the client and one entry of the log', async () => {
    const { exchange, pair } = await startFarFront();
    const mishap = new Mishap('out of parcels');
    pair.invoker.behaviour = async () => {
      throw mishap;
    };
    const answer = await exchange(jsonCall('SendParcel', { MessageBody: 'a' }));
    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.body).__type).toContain('InternalFailure');
    expect(answer.body).not.toContain('parcels.');
    await turn();
    expect(pair.errors).toEqual([{ error: mishap, requestId: answer.headers['x-amzn-requestid'] }]);
    expect(pair.errors[0]?.error).toBe(mishap);
  });

  it('of the thread is so, too', async () => {
    const { exchange, pair } = await startFarFront();
    pair.invoker.behaviour = async () => ({ Labels: 7 });
    const form = 'Action=SendParcel&MessageBody=a';
    const headers = ['Content-Type: application/x-www-form-urlencoded'];
    const answer = await exchange(rawRequest({ method: 'POST', headers, body: form }));
    expect(answer.status).toBe(500);
    await turn();
    expect(pair.errors).toEqual([
      { error: expect.any(TypeError), requestId: answer.headers['x-amzn-requestid'] },
    ]);
  });

  it('of an own endpoint is so, too', async () => {
    const mishap = new Mishap('no health');
    const answer = async () => {
      throw mishap;
    };
    const ownEndpoints = [{ method: 'GET', path: '/_own/health', answer }] as const;
    const { exchange, pair } = await startFarFront({ ownEndpoints });
    expect((await exchange(rawRequest({ target: '/_own/health' }))).status).toBe(500);
    await turn();
    expect(pair.errors.map(({ error }) => error)).toEqual([mishap]);
  });

  it('while something is taken back is told as well', async () => {
    const { connect, pair } = await startFarFront();
    const mishap = new Mishap('nobody takes it');
    pair.invoker.undelivered = async () => {
      throw mishap;
    };
    const { socket } = await connect();
    socket.write(jsonCall('TakeParcel', {}), () => socket.destroy());
    await vi.waitFor(() => expect(pair.errors.map(({ error }) => error)).toEqual([mishap]), 5000);
  });
});

describe('a client that is gone', () => {
  it('ends its parked call', async () => {
    const pair = createPair();
    pair.invoker.behaviour = ({ signal }) =>
      new Promise((resolve) => {
        signal?.addEventListener('abort', () => resolve({ Parcel: 'none' }));
      });
    const over = new AbortController();
    const answer = take(pair, over.signal);
    await turn();
    over.abort();
    expect(await answer).toEqual({ Parcel: 'none' });
  });

  it('before its call has begun ends it as well', async () => {
    const pair = createPair();
    pair.invoker.behaviour = async ({ signal }) => {
      await turn();
      return { Parcel: String(signal?.aborted) };
    };
    expect(await take(pair, AbortSignal.abort())).toEqual({ Parcel: 'true' });
  });

  it('gives back what it was handed', async () => {
    const pair = createPair();
    const output = { Parcel: 'p' };
    await pair.remote.invoker.undelivered(parcels, TakeParcel, {}, output, defaultCaller);
    expect(pair.invoker.takenBack).toEqual([
      { operation: 'TakeParcel', input: {}, output, caller: defaultCaller },
    ]);
  });
});

it('a call as a browser makes it runs the page of its operation', async () => {
  const show = async () => ({ title: 'A page', paragraphs: [], facts: [] });
  const operation = { ...SendParcel, page: { show, refusals: {} } };
  const operations = new Map([[operation.name, operation]]);
  const pair = createPair([], [{ ...parcels, operations }]);
  const handlers: unknown[] = [];
  pair.invoker.invoke = async (_service, { handler }) => {
    handlers.push(handler);
    return {};
  };
  await pair.remote.invoker.invoke(parcels, withPage(operation), {}, defaultCaller);
  await pair.remote.invoker.invoke(parcels, operation, {}, defaultCaller);
  expect(handlers).toEqual([show, SendParcel.handler]);
});

describe('what a thread observes', () => {
  const observation = { service: 'sqs', operation: 'SendMessage', status: 200, seconds: 0.1 };

  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('is told ten times a second, together', async () => {
    const pair = createPair();
    for (let i = 0; i < 20; i++) pair.remote.observe(observation);
    await turn();
    expect(pair.observations).toEqual([]);
    vi.advanceTimersByTime(100);
    await turn();
    expect(pair.observations).toHaveLength(20);
    expect(pair.messages).toBe(1);
    pair.remote.observe(observation);
    vi.advanceTimersByTime(100);
    await turn();
    expect(pair.observations).toHaveLength(21);
  });

  it('is told before somebody looks', async () => {
    const seen: number[] = [];
    const answer = async () => {
      seen.push(pair.observations.length);
      return { status: 200, contentType: 'text/plain', body: '' };
    };
    const pair = createPair([{ method: 'GET', path: '/_own/metrics', answer }]);
    pair.remote.observe(observation);
    const request = {
      path: '/_own/metrics',
      query: new URLSearchParams(),
      mediaType: '',
      body: '',
    };
    await pair.remote.ownEndpoints[0]?.answer(request);
    expect(seen).toEqual([1]);
    vi.advanceTimersByTime(100);
    await turn();
    expect(pair.observations).toHaveLength(1);
  });

  it('is told at the end', () => {
    const pair = createPair();
    pair.remote.observe(observation);
    pair.remote.close();
    expect(pair.observations).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

it('an own endpoint gets the whole request', async () => {
  const ownEndpoints = [
    {
      method: 'POST' as const,
      path: '/_own/echo',
      answer: async (request: { readonly query: URLSearchParams; readonly body: string }) => ({
        status: 202,
        contentType: 'text/plain',
        body: JSON.stringify({ ...request, query: [...request.query] }),
      }),
    },
  ];
  const { exchange } = await startFarFront({ ownEndpoints });
  const target = '/_own/echo?to=%2B49&to=%C3%B6&flag';
  const headers = ['Content-Type: Application/JSON; charset=utf-8'];
  const answer = await exchange(rawRequest({ method: 'POST', target, headers, body: '{"a":1}' }));
  expect(answer.status).toBe(202);
  expect(JSON.parse(answer.body)).toEqual({
    path: '/_own/echo',
    query: [
      ['to', '+49'],
      ['to', 'ö'],
      ['flag', ''],
    ],
    mediaType: 'application/json',
    body: '{"a":1}',
  });
});

it('an operation that the owner does not have is a bug', async () => {
  const pair = createPair();
  const operation = { ...SendParcel, name: 'BurnParcel' };
  const call = pair.remote.invoker.invoke(parcels, operation, {}, defaultCaller);
  const error: unknown = await call.catch((thrown) => thrown);
  pair.remote.onError(error, 'r-1');
  await turn();
  expect(pair.errors).toMatchObject([
    { error: { message: 'parcels.BurnParcel is no operation of this server' }, requestId: 'r-1' },
  ]);
});
