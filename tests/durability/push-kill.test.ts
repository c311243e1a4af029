/** SIGKILL right after a push was refused for good: the endpoint stays off, the owner was told. */
import { afterEach, expect, it } from 'vitest';
import { sdkClient } from '../compatibility/sdk-client.ts';
import { queueArn, snsClient } from '../compatibility/sns-client.ts';
import { Endpoint } from '../delivery/endpoints.ts';
import { serverStarter, temporaryFolder } from '../support/server.ts';
import { expectSound } from './sound.ts';

const startServer = serverStarter(afterEach);
let gateway: Endpoint | undefined;

afterEach(() => gateway?.close());

it('keeps an endpoint off whose token the gateway no longer takes', async () => {
  gateway = new Endpoint((_request, response) => response.writeHead(410).end());
  const pushUrl = await gateway.open();
  const folder = temporaryFolder();
  const start = async () => {
    const server = startServer({ folder, flags: ['--push-url', pushUrl] });
    const endpoint = await server.ready();
    return { server, sns: snsClient(endpoint), sqs: sdkClient(endpoint) };
  };

  const first = await start();
  const { QueueUrl } = await first.sqs.createQueue({ QueueName: 'events' });
  const { TopicArn = '' } = await first.sns.createTopic({ Name: 'events' });
  await first.sns.subscribe({ TopicArn, Protocol: 'sqs', Endpoint: queueArn('events') });
  const { PlatformApplicationArn } = await first.sns.createPlatformApplication({
    Name: 'app',
    Platform: 'GCM',
    Attributes: { PlatformCredential: 'a key', EventDeliveryFailure: TopicArn },
  });
  const { EndpointArn } = await first.sns.createPlatformEndpoint({
    PlatformApplicationArn,
    Token: 'token',
  });
  await first.sns.publish({ TargetArn: EndpointArn, Message: 'hello' });
  // The news is in the queue no earlier than the endpoint is off: one transaction does both.
  const { Messages } = await first.sqs.receiveMessage({
    QueueUrl,
    WaitTimeSeconds: 20,
    VisibilityTimeout: 0,
  });
  expect(Messages).toHaveLength(1);
  await first.server.stop('SIGKILL');
  await expectSound(`${folder}/.waystation`);

  const second = await start();
  const { Attributes } = await second.sns.getEndpointAttributes({ EndpointArn });
  expect(Attributes).toEqual({ Token: 'token', Enabled: 'false' });
  await expect(
    second.sns.publish({ TargetArn: EndpointArn, Message: 'hello' }),
  ).rejects.toMatchObject({ name: 'EndpointDisabledException' });
  const again = await second.sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 20 });
  const { Message } = JSON.parse(again.Messages?.[0]?.Body ?? '');
  expect(JSON.parse(Message)).toMatchObject({
    EventType: 'DeliveryFailure',
    EndpointArn,
    FailureType: 'InvalidPlatformToken',
  });
  expect(gateway.received).toHaveLength(1);
});
