/**
 * What topics reach outside the server, step by step as courses teach it: web servers and people
 * who confirm their subscriptions by a link, and functions.
 */
import { createVerify, generateKeyPairSync } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { SNS } from '@aws-sdk/client-sns';
import MessageValidator from 'sns-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selfSignedCertificate } from '../../../src/delivery/certificate.ts';
import { Endpoint, type ReceivedRequest } from '../../delivery/endpoints.ts';
import { MailRelay } from '../../delivery/mail-relay.ts';
import { serverStarter } from '../../support/server.ts';
import { advanceSeconds, drain, sdkClient } from '../sdk-client.ts';
import { attemptsOf, type Envelope, queueArn, snsClient, visit } from '../sns-client.ts';

const relay = new MailRelay();
/** A server of functions, which takes every call of those that it has. */
const functions = new Endpoint((request, response) => {
  response.writeHead(request.url?.includes('/absent/') ? 404 : 202).end();
});
const closing: { close(): unknown }[] = [relay, functions];

afterAll(async () => {
  for (const each of closing.splice(0)) await each.close();
});

// Stops its servers before what they are connected to is closed.
const start = serverStarter(afterAll);
let functionsUrl: string;
let endpoint: string;
let sns: SNS;

beforeAll(async () => {
  functionsUrl = await functions.open();
  const gateways = ['--smtp-url', await relay.open(), '--functions-url', functionsUrl];
  endpoint = await start({ flags: ['--test-clock', ...gateways] }).ready();
  sns = snsClient(endpoint);
});

async function newTopic(Name: string, Attributes: { [name: string]: string } = {}) {
  const { TopicArn = '' } = await sns.createTopic({ Name, Attributes });
  return TopicArn;
}

/** Resolves when everything that is due at this instant has been delivered. */
const settle = (server = endpoint): Promise<void> => advanceSeconds(server, 0);

async function webServer(): Promise<{ at: Endpoint; url: string }> {
  const at = new Endpoint((_request, response) => response.end());
  closing.push(at);
  return { at, url: `${await at.open()}/hook` };
}

const envelopeIn = (request: ReceivedRequest | undefined): Envelope =>
  JSON.parse(request?.body ?? '{}');

const anyHttpLink = expect.stringMatching(/^http:\/\/localhost:\d+\/\?Action=/);

describe('a web server', () => {
  let TopicArn: string;
  let SubscriptionArn: string;
  let at: Endpoint;

  beforeAll(async () => {
    TopicArn = await newTopic('web');
    const opened = await webServer();
    at = opened.at;
    const Endpoint = opened.url;
    const subscribed = await sns.subscribe({ TopicArn, Protocol: 'http', Endpoint });
    expect(subscribed.SubscriptionArn).toBe('pending confirmation');
    await settle();
  });

  it('is asked whether it wants a subscription', async () => {
    const [asked, ...others] = at.received;
    expect(others).toEqual([]);
    expect(asked).toMatchObject({
      method: 'POST',
      url: '/hook',
      headers: {
        'x-amz-sns-message-type': 'SubscriptionConfirmation',
        'x-amz-sns-message-id': envelopeIn(asked).MessageId,
        'x-amz-sns-topic-arn': TopicArn,
        'content-type': 'text/plain; charset=UTF-8',
        'user-agent': 'Amazon Simple Notification Service Agent',
      },
    });
    expect(asked?.headers).not.toHaveProperty('x-amz-sns-subscription-arn');
    expect(envelopeIn(asked)).toEqual({
      Type: 'SubscriptionConfirmation',
      MessageId: expect.any(String),
      Token: expect.stringMatching(/^[0-9a-f]{288}$/),
      TopicArn,
      Message:
        `You have chosen to subscribe to the topic ${TopicArn}.\n` +
        'To confirm the subscription, visit the SubscribeURL included in this message.',
      SubscribeURL: anyHttpLink,
      Timestamp: expect.any(String),
      SignatureVersion: '1',
      Signature: expect.any(String),
      SigningCertURL: expect.any(String),
    });
  });

  it('gets nothing until it has confirmed', async () => {
    await sns.publish({ TopicArn, Message: 'too early' });
    await settle();
    expect(at.received).toHaveLength(1);
    const { Subscriptions } = await sns.listSubscriptionsByTopic({ TopicArn });
    expect(Subscriptions).toMatchObject([{ SubscriptionArn: 'PendingConfirmation' }]);
  });

  it('confirms by visiting the link', async () => {
    const { SubscribeURL } = envelopeIn(at.received[0]);
    const answer = await visit(SubscribeURL);
    [, SubscriptionArn = ''] = /<SubscriptionArn>([^<]+)</.exec(answer) ?? [];
    expect(SubscriptionArn).toMatch(new RegExp(`^${TopicArn}:[0-9a-f-]{36}$`));
    expect(await visit(SubscribeURL), 'twice').toContain(SubscriptionArn);
    const { Attributes } = await sns.getSubscriptionAttributes({ SubscriptionArn });
    expect(Attributes).toMatchObject({
      PendingConfirmation: 'false',
      ConfirmationWasAuthenticated: 'false',
    });
  });

  it('gets what is published from then on', async () => {
    const { MessageId } = await sns.publish({ TopicArn, Message: 'Latte ☕', Subject: 'A sale' });
    await settle();
    const [, notified, ...others] = at.received;
    expect(others).toEqual([]);
    expect(notified?.headers).toMatchObject({
      'x-amz-sns-message-type': 'Notification',
      'x-amz-sns-message-id': MessageId,
      'x-amz-sns-topic-arn': TopicArn,
      'x-amz-sns-subscription-arn': SubscriptionArn,
      'content-type': 'text/plain; charset=UTF-8',
    });
    expect(envelopeIn(notified)).toEqual({
      Type: 'Notification',
      MessageId,
      TopicArn,
      Subject: 'A sale',
      Message: 'Latte ☕',
      Timestamp: expect.any(String),
      SignatureVersion: '1',
      Signature: expect.any(String),
      SigningCertURL: expect.any(String),
      UnsubscribeURL: anyHttpLink,
    });
  });

  it('gets the bare text in the raw form', async () => {
    const set = (AttributeValue: string) => {
      const AttributeName = 'RawMessageDelivery';
      return sns.setSubscriptionAttributes({ SubscriptionArn, AttributeName, AttributeValue });
    };
    await set('true');
    await sns.publish({
      TopicArn,
      Message: 'bare',
      MessageAttributes: { colour: { DataType: 'String', StringValue: 'red' } },
    });
    await settle();
    expect(at.received.at(-1)).toMatchObject({
      body: 'bare',
      headers: { 'x-amz-sns-rawdelivery': 'true', 'x-amz-sns-message-type': 'Notification' },
    });
    await set('false');
  });

  it('unsubscribes by the link, and is told so', async () => {
    await sns.publish({ TopicArn, Message: 'with a link' });
    await settle();
    await visit(envelopeIn(at.received.at(-1)).UnsubscribeURL);
    await sns.publish({ TopicArn, Message: 'too late' });
    await settle();
    const told = at.received.at(-1);
    expect(at.received).toHaveLength(5);
    expect(told?.headers).toMatchObject({
      'x-amz-sns-message-type': 'UnsubscribeConfirmation',
      'x-amz-sns-subscription-arn': SubscriptionArn,
    });
    expect(envelopeIn(told)).toMatchObject({
      Type: 'UnsubscribeConfirmation',
      Message: expect.stringContaining(`You have chosen to deactivate subscription`),
    });
    expect((await sns.listSubscriptionsByTopic({ TopicArn })).Subscriptions).toEqual([]);
  });

  it('takes that back by the other link', async () => {
    await visit(envelopeIn(at.received.at(-1)).SubscribeURL);
    await sns.publish({ TopicArn, Message: 'back again' });
    await settle();
    expect(at.received).toHaveLength(6);
    expect(envelopeIn(at.received.at(-1))).toMatchObject({ Message: 'back again' });
  });
});

describe('a link', () => {
  it('that somebody made up confirms nothing', async () => {
    const TopicArn = await newTopic('forged');
    const { url: Endpoint } = await webServer();
    await sns.subscribe({ TopicArn, Protocol: 'http', Endpoint });
    const Token = 'ab'.repeat(144);
    const answer = await fetch(
      `${endpoint}/?Action=ConfirmSubscription&TopicArn=${TopicArn}&Token=${Token}`,
    );
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining('<Message>Invalid parameter: Token</Message>'),
    ]);
  });

  it('ends nothing whose subscriber wants to sign for that', async () => {
    const TopicArn = await newTopic('signed-end');
    const { at, url: Endpoint } = await webServer();
    await sns.subscribe({ TopicArn, Protocol: 'http', Endpoint });
    await settle();
    const { Token } = envelopeIn(at.received[0]) as unknown as { Token: string };
    const { SubscriptionArn } = await sns.confirmSubscription({
      TopicArn,
      Token,
      AuthenticateOnUnsubscribe: 'true',
    });
    const link = `${endpoint}/?Action=Unsubscribe&SubscriptionArn=${SubscriptionArn}`;
    expect((await fetch(link)).status).toBe(403);
    await sns.unsubscribe({ SubscriptionArn });
    expect((await sns.listSubscriptionsByTopic({ TopicArn })).Subscriptions).toEqual([]);
  });
});

describe('a verifier', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const name = { commonName: 'localhost', organization: 'nobody' };
  const cert = selfSignedCertificate(privateKey, publicKey, name);
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  let behindProxy: SNS;
  let server: string;

  /** A proxy that speaks TLS, because verifiers fetch certificates by HTTPS alone. */
  beforeAll(async () => {
    const proxy = https.createServer({ key, cert }, (request, response) => {
      const { method, url, headers } = request;
      const passed = http.request(server + url, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      request.pipe(passed);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    closing.push(proxy);
    const publicUrl = `https://localhost:${(proxy.address() as AddressInfo).port}`;
    const flags = ['--test-clock', '--public-url', publicUrl, '--functions-url', functionsUrl];
    server = await start({ flags }).ready();
    behindProxy = snsClient(server);
    const { options } = https.globalAgent;
    options.ca = cert;
    return () => {
      delete options.ca;
    };
  });

  function validate(message: object): Promise<Error | undefined> {
    const validator = new MessageValidator(/^localhost:\d+$/);
    return new Promise((resolve) => {
      validator.validate({ ...message }, (error) => resolve(error ?? undefined));
    });
  }

  it.each(['1', '2'])(
    'accepts questions and messages with signature version %s',
    async (version) => {
      const { TopicArn } = await behindProxy.createTopic({
        Name: `signed-${version}`,
        Attributes: { SignatureVersion: version },
      });
      const { at, url: Endpoint } = await webServer();
      await behindProxy.subscribe({ TopicArn, Protocol: 'http', Endpoint });
      await settle(server);
      const asked = envelopeIn(at.received[0]);
      const { Token } = asked as unknown as { Token: string };
      await behindProxy.confirmSubscription({ TopicArn, Token });
      await behindProxy.publish({ TopicArn, Message: 'grüße\n"quoted"', Subject: 'a subject' });
      await settle(server);
      const notified = envelopeIn(at.received[1]);
      for (const message of [asked, notified]) {
        expect(message).toMatchObject({ SignatureVersion: version });
        expect(await validate(message), message.Type).toBeUndefined();
        expect(await validate({ ...message, Message: 'forged' })).toMatchObject({
          message: 'The message signature is invalid.',
        });
      }
    },
  );

  /** The verifier leaves the token of this one out, against AWS's own description. */
  it.each([
    ['1', 'RSA-SHA1'],
    ['2', 'RSA-SHA256'],
  ])('can check the end of a subscription by version %s', async (version, algorithm) => {
    const { TopicArn } = await behindProxy.createTopic({
      Name: `ended-${version}`,
      Attributes: { SignatureVersion: version },
    });
    const { at, url: Endpoint } = await webServer();
    await behindProxy.subscribe({ TopicArn, Protocol: 'http', Endpoint });
    await settle(server);
    await openOverTls(envelopeIn(at.received[0]).SubscribeURL);
    await behindProxy.publish({ TopicArn, Message: 'the last' });
    await settle(server);
    await openOverTls(envelopeIn(at.received[1]).UnsubscribeURL);
    await settle(server);
    const ended = envelopeIn(at.received[2]);
    expect(ended.Type).toBe('UnsubscribeConfirmation');
    const signed = [
      'Message',
      'MessageId',
      'SubscribeURL',
      'Timestamp',
      'Token',
      'TopicArn',
      'Type',
    ]
      .map((name) => `${name}\n${ended[name]}\n`)
      .join('');
    const certificate = await openOverTls(String(ended.SigningCertURL));
    const verifier = createVerify(algorithm).update(signed, 'utf8');
    expect(verifier.verify(certificate, String(ended.Signature), 'base64')).toBe(true);
  });

  it('accepts what a function is called with', async () => {
    const { TopicArn } = await behindProxy.createTopic({ Name: 'signed-event' });
    const Endpoint = 'arn:aws:lambda:us-east-1:000000000000:function:verify';
    await behindProxy.subscribe({ TopicArn, Protocol: 'lambda', Endpoint });
    await behindProxy.publish({ TopicArn, Message: 'event' });
    await settle(server);
    const [{ Sns }] = JSON.parse(functions.received.at(-1)?.body ?? '').Records;
    expect(await validate(Sns)).toBeUndefined();
  });

  function openOverTls(link: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const request = https.get(link, (answer) => {
        let text = '';
        answer.on('data', (chunk) => {
          text += String(chunk);
        });
        answer.on('end', () => {
          if (answer.statusCode === 200) resolve(text);
          else reject(new Error(`${link} answered ${answer.statusCode}: ${text}`));
        });
      });
      request.on('error', reject);
    });
  }
});

/** The text of a mail, whose lines are broken and escaped on their way. */
const textOf = (source: string): string =>
  source
    .slice(source.indexOf('\r\n\r\n') + 4)
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));

const linkIn = (text: string): string => /https?:\/\/\S+/.exec(text)?.[0] ?? '';

describe('a person', () => {
  const mailsTo = (address: string) => relay.mails.filter(({ to }) => to.includes(address));

  it('confirms by the link in a mail, reads mail, and unsubscribes by its link', async () => {
    const TopicArn = await newTopic('mail', { DisplayName: 'Coffee sales' });
    const Endpoint = 'zoe@example.test';
    const { SubscriptionArn } = await sns.subscribe({ TopicArn, Protocol: 'email', Endpoint });
    expect(SubscriptionArn).toBe('pending confirmation');
    await settle();
    const [asked] = mailsTo(Endpoint);
    expect(asked?.source).toContain('Subject: AWS Notification - Subscription Confirmation\r\n');
    expect(asked?.source).toContain('From: Coffee sales <no-reply@sns.amazonaws.com>\r\n');
    const confirmation = textOf(asked?.source ?? '');
    expect(confirmation).toContain(TopicArn);
    await visit(linkIn(confirmation));

    await sns.publish({ TopicArn, Message: 'A latte was sold.', Subject: 'A sale' });
    await settle();
    const [, notified, ...others] = mailsTo(Endpoint);
    expect(others).toEqual([]);
    expect(notified?.source).toContain('Subject: A sale\r\n');
    const text = textOf(notified?.source ?? '');
    expect(text).toMatch(/^A latte was sold\.\r\n/);
    await visit(linkIn(text));
    await sns.publish({ TopicArn, Message: 'Another latte was sold.' });
    await settle();
    expect(mailsTo(Endpoint)).toHaveLength(2);
  });

  it('gets the envelope where the protocol is email-json', async () => {
    const TopicArn = await newTopic('mail-json');
    const Endpoint = 'program@example.test';
    await sns.subscribe({ TopicArn, Protocol: 'email-json', Endpoint });
    await settle();
    const [asked] = mailsTo(Endpoint);
    const { SubscribeURL } = JSON.parse(textOf(asked?.source ?? '')) as Envelope;
    await visit(SubscribeURL);
    const { MessageId } = await sns.publish({ TopicArn, Message: 'A latte was sold.' });
    await settle();
    const [, notified] = mailsTo(Endpoint);
    expect(JSON.parse(textOf(notified?.source ?? ''))).toMatchObject({
      Type: 'Notification',
      MessageId,
      Message: 'A latte was sold.',
    });
  });

  it('finds mail and links in the inbox where there is no relay', async () => {
    const server = await start({ flags: ['--test-clock', '--store', 'memory'] }).ready();
    const client = snsClient(server);
    const { TopicArn } = await client.createTopic({ Name: 'inbox' });
    const Endpoint = 'zoe@example.test';
    await client.subscribe({ TopicArn, Protocol: 'email', Endpoint });
    await settle(server);
    const inbox = async () => {
      const answer = await fetch(`${server}/_waystation/inbox?to=${Endpoint}`);
      return ((await answer.json()) as { items: { text: string; links: string[] }[] }).items;
    };
    const [asked] = await inbox();
    await visit(asked?.links[0] ?? '');
    await client.publish({ TopicArn, Message: 'A latte was sold.', Subject: 'A sale' });
    await settle(server);
    const [newest, ...others] = await inbox();
    expect(others).toHaveLength(1);
    expect(newest).toMatchObject({
      kind: 'email',
      to: Endpoint,
      subject: 'A sale',
      text: expect.stringMatching(/^A latte was sold\.\n/),
      links: [expect.stringContaining('?Action=Unsubscribe&SubscriptionArn=')],
    });
    await visit(newest?.links[0] ?? '');
    expect((await client.listSubscriptionsByTopic({ TopicArn })).Subscriptions).toEqual([]);
  });
});

describe('a function', () => {
  const functionArn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

  it('is called with an event, and not waited for', async () => {
    const TopicArn = await newTopic('calls');
    const Endpoint = functionArn('count-sales');
    const subscribed = await sns.subscribe({ TopicArn, Protocol: 'lambda', Endpoint });
    const { MessageId } = await sns.publish({
      TopicArn,
      Message: 'A latte was sold.',
      MessageAttributes: { price: { DataType: 'Number', StringValue: '4.5' } },
    });
    await settle();
    const called = functions.received.at(-1);
    expect(called).toMatchObject({
      method: 'POST',
      url: '/2015-03-31/functions/count-sales/invocations',
      headers: { 'x-amz-invocation-type': 'Event', 'content-type': 'application/json' },
    });
    expect(JSON.parse(called?.body ?? '')).toEqual({
      Records: [
        {
          EventSource: 'aws:sns',
          EventVersion: '1.0',
          EventSubscriptionArn: subscribed.SubscriptionArn,
          Sns: {
            Type: 'Notification',
            MessageId,
            TopicArn,
            Subject: null,
            Message: 'A latte was sold.',
            Timestamp: expect.any(String),
            SignatureVersion: '1',
            Signature: expect.any(String),
            SigningCertUrl: expect.any(String),
            UnsubscribeUrl: anyHttpLink,
            MessageAttributes: { price: { Type: 'String', Value: '4.5' } },
          },
        },
      ],
    });
  });

  it('that is not there means a dead letter at once', async () => {
    const TopicArn = await newTopic('calls-nobody');
    const sqs = sdkClient(endpoint);
    const { QueueUrl = '' } = await sqs.createQueue({ QueueName: 'uncalled' });
    await sns.subscribe({
      TopicArn,
      Protocol: 'lambda',
      Endpoint: functionArn('absent'),
      Attributes: {
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('uncalled') }),
      },
    });
    await sns.publish({ TopicArn, Message: 'A latte was sold.' });
    await settle();
    const [dead] = await drain(sqs, QueueUrl);
    expect(JSON.parse(dead ?? '')).toMatchObject({ Message: 'A latte was sold.' });
    expect(await attemptsOf(endpoint, TopicArn)).toMatchObject([
      { delivery: { destination: functionArn('absent'), statusCode: 404 }, status: 'FAILURE' },
    ]);
  });
});
