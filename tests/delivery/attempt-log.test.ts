/** What the log of attempts keeps of deliveries whose topic or application is gone meanwhile. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { deliveryObserver } from '../../src/services/sns/delivery-observer.ts';
import { sns } from '../../src/services/sns/index.ts';
import { snsTasks } from '../../src/services/sns/tasks.ts';
import { Endpoint } from './endpoints.ts';
import { Scene, TOPIC } from './scene.ts';

const APPLICATION = 'arn:aws:sns:us-east-1:000000000000:app/GCM/app';

let gateway: Endpoint;
let url: string;
let scene: Scene;

beforeEach(async () => {
  gateway = new Endpoint((_request, response) => response.writeHead(503).end());
  url = await gateway.open();
  scene = new Scene({
    gateways: { pushUrl: url },
    observer: deliveryObserver,
    services: [sns],
    tasks: snsTasks,
  });
  await createTopic();
});

afterEach(async () => {
  await scene.close();
  gateway.close();
  expect(scene.errors).toEqual([]);
});

const createTopic = () => scene.call('sns', 'CreateTopic', { Name: TOPIC.split(':').at(-1) });

const createApplication = () =>
  scene.call('sns', 'CreatePlatformApplication', {
    Name: 'app',
    Platform: 'GCM',
    Attributes: { PlatformCredential: 'a key' },
  });

it('keeps no attempt for a topic that was deleted since', async () => {
  await scene.deliver(scene.http(url));
  expect(await scene.attempts()).toHaveLength(1);
  await scene.call('sns', 'DeleteTopic', { TopicArn: TOPIC });
  await scene.advance(60_000);
  expect(gateway.received).toHaveLength(2);
  expect(await scene.attempts()).toEqual([]);
  await createTopic();
  await scene.advance(60_000);
  expect(gateway.received).toHaveLength(3);
  expect(await scene.attempts()).toHaveLength(1);
});

it('keeps no attempt for an application that was deleted since', async () => {
  await createApplication();
  const created = await scene.call('sns', 'CreatePlatformEndpoint', {
    PlatformApplicationArn: APPLICATION,
    Token: 'token',
  });
  const { EndpointArn: TargetArn } = created as { readonly EndpointArn: string };
  await scene.call('sns', 'Publish', { TargetArn, Message: 'hello' });
  await scene.quiet();
  expect(await scene.attempts(APPLICATION)).toHaveLength(1);
  const input = { PlatformApplicationArn: APPLICATION };
  await scene.call('sns', 'DeletePlatformApplication', input);
  await scene.advance(60_000);
  expect(gateway.received).toHaveLength(2);
  expect(await scene.attempts(APPLICATION)).toEqual([]);
});

it('keeps attempts without a topic', async () => {
  await scene.call('sns', 'DeleteTopic', { TopicArn: TOPIC });
  const direct = 'arn:aws:sns:us-east-1:000000000000:DirectPublishToPhoneNumber';
  const delivery = scene.http(url);
  const { topicArn: _, ...about } = delivery.about;
  await scene.deliver({ ...delivery, about });
  expect(await scene.attempts(direct)).toHaveLength(1);
});
