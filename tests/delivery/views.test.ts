/** Inbox, attempts and certificate as our own endpoints show them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAttempts } from '../../src/delivery/attempt-log.ts';
import type { Delivery, DeliveryTarget } from '../../src/delivery/delivery.ts';
import { readInbox } from '../../src/delivery/inbox.ts';
import {
  CERTIFICATE_PATH_START,
  certificateAt,
  messageSigner,
} from '../../src/delivery/message-signature.ts';
import { deliveryEndpoints } from '../../src/http/delivery-endpoints.ts';
import { readFindings } from '../../src/services/sns/audit-log.ts';
import { rejected, Scene, ScriptedTargets, TOPIC } from './scene.ts';

let scene: Scene;

beforeEach(() => {
  scene = new Scene();
});

afterEach(async () => {
  await scene.close();
  expect(scene.errors).toEqual([]);
});

/** GETs a path with its query. */
async function get(target: string): Promise<{ status: number; type: string; body: string }> {
  const { pathname, searchParams } = new URL(target, 'http://localhost');
  const endpoints = deliveryEndpoints({
    inbox: (filter) => readInbox(scene.store, filter),
    attempts: (topicArn, limit) => readAttempts(scene.store, topicArn, limit),
    findings: (topicArn, limit) => readFindings(scene.store, topicArn, limit),
    certificatePathStart: CERTIFICATE_PATH_START,
    certificate: (path) => scene.store.transact((tx) => certificateAt(tx, path)),
  });
  const endpoint = endpoints.find(({ path, isPrefix }) =>
    isPrefix ? pathname.startsWith(path) : pathname === path,
  );
  if (endpoint === undefined) throw new Error(`nothing stands at ${pathname}`);
  const request = { path: pathname, query: searchParams, mediaType: '', body: '' };
  const { status, contentType, body } = await endpoint.answer(request);
  return { status, type: contentType, body };
}

async function items(query = ''): Promise<{ readonly [member: string]: unknown }[]> {
  return JSON.parse((await get(`/_waystation/inbox${query}`)).body).items;
}

const to = (target: DeliveryTarget): Delivery => ({ ...scene.http('http://unused.test'), target });

const mail = (address: string, text = 'text'): DeliveryTarget => ({
  kind: 'email',
  to: address,
  from: 'no-reply@sns.test',
  subject: 'a subject',
  text,
});
const sms = (phoneNumber: string): DeliveryTarget => ({ kind: 'sms', phoneNumber, text: 'code 1' });
const push = (endpointArn: string): DeliveryTarget => ({
  kind: 'push',
  platform: 'APNS',
  token: 'device',
  payload: '{}',
  endpointArn,
  applicationArn: 'arn:app',
});

describe('the inbox', () => {
  it('is empty at first', async () => {
    const { status, type, body } = await get('/_waystation/inbox');
    expect([status, type, JSON.parse(body)]).toEqual([200, 'application/json', { items: [] }]);
  });

  it('shows what was delivered, newest first, with the links in it', async () => {
    const link = 'http://localhost:4566/?Action=ConfirmSubscription&Token=ab';
    await scene.deliver(to(mail('a@x.test', `Confirm (${link}), or not: <${link}c>.`)));
    await scene.advance(1_000);
    await scene.deliver(to(sms('+491')));
    expect(await items()).toEqual([
      {
        deliveredAtMs: scene.clock.nowMs(),
        kind: 'sms',
        to: '+491',
        text: 'code 1',
        messageId: 'message-2',
        topicArn: TOPIC,
        links: [],
      },
      {
        deliveredAtMs: scene.clock.nowMs() - 1_000,
        kind: 'email',
        to: 'a@x.test',
        from: 'no-reply@sns.test',
        subject: 'a subject',
        text: `Confirm (${link}), or not: <${link}c>.`,
        messageId: 'message-1',
        topicArn: TOPIC,
        links: [link, `${link}c`],
      },
    ]);
  });

  it('is searched by whom it went to and by kind', async () => {
    await scene.deliver(
      to(mail('a@x.test')),
      to(mail('b@x.test')),
      to(sms('+491')),
      to(push('arn:e')),
    );
    const found = async (query: string) =>
      (await items(query)).map(({ kind, to: whom }) => `${kind} ${whom}`).toSorted();
    expect(await found('?to=a@x.test')).toEqual(['email a@x.test']);
    expect(await found('?kind=email')).toEqual(['email a@x.test', 'email b@x.test']);
    expect(await found('?kind=push&to=arn:e')).toEqual(['push device']);
    expect(await found('?to=device')).toEqual(['push device']);
    expect(await found('?kind=sms&to=a@x.test')).toEqual([]);
  });

  it.each(['?to=+491', '?to=%2B491', '?to=%20491'])('finds a phone number in %s', async (query) => {
    await scene.deliver(to(sms('+491')));
    expect(await items(query)).toHaveLength(1);
  });

  it('shows as many as asked for, however far back the wanted ones lie', async () => {
    await scene.deliver(to(mail('rare@x.test')));
    await scene.deliver(...Array.from({ length: 500 }, () => to(mail('a@x.test'))));
    expect(await items()).toHaveLength(100);
    expect(await items('?limit=3')).toHaveLength(3);
    expect(await items('?limit=1000')).toHaveLength(501);
    expect(await items('?to=rare@x.test')).toHaveLength(1);
  });

  it.each(['?limit=0', '?limit=1001', '?limit=x', '?limit=1.5', '?limit=', '?kind=fax'])(
    'refuses %s',
    async (query) => {
      const { status, body } = await get(`/_waystation/inbox${query}`);
      expect([status, JSON.parse(body)]).toEqual([400, { message: expect.any(String) }]);
    },
  );

  it('keeps the last ten thousand', async () => {
    const page = Array.from({ length: 2_000 }, () => to(sms('+491')));
    for (let i = 0; i < 5; i++) await scene.deliver(...page);
    await scene.deliver(to(sms('+492')));
    const bounds = await scene.store.transact((tx) => tx.logs.bounds('delivery/inbox'));
    expect(bounds).toEqual({ first: 2, next: 10_002 });
  });
});

describe('the attempts', () => {
  it('of a topic are shown newest first', async () => {
    const targets = new ScriptedTargets();
    targets.answer = () => rejected;
    const other = new Scene({ targets });
    await other.deliver(other.http('http://a.test'), other.http('http://a.test'));
    const shown = await readAttempts(other.store, TOPIC, 1);
    expect(shown).toHaveLength(1);
    await other.close();
  });

  it('need a topic', async () => {
    expect((await get('/_waystation/deliveries')).status).toBe(400);
    expect((await get(`/_waystation/deliveries?topic=${TOPIC}&limit=0`)).status).toBe(400);
  });

  it('of an unknown topic are none', async () => {
    for (const topic of [TOPIC, 'no arn']) {
      const { status, body } = await get(`/_waystation/deliveries?topic=${topic}`);
      expect([status, JSON.parse(body)]).toEqual([200, { attempts: [] }]);
    }
  });

  it('of messages without a topic have a name of their own', async () => {
    const { topicArn: _, subscriptionArn: __, ...about } = scene.http('http://x.test').about;
    await scene.deliver({ ...to(sms('+491')), about });
    const topic = 'arn:aws:sns:us-east-1:000000000000:DirectPublishToPhoneNumber';
    const { body } = await get(`/_waystation/deliveries?topic=${topic}`);
    expect(JSON.parse(body).attempts).toMatchObject([
      { notification: { topicArn: topic }, delivery: { destination: '+491' }, status: 'SUCCESS' },
    ]);
  });
});

describe('the findings of audits', () => {
  it('need a topic', async () => {
    expect((await get('/_waystation/data-protection')).status).toBe(400);
    expect((await get(`/_waystation/data-protection?topic=${TOPIC}&limit=0`)).status).toBe(400);
  });

  it('of an unknown topic are none', async () => {
    for (const topic of [TOPIC, 'no arn']) {
      const { status, body } = await get(`/_waystation/data-protection?topic=${topic}`);
      expect([status, JSON.parse(body)]).toEqual([200, { findings: [] }]);
    }
  });
});

describe('the certificate', () => {
  it('is PEM at its path, and nothing is at any other', async () => {
    const { certificatePath } = await scene.store.transact((tx) => messageSigner(tx));
    const { status, type, body } = await get(certificatePath);
    expect([status, type]).toEqual([200, 'application/x-pem-file']);
    expect(body).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
    expect((await get(`${CERTIFICATE_PATH_START}00.pem`)).status).toBe(404);
  });
});
