/** https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html */
import { verify, X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certificateAt } from '../../../src/delivery/message-signature.ts';
import { limitFanOut } from '../../../src/services/sns/fan-out.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  bodies,
  callSqs,
  counted,
  createQueue,
  createTopic,
  depth,
  newHarness,
  OTHER_ACCOUNT,
  queueArn,
  raw,
  receive,
  subscribe,
  subscribeQueue,
} from './topics.ts';

let harness: ServiceHarness;
let arn: string;

beforeEach(async () => {
  harness = newHarness();
  arn = await createTopic(harness, 'orders');
});

afterEach(() => harness.close());

const publish = (changes: object = {}, caller: object = {}) =>
  harness.call('Publish', { TopicArn: arn, Message: 'hello', ...changes }, { caller });

const text = (value: string) => ({ DataType: 'String', StringValue: value });
const redrive = (name: string) => ({
  RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn(name) }),
});

const attributes = {
  colour: text('red'),
  tags: { DataType: 'String.Array', StringValue: '["a","b"]' },
  weight: { DataType: 'Number.kg', StringValue: '1.50' },
  picture: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2, 255]) },
};

/** Eleven attributes, one more than a queue takes. */
const tooMany = Object.fromEntries(
  Array.from({ length: 11 }, (_, i) => [`a${i}`, text(String(i))]),
);

describe('an envelope', () => {
  it('has the message, its origin, a signature and a way to unsubscribe', async () => {
    const subscription = await subscribeQueue(harness, arn, 'q');
    const { MessageId } = await publish({ Subject: 'greeting', MessageAttributes: attributes });
    const [message] = await receive(harness, 'q');
    const envelope = JSON.parse(message?.Body ?? '');
    expect(Object.entries(envelope)).toEqual([
      ['Type', 'Notification'],
      ['MessageId', MessageId],
      ['TopicArn', arn],
      ['Subject', 'greeting'],
      ['Message', 'hello'],
      ['Timestamp', '2026-01-01T00:00:00.000Z'],
      ['SignatureVersion', '1'],
      ['Signature', expect.any(String)],
      ['SigningCertURL', expect.stringMatching(/^http:\/\/localhost:4566\/Simple.*\.pem$/)],
      [
        'UnsubscribeURL',
        `http://localhost:4566/?Action=Unsubscribe&SubscriptionArn=${subscription}`,
      ],
      [
        'MessageAttributes',
        {
          colour: { Type: 'String', Value: 'red' },
          tags: { Type: 'String.Array', Value: '["a","b"]' },
          weight: { Type: 'Number.kg', Value: '1.50' },
          picture: { Type: 'Binary', Value: 'AQL/' },
        },
      ],
    ]);
    expect(message).not.toHaveProperty('MessageAttributes');
  });

  it('leaves out a subject and attributes that are not there', async () => {
    await subscribeQueue(harness, arn, 'q');
    await publish();
    const envelope = JSON.parse((await bodies(harness, 'q'))[0] ?? '');
    expect(Object.keys(envelope)).not.toContain('Subject');
    expect(Object.keys(envelope)).not.toContain('MessageAttributes');
  });

  it.each([
    ['1', 'sha1', undefined],
    ['2', 'sha256', 'with "quotes" and\nlines'],
  ])('of version %s verifies against the certificate', async (version, digest, second) => {
    await harness.call('SetTopicAttributes', {
      TopicArn: arn,
      AttributeName: 'SignatureVersion',
      AttributeValue: version,
    });
    await subscribeQueue(harness, arn, 'q');
    await publish({ Message: second ?? 'hello', ...(second !== undefined && { Subject: 's' }) });
    const envelope = JSON.parse((await bodies(harness, 'q'))[0] ?? '');
    expect(envelope.SignatureVersion).toBe(version);
    const names = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'];
    const signed = names
      .filter((name) => name in envelope)
      .map((name) => `${name}\n${envelope[name]}\n`)
      .join('');
    const path = new URL(envelope.SigningCertURL).pathname;
    const pem = await harness.store.transact((tx) => certificateAt(tx, path));
    const { publicKey } = new X509Certificate(pem ?? '');
    const signature = Buffer.from(envelope.Signature, 'base64');
    expect(verify(digest, Buffer.from(signed), publicKey, signature)).toBe(true);
  });

  it('begins its URLs with the address that the publisher used', async () => {
    await subscribeQueue(harness, arn, 'q');
    await publish({}, { endpoint: 'https://sns.example:8443' });
    const envelope = JSON.parse((await bodies(harness, 'q'))[0] ?? '');
    expect(envelope.UnsubscribeURL).toMatch(/^https:\/\/sns\.example:8443\/\?Action=Unsubscribe&/);
    expect(envelope.SigningCertURL).toMatch(/^https:\/\/sns\.example:8443\//);
  });

  it('holds whatever a message can hold', async () => {
    const Message = 'a "quoted"\\ \n\u0001 ☃ \u{1F600} </script>';
    await subscribeQueue(harness, arn, 'q');
    await publish({ Message });
    expect(JSON.parse((await bodies(harness, 'q'))[0] ?? '').Message).toBe(Message);
  });
});

describe('raw delivery', () => {
  it('gives the message itself, with its attributes as those of the queue', async () => {
    await subscribeQueue(harness, arn, 'q', raw);
    await publish({ Subject: 'lost', MessageAttributes: attributes });
    const [message] = await receive(harness, 'q');
    expect(message?.Body).toBe('hello');
    expect(message?.MessageAttributes).toEqual(attributes);
  });

  it('of more than ten attributes fails for that subscription alone', async () => {
    await subscribeQueue(harness, arn, 'raw', raw);
    await subscribeQueue(harness, arn, 'envelope');
    await publish({ MessageAttributes: tooMany });
    expect(await bodies(harness, 'raw')).toEqual([]);
    expect(await bodies(harness, 'envelope')).toHaveLength(1);
    expect(counted(harness, 'NumberOfNotificationsFailed')).toBe(1);
    expect(counted(harness, 'NumberOfNotificationsDelivered')).toBe(1);
  });

  it('of what a queue cannot hold fails, too', async () => {
    await createQueue(harness, 'dead');
    await subscribeQueue(harness, arn, 'q', { ...raw, ...redrive('dead') });
    await publish({ Message: 'a\u0001b' });
    expect(await bodies(harness, 'q')).toEqual([]);
    expect(counted(harness, 'NumberOfNotificationsFailedToRedriveToDlq')).toBe(1);
  });
});

describe('a message for a queue', () => {
  it('comes from the topic', async () => {
    await subscribeQueue(harness, arn, 'q', raw);
    await publish();
    expect((await receive(harness, 'q'))[0]?.Attributes.SenderId).toBe('AIDAIT2UOQQY3AUEKVGXU');
  });

  it('carries the trace header of the publish', async () => {
    await subscribeQueue(harness, arn, 'q', raw);
    await publish({}, { headers: { 'x-amzn-trace-id': 'Root=1-2' } });
    expect((await receive(harness, 'q'))[0]?.Attributes.AWSTraceHeader).toBe('Root=1-2');
  });

  it('has the text of its protocol', async () => {
    await subscribeQueue(harness, arn, 'raw', raw);
    await subscribeQueue(harness, arn, 'envelope');
    const MessageStructure = 'json';
    const publishText = (structured: object) =>
      publish({ Message: JSON.stringify(structured), MessageStructure });
    await publishText({ default: 'for all', sqs: 'for queues', email: 'for people' });
    await publishText({ default: 'for all', http: 'for servers', other: 1 });
    await publishText({ default: '' });
    expect(await bodies(harness, 'raw')).toEqual(['for queues', 'for all']);
    const envelopes = (await bodies(harness, 'envelope')).map((body) => JSON.parse(body).Message);
    expect(envelopes).toEqual(['for queues', 'for all', '']);
  });

  it('keeps its group on the way to a standard queue, for fair queues', async () => {
    await subscribeQueue(harness, arn, 'q', raw);
    await publish({ MessageGroupId: 'tenant-1' });
    expect((await receive(harness, 'q'))[0]?.Attributes.MessageGroupId).toBe('tenant-1');
  });

  it("reaches another account's and another Region's queue", async () => {
    await createQueue(harness, 'q', {}, OTHER_ACCOUNT);
    const caller = { accountId: OTHER_ACCOUNT };
    const Endpoint = queueArn('q', OTHER_ACCOUNT);
    const input = { TopicArn: arn, Protocol: 'sqs', Endpoint, Attributes: raw };
    await harness.call('Subscribe', input, { caller });
    const region = 'eu-west-1';
    await callSqs(harness, 'CreateQueue', { QueueName: 'far' }, { region });
    await subscribe(harness, arn, 'sqs', 'arn:aws:sqs:eu-west-1:000000000000:far', raw);
    await publish();
    expect((await receive(harness, 'q', OTHER_ACCOUNT)).map(({ Body }) => Body)).toEqual(['hello']);
    const QueueUrl = 'http://localhost/000000000000/far';
    const { Messages } = await callSqs(harness, 'ReceiveMessage', { QueueUrl }, { region });
    expect(Messages).toMatchObject([{ Body: 'hello' }]);
  });

  it('waits as long as the queue delays, and wakes a waiting receiver', async () => {
    await createQueue(harness, 'slow', { DelaySeconds: '60' });
    await subscribe(harness, arn, 'sqs', queueArn('slow'), raw);
    await subscribeQueue(harness, arn, 'q', raw);
    const waiting = callSqs(harness, 'ReceiveMessage', {
      QueueUrl: 'http://localhost/000000000000/q',
      WaitTimeSeconds: 20,
    });
    await publish();
    expect((await waiting).Messages).toMatchObject([{ Body: 'hello' }]);
    expect(await bodies(harness, 'slow')).toEqual([]);
    await harness.advance(60_000);
    expect(await bodies(harness, 'slow')).toEqual(['hello']);
  });
});

describe('a queue that does not take a message', () => {
  it('loses it where there is no dead-letter queue, and the publish succeeds', async () => {
    await subscribe(harness, arn, 'sqs', queueArn('absent'), raw);
    await subscribeQueue(harness, arn, 'q', raw);
    await publish();
    expect(await bodies(harness, 'q')).toEqual(['hello']);
    expect(counted(harness, 'NumberOfNotificationsFailed')).toBe(1);
    expect(counted(harness, 'NumberOfNotificationsRedrivenToDlq')).toBe(0);
  });

  it('gives it to the dead-letter queue as the subscriber would have got it', async () => {
    await createQueue(harness, 'dead');
    await createQueue(harness, 'dead-raw');
    const gone = await subscribe(harness, arn, 'sqs', queueArn('gone'), redrive('dead'));
    const rawAttributes = { ...raw, ...redrive('dead-raw') };
    await subscribe(harness, arn, 'sqs', queueArn('gone-raw'), rawAttributes);
    await publish({ MessageAttributes: { colour: text('red') }, MessageGroupId: 'g' });
    const [envelope] = await bodies(harness, 'dead');
    expect(JSON.parse(envelope ?? '')).toMatchObject({
      Message: 'hello',
      UnsubscribeURL: expect.stringContaining(gone),
    });
    const [message] = await receive(harness, 'dead-raw');
    expect(message?.Body).toBe('hello');
    expect(message?.MessageAttributes).toEqual({ colour: text('red') });
    expect(counted(harness, 'NumberOfNotificationsFailed')).toBe(2);
    expect(counted(harness, 'NumberOfNotificationsRedrivenToDlq')).toBe(2);
  });

  it('gives an envelope to the dead-letter queue where the attributes are too many', async () => {
    await createQueue(harness, 'dead');
    await subscribeQueue(harness, arn, 'q', { ...raw, ...redrive('dead') });
    await publish({ MessageAttributes: tooMany });
    const [body] = await bodies(harness, 'dead');
    expect(Object.keys(JSON.parse(body ?? '').MessageAttributes)).toHaveLength(11);
  });

  it('loses it where the dead-letter queue does not take it either', async () => {
    await subscribe(harness, arn, 'sqs', queueArn('gone'), redrive('gone-too'));
    await publish();
    expect(counted(harness, 'NumberOfNotificationsFailedToRedriveToDlq')).toBe(1);
  });

  it('takes messages again when it is made anew', async () => {
    await subscribe(harness, arn, 'sqs', queueArn('q'), raw);
    await publish();
    await createQueue(harness, 'q');
    await publish({ Message: 'second' });
    expect(await bodies(harness, 'q')).toEqual(['second']);
  });
});

describe('a large fan-out', () => {
  const COUNT = 1_003;

  /** So many subscriptions of queues that are not there, with one dead-letter queue for all. */
  async function subscribeMany(count: number, changes: object = {}): Promise<void> {
    await createQueue(harness, 'dead');
    const Attributes = { ...raw, ...redrive('dead'), ...changes };
    const names = Array.from({ length: count }, (_, i) => `gone-${i}`);
    await Promise.all(
      names.map((name) => subscribe(harness, arn, 'sqs', queueArn(name), Attributes)),
    );
  }

  it('reaches everybody once, in chunks', async () => {
    await subscribeMany(COUNT);
    await harness.scheduler.stop();
    await publish();
    expect(await depth(harness, 'dead')).toBe(500);
    harness.scheduler.start();
    await harness.scheduler.runDue();
    expect(await depth(harness, 'dead')).toBe(COUNT);
    expect(harness.taskErrors).toEqual([]);
    const left = await harness.store.transact((tx) =>
      tx.documents.list('sns/fan-out/', { limit: 1 }),
    );
    expect(left).toEqual([]);
  });

  it('heeds filter policies in each chunk', async () => {
    await subscribeMany(510, { FilterPolicy: '{"a":["b"]}' });
    await harness.scheduler.stop();
    const subscription = await subscribeQueue(harness, arn, 'other', raw);
    await publish({ MessageAttributes: { a: text('b') } });
    await publish({ MessageAttributes: { a: text('c') } });
    await harness.call('Unsubscribe', { SubscriptionArn: subscription });
    harness.scheduler.start();
    await harness.scheduler.runDue();
    expect(await depth(harness, 'dead')).toBe(510);
    expect(counted(harness, 'NumberOfNotificationsFilteredOut')).toBe(510);
  });

  it('goes on after a chunk that failed, without doing it twice', async () => {
    await subscribeMany(501);
    await harness.scheduler.stop();
    await publish();
    // As if the process had been killed: the timer was claimed, but nothing of its run is stored.
    const leaseUntilMs = harness.clock.nowMs() + 30_000;
    await harness.store.transact((tx) => tx.timers.claimDue({ limit: 10, leaseUntilMs }));
    harness.scheduler.start();
    await harness.scheduler.runDue();
    expect(await depth(harness, 'dead')).toBe(500);
    await harness.advance(30_000);
    expect(await depth(harness, 'dead')).toBe(501);
  });

  it('leaves out who subscribed after the publish, be it in the same millisecond', async () => {
    await subscribeMany(501);
    await harness.scheduler.stop();
    await publish();
    await subscribeQueue(harness, arn, 'late', raw);
    harness.scheduler.start();
    await harness.scheduler.runDue();
    expect(await bodies(harness, 'late')).toEqual([]);
    expect(await depth(harness, 'dead')).toBe(501);
  });

  it('asks filter policies at the publish, whatever becomes of them before a chunk', async () => {
    await subscribeMany(0);
    const changes = { ...raw, ...redrive('dead') };
    const arns: string[] = [];
    for (let i = 0; i < 502; i++) {
      const FilterPolicy = i % 2 === 0 ? '{"a":["b"]}' : '{"a":["b","c"]}';
      const endpoint = queueArn(`gone-${i}`);
      arns.push(await subscribe(harness, arn, 'sqs', endpoint, { ...changes, FilterPolicy }));
    }
    await subscribeQueue(harness, arn, 'other', { ...raw, FilterPolicy: '{"a":["c"]}' });
    await harness.scheduler.stop();
    await publish({ MessageAttributes: { a: text('b') } });
    for (const SubscriptionArn of arns) {
      const change = { AttributeName: 'FilterPolicy', AttributeValue: '{"a":["d"]}' };
      await harness.call('SetSubscriptionAttributes', { SubscriptionArn, ...change });
    }
    harness.scheduler.start();
    await harness.scheduler.runDue();
    expect(await depth(harness, 'dead')).toBe(502);
    expect(await bodies(harness, 'other')).toEqual([]);
  });

  it('leaves out who unsubscribed before its chunk', async () => {
    limitFanOut(harness.env, 1);
    const names = ['a', 'b'];
    const arns = new Map<string, string>();
    for (const name of names) arns.set(name, await subscribeQueue(harness, arn, name, raw));
    await harness.scheduler.stop();
    await publish();
    const depths = await Promise.all(names.map((name) => depth(harness, name)));
    const waiting = names[depths.indexOf(0)] ?? '';
    await harness.call('Unsubscribe', { SubscriptionArn: arns.get(waiting) });
    harness.scheduler.start();
    await harness.scheduler.runDue();
    expect(await bodies(harness, waiting)).toEqual([]);
    expect(depths.toSorted()).toEqual([0, 1]);
  });

  it('serves fewer at a time where the message is large', async () => {
    await subscribeMany(130);
    await harness.scheduler.stop();
    await publish({ Message: 'x'.repeat(262_144) });
    expect(await depth(harness, 'dead')).toBe(64);
    await publish({
      Message: 'x',
      MessageAttributes: { large: text('x'.repeat(200_000)) },
    });
    expect(await depth(harness, 'dead')).toBe(64 + 84);
    harness.scheduler.start();
    await harness.scheduler.runDue();
    expect(await depth(harness, 'dead')).toBe(260);
    expect(harness.taskErrors).toEqual([]);
  });

  it('serves all of a FIFO topic at once, so that its order is kept', async () => {
    const fifo = await createTopic(harness, 'line.fifo', { ContentBasedDeduplication: 'true' });
    limitFanOut(harness.env, 1);
    const names = ['a.fifo', 'b.fifo', 'c.fifo'];
    for (const name of names) await subscribeQueue(harness, fifo, name, raw);
    await harness.scheduler.stop();
    for (const Message of ['first', 'second']) {
      await harness.call('Publish', { TopicArn: fifo, Message, MessageGroupId: 'g' });
    }
    for (const name of names) expect(await bodies(harness, name)).toEqual(['first', 'second']);
  });

  it('ends when its topic is deleted', async () => {
    await subscribeMany(501);
    await harness.scheduler.stop();
    await publish();
    await harness.call('DeleteTopic', { TopicArn: arn });
    await createTopic(harness, 'orders');
    await subscribeQueue(harness, arn, 'another', raw);
    harness.scheduler.start();
    await harness.scheduler.runDue();
    expect(await depth(harness, 'dead')).toBe(500);
    expect(await bodies(harness, 'another')).toEqual([]);
    expect(harness.taskErrors).toEqual([]);
  });
});

describe('the list of subscriptions kept in memory', () => {
  it('follows every change', async () => {
    await createQueue(harness, 'a');
    await createQueue(harness, 'b');
    const log: string[] = [];
    const step = async (message: string): Promise<void> => {
      await publish({ Message: message });
      log.push(`${message}: ${await depth(harness, 'a')} ${await depth(harness, 'b')}`);
    };
    await step('nobody');
    const a = await subscribe(harness, arn, 'sqs', queueArn('a'));
    await step('a');
    await subscribe(harness, arn, 'sqs', queueArn('b'));
    await step('both');
    await harness.call('Unsubscribe', { SubscriptionArn: a });
    await step('b');
    // More changes than are kept: everything is read again.
    for (let i = 0; i < 40; i++) {
      const other = await subscribe(harness, arn, 'sqs', queueArn('a'));
      await harness.call('Unsubscribe', { SubscriptionArn: other });
    }
    await step('b again');
    await harness.call('DeleteTopic', { TopicArn: arn });
    await createTopic(harness, 'orders');
    await step('nobody again');
    expect(log).toEqual([
      'nobody: 0 0',
      'a: 1 0',
      'both: 2 1',
      'b: 2 2',
      'b again: 2 3',
      'nobody again: 2 3',
    ]);
  });

  it('is not misled by a change that failed', async () => {
    await subscribeQueue(harness, arn, 'q', raw);
    await publish();
    const attempt = harness.invoker.run(
      {
        accountId: '000000000000',
        region: 'us-east-1',
        accessKeyId: 'test',
        principalId: 'x',
        endpoint: 'http://localhost',
        headers: {},
      },
      async (context) => {
        await context.invoke(
          'sns',
          'Subscribe',
          {
            TopicArn: arn,
            Protocol: 'sqs',
            Endpoint: queueArn('never'),
          },
          context.caller,
        );
        await context.invoke('sns', 'Publish', { TopicArn: arn, Message: 'x' }, context.caller);
        throw new Error('the disk is full');
      },
    );
    await expect(attempt).rejects.toThrow('the disk is full');
    await createQueue(harness, 'never');
    await publish({ Message: 'second' });
    expect(await bodies(harness, 'q')).toEqual(['hello', 'second']);
    expect(await bodies(harness, 'never')).toEqual([]);
  });
});
