/** https://docs.aws.amazon.com/sns/latest/dg/sms_stats_cloudwatch.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAttempts } from '../../src/delivery/attempt-log.ts';
import type { SmsTarget } from '../../src/delivery/delivery.ts';
import { readInbox } from '../../src/delivery/inbox.ts';
import { Endpoint } from './endpoints.ts';
import { Scene, TOPIC } from './scene.ts';

let scene: Scene;
let gateway: Endpoint;

beforeEach(() => {
  scene = new Scene();
  gateway = new Endpoint((_request, response) => response.writeHead(200).end());
});

afterEach(async () => {
  await scene.close();
  await gateway.close();
  expect(scene.errors).toEqual([]);
});

const text: SmsTarget = {
  kind: 'sms',
  phoneNumber: '+15551234567',
  text: 'hello',
  senderId: 'Shop',
  originationNumber: '+15550100',
  smsType: 'Transactional',
  maxPrice: '0.50',
  entityId: 'entity',
  templateId: 'template',
};

const send = (target: SmsTarget) => scene.deliver({ ...scene.http('http://unused.test'), target });

const inbox = () => readInbox(scene.store, { limit: 10 });
const attempts = () => readAttempts(scene.store, TOPIC, 10);

describe('a text', () => {
  it('goes to the gateway with everything that its publisher wishes', async () => {
    const smsUrl = await gateway.open();
    const carried = new Scene({ gateways: { smsUrl } });
    await carried.deliver({ ...carried.http('http://unused.test'), target: text });
    await carried.close();
    expect(JSON.parse(gateway.received[0]?.body ?? '')).toEqual({
      phoneNumber: '+15551234567',
      message: 'hello',
      messageId: 'message-1',
      senderId: 'Shop',
      originationNumber: '+15550100',
      smsType: 'Transactional',
      maxPrice: '0.50',
      entityId: 'entity',
      templateId: 'template',
    });
  });

  it('is kept in the inbox with its type and sender', async () => {
    await send(text);
    const { senderId: _, ...anonymous } = text;
    await send(anonymous);
    expect(await inbox()).toMatchObject([
      { to: '+15551234567', from: '+15550100', smsType: 'Transactional' },
      { to: '+15551234567', from: 'Shop', text: 'hello', smsType: 'Transactional' },
    ]);
  });

  it('stands in the log of attempts with its type', async () => {
    await send(text);
    expect(await attempts()).toMatchObject([
      {
        delivery: { destination: '+15551234567', smsType: 'Transactional' },
        status: 'SUCCESS',
      },
    ]);
  });
});

describe('a text that the number may not get', () => {
  const refused = { ...text, refusal: 'Phone number is opted out' };

  it('fails at once, for the reason that the log of attempts shows', async () => {
    await send(refused);
    expect(await attempts()).toMatchObject([
      {
        delivery: { providerResponse: 'Phone number is opted out', attempts: 1 },
        status: 'FAILURE',
      },
    ]);
    expect(scene.counts.get('NumberOfNotificationsFailed')).toBe(1);
    await scene.advance(24 * 60 * 60 * 1_000);
    expect(await attempts()).toHaveLength(1);
  });

  it('reaches neither the inbox nor the gateway', async () => {
    await send(refused);
    expect(await inbox()).toEqual([]);
    const smsUrl = await gateway.open();
    const carried = new Scene({ gateways: { smsUrl } });
    await carried.deliver({ ...carried.http('http://unused.test'), target: refused });
    await carried.close();
    expect(gateway.received).toEqual([]);
  });
});
