/**
 * Web servers that misbehave, seen from a topic: when a message is tried again, and when it goes to
 * the dead-letter queue of the subscription. The time is that of the test clock.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
 */
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { RequestListener, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { SNS } from '@aws-sdk/client-sns';
import type { SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { selfSignedCertificate } from '../../../src/delivery/certificate.ts';
import { Endpoint } from '../../delivery/endpoints.ts';
import { serverStarter, temporaryFolder } from '../../support/server.ts';
import { advanceSeconds, counts, drain, sdkClient } from '../sdk-client.ts';
import {
  type Attempt,
  attemptsOf,
  type Envelope,
  queueArn,
  snsClient,
  visit,
} from '../sns-client.ts';

const closing: Endpoint[] = [];

afterAll(() => {
  for (const each of closing.splice(0)) each.close();
});

const start = serverStarter(afterAll);
let endpoint: string;
let sns: SNS;
let sqs: SQS;

const trusted = certificateFor('localhost');

function certificateFor(commonName: string) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const name = { commonName, organization: 'nobody' };
  const cert = selfSignedCertificate(privateKey, publicKey, name);
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

beforeAll(async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'trusted.pem');
  writeFileSync(file, trusted.cert);
  const environment = { NODE_EXTRA_CA_CERTS: file };
  endpoint = await start({ folder, flags: ['--test-clock'], environment }).ready();
  sns = snsClient(endpoint);
  sqs = sdkClient(endpoint);
});

const advance = (seconds: number): Promise<void> => advanceSeconds(endpoint, seconds);
/** Resolves when everything that is due at this instant has been delivered. */
const settle = (): Promise<void> => advance(0);

/** A topic with one web server as subscriber, and a dead-letter queue for that. */
interface Scene {
  readonly TopicArn: string;
  readonly SubscriptionArn: string;
  readonly deadUrl: string;
  readonly at: Endpoint;
  /** What the server does from now on. */
  behave(answer: RequestListener): void;
}

interface SceneOptions {
  readonly attributes?: { readonly [name: string]: string };
  readonly topicAttributes?: { [name: string]: string };
  readonly tls?: { readonly key: string; readonly cert: string };
}

let sceneCount = 0;

/**
 * The subscriber is well until it is told to behave otherwise: it has to confirm. It keeps no
 * connection, because a request over one that was kept is sent again at once when that is gone.
 */
async function newScene(options: SceneOptions = {}): Promise<Scene> {
  const Name = `t${++sceneCount}`;
  const Attributes = options.topicAttributes ?? {};
  const { TopicArn = '' } = await sns.createTopic({ Name, Attributes });
  const { QueueUrl: deadUrl = '' } = await sqs.createQueue({ QueueName: `${Name}-dead` });
  let answer: RequestListener = (_request, response) => {
    response.writeHead(200, { Connection: 'close' }).end();
  };
  const at = new Endpoint((request, response) => answer(request, response), options.tls);
  closing.push(at);
  const url = (await at.open()).replace('https://127.0.0.1', 'https://localhost');
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn(`${Name}-dead`) });
  const { SubscriptionArn = '' } = await sns.subscribe({
    TopicArn,
    Protocol: options.tls === undefined ? 'http' : 'https',
    Endpoint: url,
    Attributes: { RedrivePolicy, ...options.attributes },
    ReturnSubscriptionArn: true,
  });
  await settle();
  const { SubscribeURL }: Envelope = JSON.parse(at.received[0]?.body ?? '{}');
  await visit(SubscribeURL);
  at.received.splice(0);
  const behave = (other: RequestListener) => {
    answer = other;
  };
  return { TopicArn, SubscriptionArn, deadUrl, at, behave };
}

const status =
  (code: number, body = ''): RequestListener =>
  (_request, response) => {
    response.writeHead(code, { Location: '/elsewhere' }).end(body);
  };

/** A body that never ends, sent as fast as it is taken. */
function flood(code: number): RequestListener {
  return (_request, response) => {
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const more = (): void => {
      if (response.destroyed) return;
      if (response.write(chunk)) setImmediate(more);
      else response.once('drain', more);
    };
    response.on('error', () => {});
    response.writeHead(code);
    more();
  };
}

/** What became of a message: how many seconds after the publish it was tried, and was given up. */
interface Course {
  readonly triedAfter: number[];
  readonly deadAfter: number | undefined;
}

/** Publishes, and watches for so many seconds; counts what `tries` counts. */
async function courseOf(
  { TopicArn, deadUrl }: Scene,
  {
    seconds,
    step,
    tries,
  }: { seconds: number; step: number; tries: () => Promise<number> | number },
): Promise<Course> {
  await sns.publish({ TopicArn, Message: 'Latte' });
  await settle();
  const triedAfter: number[] = [];
  let deadAfter: number | undefined;
  for (let second = 0; ; second += step) {
    const count = await tries();
    while (triedAfter.length < count) triedAfter.push(second);
    const [dead] = await counts(sqs, deadUrl);
    if (dead > 0) deadAfter ??= second;
    if (second >= seconds) return { triedAfter, deadAfter };
    await advance(step);
  }
}

const everyTwenty = (numRetries: number) => ({
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries,
});

const FOUR_TIMES = { triedAfter: [0, 20, 40, 60], deadAfter: 60 };
const ONCE = { triedAfter: [0], deadAfter: 0 };
const DELIVERED = { triedAfter: [0], deadAfter: undefined };

describe('a web server', () => {
  const behaviours: readonly [what: string, RequestListener, Course][] = [
    ['answers 503', status(503), FOUR_TIMES],
    ['answers 500 with a text', status(500, 'out of coffee'), FOUR_TIMES],
    ['answers 429', status(429), FOUR_TIMES],
    ['answers 500 with a body that never ends', flood(500), FOUR_TIMES],
    ['hangs up', (request) => request.socket.destroy(), FOUR_TIMES],
    ['resets the connection', (request) => request.socket.resetAndDestroy(), FOUR_TIMES],
    ['answers what is no HTTP', (request) => request.socket.end('hello\r\n\r\n'), FOUR_TIMES],
    ['redirects', status(302), ONCE],
    ['redirects for ever', status(308), ONCE],
    ['answers 400', status(400), ONCE],
    ['answers 404', status(404), ONCE],
    ['answers 410', status(410), ONCE],
    ['answers 200 with a body that never ends', flood(200), DELIVERED],
    ['answers 204', status(204), DELIVERED],
  ];

  it.each(behaviours)('that %s', async (_what, behaviour, course) => {
    const scene = await newScene();
    scene.behave(behaviour);
    const tries = () => scene.at.received.length;
    expect(await courseOf(scene, { seconds: 80, step: 5, tries })).toEqual(course);
    const distinct = new Set(
      scene.at.received.map(({ url, body, headers }) =>
        JSON.stringify([url, body, headers['x-amz-sns-message-id']]),
      ),
    );
    expect(distinct.size).toBe(1);
    if (course.deadAfter === undefined) return;
    expect(await drain(sqs, scene.deadUrl)).toEqual([scene.at.received[0]?.body]);
  });

  const log = async (scene: Scene): Promise<Attempt[]> => attemptsOf(endpoint, scene.TopicArn);

  it('that is gone', async () => {
    const scene = await newScene();
    scene.at.close();
    const tries = async () => (await log(scene)).length;
    expect(await courseOf(scene, { seconds: 80, step: 5, tries })).toEqual(FOUR_TIMES);
    expect((await log(scene))[0]?.delivery).toMatchObject({
      attempts: 4,
      providerResponse: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('that is well again at the third try', async () => {
    const scene = await newScene();
    scene.behave((request, response) => {
      status(scene.at.received.length < 3 ? 503 : 200)(request, response);
    });
    const tries = () => scene.at.received.length;
    const course = await courseOf(scene, { seconds: 80, step: 5, tries });
    expect(course).toEqual({ triedAfter: [0, 20, 40], deadAfter: undefined });
  });

  const onceMore = { DeliveryPolicy: JSON.stringify({ healthyRetryPolicy: everyTwenty(1) }) };

  it('that hangs is left after 15 seconds, and tried again 20 seconds later', async () => {
    const scene = await newScene({ attributes: onceMore });
    scene.behave(() => {});
    const seen = (requests: number) =>
      vi.waitFor(() => expect(scene.at.received).toHaveLength(requests));
    await sns.publish({ TopicArn: scene.TopicArn, Message: 'Latte' });
    await seen(1);
    await advance(15);
    expect(await log(scene)).toHaveLength(1);
    await advance(19.999);
    expect(scene.at.received).toHaveLength(1);
    await advance(0.001);
    await seen(2);
    expect(await counts(sqs, scene.deadUrl)).toEqual([0, 0, 0]);
    await advance(15);
    expect(await counts(sqs, scene.deadUrl)).toEqual([1, 0, 0]);
    expect((await log(scene))[0]?.delivery).toMatchObject({
      attempts: 2,
      providerResponse: expect.stringContaining('no answer within 15 seconds'),
    });
  });

  it('that needs 14 seconds has the message, and gets it once', async () => {
    const scene = await newScene();
    const open: ServerResponse[] = [];
    scene.behave((_request, response) => open.push(response));
    await sns.publish({ TopicArn: scene.TopicArn, Message: 'Latte' });
    await vi.waitFor(() => expect(open).toHaveLength(1));
    await advance(14);
    for (const response of open) response.end();
    await settle();
    for (let minute = 0; minute < 3; minute++) await advance(60);
    expect(scene.at.received).toHaveLength(1);
    expect(await log(scene)).toEqual([]);
  });

  it('that hangs holds up no other subscriber of the topic', async () => {
    const scene = await newScene({ attributes: onceMore });
    scene.behave(() => {});
    const { TopicArn } = scene;
    const { QueueUrl = '' } = await sqs.createQueue({ QueueName: 'beside' });
    await sns.subscribe({ TopicArn, Protocol: 'sqs', Endpoint: queueArn('beside') });
    const well = new Endpoint((_request, response) => response.end());
    closing.push(well);
    await sns.subscribe({ TopicArn, Protocol: 'http', Endpoint: await well.open() });
    await vi.waitFor(() => expect(well.received).toHaveLength(1));
    await visit((JSON.parse(well.received[0]?.body ?? '{}') as Envelope).SubscribeURL);
    for (let n = 0; n < 20; n++) await sns.publish({ TopicArn, Message: `message ${n}` });
    await vi.waitFor(() => expect(well.received).toHaveLength(21));
    expect(await drain(sqs, QueueUrl)).toHaveLength(20);
    // Nothing that hangs is left for the tests that follow.
    scene.behave(status(404));
    scene.at.hangUp();
    await advance(20);
  });
});

describe('a web server with TLS', () => {
  it('gets messages when its certificate is one that the operator trusts', async () => {
    const scene = await newScene({ tls: trusted });
    const tries = () => scene.at.received.length;
    expect(await courseOf(scene, { seconds: 0, step: 1, tries })).toEqual(DELIVERED);
  });

  it.each([
    ['that nobody vouches for', certificateFor('localhost'), 'certificate'],
    ['of another name', certificateFor('elsewhere.test'), 'certificate'],
  ])('may show a certificate %s for a while only', async (_what, other, problem) => {
    const scene = await newScene({ tls: trusted });
    scene.at.show(other);
    const attempts = () => attemptsOf(endpoint, scene.TopicArn);
    const tries = async () => (await attempts()).length;
    expect(await courseOf(scene, { seconds: 80, step: 5, tries })).toEqual(FOUR_TIMES);
    expect(scene.at.received).toEqual([]);
    expect((await attempts())[0]?.delivery.providerResponse).toContain(problem);
  });
});

describe('retries', () => {
  it('keep to the phases of a delivery policy', async () => {
    const healthyRetryPolicy = {
      minDelayTarget: 1,
      maxDelayTarget: 10,
      numRetries: 6,
      numNoDelayRetries: 1,
      numMinDelayRetries: 1,
      numMaxDelayRetries: 2,
      backoffFunction: 'linear',
    };
    const DeliveryPolicy = JSON.stringify({ healthyRetryPolicy });
    const scene = await newScene({ attributes: { DeliveryPolicy } });
    scene.behave(status(503));
    const tries = () => scene.at.received.length;
    expect(await courseOf(scene, { seconds: 40, step: 1, tries })).toEqual({
      triedAfter: [0, 0, 1, 2, 12, 22, 32],
      deadAfter: 32,
    });
  });

  it('obey the topic where it allows no other policy', async () => {
    const http = {
      defaultHealthyRetryPolicy: { minDelayTarget: 5, maxDelayTarget: 5, numRetries: 2 },
      disableSubscriptionOverrides: true,
    };
    const scene = await newScene({
      topicAttributes: { DeliveryPolicy: JSON.stringify({ http }) },
      attributes: { DeliveryPolicy: JSON.stringify({ healthyRetryPolicy: everyTwenty(50) }) },
    });
    scene.behave(status(503));
    const tries = () => scene.at.received.length;
    expect(await courseOf(scene, { seconds: 20, step: 1, tries })).toEqual({
      triedAfter: [0, 5, 10],
      deadAfter: 10,
    });
  });

  it('and first tries keep to the rate of a throttle policy', async () => {
    const DeliveryPolicy = JSON.stringify({ throttlePolicy: { maxReceivesPerSecond: 1 } });
    const scene = await newScene({ attributes: { DeliveryPolicy } });
    const PublishBatchRequestEntries = ['a', 'b', 'c'].map((Id) => ({ Id, Message: Id }));
    await sns.publishBatch({ TopicArn: scene.TopicArn, PublishBatchRequestEntries });
    await settle();
    const received = [scene.at.received.length];
    for (let second = 0; second < 3; second++) {
      await advance(1);
      received.push(scene.at.received.length);
    }
    expect(received).toEqual([1, 2, 3, 3]);
  });

  it('are for questions too, and nobody confirms what never arrives', async () => {
    const { TopicArn = '' } = await sns.createTopic({ Name: 'unconfirmed' });
    const at = new Endpoint(status(503));
    closing.push(at);
    await sns.subscribe({ TopicArn, Protocol: 'http', Endpoint: await at.open() });
    await settle();
    for (let third = 0; third < 5; third++) await advance(20);
    expect(at.received.map(({ headers }) => headers['x-amz-sns-message-type'])).toEqual(
      Array.from({ length: 4 }, () => 'SubscriptionConfirmation'),
    );
    const pending = async () => (await sns.listSubscriptionsByTopic({ TopicArn })).Subscriptions;
    expect(await pending()).toMatchObject([{ SubscriptionArn: 'PendingConfirmation' }]);
    await advance(3 * 86_400);
    expect(await pending()).toEqual([]);
  });
});

describe('the dead-letter queue of a subscription', () => {
  it('gets text and attributes alone where the delivery is raw', async () => {
    const scene = await newScene({ attributes: { RawMessageDelivery: 'true' } });
    scene.behave(status(404));
    const MessageAttributes = { colour: { DataType: 'String', StringValue: 'red' } };
    await sns.publish({ TopicArn: scene.TopicArn, Message: 'bare', MessageAttributes });
    await settle();
    const { Messages } = await sqs.receiveMessage({
      QueueUrl: scene.deadUrl,
      MessageAttributeNames: ['All'],
    });
    expect(Messages).toMatchObject([{ Body: 'bare', MessageAttributes }]);
  });

  it('gets what a queue that was deleted would have got', async () => {
    const { TopicArn } = await sns.createTopic({ Name: 'to-queues' });
    const { QueueUrl } = await sqs.createQueue({ QueueName: 'deleted' });
    const { QueueUrl: deadUrl = '' } = await sqs.createQueue({ QueueName: 'of-deleted' });
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn('of-deleted') });
    await sns.subscribe({
      TopicArn,
      Protocol: 'sqs',
      Endpoint: queueArn('deleted'),
      Attributes: { RedrivePolicy },
    });
    await sqs.deleteQueue({ QueueUrl });
    const { MessageId } = await sns.publish({ TopicArn, Message: 'Latte' });
    const [dead, ...others] = await drain(sqs, deadUrl);
    expect(others).toEqual([]);
    expect(JSON.parse(dead ?? '')).toMatchObject({ MessageId, Message: 'Latte' });
  });

  it('gets a raw message with more attributes than a queue takes', async () => {
    const { TopicArn } = await sns.createTopic({ Name: 'to-raw-queue' });
    const { QueueUrl = '' } = await sqs.createQueue({ QueueName: 'raw' });
    const { QueueUrl: deadUrl = '' } = await sqs.createQueue({ QueueName: 'of-raw' });
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn('of-raw') });
    await sns.subscribe({
      TopicArn,
      Protocol: 'sqs',
      Endpoint: queueArn('raw'),
      Attributes: { RedrivePolicy, RawMessageDelivery: 'true' },
    });
    const attributes = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, n) => [
          `a${n}`,
          { DataType: 'String', StringValue: `${n}` },
        ]),
      );
    await sns.publish({ TopicArn, Message: 'ten', MessageAttributes: attributes(10) });
    await sns.publish({ TopicArn, Message: 'eleven', MessageAttributes: attributes(11) });
    expect(await drain(sqs, QueueUrl)).toEqual(['ten']);
    expect(await drain(sqs, deadUrl)).toHaveLength(1);
  });
});

describe('the delivery status log', () => {
  const role = 'arn:aws:iam::000000000000:role/SNSFeedback';

  it('tells of successes and failures as AWS does', async () => {
    const scene = await newScene({
      topicAttributes: {
        HTTPSuccessFeedbackRoleArn: role,
        HTTPSuccessFeedbackSampleRate: '100',
        HTTPFailureFeedbackRoleArn: role,
      },
    });
    scene.behave((request, response) => {
      const isFirst = scene.at.received.length === 1;
      status(isFirst ? 503 : 200, isFirst ? 'busy' : 'thanks')(request, response);
    });
    const { MessageId } = await sns.publish({ TopicArn: scene.TopicArn, Message: 'Latte' });
    await settle();
    await advance(20);
    const notification = {
      messageMD5Sum: expect.stringMatching(/^[0-9a-f]{32}$/),
      messageId: MessageId,
      topicArn: scene.TopicArn,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/),
    };
    const delivery = {
      deliveryId: expect.any(String),
      destination: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+/),
    };
    expect(await attemptsOf(endpoint, scene.TopicArn)).toEqual([
      {
        notification,
        delivery: {
          ...delivery,
          providerResponse: 'thanks',
          dwellTimeMs: 20_000,
          attempts: 2,
          statusCode: 200,
        },
        status: 'SUCCESS',
      },
      {
        notification,
        delivery: {
          ...delivery,
          providerResponse: 'busy',
          dwellTimeMs: 0,
          attempts: 1,
          statusCode: 503,
        },
        status: 'FAILURE',
      },
    ]);
  });
});
