/** SMS, pushes, functions and streams, to gateways and without them. */
import { afterEach, describe, expect, it } from 'vitest';
import { httpRetryPolicy } from '../../src/delivery/backoff.ts';
import type { Delivery, DeliveryTarget } from '../../src/delivery/delivery.ts';
import type { Outcome } from '../../src/delivery/outcome.ts';
import { createTargets, type Gateways } from '../../src/delivery/targets/index.ts';
import { deadPort, Endpoint } from './endpoints.ts';

const closing: { close(): unknown }[] = [];

afterEach(async () => {
  for (const each of closing.splice(0)) await each.close();
});

async function gateway(status = 200, body = ''): Promise<{ url: string; at: Endpoint }> {
  const at = new Endpoint((_request, response) => response.writeHead(status).end(body));
  closing.push(at);
  return { url: await at.open(), at };
}

function attempt(target: DeliveryTarget, gateways: Gateways, nowMs = 0): Promise<Outcome> {
  const targets = createTargets(gateways, { uuid: () => 'nonce', clock: { nowMs: () => nowMs } });
  closing.unshift(targets);
  const about = { accountId: '000000000000', region: 'us-east-1', publishedAtMs: 0 };
  const delivery: Delivery = {
    deliveryId: 'd-1',
    target,
    retry: httpRetryPolicy,
    about: { messageId: 'm-1', ...about },
  };
  return targets.attempt(delivery, new AbortController().signal);
}

const sms: DeliveryTarget = { kind: 'sms', phoneNumber: '+4912345', text: 'hi', senderId: 'Me' };
const push: DeliveryTarget = {
  kind: 'push',
  platform: 'GCM',
  token: 't-1',
  payload: '{"x":1}',
  endpointArn: 'arn:aws:sns:us-east-1:000000000000:endpoint/GCM/app/1',
  applicationArn: 'arn:aws:sns:us-east-1:000000000000:app/GCM/app',
};
const call: DeliveryTarget = {
  kind: 'function',
  functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:resize',
  payload: '{"Records":[]}',
};
const record: DeliveryTarget = {
  kind: 'firehose',
  streamArn: 'arn:aws:firehose:us-east-1:000000000000:deliverystream/clicks',
  record: 'grüße',
};

describe('SMS', () => {
  it('goes to the gateway', async () => {
    const { url, at } = await gateway(202);
    expect(await attempt(sms, { smsUrl: `${url}/send` })).toMatchObject({ result: 'delivered' });
    const [received] = at.received;
    expect(received?.url).toBe('/send');
    expect(received?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(received?.body ?? '')).toEqual({
      phoneNumber: '+4912345',
      message: 'hi',
      senderId: 'Me',
      messageId: 'm-1',
    });
  });

  it('is kept without one', async () => {
    const kept = { kind: 'sms', to: '+4912345', from: 'Me', text: 'hi' };
    expect(await attempt(sms, {})).toMatchObject({ result: 'delivered', kept });
  });

  it('waits for a gateway that is not there', async () => {
    const smsUrl = `http://127.0.0.1:${await deadPort()}`;
    expect(await attempt(sms, { smsUrl })).toMatchObject({ result: 'failed' });
  });
});

describe('a push', () => {
  it('goes to the gateway', async () => {
    const { url, at } = await gateway();
    expect(await attempt(push, { pushUrl: url })).toMatchObject({ result: 'delivered' });
    const { kind: _, ...members } = push;
    expect(JSON.parse(at.received[0]?.body ?? '')).toEqual({ ...members, messageId: 'm-1' });
  });

  it('is kept without one', async () => {
    const { endpointArn } = push;
    const kept = { kind: 'push', to: 't-1', text: '{"x":1}', platform: 'GCM', endpointArn };
    expect(await attempt(push, {})).toMatchObject({ result: 'delivered', kept });
  });

  it.each([
    [400, 'refused', true],
    [404, 'refused', true],
    [410, 'refused', true],
    [401, 'refused', undefined],
    [413, 'refused', undefined],
    [429, 'failed', undefined],
    [503, 'failed', undefined],
  ])('that the gateway answers with %d is %s; the token is dead: %s', async (status, ...means) => {
    const { url } = await gateway(status, 'why');
    const { result, addresseeGone, failureType } = await attempt(push, { pushUrl: url });
    expect([result, addresseeGone]).toEqual(means);
    expect(failureType).toBe(addresseeGone ? 'InvalidPlatformToken' : undefined);
  });

  it('tells the gateway its wishes, and how long it still has to live', async () => {
    const { url, at } = await gateway();
    const wishes = { ttlSeconds: 60, attributes: { PRIORITY: '10' } };
    await attempt({ ...push, ...wishes }, { pushUrl: url }, 20_500);
    expect(JSON.parse(at.received[0]?.body ?? '')).toMatchObject({ ...wishes, ttlSeconds: 40 });
  });

  it('shows its wishes in the inbox', async () => {
    const wishes = { ttlSeconds: 60, attributes: { PRIORITY: '10' } };
    expect(await attempt({ ...push, ...wishes }, {})).toMatchObject({ kept: wishes });
  });

  it.each([
    [60, 59_999, 'delivered'],
    [60, 60_000, 'refused'],
    [0, 90_000, 'delivered'],
    [-1, 0, 'refused'],
  ])('with %d seconds to live is after %d ms %s', async (ttlSeconds, nowMs, result) => {
    const { url, at } = await gateway();
    const outcome = await attempt({ ...push, ttlSeconds }, { pushUrl: url }, nowMs);
    expect(outcome.result).toBe(result);
    expect(at.received).toHaveLength(result === 'delivered' ? 1 : 0);
    if (result === 'refused') expect(outcome.failureType).toBe('NotificationTTLExpired');
  });

  it('that cannot be sent fails with the reason', async () => {
    const { url, at } = await gateway();
    const undeliverable = { failureType: 'EndpointDisabled', reason: 'Endpoint is disabled' };
    expect(await attempt({ ...push, undeliverable }, { pushUrl: url })).toEqual({
      result: 'refused',
      providerResponse: 'Endpoint is disabled',
      failureType: 'EndpointDisabled',
    });
    expect(at.received).toEqual([]);
  });
});

describe('a function', () => {
  it('is invoked as an event', async () => {
    const { url, at } = await gateway(202);
    expect(await attempt(call, { functionsUrl: `${url}/` })).toMatchObject({
      result: 'delivered',
      statusCode: 202,
    });
    const [received] = at.received;
    expect(received).toMatchObject({
      method: 'POST',
      url: '/2015-03-31/functions/resize/invocations',
      body: '{"Records":[]}',
    });
    expect(received?.headers).toMatchObject({
      'x-amz-invocation-type': 'Event',
      'content-type': 'application/json',
    });
  });

  it('may be a version of it', async () => {
    const { url, at } = await gateway(202);
    await attempt({ ...call, functionArn: `${call.functionArn}:live` }, { functionsUrl: url });
    expect(at.received[0]?.url).toBe('/2015-03-31/functions/resize/invocations?Qualifier=live');
  });

  it.each([
    [404, 'refused'],
    [429, 'failed'],
    [500, 'failed'],
  ])('that answers %d is %s', async (status, result) => {
    const { url } = await gateway(status);
    expect(await attempt(call, { functionsUrl: url })).toMatchObject({ result });
  });

  it('cannot be called without a server for functions, and the log says why', async () => {
    const outcome = await attempt(call, {});
    expect(outcome.result).toBe('refused');
    expect(outcome.providerResponse).toContain('--functions-url');
  });

  it('is refused when the ARN names none', async () => {
    const functionArn = 'arn:aws:lambda:us-east-1:000000000000:layer:x';
    const outcome = await attempt({ ...call, functionArn }, { functionsUrl: 'http://x.invalid' });
    expect(outcome.result).toBe('refused');
  });
});

describe('a delivery stream', () => {
  it('gets one record', async () => {
    const { url, at } = await gateway(200, '{"RecordId":"r"}');
    expect(await attempt(record, { firehoseUrl: url })).toMatchObject({ result: 'delivered' });
    const [received] = at.received;
    expect(received?.headers).toMatchObject({
      'x-amz-target': 'Firehose_20150804.PutRecord',
      'content-type': 'application/x-amz-json-1.1',
    });
    expect(JSON.parse(received?.body ?? '')).toEqual({
      DeliveryStreamName: 'clicks',
      Record: { Data: Buffer.from('grüße').toString('base64') },
    });
  });

  it.each([
    [400, '{"__type":"ResourceNotFoundException"}', 'refused'],
    [400, '{"__type":"com.amazonaws.firehose#ThrottlingException"}', 'failed'],
    [400, '{"__type":"ServiceUnavailableException"}', 'failed'],
    [503, '', 'failed'],
  ])('that answers %d %s is %s', async (status, body, result) => {
    const { url } = await gateway(status, body);
    expect(await attempt(record, { firehoseUrl: url })).toMatchObject({ result });
  });

  it('cannot be written without a server for streams, and the log says why', async () => {
    const outcome = await attempt(record, {});
    expect(outcome.result).toBe('refused');
    expect(outcome.providerResponse).toContain('--firehose-url');
  });
});
