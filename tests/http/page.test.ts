/** Links of mails, opened by a browser and by programs, on a whole server. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SNS } from '@aws-sdk/client-sns';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningWaystation, startWaystation } from '../../src/index.ts';

const BROWSER = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
};

const TopicArn = 'arn:aws:sns:us-east-1:000000000000:orders';

let waystation: RunningWaystation;
let sns: SNS;

beforeEach(async () => {
  waystation = await startWaystation({ testClock: true, topics: [{ name: 'orders' }] });
  sns = new SNS({
    endpoint: waystation.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});

afterEach(() => waystation.stop());

async function open(link: string, headers: { [name: string]: string } = BROWSER, method = 'GET') {
  const answer = await fetch(link, { headers, method });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

/** The link in the newest mail, once there are so many. */
async function linkInMail(count: number): Promise<string> {
  await waystation.clock.advance(0);
  const answer = await fetch(`${waystation.endpoint}/_waystation/inbox`);
  const { items } = (await answer.json()) as { items: { links: string[] }[] };
  expect(items).toHaveLength(count);
  return items[0]?.links.at(-1) ?? '';
}

async function isSubscribed(): Promise<boolean> {
  const { Attributes } = await sns.getTopicAttributes({ TopicArn });
  return Attributes?.SubscriptionsConfirmed === '1';
}

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

const hrefIn = (text: string): string => unescaped(/<a href="([^"]+)">/.exec(text)?.[1] ?? '');

const subscribe = (Endpoint = 'reader@example.com') =>
  sns.subscribe({ TopicArn, Protocol: 'email', Endpoint, ReturnSubscriptionArn: true });

describe('a browser', () => {
  it('confirms, unsubscribes and subscribes again by the links of mails and pages', async () => {
    const { SubscriptionArn = '' } = await subscribe();
    const confirmed = await open(await linkInMail(1));
    expect(confirmed.status).toBe(200);
    expect(confirmed.headers.get('content-type')).toBe('text/html; charset=utf-8');
    for (const said of [
      'Subscription confirmed',
      TopicArn,
      'reader@example.com',
      SubscriptionArn,
    ]) {
      expect(confirmed.text).toContain(said);
    }
    expect(await isSubscribed()).toBe(true);

    await sns.publish({ TopicArn, Message: 'coffee' });
    const ended = await open(await linkInMail(2));
    expect(ended.status).toBe(200);
    for (const said of ['Subscription ended', TopicArn, 'reader@example.com', SubscriptionArn]) {
      expect(ended.text).toContain(said);
    }
    expect(await isSubscribed()).toBe(false);

    const again = await open(hrefIn(ended.text));
    expect(again.text).toContain('Subscription confirmed');
    expect(await isSubscribed()).toBe(true);

    expect((await open(hrefIn(again.text))).text).toContain('Subscription ended');
    expect(await isSubscribed()).toBe(false);
  });

  it('may open a link twice', async () => {
    await subscribe();
    const confirm = await linkInMail(1);
    const pages = [(await open(confirm)).text, (await open(confirm)).text];
    expect(pages[1]).toBe(pages[0]);
    const unsubscribe = hrefIn(pages[0] ?? '');
    await open(unsubscribe);
    expect(await open(unsubscribe)).toMatchObject({
      status: 200,
      text: expect.stringContaining('This subscription has already ended.'),
    });
  });

  it('gets a page that loads nothing, is not kept, and tells nobody its address', async () => {
    await subscribe();
    const { headers, text } = await open(await linkInMail(1));
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none';/);
    expect(text).not.toContain('<script');
  });

  it('sees what others chose as text', async () => {
    const endpoint = `<b>"o'c"&amp;@example.com`;
    await subscribe(endpoint);
    const { text } = await open(await linkInMail(1));
    expect(text).not.toContain('<b>');
    expect(text).toContain('&lt;b&gt;&quot;o&#39;c&quot;&amp;amp;@example.com');
  });

  it('does not see the password of an endpoint', async () => {
    const { promise: letter, resolve } = Promise.withResolvers<string>();
    const server = createServer(async (request, response) => {
      resolve(await text(request));
      response.end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const Endpoint = `http://user:secret@127.0.0.1:${port}/hook`;
    await sns.subscribe({ TopicArn, Protocol: 'http', Endpoint });
    const page = await open(JSON.parse(await letter).SubscribeURL);
    await new Promise((closed) => server.close(closed));
    expect(page.text).toContain(`<dd>http://127.0.0.1:${port}/hook (http)</dd>`);
    expect(page.text).not.toContain('secret');
  });

  it('reads why a link does not work', async () => {
    const confirm = (rest: string) => `${waystation.endpoint}/?Action=ConfirmSubscription${rest}`;
    const old = await open(confirm(`&TopicArn=${TopicArn}&Token=<i>`));
    expect(old.status).toBe(400);
    expect(old.text).toContain('That did not work');
    expect(old.text).toContain('it works for two days');
    expect(old.text).toContain('InvalidParameter: Invalid parameter: Token');
    const gone = await open(confirm(`&TopicArn=${TopicArn}s&Token=<i>`));
    expect(gone).toMatchObject({
      status: 404,
      text: expect.stringContaining('not there any more'),
    });
    const short = await open(confirm(`&TopicArn=<i>`));
    expect(short.status).toBe(400);
    expect(short.text).not.toContain('<i>');

    const { SubscriptionArn } = await subscribe();
    const pending = `${waystation.endpoint}/?Action=Unsubscribe&SubscriptionArn=${SubscriptionArn}`;
    const unsubscribed = await open(pending);
    expect(unsubscribed.status).toBe(400);
    expect(unsubscribed.text).toContain('the subscription is not confirmed');
  });

  it('cannot end what only its owner may end', async () => {
    await subscribe();
    const Token = new URL(await linkInMail(1)).searchParams.get('Token') ?? '';
    const { SubscriptionArn } = await sns.confirmSubscription({
      TopicArn,
      Token,
      AuthenticateOnUnsubscribe: 'true',
    });
    await sns.publish({ TopicArn, Message: 'coffee' });
    const link = await linkInMail(2);
    expect(link).toContain(`SubscriptionArn=${SubscriptionArn}`);
    const page = await open(link);
    expect(page).toMatchObject({ status: 403, text: expect.stringContaining('Only its owner') });
    expect(await isSubscribed()).toBe(true);
  });

  it('gets XML for whatever has no page', async () => {
    const { headers, status } = await open(`${waystation.endpoint}/?Action=ListTopics`);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/xml']);
  });
});

describe('a program', () => {
  it.each([
    ['curl', { accept: '*/*', 'user-agent': 'curl/8.14.1' }],
    ['one that wants XML', { accept: 'application/xml, text/xml' }],
    ['one that wants something like HTML', { accept: 'text/html5, application/text/html' }],
    [
      "Java's own client",
      { accept: 'text/html, image/gif, image/jpeg, */*; q=0.2', 'user-agent': 'Java/21.0.8' },
    ],
  ])('gets XML: %s', async (_name, headers) => {
    const { SubscriptionArn } = await subscribe();
    const { status, text, headers: answered } = await open(await linkInMail(1), headers);
    expect([status, answered.get('content-type')]).toEqual([200, 'text/xml']);
    expect(text).toContain(`<SubscriptionArn>${SubscriptionArn}</SubscriptionArn>`);
    expect(await isSubscribed()).toBe(true);
  });

  it('that only asks for the head of a link changes nothing', async () => {
    await subscribe();
    await open(await linkInMail(1), BROWSER, 'HEAD');
    expect(await isSubscribed()).toBe(false);
  });
});
