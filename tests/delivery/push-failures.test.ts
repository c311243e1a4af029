/** What becomes of pushes that a gateway refuses: endpoints are turned off, owners are told. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../src/services/sns/index.ts';
import { pushFailures } from '../../src/services/sns/push-failures.ts';
import { Endpoint } from './endpoints.ts';
import { Scene } from './scene.ts';

const ROLE = 'arn:aws:iam::000000000000:role/r';

let gateway: Endpoint;
let scene: Scene;
/** What the gateway answers. */
let status: number;
let application: string;
let endpoint: string;
let events: string;

const call = async (operation: string, input: object) =>
  (await scene.call('sns', operation, input)) as { readonly [member: string]: string };

beforeEach(async () => {
  status = 410;
  gateway = new Endpoint((_request, response) => response.writeHead(status).end('gone'));
  const pushUrl = await gateway.open();
  scene = new Scene({ gateways: { pushUrl }, observer: pushFailures, services: [sns] });
  events = await topicWithQueue('events');
  application = await createApplication('app', {
    EventDeliveryFailure: events,
    EventEndpointUpdated: events,
    SuccessFeedbackRoleArn: ROLE,
  });
  endpoint = await createEndpoint(application, 'token');
});

afterEach(async () => {
  await scene.close();
  gateway.close();
});

async function topicWithQueue(name: string): Promise<string> {
  await scene.createQueue(name);
  const { TopicArn = '' } = await call('CreateTopic', { Name: name });
  await call('Subscribe', {
    TopicArn,
    Protocol: 'sqs',
    Endpoint: `arn:aws:sqs:us-east-1:000000000000:${name}`,
  });
  return TopicArn;
}

async function createApplication(Name: string, attributes: object): Promise<string> {
  const { PlatformApplicationArn = '' } = await call('CreatePlatformApplication', {
    Name,
    Platform: 'GCM',
    Attributes: { PlatformCredential: 'a key', ...attributes },
  });
  return PlatformApplicationArn;
}

async function createEndpoint(PlatformApplicationArn: string, Token: string): Promise<string> {
  const { EndpointArn = '' } = await call('CreatePlatformEndpoint', {
    PlatformApplicationArn,
    Token,
  });
  return EndpointArn;
}

async function publish(input: object = {}): Promise<string> {
  const { MessageId = '' } = await call('Publish', {
    TargetArn: endpoint,
    Message: 'hello',
    ...input,
  });
  await scene.quiet();
  return MessageId;
}

async function attributes(EndpointArn = endpoint): Promise<unknown> {
  return (await call('GetEndpointAttributes', { EndpointArn })).Attributes;
}

/** The events so far, oldest first, as envelopes whose messages are read. */
async function told() {
  const found = (await scene.receive('events')).map(({ Body }) => JSON.parse(String(Body)));
  return found.map((envelope) => ({ ...envelope, Message: JSON.parse(envelope.Message) }));
}

const types = async () => (await told()).map(({ Message }) => Message.EventType).toSorted();

describe('an endpoint', () => {
  it.each([400, 404, 410])('is turned off when its token is answered %d', async (answer) => {
    status = answer;
    await publish();
    expect(await attributes()).toEqual({ Token: 'token', Enabled: 'false' });
    await expect(publish()).rejects.toMatchObject({ queryCode: 'EndpointDisabled' });
    expect(gateway.received).toHaveLength(1);
  });

  it.each([200, 401, 413])('stays on when its token is answered %d', async (answer) => {
    status = answer;
    await publish();
    expect(await attributes()).toEqual({ Token: 'token', Enabled: 'true' });
  });

  it('stays on when it has another token by now', async () => {
    status = 503;
    await publish();
    await call('SetEndpointAttributes', { EndpointArn: endpoint, Attributes: { Token: 'newer' } });
    status = 410;
    await scene.advance(60_000);
    expect(gateway.received).toHaveLength(2);
    expect(await attributes()).toEqual({ Token: 'newer', Enabled: 'true' });
  });

  it('that is gone is nothing to turn off', async () => {
    status = 503;
    await publish();
    await call('DeleteEndpoint', { EndpointArn: endpoint });
    status = 410;
    await scene.advance(60_000);
    expect(scene.errors).toEqual([]);
    expect(await types()).toEqual(['DeliveryFailure']);
  });

  it('is turned off, or the delivery is still there', async () => {
    const { transact } = scene.store;
    let refusals = 0;
    // The commit that would settle the delivery fails once.
    scene.store.transact = (run) =>
      transact.call(scene.store, async (tx) => {
        const result = await run(tx);
        if (gateway.received.length > 0 && refusals++ === 0) throw new Error('power cut');
        return result as never;
      }) as never;
    await publish();
    expect(refusals).toBeGreaterThan(0);
    expect(await attributes()).toMatchObject({ Enabled: 'true' });
    expect(await told()).toEqual([]);
    await scene.advance(60_000);
    expect(await attributes()).toMatchObject({ Enabled: 'false' });
    expect(await types()).toEqual(['DeliveryFailure', 'EndpointUpdated']);
  });
});

describe('the owner of an application', () => {
  it('hears that a token is dead', async () => {
    const MessageId = await publish();
    const [failure] = (await told()).filter(
      ({ Message }) => Message.EventType === 'DeliveryFailure',
    );
    expect(failure).toMatchObject({
      Type: 'Notification',
      TopicArn: events,
      Subject: 'DeliveryFailure event for app app (GCM)',
      UnsubscribeURL: expect.stringMatching(/^http:\/\/localhost:4566\/\?Action=Unsubscribe/),
    });
    expect(failure?.Message).toEqual({
      DeliveryAttempts: 1,
      EndpointArn: endpoint,
      EventType: 'DeliveryFailure',
      FailureMessage: 'Platform token associated with the endpoint is not valid',
      FailureType: 'InvalidPlatformToken',
      MessageId,
      Resource: application,
      Service: 'SNS',
      Time: '2026-01-01T00:00:00.000Z',
    });
    expect(Object.keys(failure?.Message)).toEqual(Object.keys(failure?.Message).toSorted());
  });

  it('hears that an endpoint was turned off', async () => {
    await publish();
    expect(await types()).toEqual(['DeliveryFailure', 'EndpointUpdated']);
  });

  it('hears what else failed for good, after how many attempts', async () => {
    status = 503;
    await publish();
    status = 401;
    await scene.advance(60_000);
    expect(await told()).toMatchObject([
      {
        Message: { FailureType: 'DeliveryFailedPerm', FailureMessage: 'gone', DeliveryAttempts: 2 },
      },
    ]);
  });

  it('hears of an age that is over', async () => {
    status = 503;
    const TTL = { DataType: 'Number', StringValue: '10' };
    await publish({ MessageAttributes: { 'AWS.SNS.MOBILE.GCM.TTL': TTL } });
    await scene.advance(10_000);
    expect(gateway.received).toHaveLength(1);
    expect(await told()).toMatchObject([{ Message: { FailureType: 'NotificationTTLExpired' } }]);
  });

  it('hears nothing of attempts that are repeated, and of successes', async () => {
    status = 503;
    await publish();
    status = 200;
    await scene.advance(60_000);
    expect(gateway.received).toHaveLength(2);
    expect(await told()).toEqual([]);
  });

  it("hears of a topic's messages for endpoints that are off or gone", async () => {
    const { TopicArn = '' } = await call('CreateTopic', { Name: 'orders' });
    const other = await createEndpoint(application, 'other');
    for (const Endpoint of [endpoint, other]) {
      await call('Subscribe', { TopicArn, Protocol: 'application', Endpoint });
    }
    await call('SetEndpointAttributes', {
      EndpointArn: endpoint,
      Attributes: { Enabled: 'false' },
    });
    await call('DeleteEndpoint', { EndpointArn: other });
    await told();
    await publish({ TargetArn: TopicArn });
    expect(gateway.received).toEqual([]);
    const failures = (await told()).map(({ Message }) => [
      Message.EndpointArn,
      Message.FailureType,
    ]);
    expect(failures.toSorted()).toEqual(
      [
        [endpoint, 'EndpointDisabled'],
        [other, 'EndpointNotFound'],
      ].toSorted(),
    );
  });

  it('hears of an event that cannot be pushed no further event', async () => {
    await call('Subscribe', { TopicArn: events, Protocol: 'application', Endpoint: endpoint });
    await publish();
    await scene.quiet();
    expect(await types()).toEqual(['DeliveryFailure', 'EndpointUpdated']);
    expect(await scene.left('push')).toBe(0);
    expect(gateway.received).toHaveLength(1);
  });

  it('who asks for no events gets none', async () => {
    const silent = await createApplication('silent', {});
    endpoint = await createEndpoint(silent, 'token');
    await publish();
    expect(await attributes()).toMatchObject({ Enabled: 'false' });
    expect(await told()).toEqual([]);
    expect(scene.errors).toEqual([]);
  });
});

describe('the log of attempts', () => {
  it('of an application has its pushes, with their tokens', async () => {
    const messageId = await publish();
    const [record, ...more] = await scene.attempts(application);
    expect(more).toEqual([]);
    expect(record).toEqual({
      notification: {
        messageMD5Sum: '5d41402abc4b2a76b9719d911017c592',
        messageId,
        timestamp: '2026-01-01 00:00:00.000',
      },
      delivery: {
        deliveryId: expect.any(String),
        destination: endpoint,
        token: 'token',
        providerResponse: 'gone',
        dwellTimeMs: 0,
        attempts: 1,
        statusCode: 410,
      },
      status: 'FAILURE',
    });
  });

  it('has the successes that the application asks for', async () => {
    status = 200;
    await publish();
    expect(await scene.attempts(application)).toMatchObject([{ status: 'SUCCESS' }]);
    const silent = await createApplication('silent', {});
    endpoint = await createEndpoint(silent, 'token');
    await publish();
    expect(await scene.attempts(silent)).toEqual([]);
  });

  it("of a topic and of the application have the topic's pushes, each at its rate", async () => {
    status = 200;
    const { TopicArn = '' } = await call('CreateTopic', { Name: 'orders' });
    await call('Subscribe', { TopicArn, Protocol: 'application', Endpoint: endpoint });
    await publish({ TargetArn: TopicArn });
    expect(await scene.attempts(TopicArn)).toEqual([]);
    expect(await scene.attempts(application)).toMatchObject([
      { notification: { topicArn: TopicArn }, delivery: { token: 'token' } },
    ]);
    await call('SetTopicAttributes', {
      TopicArn,
      AttributeName: 'ApplicationSuccessFeedbackRoleArn',
      AttributeValue: ROLE,
    });
    await publish({ TargetArn: TopicArn });
    expect(await scene.attempts(TopicArn)).toHaveLength(1);
    expect(await scene.attempts(application)).toHaveLength(2);
  });
});
